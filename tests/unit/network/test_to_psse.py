"""RAW written and read back, and read by programs that share no code with ours."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import scipy.sparse as sp
import scipy.sparse.linalg as sla

from gridplan.errors import InputError
from gridplan.network.build import BuiltNetwork, build_network
from gridplan.network.case import GridCase
from gridplan.network.cost import CostCurve
from gridplan.network.policy import Policy
from gridplan.network.psse.read import read_psse
from gridplan.network.psse.write import write_psse
from gridplan.network.ybus import ybus
from tests.unit.network.raw_text import BUS_33, DC_LINE, THREE_WINDING, TWO_WINDING, raw_text, write_raw

SPEC = find_spec("powerfulcases")
if SPEC is None or SPEC.origin is None:
    pytest.skip("the sample files come with powerfulcases", allow_module_level=True)
CASES = Path(SPEC.origin).parent / "cases"
SAMPLES = sorted(CASES.glob("*/*.raw"))
FloatArray = npt.NDArray[np.float64]


def built(case: GridCase) -> BuiltNetwork:
    return build_network(case, Policy(islands="main"))


def read_back(case: GridCase, folder: Path, name: str = "back.raw") -> GridCase:
    for file, content in write_psse(case, name).files.items():
        (folder / file).write_bytes(content)
    return read_psse(folder / name)


def assert_same(case: GridCase, back: GridCase) -> None:
    """Every element, its id, status, ratings and limits; the admittances to 1e-9."""
    first, second = built(case).network, built(back).network
    assert np.abs(ybus(first) - ybus(second)).max() < 1e-9
    for table in ("bus", "load", "shunt", "generator", "branch", "dc_line"):
        old, new = getattr(case, table), getattr(back, table)
        for column in old.__dataclass_fields__:
            a, b = getattr(old, column), getattr(new, column)
            if (table, column) == ("shunt", "id"):
                # Shunts inside lines and transformers have longer names than RAW holds.
                assert [x == y for x, y in zip(a, b, strict=True) if len(x.partition("_")[2]) <= 2].count(False) == 0
            elif isinstance(a, tuple):
                assert a == b, f"{table} {column}"
            else:
                np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12, err_msg=f"{table} {column}")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples_survive_a_round_trip(path: Path, tmp_path: Path) -> None:
    case = read_psse(path)
    assert_same(case, read_back(case, tmp_path))


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 12


def test_everything_at_once_survives_a_round_trip(tmp_path: Path) -> None:
    text = raw_text(
        transformer=(
            *TWO_WINDING[:2],
            TWO_WINDING[2].replace("1.0, 0.0, 0.0", "1.05, 0.0, 12.5"),
            "0.97, 0.0",
            *(row.replace("'1 '", "'T2'") for row in THREE_WINDING),
        ),
        fixed_shunt=("2, 'C1', 1, 1.5, -30.0", "3, '2', 0, 0.0, 10.0"),
        dc=DC_LINE,
    )
    case = read_psse(write_raw(tmp_path, text))
    back = read_back(case, tmp_path)
    dc = case.dc_line
    assert back.dc_line.loss_mw[0] == pytest.approx(dc.loss_mw[0], rel=1e-9)
    assert_same(case.with_table("bus", name=back.bus.name), back)


def test_costs_go_into_a_file_of_their_own(tmp_path: Path) -> None:
    curves = (
        CostCurve(kind="polynomial", coefficients=(1.0, 2.0, 0.1 + 0.2), startup_usd=7.0),
        CostCurve(kind="piecewise", points=((0.0, 0.0), (10.0, 1 / 3), (20.0, 1.0))),
        None,
    )
    case = read_psse(CASES / "case9" / "case9.raw").with_table("generator", cost=curves)
    assert list(write_psse(case, "x.raw").files) == ["x.raw", "x.cost.csv"]
    assert read_back(case, tmp_path).generator.cost == curves


def test_costs_follow_units_whose_names_a_raw_does_not_hold(tmp_path: Path) -> None:
    curve = CostCurve(kind="polynomial", coefficients=(1.0, 2.0))
    case = read_psse(CASES / "case9" / "case9.raw")
    case = case.with_table("generator", id=("ext_grid_0", "north wind", "2_1"), cost=(curve, None, curve))
    back = read_back(case, tmp_path)
    assert dict(zip(back.generator.bus, back.generator.cost, strict=True)) == dict(
        zip(case.generator.bus, case.generator.cost, strict=True)
    )


def test_charging_of_a_transformer_becomes_shunts(tmp_path: Path) -> None:
    text = raw_text(transformer=(*TWO_WINDING[:2], TWO_WINDING[2].replace("1.0, 0.0", "1.05, 0.0"), TWO_WINDING[3]))
    case = read_psse(write_raw(tmp_path, text))
    case = case.with_table("branch", b_pu=np.array([0.02, 0.3]))
    export = write_psse(case, "x.raw")
    assert {row.section: row.rows for row in export.not_carried}["transformer charging"] == 1
    back = read_back(case, tmp_path)
    assert np.abs(ybus(live(case)) - ybus(live(back))).max() < 1e-12


def live(case: GridCase):  # type: ignore[no-untyped-def]
    return built(case).network


def test_line_with_a_ratio_is_written_as_a_transformer(tmp_path: Path) -> None:
    case = read_psse(write_raw(tmp_path, raw_text()))
    case = case.with_table("branch", tap_ratio=np.array([1.03, 1.0]))
    assert "branch kinds" in {row.section for row in write_psse(case, "x.raw").not_carried}
    back = read_back(case, tmp_path)
    assert back.branch.is_transformer.all()
    assert np.abs(ybus(live(case)) - ybus(live(back))).max() < 1e-12


def test_ids_that_do_not_fit_are_numbered_and_listed(tmp_path: Path) -> None:
    case = read_psse(write_raw(tmp_path, raw_text()))
    names = {"1": "Übersee-North", "2": "2", "3": "3", "4": "1000000"}
    case = case.with_table("bus", id=tuple(names[bus] for bus in case.bus.id), name=("", "O'Neil", "", ""))
    case = case.with_table("load", bus=("2",), id=("campus_of_acme",))
    case = case.with_table("generator", bus=(names["1"],), id=("steam unit",))
    case = case.with_table(
        "branch",
        from_bus=tuple(names[bus] for bus in case.branch.from_bus),
        to_bus=tuple(names[bus] for bus in case.branch.to_bus),
    )
    export = write_psse(case, "x.raw")
    listed = {row.section: row.meaning for row in export.not_carried}
    assert "Übersee-North -> 1" in listed["bus ids"]
    assert "campus_of_acme -> 2 1" in listed["load ids"]
    assert "steam unit -> 1 1" in listed["generator ids"]
    assert "bus names" in listed
    back = read_back(case, tmp_path)
    assert back.bus.id == ("1", "2", "3", "4")
    assert back.bus.name[:2] == ("Übersee-Nort", "O Neil")
    assert back.load.id == ("2_1",)


def test_a_hundred_units_at_one_bus_keep_two_characters(tmp_path: Path) -> None:
    case = read_psse(
        write_raw(tmp_path, raw_text(load=tuple("2, '1', 1, 1, 1, 1.0, 0, 0, 0, 0, 0, 1, 1, 0" for _ in range(150))))
    )
    back = read_back(case, tmp_path)
    assert len(set(back.load.id)) == 150
    assert back.load.p_mw.sum() == 150.0


def test_labels_of_areas_that_are_words_get_numbers_and_names(tmp_path: Path) -> None:
    case = read_psse(write_raw(tmp_path, raw_text()))
    case = case.with_table("bus", area=("west", "west", "7", ""))
    text = write_psse(case, "x.raw").files["x.raw"].decode()
    assert "'west        '" in text
    back = read_back(case, tmp_path)
    assert len(set(back.bus.area)) == 3
    assert back.bus.area[2] == "7"


def test_what_raw_cannot_hold_is_listed(tmp_path: Path) -> None:
    case = read_psse(write_raw(tmp_path, raw_text(dc=DC_LINE)))
    case = case.with_table("branch", angle_max_degree=np.array([30.0, np.inf]))
    case = case.with_table("generator", fuel=("coal",), unit_type=("ST",), p_max_mw=np.array([np.inf]))
    case = case.with_table("bus", latitude_degree=np.full(4, 30.0))
    case = case.with_table("dc_line", p_max_mw=np.array([200.0]), p_mw=np.array([-50.0]))
    sections = {row.section for row in write_psse(case, "x.raw").not_carried}
    assert {
        "branch angle limits",
        "generator fuel",
        "generator type",
        "generator limits",
        "bus coordinates",
        "dc line limits",
        "dc line ends",
    } <= sections
    back = read_back(case, tmp_path)
    assert (back.dc_line.from_bus, back.dc_line.to_bus) == (("2",), ("1",))
    loss = case.dc_line.loss_mw[0]
    assert back.dc_line.p_mw[0] == pytest.approx(50.0 + loss, rel=1e-12)
    assert back.dc_line.loss_mw[0] == pytest.approx(loss, rel=1e-9)


def test_element_on_an_unknown_bus_is_refused_by_name(tmp_path: Path) -> None:
    case = read_psse(write_raw(tmp_path, raw_text())).with_table("load", bus=("77",))
    with pytest.raises(InputError, match="load 2_1 hangs on bus 77"):
        write_psse(case, "x.raw")


def dc_flows_mw(case: GridCase) -> dict[str, float]:
    """Flows by angles, the imbalance at the reference bus; conductances of shunts left out, as the oracle does."""
    found = built(case)
    network, rows = found.network, found.rows
    p_mw = -network.bus.p_load_mw.copy()
    np.add.at(p_mw, network.generator.bus, case.generator.p_mw[rows["generator"]])
    branch = network.branch
    susceptance = network.base_mva / (branch.x_pu * branch.tap_ratio)
    n_branch = len(branch)
    ends = np.concatenate([branch.from_bus, branch.to_bus])
    sign = np.concatenate([np.ones(n_branch), -np.ones(n_branch)])
    incidence = sp.csr_array((sign, (np.tile(np.arange(n_branch), 2), ends)), shape=(n_branch, len(network.bus)))
    shifted_mw = -susceptance * branch.shift_rad
    matrix = (incidence.T @ sp.diags_array(susceptance) @ incidence).tocsc()
    reference = next(k for k, bus in enumerate(network.bus.id) if case.bus.kind[case.bus_row[bus]] == "ref")
    keep = np.delete(np.arange(len(network.bus)), reference)
    theta = np.zeros(len(network.bus))
    theta[keep] = sla.spsolve(matrix[keep][:, keep], (p_mw - incidence.T @ shifted_mw)[keep])
    flow = susceptance * (incidence @ theta) + shifted_mw
    return dict(zip(branch.id, flow.tolist(), strict=True))


def at_one_pu(text: str) -> str:
    """Same file with every voltage 1 pu: the oracle takes admittance loads at 1 pu, whatever the file says."""
    lines = text.splitlines()
    for k, line in enumerate(lines[3:], start=3):
        if line.split("/")[0].strip() == "0":
            break
        quoted = re.findall(r"'[^']*'", line)[0]
        fields = line.replace(quoted, "@").split(",")
        fields[7] = "1.0"
        lines[k] = ",".join(fields).replace("@", quoted)
    return "\n".join(lines)


# In case5 two machines share an id, of which the oracle keeps one; ieee14_island has two islands, of which it solves
# the smaller.
ORACLE_SAMPLES = [path for path in SAMPLES if path.stem not in ("case5", "ieee14_island")]


@pytest.mark.parametrize("path", ORACLE_SAMPLES, ids=lambda path: path.stem)
def test_an_independent_reader_finds_the_same_dc_flows(path: Path, tmp_path: Path) -> None:
    pypowsybl = pytest.importorskip("pypowsybl")
    copy = write_raw(tmp_path, at_one_pu(path.read_text()), path.name)
    assert_oracle_agrees(pypowsybl, copy, read_psse(copy))


def assert_oracle_agrees(pypowsybl, path: Path, case: GridCase) -> None:  # type: ignore[no-untyped-def]
    grid = pypowsybl.network.load(str(path))
    parameters = pypowsybl.loadflow.Parameters(
        distributed_slack=False, dc_use_transformer_ratio=True, read_slack_bus=True
    )
    result = pypowsybl.loadflow.run_dc(grid, parameters)
    assert result[0].status_text == "Converged"
    ours = dc_flows_mw(case)
    theirs = {}
    for name, p1 in grid.get_branches()["p1"].items():
        _, start, end, circuit = name.split("-", 3)
        theirs[f"{start}-{end}_{circuit.strip()}"] = p1
    for name, row in grid.get_3_windings_transformers().iterrows():
        _, *buses, circuit = name.split("-", 4)
        for bus, p in zip(buses, (row.p1, row.p2, row.p3), strict=True):
            key = next(own for own in ours if own.startswith(f"{bus}-") and own not in theirs and own in stars(case))
            theirs[key] = p
    assert theirs.keys() == ours.keys()
    scale = max(abs(value) for value in theirs.values())
    for name, value in theirs.items():
        assert ours[name] == pytest.approx(value, rel=1e-6, abs=1e-9 * scale), name


def stars(case: GridCase) -> set[str]:
    centres = {bus for bus, name in zip(case.bus.id, case.bus.name, strict=True) if name.startswith("STAR")}
    return {name for name, to_bus in zip(case.branch.id, case.branch.to_bus, strict=True) if to_bus in centres}


def test_oracle_agrees_on_ratios_shifts_and_units(tmp_path: Path) -> None:
    pypowsybl = pytest.importorskip("pypowsybl")
    rows = (
        "1, 3, 0, '1 ', 2, 3, 1, 0.0, 0.0, 2, 'TWO', 1, 1, 1.0",
        "20000.0, 0.04, 50.0",
        "241.5, 0.0, 10.0, 100, 110, 120, 0, 0, 1.1, 0.9, 1.1, 0.9, 33, 0, 0, 0, 0",
        "110.4, 0.0",
        "2, 3, 0, '1 ', 3, 2, 1, 0.0, 0.0, 2, 'TWO', 1, 1, 1.0",
        "0.001, 0.05, 50.0",
        "0.97, 230.0, 0.0, 100, 110, 120, 0, 0, 1.1, 0.9, 1.1, 0.9, 33, 0, 0, 0, 0",
        "1.02, 115.0",
    )
    path = write_raw(tmp_path, raw_text(bus=BUS_33[:3], transformer=(*rows,)))
    assert_oracle_agrees(pypowsybl, path, read_psse(path))


@pytest.mark.parametrize("path", ORACLE_SAMPLES[:4], ids=lambda path: path.stem)
def test_the_oracle_reads_what_we_write(path: Path, tmp_path: Path) -> None:
    pypowsybl = pytest.importorskip("pypowsybl")
    case = read_psse(path)
    back = read_back(case, tmp_path)
    assert_oracle_agrees(pypowsybl, tmp_path / "back.raw", back)
    assert dc_flows_mw(back) == pytest.approx(dc_flows_mw(case), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("form", ["psse", "psse34", "psse35"])
@pytest.mark.parametrize("stem", ["ieee14", "ieee118", "ieee39", "case9", "npcc"])
def test_versions_written_by_another_program(stem: str, form: str, tmp_path: Path) -> None:
    powerio = pytest.importorskip("powerio")
    source = CASES / stem / f"{stem}.raw"
    path = write_raw(tmp_path, powerio.emit(powerio.parse(str(source)), form).text)
    case, reference = read_psse(path), read_psse(source)
    assert case.origin.format == f"PSS/E RAW {form.removeprefix('psse') or 33}"
    first, second = built(case).network, built(reference).network
    assert np.abs(ybus(first) - ybus(second)).max() < 1e-9
    assert case.generator.p_mw.tolist() == reference.generator.p_mw.tolist()
    assert first.bus.p_load_mw == pytest.approx(second.bus.p_load_mw, abs=1e-9)
    assert case.branch.in_service.tolist() == reference.branch.in_service.tolist()
    np.testing.assert_array_equal(case.branch.rating_normal_mva, reference.branch.rating_normal_mva)


@pytest.mark.parametrize(
    ("stem", "p_mw", "q_mvar"),
    [("ieee118", 0.1, 0.2), ("ieee39", 0.1, 0.3), ("npcc", 0.1, 0.5), ("ieee14", 0.03, np.inf)],
)
def test_the_state_that_psse_solved_balances_every_bus(stem: str, p_mw: float, q_mvar: float) -> None:
    """Voltages in a saved case are PSS/E's own, to five digits; ieee14 was saved before a shunt was taken out."""
    case = read_psse(CASES / stem / f"{stem}.raw")
    found = built(case)
    network, rows = found.network, found.rows
    bus, unit = rows["bus"], rows["generator"]
    v = case.bus.vm_pu[bus] * np.exp(1j * np.deg2rad(case.bus.va_degree[bus]))
    drawn_mva = network.bus.p_load_mw + 1j * network.bus.q_load_mvar
    np.subtract.at(drawn_mva, network.generator.bus, case.generator.p_mw[unit] + 1j * case.generator.q_mvar[unit])
    mismatch_mva = v * np.conj(ybus(network) @ v) * network.base_mva + drawn_mva
    assert np.abs(mismatch_mva.real).max() < p_mw
    assert np.abs(mismatch_mva.imag).max() < q_mvar


def test_oracle_agrees_on_three_windings_and_a_dc_line(tmp_path: Path) -> None:
    pypowsybl = pytest.importorskip("pypowsybl")
    rows = (
        "1, 3, 4, '1 ', 2, 2, 1, 0.0, 0.0, 2, 'THREE', 1, 1, 1.0",
        "0.0, 0.10, 50.0, 0.0, 0.20, 200.0, 0.0, 0.16, 100.0, 1.0, 0.0",
        "241.5, 230.0, 0.0, 100, 110, 120, 0, 0, 1.1, 0.9, 1.1, 0.9, 33, 0, 0, 0, 0",
        "113.0, 115.0, 0.0, 100, 110, 120, 0, 0, 1.1, 0.9, 1.1, 0.9, 33, 0, 0, 0, 0",
        "13.8, 13.8, 30.0, 100, 110, 120, 0, 0, 1.1, 0.9, 1.1, 0.9, 33, 0, 0, 0, 0",
    )
    extra = "3, 4, '1 ', 0.01, 0.3, 0.0, 100, 110, 120, 0, 0, 0, 0, 1, 1, 0, 1, 1"
    line = "1, 2, '1 ', 0.01, 0.1, 0.02, 100, 110, 120, 0, 0, 0, 0, 1, 1, 0, 1, 1"
    path = write_raw(tmp_path, raw_text(transformer=rows, branch=(line, extra)))
    assert_oracle_agrees(pypowsybl, path, read_psse(path))
