"""Jobs of a shared development cluster: how large they are and how long they run, as moments and as samples.

Sizes are powers of two. Short jobs: half take one accelerator, the rest fall off to the whole cluster. Long jobs: each
power of two from a server to the cluster is as likely.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws

FloatArray = npt.NDArray[np.float64]
SINGLE_SHARE = 0.5
"""Share of the short jobs that take one accelerator (Acme, Kalos: median 1)."""
LONG_SPREAD = 1.0
"""Standard deviation of the logarithm of a long job's duration: longest of a thousand some 13 means (assumption)."""
_BISECTIONS = 60
_STEEPEST = 8.0
_MIN_PER_H = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lognormal:
    """Durations in hours: ``exp(mu + sigma z)``, dims (scenario,) each."""

    mu: FloatArray
    sigma: FloatArray

    def mean_h(self) -> FloatArray:
        """Mean duration [h]."""
        return np.asarray(np.exp(self.mu + self.sigma**2 / 2))

    def moment_below(self, power: int, limit_h: float) -> FloatArray:
        """``E[D^k; D <= c] = exp(k mu + k^2 sigma^2/2) Phi((ln c - mu)/sigma - k sigma)``, unlimited at infinity."""
        from scipy.special import ndtr

        whole = np.exp(power * self.mu + (power * self.sigma) ** 2 / 2)
        if np.isinf(limit_h):
            return np.asarray(whole)
        return np.asarray(whole * ndtr((np.log(limit_h) - self.mu) / self.sigma - power * self.sigma))


@dataclass(frozen=True, slots=True, kw_only=True)
class JobMix:
    """Jobs of a cluster by scenario.

    Parameters
    ----------
    sizes : float, dims (size,)
        Powers of two up to the cluster.
    short_share, long_share : float, dims (scenario, size) [1]
        Probability of each size.
    short, long : Lognormal
        Durations.
    """

    sizes: FloatArray
    short_share: FloatArray
    long_share: FloatArray
    short: Lognormal
    long: Lognormal


def job_mix(accelerators: int, server: int, draws: Draws) -> JobMix:
    """Job mix of a cluster of so many accelerators in servers of so many."""
    sizes: FloatArray = np.exp2(np.arange(accelerators.bit_length(), dtype=np.float64))
    short_share = tail_share(sizes, draws["cluster.job_accelerators"])
    least = min(2.0 ** np.floor(np.log2(server)), sizes[-1])
    is_long = sizes >= least
    long_share = np.broadcast_to(is_long / is_long.sum(), short_share.shape)
    median_h = draws["cluster.short_job_median_min"] / _MIN_PER_H
    ratio = np.maximum(draws["cluster.short_job_mean_min"] / draws["cluster.short_job_median_min"], 1.0 + 1e-9)
    return JobMix(
        sizes=sizes,
        short_share=short_share,
        long_share=long_share,
        short=Lognormal(mu=np.log(median_h), sigma=np.sqrt(2 * np.log(ratio))),
        long=Lognormal(
            mu=np.log(draws["cluster.long_job_h"]) - LONG_SPREAD**2 / 2,
            sigma=np.full_like(median_h, LONG_SPREAD),
        ),
    )


def tail_share(sizes: FloatArray, mean_size: FloatArray) -> FloatArray:
    """Probability of each size with half at 1 and the wished mean, dims (scenario, size).

    ``p(2^k) ~ 2^(-a k)`` for k >= 1; ``a`` by bisection, and the nearest mean that a small cluster allows.
    """
    if len(sizes) == 1:
        return np.ones((len(mean_size), 1))
    tail = sizes[1:]
    wished = (mean_size - SINGLE_SHARE) / (1 - SINGLE_SHARE)
    flat, steep = np.zeros(len(mean_size)), np.full(len(mean_size), _STEEPEST)
    for _ in range(_BISECTIONS):
        middle = (flat + steep) / 2
        is_large = mean_of(_tail_probability(tail, middle), tail) > wished
        flat, steep = np.where(is_large, middle, flat), np.where(is_large, steep, middle)
    share = (1 - SINGLE_SHARE) * _tail_probability(tail, steep)
    return np.concatenate([np.full((len(mean_size), 1), SINGLE_SHARE), share], axis=1)


def mean_of(share: FloatArray, values: FloatArray) -> FloatArray:
    """Mean of values at these shares, dims (scenario,); no matrix product, whose rounding depends on the block."""
    return np.asarray((share * values).sum(axis=1))


def _tail_probability(tail: FloatArray, exponent: FloatArray) -> FloatArray:
    weight = (tail[None, :] / tail[0]) ** -exponent[:, None]
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def hourly_overlap_squared_h2(durations: Lognormal) -> FloatArray:
    """``E[integral of overlap(x)^2 dx]`` of a job with an hour that begins anywhere, dims (scenario,) [h^3].

    ``D^2 - D^3/3`` for D <= 1 h and ``D - 1/3`` above: times the arrival rate and the mean square of the size this is
    the variance of the hourly mean of a Poisson stream of jobs (Campbell's theorem).
    """
    below = durations.moment_below(2, 1.0) - durations.moment_below(3, 1.0) / 3
    above_mean = durations.moment_below(1, np.inf) - durations.moment_below(1, 1.0)
    above_count = 1.0 - durations.moment_below(0, 1.0)
    return np.asarray(below + above_mean - above_count / 3)
