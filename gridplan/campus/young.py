"""Checkpoints and effective time of a training job that fails now and then.

Comes in: failure rate, checkpoint and restart time. Goes out: interval and effective share, in first order of the rate
(J. W. Young, Communications of the ACM 17, 1974), and the time a job computes, which holds for any rate.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def checkpoint_interval_h(failures_per_h: FloatArray, checkpoint_h: FloatArray) -> FloatArray:
    """Interval with the least overhead, infinite for a job that never fails [h].

    ``tau = sqrt(2 delta / (n lambda))``, and at least ``delta``: a job cannot save more often than a save takes.

    Parameters
    ----------
    failures_per_h : float [1/h]
        ``n lambda``, failures of the whole job.
    checkpoint_h : float [h]
        ``delta``, time a checkpoint blocks the job.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        best = np.sqrt(2 * checkpoint_h / failures_per_h)
    # A job that never fails needs no checkpoint, even one that takes no time (0/0).
    return np.where(failures_per_h > 0, np.maximum(best, checkpoint_h), np.inf)


def overhead_frac(
    failures_per_h: FloatArray, checkpoint_h: FloatArray, restart_h: FloatArray, interval_h: FloatArray
) -> FloatArray:
    """Share of time without progress: saving, replaying and restarting; may exceed 1 [1].

    ``delta/tau + n lambda (tau/2 + t_restart)``

    Parameters
    ----------
    failures_per_h : float [1/h]
    checkpoint_h, restart_h : float [h]
    interval_h : float [h]
        ``tau``; infinite only where nothing fails.
    """
    return checkpoint_frac(checkpoint_h, interval_h) + failures_per_h * (
        replay_h(failures_per_h, interval_h) + restart_h
    )


def effective_frac(
    failures_per_h: FloatArray, checkpoint_h: FloatArray, restart_h: FloatArray, interval_h: FloatArray
) -> FloatArray:
    """Share of time with progress, within 0 and 1 [1]: ``1 - overhead``."""
    return np.clip(1 - overhead_frac(failures_per_h, checkpoint_h, restart_h, interval_h), 0.0, 1.0)


def computing_frac(breaks_per_h: FloatArray, restart_h: FloatArray) -> FloatArray:
    """Share of time in which a job computes, saving and replaying with it [1].

    ``1 / (1 + b t_restart)``: a renewal is ``1/b`` of computing and one restart, for a job that stands does not break.
    To first order ``1 - b t_restart``, as in Young's overhead.

    Parameters
    ----------
    breaks_per_h : float [1/h]
        ``b``, failures and planned stops in an hour of computing.
    restart_h : float [h]
    """
    return 1.0 / (1.0 + breaks_per_h * restart_h)


def checkpoint_frac(checkpoint_h: FloatArray, interval_h: FloatArray) -> FloatArray:
    """Share of time a job saves [1]: ``delta / tau``, 0 where both are 0."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(interval_h > 0, checkpoint_h / interval_h, 0.0))


def replay_h(failures_per_h: FloatArray, interval_h: FloatArray) -> FloatArray:
    """Work lost and done again after a failure [h]: half an interval, 0 where nothing fails."""
    return np.where(failures_per_h > 0, interval_h / 2, 0.0)
