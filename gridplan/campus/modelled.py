"""Central load of a campus for the plan: what each movable class asks for by hour.

Comes in: a sized campus. Goes out: MW by class and the shares of the classes. The plan sees no service, token or user.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import base_draws
from gridplan.campus.site import SiteLoad, SizedCampus, site_load
from gridplan.campus.uncertainty.ensemble import by_class
from gridplan.campus.workloads.load import Hours
from gridplan.solution import WORKLOADS

FloatArray = npt.NDArray[np.float64]


class Modelled(Protocol):
    """What is needed of a modelled load: power by class and hour per MW of contract."""

    @property
    def campus(self) -> str:
        """Id of the campus."""

    @property
    def year(self) -> int:
        """Studied year."""

    @property
    def demand_frac(self) -> FloatArray:
        """Power asked for per MW of contract, dims (class, time) [1]."""


def central_load(campus: SizedCampus, hours: Hours) -> SiteLoad:
    """Load with every parameter at its central value and nothing left to chance: one scenario."""
    return site_load(campus, base_draws(campus.model.parameters), hours.on_clock(campus.model.timezone))


def central_class_mw(campus: SizedCampus, hours: Hours) -> FloatArray:
    """Central load by class, dims (class, time) [MW]."""
    return by_class(campus, central_load(campus, hours).p_mw)[:, 0]


def energy_shares(class_mw: FloatArray) -> tuple[float, ...]:
    """Share of each class in the energy of a campus, to six places; they sum to 1 where anything is drawn."""
    energy = class_mw.sum(axis=1)
    total = float(energy.sum())
    if total <= 0:
        return tuple(0.0 for _ in WORKLOADS)
    shares = [round(float(value) / total, 6) for value in energy]
    largest = int(np.argmax(energy))
    shares[largest] = round(1.0 - sum(s for k, s in enumerate(shares) if k != largest), 6)
    return tuple(shares)
