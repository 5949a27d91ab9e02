"""Where a campus may connect, said by places: around a coordinate, within a latency, outside of areas.

Comes in: the keys of a campus. Goes out: frozen parts of the Study; which buses they mean is found on the grid.
"""

from __future__ import annotations

from typing import Annotated

from gridplan.study.fields import Part, about, default
from gridplan.study.quantity import AtLeastOne, Count, Latitude, Longitude, NotNegative, Positive

_LATITUDE = about("north positive, WGS84", "degree")
_LONGITUDE = about("east positive, WGS84", "degree")


class NearPlace(Part):
    """Candidate buses around a coordinate, nearest first."""

    latitude: Annotated[Latitude, _LATITUDE]
    longitude: Annotated[Longitude, _LONGITUDE]
    radius_km: Annotated[Positive, about("geodesic radius; a bus on the circle is inside", "km")]
    min_kv: NotNegative = default("campuses.near.min_kv")
    max_kv: Positive | None = default("campuses.near.max_kv")
    max_count: Count = default("campuses.near.max_count")


class LatencyLimit(Part):
    """Place that must be reached in time by light in fibre; one of the two times is given."""

    latitude: Annotated[Latitude, _LATITUDE]
    longitude: Annotated[Longitude, _LONGITUDE]
    max_round_trip_ms: Positive | None = default("campuses.latency.max_round_trip_ms")
    max_one_way_ms: Positive | None = default("campuses.latency.max_one_way_ms")
    group_index: AtLeastOne = default("campuses.latency.group_index")
    route_factor: AtLeastOne = default("campuses.latency.route_factor")

    @property
    def one_way_ms(self) -> float:
        """Time for one way [ms]."""
        if self.max_one_way_ms is not None:
            return self.max_one_way_ms
        return (self.max_round_trip_ms or 0.0) / 2.0
