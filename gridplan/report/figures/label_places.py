"""Places for map labels so that they cover neither each other nor the marks.

Comes in: anchors and box sizes in points. Goes out: one box corner for each label; the first labels choose first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Box = tuple[float, float, float, float]
"""Left, bottom, right, top [pt]."""

_DISTANCES_PT = (5.0, 11.0, 19.0, 29.0, 41.0)
_ANGLES = tuple(math.radians(a) for a in (0, 45, 315, 90, 270, 135, 225, 180, 22, 338, 158, 202))
_COST_OF_LABEL = 12.0
_COST_OF_MARK = 4.0
_COST_OUTSIDE = 50.0
_COST_PER_PT = 1.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One label: its anchor and the size of its text [pt]."""

    x: float
    y: float
    width: float
    height: float


def place_labels(labels: Sequence[Wanted], marks: Sequence[Box], frame: Box) -> list[Box]:
    """Box of every label, in order.

    Parameters
    ----------
    labels : sequence of Wanted
        Most important first.
    marks : sequence of Box
        What should stay visible.
    frame : Box
        What labels should not leave.
    """
    placed: list[Box] = []
    for label in labels:
        boxes = [_box(label, distance, angle) for distance in _DISTANCES_PT for angle in _ANGLES]
        reach = _hull(boxes)
        near = [mark for mark in marks if _overlap(mark, reach) > 0.0]
        costs = [_cost(box, label, placed, near, frame) for box in boxes]
        placed.append(boxes[costs.index(min(costs))])
    return placed


def _box(label: Wanted, distance: float, angle: float) -> Box:
    dx, dy = math.cos(angle), math.sin(angle)
    x = label.x + distance * dx + label.width * (dx - 1) / 2
    y = label.y + distance * dy + label.height * (dy - 1) / 2
    return x, y, x + label.width, y + label.height


def _cost(box: Box, label: Wanted, placed: Sequence[Box], marks: Sequence[Box], frame: Box) -> float:
    area = label.width * label.height
    covered = sum(_overlap(box, other) for other in placed) / area
    hidden = sum(_overlap(box, mark) / max(_area(mark), 1e-9) for mark in marks)
    outside = 1.0 - _overlap(box, frame) / area
    x, y = (box[0] + box[2]) / 2 - label.x, (box[1] + box[3]) / 2 - label.y
    reach = math.hypot(max(abs(x) - label.width / 2, 0.0), max(abs(y) - label.height / 2, 0.0))
    return _COST_OF_LABEL * covered * 10 + _COST_OF_MARK * hidden + _COST_OUTSIDE * outside + _COST_PER_PT * reach / 10


def _hull(boxes: Sequence[Box]) -> Box:
    left, bottom, right, top = zip(*boxes, strict=True)
    return min(left), min(bottom), max(right), max(top)


def _overlap(a: Box, b: Box) -> float:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return width * height if width > 0 and height > 0 else 0.0


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
