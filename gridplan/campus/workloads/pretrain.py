"""Dedicated training campaigns: one job on all accelerators, flat while it runs, broken by failures, idle in between.

Comes in: campaigns, parameters by scenario, the hours. Goes out: ``ItLoad``. Load model, section 5 (a).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws
from gridplan.campus.server_power import load_of_busy, server_power
from gridplan.campus.streams import Streams
from gridplan.campus.workloads.campaign import CampaignSpec, calendar_of, hours_of_year
from gridplan.campus.workloads.load import Hours, ItLoad
from gridplan.campus.workloads.waiting import served_in_turn
from gridplan.campus.young import checkpoint_frac, checkpoint_interval_h, replay_h

FloatArray = npt.NDArray[np.float64]
_S_PER_H, _MIN_PER_H, _H_PER_DAY = 3600.0, 60.0, 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How often a job breaks and what that costs, dims (scenario,) each."""

    failures_per_h: FloatArray
    stops_per_h: FloatArray
    restart_h: FloatArray
    checkpoint_frac: FloatArray
    replay_h: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaks:
    """Breaks of a job by hour, dims (scenario, time).

    Parameters
    ----------
    failures : float
    down_h : float [h]
        Time without computing.
    """

    failures: FloatArray
    down_h: FloatArray


def reliability_of(spec: CampaignSpec, draws: Draws) -> Reliability:
    """Failure rate, restart and checkpoint costs of the job of a campaign: ``n lambda``, ``delta/tau``, ``tau/2``."""
    failures_per_h = spec.accelerators * draws["train.failures_per_accelerator_h"]
    checkpoint_h = draws["train.checkpoint_s"] / _S_PER_H
    if spec.checkpoint_interval_min is None:
        interval_h = checkpoint_interval_h(failures_per_h, checkpoint_h)
    else:
        interval_h = np.full_like(failures_per_h, spec.checkpoint_interval_min / _MIN_PER_H)
    return Reliability(
        failures_per_h=failures_per_h,
        stops_per_h=draws["train.planned_stops_per_day"] / _H_PER_DAY,
        restart_h=draws["train.restart_min"] / _MIN_PER_H,
        checkpoint_frac=np.minimum(checkpoint_frac(checkpoint_h, interval_h), 1.0),
        replay_h=replay_h(failures_per_h, interval_h),
    )


def pretrain_load(spec: CampaignSpec, draws: Draws, hours: Hours, streams: Streams | None = None) -> ItLoad:
    """IT load of dedicated campaigns.

    ``P = n/a p_rated f (1 + kappa)`` while the job computes, ``n/a p_rated i + kappa n/a p_rated f`` while it restarts
    and between campaigns. Saving and replaying draw the power of work and are lost work, not lost MW.

    Parameters
    ----------
    spec : CampaignSpec
    draws : Draws
    hours : Hours
    streams : Streams, optional
        Absent: expected breaks, evenly spread over the campaigns.

    Returns
    -------
    ItLoad
        Counts: ``accelerators``, ``accelerator_h`` in campaigns, ``effective_accelerator_h`` and
        ``lost_accelerator_h`` of them, ``failures``.
    """
    running = calendar_of(spec, draws, hours).running_frac(hours_of_year(hours))
    reliability = reliability_of(spec, draws)
    breaks = (
        expected_breaks(reliability, running)
        if streams is None
        else random_breaks(reliability, running, streams, spec.name)
    )
    busy = running - breaks.down_h
    counts = _counts(spec.accelerators, reliability, running, breaks)
    if spec.fill_share > 0:
        busy += spec.fill_share * (1.0 - running)
    busy *= spec.accelerators
    power = server_power(spec.hardware, draws)
    return load_of_busy(spec.name, spec.movable, power, spec.accelerators, busy, counts)


def expected_breaks(reliability: Reliability, running: FloatArray) -> Breaks:
    """Mean failures and time down in each hour: ``min(1, (n lambda + stops) t_restart)`` of the running part."""
    r = reliability
    down_frac = np.minimum(1.0, (r.failures_per_h + r.stops_per_h) * r.restart_h)
    return Breaks(failures=running * r.failures_per_h[:, None], down_h=running * down_frac[:, None])


def random_breaks(reliability: Reliability, running: FloatArray, streams: Streams, name: str) -> Breaks:
    """Failures and planned stops drawn by hour; restarts that do not fit into an hour go on in the next one.

    ``failures ~ Poisson(n lambda)`` per hour of campaign. With this the mean time down is that of ``expected_breaks``.
    """
    r = reliability
    failures = np.empty_like(running)
    breaks = np.empty_like(running)
    for k, running_k in enumerate(running):
        generator = streams.generator(f"{name}.failures", k)
        failures[k] = generator.poisson(r.failures_per_h[k] * running_k)
        breaks[k] = generator.poisson(r.stops_per_h[k] * running_k)
    breaks += failures
    breaks *= r.restart_h[:, None]
    return Breaks(failures=failures, down_h=served_in_turn(breaks, running))


def _counts(accelerators: int, reliability: Reliability, running: FloatArray, breaks: Breaks) -> dict[str, FloatArray]:
    running_h = running.sum(axis=1)
    failures = breaks.failures.sum(axis=1)
    lost_h = (
        running_h * reliability.checkpoint_frac + failures * reliability.replay_h + breaks.down_h.sum(axis=1)
    )  # of the job: every accelerator waits for the one that failed
    effective_h = np.maximum(running_h - lost_h, 0.0)
    return {
        "accelerator_h": accelerators * running_h,
        "effective_accelerator_h": accelerators * effective_h,
        "lost_accelerator_h": accelerators * (running_h - effective_h),
        "failures": failures,
    }
