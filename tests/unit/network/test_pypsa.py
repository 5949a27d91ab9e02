"""PyPSA netCDF in and out: round trips, values by hand, and PyPSA's own linear power flow and admittance matrix."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridplan.errors import InputError
from gridplan.network.build import build_network
from gridplan.network.case import GridCase
from gridplan.network.model import FloatArray, Network
from gridplan.network.pypsa.read import read_pypsa
from gridplan.network.pypsa.write import write_pypsa
from gridplan.network.ybus import ybus
from tests.unit.network import pypsa_files as files

TABLES = ("bus", "load", "shunt", "generator", "branch", "dc_line", "storage")


def written(case: GridCase, folder: Path) -> Path:
    path = folder / "case.nc"
    path.write_bytes(write_pypsa(case, path.name).files[path.name])
    return path


def test_small_file_by_hand(tmp_path: Path) -> None:
    case = read_pypsa(files.write(tmp_path / "x.nc", files.SMALL))
    branch, unit = case.branch, case.generator
    assert case.base_mva == 1.0
    assert case.name == "hand"
    assert branch.r_pu[0] == pytest.approx(2.0 / 230**2)
    assert branch.x_pu[0] == pytest.approx(20.0 / 230**2)
    assert branch.b_pu[0] == pytest.approx(1e-4 * 230**2)
    assert list(branch.rating_normal_mva) == [300.0, 200.0]
    assert list(unit.p_min_mw) == [100.0]
    assert unit.cost[0] is not None
    assert unit.cost[0].coefficients == (0.0, 20.0, 0.01)
    assert (case.dc_line.loss_frac[0], case.dc_line.p_min_mw[0]) == (pytest.approx(0.04), -50.0)
    assert case.shunt.bs_mvar[0] == pytest.approx(2e-3 * 110**2)
    assert (case.storage.e_mwh[0], case.storage.efficiency_roundtrip_frac[0]) == (120.0, pytest.approx(0.855))
    assert list(case.bus.kind) == ["ref", "pq", "pq"]
    assert np.isnan(case.bus.latitude_degree[2])
    assert list(case.load.p_mw) == [140.0]


def test_transformer_of_a_t_circuit_with_its_tap_at_bus1(tmp_path: Path) -> None:
    """Two-port of the T circuit by eliminating its middle, then the tap at bus1: against the matrix we build."""
    case = read_pypsa(files.write(tmp_path / "x.nc", files.SMALL))
    network = build_network(case).network
    z, y = (0.01 + 0.1j) / 200, (0.001 - 0.02j) * 200
    half = 2 / z
    star = np.array([[half, 0, -half], [0, half, -half], [-half, -half, 2 * half + y]])
    pair = star[:2, :2] - np.outer(star[:2, 2], star[2, :2]) / star[2, 2]
    turn = np.diag([1.0, np.exp(-1j * np.deg2rad(30)) / 1.05])
    expected = turn @ pair @ turn.conj().T
    ours = ybus(network).toarray()
    b, c = network.bus_index("b"), network.bus_index("c")
    assert ours[b, c] == pytest.approx(expected[0, 1], rel=1e-12)
    assert ours[c, b] == pytest.approx(expected[1, 0], rel=1e-12)
    shunt = (1e-4 + 2e-3j) * 110**2
    assert ours[c, c] == pytest.approx(expected[1, 1] + shunt, rel=1e-12)
    line = 1 / ((2 + 20j) / 230**2) + 0.5j * 1e-4 * 230**2
    assert ours[b, b] == pytest.approx(expected[0, 0] + line, rel=1e-12)


def test_round_trip_keeps_everything(tmp_path: Path) -> None:
    case = files.full_case()
    back = read_pypsa(written(case, tmp_path))
    assert (back.name, back.base_mva, back.is_synthetic) == (case.name, case.base_mva, case.is_synthetic)
    assert not back.findings
    assert not back.not_carried
    for table in TABLES:
        ours, theirs = getattr(case, table), getattr(back, table)
        order = [theirs.id.index(name) for name in ours.id]
        assert len(theirs) == len(ours)
        for column in fields(ours):
            assert_column(getattr(ours, column.name), getattr(theirs, column.name), order, f"{table}.{column.name}")
    y, y_back = (ybus(build_network(c).network) for c in (case, back))
    assert np.abs((y - y_back).toarray()).max() <= 1e-12


def assert_column(ours: Any, theirs: Any, order: list[int], name: str) -> None:
    if isinstance(ours, tuple):
        assert ours == tuple(theirs[k] for k in order), name
    else:
        np.testing.assert_allclose(
            theirs[order].astype(float), ours.astype(float), rtol=1e-13, atol=1e-13, err_msg=name
        )


def test_same_bytes_twice() -> None:
    case = files.full_case()
    assert write_pypsa(case, "a.nc").files == write_pypsa(case, "a.nc").files


def test_what_pypsa_has_no_place_for_is_told() -> None:
    case = files.full_case()
    told = {row.meaning.split(";")[0]: row.rows for row in write_pypsa(case, "a.nc").not_carried}
    assert told["emergency and short-time ratings stand beside"] == 3
    assert told["curves that are not quadratic"] == 1
    assert told["constant losses stand beside"] == 1
    assert told["isolated buses, in service for PyPSA"] == 1


def test_series_are_counted_and_no_snapshot_is_picked(tmp_path: Path) -> None:
    lists = files.changed(files.SMALL, "loads", p_set=None)
    path = files.write(tmp_path / "x.nc", lists, {"loads_t_p_set": [[10.0], [20.0]], "lines_t_p0": [[1.0], [2.0]]})
    case = read_pypsa(path)
    assert list(case.load.p_mw) == [0.0]
    (warning,) = [f for f in case.findings if f.code == "GP-TIM-006"]
    assert "1 loads have p_set by snapshot; no snapshot is picked" in warning.message
    assert {(row.section, row.rows) for row in case.not_carried} == {("loads_t_p_set", 1), ("lines_t_p0", 1)}


def test_names_shared_by_lines_and_transformers(tmp_path: Path) -> None:
    case = read_pypsa(files.write(tmp_path / "x.nc", files.changed(files.SMALL, "transformers", i=["l"])))
    assert case.branch.id == ("l", "transformer_l")


def test_inactive_components_are_out_of_service(tmp_path: Path) -> None:
    lists = files.changed(files.SMALL, "links", active=[0])
    case = read_pypsa(files.write(tmp_path / "x.nc", lists))
    assert not case.dc_line.in_service[0]


def test_zero_rating_is_told(tmp_path: Path) -> None:
    case = read_pypsa(files.write(tmp_path / "x.nc", files.changed(files.SMALL, "lines", s_nom=[0.0])))
    assert [f.code for f in case.findings] == ["GP-LIM-001"]
    assert case.branch.rating_normal_mva[0] == 0


def test_line_on_a_bus_without_voltage_is_refused() -> None:
    case = files.full_case()
    kv = case.bus.base_kv.copy()
    kv[2:4] = 0.0
    with pytest.raises(InputError, match="GP-PU-002") as caught:
        write_pypsa(case.with_table("bus", base_kv=kv), "a.nc")
    assert "3-4_1" in str(caught.value)


def solved(path: Path) -> Any:
    pypsa = pytest.importorskip("pypsa")
    net = pypsa.Network(str(path))
    net.lpf()
    return net


def dc_flows_mw(network: Network, case: GridCase) -> dict[str, float]:
    """Flows by the full angle equations, MATPOWER's convention, slack at the first bus."""
    branch, n_bus = network.branch, len(network.bus)
    weight = 1.0 / (branch.x_pu * branch.tap_ratio)
    ends = np.zeros((len(branch), n_bus))
    ends[np.arange(len(branch)), branch.from_bus] = 1.0
    ends[np.arange(len(branch)), branch.to_bus] = -1.0
    p = injections_mw(network, case) / network.base_mva + ends.T @ (weight * branch.shift_rad)
    angle = np.zeros(n_bus)
    angle[1:] = np.linalg.solve((ends.T @ (weight[:, None] * ends))[1:, 1:], p[1:])
    return dict(zip(branch.id, network.base_mva * weight * (ends @ angle - branch.shift_rad), strict=True))


def injections_mw(network: Network, case: GridCase) -> FloatArray:
    p = -network.bus.p_load_mw - network.bus.gs_mw
    unit, line = case.generator, case.dc_line
    for bus, p_mw, on in zip(unit.bus, unit.p_mw, unit.in_service, strict=True):
        p[network.bus_index(bus)] += p_mw * on
    for a, b, p_mw, loss in zip(line.from_bus, line.to_bus, line.p_mw, line.loss_frac, strict=True):
        p[network.bus_index(a)] -= p_mw
        p[network.bus_index(b)] += p_mw * (1 - loss)
    return p


def without_isolated(case: GridCase) -> GridCase:
    """PyPSA has no isolated buses: leave them and dc losses that it does not know out of the comparison."""
    bus = case.bus
    picked = {f.name: getattr(bus, f.name)[:4] for f in fields(bus)}
    return replace(case, bus=type(bus)(**picked)).with_table("dc_line", loss_mw=np.zeros(1))


def test_linear_power_flow_of_pypsa_is_ours(tmp_path: Path) -> None:
    case = without_isolated(files.full_case())
    net = solved(written(case, tmp_path))
    ours = dc_flows_mw(build_network(case).network, case)
    theirs = net.lines_t.p0.loc["now"].to_dict() | net.transformers_t.p0.loc["now"].to_dict()
    assert ours
    for name, flow in ours.items():
        assert theirs[name] == pytest.approx(flow, abs=1e-6)


def test_admittance_of_pypsa_is_ours(tmp_path: Path) -> None:
    case = without_isolated(files.full_case())
    net = solved(written(case, tmp_path))
    network = build_network(case).network
    (sub,) = net.sub_networks.obj
    sub.calculate_Y()
    order = [network.bus_index(bus) for bus in sub.buses_o]
    ours = ybus(network).toarray()[np.ix_(order, order)] * network.base_mva
    assert np.abs(sub.Y.toarray() - ours).max() <= 1e-9 * np.abs(ours).max()


def test_file_that_pypsa_wrote(tmp_path: Path) -> None:
    pypsa = pytest.importorskip("pypsa")
    path = tmp_path / "theirs.nc"
    net = pypsa.Network(str(files.write(tmp_path / "hand.nc", files.SMALL)))
    net.lines.loc["l", "active"] = True
    net.lpf()
    (sub,) = net.sub_networks.obj
    sub.calculate_Y()
    net.export_to_netcdf(str(path))
    network = build_network(read_pypsa(path)).network
    order = [network.bus_index(bus) for bus in sub.buses_o]
    ours = ybus(network).toarray()[np.ix_(order, order)]
    assert np.abs(sub.Y.toarray() - ours).max() <= 1e-9 * np.abs(ours).max()
