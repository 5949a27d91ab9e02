"""What a case holds and RAW 33 has no field for, counted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridplan.network.case import GridCase, NotCarried
from gridplan.network.psse.names import fits


def losses(case: GridCase) -> tuple[NotCarried, ...]:
    """Columns and tables that are not written."""
    return tuple(
        NotCarried(section=section, rows=rows, meaning=meaning) for section, rows, meaning in _counts(case) if rows
    )


def _counts(case: GridCase) -> Iterator[tuple[str, int, str]]:
    branch, unit, bus = case.branch, case.generator, case.bus
    limited = (np.abs(branch.angle_min_degree) < 360) | (np.abs(branch.angle_max_degree) < 360)
    yield "storage", len(case.storage), "RAW has no storage"
    yield "branch angle limits", int(limited.sum()), "RAW has no limits of angle differences"
    yield "generator fuel", sum(bool(word) for word in unit.fuel), "RAW has no fuel of units"
    yield "generator type", sum(bool(word) for word in unit.unit_type), "RAW has no kind of units"
    yield "bus coordinates", int(np.isfinite(bus.latitude_degree).sum()), "RAW has no coordinates"
    yield "bus names", sum(not fits(name, 12) for name in bus.name), "cut to 12 plain characters"
    unbounded = sum(
        int(np.isinf(limit).sum()) for limit in (unit.p_min_mw, unit.p_max_mw, unit.q_min_mvar, unit.q_max_mvar)
    )
    yield "generator limits", unbounded, "infinite; written as 9999, as PSS/E does"
    transformers = int((branch.is_transformer & np.isfinite(branch.length_km)).sum())
    yield "transformer lengths", transformers, "RAW has no length of transformers"
