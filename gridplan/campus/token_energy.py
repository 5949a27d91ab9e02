"""Accelerator energy of tokens: prefill from arithmetic, decode from measurements and a fit to them.

Equation (5) of docs/load-model.md: ``E = tau_in' eps_pre + tau_out eps_dec (b/b*)^x``.
Sources: ML.ENERGY leaderboard 2026 (decode), Vidur profiles (prefill).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws
from gridplan.campus.hardware import Hardware
from gridplan.campus.language_models import LanguageModel
from gridplan.campus.services import Measure

FloatArray = npt.NDArray[np.float64]

REFERENCE_YEAR = 2026
"""Year of the measured energies: trends count from it."""

CENTRAL_LN_J_DECODE = -3.997
"""Centre of the fit: the spread of a measured model is that of the fit's residual about it."""
LN_GENERATION = {"h100": 0.0, "b200": -0.417}
"""ln of J per output token against H100; the same fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """Hardware whose measurements stand for this one, and J/token against it."""

    measured_as: str
    against: float = 1.0


# Not measured: A100 (some 1.8 times the W per FLOP of H100, the same W per GB/s of memory), and the successors of B200.
GENERATIONS = {
    "a100": Generation(measured_as="h100", against=1.3),
    "h100": Generation(measured_as="h100"),
    "b200": Generation(measured_as="b200"),
    "gb200": Generation(measured_as="b200"),
    "b300": Generation(measured_as="b200"),
}

# ln of J/token against 100 ms between tokens: 50 ms costs 1/(1 - 0.13), 20 ms another 1/(1 - 0.48) (medians of
# ML.ENERGY deployments); nothing is saved beyond 100 ms in the median.
_LN_INTERVAL_MS = (math.log(20.0), math.log(50.0), math.log(100.0))
_LN_FACTOR = (-math.log((1 - 0.13) * (1 - 0.48)), -math.log(1 - 0.13), 0.0)


def latency_factor(token_interval_ms: FloatArray) -> FloatArray:
    """J/token at a median time between tokens against 100 ms, dims (scenario,); flat outside 20 to 100 ms."""
    return np.asarray(np.exp(np.interp(np.log(token_interval_ms), _LN_INTERVAL_MS, _LN_FACTOR)))


def prefill_j_per_token(model: LanguageModel, hardware: Hardware, draws: Draws) -> FloatArray:
    """Energy of an input token, dims (scenario,) [J/token]: ``2e9 N_active / (mfu F) x power_frac x TDP``."""
    operations = 2e9 * model.active_b
    flops = hardware.dense_bf16_tflops * 1e12 * draws["energy.prefill_mfu"]
    return np.asarray(operations / flops * draws["energy.prefill_power_frac"] * hardware.tdp_w)


def decode_j_per_token(model: LanguageModel, hardware: Hardware, draws: Draws) -> FloatArray:
    """Energy of an output token at the target batch and 100 ms, dims (scenario,) [J/token].

    Measured where the model was measured on this generation, with the spread of ``energy.ln_j_decode`` around it;
    else ``ln J = c + 0.352 ln N_active + 0.432 ln N_total + ln(generation)``.
    """
    generation = GENERATIONS[hardware.name]
    measured = model.measured_j.get(generation.measured_as)
    if measured is not None:
        return np.asarray(measured * np.exp(draws["energy.ln_j_decode"] - CENTRAL_LN_J_DECODE) * generation.against)
    size = model.active_b ** draws["energy.exponent_active"] * model.total_b ** draws["energy.exponent_total"]
    factor = math.exp(LN_GENERATION[generation.measured_as]) * generation.against
    return np.asarray(np.exp(draws["energy.ln_j_decode"]) * size * factor)


def trend_factor(draws: Draws, measure: Measure, years: int) -> FloatArray:
    """Energy of a task after so many years against now, dims (scenario,).

    ``(q (1 + drift)(1 - gain))^years``: chips and models, software, easier tasks; ``q`` of tokens or of pictures.
    """
    yearly = draws["energy.trend_per_year" if measure == "tokens" else "energy.visual_trend_per_year"]
    software = (1.0 + draws["energy.software_drift_per_year"]) * (1.0 - draws["energy.step_gain_per_year"])
    return np.asarray((yearly * software) ** float(years))


def batch_factor(draws: Draws) -> FloatArray:
    """J/token at the design batch against the target batch, dims (scenario,): ``(b/b*)^x``."""
    return np.asarray(draws["energy.batch_ratio"] ** draws["energy.batch_exponent"])
