"""Day and week shapes of requests, with their sources and terms; the only numbers of this room.

A shape is relative demand by UTC hour of a working day, and the ratio of weekend to working days. A new one is a row.
"""

from __future__ import annotations

from dataclasses import dataclass

HOURS_OF_DAY = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Relative demand of the hours 0 to 23 UTC of a working day; weekend hours are that times a ratio."""

    name: str
    title: str
    weekday_rel: tuple[float, ...]
    weekend_per_weekday: float
    source: str
    licence: str


SHAPES: tuple[Shape, ...] = (
    Shape(
        name="flat",
        title="same demand in every hour",
        weekday_rel=(1.0,) * HOURS_OF_DAY,
        weekend_per_weekday=1.0,
        source="none needed",
        licence="none needed",
    ),
    Shape(
        name="azure_conversation",
        title="requests to a chat service of one large cloud, week of 12 May 2024",
        weekday_rel=(
            1.02, 1.11, 1.09, 0.91, 0.92, 1.00, 1.15, 1.24, 1.27, 1.23, 1.11, 1.18,
            1.32, 1.45, 1.53, 1.42, 1.29, 1.24, 1.23, 1.16, 1.05, 0.88, 0.79, 0.82,
        ),
        weekend_per_weekday=0.57,
        source=(
            "Azure LLM inference trace 2024, conversation (Azure/AzurePublicDataset; DynamoLLM, HPCA 2025); "
            "changed: hourly means read off the published per-minute plots and averaged over working days"
        ),
        licence="CC BY 4.0, Microsoft Corporation",
    ),
)  # fmt: skip
