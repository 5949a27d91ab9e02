"""Rules on limits: ratings of branches, and pairs of lowest and highest value."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridplan.errors import Finding
from gridplan.network.case import GridCase, TableName
from gridplan.network.model import BoolArray, FloatArray
from gridplan.network.policy import Policy
from gridplan.network.rating import derived_rating_mva
from gridplan.network.rules.selection import WORDS, base_kv, counted, in_service, named

RATINGS = ("rating_normal_mva", "rating_emergency_mva", "rating_short_time_mva")
#: Currents that conductors of transmission and distribution lines carry [kA].
LEAST_KA, MOST_KA = 0.05, 5.0
#: Files that know no base voltage write 1 kV, those that know no rating 9,900 MVA or more.
PLACEHOLDER_KV, PLACEHOLDER_MVA = 1.0, 9900.0
#: What PSS/E writes for a limit of a unit that is not known [MW].
PLACEHOLDER_MW = 9999.0
#: An emergency rating this many times the normal one is doubted.
_FAR_ABOVE = 10.0
_MOST_PLACEHOLDER_MVA = 100_000.0
#: Voltages [pu] and what they may be; a lowest voltage of 0 is no limit. No public case reaches beyond.
_VOLTAGES: tuple[tuple[TableName, str, float, float], ...] = (
    ("bus", "vm_pu", 0.2, 2.0),
    ("bus", "vm_min_pu", 0.0, 2.0),
    ("bus", "vm_max_pu", 0.5, 2.0),
    ("generator", "vm_setpoint_pu", 0.5, 1.5),
)
_VOLTAGE_WORDS = {
    "vm_pu": "voltage",
    "vm_min_pu": "lowest voltage",
    "vm_max_pu": "highest voltage",
    "vm_setpoint_pu": "voltage setpoint",
}
#: Rated lines a voltage class needs before its median says anything.
_ENOUGH_LINES = 5
_PAIRS: tuple[tuple[TableName, str, str, str], ...] = (
    ("bus", "vm_min_pu", "vm_max_pu", "pu"),
    ("generator", "p_min_mw", "p_max_mw", "MW"),
    ("generator", "q_min_mvar", "q_max_mvar", "Mvar"),
    ("branch", "angle_min_degree", "angle_max_degree", "degrees"),
    ("dc_line", "p_min_mw", "p_max_mw", "MW"),
    ("dc_line", "q_min_from_mvar", "q_max_from_mvar", "Mvar"),
    ("dc_line", "q_min_to_mvar", "q_max_to_mvar", "Mvar"),
)


def unrated_branches(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-LIM-001: branches in service without a normal rating, treated as the policy says."""
    normal = case.branch.rating_normal_mva
    rows = np.flatnonzero(in_service(case, "branch") & ((normal == 0) | np.isposinf(normal)))
    if not rows.size:
        return
    if policy.unrated == "error":
        for k in rows:
            message = f"branch {case.branch.id[k]} has no normal rating"
            remedy = "give it in MVA, or say --unrated ignore (unlimited) or --unrated derive"
            yield case.finding("GP-LIM-001", "error", message, remedy, ("branch", int(k), "rating_normal_mva"))
        return
    size = f"{counted(rows.size, 'branch')} without a normal rating"
    at: tuple[TableName, int, str] = ("branch", int(rows[0]), "rating_normal_mva")
    if policy.unrated == "derive":
        derived = derived_rating_mva(case)[rows]
        message = (
            f"{size}: rated {derived.min():,.0f} to {derived.max():,.0f} MVA by impedance, voltage and angle limit"
        )
        yield case.finding("GP-LIM-001", "warning", message, "give the ratings of the conductors", at)
    else:
        message = f"{size}, which means unlimited: {named(case.branch.id, rows)}"
        remedy = "give the ratings, or say --unrated error or --unrated derive"
        yield case.finding("GP-LIM-001", "warning", message, remedy, at)


def bad_ratings(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-LIM-002: a rating below 0, or none at all (NaN)."""
    del policy
    is_on = in_service(case, "branch")
    for column in RATINGS:
        values = getattr(case.branch, column)
        for k in np.flatnonzero(is_on & ((values < 0) | np.isnan(values))):
            message = f"branch {case.branch.id[k]}: {_words(column)} is {values[k]:g} MVA"
            remedy = "give it in MVA, above 0; 0 where there is none"
            yield case.finding("GP-LIM-002", "error", message, remedy, ("branch", int(k), column))


def units_without_limit(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-LIM-007: units whose limits are the number that PSS/E writes where there is none."""
    del policy
    unit, is_on = case.generator, in_service(case, "generator")
    for column, size_mw in (("p_max_mw", unit.p_max_mw), ("p_min_mw", -unit.p_min_mw)):
        rows = np.flatnonzero(is_on & _is_placeholder_mw(size_mw))
        if rows.size:
            values = getattr(unit, column)[rows]
            message = f"{counted(rows.size, 'generator')} with {values[0]:,.6g} MW as {column}, which stands for no "
            message += f"limit: {named(unit.id, rows)}; {values.sum():,.0f} MW in all are taken as they stand"
            remedy = "write what they can give: it decides supply, capacity and cost"
            yield case.finding("GP-LIM-007", "warning", message, remedy, ("generator", int(rows[0]), column))


def _is_placeholder_mw(values: FloatArray) -> BoolArray:
    """Whether a limit is 9999 or 9999.9, or no number of MW any unit has."""
    found: BoolArray = (values >= PLACEHOLDER_MW) & ((values < PLACEHOLDER_MW + 1) | (values >= 10 * PLACEHOLDER_MW))
    return found & np.isfinite(values)


def odd_currents(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-LIM-003: the median rating of a voltage class means a current that no conductor carries, or hardly any."""
    if policy.accept_odd_units:
        return
    kv, to_kv, mva = base_kv(case, "from_bus"), base_kv(case, "to_bus"), case.branch.rating_normal_mva
    is_line = in_service(case, "branch") & ~case.branch.is_transformer & (kv > PLACEHOLDER_KV) & (kv == to_kv)
    is_line &= (mva > 0) & (mva < PLACEHOLDER_MVA)
    for level in np.unique(kv[is_line]):
        rows = np.flatnonzero(is_line & (kv == level))
        median = float(np.median(mva[rows]))
        current_ka = median / (np.sqrt(3) * float(level))
        if rows.size < _ENOUGH_LINES or LEAST_KA <= current_ka <= MOST_KA:
            continue
        message = (
            f"{counted(rows.size, 'branch')} of {level:g} kV: the median rating of {median:,.4g} MVA means "
            f"{current_ka:,.3g} kA; conductors carry {LEAST_KA:g} to {MOST_KA:g} kA"
        )
        unit, mva_per_unit = ("A", np.sqrt(3) * level / 1000) if current_ka > MOST_KA else ("GVA", 1000.0)
        remedy = f"check the unit: {median:,.4g} {unit} would be {median * mva_per_unit:,.4g} MVA"
        at: tuple[TableName, int, str] = ("branch", int(rows[0]), "rating_normal_mva")
        yield case.finding("GP-LIM-003", "warning", message, remedy, at)


def crossed_limits(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-LIM-004: a lowest value above its highest."""
    del policy
    for table, low, high, unit in _PAIRS:
        elements = getattr(case, table)
        a, b = getattr(elements, low), getattr(elements, high)
        for i in np.flatnonzero(in_service(case, table) & (a > b)):
            name = f"{WORDS[table][0]} {elements.id[i]}"
            message = f"{name}: lowest {_words(low)} {a[i]:g} {unit} is above the highest, {b[i]:g} {unit}"
            yield case.finding("GP-LIM-004", "error", message, "exchange or correct the two", (table, int(i), low))


def emergency_below_normal(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-LIM-005: an emergency or short-time rating below the normal one."""
    del policy
    branch = case.branch
    normal = branch.rating_normal_mva
    for column in RATINGS[1:]:
        values = getattr(branch, column)
        for k in np.flatnonzero(in_service(case, "branch") & (values > 0) & np.isfinite(normal) & (values < normal)):
            message = f"branch {branch.id[k]}: {_words(column)} {values[k]:g} MVA is below the normal one, "
            message += f"{normal[k]:g} MVA"
            remedy = "give at least the normal rating, or 0 where there is none"
            yield case.finding("GP-LIM-005", "error", message, remedy, ("branch", int(k), column))


def no_emergency_rating(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-LIM-005: branches with a normal and without an emergency rating; the normal one is used."""
    del policy
    branch = case.branch
    is_missing = (
        (branch.rating_emergency_mva == 0) & (branch.rating_normal_mva > 0) & np.isfinite(branch.rating_normal_mva)
    )
    rows = np.flatnonzero(in_service(case, "branch") & is_missing)
    if rows.size:
        message = f"{counted(rows.size, 'branch')} without an emergency rating: the normal one is used after outages"
        at: tuple[TableName, int, str] = ("branch", int(rows[0]), "rating_emergency_mva")
        yield case.finding("GP-LIM-005", "warning", message, "give the emergency ratings if they are higher", at)


def emergency_far_above_normal(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-LIM-005: emergency or short-time ratings that many times exceed the normal one, as where a point is lost."""
    del policy
    branch = case.branch
    normal = branch.rating_normal_mva
    for column in RATINGS[1:]:
        values = getattr(branch, column)
        is_far = (normal > 0) & np.isfinite(values) & (values >= _FAR_ABOVE * normal)
        is_placeholder = (values >= PLACEHOLDER_MVA) & (values <= _MOST_PLACEHOLDER_MVA)
        rows = np.flatnonzero(in_service(case, "branch") & is_far & ~is_placeholder)
        if rows.size:
            k = int(rows[np.argmax(values[rows] / normal[rows])])
            message = (
                f"{counted(rows.size, 'branch')} whose {_words(column)} is {_FAR_ABOVE:g} times the normal one or "
                f"more; the farthest is {branch.id[k]}: {values[k]:,.6g} MVA, normal {normal[k]:,.6g} MVA"
            )
            yield case.finding(
                "GP-LIM-005", "warning", message, "check the decimal points of both", ("branch", k, column)
            )


def odd_voltages(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-VAL-005: voltages in per unit that no bus has."""
    del policy
    for table, column, low, high in _VOLTAGES:
        elements = getattr(case, table)
        values = getattr(elements, column)
        is_odd = np.isfinite(values) & ((values < low) | (values > high))
        rows = np.flatnonzero(in_service(case, table) & is_odd)
        if rows.size:
            i = int(rows[0])
            message = f"{counted(rows.size, table)} with a {_VOLTAGE_WORDS[column]} outside {low:g} to {high:g} pu; "
            message += f"the first is {elements.id[i]}: {values[i]:g} pu"
            remedy = "write it in per unit of the base voltage: 1 where nominal"
            yield case.finding("GP-VAL-005", "warning", message, remedy, (table, i, column))


def _words(column: str) -> str:
    return _COLUMN_WORDS.get(column, column)


_COLUMN_WORDS = {
    "rating_normal_mva": "normal rating",
    "rating_emergency_mva": "emergency rating",
    "rating_short_time_mva": "short-time rating",
    "vm_min_pu": "voltage",
    "p_min_mw": "active power",
    "q_min_mvar": "reactive power",
    "angle_min_degree": "angle",
    "q_min_from_mvar": "reactive power at the from end",
    "q_min_to_mvar": "reactive power at the to end",
}
