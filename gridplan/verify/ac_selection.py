"""Which hours and outages the AC check looks at.

Hourly series and the outage list come in, labelled hours and the outages near a POI go out. Pure
choices, nothing is solved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridplan.network.contingency import Contingency
from gridplan.network.model import BoolArray, FloatArray, IntArray, Network

MOST_BINDING_HOURS = 24
MOST_PAIRS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CriticalHour:
    """One hour to check and why: position in the series and label."""

    time: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DcPair:
    """A branch after an outage in an hour, with its loading in the DC screen [1 = rating]."""

    time: int
    outage: Contingency
    branch: int
    loading_frac: float


def critical_hours(
    load_mw: FloatArray,
    net_load_mw: FloatArray,
    import_mw: FloatArray,
    binding_count: IntArray,
    *,
    most_binding: int = MOST_BINDING_HOURS,
) -> tuple[CriticalHour, ...]:
    """Hours to check in the order of time: the extremes of the year and the hours with binding limits.

    Parameters
    ----------
    load_mw, net_load_mw : array, dims (time) [MW]
        Load with campuses; the same less wind, solar and hydro.
    import_mw : array, dims (time) [MW]
        Import of the studied area; no hour is chosen for it where it is the same in all hours.
    binding_count : array, dims (time)
        Binding limits of each hour; the hours with most come first, earlier ones before later ones.
    most_binding : int
        Most hours taken for their binding limits.

    Returns
    -------
    tuple of CriticalHour
        An hour chosen for several reasons appears once and carries all of them.
    """
    reasons: dict[int, list[str]] = {}
    chosen = [
        (int(np.argmax(load_mw)), "peak load"),
        (int(np.argmax(net_load_mw)), "peak net load"),
        (int(np.argmin(load_mw)), "light load"),
    ]
    if np.ptp(import_mw) > 0:
        chosen.append((int(np.argmax(import_mw)), "highest import"))
    binding = np.flatnonzero(binding_count > 0)
    binding = binding[np.argsort(-binding_count[binding], kind="stable")][:most_binding]
    chosen += [(int(time), "binding limit") for time in binding]
    for time, reason in chosen:
        reasons.setdefault(time, []).append(reason)
    return tuple(CriticalHour(time=time, label=", ".join(reasons[time])) for time in sorted(reasons))


def outages_near(
    network: Network, bus: int, outages: Sequence[Contingency], campus_bus: Sequence[int] = ()
) -> tuple[Contingency, ...]:
    """Outages of any element at the POI or one bus from it, in the order given.

    Parameters
    ----------
    network : Network
        The grid.
    bus : int
        Position of the POI.
    outages : sequence of Contingency
        The list to choose from, usually every single outage.
    campus_bus : sequence of int
        Bus position of every campus of the study.
    """
    zone = _zone(network, bus)
    return tuple(outage for outage in outages if _touches(network, outage, zone, campus_bus))


def worst_pairs(pairs: Sequence[DcPair], count: int = MOST_PAIRS) -> tuple[DcPair, ...]:
    """Rank the highest loaded (branch, outage) pairs of the DC screen, each in its worst hour, worst first."""
    worst: dict[tuple[int, str], DcPair] = {}
    for pair in pairs:
        key = (pair.branch, pair.outage.id)
        if key not in worst or pair.loading_frac > worst[key].loading_frac:
            worst[key] = pair
    ranked = sorted(worst.values(), key=lambda pair: (-pair.loading_frac, pair.time, pair.branch, pair.outage.id))
    return tuple(ranked[:count])


def _zone(network: Network, bus: int) -> BoolArray:
    zone = np.zeros(len(network.bus), dtype=bool)
    zone[bus] = True
    zone[network.branch.to_bus[network.branch.from_bus == bus]] = True
    zone[network.branch.from_bus[network.branch.to_bus == bus]] = True
    return zone


def _touches(network: Network, outage: Contingency, zone: BoolArray, campus_bus: Sequence[int]) -> bool:
    branch, line = network.branch, network.dc_line
    ends = [
        *branch.from_bus[list(outage.branches)],
        *branch.to_bus[list(outage.branches)],
        *network.generator.bus[list(outage.generators)],
        *line.from_bus[list(outage.dc_lines)],
        *line.to_bus[list(outage.dc_lines)],
        *(campus_bus[campus] for campus in outage.campuses),
    ]
    return any(bool(zone[end]) for end in ends)
