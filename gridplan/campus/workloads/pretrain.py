"""Dedicated training campaigns: one job on all accelerators, flat while it runs, broken by failures, idle in between.

Comes in: campaigns, parameters by scenario, the hours. Goes out: ``ItLoad``. docs/load-model.md, Training.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws
from gridplan.campus.server_power import load_of_busy, server_power
from gridplan.campus.streams import MOST_EVENTS, Streams
from gridplan.campus.workloads.campaign import CampaignSpec, calendar_of, hours_of_year
from gridplan.campus.workloads.load import Hours, ItLoad
from gridplan.campus.young import checkpoint_frac, checkpoint_interval_h, computing_frac, replay_h

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

    @property
    def breaks_per_h(self) -> FloatArray:
        """Failures and planned stops in an hour of computing, dims (scenario,) [1/h]."""
        return self.failures_per_h + self.stops_per_h

    @property
    def failing_share(self) -> FloatArray:
        """Share of failures in all breaks, dims (scenario,) [1]."""
        return self.failures_per_h / np.maximum(self.breaks_per_h, np.finfo(float).tiny)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaks:
    """Breaks of a job.

    Parameters
    ----------
    failures : float, dims (scenario,)
        Failures in all hours.
    down_h : float, dims (scenario, time) [h]
        Time without computing in each hour.
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
    """Mean failures, and mean time down in each hour that runs: ``1 - 1/(1 + b t_restart)`` of it."""
    r = reliability
    computing = computing_frac(r.breaks_per_h, r.restart_h)
    return Breaks(
        failures=running.sum(axis=1) * computing * r.failures_per_h,
        down_h=running * (1.0 - computing)[:, None],
    )


def random_breaks(reliability: Reliability, running: FloatArray, streams: Streams, name: str) -> Breaks:
    """Failures and planned stops at random: a Poisson stream in the time the job computes, each followed by a restart.

    The clock of the job runs with its campaigns: break ``i`` comes at ``u_i + i t_restart`` of it, where the ``u_i``
    are the moments of a Poisson stream of rate ``b``.
    """
    mean = expected_breaks(reliability, running)
    down_h, failures = mean.down_h, mean.failures
    for k, running_k in enumerate(running):
        if reliability.breaks_per_h[k] * running_k.sum() > MOST_EVENTS:
            continue
        generator = streams.generator(f"{name}.failures", k)
        clock_h = np.concatenate([[0.0], np.cumsum(running_k)])
        begin_h = _break_moments_h(clock_h[-1], reliability.breaks_per_h[k], reliability.restart_h[k], generator)
        down_h[k] = np.diff(_time_down_h(clock_h, begin_h, reliability.restart_h[k]))
        failures[k] = generator.binomial(len(begin_h), reliability.failing_share[k])
    return Breaks(failures=failures, down_h=np.clip(down_h, 0.0, running, out=down_h))


def _break_moments_h(end_h: float, per_h: float, restart_h: float, generator: np.random.Generator) -> FloatArray:
    """Moments of the breaks by the clock of the job, dims (break,) [h]."""
    count = generator.poisson(per_h * end_h)
    # Moments of a Poisson stream with a known count: sums of exponentials, scaled to the span.
    steps = np.cumsum(generator.standard_exponential(count + 1))
    moments_h = steps[:-1] * (end_h / steps[-1]) + restart_h * np.arange(count)
    return np.asarray(moments_h[moments_h < end_h])


def _time_down_h(clock_h: FloatArray, begin_h: FloatArray, restart_h: float) -> FloatArray:
    """Time down since the beginning at moments of the clock of the job, dims of ``clock_h`` [h]."""
    knots_h = np.concatenate([[0.0], np.column_stack([begin_h, begin_h + restart_h]).ravel()])
    down_h = restart_h * ((np.arange(len(knots_h)) + 1) // 2 - np.arange(len(knots_h)) % 2)
    return np.asarray(np.interp(clock_h, knots_h, down_h))


def _counts(accelerators: int, reliability: Reliability, running: FloatArray, breaks: Breaks) -> dict[str, FloatArray]:
    running_h = running.sum(axis=1)
    computing_h = running_h - breaks.down_h.sum(axis=1)
    # Of the whole job: every accelerator waits for the one that failed.
    progress_h = computing_h * (1.0 - reliability.checkpoint_frac) - breaks.failures * reliability.replay_h
    effective_h = np.maximum(progress_h, 0.0)
    return {
        "accelerator_h": accelerators * running_h,
        "effective_accelerator_h": accelerators * effective_h,
        "lost_accelerator_h": accelerators * (running_h - effective_h),
        "failures": breaks.failures,
    }
