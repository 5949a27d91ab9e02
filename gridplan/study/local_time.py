"""The study's clock: local hours of the weather year as hours counted from its beginning.

Local time zones are resolved here and nowhere else in this room; results are hours, never stamps.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


@cache
def timezones() -> frozenset[str]:
    """Names of all IANA zones; the folder of zones is searched once."""
    return frozenset(available_timezones())


def is_timezone(name: str) -> bool:
    """Whether the name is an IANA zone."""
    return name in timezones()


def is_local_hour(when: datetime, timezone: str) -> bool:
    """Whether the local clock shows this hour exactly once (not skipped, not repeated by summer time)."""
    zone = ZoneInfo(timezone)
    first, second = (when.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first == second


def hour_of_year(when: datetime, year: int, timezone: str) -> int:
    """Hours from the local beginning of ``year`` to ``when``; the index into the weather year."""
    zone = ZoneInfo(timezone)
    start = datetime(year, 1, 1, tzinfo=zone).astimezone(UTC)
    return (when.replace(tzinfo=zone).astimezone(UTC) - start) // timedelta(hours=1)


def hours_of_year(year: int, timezone: str) -> int:
    """Count of hours of a local calendar year."""
    return hour_of_year(datetime(year + 1, 1, 1), year, timezone)
