"""The size of a campus: users and accelerators for a contract, and the servers of its central run.

Comes in: a campus model, a contract, hours and temperature. Goes out: ``SizedCampus``. Nothing else scales a campus.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplan.campus.campus_model import CampusModel, scaled_spec
from gridplan.campus.drivers.draws import base_draws
from gridplan.campus.facility.pue import Cooling, pue
from gridplan.campus.site import SizedCampus, cooling_kind
from gridplan.campus.workloads.inference import InferenceSpec
from gridplan.campus.workloads.load import NO_CHANCE, Hours, ItLoad
from gridplan.campus.workloads.registry import workload_load
from gridplan.campus.workloads.training_trend import train_share

FloatArray = npt.NDArray[np.float64]
_ROUNDS = 6
_CLOSE_FRAC = 1e-9
LEAST_MW = 1e-12
"""Less than this is no load: no factor makes a contract of it."""


def size_campus(
    model: CampusModel,
    contract_mw: float,
    hours: Hours,
    temperature_c: FloatArray,
    *,
    is_scaled: bool,
    start: np.datetime64 | None = None,
) -> SizedCampus:
    """Campus with servers for its central run, scaled to its contract where that is asked for.

    Parameters
    ----------
    model : CampusModel
    contract_mw : float [MW]
    hours : Hours
    temperature_c : float, dims (time,) [degC]
    is_scaled : bool
        Whether users and accelerators are multiplied until the largest hour is the contract. Accelerators come in whole
        numbers, so it is met to within one of them.
    start : datetime64, optional
        First energisation for the expected delivery.
    """
    draws = base_draws(model.parameters)
    auxiliary_mw = float(draws["facility.auxiliary_frac"][0]) * contract_mw
    room_mw = contract_mw - auxiliary_mw
    overhead = pue(Cooling.of(draws, cooling_kind(model)), temperature_c)[0]
    specs: tuple[Any, ...] = model.specs
    loads = _loads(specs, model, hours)
    factors = _training_factors(model, loads, hours) if is_scaled else None
    if factors is not None:
        specs = tuple(scaled_spec(spec, f) for spec, f in zip(specs, factors, strict=True))
        loads = _loads(specs, model, hours)
    scale = 1.0
    peak_mw = _peak_mw(loads, overhead)
    for _ in range(_ROUNDS if is_scaled and peak_mw > LEAST_MW else 0):
        scale *= room_mw / peak_mw
        sized = tuple(scaled_spec(spec, scale) for spec in specs)
        loads = _loads(sized, model, hours)
        peak_mw = _peak_mw(loads, overhead)
        if abs(peak_mw - room_mw) <= _CLOSE_FRAC * room_mw or peak_mw <= LEAST_MW:
            break
    sized = tuple(scaled_spec(spec, scale) for spec in specs)
    return SizedCampus(
        model=replace(model, specs=tuple(_with_servers(s, load) for s, load in zip(sized, loads, strict=True))),
        contract_mw=contract_mw,
        servers_mw=float(sum(load.installed_mw[0] for load in loads)),
        scale=scale,
        peak_mw=peak_mw + auxiliary_mw,
        temperature_c=temperature_c,
        start=start,
    )


def _loads(specs: Sequence[Any], model: CampusModel, hours: Hours) -> list[ItLoad]:
    draws = base_draws(model.parameters)
    return [workload_load(spec, draws, hours, NO_CHANCE) for spec in specs]


def _peak_mw(loads: Sequence[ItLoad], overhead: FloatArray) -> float:
    total = np.zeros_like(overhead)
    for load in loads:
        total += load.p_it_mw[0]
    return float((total * overhead).max(initial=0.0))


def _training_factors(model: CampusModel, loads: Sequence[ItLoad], hours: Hours) -> list[float] | None:
    """What each workload is multiplied with so that training has its share of the year's energy; None: no change."""
    if not model.follows_training_share:
        return None
    is_training = [not isinstance(spec, InferenceSpec) for spec in model.specs]
    energy_mwh = [float(load.p_it_mw.sum()) for load in loads]
    training = sum(e for e, t in zip(energy_mwh, is_training, strict=True) if t)
    inference = sum(energy_mwh) - training
    if training <= 0 or inference <= 0:
        return None
    share = float(train_share(base_draws(model.parameters), hours.year)[0])
    total = training + inference
    return [share * total / training if t else (1.0 - share) * total / inference for t in is_training]


def _with_servers(spec: Any, load: ItLoad) -> Any:
    return replace(spec, installed=float(load.counts["accelerators"][0])) if isinstance(spec, InferenceSpec) else spec
