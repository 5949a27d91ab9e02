"""PSS/E RAW of versions 32 to 35: every record to a row of the case, or to a line that says what was not carried.

Comes in: a path. Goes out: a GridCase. ``text`` cuts the file, ``values`` reads the fields,
``injections`` and ``branches`` fill the tables. RAW has no costs; a file NAME.cost.csv beside it has.
"""

from __future__ import annotations

from pathlib import Path

from gridplan.network.case import (
    CaseBranches,
    CaseBuses,
    CaseDcLines,
    CaseGenerators,
    CaseLoads,
    CaseShunts,
    GridCase,
    NotCarried,
    Origin,
    no_storages,
)
from gridplan.network.cost_file import with_costs
from gridplan.network.psse.branches import read_dc_lines, read_lines, read_transformers
from gridplan.network.psse.injections import read_buses, read_generators, read_loads, read_shunts
from gridplan.network.psse.rest import not_carried_sections, tell_lost_power
from gridplan.network.psse.tables import Tables
from gridplan.network.psse.text import scan_raw
from gridplan.network.psse.values import ValueReader

_WORDS = {
    "bus.id": "bus I",
    "bus.name": "bus NAME",
    "bus.kind": "bus IDE",
    "bus.base_kv": "bus BASKV",
    "bus.vm_pu": "bus VM",
    "bus.va_degree": "bus VA",
    "bus.vm_min_pu": "bus NVLO",
    "bus.vm_max_pu": "bus NVHI",
    "load.bus": "load I",
    "load.p_mw": "load PL",
    "load.q_mvar": "load QL",
    "load.in_service": "load STATUS",
    "shunt.bus": "shunt I",
    "shunt.gs_mw": "shunt GL",
    "shunt.bs_mvar": "shunt BL",
    "generator.bus": "generator I",
    "generator.p_mw": "generator PG",
    "generator.q_mvar": "generator QG",
    "generator.p_min_mw": "generator PB",
    "generator.p_max_mw": "generator PT",
    "generator.q_min_mvar": "generator QB",
    "generator.q_max_mvar": "generator QT",
    "generator.vm_setpoint_pu": "generator VS",
    "generator.mbase_mva": "generator MBASE",
    "generator.in_service": "generator STAT",
    "branch.from_bus": "branch I",
    "branch.to_bus": "branch J",
    "branch.r_pu": "branch R",
    "branch.x_pu": "branch X",
    "branch.b_pu": "branch B",
    "branch.tap_ratio": "transformer WINDV",
    "branch.shift_degree": "transformer ANG1",
    "branch.rating_normal_mva": "branch RATEA",
    "branch.rating_emergency_mva": "branch RATEB",
    "branch.rating_short_time_mva": "branch RATEC",
    "branch.in_service": "branch ST",
    "branch.length_km": "branch LEN",
    "dc_line.from_bus": "two-terminal dc IPR",
    "dc_line.to_bus": "two-terminal dc IPI",
    "dc_line.p_mw": "two-terminal dc SETVL",
}


def read_psse(path: Path) -> GridCase:
    """Grid of a RAW file as it states it.

    Parameters
    ----------
    path : Path
        RAW file of version 32, 33, 34 or 35; NAME.cost.csv beside it is read, too.

    Raises
    ------
    InputError
        If the file is no such RAW; every damaged field is listed with line and column.
    """
    raw, faults = scan_raw(path)
    tables = Tables(raw=raw, values=ValueReader(version=raw.version, faults=faults))
    for read in (read_buses, read_loads, read_shunts, read_generators, read_lines, read_transformers, read_dc_lines):
        read(tables)
    for section in ("area", "zone", "owner"):
        # Names are not carried, but a damaged one says that the file is damaged.
        for _ in tables.rows(section):
            pass
    faults.stop_on_errors()
    tables.number_twins()
    tables.values.tell_defaults()
    tell_lost_power(raw, faults)
    return with_costs(_case(tables, path), path)


def _case(tables: Tables, path: Path) -> GridCase:
    raw = tables.raw
    kinds = ("bus", "load", "shunt", "generator", "branch", "dc_line")
    return GridCase(
        name=path.stem,
        base_mva=raw.base_mva,
        bus=tables.bus.build(CaseBuses),
        load=tables.load.build(CaseLoads),
        shunt=tables.shunt.build(CaseShunts),
        generator=tables.generator.build(CaseGenerators),
        branch=tables.branch.build(CaseBranches),
        dc_line=tables.dc_line.build(CaseDcLines),
        storage=no_storages(),
        origin=Origin(
            file=path,
            format=f"PSS/E RAW {raw.version}",
            lines={kind: getattr(tables, kind).lines() for kind in kinds},
            words=_WORDS,
        ),
        not_carried=(*tables.dropped, *_current_ratings(tables), *not_carried_sections(raw)),
        findings=tuple(tables.faults.found),
    )


def _current_ratings(tables: Tables) -> tuple[NotCarried, ...]:
    """Ratings stated as current: their MVA are those at 1 pu."""
    meaning = "ratings are currents, given as MVA at 1 pu; they are read as MVA"
    found = []
    for name, is_current, wanted in zip(
        ("XFRRAT", "NXFRAT"), tables.raw.ratings_are_current, (True, False), strict=True
    ):
        rows = sum(is_transformer == wanted for is_transformer in tables.branch["is_transformer"])
        if is_current and rows:
            found.append(NotCarried(section=f"head {name}", rows=rows, meaning=meaning))
    return tuple(found)
