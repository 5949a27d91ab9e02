"""PowerWorld AUX: DATA blocks of buses, loads, shunts, generators and branches with legacy field names.

Comes in: a path. Goes out: a GridCase. A scanner of our own checks every value and every field first; powerio reads
the values, and both must have found the same rows. Fields and objects that neither carries are listed or refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.errors import did_you_mean
from gridplan.network.case import (
    CaseBranches,
    CaseBuses,
    CaseGenerators,
    CaseLoads,
    CaseShunts,
    GridCase,
    NotCarried,
    Origin,
    no_dc_lines,
    no_storages,
)
from gridplan.network.columns import Columns
from gridplan.network.number_text import number_of
from gridplan.network.powerworld.powerio_rows import (
    RawTables,
    branch_values,
    bus_values,
    generator_values,
    read_with_powerio,
)
from gridplan.network.powerworld.text import REMEDY, AuxText, Block, Row, scan_aux
from gridplan.network.psse.text import Faults


@dataclass(frozen=True, slots=True, kw_only=True)
class _Object:
    """One kind of block: its table, fields that must and may stand in it, and fields that are texts."""

    table: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    texts: tuple[str, ...]

    def fields(self) -> set[str]:
        """All fields that are carried."""
        return {*self.required, *self.optional}


_BUS = ("BusNum", "BusNomVolt", "BusCat")
_OBJECTS = {
    "Bus": _Object(
        table="bus",
        required=_BUS,
        optional=("BusName", "BusPUVolt", "BusAngle", "AreaNum", "ZoneNum", "BusVMax", "BusVMin"),
        texts=("BusName", "BusCat"),
    ),
    "Load": _Object(
        table="load",
        required=("BusNum", "LoadID", "LoadMW", "LoadMVR", "LoadStatus"),
        optional=(),
        texts=("LoadID", "LoadStatus"),
    ),
    "Shunt": _Object(
        table="shunt",
        required=("BusNum", "ShuntID", "ShuntMW", "ShuntMVR", "ShuntStatus"),
        optional=(),
        texts=("ShuntID", "ShuntStatus"),
    ),
    "Gen": _Object(
        table="generator",
        required=("BusNum", "GenID", "GenMW", "GenMVR", "GenMWMax", "GenMWMin", "GenMVRMax", "GenMVRMin", "GenStatus"),
        optional=(
            "GenVoltSet",
            "GenMVABase",
            "GenCostModel",
            "GenFuelCost",
            "GenFixedCost",
            "GenIOB",
            "GenIOC",
            "GenIOD",
        ),
        texts=("GenID", "GenStatus", "GenCostModel"),
    ),
    "Branch": _Object(
        table="branch",
        required=("BusNum", "BusNum:1", "LineCircuit", "LineR", "LineX", "LineC", "LineAMVA", "LineStatus"),
        optional=("LineBMVA", "LineCMVA", "LineXFRatio", "LinePhase", "BranchDeviceType"),
        texts=("LineCircuit", "LineStatus", "BranchDeviceType"),
    ),
}
#: Values that a text field may have; another one would be read as some default.
_WORDS_ALLOWED = {
    "BusCat": ("PQ", "PV", "Slack"),
    "LoadStatus": ("Open", "Closed"),
    "ShuntStatus": ("Open", "Closed"),
    "GenStatus": ("Open", "Closed"),
    "LineStatus": ("Open", "Closed"),
    "BranchDeviceType": ("Line", "Transformer"),
    "GenCostModel": ("None", "Cubic"),
}
#: What the absence of a field means.
_DEFAULTS = {
    "BusVMax": "1.1 pu is taken",
    "BusVMin": "0.9 pu is taken",
    "GenVoltSet": "1 pu is taken",
    "LineBMVA": "there is no emergency rating",
    "LineCMVA": "there is no short-time rating",
    "LineXFRatio": "every tap ratio is nominal",
    "LinePhase": "no phase is shifted",
}
#: Objects that move power and are not read: a file with rows of them is refused.
_MOVES_POWER = ("3WXFormer", "DCTransmissionLine", "VSCDCLine", "MTDCRecord", "MTDCConverter", "LineShunt")


def read_powerworld(path: Path) -> GridCase:
    """Grid of an AUX file as it states it.

    Parameters
    ----------
    path : Path

    Raises
    ------
    InputError
        If the file holds anything but plain data of known objects, or powerio is not installed.
    """
    text, faults = scan_aux(path)
    _check(text, faults)
    faults.stop_on_errors()
    tables = read_with_powerio(path, "powerworld")
    rows = {each.table: _rows(text, kind) for kind, each in _OBJECTS.items()}
    _compare(rows, tables, faults)
    faults.stop_on_errors()
    if not text.names_base:
        message = f"the file names no base power; {tables.base_mva:g} MVA was taken"
        faults.note("GP-PU-003", message, "check the base power of the case")
    return _case(path, text, rows, tables, faults)


def _rows(text: AuxText, kind: str) -> list[tuple[Block, Row]]:
    return [(block, row) for block in text.blocks if block.kind == kind for row in block.rows]


def _check(text: AuxText, faults: Faults) -> None:
    for block in text.blocks:
        known = _OBJECTS.get(block.kind)
        if known is not None:
            _check_block(block, known, faults)
        elif block.kind in _MOVES_POWER and block.rows:
            message = f"{len(block.rows)} rows of {block.kind} are not read, and the case would be another without them"
            faults.error("GP-NET-003", message, "save the case as PSS/E RAW instead", block.line, key=block.kind)
    if not any(block.kind == "Bus" and block.rows for block in text.blocks):
        faults.error("GP-ENC-002", "the file has no bus", REMEDY)


def _check_block(block: Block, known: _Object, faults: Faults) -> None:
    for name in known.required:
        if name not in block.fields:
            message = f"the {block.kind} block has no field {name}"
            faults.error("GP-VAL-005", message, REMEDY, block.line, key=f"{block.kind} {name}")
    twice = {name for name in block.fields if block.fields.count(name) > 1}
    for name in sorted(twice):
        faults.error("GP-VAL-005", f"the {block.kind} block has the field {name} twice", "delete one", block.line)
    _tell_absent(block, known, faults)
    for row in block.rows:
        for name, token in zip(block.fields, row.tokens, strict=True):
            key = f"{block.kind} {name}"
            if name in known.texts:
                allowed = _WORDS_ALLOWED.get(name)
                if allowed is not None and token.text not in allowed:
                    message = f"{name} is {token.text!r}, none of {', '.join(allowed)}"
                    faults.error("GP-VAL-001", message, "write one of these", row.number, token.column, key)
            elif name in known.fields() and number_of(token.text.strip()) is None:
                message = f"{token.text!r} is not a finite number"
                faults.error("GP-VAL-001", message, "write a number", row.number, token.column, key)
        _check_conductance(block, row, faults)


def _tell_absent(block: Block, known: _Object, faults: Faults) -> None:
    """Tell of a field that changes results and is not there, for a slip in its name looks the same as its absence."""
    others = [name for name in block.fields if name not in known.fields()]
    for name in known.optional:
        if block.rows and name in _DEFAULTS and name not in block.fields:
            hint = did_you_mean(name, others)
            message = (
                f"the {block.kind} block has no field {name}: {_DEFAULTS[name]} in all {len(block.rows)} rows.{hint}"
            )
            faults.warning(
                "GP-VAL-006", message, "save the field with the case", block.line, key=f"{block.kind} {name}"
            )


def _check_conductance(block: Block, row: Row, faults: Faults) -> None:
    """Refuse a branch with a conductance: powerio leaves it out without a word."""
    at = block.column("LineG")
    if block.kind == "Branch" and at >= 0 and number_of(row.tokens[at].text) != 0.0:
        message = f"LineG is {row.tokens[at].text!r}; conductance of lines in AUX is not read"
        faults.error(
            "GP-NET-003", message, "save the case as PSS/E RAW", row.number, row.tokens[at].column, "Branch LineG"
        )


def _compare(rows: Mapping[str, Sequence[tuple[Block, Row]]], tables: RawTables, faults: Faults) -> None:
    """Refuse a file of which powerio and the scanner do not find the same rows."""
    for table, own in rows.items():
        theirs = tables.rows[table]
        if len(own) != len(theirs):
            message = f"the file has {len(own)} rows of {table}, and powerio reads {len(theirs)}"
            faults.error("GP-NET-005", message, "save the case as PSS/E RAW")
            continue
        for (block, line), row in zip(own, theirs, strict=True):
            for column, key in _CHECKED[table].items():
                at = block.column(column)
                stated = number_of(line.tokens[at].text.strip()) if at >= 0 else None
                if at >= 0 and stated != float(row[key]) and not (column == "LineXFRatio" and not row[key]):
                    message = f"{column} is {line.tokens[at].text}, and powerio reads {row[key]!r}"
                    faults.error(
                        "GP-NET-005", message, "save the case as PSS/E RAW", line.number, key=f"{table} {column}"
                    )


#: Field -> powerio's word, compared value by value.
_CHECKED: dict[str, dict[str, str]] = {
    "bus": {
        "BusNum": "id",
        "BusNomVolt": "base_kv",
        "BusPUVolt": "vm",
        "BusAngle": "va",
        "AreaNum": "area",
        "ZoneNum": "zone",
        "BusVMax": "vmax",
        "BusVMin": "vmin",
    },
    "load": {"BusNum": "bus", "LoadMW": "p", "LoadMVR": "q"},
    "shunt": {"BusNum": "bus", "ShuntMW": "g", "ShuntMVR": "b"},
    "generator": {
        "BusNum": "bus",
        "GenMW": "pg",
        "GenMVR": "qg",
        "GenMWMax": "pmax",
        "GenMWMin": "pmin",
        "GenMVRMax": "qmax",
        "GenMVRMin": "qmin",
        "GenVoltSet": "vg",
        "GenMVABase": "mbase",
    },
    "branch": {
        "BusNum": "from_id",
        "BusNum:1": "to_id",
        "LineR": "r",
        "LineX": "x",
        "LineC": "b",
        "LineAMVA": "rate_a",
        "LineBMVA": "rate_b",
        "LineCMVA": "rate_c",
        "LineXFRatio": "tap",
        "LinePhase": "shift",
    },
}


def _case(
    path: Path, text: AuxText, rows: Mapping[str, Sequence[tuple[Block, Row]]], tables: RawTables, faults: Faults
) -> GridCase:
    columns = {
        "bus": Columns(CaseBuses),
        "load": Columns(CaseLoads),
        "shunt": Columns(CaseShunts),
        "generator": Columns(CaseGenerators),
        "branch": Columns(CaseBranches),
    }
    for table, into in columns.items():
        for (block, line), row in zip(rows[table], tables.rows[table], strict=True):
            into.add(line.number, **_values(table, block, line, row))
    return GridCase(
        name=path.stem,
        base_mva=tables.base_mva,
        bus=columns["bus"].build(CaseBuses),
        load=columns["load"].build(CaseLoads),
        shunt=columns["shunt"].build(CaseShunts),
        generator=columns["generator"].build(CaseGenerators),
        branch=columns["branch"].build(CaseBranches),
        dc_line=no_dc_lines(),
        storage=no_storages(),
        origin=Origin(
            file=path, format="PowerWorld AUX", lines={table: into.lines() for table, into in columns.items()}
        ),
        not_carried=tuple(_not_carried(text)),
        findings=tuple(faults.found),
    )


def _values(table: str, block: Block, line: Row, row: Mapping[str, Any]) -> dict[str, Any]:
    def word(name: str) -> str:
        at = block.column(name)
        return line.tokens[at].text.strip() if at >= 0 else ""

    if table == "bus":
        return {**bus_values(row), "name": word("BusName")}
    if table == "generator":
        values = generator_values(row)
        return {**values, "id": f"{values['bus']}_{word('GenID')}", "unit_type": "", "fuel": ""}
    if table == "branch":
        values = branch_values(row)
        name = f"{values['from_bus']}-{values['to_bus']}_{word('LineCircuit')}"
        is_transformer = word("BranchDeviceType") == "Transformer" or values["tap_ratio"] != 1.0
        return {**values, "id": name, "is_transformer": is_transformer, "length_km": np.nan}
    bus = str(row["bus"])
    if table == "load":
        return _owned(f"{bus}_{word('LoadID')}", bus, row, p_mw=row["p"], q_mvar=row["q"])
    return _owned(f"{bus}_{word('ShuntID')}", bus, row, gs_mw=row["g"], bs_mvar=row["b"])


def _owned(name: str, bus: str, row: Mapping[str, Any], **values: float) -> dict[str, Any]:
    return {"id": name, "bus": bus, "in_service": row["in_service"], **values}


def _not_carried(text: AuxText) -> Iterator[NotCarried]:
    for block in text.blocks:
        known = _OBJECTS.get(block.kind)
        if not block.rows:
            continue
        if known is None:
            yield NotCarried(section=block.kind, rows=len(block.rows), meaning="no table holds this object")
            continue
        for name in block.fields:
            if name not in known.fields():
                meaning = "a field that is not read"
                yield NotCarried(section=f"{block.kind} {name}", rows=len(block.rows), meaning=meaning)
