"""Services: which movable class they are, how soon they must answer, whose day they follow; a new one is a row.

The parameters of a service stand in ``drivers/rows_service`` under its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gridplan.errors import Place, find_by_name

Measure = Literal["tokens", "items"]
Segment = Literal["consumer", "enterprise", "research"]
SEGMENTS: tuple[Segment, ...] = ("consumer", "enterprise", "research")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service.

    Parameters
    ----------
    name, title : str
    measure : {"tokens", "items"}
        Whether its energy comes from tokens of a language model or from pictures and clips.
    token_interval_ms : float [ms]
        Longest median time between tokens, inf where nobody waits; 0 for items.
    movable : str
        Class of ``gridplan.solution.WORKLOADS``.
    is_long : bool
        Whether answers are long, which costs more per token.
    has_programs : bool
        Whether programs send tasks of their own, by day and night: ``<name>.traffic_factor``.
    shape_global, shape_local : str
        Shapes of requests from all over the world, and of users in one time zone.
    """

    name: str
    title: str
    measure: Measure = "tokens"
    token_interval_ms: float = 50.0
    movable: str = "interactive"
    is_long: bool = False
    has_programs: bool = False
    shape_global: str = "azure_conversation"
    shape_local: str = "burstgpt_chat"


_NO_WAIT = float("inf")

SERVICES: tuple[Service, ...] = (
    Service(name="chat", title="conversation"),
    Service(name="code", title="code completion", shape_global="azure_code", shape_local="azure_code"),
    Service(name="agent", title="agents of many steps", token_interval_ms=100.0, movable="relaxed",
            has_programs=True, shape_global="azure_conversation", shape_local="azure_code"),
    Service(name="reasoning", title="long reasoning", token_interval_ms=100.0, movable="relaxed", is_long=True),
    Service(name="image_understanding", title="questions about pictures"),
    Service(name="image_generation", title="pictures from text", measure="items", token_interval_ms=0.0,
            movable="relaxed"),
    Service(name="video_generation", title="clips from text", measure="items", token_interval_ms=0.0,
            movable="relaxed"),
    Service(name="batch", title="documents nobody waits for", token_interval_ms=_NO_WAIT, movable="batch",
            shape_global="flat", shape_local="flat"),
    Service(name="science", title="analyses for researchers", token_interval_ms=_NO_WAIT, movable="batch",
            shape_global="azure_conversation", shape_local="azure_code"),
    Service(name="physical", title="robots and cars", token_interval_ms=20.0, shape_local="burstgpt_chat"),
)  # fmt: skip
_BY_NAME = {service.name: service for service in SERVICES}


_SEGMENT_SHAPE = {"enterprise": "business_hours", "research": "research_day"}
"""Shape of users nearby by segment; consumers follow the service's own."""


def segment_shape(service: Service, segment: Segment) -> str:
    """Shape of the requests of a segment's users nearby; work that has no day keeps none."""
    if service.shape_local == "flat":
        return "flat"
    return _SEGMENT_SHAPE.get(segment, service.shape_local)


def find_service(name: str, place: Place | None = None) -> Service:
    """Service of this name.

    Raises
    ------
    InputError
        GP-CAM-011, if there is none; the text offers the nearest names.
    """
    return find_by_name(_BY_NAME, name, code="GP-CAM-011", what="service", place=place)
