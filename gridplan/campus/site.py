"""A campus at its meter: workloads, the building around them, and what servers and contract hold them to.

Comes in: a campus with its size, parameters by scenario, hours and temperature. Goes out: MW by workload, scenario and
hour, and the energy of every stage from requests to the meter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplan.campus.campus_model import AUXILIARY, CampusModel
from gridplan.campus.drivers.draws import Draws
from gridplan.campus.facility.delivery import contract_frac, delivered_frac
from gridplan.campus.facility.pue import FACILITY_PARTS, Cooling, CoolingKind, pue
from gridplan.campus.facility.saturation import served
from gridplan.campus.workloads.load import NO_CHANCE, PARTS, Chance, Hours, ItLoad
from gridplan.campus.workloads.registry import workload_load

FloatArray = npt.NDArray[np.float64]

AUXILIARY_CLASS = "interactive"
"""Movable class of the auxiliary load: it cannot wait."""
STAGES = (*PARTS, *FACILITY_PARTS)
"""Where energy goes, from the accelerators to the meter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizedCampus:
    """A campus with its contract and its servers.

    Parameters
    ----------
    model : CampusModel
        Users and accelerators as they are after scaling; inference with its installed accelerators.
    contract_mw : float [MW]
        Contract of the studied year.
    servers_mw : float [MW]
        IT power with every server busy, in the central run; a scenario has the same servers, each with its own power.
    scale : float [1]
        What users and accelerators of pack and study were multiplied with.
    peak_mw : float [MW]
        Largest hour of the central run before any cut.
    temperature_c : float, dims (time,) [degC]
    start : datetime64, optional
        First energisation for the expected delivery; absent: the contract as it stands.
    """

    model: CampusModel
    contract_mw: float
    servers_mw: float
    scale: float
    peak_mw: float
    temperature_c: FloatArray
    start: np.datetime64 | None = None

    @property
    def workloads(self) -> tuple[str, ...]:
        """Labels on the dim ``workload``."""
        return (*(spec.name for spec in self.model.specs), AUXILIARY)

    @property
    def classes(self) -> tuple[str, ...]:
        """Movable class of every workload."""
        return (*(spec.movable for spec in self.model.specs), AUXILIARY_CLASS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLoad:
    """Load of a campus in some scenarios.

    Parameters
    ----------
    p_mw : float, dims (workload, scenario, time) [MW]
        At the meter.
    stages_mwh : float, dims (workload, stage, scenario) [MWh]
        Energy by STAGES; its sum over stages is the energy of ``p_mw``.
    unserved_frac : float, dims (scenario,) [1]
        Part of the IT energy asked for that servers and contract leave out, that of calls for which there are no
        accelerators included.
    counts : mapping of workload to mapping of name to float, dims (scenario,)
        Work behind the MW.
    """

    p_mw: FloatArray
    stages_mwh: FloatArray
    unserved_frac: FloatArray
    counts: Mapping[str, Mapping[str, FloatArray]]


def site_load(campus: SizedCampus, draws: Draws, hours: Hours, chance: Chance = NO_CHANCE) -> SiteLoad:
    """Load of a campus at its meter.

    Parameters
    ----------
    campus : SizedCampus
    draws : Draws
        Parameters by scenario.
    hours : Hours
    chance : Chance
        Noise and streams of these scenarios.
    """
    loads = [workload_load(spec, draws, hours, chance) for spec in campus.model.specs]
    asked = _sum(loads, draws.scenarios, len(hours))
    cooling = Cooling.of(draws, cooling_kind(campus.model))
    overhead = pue(cooling, campus.temperature_c)
    result = served(
        asked,
        contract_mw=np.full(draws.scenarios, campus.contract_mw),
        delivered_frac=_delivered(campus, draws, hours),
        servers_mw=np.sum([load.installed_mw for load in loads], axis=0),
        pue=overhead,
        auxiliary_mw=draws["facility.auxiliary_frac"] * campus.contract_mw,
    )
    asked_mwh = asked.sum(axis=1) + sum(_without_accelerators_mwh(load) for load in loads)
    # Not one less the unserved part: where that is nearly all, the difference is mostly rounding.
    kept = result.unserved_frac
    kept.fill(1.0)
    np.divide(result.p_it_mw, asked, out=kept, where=asked > 0)
    return _assembled(loads, kept, overhead, cooling, result.auxiliary_mw, asked_mwh)


def _assembled(
    loads: list[ItLoad],
    kept: FloatArray,
    overhead: FloatArray,
    cooling: Cooling,
    auxiliary_mw: FloatArray,
    asked_mwh: FloatArray,
) -> SiteLoad:
    scenarios, hours = kept.shape
    p_mw = np.empty((len(loads) + 1, scenarios, hours))
    stages = np.zeros((len(loads) + 1, len(STAGES), scenarios))
    served_mwh = np.zeros(scenarios)
    for k, load in enumerate(loads):
        it_mwh = load.p_it_mw.sum(axis=1)
        it_mw = np.multiply(load.p_it_mw, kept, out=load.p_it_mw)
        kept_mwh = it_mw.sum(axis=1)
        np.multiply(it_mw, overhead, out=p_mw[k])
        stages[k] = _stages(load, it_mwh, kept_mwh, p_mw[k].sum(axis=1), cooling)
        served_mwh += kept_mwh
    p_mw[-1] = auxiliary_mw
    stages[-1, STAGES.index("auxiliary")] = auxiliary_mw.sum(axis=1)
    left = np.divide(asked_mwh - served_mwh, asked_mwh, out=np.zeros(scenarios), where=asked_mwh > 0)
    np.clip(left, 0.0, 1.0, out=left)  # sums in another order differ by a last bit
    return SiteLoad(p_mw=p_mw, stages_mwh=stages, unserved_frac=left, counts={load.name: load.counts for load in loads})


def _stages(
    load: ItLoad, it_mwh: FloatArray, kept_mwh: FloatArray, meter_mwh: FloatArray, cooling: Cooling
) -> FloatArray:
    """Energy of one workload by stage, dims (stage, scenario); cooling is what the others leave of the meter."""
    ratio = np.divide(kept_mwh, it_mwh, out=np.zeros_like(it_mwh), where=it_mwh > 0)
    losses, fans = kept_mwh * cooling.electrical_loss_frac, kept_mwh * cooling.fan_frac
    by_name = {part: load.parts_mwh.get(part, np.zeros_like(ratio)) * ratio for part in PARTS}
    by_name |= {"electrical_loss": losses, "fans_pumps": fans, "cooling": meter_mwh - kept_mwh - losses - fans}
    return np.array([by_name.get(stage, np.zeros_like(ratio)) for stage in STAGES])


def _without_accelerators_mwh(load: ItLoad) -> FloatArray:
    """IT energy of the calls without accelerators, as those that are served take it, dims (scenario,) [MWh]."""
    served_frac = load.counts.get("served_frac")
    if served_frac is None:
        return np.zeros(len(load.installed_mw))
    active = load.parts_mwh["accelerator_active"]
    both = active + load.parts_mwh["accelerator_idle"]
    host = np.divide(load.parts_mwh["host"], both, out=np.zeros_like(both), where=both > 0)
    left = np.divide(1.0 - served_frac, served_frac, out=np.zeros_like(served_frac), where=served_frac > 0)
    return np.asarray(active * (1.0 + host) * left)


def _sum(loads: list[ItLoad], scenarios: int, hours: int) -> FloatArray:
    total = np.zeros((scenarios, hours))
    for load in loads:
        total += load.p_it_mw
    return total


def _delivered(campus: SizedCampus, draws: Draws, hours: Hours) -> FloatArray:
    if campus.start is None:
        return contract_frac(hours, draws.scenarios)
    return delivered_frac(hours, campus.start, draws)


def cooling_kind(model: CampusModel) -> CoolingKind:
    """Kind of cooling of a campus."""
    return "liquid" if model.cooling == "liquid" else "air"
