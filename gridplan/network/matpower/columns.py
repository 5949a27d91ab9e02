"""Columns of the tables of a MATPOWER case, in MATPOWER's own words and order.

Reader and writer both take positions and headings from here; findings name a value by these words.
"""

from __future__ import annotations

from collections.abc import Mapping


def _columns(words: str) -> tuple[str, ...]:
    return tuple(words.split())


#: Columns by table; results that a solved case adds stand at the end.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "bus": _columns("BUS_I BUS_TYPE PD QD GS BS BUS_AREA VM VA BASE_KV ZONE VMAX VMIN LAM_P LAM_Q MU_VMAX MU_VMIN"),
    "gen": _columns(
        "GEN_BUS PG QG QMAX QMIN VG MBASE GEN_STATUS PMAX PMIN PC1 PC2 QC1MIN QC1MAX QC2MIN QC2MAX "
        "RAMP_AGC RAMP_10 RAMP_30 RAMP_Q APF MU_PMAX MU_PMIN MU_QMAX MU_QMIN"
    ),
    "branch": _columns(
        "F_BUS T_BUS BR_R BR_X BR_B RATE_A RATE_B RATE_C TAP SHIFT BR_STATUS ANGMIN ANGMAX "
        "PF QF PT QT MU_SF MU_ST MU_ANGMIN MU_ANGMAX"
    ),
    "dcline": _columns(
        "F_BUS T_BUS BR_STATUS PF PT QF QT VF VT PMIN PMAX QMINF QMAXF QMINT QMAXT LOSS0 LOSS1 "
        "MU_PMIN MU_PMAX MU_QMINF MU_QMAXF MU_QMINT MU_QMAXT"
    ),
    "gencost": ("MODEL", "STARTUP", "SHUTDOWN", "NCOST"),
}
#: Columns a table must have for MATPOWER to use it.
LEAST_COLUMNS: Mapping[str, int] = {"bus": 13, "gen": 10, "branch": 11, "dcline": 17, "gencost": 4}
#: Columns gridplan holds; those behind them are not carried.
HELD_COLUMNS: Mapping[str, int] = {"bus": 13, "gen": 10, "branch": 13, "dcline": 17}
#: Columns that hold bus numbers.
BUS_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "bus": ("BUS_I",),
    "gen": ("GEN_BUS",),
    "branch": ("F_BUS", "T_BUS"),
    "dcline": ("F_BUS", "T_BUS"),
}
#: Columns in which MATPOWER takes Inf for "no limit".
UNLIMITED_COLUMNS: Mapping[str, frozenset[str]] = {
    "gen": frozenset(("QMAX", "QMIN", "PMAX", "PMIN")),
    "branch": frozenset(("ANGMIN", "ANGMAX")),
    "dcline": frozenset(("QMINF", "QMAXF", "QMINT", "QMAXT")),
}
#: Lists of names beside a table.
NAME_FIELDS: Mapping[str, str] = {
    "bus_name": "bus",
    "gen_name": "gen",
    "gentype": "gen",
    "genfuel": "gen",
    "branch_name": "branch",
    "dcline_name": "dcline",
}

_WORDS = {
    "bus": (
        "bus",
        "id=BUS_I kind=BUS_TYPE area=BUS_AREA vm_pu=VM va_degree=VA base_kv=BASE_KV zone=ZONE vm_max_pu=VMAX "
        "vm_min_pu=VMIN",
    ),
    "load": ("bus", "id=BUS_I bus=BUS_I p_mw=PD q_mvar=QD"),
    "shunt": ("bus", "id=BUS_I bus=BUS_I gs_mw=GS bs_mvar=BS"),
    "generator": (
        "gen",
        "id=GEN_BUS bus=GEN_BUS p_mw=PG q_mvar=QG p_max_mw=PMAX p_min_mw=PMIN q_max_mvar=QMAX q_min_mvar=QMIN "
        "vm_setpoint_pu=VG mbase_mva=MBASE in_service=GEN_STATUS",
    ),
    "branch": (
        "branch",
        "id=F_BUS from_bus=F_BUS to_bus=T_BUS r_pu=BR_R x_pu=BR_X b_pu=BR_B rating_normal_mva=RATE_A "
        "rating_emergency_mva=RATE_B rating_short_time_mva=RATE_C tap_ratio=TAP shift_degree=SHIFT "
        "in_service=BR_STATUS angle_min_degree=ANGMIN angle_max_degree=ANGMAX is_transformer=TAP",
    ),
    "dc_line": (
        "dcline",
        "id=F_BUS from_bus=F_BUS to_bus=T_BUS p_mw=PF p_min_mw=PMIN p_max_mw=PMAX loss_mw=LOSS0 loss_frac=LOSS1 "
        "vm_from_pu=VF vm_to_pu=VT q_min_from_mvar=QMINF q_max_from_mvar=QMAXF q_min_to_mvar=QMINT "
        "q_max_to_mvar=QMAXT in_service=BR_STATUS",
    ),
}
#: ``table.column`` of a GridCase -> MATPOWER's words, as in ``gen PMAX``.
WORDS: Mapping[str, str] = {
    f"{table}.{pair.split('=')[0]}": f"{theirs} {pair.split('=')[1]}"
    for table, (theirs, pairs) in _WORDS.items()
    for pair in pairs.split()
} | {"generator.cost": "gencost", "bus.name": "bus_name", "generator.unit_type": "gentype", "generator.fuel": "genfuel"}


def column_word(table: str, index: int) -> str:
    """Words for a value: ``gen PMAX``; ``gencost column 7`` where MATPOWER has no name."""
    known = COLUMNS.get(table, ())
    return f"{table} {known[index]}" if index < len(known) else f"{table} column {index + 1}"


def position(table: str, column: str) -> int:
    """Position of a column, from 0."""
    return COLUMNS[table].index(column)
