"""Shadow prices of branch limits: by hour, and over a year as what one MW more of a limit is worth.

Comes in: solved hours with the duals of their rows. Goes out: every price above zero, and sums by row or branch. A
price of an hour is the saving of the first MW; cost is convex in the limit, so later MW save at most as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from gridplan.dispatch.rows import RowPool
from gridplan.dispatch.year import YearResult
from gridplan.network.model import BoolArray, FloatArray, IntArray

#: Price from which on a limit counts as binding [USD/MWh].
BINDING_USD_PER_MWH = 1.0e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LimitPrices:
    """Every limit with a price in every hour, sorted by hour, branch and contingency; dims (entry,).

    Parameters
    ----------
    price_usd_per_mwh : float
        What one MW more of the limit saves in the hour.
    is_raised : bool
        The limit stands above its rating, as the pre-existing rule holds it: more rating alone saves nothing.
    is_penalty : bool
        The price of unserved load or overload enters the prices of the hour.
    """

    hour: IntArray
    branch: IntArray
    contingency: IntArray
    price_usd_per_mwh: FloatArray
    is_raised: BoolArray
    is_penalty: BoolArray

    def __len__(self) -> int:
        return len(self.hour)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LimitPrices) and all(
            np.array_equal(mine, its) for mine, its in zip(self.columns(), other.columns(), strict=True)
        )

    __hash__ = None  # type: ignore[assignment]

    def columns(self) -> list[FloatArray]:
        """All arrays in their order."""
        return [getattr(self, column.name) for column in fields(self)]

    def where(self, chosen: BoolArray | IntArray) -> LimitPrices:
        """Entries chosen by a mask or by their positions."""
        return LimitPrices(**{column.name: getattr(self, column.name)[chosen] for column in fields(self)})

    @property
    def is_of_rating(self) -> BoolArray:
        """Entries in which the rating itself holds and only costs of units set the price, dims (entry,)."""
        return np.asarray(~self.is_raised & ~self.is_penalty)


def limit_prices(pool: RowPool, result: YearResult, is_penalty: BoolArray) -> LimitPrices:
    """Prices of the limits of solved hours; ``is_penalty`` has dims (time,).

    One MW more moves the side of the row that holds by one MW, so the saving is the size of its dual.
    """
    dual = np.abs(result.row_dual[:, 1:])
    at, row = np.nonzero(dual > BINDING_USD_PER_MWH)
    keys = np.array(pool.keys, dtype=np.int64).reshape(-1, 2)[row]
    hour = result.hours[at]
    order = np.lexsort((keys[:, 1], keys[:, 0], hour))
    return LimitPrices(
        hour=hour,
        branch=keys[:, 0],
        contingency=keys[:, 1],
        price_usd_per_mwh=dual[at, row],
        is_raised=pool.limit_mw[hour, row] > pool.rating_mw[row],
        is_penalty=is_penalty[at],
    ).where(order)


def joined_prices(parts: Sequence[LimitPrices], first_hours: Sequence[int]) -> LimitPrices:
    """Prices of consecutive runs of hours, each numbered from 0, as those of all hours."""
    names = [column.name for column in fields(LimitPrices)]
    found = {name: np.concatenate([getattr(p, name) for p in parts]) for name in names}
    found["hour"] = np.concatenate([p.hour + first for p, first in zip(parts, first_hours, strict=True)])
    return LimitPrices(**found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What one MW more is worth over all hours, in three apart: by rating, raised, set by a penalty.

    Parameters
    ----------
    hours, raised_hours, penalty_hours : int
        Hours with a price; an hour of a penalty counts as that alone.
    usd_per_mw, raised_usd_per_mw, penalty_usd_per_mw : float
        Sums of the hourly prices.
    max_usd_per_mwh : float
        Largest hourly price of the first sum, and its hour; -1 without one.
    """

    hours: int
    usd_per_mw: float
    max_usd_per_mwh: float
    max_hour: int
    raised_hours: int
    raised_usd_per_mw: float
    penalty_hours: int
    penalty_usd_per_mw: float


def worth(prices: LimitPrices) -> Worth:
    """Sums over the hours of limits that one MW moves together."""
    own, raised = prices.where(prices.is_of_rating), prices.where(prices.is_raised & ~prices.is_penalty)
    penalty = prices.where(prices.is_penalty)
    by_hour = np.bincount(own.hour, weights=own.price_usd_per_mwh)
    return Worth(
        hours=_count(own),
        usd_per_mw=float(own.price_usd_per_mwh.sum()),
        max_usd_per_mwh=float(by_hour.max(initial=0.0)),
        max_hour=int(by_hour.argmax()) if len(own) else -1,
        raised_hours=_count(raised),
        raised_usd_per_mw=float(raised.price_usd_per_mwh.sum()),
        penalty_hours=_count(penalty),
        penalty_usd_per_mw=float(penalty.price_usd_per_mwh.sum()),
    )


def _count(prices: LimitPrices) -> int:
    return len(np.unique(prices.hour))
