"""Contingencies as named sets of elements: what is lost, what stays energised, who makes up for it.

What an outage does to branch flows: ``outage_table``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gridplan.network.model import BoolArray, FloatArray, Network
from gridplan.network.sensitivity import island_labels, main_island
from gridplan.solution import contingency_label

#: Rating that holds after a contingency.
Rating = Literal["normal", "emergency", "short_time"]
RATINGS: tuple[Rating, ...] = ("normal", "emergency", "short_time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contingency:
    """Elements lost together; positions in the network's tables, campuses by position in the study.

    Parameters
    ----------
    category : str
        By TPL-001: P1 is one element.
    buses : tuple of int
        Buses lost with everything at them (a bus proxy); what hangs on them stands in the other fields, too.
    rating : {"normal", "emergency", "short_time"}
        Rating every branch has to keep after it.
    is_load_loss_allowed : bool
        Whether load may be lost that is cut off without being at one of ``buses``.
    is_set : bool
        Named by a contingency file, not an element of the default list.
    stated : tuple of str
        What the file itself said: ``rating``, ``load_loss``; the rest follows from the category.
    failovers : tuple of int
        What follows the loss of ``campuses``: failovers by position in the state, each a withdrawal that comes on.
    """

    id: str
    category: str = "P1"
    branches: tuple[int, ...] = ()
    generators: tuple[int, ...] = ()
    dc_lines: tuple[int, ...] = ()
    campuses: tuple[int, ...] = ()
    buses: tuple[int, ...] = ()
    rating: Rating = "emergency"
    is_load_loss_allowed: bool = True
    is_set: bool = False
    stated: tuple[str, ...] = ()
    failovers: tuple[int, ...] = ()

    @property
    def content(self) -> tuple[tuple[int, ...], ...]:
        """What is lost, whatever it is called and in whatever order it is named."""
        lost = (self.branches, self.generators, self.dc_lines, self.campuses, self.buses)
        return tuple(tuple(sorted(set(elements))) for elements in lost)


def single_outages(
    network: Network,
    *,
    branches: bool = True,
    units: bool = True,
    dc_poles: bool = True,
    campus_ids: Sequence[str] = (),
) -> tuple[Contingency, ...]:
    """Default P1 list: every branch, unit with capacity, dc pole and campus."""
    found = []
    if branches:
        found += [Contingency(id=b, branches=(i,)) for i, b in enumerate(network.branch.id)]
    if units:
        capable = np.flatnonzero(network.generator.p_max_mw > 0)
        found += [Contingency(id=network.generator.id[i], generators=(int(i),)) for i in capable]
    if dc_poles:
        found += [Contingency(id=d, dc_lines=(i,)) for i, d in enumerate(network.dc_line.id)]
    found += [Contingency(id=f"campus {c}", campuses=(i,)) for i, c in enumerate(campus_ids)]
    return tuple(found)


def pickup_weight_mw(network: Network) -> FloatArray:
    """Static ``p_max_mw`` of every unit that picks up a loss, 0 of the others, dims (generator,)."""
    return np.where(network.generator.is_dispatchable, network.generator.p_max_mw, 0.0)


def pickup_share(network: Network, *, without: Sequence[int] = (), inside: BoolArray | None = None) -> FloatArray:
    """Share of a loss that each unit picks up, dims (generator,), in proportion to static p_max.

    Units in ``without`` and units at buses outside ``inside`` take no part; zero everywhere if nobody is left.
    """
    weight = pickup_weight_mw(network)
    weight[list(without)] = 0.0
    if inside is not None:
        weight = np.where(inside[network.generator.bus], weight, 0.0)
    total = weight.sum()
    return weight / total if total > 0 else weight


def outage_label(network: Network, lost: Contingency, campus_ids: Sequence[str] = ()) -> str:
    """Label of a contingency in result files: the one element lost, or the name of the set."""
    if lost.is_set:
        return contingency_label("set", lost.id)
    if lost.branches:
        return contingency_label("branch", network.branch.id[lost.branches[0]])
    if lost.generators:
        return contingency_label("unit", network.generator.id[lost.generators[0]])
    if lost.dc_lines:
        return contingency_label("dc_line", network.dc_line.id[lost.dc_lines[0]])
    return contingency_label("campus", campus_ids[lost.campuses[0]])


def live_buses(network: Network, lost: Contingency) -> BoolArray:
    """Buses still energised after a contingency: the part that holds most of the load, dims (bus,)."""
    return main_island(network, island_labels(network, lost.branches), lost.buses)
