"""What the reader of pandapower nets has to say: conversions, ratings, refusals, and tables that are not carried.

Comes in: the Source. Goes out: findings, and one line for every table or column left behind. Nothing is converted here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gridplan.network.case import NotCarried
from gridplan.network.pandapower.source import Source
from gridplan.network.pandapower.table import row_count
from gridplan.network.two_port import Remainder

_CARRIED = frozenset(
    (
        *("bus", "load", "sgen", "gen", "ext_grid", "shunt", "line", "trafo", "trafo3w", "impedance", "dcline"),
        *("switch", "ward", "xward", "storage", "motor", "asymmetric_load", "asymmetric_sgen", "poly_cost"),
        *("pwl_cost", "bus_geodata", "version", "format_version", "name", "f_hz", "sn_mva", "converged"),
        *("OPF_converged", "user_pf_options"),
    )
)
#: Elements that change the flow and have no model here: refused in service, not carried otherwise. Tables of buses and
#: lines on the dc side do nothing without a converter.
_UNMODELLED = ("svc", "ssc", "tcsc", "vsc", "vsc_stacked", "vsc_bipolar", "b2b_vsc", "bi_vsc", "load_dc", "source_dc")


def tell_parts(source: Source, parts: Sequence[Remainder]) -> None:
    """Say which parts of branches became shunts."""
    for part in parts:
        if part.is_open:
            y = part.y_pu * source.sn_mva
            message = (
                f"{part.branch} is open at one end: it is out of service, and its {y.real:.4g} MW and "
                f"{y.imag:.4g} Mvar of charging at 1 pu stay at bus {part.bus} as shunt {part.id}"
            )
            source.faults.add("GP-TOP-009", "note", message, "nothing to do", part.branch)
    closed = [part for part in parts if not part.is_open and part.in_service]
    if closed:
        mw = sum(part.y_pu.real for part in closed) * source.sn_mva
        message = (
            f"{len({part.branch for part in closed})} branches have losses or charging that differ between their ends: "
            f"{mw:,.4g} MW at 1 pu stand as {len(closed)} shunts at their buses, also while a branch is out"
        )
        source.faults.add("GP-SHN-003", "note", message, "nothing to do")


def tell_ratings(source: Source) -> None:
    """Say what the ratings are made of and which are missing."""
    for table, words in (("line", "sqrt(3) vn_kv max_i_ka df parallel"), ("trafo", "sn_mva df parallel")):
        if len(source.frame(table)):
            message = (
                f"{len(source.frame(table))} rows of {table} have one rating ({words} max_loading_percent / 100) "
                f"in MVA at nominal voltage; emergency and short-time ratings are missing"
            )
            source.faults.add("GP-LIM-008", "note", message, "state emergency ratings in the study", table)


def refuse_unmodelled(source: Source) -> None:
    """Refuse elements in service that change the flow and have no model here."""
    for name in _UNMODELLED:
        table = source.frame(name)
        for row in np.flatnonzero(table.flags("in_service", True)):
            what = "is in service, and gridplan has no model for it"
            source.refuse(table, int(row), what, "replace it by an element the page on network files lists")


def not_carried(source: Source) -> Iterator[NotCarried]:
    """Tables and columns that no table of a case holds, with their rows."""
    results = sum(row_count(node) for key, node in source.document.items() if key.startswith(("res_", "_empty_res")))
    if results:
        yield NotCarried(section="res_...", rows=results, meaning="results; only voltages are kept, as a start")
    for key, node in source.document.items():
        if key in _CARRIED or key.startswith(("res_", "_")):
            continue
        rows = row_count(node)
        if rows:
            yield NotCarried(section=key, rows=rows, meaning=_MEANINGS.get(key, "no table here holds it"))
    for table, column, meaning in _COLUMNS:
        cells = source.frame(table).texts(column)
        count = sum(cell != "" for cell in cells)
        if count:
            yield NotCarried(section=f"{table}.{column}", rows=count, meaning=meaning)


_MEANINGS = {
    "std_types": "types that lines and transformers were made from; their values stand in the elements",
    "controller": "controllers; taps, shunts and setpoints stay as the file has them",
    "measurement": "measurements for state estimation",
    "group": "groups of elements",
    "characteristic": "curves for controllers",
    "trafo_characteristic_table": "tap tables; a transformer in service that uses one is refused",
    "shunt_characteristic_table": "step tables; a shunt in service that uses one is refused",
    "q_capability_characteristic": "reactive capability curves; fixed limits are used",
    "line_geodata": "courses of lines",
    "profiles": "time series",
}
_COLUMNS = (
    ("line", "name", "names; branches go by table and number"),
    ("line", "geo", "courses of lines"),
    ("trafo", "name", "names; branches go by table and number"),
    ("gen", "name", "names; units go by table and number"),
    ("load", "name", "names; loads go by table and number"),
)
