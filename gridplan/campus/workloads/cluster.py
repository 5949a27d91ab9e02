"""Shared development cluster: many short jobs, a few long ones with most of the accelerator time, and much idle time.

Comes in: the cluster, parameters by scenario, the hours. Goes out: ``ItLoad``. docs/load-model.md, Training.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws
from gridplan.campus.hardware import Hardware
from gridplan.campus.server_power import ServerPower, load_of_busy, server_power
from gridplan.campus.streams import MOST_EVENTS, Streams
from gridplan.campus.workloads.job_mix import JobMix, hourly_overlap_squared_h2, job_mix, mean_of
from gridplan.campus.workloads.load import Hours, ItLoad
from gridplan.campus.workloads.waiting import served_in_turn

FloatArray = npt.NDArray[np.float64]
WARM_UP_H = 720
"""Hours before the first one, so that jobs already wait when it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSpec:
    """A cluster that many people share.

    Parameters
    ----------
    name : str
        Label of the workload.
    hardware : Hardware
    accelerators : int
        Installed.
    movable : str
        Class of ``gridplan.solution.WORKLOADS``; experiments and small training wait as fine-tuning does.
    """

    name: str
    hardware: Hardware
    accelerators: int
    movable: str = "finetune"

    def __post_init__(self) -> None:
        if self.accelerators < 1:
            raise ValueError(f"{self.name}: a cluster has at least one accelerator, not {self.accelerators}")


def cluster_load(spec: ClusterSpec, draws: Draws, hours: Hours, streams: Streams | None = None) -> ItLoad:
    """IT load of a shared cluster.

    Busy accelerators are those of jobs that run; jobs come at random, take a power of two of accelerators, and what
    does not fit waits. The mean is that of ``cluster.mean_over_rating``.

    Parameters
    ----------
    spec : ClusterSpec
    draws : Draws
    hours : Hours
    streams : Streams, optional
        Absent: level at the mean.

    Returns
    -------
    ItLoad
        Counts: ``accelerators``, ``accelerator_h`` at work.
    """
    power = server_power(spec.hardware, draws)
    share = busy_share(spec.hardware, power, draws["cluster.mean_over_rating"])
    if streams is None:
        busy = np.repeat((spec.accelerators * share)[:, None], len(hours), axis=1)
    else:
        mix = job_mix(spec.accelerators, spec.hardware.accelerators, draws)
        asked = _asked_accelerators(spec, mix, share, draws["cluster.long_job_share"], len(hours), streams)
        busy = served_in_turn(asked, np.array([[float(spec.accelerators)]]))[:, WARM_UP_H:]
    counts = {"accelerator_h": busy.sum(axis=1)}
    return load_of_busy(spec.name, spec.movable, power, spec.accelerators, busy, counts)


def busy_share(hardware: Hardware, power: ServerPower, mean_over_rating: FloatArray) -> FloatArray:
    """Mean share of accelerators at work, dims (scenario,) [1]: ``(m p_rated - p_idle)/(p_busy - p_idle)``."""
    step_mw = power.busy_mw - power.idle_mw
    above_idle_mw = mean_over_rating * hardware.rated_mw(1) - power.idle_mw
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(step_mw > 0, above_idle_mw / step_mw, 0.0)
    return np.clip(share, 0.0, 1.0)


def _asked_accelerators(
    spec: ClusterSpec, mix: JobMix, share: FloatArray, long_share: FloatArray, hours: int, streams: Streams
) -> FloatArray:
    """Accelerators that jobs ask for by hour, warm-up first, dims (scenario, time)."""
    asked = np.empty((len(share), WARM_UP_H + hours))
    mean = spec.accelerators * share
    short_mean = mean * (1 - long_share)
    short_shape, short_scale = _short_gamma(mix, short_mean)
    long_jobs = mean * long_share / (mean_of(mix.long_share, mix.sizes) * mix.long.mean_h())
    for k, row in enumerate(asked):
        generator = streams.generator(f"{spec.name}.jobs", k)
        row[:] = _long_jobs(mix, k, long_jobs[k], len(row), generator)
        if short_mean[k] > 0:
            row += generator.gamma(short_shape[k], short_scale[k], size=len(row))
    return asked


def _short_gamma(mix: JobMix, mean: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shape and scale of the hourly accelerators of short jobs, with the mean and variance of their Poisson stream.

    ``mean = r E[S] E[D]``, ``variance = r E[S^2] E[overlap^2]``; a gamma law, for it is never negative.
    """
    size, size_squared = mean_of(mix.short_share, mix.sizes), mean_of(mix.short_share, mix.sizes**2)
    # Variance over mean does not depend on the rate.
    scale = size_squared * hourly_overlap_squared_h2(mix.short) / (size * mix.short.mean_h())
    return mean / scale, scale


def _long_jobs(mix: JobMix, k: int, per_h: float, hours: int, generator: np.random.Generator) -> FloatArray:
    """Accelerators of long jobs by hour, dims (time,): those that run at the beginning, and those that come.

    At the beginning ``Poisson(r E[D])`` run; the length of such a job is lognormal with ``mu + sigma^2`` (long ones are
    met more often), and any part of it may be left.
    """
    mu, sigma, mean_h = float(mix.long.mu[k]), float(mix.long.sigma[k]), float(mix.long.mean_h()[k])
    if per_h * (mean_h + hours) > MOST_EVENTS:
        return np.full(hours, per_h * mean_h * float(mix.long_share[k] @ mix.sizes))
    running = generator.poisson(per_h * mean_h)
    coming = generator.poisson(per_h * hours)
    sizes = generator.choice(mix.sizes, size=running + coming, p=mix.long_share[k])
    left_h = generator.random(running) * generator.lognormal(mu + sigma**2, sigma, running)
    begin_h = np.concatenate([np.zeros(running), generator.random(coming) * hours])
    end_h = begin_h + np.concatenate([left_h, generator.lognormal(mu, sigma, coming)])
    return _running_mean(begin_h, end_h, sizes, hours)


def _running_mean(begin_h: FloatArray, end_h: FloatArray, sizes: FloatArray, hours: int) -> FloatArray:
    """Mean of the accelerators of running jobs over each hour, dims (time,)."""
    moments = np.concatenate([begin_h, np.minimum(end_h, hours)])
    steps = np.concatenate([sizes, -sizes])
    hour = moments.astype(np.int64)
    later = steps * (moments - hour)
    change = np.bincount(hour, weights=steps - later, minlength=hours + 2)
    change += np.bincount(hour + 1, weights=later, minlength=hours + 2)
    return np.asarray(np.maximum(np.cumsum(change)[:hours], 0.0))
