"""Fault zones of the requests' POIs, and how far a siting uses the load that one fault may trip.

Comes in: a studied year, the siting plan and its result. Goes out: limits for the siting, then one line per zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridplan.network.fault_zones import fault_zones
from gridplan.network.model import FloatArray
from gridplan.plan.case import YearCase
from gridplan.plan.parts.load_loss import NO_LIMIT, LoadLoss, LossZone
from gridplan.plan.problems.siting import SitingPlan
from gridplan.plan.siting_loop import SitingResult

_TOLERANCE_MW = 1e-6


@dataclass(frozen=True, kw_only=True)
class ZoneUse:
    """One fault zone after siting.

    ``tripped_mw`` is what the fault trips of the limit. ``stopped`` are campuses, not connected in full, whose next
    block would trip more than the limit; the zone binds where there are any. ``worth_usd_per_mw`` is what one more MW
    of the limit would save in the studied hours with sizes free of blocks: times a campus's MW it is what riding
    through in full would be worth there.
    """

    zone: LossZone
    limit_mw: float
    tripped_mw: float
    stopped: tuple[str, ...]
    worth_usd_per_mw: float

    @property
    def is_binding(self) -> bool:
        """Whether the zone keeps some campus from its next block."""
        return bool(self.stopped)


def load_loss_limit(case: YearCase) -> LoadLoss:
    """Zones among the candidate POIs of all campuses in a year with the study's limit; none where it states none.

    Raises
    ------
    InputError
        GP-FLT-001, if no machine feeds a POI.
    """
    criterion, network = case.study.criteria.load_loss, case.network
    if criterion is None:
        return NO_LIMIT
    buses = [network.bus_index(poi) for campus in case.study.campuses for poi in campus.poi]
    found = fault_zones(network, buses, criterion.voltage_trip_pu, criterion.x_subtransient_pu)
    names = network.bus.id
    zones = [
        LossZone(faulted_bus=names[z.faulted_bus], pois=tuple(names[b] for b in z.buses), voltage_pu=z.voltage_pu)
        for z in found
    ]
    return LoadLoss(limit_mw=criterion.limit_mw, zones=tuple(zones))


def zone_uses(plan: SitingPlan, result: SitingResult) -> tuple[ZoneUse, ...]:
    """MW each zone's fault trips of the limit, and the campuses it stops."""
    frac, limit_mw = plan.tripped_frac, plan.load_loss.limit_mw
    tripped = frac @ result.sites_mw
    next_mw = np.array([_next_mw(plan, result.sites_mw, k) for k in range(len(plan.sites))])
    is_over = tripped[:, None] + frac * next_mw > limit_mw + _TOLERANCE_MW
    return tuple(
        ZoneUse(
            zone=zone,
            limit_mw=limit_mw,
            tripped_mw=float(tripped[z]),
            stopped=_stopped(plan, is_over[z] & (frac[z] > 0) & (next_mw > 0)),
            worth_usd_per_mw=float(result.load_loss_usd_per_mw[z]),
        )
        for z, zone in enumerate(plan.load_loss.zones)
    )


def stopping_fault(uses: Sequence[ZoneUse], campus: str, poi: str) -> str | None:
    """Faulted bus of the first zone that keeps a campus from its next block at a POI."""
    return next((use.zone.faulted_bus for use in uses if campus in use.stopped and poi in use.zone.pois), None)


def _next_mw(plan: SitingPlan, sites_mw: FloatArray, k: int) -> float:
    """Size of the next step of a request at a site; 0 where it is connected in full, or elsewhere."""
    i, poi = plan.sites[k]
    request = plan.requests[i]
    own = [j for j, (other, _) in enumerate(plan.sites) if other == i]
    left = request.contract_mw - float(sites_mw[own].sum())
    is_elsewhere = request.fixed_poi not in (None, poi) or (sites_mw[own].sum() > 0 and sites_mw[k] <= 0)
    return 0.0 if is_elsewhere or left <= _TOLERANCE_MW else min(request.block_mw, left)


def _stopped(plan: SitingPlan, is_stopped: FloatArray) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plan.requests[plan.sites[k][0]].id for k in np.flatnonzero(is_stopped)))
