"""Load that one fault trips: a linear row per fault zone over the sites whose POI lies in it.

``sum_(i in zone) (1 - rho_i) MW_i <= L_max``, rho the share of a campus that rides through. Source of the rule: ERCOT
studies the loss of large loads at once against a limit. The zones are data; nothing here knows the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridplan.plan.compiled import Compiled, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class LossZone:
    """POIs that drop below the trip voltage together, and the faulted bus that does it."""

    faulted_bus: str
    pois: tuple[str, ...]
    voltage_pu: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadLoss:
    """Most MW that may trip in any of the zones at once."""

    limit_mw: float
    zones: tuple[LossZone, ...] = ()


NO_LIMIT = LoadLoss(limit_mw=np.inf)


def tripped_frac(loss: LoadLoss, pois: Sequence[str], ride_through_frac: Sequence[float]) -> FloatArray:
    """MW that trip per MW at each site, dims (zone, site), from the POI and the ride-through share of the sites."""
    trips = 1.0 - np.asarray(ride_through_frac, dtype=float)
    inside = [[poi in zone.pois for poi in pois] for zone in loss.zones]
    return np.array(inside, dtype=float).reshape(len(loss.zones), len(pois)) * trips


def declare_load_loss(m: Any, frac: FloatArray) -> None:
    """One row per zone; a zone all of whose load rides through needs none. ``frac`` has dims (zone, site)."""
    import pyomo.environ as pyo

    for z, row in enumerate(frac):
        tripped = sum(float(row[k]) * m.p_site_mw[int(k)] for k in np.flatnonzero(row))
        if row.any():
            m.add_component(_row(z), pyo.Constraint(expr=tripped <= 0))


def fill_load_loss(plan: Compiled, loss: LoadLoss) -> None:
    """Limit of every row."""
    for z in range(len(loss.zones)):
        if _row(z) in plan.rows:
            plan.side(_row(z), -np.inf, loss.limit_mw)


def load_loss_worth(plan: Compiled, loss: LoadLoss, row_dual: FloatArray) -> FloatArray:
    """What one more MW of the limit would save in each zone, dims (zone,) [USD per MW], from row duals of a master."""
    rows = [plan.rows.get(_row(z)) for z in range(len(loss.zones))]
    return np.array([0.0 if row is None else max(-float(row_dual[row[0]]), 0.0) for row in rows])


def _row(zone: int) -> str:
    return f"load_loss_mw[{zone}]"
