"""The clock on the wall at a place: its distance from UTC, hour by hour, with daylight saving time.

Comes in: UTC hours and an IANA zone. Goes out: seconds ahead of UTC. May not know what is done with them.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

TimeArray = npt.NDArray[np.datetime64]
IntArray = npt.NDArray[np.int64]


def ahead_of_utc_s(time_utc: TimeArray, timezone: str) -> IntArray:
    """Local clock minus UTC at these moments, dims (time,) [s]; not to be written to."""
    return _ahead_of_utc_s(time_utc.astype("datetime64[s]").astype(np.int64).tobytes(), timezone)


@lru_cache(maxsize=64)
def _ahead_of_utc_s(seconds: bytes, timezone: str) -> IntArray:
    zone = ZoneInfo(timezone)
    offsets = (datetime.fromtimestamp(s, tz=zone).utcoffset() for s in np.frombuffer(seconds, dtype=np.int64).tolist())
    ahead_s = np.array([0 if offset is None else int(offset.total_seconds()) for offset in offsets], dtype=np.int64)
    ahead_s.flags.writeable = False
    return ahead_s
