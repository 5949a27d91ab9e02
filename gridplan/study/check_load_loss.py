"""Rules on the load that one fault may trip.

Comes in: a Study. Goes out: findings on campuses that no place can take in full, and on shares nothing depends on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from gridplan.errors import Finding
from gridplan.study.schema import Study
from gridplan.study.source import StudySource


def _campus_within_the_limit(study: Study, at: StudySource) -> Iterator[Finding]:
    """A fault at its own bus trips every campus, wherever it stands."""
    limit = study.criteria.load_loss
    for i, campus in enumerate(study.campuses if limit else ()):
        contract = max(map(campus.contract_mw_in, study.years))
        tripped = (1.0 - campus.ride_through_frac) * contract
        if limit and tripped > limit.limit_mw + 1e-9:
            message = (
                f"campus {campus.id}: a fault at its bus trips {tripped:g} of {contract:g} MW (ride_through_frac "
                f"{campus.ride_through_frac:g}), more than criteria.load_loss.limit_mw {limit.limit_mw:g}"
            )
            least = math.ceil(1e4 * (1.0 - limit.limit_mw / contract)) / 1e4  # rounded up: the contract must fit
            remedy = f"the contract fits with ride_through_frac {least:g}{' or more' if least < 1 else ''}"
            yield at.warning("GP-FLT-002", f"campuses.{i}.ride_through_frac", message, remedy)


def _share_that_counts(study: Study, at: StudySource) -> Iterator[Finding]:
    for i, campus in enumerate(study.campuses if study.criteria.load_loss is None else ()):
        if "ride_through_frac" in campus.model_fields_set:
            message = f"campus {campus.id} states ride_through_frac, but the study limits no load loss"
            remedy = "state criteria.load_loss: {limit_mw: ...}, or delete it"
            yield at.warning("GP-FLT-003", f"campuses.{i}.ride_through_frac", message, remedy)


LOAD_LOSS_RULES: tuple[Callable[[Study, StudySource], Iterator[Finding]], ...] = (
    _campus_within_the_limit,
    _share_that_counts,
)
