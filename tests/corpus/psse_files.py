"""Damaged PSS/E RAW files, with the cost file beside them, and PowerWorld AUX files."""

from __future__ import annotations

from tests.corpus.damage import Change, Damaged, cut, drop, swap

BASE = "south.raw"
COSTS = "south.cost.csv"
AUX = "east.aux"
_LOAD = "3, '1', 1, 1, 1, 90.0, 25.0, 0.0, 0.0, 0.0, 0.0, 1, 1, 0"
_UNIT = "2, '1', 80.0, 5.0, 60.0, -60.0, 1.01, 0, 100.0"
_END_DC = "0 / END OF TWO-TERMINAL DC DATA"
_DC = (
    "'DC1', 1, 5.0, 20.0, 500.0, 0.0, 0.0, 0.1, 'I', 0.0, 20, 1.0\n"
    "1, 2, 20.0, 10.0, 0.0, 5.0, 230.0, 0.4, 1.0, 1.5, 0.5, 0.00625, 0, 0, 0, '1', 0.0\n"
    "4, 2, 20.0, 10.0, 0.0, 5.0, 230.0, 0.4, 1.0, 1.5, 0.5, 0.00625, 0, 0, 0, '1', 0.0\n"
)
_THREE = (
    "1, 3, 5, '1', 1, 1, 1, 0.001, -0.002, 2, 'THREE', 1, 1, 1.0\n"
    "0.01, 0.10, 100.0, 0.02, 0.20, 100.0, 0.03, 0.16, 100.0, 1.01, -2.0\n"
    "1.02, 0.0, 0.0, 100, 110, 120, 0, 0, 1.1, 0.9, 1.1, 0.9, 33, 0, 0.0, 0.0, 0.0\n"
    "1.00, 0.0, 0.0, 200, 210, 220, 0, 0, 1.1, 0.9, 1.1, 0.9, 33, 0, 0.0, 0.0, 0.0\n"
    "1.00, 0.0, 30.0, 300, 310, 320, 0, 0, 1.1, 0.9, 1.1, 0.9, 33, 0, 0.0, 0.0, 0.0\n"
)


def raw(name: str, code: str, *changes: Change, severity: str = "error") -> Damaged:
    return Damaged(name=name, code=code, base=BASE, changes=changes, severity=severity)


def costs(name: str, code: str, *changes: Change) -> Damaged:
    return Damaged(name=name, code=code, base=BASE, file=COSTS, changes=changes)


def aux(name: str, code: str, *changes: Change, severity: str = "error") -> Damaged:
    return Damaged(name=name, code=code, base=AUX, changes=changes, severity=severity)


def with_dc(old: str, new: str) -> Change:
    return swap(_END_DC, f"{_DC.replace(old, new)}{_END_DC}")


RAW = (
    raw("NaN load", "GP-VAL-001", swap("90.0, 25.0", "NaN, 25.0")),
    raw("expression", "GP-VAL-001", swap("90.0, 25.0", "900/10, 25.0")),
    raw("record cut off", "GP-VAL-005", swap("0.011, 0.085, 0.021, 170.0", "0.011")),
    raw("open quote", "GP-VAL-001", swap("'Birch       '", "'Birch")),
    raw("cut off", "GP-ENC-002", cut(0.5)),
    raw("end of a section missing", "GP-ENC-002", drop("0 / END OF LOAD")),
    raw("version 30", "GP-NET-001", swap("100.0, 33", "100.0, 30")),
    raw("base power of zero", "GP-PU-001", swap("0, 100.0, 33", "0, 0.0, 33")),
    raw("load at nowhere", "GP-TOP-005", swap(_LOAD, _LOAD.replace("3,", "33,", 1))),
    raw("branch to itself", "GP-TOP-005", swap("3, 4, '1'", "3, 3, '1'")),
    raw("bus twice", "GP-BUS-002", swap("3, 'Cedar", "2, 'Cedar")),
    raw("kV for a ratio", "GP-TRF-001", swap("0.98, 0.0, -30.0", "138.0, 0.0, -30.0")),
    raw("rating below zero", "GP-LIM-002", swap("0.08, 0.02, 180.0", "0.08, 0.02, -180.0")),
    raw("load below zero", "GP-VAL-002", swap("90.0, 25.0", "-90.0, 25.0"), severity="warning"),
    raw("empty field", "GP-VAL-006", swap("60.0, -60.0", ", "), severity="warning"),
    raw("load twice", "GP-TOP-008", swap(_LOAD, f"{_LOAD}\n{_LOAD}"), severity="warning"),
    raw(
        "constant current",
        "GP-LOD-001",
        swap(_LOAD, "3, '1', 1, 1, 1, 80.0, 25.0, 10.0, 0.0, 0.0, 0.0, 1, 1, 0"),
        severity="warning",
    ),
    raw(
        "switched shunt",
        "GP-SHN-002",
        swap("0 / END OF SWITCHED SHUNT", "5, 1, 0, 1, 1.1, 0.9, 0, 100.0, '', 5.0, 1, 5.0\n0 / END OF SWITCHED SHUNT"),
        severity="note",
    ),
    raw("voltage held elsewhere", "GP-GEN-002", swap(_UNIT, _UNIT.replace("1.01, 0", "1.01, 3")), severity="note"),
    raw(
        "facts device",
        "GP-NET-003",
        swap("0 / END OF FACTS", "'F1', 2, 3, 1, 40.0, 0.0\n0 / END OF FACTS"),
        severity="warning",
    ),
    raw(
        "impedance on another voltage",
        "GP-TRF-004",
        swap("3, 5, 0, '1', 1, 1, 1,", "3, 5, 0, '1', 1, 2, 1,"),
        swap("0.98, 0.0, -30.0", "0.98, 140.0, -30.0"),
        severity="warning",
    ),
    raw("three windings", "GP-TRF-003", swap("3, 5, 0, '1'", f"{_THREE}3, 5, 0, '1'"), severity="note"),
    raw("dc line of mode 3", "GP-DCL-001", with_dc("1, 5.0, 20.0", "3, 5.0, 20.0")),
    raw("dc line without a voltage", "GP-DCL-002", with_dc("20.0, 500.0", "20.0, 0.0"), severity="warning"),
    raw("dc line without Mvar", "GP-DCL-003", with_dc("'DC1'", "'DC2'"), severity="note"),
)

COST_FILES = (
    Damaged(name="no costs", code="GP-CST-004", base=BASE, file=COSTS, is_missing=True, severity="warning"),
    raw("costs beside it", "GP-CST-005", swap("six buses", "six buses, one more word"), severity="note"),
    costs("unit that is not there", "GP-CST-006", swap("1_1,", "9_9,")),
    costs("NaN cost", "GP-CST-006", swap("100.0,20.0", "NaN,20.0")),
    costs("two costs", "GP-CST-006", swap("2_1,", "1_1,")),
)

AUX_FILES = (
    aux("NaN load", "GP-VAL-001", swap("100 50", "NaN 50")),
    aux("decimal comma", "GP-VAL-001", swap("0.01 0.1 0.02", "0,01 0.1 0.02")),
    aux("value missing", "GP-VAL-005", swap("100 50", "100")),
    aux("script", "GP-SEC-003", swap("DATA (Load", "SCRIPT\n{\n  OpenCase(other.pwb);\n}\nDATA (Load")),
    aux("no DATA", "GP-ENC-002", cut(0.05)),
    aux("conductance of a line", "GP-NET-003", swap("LineC, LineAMVA", "LineG, LineAMVA")),
    aux("no base power", "GP-PU-003", swap("// baseMVA 100\n", ""), severity="note"),
    aux("load at nowhere", "GP-ENC-002", swap('2 "1" 100 50', '3 "1" 100 50')),
)

PSSE = (*RAW, *COST_FILES, *AUX_FILES)
