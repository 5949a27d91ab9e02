"""Reading MATPOWER cases: every column of a small case by hand, forms MATPOWER takes, and what is not carried."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gridplan.network.case import GridCase
from gridplan.network.cost import CostCurve
from gridplan.network.formats import read_case
from gridplan.network.matpower.read import read_matpower
from tests.unit.network.matpower_files import CASE, line_of, replaced, written

INF = np.inf


@pytest.fixture
def case(tmp_path: Path) -> GridCase:
    return read_matpower(written(tmp_path, CASE))


def same(values: np.ndarray, wanted: list[float]) -> None:
    np.testing.assert_array_equal(values, wanted)


def test_registry_reads_it(tmp_path: Path) -> None:
    assert read_case(written(tmp_path, CASE, "FIVE.M")).base_mva == 100.0


def test_buses(case: GridCase) -> None:
    bus = case.bus
    assert (case.name, case.base_mva) == ("five", 100.0)
    assert bus.id == ("1", "2", "3", "10", "5")
    assert bus.name == ("North", "St. Mary's", "a;b % c", "E", "")
    assert bus.kind == ("ref", "pv", "pq", "pq", "isolated")
    assert bus.area == ("1", "1", "2", "2", "1")
    assert bus.zone == ("1", "1", "2", "2", "1")
    same(bus.base_kv, [230, 230, 230, 110, 110])
    same(bus.vm_pu, [1.02, 1, 1, 1, 1])
    same(bus.va_degree, [0, -1.5, 0, 0, 0])
    same(bus.vm_max_pu, [1.1, 1.1, 1.05, 1.1, 1.1])
    same(bus.vm_min_pu, [0.9, 0.9, 0.95, 0.9, 0.9])
    assert np.isnan(bus.latitude_degree).all()


def test_loads_and_shunts_stand_where_the_file_has_numbers(case: GridCase) -> None:
    assert case.load.id == ("2_1", "3_1", "10_1")
    same(case.load.p_mw, [300.5, 0, 400])
    same(case.load.q_mvar, [98.61, -5, 131.47])
    assert case.shunt.bus == ("3", "5")
    same(case.shunt.gs_mw, [1.5, 0])
    same(case.shunt.bs_mvar, [40, -3])
    assert case.load.in_service.all()
    assert case.shunt.in_service.all()


def test_generators(case: GridCase) -> None:
    unit = case.generator
    assert unit.id == ("A1", "A2", "B", "3_1")
    assert unit.bus == ("1", "1", "2", "3")
    same(unit.p_mw, [40, 170, 323.49, -20])
    same(unit.p_max_mw, [40, 170, 520, 0])
    same(unit.p_min_mw, [0, 0, 10, -50])
    same(unit.q_max_mvar, [30, 127.5, INF, 0])
    same(unit.q_min_mvar, [-30, -127.5, -INF, 0])
    same(unit.vm_setpoint_pu, [1.02, 1.02, 1, 1])
    same(unit.mbase_mva, [100, 100, 250, 100])
    same(unit.in_service, [True, True, False, True])
    assert unit.unit_type == ("CT", "CT", "ST", "WT")
    assert unit.fuel == ("ng", "ng", "coal", "wind")


def test_costs(case: GridCase) -> None:
    assert case.generator.cost == (
        CostCurve(kind="polynomial", coefficients=(100.0, 14.0, 0.01), startup_usd=1500, shutdown_usd=200),
        CostCurve(kind="piecewise", points=((0.0, 0.0), (170.0, 2550.0))),
        CostCurve(kind="polynomial", coefficients=(7.0,)),
        CostCurve(kind="polynomial"),
    )


def test_branches(case: GridCase) -> None:
    branch = case.branch
    assert branch.id == ("1-2_1", "1-2_2", "2-3_1", "3-10_1", "10-3_2")
    same(branch.r_pu, [0.00281, 0.00304, 0.00064, 0.00108, 0.00297])
    same(branch.x_pu, [0.0281, 0.0304, 0.0064, 0.0108, 0.0297])
    same(branch.b_pu, [0.00712, 0.00658, 0.03126, 0.01852, 0.00674])
    same(branch.rating_normal_mva, [400, 0, 100, 240, 240])
    same(branch.rating_emergency_mva, [420, 0, 0, 240, 240])
    same(branch.rating_short_time_mva, [440, 0, 0, 240, 240])
    same(branch.tap_ratio, [1, 1, 1, 1, 0.975])
    same(branch.shift_degree, [0, 0, 0, 0, -5])
    same(branch.in_service, [True, False, True, True, True])
    same(branch.is_transformer, [False, False, True, True, True])
    same(branch.angle_min_degree, [-INF, -INF, -30, -30, 0])
    same(branch.angle_max_degree, [INF, INF, INF, 30, 10])


def test_dc_lines(case: GridCase) -> None:
    line = case.dc_line
    assert line.id == ("2-10_1", "3-1_1")
    same(line.p_mw, [10, 0])
    same(line.p_min_mw, [1, -50])
    same(line.p_max_mw, [100, 50])
    same(line.loss_mw, [1, 0])
    same(line.loss_frac, [0.01, 0])
    same(line.vm_from_pu, [1.01, 1])
    same(line.vm_to_pu, [0.99, 1])
    same(line.q_min_from_mvar, [-10, -INF])
    same(line.q_max_from_mvar, [10, INF])
    same(line.q_min_to_mvar, [-20, -INF])
    same(line.q_max_to_mvar, [20, INF])
    same(line.in_service, [True, False])


def test_what_is_not_carried_is_named_with_counts(case: GridCase) -> None:
    rows = {(row.section, row.rows): row.meaning for row in case.not_carried}
    assert rows == {
        ("mpc.areas", 2): "areas with their price reference bus; MATPOWER does not use them",
        ("mpc.reserves.req", 1): "reserve zones and requirements",
        ("mpc.gen RAMP_AGC to RAMP_Q", 1): "ramp rates",
        ("mpc.gen APF", 1): "participation factor",
        ("mpc.dcline QF to QT", 1): "reactive operating point of dc lines",
    }
    assert case.findings == ()


def test_places_say_line_and_column_in_the_words_of_the_format(case: GridCase) -> None:
    place = case.origin.place("generator", 2, "p_max_mw")
    assert (place.line, place.key) == (line_of(CASE, "\t2\t323.49"), "gen PMAX")
    load = case.origin.place("load", 2, "p_mw")
    assert (load.line, load.key) == (line_of(CASE, "\t10\t1\t400"), "bus PD")
    assert case.origin.place("branch", 4, "rating_normal_mva").key == "branch RATE_A"
    assert case.origin.place("dc_line", 1, "loss_frac").line == line_of(CASE, "\t3\t1\t0\t0")
    assert str(place).endswith(f"five.m:{place.line}:1")


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (0, 0, (-INF, INF)),
        (-360, 360, (-INF, INF)),
        (-400, 500, (-INF, INF)),
        ("-Inf", "Inf", (-INF, INF)),
        (0, 360, (0, INF)),
        (-360, 0, (-INF, 0)),
        (-30, 0, (-30, 0)),
        (5, 30, (5, 30)),
        (-30, 361, (-30, INF)),
    ],
)
def test_angle_limits(tmp_path: Path, low: object, high: object, wanted: tuple[float, float]) -> None:
    branch = read_matpower(written(tmp_path, replaced("-30	30;", f"{low} {high};"))).branch
    assert (branch.angle_min_degree[3], branch.angle_max_degree[3]) == wanted


def test_old_files_without_angle_columns(tmp_path: Path) -> None:
    start, end = CASE.index("mpc.branch"), CASE.index("mpc.gencost")
    rows = ["\t".join(line.split()[:11]) for line in CASE[start:end].splitlines()[1:6]]
    text = f"{CASE[:start]}mpc.branch = [\n" + ";\n".join(rows) + "];\n" + CASE[end:]
    branch = read_matpower(written(tmp_path, text)).branch
    assert np.isneginf(branch.angle_min_degree).all()
    assert np.isposinf(branch.angle_max_degree).all()


def test_short_gen_rows_with_a_version(tmp_path: Path) -> None:
    start, end = CASE.index("mpc.gen ="), CASE.index("mpc.branch")
    rows = ["\t".join(line.split()[:10]) + ";" for line in CASE[start:end].splitlines()[1:5]]
    text = f"{CASE[:start]}mpc.gen = [\n" + "\n".join(rows) + "\n];\n" + CASE[end:]
    same(read_matpower(written(tmp_path, text)).generator.p_min_mw, [0, 0, 10, -50])


def test_solved_columns_are_not_carried_by_name(tmp_path: Path) -> None:
    rows = CASE[CASE.index("mpc.branch") : CASE.index("mpc.gencost")].splitlines()[1:6]
    text = CASE
    for k, row in enumerate(rows):
        text = text.replace(row, row.rstrip(";") + (f"	{k}	0	0	0;"), 1)
    found = {row.section: row.rows for row in read_matpower(written(tmp_path, text)).not_carried}
    assert found["mpc.branch PF to QT"] == 4


def test_reactive_costs_are_not_carried(tmp_path: Path) -> None:
    more = "	2	0	0	0	0	0	0	0;\n" * 4
    case = read_matpower(written(tmp_path, replaced("];\nmpc.dcline", f"{more}];\nmpc.dcline")))
    assert [(row.rows, row.meaning) for row in case.not_carried if row.section == "mpc.gencost"] == [
        (4, "costs of reactive power")
    ]
    assert len(case.generator.cost) == 4


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n", "\r\n"),
        ("function mpc = five", "\ufefffunction mpc = five"),
        ("mpc.bus = [\n", "mpc.bus = [ % begin [here\n"),
        (
            "	1.02	0	230	1	1.1	0.9;",
            "	1.02	0	...  the row goes on\n	230	1	1.1	0.9;",
        ),
        ("	1	3	0	0	0	0	1	1.02", "1,3,0,0,0,0,1,1.02 , "),
        ("mpc.bus = [\n", "mpc.bus = ...\n  [\n"),
        ("mpc.areas", "%{\nmpc.bus = [];\n%{\nnested\n%}\nsystem('rm')\n%}\nmpc.areas"),
        ("mpc.areas", "define_constants;\n[PQ, PV, REF, NONE, BUS_I, ...\n BUS_TYPE] = idx_bus;\nk = 3;\nmpc.areas"),
        ("mpc.reserves.req = 60 * ones(2, 1);\n", "mpc.reserves.req = 60 * ones(2, 1);\nend\n"),
        ("mpc.version = '2';", 'mpc.version = "2";'),
        ("mpc.version = '2';", "mpc.version = 2;"),
        ("mpc.version = '2';", ""),
        ("mpc.baseMVA = 100;", "mpc.baseMVA = 1E2"),
        ("mpc.baseMVA = 100;", "mpc.baseMVA = 100, mpc.note = 'x = [ } ;';"),
        ("	10	1	400", "\f10	1	4e2"),
    ],
)
def test_forms_that_mean_the_same(tmp_path: Path, case: GridCase, old: str, new: str) -> None:
    assert old in CASE
    again = read_matpower(written(tmp_path, CASE.replace(old, new, -1 if old == "\n" else 1)))
    assert again.bus.id == case.bus.id
    assert again.base_mva == case.base_mva
    same(again.bus.base_kv, case.bus.base_kv.tolist())
    same(again.bus.vm_max_pu, case.bus.vm_max_pu.tolist())
    same(again.load.p_mw, case.load.p_mw.tolist())


def test_rows_on_one_line_and_no_final_semicolon(tmp_path: Path) -> None:
    start, end = CASE.index("mpc.areas"), CASE.index("mpc.reserves")
    text = CASE[:start] + CASE[end:]
    body = text[text.index("mpc.gencost = [") + 15 : text.index("];\nmpc.dcline")]
    one_line = " ".join(body.split())
    case = read_matpower(written(tmp_path, text.replace(body, one_line)))
    assert case.generator.cost[1] == CostCurve(kind="piecewise", points=((0.0, 0.0), (170.0, 2550.0)))


def test_continuation_sixty_lines_deep(tmp_path: Path) -> None:
    row = "	10	1	400	131.47	0	0	2	1	0	110	2	1.1	0.9;"
    deep = " ...\n".join(row.strip().split("\t")[:12]) + " ...\n" * 60 + "0.9;"
    case = read_matpower(written(tmp_path, replaced(row, deep)))
    same(case.load.p_mw, [300.5, 0, 400])
    assert case.origin.place("load", 2, "p_mw").line == line_of(CASE, row)


def test_another_name_of_the_struct(tmp_path: Path) -> None:
    assert read_matpower(written(tmp_path, CASE.replace("mpc", "s"))).bus.id[3] == "10"


def test_latin_1_comment_is_read_with_a_warning(tmp_path: Path) -> None:
    case = read_matpower(written(tmp_path, replaced("%FIVE", "%Köln").encode("latin-1")))
    assert [(f.code, f.severity, f.place.line) for f in case.findings] == [("GP-ENC-001", "warning", 2)]


def test_a_slip_in_a_name_is_told(tmp_path: Path) -> None:
    case = read_matpower(written(tmp_path, CASE.replace("mpc.gencost", "mpc.gencosts")))
    assert [f.message for f in case.findings] == ["mpc.gencosts is not read; did you mean mpc.gencost?"]
    assert case.generator.cost == (None,) * 4


def test_without_names_ids_are_counted(tmp_path: Path) -> None:
    text = CASE[: CASE.index("mpc.bus_name")]
    case = read_matpower(written(tmp_path, text))
    assert case.generator.id == ("1_1", "1_2", "2_1", "3_1")
    assert case.bus.name == case.bus.id
    assert case.generator.fuel == ("",) * 4


def test_an_enormous_line_is_read_in_time(tmp_path: Path) -> None:
    rows = "1 2 0.01 0.1 0 0 0 0 0 0 1 -360 360; " * 50_000
    case = read_matpower(written(tmp_path, replaced("mpc.branch = [\n", f"mpc.branch = [ {rows}\n")))
    assert len(case.branch) == 50_005
