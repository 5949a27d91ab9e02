"""Damaged MATPOWER cases: every rule on grids at least once, and what the reader itself refuses."""

from __future__ import annotations

from gridplan.network.policy import Policy
from tests.corpus.damage import GOOD, Change, Damaged, cell, cut, drop, swap, wider

BASE = "north.m"


def case(name: str, code: str, *changes: Change, severity: str = "error", policy: Policy | None = None) -> Damaged:
    return Damaged(name=name, code=code, base=BASE, changes=changes, severity=severity, policy=policy or Policy())


def data(name: str, code: str, content: bytes) -> Damaged:
    return Damaged(name=name, code=code, base=BASE, data=content)


_OPEN_TO_5 = (cell("branch", 6, "STATUS", "0"), cell("branch", 8, "STATUS", "0"))
_OPEN_TO_5_6 = (cell("branch", 6, "STATUS", "0"), cell("branch", 7, "STATUS", "0"))
_LINE_69 = "\t5\t6\t0.03\t0.14\t0.004\t60\t66\t70\t0\t0\t1\t-60\t60;\n"
_UNIT_6 = "\t4\t0\t0\t50\t-50\t1\t100\t0\t80\t10;\n"
_MAIN = Policy(islands="main")

TOPOLOGY = (
    case("bus cut off", "GP-TOP-001", *_OPEN_TO_5),
    case("two buses cut off", "GP-TOP-001", *_OPEN_TO_5_6),
    case("bus cut off and left out", "GP-TOP-001", *_OPEN_TO_5, severity="warning", policy=_MAIN),
    case("bus cut off for good", "GP-TOP-001", cell("branch", 6, "STATUS", "0"), drop("5\t6\t")),
    case("no unit in service", "GP-TOP-001", cell("gen", 0, "STATUS", "0"), drop("1\t4\t1\t20")),
    case("no reference", "GP-TOP-002", cell("bus", 1, "TYPE", "2"), severity="warning"),
    case("two references", "GP-TOP-003", cell("bus", 2, "TYPE", "3"), severity="warning"),
    case("reference without a unit", "GP-TOP-003", cell("gen", 1, "STATUS", "0"), severity="warning"),
    case("no impedance", "GP-TOP-004", cell("branch", 2, "R", "0"), cell("branch", 2, "X", "0")),
    case(
        "no impedance and merged",
        "GP-TOP-004",
        cell("branch", 2, "R", "0"),
        cell("branch", 2, "X", "0"),
        severity="note",
        policy=Policy(merge_zero_impedance=True),
    ),
    case("no reactance", "GP-TOP-004", cell("branch", 2, "X", "0"), severity="warning"),
    case("branch to itself", "GP-TOP-005", cell("branch", 2, "T_BUS", "2")),
    case("dc line to itself", "GP-TOP-005", cell("dcline", 1, "T_BUS", "1")),
    case("branch to nowhere", "GP-TOP-005", cell("branch", 2, "T_BUS", "33")),
    case("unit at nowhere", "GP-TOP-005", cell("gen", 2, "BUS", "22")),
    case("dc line to nowhere", "GP-TOP-005", cell("dcline", 1, "T_BUS", "44")),
    case("idle branch to nowhere", "GP-TOP-005", cell("branch", 9, "T_BUS", "66"), severity="warning"),
    case("load on an isolated bus", "GP-TOP-005", cell("bus", 5, "TYPE", "4")),
    case("unit on an isolated bus", "GP-TOP-005", cell("bus", 4, "TYPE", "4"), cell("bus", 4, "PD", "0")),
    case(
        "branch to an isolated bus",
        "GP-TOP-005",
        cell("bus", 5, "TYPE", "4"),
        cell("bus", 5, "PD", "0"),
        cell("bus", 5, "QD", "0"),
        severity="warning",
    ),
    case("line between two voltages", "GP-TOP-006", cell("branch", 3, "T_BUS", "5"), severity="warning"),
    case("two grids", "GP-TOP-007", *_OPEN_TO_5_6, swap(_UNIT_6, "\t6\t0\t0\t50\t-50\t1\t100\t1\t80\t10;\n")),
    case(
        "two grids and one left out",
        "GP-TOP-007",
        *_OPEN_TO_5_6,
        swap(_UNIT_6, "\t6\t0\t0\t50\t-50\t1\t100\t1\t80\t10;\n"),
        severity="warning",
        policy=_MAIN,
    ),
    case(
        "bus that nothing connects",
        "GP-TOP-007",
        *_OPEN_TO_5,
        cell("bus", 5, "PD", "0"),
        cell("bus", 5, "QD", "0"),
        severity="note",
    ),
    case("bus twice", "GP-BUS-002", cell("bus", 3, "BUS_I", "2")),
    case("every bus isolated", "GP-BUS-004", cell("bus", 0, "TYPE", "4")),
)

LIMITS = (
    case("no rating", "GP-LIM-001", cell("branch", 1, "RATE_A", "0"), severity="warning"),
    case("no rating refused", "GP-LIM-001", cell("branch", 1, "RATE_A", "0"), policy=Policy(unrated="error")),
    case(
        "no rating derived",
        "GP-LIM-001",
        cell("branch", 1, "RATE_A", "0"),
        severity="warning",
        policy=Policy(unrated="derive"),
    ),
    case("no limit of a unit", "GP-LIM-007", cell("gen", 1, "PMAX", "9999.9"), severity="warning"),
    case("rating below zero", "GP-LIM-002", cell("branch", 1, "RATE_A", "-180")),
    case("emergency rating below zero", "GP-LIM-002", cell("branch", 1, "RATE_B", "-200")),
    case(
        "ratings in kVA",
        "GP-LIM-003",
        *(cell("branch", k, column, "8000") for k in range(1, 6) for column in ("RATE_A", "RATE_B", "RATE_C")),
        severity="warning",
    ),
    case(
        "ratings in GVA",
        "GP-LIM-003",
        *(cell("branch", k, "RATE_A", "0.18") for k in range(1, 6)),
        severity="warning",
    ),
    case("Pmin above Pmax", "GP-LIM-004", cell("gen", 2, "PMIN", "130")),
    case("Qmin above Qmax", "GP-LIM-004", cell("gen", 2, "QMIN", "70")),
    case("Vmin above Vmax", "GP-LIM-004", cell("bus", 2, "VMIN", "1.06")),
    case("angmin above angmax", "GP-LIM-004", cell("branch", 1, "ANGMIN", "61")),
    case("dc Pmin above Pmax", "GP-LIM-004", cell("dcline", 1, "PMIN", "60")),
    case("dc Qmin above Qmax", "GP-LIM-004", cell("dcline", 1, "QMINT", "20")),
    case("no emergency rating", "GP-LIM-005", cell("branch", 1, "RATE_B", "0"), severity="warning"),
    case("emergency below normal", "GP-LIM-005", cell("branch", 1, "RATE_B", "170")),
    case("emergency without its point", "GP-LIM-005", cell("branch", 1, "RATE_B", "2000"), severity="warning"),
    case("emergency in kVA", "GP-LIM-005", cell("branch", 1, "RATE_B", "200000"), severity="warning"),
    case("short time without its point", "GP-LIM-005", cell("branch", 1, "RATE_C", "2100"), severity="warning"),
    case("highest voltage without its point", "GP-VAL-005", cell("bus", 1, "VMAX", "105"), severity="warning"),
    case("lowest voltage below zero", "GP-VAL-005", cell("bus", 1, "VMIN", "-0.95"), severity="warning"),
    case("voltage in kV", "GP-VAL-005", cell("bus", 1, "VM", "138"), severity="warning"),
    case("setpoint without its point", "GP-VAL-005", cell("gen", 1, "VG", "102"), severity="warning"),
    case("short time below normal", "GP-LIM-005", cell("branch", 1, "RATE_C", "170")),
)

VALUES = (
    case("NaN load", "GP-VAL-001", cell("bus", 2, "PD", "NaN")),
    case("infinite load", "GP-VAL-001", cell("bus", 2, "PD", "Inf")),
    case("load beyond numbers", "GP-VAL-001", cell("bus", 2, "PD", "1e400")),
    case("text for a load", "GP-VAL-001", cell("bus", 2, "PD", "N/A")),
    case("expression for a load", "GP-VAL-001", cell("bus", 2, "PD", "240/3")),
    case("NaN rating", "GP-VAL-001", cell("branch", 2, "RATE_A", "NaN")),
    case("infinite Pmax", "GP-VAL-001", cell("gen", 1, "PMAX", "Inf")),
    case("NaN reactance", "GP-VAL-001", cell("branch", 2, "X", "NaN")),
    case("NaN cost", "GP-VAL-001", cell("gencost", 1, "C2", "NaN")),
    case("half a bus", "GP-VAL-001", cell("branch", 2, "T_BUS", "2.5")),
    case("load below zero", "GP-VAL-002", cell("bus", 2, "PD", "-80"), severity="warning"),
    case("one load in kW", "GP-VAL-003", cell("bus", 2, "PD", "80000")),
    case(
        "all loads in kW",
        "GP-VAL-003",
        *(cell("bus", k, "PD", f"{mw}000") for k, mw in ((2, 80), (3, 90), (4, 60), (5, 40), (6, 30))),
    ),
    case(
        "one load that may be in kW",
        "GP-VAL-003",
        cell("bus", 2, "PD", "400"),
        *(cell("bus", k, "PD", "4") for k in (3, 4, 5, 6)),
        severity="warning",
    ),
    case("more load than units", "GP-VAL-004", cell("bus", 2, "PD", "800"), severity="warning"),
)

TRANSFORMERS = (
    case("kV for a ratio", "GP-TRF-001", cell("branch", 6, "TAP", "138")),
    case("ratio below zero", "GP-TRF-001", cell("branch", 6, "TAP", "-1")),
    case("ratio of a tenth", "GP-TRF-001", cell("branch", 6, "TAP", "0.098")),
    case("more than half a turn", "GP-TRF-002", cell("branch", 7, "SHIFT", "-330"), severity="warning"),
    case(
        "radians for degrees",
        "GP-TRF-002",
        cell("branch", 6, "SHIFT", "-0.5236"),
        cell("branch", 7, "SHIFT", "-0.5236"),
        severity="warning",
    ),
    case("windings exchanged", "GP-TRF-003", cell("branch", 6, "TAP", "0.25")),
    case("windings exchanged from below", "GP-TRF-003", cell("branch", 6, "TAP", "4.1")),
)

OTHERS = (
    case("loss in percent", "GP-DCL-001", cell("dcline", 1, "LOSS1", "2")),
    case("loss share below zero", "GP-DCL-001", cell("dcline", 1, "LOSS1", "-0.02")),
    case("loss below zero", "GP-DCL-001", cell("dcline", 1, "LOSS0", "-0.5")),
    case("setpoint above the limit", "GP-DCL-001", cell("dcline", 1, "PF", "60")),
    case("setpoint below the limit", "GP-DCL-001", cell("dcline", 1, "PF", "-10")),
    case("shunt", "GP-SHN-001", cell("bus", 5, "GS", "3"), severity="note"),
    case("concave cost", "GP-CST-001", cell("gencost", 1, "C1", "-0.01")),
    case("cubic cost", "GP-CST-001", swap("2\t500\t0\t3\t0.01\t20\t100\t0", "2\t500\t0\t4\t-0.001\t0.01\t20\t100")),
    case(
        "corner points that do not ascend", "GP-CST-001", swap("0\t0\t2\t0\t0\t100\t2800", "0\t0\t2\t100\t2800\t0\t0")
    ),
    case(
        "falling pieces",
        "GP-CST-001",
        wider("gencost", 2),
        swap("1\t0\t0\t2\t0\t0\t100\t2800\t0\t0", "1\t0\t0\t3\t0\t0\t50\t1800\t100\t2800"),
    ),
    case("one corner point", "GP-CST-001", cell("gencost", 3, "N", "1")),
    case("unknown cost model", "GP-CST-001", cell("gencost", 1, "MODEL", "3")),
    case("more coefficients than values", "GP-CST-001", cell("gencost", 1, "N", "6")),
    case("cost row missing", "GP-CST-002", drop("2\t300\t0\t2")),
    case(
        "no costs",
        "GP-CST-003",
        cell("gencost", 0, "MODEL", "2"),
        cell("gencost", 0, "N", "1"),
        cell("gencost", 0, "C1", "0"),
        severity="warning",
    ),
    case("base power of zero", "GP-PU-001", swap("baseMVA = 100", "baseMVA = 0")),
    case("base power below zero", "GP-PU-001", swap("baseMVA = 100", "baseMVA = -100")),
    case("ohm for per unit", "GP-PU-001", cell("branch", 0, "X", "17"), severity="warning"),
    case("no base voltage", "GP-PU-002", cell("bus", 6, "BASE_KV", "0"), severity="note"),
    case("base voltage below zero", "GP-PU-002", cell("bus", 6, "BASE_KV", "-69")),
)

READER = (
    case("decimal comma", "GP-VAL-001", cell("bus", 2, "PD", "80,5")),
    case("value missing", "GP-ENC-005", swap("\t5\t1\t40\t12\t0", "\t5\t1\t40\t12")),
    case("table twice", "GP-ENC-005", swap("%% branch data", "mpc.gen = [\n\t1\t0\t0\t0\t0\t1\t100\t1\t9\t0;\n];\n")),
    case("table misspelled", "GP-ENC-002", swap("mpc.branch", "mpc.brnach")),
    case("too few names", "GP-ENC-005", drop("'Fir'")),
    case("cut off in a table", "GP-ENC-002", cut(0.4)),
    case("cut off after a table", "GP-ENC-002", cut(0.25)),
    case("a program", "GP-ENC-003", swap("mpc.bus_name", "mpc.bus(:, 3) = mpc.bus(:, 3) / 1e3;\nmpc.bus_name")),
    case("version 1", "GP-ENC-004", swap("mpc.version = '2'", "mpc.version = '1'")),
    case("no table of units", "GP-ENC-002", swap("mpc.gen =", "mpc.units =")),
    case("text for base power", "GP-VAL-001", swap("baseMVA = 100", "baseMVA = 'hundred'")),
    Damaged(name="missing", code="GP-ENC-002", base=BASE, is_missing=True),
    data("empty", "GP-ENC-002", b""),
    data("blank", "GP-ENC-002", b"  \n\n"),
    data("binary", "GP-ENC-002", bytes(range(256)) * 8),
    data("UTF-16", "GP-ENC-001", "function mpc = north".encode("utf-16")),
    data("another file", "GP-ENC-002", b"bus,load\n1,20\n"),
    data("a comment", "GP-ENC-002", b"% mpc.bus is in the other file\n"),
    Damaged(
        name="latin-1",
        code="GP-ENC-001",
        base=BASE,
        data=(GOOD / BASE).read_bytes().replace(b"'Elm'", b"'\xd6resund'"),
        severity="warning",
    ),
)

CASES = (*TOPOLOGY, *LIMITS, *VALUES, *TRANSFORMERS, *OTHERS, *READER)
