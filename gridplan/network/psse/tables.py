"""Tables of a case while its RAW file is read: columns, what later records need of buses, and what was dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gridplan.network.case import (
    CaseBranches,
    CaseBuses,
    CaseDcLines,
    CaseGenerators,
    CaseLoads,
    CaseShunts,
    NotCarried,
)
from gridplan.network.columns import Columns
from gridplan.network.psse.text import Faults, Line, RawText
from gridplan.network.psse.values import ValueReader

#: Voltage limits where a bus states none, as MATPOWER's reader takes them [pu].
DEFAULT_VM_PU = (0.9, 1.1)


@dataclass(kw_only=True)
class Tables:
    """One file on its way from records to a case.

    ``vm_pu`` and ``base_kv`` are those of every bus; ``dropped`` is what no table holds.
    """

    raw: RawText
    values: ValueReader
    bus: Columns = field(default_factory=lambda: Columns(CaseBuses))
    load: Columns = field(default_factory=lambda: Columns(CaseLoads))
    shunt: Columns = field(default_factory=lambda: Columns(CaseShunts))
    generator: Columns = field(default_factory=lambda: Columns(CaseGenerators))
    branch: Columns = field(default_factory=lambda: Columns(CaseBranches))
    dc_line: Columns = field(default_factory=lambda: Columns(CaseDcLines))
    vm_pu: dict[str, float] = field(default_factory=dict)
    base_kv: dict[int, float] = field(default_factory=dict)
    dropped: list[NotCarried] = field(default_factory=list)

    @property
    def faults(self) -> Faults:
        """Findings of the file."""
        return self.values.faults

    def rows(self, section: str) -> Iterator[tuple[Line, dict[str, Any]]]:
        """Values of a section whose records are one line."""
        return self.values.read_all(section, [record[0] for record in self.raw.records.get(section, ()) if record])

    def add_bus(self, line: int, **values: Any) -> None:
        """Add a bus; RAW gives no coordinates."""
        self.bus.add(line, **values, latitude_degree=np.nan, longitude_degree=np.nan)

    def add_shunt(self, line: int, name: str, bus: int | str, g_mw: float, b_mvar: float, in_service: bool) -> None:
        """Add a shunt."""
        self.shunt.add(line, id=name, bus=str(bus), gs_mw=g_mw, bs_mvar=b_mvar, in_service=in_service)

    def drop(self, section: str, rows: int, meaning: str) -> None:
        """List a part of the file that no table holds."""
        self.dropped.append(NotCarried(section=section, rows=rows, meaning=meaning))

    def number_twins(self) -> None:
        """Give elements of one bus that share an id numbers of their own, and tell each."""
        for table in ("load", "shunt", "generator", "branch"):
            columns: Columns = getattr(self, table)
            ids, lines = columns["id"], columns.lines()
            seen: set[str] = set()
            taken = set(ids)
            for k, name in enumerate(ids):
                if name in seen:
                    stem = name.rpartition("_")[0]
                    ids[k] = next(new for n in range(2, len(ids) + 3) if (new := f"{stem}_{n}") not in taken)
                    taken.add(ids[k])
                    message = f"{table} {name} stands twice in the file; both are kept, this one as {ids[k]}"
                    self.faults.warning("GP-TOP-008", message, "give each its own id", int(lines[k]), f"{table} ID")
                seen.add(ids[k])
