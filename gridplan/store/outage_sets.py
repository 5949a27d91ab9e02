"""Contingencies of files in plan.json, and what every listed outage cuts off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from gridplan.dispatch.grid import Grid
from gridplan.network.bridges import find_bridges
from gridplan.network.contingency import Contingency, live_buses, outage_label
from gridplan.network.load_loss import cut_off_buses
from gridplan.plan.case import YearCase
from gridplan.solution import contingency_label

#: Native load below which nothing is lost [MW].
LOAD_TOLERANCE_MW = 1.0e-6


def outage_sets(case: YearCase) -> list[dict[str, Any]]:
    """Contingencies of files with ids in place of positions; none under N-0."""
    network = case.network
    if case.study.criteria.security == "n-0":
        return []
    return [
        {
            "name": lost.id,
            "category": lost.category,
            "rating": lost.rating,
            "is_load_loss_allowed": lost.is_load_loss_allowed,
            "stated": list(lost.stated),
            "branches": [network.branch.id[k] for k in lost.branches],
            "generators": [network.generator.id[g] for g in lost.generators],
            "dc_lines": [network.dc_line.id[d] for d in lost.dc_lines],
            "buses": [network.bus.id[b] for b in lost.buses],
        }
        for lost in case.sets
    ]


def islanding(case: YearCase, listed: Iterable[Contingency]) -> list[dict[str, Any]]:
    """Branch outages, and listed sets, that cut buses off, with the buses; those a set loses itself included."""
    network = case.network
    bridges = find_bridges(network)
    order = np.argsort(bridges.branch)
    found = [
        (contingency_label("branch", network.branch.id[k]), bridges.dead(int(i)))
        for i, k in zip(order, bridges.branch[order], strict=True)
    ]
    found += [(outage_label(network, lost), ~live_buses(network, lost)) for lost in listed if lost.is_set]
    return [
        {"contingency": label, "buses": [network.bus.id[b] for b in np.flatnonzero(dark)]}
        for label, dark in found
        if dark.any()
    ]


def lost_load(case: YearCase, grid: Grid) -> list[dict[str, Any]]:
    """Listed outages that cut native load off at buses they do not lose themselves, with the worst hour."""
    network, load_mw = case.network, np.maximum(case.series.load_mw, 0.0)
    found = []
    for k in grid.outages.islanding:
        lost = grid.outages.contingencies[k]
        dark_mw = load_mw[:, cut_off_buses(network, lost)].sum(axis=1)
        worst = int(dark_mw.argmax())
        if dark_mw[worst] > LOAD_TOLERANCE_MW:
            found.append(
                {
                    "contingency": outage_label(network, lost),
                    "load_mw": float(dark_mw[worst]),
                    "hour": worst,
                    "is_allowed": lost.is_load_loss_allowed,
                }
            )
    return found
