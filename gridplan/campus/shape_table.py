"""Hour-of-week shapes of requests, with their sources and terms. A new one is a row.

A shape is relative demand of the 168 hours of a week that begins on Monday at 0 h. Measured ones are facts taken from
published figures; the others are assumptions and say so. Only ratios count: whoever reads a shape scales its mean to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gridplan.campus.clock import HOURS_OF_WEEK

Day = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Relative demand by hour of the week.

    Parameters
    ----------
    name, title : str
    clock : {"utc", "local"}
        Whether the hours are those of UTC, or of the clock of one group of users who share a time zone.
    week_rel : tuple of 168 float
        Relative demand from Monday 0 h on, above 0.
    users_minus_utc_h : int [h]
        Clock of the measured users minus the clock of the table. 0 for a table in its users' own clock, and for a
        global one, whose users have no common clock.
    source, licence : str
    status : {"measured", "assumption", "choice"}
    """

    name: str
    title: str
    clock: Literal["utc", "local"]
    week_rel: tuple[float, ...]
    users_minus_utc_h: int = 0
    source: str
    licence: str = "none needed"
    status: Literal["measured", "assumption", "choice"] = "assumption"

    def __post_init__(self) -> None:
        if len(self.week_rel) != HOURS_OF_WEEK or min(self.week_rel) <= 0:
            raise ValueError(f"shape {self.name}: a week has {HOURS_OF_WEEK} values above 0")


def _times(day: Day, factor: float) -> Day:
    return tuple(factor * value for value in day)


def _week(weekday: Day, saturday: Day, sunday: Day, friday: Day | None = None) -> tuple[float, ...]:
    return (*weekday * 4, *(friday or weekday), *saturday, *sunday)


_AZURE_CONVERSATION_REL = (
    0.9708, 1.0957, 1.1021, 0.9096, 0.9165, 0.9952, 1.1356, 1.2063, 1.2702, 1.1816, 1.1627, 1.2370,
    1.3247, 1.4847, 1.6565, 1.5472, 1.3575, 1.2809, 1.2601, 1.2354, 1.1688, 0.9407, 0.9204, 0.9712,
    1.0764, 1.1217, 1.1516, 0.9428, 0.9472, 1.0073, 1.1680, 1.3013, 1.2770, 1.2457, 1.1684, 1.2732,
    1.4475, 1.5428, 1.6562, 1.5533, 1.4282, 1.3365, 1.4201, 1.3027, 1.1772, 1.0425, 0.8930, 0.8507,
    1.0007, 1.0811, 1.0317, 0.8673, 0.8981, 0.9712, 1.1051, 1.1928, 1.2168, 1.2350, 1.1273, 1.1904,
    1.3521, 1.4736, 1.5080, 1.4353, 1.2905, 1.2276, 1.2753, 1.2036, 1.0473, 0.8010, 0.7608, 0.8545,
    0.9962, 1.1477, 1.0924, 0.9245, 0.9045, 1.0001, 1.2212, 1.2776, 1.3865, 1.3169, 1.0503, 1.1068,
    1.2719, 1.4803, 1.5224, 1.3419, 1.2523, 1.2374, 1.2352, 1.1247, 1.0047, 0.8834, 0.7777, 0.8690,
    1.0380, 1.1014, 1.0672, 0.8810, 0.9133, 1.0124, 1.1170, 1.2195, 1.1853, 1.1838, 1.0520, 1.0666,
    1.1785, 1.2854, 1.2946, 1.2239, 1.1264, 1.1065, 0.9749, 0.9153, 0.8565, 0.7259, 0.6002, 0.5767,
    0.5811, 0.6194, 0.6414, 0.5152, 0.5262, 0.5568, 0.5625, 0.6153, 0.6495, 0.5676, 0.6397, 0.6964,
    0.7750, 0.7702, 0.8425, 0.8558, 0.8203, 0.7535, 0.6891, 0.6586, 0.6865, 0.6376, 0.5788, 0.5416,
    0.5622, 0.5923, 0.5642, 0.5027, 0.4722, 0.4807, 0.4991, 0.5717, 0.5720, 0.5524, 0.5493, 0.6268,
    0.6429, 0.8071, 0.7530, 0.7947, 0.7276, 0.7618, 0.7699, 0.7117, 0.6826, 0.6755, 0.6423, 0.7672,
)  # fmt: skip

_AZURE_CODE_REL = (
    0.6604, 0.6719, 0.6620, 0.5829, 0.5044, 0.3944, 0.3233, 0.3170, 0.2911, 0.2911, 0.2912, 0.4617,
    0.7721, 1.4544, 2.0331, 2.2945, 2.1775, 2.4614, 2.7031, 2.7989, 2.5850, 2.0201, 1.5738, 1.1126,
    1.0026, 1.0589, 0.9368, 0.6466, 0.5403, 0.4280, 0.3542, 0.2843, 0.2698, 0.3177, 0.3356, 0.5049,
    0.9495, 1.7221, 2.4160, 2.3940, 2.1270, 2.6376, 2.9671, 2.9776, 2.6883, 1.9258, 1.4291, 1.0997,
    0.9945, 0.8982, 0.8234, 0.7440, 0.5588, 0.4389, 0.3984, 0.3152, 0.3103, 0.2775, 0.3530, 0.4902,
    0.8926, 1.5621, 2.0973, 2.3186, 2.3594, 2.5863, 2.9207, 3.0176, 2.8886, 2.0757, 1.3467, 1.0786,
    0.9247, 0.8148, 0.8660, 0.6800, 0.5291, 0.4574, 0.4216, 0.3332, 0.3082, 0.3220, 0.3282, 0.5154,
    1.0032, 1.4656, 2.1572, 2.2927, 2.2265, 2.5819, 2.8515, 2.8867, 2.5550, 1.8569, 1.3302, 1.0428,
    0.7702, 0.7832, 0.6849, 0.5802, 0.4661, 0.3968, 0.3302, 0.2967, 0.2541, 0.2863, 0.2992, 0.3987,
    0.7236, 1.1961, 1.7598, 1.9621, 1.7864, 2.0504, 2.1078, 2.1687, 2.0769, 1.5596, 1.1291, 0.7560,
    0.6101, 0.5560, 0.4797, 0.4716, 0.3912, 0.3146, 0.2658, 0.1945, 0.1453, 0.1187, 0.1006, 0.1694,
    0.2596, 0.3523, 0.4286, 0.4741, 0.5180, 0.5835, 0.6200, 0.6256, 0.5654, 0.5168, 0.5705, 0.4907,
    0.4791, 0.5044, 0.4648, 0.4420, 0.3783, 0.3066, 0.2417, 0.1552, 0.1255, 0.1242, 0.1286, 0.1459,
    0.2192, 0.2825, 0.3622, 0.4357, 0.4692, 0.4716, 0.5533, 0.5681, 0.6429, 0.6725, 0.6188, 0.6132,
)  # fmt: skip

_BURSTGPT_HOUR_REL = (
    0.5959, 0.3874, 0.1954, 0.1221, 0.0979, 0.0748, 0.0764, 0.0609, 0.2378, 1.1873, 1.8619, 1.8859,
    0.7951, 1.0964, 1.8527, 2.2440, 2.2775, 1.6620, 0.9776, 1.2538, 1.4708, 1.3618, 1.2197, 1.0049,
)  # fmt: skip
_BURSTGPT_DAY_REL = (1.1589, 1.1684, 1.2237, 1.2231, 1.0335, 0.5343, 0.6579)

_OFFICE = (
    0.10, 0.10, 0.10, 0.10, 0.10, 0.10, 0.20, 0.50, 1.00, 1.40, 1.50, 1.45,
    1.15, 1.35, 1.50, 1.50, 1.40, 1.05, 0.60, 0.40, 0.30, 0.25, 0.20, 0.15,
)  # fmt: skip
_HOME = (
    0.45, 0.30, 0.20, 0.15, 0.15, 0.20, 0.35, 0.60, 0.80, 0.90, 1.00, 1.05,
    1.10, 1.10, 1.05, 1.10, 1.15, 1.25, 1.40, 1.55, 1.65, 1.60, 1.30, 0.85,
)  # fmt: skip
_LABORATORY = (
    0.60, 0.55, 0.50, 0.50, 0.50, 0.50, 0.50, 0.60, 0.90, 1.30, 1.50, 1.50,
    1.30, 1.40, 1.50, 1.50, 1.50, 1.40, 1.15, 1.00, 1.00, 0.95, 0.85, 0.70,
)  # fmt: skip
_SHOP = (
    0.30, 0.20, 0.15, 0.12, 0.12, 0.18, 0.35, 0.60, 0.90, 1.15, 1.30, 1.35,
    1.40, 1.35, 1.30, 1.30, 1.30, 1.35, 1.45, 1.60, 1.70, 1.60, 1.20, 0.70,
)  # fmt: skip
_FEED = (
    0.70, 0.45, 0.30, 0.20, 0.15, 0.20, 0.40, 0.65, 0.80, 0.90, 0.95, 1.00,
    1.15, 1.10, 1.00, 1.00, 1.05, 1.15, 1.30, 1.45, 1.60, 1.70, 1.55, 1.10,
)  # fmt: skip
_COMMUTE = (
    0.45, 0.30, 0.20, 0.20, 0.30, 0.50, 0.85, 1.25, 1.40, 1.15, 0.95, 0.95,
    1.00, 1.00, 1.05, 1.15, 1.30, 1.50, 1.55, 1.40, 1.20, 1.10, 0.90, 0.65,
)  # fmt: skip
_RIDE_FRIDAY = (*_COMMUTE[:17], 1.70, 1.80, 1.75, 1.60, 1.60, 1.60, 1.50)
_RIDE_SATURDAY = (
    1.25, 1.00, 0.80, 0.50, 0.30, 0.25, 0.35, 0.50, 0.65, 0.80, 0.95, 1.05,
    1.15, 1.15, 1.15, 1.20, 1.30, 1.40, 1.50, 1.50, 1.45, 1.50, 1.55, 1.45,
)  # fmt: skip
_RIDE_SUNDAY = (
    1.30, 1.10, 0.90, 0.60, 0.35, 0.25, 0.30, 0.40, 0.55, 0.70, 0.85, 0.95,
    1.00, 1.05, 1.05, 1.05, 1.05, 1.05, 1.05, 1.00, 0.90, 0.75, 0.60, 0.45,
)  # fmt: skip

_AZURE = (
    "Azure LLM inference trace 2024, {} (Azure/AzurePublicDataset; DynamoLLM, HPCA 2025); "
    "changed: hourly means read off the published per-minute plots"
)

SHAPES: tuple[Shape, ...] = (
    Shape(
        name="flat",
        title="same demand in every hour",
        clock="utc",
        week_rel=(1.0,) * HOURS_OF_WEEK,
        source="none needed",
        status="choice",
    ),
    Shape(
        name="azure_conversation",
        title="requests from everywhere to a chat service of one large cloud, week of 12 May 2024",
        clock="utc",
        week_rel=_AZURE_CONVERSATION_REL,
        source=_AZURE.format("conversation, week of 12 May 2024, by hour of week"),
        licence="CC BY 4.0, Microsoft Corporation",
        status="measured",
    ),
    Shape(
        name="azure_code",
        title="requests to a coding service of one large cloud, week of 10 May 2024",
        clock="utc",
        week_rel=_AZURE_CODE_REL,
        users_minus_utc_h=-4,
        source=(
            _AZURE.format("code, week of 10 May 2024, by hour of week")
            + "; assumed: as a local shape its users keep New York daylight time, as the rise from 11 to 14 UTC, the "
            "dip at 16 UTC on four of five days and the fall from 21 UTC fit a day from 7 to 18 h with a noon break"
        ),
        licence="CC BY 4.0, Microsoft Corporation",
        status="measured",
    ),
    Shape(
        name="burstgpt_chat",
        title="web chat of the users of one university by their own clock, 2023",
        clock="local",
        week_rel=tuple(day * hour for day in _BURSTGPT_DAY_REL for hour in _BURSTGPT_HOUR_REL),
        source=(
            "BurstGPT, conversation logs (HPMLL/BurstGPT); changed: hourly medians and daily counts read off the "
            "published figures, ChatGPT and GPT-4 added up, week = hour x weekday; 3 to 7 h, near 0, set by hand"
        ),
        licence="CC BY 4.0, the authors of BurstGPT",
        status="measured",
    ),
    Shape(
        name="business_hours",
        title="enterprise: office work with a noon break, a fifth of it at the weekend",
        clock="local",
        week_rel=_week(_OFFICE, _times(_OFFICE, 0.2), _times(_OFFICE, 0.2)),
        source="no public measurement of enterprise users; drawn after the working days of azure_code",
    ),
    Shape(
        name="consumer_evening",
        title="consumer: daytime use that peaks at 20 h, a tenth more at the weekend",
        clock="local",
        week_rel=_week(_HOME, _times(_HOME, 1.1), _times(_HOME, 1.1)),
        source="no public measurement of private users by their own clock; drawn after evening internet traffic",
    ),
    Shape(
        name="research_day",
        title="research: long working days on top of runs that go on by night and at the weekend",
        clock="local",
        week_rel=_week(_LABORATORY, _times(_LABORATORY, 0.6), _times(_LABORATORY, 0.6)),
        source="no public measurement of research users; a third of the load runs without people",
    ),
    Shape(
        name="retail",
        title="retail: assistants of online shops, noon and 20 h, a little more at the weekend",
        clock="local",
        week_rel=_week(_SHOP, _times(_SHOP, 1.05), _times(_SHOP, 1.1)),
        source="no public measurement; requests follow visits to shops, quiet at night and busiest in the evening",
    ),
    Shape(
        name="ride_hailing",
        title="ride-hailing: commuting peaks at 8 and 18 h, Friday and Saturday nights",
        clock="local",
        week_rel=_week(_COMMUTE, _RIDE_SATURDAY, _RIDE_SUNDAY, friday=_RIDE_FRIDAY),
        source="no public measurement of requests; they follow trips, drawn after the rhythm of city trip records",
    ),
    Shape(
        name="social",
        title="social media: peaks at 21 h, least at 4 h, nearly the same every day",
        clock="local",
        week_rel=_week(_FEED, _times(_FEED, 1.05), _times(_FEED, 1.05)),
        source="no public measurement of requests; drawn after the evening peak of internet traffic",
    ),
)

SEGMENT_SHAPES = {"consumer": "consumer_evening", "enterprise": "business_hours", "research": "research_day"}
"""Local shape of a segment of users where a driver pack names none."""
