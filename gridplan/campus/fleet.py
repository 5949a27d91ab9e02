"""Accelerators that serve a demand: how many are active, how hard they work, what they and the idle ones draw.

Equations (6) and (7) of docs/load-model.md. At the design point (the peak) the replica view and the energy view agree:
accelerators are counted from energy, ``n* = lambda E / p_act(u*)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """What one fleet of equal accelerators does, dims (scenario,) each.

    Parameters
    ----------
    idle_w, busy_w : float [W]
        Power of an idle and of a fully used accelerator.
    exponent : float [1]
        gamma of ``p_act(u) = idle_w + (busy_w - idle_w) u^gamma``.
    design_use : float [1]
        u*, use at the design point.
    autoscale_frac, min_active_frac, redundancy_frac : float [1]
        Part that follows demand; least active part of the peak; spares beyond the peak.
    """

    idle_w: FloatArray
    busy_w: FloatArray
    exponent: FloatArray
    design_use: FloatArray
    autoscale_frac: FloatArray
    min_active_frac: FloatArray
    redundancy_frac: FloatArray

    @property
    def design_w(self) -> FloatArray:
        """Power of an active accelerator at the design point, dims (scenario,) [W]."""
        return active_w(self.design_use, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPower:
    """Power of a fleet, dims (scenario, time) [MW], and the part of the demand it serves, dims (scenario,) [1]."""

    active_mw: FloatArray
    idle_mw: FloatArray
    served_frac: FloatArray


def fleet_of(tdp_w: float, draws: Draws) -> Fleet:
    """Fleet of accelerators with this TDP [W]."""
    return Fleet(
        idle_w=draws["fleet.idle_power_frac"] * tdp_w,
        busy_w=draws["fleet.busy_power_frac"] * tdp_w,
        exponent=draws["fleet.power_exponent"],
        design_use=draws["energy.batch_ratio"],
        autoscale_frac=draws["fleet.autoscale_frac"],
        min_active_frac=draws["fleet.min_active_frac"],
        redundancy_frac=draws["fleet.redundancy_frac"],
    )


def active_w(use: FloatArray, fleet: Fleet) -> FloatArray:
    """Power of an active accelerator at use ``u``, dims (scenario,) [W]: ``idle + (busy - idle) u^gamma``."""
    return np.asarray(fleet.idle_w + (fleet.busy_w - fleet.idle_w) * use**fleet.exponent)


def installed_accelerators(peak_need: FloatArray, fleet: Fleet) -> FloatArray:
    """Accelerators for a peak need, dims (scenario,): ``(1 + r) max n*``."""
    return np.asarray((1.0 + fleet.redundancy_frac) * peak_need)


def fleet_power(need: FloatArray, installed: FloatArray, fleet: Fleet, *, is_use_fixed: bool = False) -> FleetPower:
    """Power of a fleet that serves ``need`` with ``installed`` accelerators.

    ``n_act = max(n_min, a n + (1 - a) max n)`` with ``n = min(need, installed)``; an active accelerator works at
    ``u = u* n / n_act``, the others idle.

    Parameters
    ----------
    need : float, dims (scenario, time)
        Accelerators the demand takes at the design use.
    installed : float, dims (scenario,)
        Accelerators there are; what needs more is not served.
    is_use_fixed : bool
        Whether active accelerators draw the power of the design use whatever they serve: the linear form.
    """
    served = np.minimum(need, installed[:, None])
    most = served.max(axis=1, initial=0.0)
    follows = fleet.autoscale_frac[:, None]
    active = np.maximum(follows * served + ((1.0 - fleet.autoscale_frac) * most)[:, None],
                        (fleet.min_active_frac * most)[:, None])  # fmt: skip
    busy = fleet.design_w[:, None] * active if is_use_fixed else _active_w(served, active, fleet)
    busy *= 1e-6
    idle = (installed[:, None] - active) * (fleet.idle_w * 1e-6)[:, None]
    asked = need.sum(axis=1)
    served_frac = np.divide(served.sum(axis=1), asked, out=np.ones_like(asked), where=asked > 0)
    return FleetPower(active_mw=busy, idle_mw=idle, served_frac=served_frac)


def _active_w(served: FloatArray, active: FloatArray, fleet: Fleet) -> FloatArray:
    """Power of the active accelerators at the use they have, dims (scenario, time) [W]; worked in place for speed."""
    power = np.divide(served, active, out=np.zeros_like(served), where=active > 0)
    np.power(power, fleet.exponent[:, None], out=power)
    power *= ((fleet.busy_w - fleet.idle_w) * fleet.design_use**fleet.exponent)[:, None]
    power += fleet.idle_w[:, None]
    power *= active
    return power
