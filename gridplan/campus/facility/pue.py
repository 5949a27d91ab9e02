"""Power usage effectiveness from the outdoor temperature. Equation (8) of docs/load-model.md.

Comes in: temperature, dims (time,), and the building by scenario. Goes out: PUE, dims (scenario, time).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self, get_args

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
CoolingKind = Literal["liquid", "air"]

COOLING_KINDS: tuple[str, ...] = get_args(CoolingKind)
FACILITY_PARTS = ("electrical_loss", "fans_pumps", "cooling", "auxiliary")
"""Where energy goes that is not that of the IT equipment, in the order of the waterfall."""

_COP_SLOPE_PER_C = 0.02
_COP_LEAST, _COP_MOST = 0.4, 1.3
_COP_REFERENCE_C = 35.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooling:
    """Overhead of a building, dims (scenario,) each.

    Parameters
    ----------
    electrical_loss_frac, fan_frac : float [MW per MW of IT]
        Losses up to the servers; fans and pumps.
    economizer_below_c, mechanical_above_c : float [degC]
        Outdoor temperature up to which no chiller runs, and from which chillers take all heat.
    cop_35c : float [1]
        Heat removed per electricity of the chillers at 35 degC outdoors.
    """

    electrical_loss_frac: FloatArray
    fan_frac: FloatArray
    economizer_below_c: FloatArray
    mechanical_above_c: FloatArray
    cop_35c: FloatArray

    def __post_init__(self) -> None:
        if not (self.economizer_below_c < self.mechanical_above_c).all():
            raise ValueError("free cooling must end below the temperature of full mechanical cooling")
        if not (self.cop_35c > 0).all():
            raise ValueError("the coefficient of performance must be above 0")

    @classmethod
    def of(cls, draws: Mapping[str, FloatArray], kind: CoolingKind) -> Self:
        """Overhead of a kind of cooling, from the parameters ``facility.<kind>.*``."""
        key = f"facility.{kind}."
        return cls(
            electrical_loss_frac=draws[key + "electrical_loss_frac"],
            fan_frac=draws[key + "fan_frac"],
            economizer_below_c=draws[key + "economizer_below_c"],
            mechanical_above_c=draws[key + "mechanical_above_c"],
            cop_35c=draws[key + "cop_35c"],
        )


def cop(cooling: Cooling, temperature_c: FloatArray) -> FloatArray:
    """Coefficient of performance of the chillers, dims (scenario, time) [1].

    ``COP(T) = COP35 clip(1 - 0.02 (T - 35), 0.4, 1.3)``
    """
    change = np.clip(1.0 - _COP_SLOPE_PER_C * (temperature_c - _COP_REFERENCE_C), _COP_LEAST, _COP_MOST)
    return np.asarray(cooling.cop_35c[:, None] * change)


def chiller_frac(cooling: Cooling, temperature_c: FloatArray) -> FloatArray:
    """Electricity of the chillers, dims (scenario, time) [MW per MW of IT].

    ``chiller = clip((T - T1) / (T2 - T1), 0, 1) / COP(T)``
    """
    begin_c = cooling.economizer_below_c[:, None]
    share = temperature_c - begin_c
    share /= cooling.mechanical_above_c[:, None] - begin_c
    np.clip(share, 0.0, 1.0, out=share)
    share /= cop(cooling, temperature_c)
    return np.asarray(share)


def pue(cooling: Cooling, temperature_c: FloatArray) -> FloatArray:
    """Power at the meter per power of the IT equipment, without auxiliary load, dims (scenario, time) [1].

    ``P = P_IT PUE(T) + P_aux``, ``PUE(T) = 1 + l_el + f_fan + clip((T - T1) / (T2 - T1), 0, 1) / COP(T)``

    ``T`` is the dry-bulb temperature; where evaporation cools, the wet-bulb one may stand in its place.
    """
    effectiveness = chiller_frac(cooling, temperature_c)
    effectiveness += (1.0 + cooling.electrical_loss_frac + cooling.fan_frac)[:, None]
    return effectiveness
