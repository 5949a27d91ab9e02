"""Hours as planners name them: local clock, beginning of the hour."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import numpy as np


def local_time(stamp: np.datetime64, timezone: str) -> datetime.datetime:
    """Beginning of a UTC hour on the local clock."""
    seconds = int(stamp.astype("datetime64[s]").astype(np.int64))
    return datetime.datetime.fromtimestamp(seconds, tz=ZoneInfo(timezone))


def hour_text(stamp: np.datetime64, timezone: str) -> str:
    """Hour in words, ``26 Aug 14:00``."""
    local = local_time(stamp, timezone)
    return f"{local.day} {local:%b %H:%M}"


def hour_stamp(stamp: np.datetime64, timezone: str) -> str:
    """Hour for files, local clock, ``2020-08-26T14:00``."""
    return f"{local_time(stamp, timezone):%Y-%m-%dT%H:%M}"
