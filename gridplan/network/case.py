"""A grid as a file states it: every element, in service or not, with the line it stands in.

Importers make a ``GridCase`` from a file, rules look for faults in it, ``build`` makes the Network that is studied,
exporters write it again. Nothing is repaired here: a zero rating stays zero, a wrong bus stays wrong. Units stand in
the names; dims of every column are those of its table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.errors import Finding, Place, Severity
from gridplan.network.cost import CostCurve
from gridplan.network.model import BoolArray, FloatArray, IntArray, Labels, Table

TableName = str
"""One of ``TABLES``."""
TABLES: tuple[TableName, ...] = ("bus", "load", "shunt", "generator", "branch", "dc_line", "storage")
BUS_KINDS = ("pq", "pv", "ref", "isolated")


@dataclass(frozen=True, kw_only=True)
class CaseBuses(Table):
    """Buses as stated; ``kind`` is one of pq, pv, ref, isolated. Coordinates are NaN where none are given.

    ``vm_pu`` and ``va_degree`` are the file's operating point, a start and never a result.
    """

    id: Labels
    name: Labels
    kind: Labels
    base_kv: FloatArray
    area: Labels
    zone: Labels
    vm_pu: FloatArray
    va_degree: FloatArray
    vm_min_pu: FloatArray
    vm_max_pu: FloatArray
    latitude_degree: FloatArray
    longitude_degree: FloatArray


@dataclass(frozen=True, kw_only=True)
class CaseLoads(Table):
    """Constant-power loads."""

    id: Labels
    bus: Labels
    p_mw: FloatArray
    q_mvar: FloatArray
    in_service: BoolArray


@dataclass(frozen=True, kw_only=True)
class CaseShunts(Table):
    """Shunts to ground: MW drawn and Mvar injected at 1 pu."""

    id: Labels
    bus: Labels
    gs_mw: FloatArray
    bs_mvar: FloatArray
    in_service: BoolArray


@dataclass(frozen=True, kw_only=True)
class CaseGenerators(Table):
    """Units with their operating point, limits and cost; ``cost`` is None where the file gives none."""

    id: Labels
    bus: Labels
    p_mw: FloatArray
    q_mvar: FloatArray
    p_min_mw: FloatArray
    p_max_mw: FloatArray
    q_min_mvar: FloatArray
    q_max_mvar: FloatArray
    vm_setpoint_pu: FloatArray
    mbase_mva: FloatArray
    in_service: BoolArray
    unit_type: Labels
    fuel: Labels
    cost: tuple[CostCurve | None, ...]


@dataclass(frozen=True, kw_only=True)
class CaseBranches(Table):
    """Lines and transformers by MATPOWER's branch model; tap and shift stand at the from end.

    ``tap_ratio`` is 1.0 where none is given. Ratings are as stated: 0 means unlimited (normal) or missing.
    ``angle_min_degree`` and ``angle_max_degree`` limit the angle of the from bus less that of the to bus;
    minus and plus infinity where unlimited.
    """

    id: Labels
    from_bus: Labels
    to_bus: Labels
    r_pu: FloatArray
    x_pu: FloatArray
    b_pu: FloatArray
    tap_ratio: FloatArray
    shift_degree: FloatArray
    rating_normal_mva: FloatArray
    rating_emergency_mva: FloatArray
    rating_short_time_mva: FloatArray
    angle_min_degree: FloatArray
    angle_max_degree: FloatArray
    in_service: BoolArray
    is_transformer: BoolArray
    length_km: FloatArray


@dataclass(frozen=True, kw_only=True)
class CaseDcLines(Table):
    """Two-terminal dc lines: ``p_to = p_from - loss_mw - loss_frac p_from``, positive from -> to."""

    id: Labels
    from_bus: Labels
    to_bus: Labels
    p_mw: FloatArray
    p_min_mw: FloatArray
    p_max_mw: FloatArray
    loss_mw: FloatArray
    loss_frac: FloatArray
    vm_from_pu: FloatArray
    vm_to_pu: FloatArray
    q_min_from_mvar: FloatArray
    q_max_from_mvar: FloatArray
    q_min_to_mvar: FloatArray
    q_max_to_mvar: FloatArray
    in_service: BoolArray


@dataclass(frozen=True, kw_only=True)
class CaseStorages(Table):
    """Grid storage."""

    id: Labels
    bus: Labels
    p_mw: FloatArray
    e_mwh: FloatArray
    efficiency_roundtrip_frac: FloatArray
    in_service: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCarried:
    """Part of a file that no table of gridplan holds: section, rows, and what that means."""

    section: str
    rows: int
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a case comes from.

    Parameters
    ----------
    file : Path, optional
        The file, or the folder.
    format : str
        Name for people, as in ``MATPOWER``.
    lines : mapping of table to int, dims (row,)
        Line of each row, 0 where unknown; ``table.column`` where a column stands in lines of its own.
    words : mapping of ``table.column`` to str
        What the format calls a column, as in ``{"generator.p_max_mw": "gen PMAX"}``.
    files : mapping of table to Path
        Where a format has one file a table.
    """

    file: Path | None = None
    format: str = ""
    lines: Mapping[str, IntArray] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)

    def place(self, table: TableName | None = None, row: int = -1, column: str = "") -> Place:
        """Place of a value; the key says table and column in the words of the format."""
        if table is None:
            return Place(file=self.file)
        lines = self.lines.get(f"{table}.{column}", self.lines.get(table))
        known = lines is not None and 0 <= row < len(lines)
        line = int(lines[row]) if known and lines is not None else 0
        key = self.words.get(f"{table}.{column}", f"{table} {column}".strip())
        return Place(file=self.files.get(table, self.file), line=line, column=1 if line else 0, key=key)


@dataclass(frozen=True, kw_only=True)
class GridCase:
    """A whole file: tables, base power, what was not carried, and what the reader has to say.

    ``findings`` are those of reading alone (encoding, conversions, named losses); rules add theirs later.
    """

    name: str
    base_mva: float
    bus: CaseBuses
    load: CaseLoads
    shunt: CaseShunts
    generator: CaseGenerators
    branch: CaseBranches
    dc_line: CaseDcLines
    storage: CaseStorages
    origin: Origin = field(default_factory=Origin)
    not_carried: tuple[NotCarried, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_synthetic: bool = False

    @cached_property
    def bus_row(self) -> dict[str, int]:
        """Bus id -> row; the first one where an id is repeated."""
        rows: dict[str, int] = {}
        for i, bus in enumerate(self.bus.id):
            rows.setdefault(bus, i)
        return rows

    def finding(
        self,
        code: str,
        severity: Severity,
        message: str,
        remedy: str,
        at: tuple[TableName, int, str] | None = None,
    ) -> Finding:
        """Finding at ``(table, row, column)`` of this case, or at the whole file."""
        place = self.origin.place(*at) if at else self.origin.place()
        return Finding(code=code, severity=severity, message=message, remedy=remedy, place=place)

    def with_table(self, table: TableName, **columns: Any) -> GridCase:
        """Case with these columns of one table replaced."""
        return replace(self, **{table: replace(getattr(self, table), **columns)})


def numbered_ids(*parts: Labels) -> Labels:
    """Ids made of what an element hangs on and a count: ``101_1``, ``101_2``; ``1-2_1``, ``1-2_2``.

    Parallel elements are counted from 1 in file order; a branch and its twin with the ends exchanged share a count.
    """
    seen: dict[tuple[str, ...], int] = {}
    ids = []
    for words in zip(*parts, strict=True):
        pair = tuple(sorted(words))
        seen[pair] = seen.get(pair, 0) + 1
        ids.append(f"{'-'.join(words)}_{seen[pair]}")
    return tuple(ids)


def no_storages() -> CaseStorages:
    """Return the storage table of a format that has none."""
    return CaseStorages(**_empty(CaseStorages))


def no_dc_lines() -> CaseDcLines:
    """Return the dc line table of a format that has none."""
    return CaseDcLines(**_empty(CaseDcLines))


def _empty(table: type[Any]) -> dict[str, Any]:
    kinds = {"Labels": (), "BoolArray": np.zeros(0, dtype=bool), "FloatArray": np.zeros(0)}
    return {name: kinds[column.type] for name, column in table.__dataclass_fields__.items()}
