"""The clock on the wall at a place: its distance from UTC, with daylight saving time, and its hour of the week.

Comes in: UTC hours and an IANA zone. Goes out: seconds ahead of UTC, hours from Monday on. May not know what is done
with them.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

TimeArray = npt.NDArray[np.datetime64]
IntArray = npt.NDArray[np.int64]

SECONDS_OF_HOUR, HOURS_OF_DAY, DAYS_OF_WEEK = 3600, 24, 7
HOURS_OF_WEEK = DAYS_OF_WEEK * HOURS_OF_DAY
_MONDAY_BEFORE_1970 = 3  # days from Monday, 29 December 1969, to 1 January 1970


def ahead_of_utc_s(time_utc: TimeArray, timezone: str) -> IntArray:
    """Local clock minus UTC at these moments, dims (time,) [s]; not to be written to."""
    return _ahead_of_utc_s(time_utc.astype("datetime64[s]").astype(np.int64).tobytes(), timezone)


def hour_of_week(clock_s: IntArray) -> IntArray:
    """Hours from Monday 0 h to the hour in which each moment of a clock lies, within 0 and 167, dims (time,).

    Parameters
    ----------
    clock_s : int, dims (time,) [s]
        Seconds since 1970 by that clock.
    """
    return (clock_s // SECONDS_OF_HOUR + _MONDAY_BEFORE_1970 * HOURS_OF_DAY) % HOURS_OF_WEEK


@lru_cache(maxsize=64)
def _ahead_of_utc_s(seconds: bytes, timezone: str) -> IntArray:
    zone = ZoneInfo(timezone)
    offsets = (datetime.fromtimestamp(s, tz=zone).utcoffset() for s in np.frombuffer(seconds, dtype=np.int64).tolist())
    ahead_s = np.array([0 if offset is None else int(offset.total_seconds()) for offset in offsets], dtype=np.int64)
    ahead_s.flags.writeable = False
    return ahead_s
