"""AUX files that powerio writes and small ones made by hand, read through the scanner in front of it."""

from __future__ import annotations

import random
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from gridplan.errors import InputError
from gridplan.network.build import build_network
from gridplan.network.case import GridCase
from gridplan.network.matpower.read import read_matpower
from gridplan.network.policy import Policy
from gridplan.network.powerworld.read import read_powerworld
from gridplan.network.ybus import ybus

powerio = pytest.importorskip("powerio")
SPEC = find_spec("powerfulcases")
if SPEC is None or SPEC.origin is None:
    pytest.skip("the sample files come with powerfulcases", allow_module_level=True)
CASES = Path(SPEC.origin).parent / "cases"

AUX = """// by hand
// baseMVA 100
DATA (Bus, [BusNum, BusName, BusNomVolt, BusPUVolt, BusAngle, AreaNum, ZoneNum, BusVMax, BusVMin, BusCat])
{
  1 "ALPHA" 230 1.02 0 1 1 1.1 0.9 "Slack"
  2 "BE TA" 115 0.98 -3 2 3 1.05 0.95 "PQ"
}
DATA (Load, [BusNum, LoadID, LoadMW, LoadMVR, LoadStatus])
{
  2 "1" 100 50 "Closed"
  2 "X" 7 3 "Open"
}
DATA (Shunt, [BusNum, ShuntID, ShuntMW, ShuntMVR, ShuntStatus])
{
  2 "1" 1.5 -10 "Closed"
}
DATA (Gen, [BusNum, GenID, GenMW, GenMVR, GenMWMax, GenMWMin, GenMVRMax, GenMVRMin, GenVoltSet, GenMVABase, GenStatus])
{
  1 "A" 100 5 200 10 80 -70 1.02 120 "Closed"
}
DATA (Branch, [BusNum, BusNum:1, LineCircuit, LineR, LineX, LineC, LineAMVA, LineBMVA, LineCMVA, LineXFRatio,
  LinePhase, LineStatus, BranchDeviceType])
{
  1 2 "1" 0.01 0.1 0.02 100 110 120 1.05 10 "Closed" "Transformer"
  1 2 "2" 0.01 0.1 0.02 100 110 120 1 0 "Open" "Line"
}
DATA (Area, [AreaNum, AreaName])
{
  1 "NORTH"
}
"""


def read(folder: Path, text: str) -> GridCase:
    path = folder / "north.aux"
    path.write_text(text, encoding="utf-8")
    return read_powerworld(path)


def test_hand_made_file(tmp_path: Path) -> None:
    case = read(tmp_path, AUX)
    assert (case.bus.id, case.bus.name, case.bus.kind) == (("1", "2"), ("ALPHA", "BE TA"), ("ref", "pq"))
    assert (case.bus.area, case.bus.zone) == (("1", "2"), ("1", "3"))
    assert case.bus.vm_max_pu.tolist() == [1.1, 1.05]
    assert case.load.id == ("2_1", "2_X")
    assert case.load.in_service.tolist() == [True, False]
    assert (case.shunt.gs_mw[0], case.shunt.bs_mvar[0]) == (1.5, -10.0)
    assert (case.generator.id, case.generator.p_max_mw[0], case.generator.mbase_mva[0]) == (("1_A",), 200.0, 120.0)
    assert case.branch.id == ("1-2_1", "1-2_2")
    assert case.branch.tap_ratio.tolist() == [1.05, 1.0]
    assert case.branch.shift_degree.tolist() == [10.0, 0.0]
    assert case.branch.is_transformer.tolist() == [True, False]
    assert case.branch.in_service.tolist() == [True, False]
    assert case.origin.lines["load"].tolist() == [10, 11]
    assert [(row.section, row.rows) for row in case.not_carried] == [("Area", 1)]


def test_fields_that_are_not_read_are_listed(tmp_path: Path) -> None:
    text = AUX.replace("LoadMVR, LoadStatus]", "LoadMVR, LoadStatus, OwnerName]")
    text = text.replace('50 "Closed"', '50 "Closed" "a"').replace('3 "Open"', '3 "Open" "b"')
    assert ("Load OwnerName", 2) in [(row.section, row.rows) for row in read(tmp_path, text).not_carried]


def test_base_power_that_is_not_stated_is_told(tmp_path: Path) -> None:
    case = read(tmp_path, AUX.replace("// baseMVA 100\n", ""))
    assert [finding.code for finding in case.findings] == ["GP-PU-003"]


@pytest.mark.parametrize("stem", ["case5", "case9", "ieee30", "case30Q", "case4gs", "case145"])
def test_files_written_by_powerio(stem: str, tmp_path: Path) -> None:
    source = CASES / stem / f"{stem}.m"
    original = read_matpower(source)
    case = read(tmp_path, powerio.emit(powerio.parse(str(source)), "powerworld").text)
    policy = Policy(islands="main")
    first, second = build_network(case, policy).network, build_network(original, policy).network
    assert np.abs(ybus(first) - ybus(second)).max() < 1e-9
    assert first.bus.p_load_mw == pytest.approx(second.bus.p_load_mw, rel=1e-12)
    np.testing.assert_array_equal(first.branch.rating_normal_mva, second.branch.rating_normal_mva)
    assert case.generator.in_service.tolist() == original.generator.in_service.tolist()
    if stem == "case5":
        for own, other, p_mw in zip(case.generator.cost, original.generator.cost, (40, 170, 323, 0, 466), strict=True):
            assert own is not None
            assert other is not None
            assert own.usd_per_hour(p_mw) == pytest.approx(other.usd_per_hour(p_mw), rel=1e-12)


DAMAGED = {
    "NaN": ("100 50", "NaN 50", "GP-VAL-001", "'NaN' is not a finite number"),
    "text": ("100 50", "abc 50", "GP-VAL-001", "'abc' is not a finite number"),
    "infinite": ("100 50", "1e400 50", "GP-VAL-001", "'1e400'"),
    "decimal comma": ("0.01 0.1 0.02 100", "0,01 0.1 0.02 100", "GP-VAL-001", "'0,01'"),
    "expression": ("100 50", "900/3 50", "GP-VAL-001", "'900/3'"),
    "value missing": ("100 50", "100", "GP-VAL-005", "4 values for 5 fields"),
    "value too many": ("100 50", "100 50 3", "GP-VAL-005", "6 values for 5 fields"),
    "unknown status": ('50 "Closed"', '50 "Shut"', "GP-VAL-001", "LoadStatus is 'Shut'"),
    "unknown category": ('"PQ"', '"PX"', "GP-VAL-001", "BusCat is 'PX'"),
    "open quote": ('"BE TA"', '"BE TA', "GP-VAL-001", "quote"),
    "field gone": ("LoadMVR, LoadStatus", "LoadXXX, LoadStatus", "GP-VAL-005", "no field LoadMVR"),
    "field twice": ("LoadMVR, LoadStatus", "LoadMW, LoadStatus", "GP-VAL-005", "no field LoadMVR"),
    "script": ("// by hand", "SCRIPT\n{\nDeleteFile(x);\n}", "GP-SEC-003", "SCRIPT"),
    "short header": ("// by hand", "Bus (Number, Name)\n{\n}", "GP-NET-001", "short form"),
    "comma separated": ("LoadStatus])", "LoadStatus], AUXCSV)", "GP-NET-001", "is not read"),
    "no brace": ("BusCat])\n{", "BusCat])\n", "GP-ENC-002", "no { after its head"),
    "text before": ("// by hand", "hello", "GP-ENC-002", "begins neither"),
    "three windings": (
        "DATA (Area, [AreaNum, AreaName])\n{\n  1 ",
        "DATA (3WXFormer, [BusNum, Name])\n{\n  1 ",
        "GP-NET-003",
        "3WXFormer",
    ),
    "dc line": (
        "DATA (Area, [AreaNum, AreaName])\n{\n  1 ",
        "DATA (DCTransmissionLine, [BusNum, Name])\n{\n  1 ",
        "GP-NET-003",
        "DCTransmissionLine",
    ),
    "no bus": ("DATA (Bus,", "DATA (Node,", "GP-ENC-002", "no bus"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_file_is_refused_with_place_and_remedy(name: str, tmp_path: Path) -> None:
    old, new, code, says = DAMAGED[name]
    assert old in AUX
    with pytest.raises(InputError) as raised:
        read(tmp_path, AUX.replace(old, new, 1))
    found = [finding for finding in raised.value.findings if finding.code == code and says in finding.message]
    assert found, str(raised.value)
    assert found[0].place.file == tmp_path / "north.aux"
    assert found[0].remedy
    assert found[0].place.line > 0 or name == "no bus"


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.8, 0.95])
def test_truncated_file_is_refused(cut: float, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read(tmp_path, AUX[: int(len(AUX) * cut)])


def test_conductance_of_a_line_is_refused(tmp_path: Path) -> None:
    text = AUX.replace("LineC, LineAMVA", "LineC, LineG, LineAMVA").replace("0.02 100", "0.02 0.001 100")
    with pytest.raises(InputError, match="conductance of lines in AUX is not read"):
        read(tmp_path, text)


def test_without_powerio_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "powerio", None)
    with pytest.raises(InputError) as raised:
        read(tmp_path, AUX)
    assert raised.value.exit_code == 2
    assert "pip install '.[formats]'" in raised.value.findings[0].remedy


def test_mutated_bytes_are_read_or_refused(tmp_path: Path) -> None:
    chance = random.Random(20261126)
    n_refused = 0
    for _ in range(150):
        data = bytearray(AUX.encode())
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(data))
            data[at : at + chance.randint(0, 2)] = bytes([chance.randrange(256)])
        path = tmp_path / "mutant.aux"
        path.write_bytes(bytes(data))
        try:
            case = read_powerworld(path)
        except InputError:
            n_refused += 1
        else:
            assert np.isfinite(case.load.p_mw).all()
    assert n_refused > 50


@pytest.mark.parametrize(
    ("field", "table", "column", "default"),
    [
        ("BusVMax", "bus", "vm_max_pu", 1.1),
        ("BusVMin", "bus", "vm_min_pu", 0.9),
        ("GenVoltSet", "generator", "vm_setpoint_pu", 1.0),
        ("LineBMVA", "branch", "rating_emergency_mva", 0.0),
        ("LineCMVA", "branch", "rating_short_time_mva", 0.0),
        ("LineXFRatio", "branch", "tap_ratio", 1.0),
        ("LinePhase", "branch", "shift_degree", 0.0),
    ],
)
def test_a_field_with_a_slip_in_its_name_is_told(
    field: str, table: str, column: str, default: float, tmp_path: Path
) -> None:
    slip = f"{field[:-1]}y"
    case = read(tmp_path, AUX.replace(field, slip))
    told = [finding for finding in case.findings if finding.code == "GP-VAL-006"]
    assert [finding.severity for finding in told] == ["warning"]
    assert f"no field {field}" in told[0].message
    assert slip in told[0].message
    assert set(getattr(getattr(case, table), column)) == {default}


def test_a_whole_file_tells_of_no_absent_field(tmp_path: Path) -> None:
    assert not [finding for finding in read(tmp_path, AUX).findings if finding.code == "GP-VAL-006"]
