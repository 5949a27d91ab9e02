"""A convex polygon as the corners that half-planes leave of a box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridplan.network.model import FloatArray
from gridplan.plan.joint.secure_set import Side

#: Corners nearer than this are one, and a half-plane that cuts off less cuts nothing [MW].
SAME_CORNER_MW = 1.0e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Polygon:
    """Corners in counter-clockwise order, dims (corner, 2) [MW]; side k leads from corner k to the next."""

    corners: FloatArray
    sides: tuple[Side, ...]


def polygon(sides: Sequence[Side], most_mw: float) -> Polygon:
    """What the sides leave of the square from 0 to ``most_mw``; no corner at all where they leave nothing."""
    corners = most_mw * np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    edges = [Side(normal=np.array(n), room_mw=room) for n, room in zip(_SQUARE, (0, most_mw, most_mw, 0), strict=True)]
    for side in sides:
        corners, edges = _cut(corners, edges, side)
    return Polygon(corners=corners, sides=tuple(edges))


_SQUARE = ((0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0))


def _cut(corners: FloatArray, edges: list[Side], side: Side) -> tuple[FloatArray, list[Side]]:
    margin = side.margin_mw(corners)
    if not len(corners) or margin.min() >= -SAME_CORNER_MW:
        return corners, edges
    kept: list[tuple[FloatArray, Side]] = []
    for k, edge in enumerate(edges):
        here, there = float(margin[k]), float(margin[(k + 1) % len(edges)])
        if here >= 0.0:
            kept.append((corners[k], edge))
        if (here >= 0.0) != (there >= 0.0):
            crossing = corners[k] + here / (here - there) * (corners[(k + 1) % len(edges)] - corners[k])
            kept.append((crossing, side if here >= 0.0 else edge))
    return _without_short_edges(kept)


def _without_short_edges(kept: Sequence[tuple[FloatArray, Side]]) -> tuple[FloatArray, list[Side]]:
    long = [
        (corner, edge)
        for (corner, edge), (following, _) in zip(kept, [*kept[1:], *kept[:1]], strict=True)
        if np.abs(following - corner).max() > SAME_CORNER_MW
    ]
    chosen = long or list(kept[:1])
    return np.array([corner for corner, _ in chosen]).reshape(-1, 2), [edge for _, edge in chosen]
