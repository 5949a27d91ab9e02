"""Modelled load of a campus for the plan: what each movable class asks for by hour, per MW of contract.

Comes in: a sized campus, or the trajectory of a scenario. Goes out: ``ModelledLoad``. The plan sees no service, token
or user.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import base_draws
from gridplan.campus.site import SiteLoad, SizedCampus, site_load
from gridplan.campus.uncertainty.ensemble import by_class
from gridplan.campus.workloads.load import Hours
from gridplan.solution import WORKLOADS

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ModelledLoad:
    """Load of a campus in a studied year.

    Parameters
    ----------
    campus : str
    year : int
    demand_frac : float, dims (class, time) [1]
        Power asked for per MW of contract, in the order of ``gridplan.solution.WORKLOADS``; the classes together never
        ask for more than 1.
    """

    campus: str
    year: int
    demand_frac: FloatArray

    def __post_init__(self) -> None:
        if self.demand_frac.shape[:1] != (len(WORKLOADS),):
            raise ValueError(f"demand_frac has shape {self.demand_frac.shape}, ({len(WORKLOADS)}, time) expected")
        frozen = self.demand_frac.copy()
        frozen.setflags(write=False)
        object.__setattr__(self, "demand_frac", frozen)


def central_load(campus: SizedCampus, hours: Hours) -> SiteLoad:
    """Load with every parameter at its central value and nothing left to chance: one scenario."""
    own = Hours(time_utc=hours.time_utc, timezone=campus.model.timezone, year=hours.year)
    return site_load(campus, base_draws(campus.model.parameters), own)


def modelled_load(campus: SizedCampus, year: int, class_mw: FloatArray) -> ModelledLoad:
    """Load by class, dims (class, time) [MW], as part of the contract."""
    contract_mw = campus.contract_mw
    frac = class_mw / contract_mw if contract_mw > 0 else np.zeros_like(class_mw)
    return ModelledLoad(campus=campus.model.campus, year=year, demand_frac=frac)


def central_class_mw(campus: SizedCampus, load: SiteLoad) -> FloatArray:
    """Central load by class, dims (class, time) [MW]."""
    return by_class(campus, load.p_mw)[:, 0]


def energy_shares(class_mw: FloatArray) -> tuple[float, ...]:
    """Share of each class in the energy of a campus; they sum to 1 exactly where anything is drawn."""
    energy = class_mw.sum(axis=1)
    total = float(energy.sum())
    if total <= 0:
        return tuple(0.0 for _ in WORKLOADS)
    shares = [round(float(value) / total, 6) for value in energy]
    largest = int(np.argmax(energy))
    shares[largest] = round(1.0 - sum(s for k, s in enumerate(shares) if k != largest), 6)
    return tuple(shares)


def find_modelled(loads: Sequence[ModelledLoad], campus: str, year: int) -> ModelledLoad | None:
    """Load of a campus in a year; None where it has no driver pack."""
    return next((load for load in loads if load.campus == campus and load.year == year), None)
