"""The one hour of a network that has no hourly data: its load and limits as the tables state them.

Comes in: a Network. Goes out: a GridSeries of one hour.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from gridplan.network.model import Network
from gridplan.series.model import GridSeries

#: Year of a snapshot whose network states none.
SNAPSHOT_YEAR = 2020


def snapshot_series(
    network: Network,
    *,
    timezone: str = "UTC",
    year: int = SNAPSHOT_YEAR,
    least: Literal["p_min", "relaxed"] = "p_min",
    must_run: tuple[str, ...] = (),
    load_scale: float = 1.0,
) -> GridSeries:
    """Return the hour that begins the year on the local clock.

    Parameters
    ----------
    network : Network
    timezone : str
        IANA zone of the local clock.
    year : int
        Calendar year of the hour.
    least : {"p_min", "relaxed"}
        Whether units stay at or above ``p_min_mw``, or may run from 0 MW; units that draw power may in both.
    must_run : tuple of str
        Units that stay at or above ``p_min_mw`` in a relaxed hour.
    load_scale : float
        Factor on ``p_load_mw``.
    """
    first = datetime(year, 1, 1, tzinfo=ZoneInfo(timezone)).astimezone(UTC).replace(tzinfo=None)
    unit = network.generator
    stays = np.array([least == "p_min" or name in must_run for name in unit.id], dtype=bool)
    p_min_mw = np.where(stays, unit.p_min_mw, np.minimum(unit.p_min_mw, 0.0))
    return GridSeries(
        time_utc=np.array([np.datetime64(first, "s")]),
        timezone=timezone,
        load_mw=network.bus.p_load_mw[None] * load_scale,
        p_max_mw=unit.p_max_mw[None],
        p_min_mw=np.where(unit.is_fixed, unit.p_max_mw, p_min_mw)[None],
    )
