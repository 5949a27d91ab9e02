"""The published trial of power caps beside the curves of what a cap costs: power of the event in, work done out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gridplan.campus.power_cap import LEAST_POWER_FRAC, cap_segments, throughput_frac
from gridplan.campus.published.check import Check, Model, Published

KINDS = ("interactive", "finetune", "pretrain")
_EVENT_POWER_FRAC = 0.685  # 0.67 to 0.70 of the power before the event, held for 3 h 20 min
_TRIAL = "trial in Phoenix, May 2025, 256 A100 (Colangelo et al., arXiv 2507.00909)"
_WORK = Published(low=0.67, high=1.00, figure=0.91, decimals=2, words="0.91 weighted, jobs 0.67 to 1.00",
                  source=_TRIAL, year=2025)  # fmt: skip
_NOTE = "the curves come from caps measured on the same cluster; the mix of its jobs is not published"


def work_at_power(power_frac: float) -> float:
    """Most work equal parts of KINDS do at a power all of them share, each 1 at full power [1].

    The cheapest segments are given up first, as the plan does: ``1 - sum s_k r_k / n``.
    """
    segments = [s for kind in KINDS for s in cap_segments(kind, 1.0 - LEAST_POWER_FRAC, LEAST_POWER_FRAC)]
    left, lost = (1.0 - power_frac) * len(KINDS), 0.0
    for segment in sorted(segments, key=lambda s: s.work_per_power):
        width = min(segment.width_frac, left)
        lost += width * segment.work_per_power
        left -= width
    return 1.0 - lost / len(KINDS)


def _constant(value: Callable[[], float]) -> Model:
    return lambda case: np.full(case.draws.scenarios, value())


def _kind(kind: str, words: str) -> Check:
    return Check(
        key=f"phoenix_{kind}",
        title=f"power-cap trial in Phoenix, work of {words}",
        unit="1",
        published=_WORK,
        inputs=f"curve of {words} at {_EVENT_POWER_FRAC:g} of its power, replay of the event's 0.67 to 0.70",
        model=_constant(lambda: float(throughput_frac(kind, _EVENT_POWER_FRAC))),
        spread="none",
        note=_NOTE,
    )


CAPPING: tuple[Check, ...] = (
    Check(
        key="phoenix_event",
        title="power-cap trial in Phoenix, work of all jobs",
        unit="1",
        published=_WORK,
        inputs="inference, fine-tuning and pretraining in equal parts, cheapest caps first, together at "
        f"{_EVENT_POWER_FRAC:g} of their power",
        model=_constant(lambda: work_at_power(_EVENT_POWER_FRAC)),
        spread="none",
        note=_NOTE,
    ),
    _kind("interactive", "inference"),
    _kind("finetune", "fine-tuning"),
    _kind("pretrain", "pretraining"),
)
