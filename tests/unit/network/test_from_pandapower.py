"""pandapower JSON: the Network read from a file has pandapower's own admittance matrix and voltages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandapower as pp
import pandapower.networks
import pytest

from gridplan.network.case import GridCase
from gridplan.network.pandapower.read import read_pandapower
from gridplan.network.ybus import ybus
from gridplan.verify.ac_flow import solve_ac
from gridplan.verify.ac_newton import AcOptions
from tests.oracles import pandapower_net as oracle
from tests.unit.network import pandapower_nets as nets

QUICK = ["case9", "case14", "case118", "example_multivoltage", "mv_oberrhein"]
OTHERS = ["case4gs", "case30", "case39", "case57", "case300", "case33bw", "case89pegase", "case_illinois200"]
OTHERS += ["case1354pegase", "example_simple", "create_cigre_network_mv", "create_cigre_network_hv"]
# Ybus and voltages to these tolerances [pu]; the matrix relative to its largest entry above 1.
Y_TOLERANCE, V_TOLERANCE = 1e-12, 1e-8


def read(net: Any, folder: Path) -> GridCase:
    path = folder / "net.json"
    pp.to_json(net, str(path))
    return read_pandapower(path)


def assert_same_model(net: Any, case: GridCase, **options: Any) -> None:
    oracle.solve(net, **options)
    found = oracle.built(case)
    theirs = oracle.admittance(net, found.network.bus.id)
    ours = ybus(found.network).toarray()
    assert np.abs(ours - theirs).max() <= Y_TOLERANCE * max(1.0, np.abs(theirs).max())
    assert_same_voltages(net, found)


def assert_same_voltages(net: Any, found: Any) -> None:
    is_slack = np.array([name.startswith("ext_grid") for name in found.network.generator.id])
    network = replace(found.network, generator=replace(found.network.generator, is_dispatchable=is_slack))
    options = AcOptions(enforce_q_limits=False, tolerance_mva=1e-9, iterations=40)
    flows = solve_ac(network, [oracle.file_state(replace(found, network=network))], options)
    assert flows.is_converged[0], flows.reason
    v = oracle.bus_voltages(net, network.bus.id)
    v = v * np.exp(-1j * np.angle(v[flows.is_energised[0].argmax()]))
    assert np.abs(flows.v_pu(0) - v).max() <= V_TOLERANCE


@pytest.mark.parametrize("name", QUICK)
def test_networks_of_pandapower(name: str, tmp_path: Path) -> None:
    net = getattr(pandapower.networks, name)()
    assert_same_model(net, read(net, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_more_networks_of_pandapower(name: str, tmp_path: Path) -> None:
    net = getattr(pandapower.networks, name)()
    assert_same_model(net, read(net, tmp_path))


def test_every_element(tmp_path: Path) -> None:
    net = nets.every_element()
    assert_same_model(net, read(net, tmp_path))


OPTIONS: list[dict[str, Any]] = [
    {"trafo_model": "pi"},
    {"calculate_voltage_angles": False},
    {"trafo3w_losses": "star"},
    {"trafo3w_losses": "lv", "trafo_model": "pi"},
    {"neglect_open_switch_branches": True},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_options_of_the_file_are_used(options: dict[str, Any], tmp_path: Path) -> None:
    net = nets.every_element()
    if options.get("calculate_voltage_angles") is False:
        # Without angles pandapower still turns by its tap changers; parallel units must then agree.
        net.trafo.loc[1, "tap_step_degree"] = 0.0
    net.user_pf_options = options
    assert_same_model(net, read(net, tmp_path), **options)


@pytest.mark.parametrize("side", ["hv", "mv", "lv"])
@pytest.mark.parametrize("opened", ["", "lv"])
def test_tap_changer_at_the_star_point(side: str, opened: str, tmp_path: Path) -> None:
    net = nets.star_point_tap(side, opened=opened)
    assert_same_model(net, read(net, tmp_path))


def test_switch_with_impedance(tmp_path: Path) -> None:
    net = nets.every_element()
    net.switch.loc[0, "z_ohm"] = 0.8
    assert_same_model(net, read(net, tmp_path))


def test_bus_out_of_service_leaves_lines_hanging(tmp_path: Path) -> None:
    net = nets.every_element()
    net.bus.loc[24, "in_service"] = False
    case = read(net, tmp_path)
    assert_same_model(net, case)
    assert not case.load.in_service[case.load.bus.index("24")]


def test_zero_impedance_switches_stay_branches(tmp_path: Path) -> None:
    case = read(nets.every_element(), tmp_path)
    closed, opened = case.branch.id.index("switch_0"), case.branch.id.index("switch_1")
    assert case.branch.x_pu[closed] == case.branch.r_pu[closed] == 0
    assert case.branch.in_service[closed]
    assert not case.branch.in_service[opened]


def test_ratings_in_mva(tmp_path: Path) -> None:
    case = read(nets.every_element(), tmp_path)
    rating = dict(zip(case.branch.id, case.branch.rating_normal_mva, strict=True))
    assert rating["line_0"] == pytest.approx(0.6 * 0.9 * 2 * np.sqrt(3) * 380 * 0.8)
    assert rating["trafo_0"] == pytest.approx(150 * 2 * 0.9)
    assert rating["trafo_2"] == pytest.approx(40 * 0.95)
    assert rating["trafo3w_0_mv"] == pytest.approx(40)
    assert not case.branch.rating_emergency_mva.any()
    assert not case.branch.rating_short_time_mva.any()


def test_number_that_means_unrated(tmp_path: Path) -> None:
    net = nets.every_element()
    net.line.loc[1, "max_i_ka"] = 99999.0
    case = read(net, tmp_path)
    assert case.branch.rating_normal_mva[case.branch.id.index("line_1")] == 0
    (finding,) = [f for f in case.findings if f.code == "GP-LIM-001"]
    assert finding.place.key == "line[1].max_i_ka"


def test_units_and_costs(tmp_path: Path) -> None:
    case = read(nets.every_element(), tmp_path)
    unit = case.generator
    assert unit.id == ("ext_grid_0", "gen_0", "sgen_0", "sgen_1", "xward_0")
    assert list(unit.p_mw) == pytest.approx([0, 40, 2, 2, 0])
    assert list(unit.p_min_mw) == pytest.approx([-500, 10, 0, 2, 0])
    assert list(unit.p_max_mw) == pytest.approx([500, 80, 5, 2, 0])
    assert unit.cost[0] is not None
    assert unit.cost[0].coefficients == (5, 30, 0.02)
    assert unit.cost[2] is not None
    assert unit.cost[2].points == ((0, 0), (2, 3), (5, 15))
    assert unit.cost[3] is None
    sections = {row.section: row.rows for row in case.not_carried}
    assert sections["poly_cost"] == 1
    assert sections["poly_cost cq, pwl_cost q"] == 1


@pytest.mark.parametrize("p_mw", [40.0, -40.0])
def test_dc_line_moves_its_power(p_mw: float, tmp_path: Path) -> None:
    net = nets.dc_line_net(p_mw)
    case = read(net, tmp_path)
    oracle.solve(net)
    line = case.dc_line
    sent, arrived = abs(p_mw), abs(p_mw) * (1 - line.loss_frac[0]) - line.loss_mw[0]
    drawn = net.res_dcline.p_from_mw[0], net.res_dcline.p_to_mw[0]
    assert (sent, -arrived) == pytest.approx(drawn if p_mw > 0 else drawn[::-1])
    assert (line.from_bus[0], line.to_bus[0]) == (("0", "2") if p_mw > 0 else ("2", "0"))
    assert line.p_max_mw[0] == 60


def test_voltage_dependent_loads_are_told(tmp_path: Path) -> None:
    net = nets.every_element()
    net.load.loc[0, "const_z_p_percent"] = 40.0
    case = read(net, tmp_path)
    finding = next(f for f in case.findings if f.code == "GP-LOD-001")
    assert finding.severity == "warning"
    assert "1 loads of 33.0 MW" in finding.message


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda net: pp.create_svc(net, 9, 1, -10, 1.0, 140), "svc 0"),
        (lambda net: pp.create_ssc(net, 9, 0.1, 0.2, 1.0), "ssc 0"),
        (lambda net: pp.create_tcsc(net, 6, 9, 1, -10, 5, 140), "tcsc 0"),
    ],
)
def test_elements_without_model_are_refused_in_service_only(change: Any, what: str, tmp_path: Path) -> None:
    net = nets.every_element()
    change(net)
    with pytest.raises(Exception, match=what):
        read(net, tmp_path)
    net[what.split()[0]]["in_service"] = False
    case = read(net, tmp_path)
    assert {row.section: row.rows for row in case.not_carried}[what.split()[0]] == 1


def test_coordinates_of_geojson_points(tmp_path: Path) -> None:
    net = nets.every_element()
    net.bus.loc[6, "geo"] = '{"coordinates": [7.5, 48.25], "type": "Point"}'
    net.bus.loc[9, "geo"] = "north of the river"
    case = read(net, tmp_path)
    row = case.bus_row["6"]
    assert (case.bus.latitude_degree[row], case.bus.longitude_degree[row]) == (48.25, 7.5)
    assert np.isnan(case.bus.latitude_degree[case.bus_row["9"]])
    assert [f.place.key for f in case.findings if f.code == "GP-GEO-001"] == ["bus[9].geo"]


def test_controllers_are_counted_and_never_made(tmp_path: Path) -> None:
    from pandapower.control import ContinuousTapControl

    net = nets.every_element()
    ContinuousTapControl(net, 0, 1.0)
    case = read(net, tmp_path)
    assert {row.section: row.rows for row in case.not_carried}["controller"] == 1
