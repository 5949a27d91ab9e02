"""Branch limits of the DC dispatch: with everything in service, and after an outage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridplan.network.contingency import RATINGS, Rating
from gridplan.network.model import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Branch limits the DC dispatch compares with, dims (branch,) [MW]; without short-time ones the emergency holds.

    ``middle_mw`` is for limits of the intact network that are not the same in both directions, such as those of
    angles: ``abs(f - middle_mw) <= normal_mw``. None is the middle at 0. Headroom and hosting know no middle.
    """

    normal_mw: FloatArray
    emergency_mw: FloatArray
    middle_mw: FloatArray | None = None
    short_time_mw: FloatArray | None = None

    def of(self, rating: Rating) -> FloatArray:
        """Limit of every branch under a rating, dims (branch,) [MW]."""
        short_time = self.emergency_mw if self.short_time_mw is None else self.short_time_mw
        return {"normal": self.normal_mw, "emergency": self.emergency_mw, "short_time": short_time}[rating]

    def after_mw(self, rating_of: IntArray, branches: Sequence[int] | IntArray | slice) -> FloatArray:
        """Limit of some branches after each contingency, dims (given branch, contingency) [MW].

        Parameters
        ----------
        rating_of : int, dims (contingency,)
            Position of each contingency's rating in ``RATINGS``; see ``OutageTable.rating_of``.
        """
        at = branches if isinstance(branches, slice) else np.asarray(branches, dtype=np.int64)
        return np.column_stack([self.of(rating)[at] for rating in RATINGS])[:, rating_of]
