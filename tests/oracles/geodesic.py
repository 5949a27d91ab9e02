"""Distance on the WGS84 ellipsoid by Vincenty's inverse series (1975), and areas by ray casting: no library shared."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

SEMI_MAJOR_M = 6_378_137.0
FLATTENING = 1 / 298.257223563


def vincenty_km(latitude_1: float, longitude_1: float, latitude_2: float, longitude_2: float) -> float:
    """Distance of two places [km]; not for places nearly opposite each other."""
    a, f = SEMI_MAJOR_M, FLATTENING
    b = (1 - f) * a
    span = math.radians(longitude_2 - longitude_1)
    u1 = math.atan((1 - f) * math.tan(math.radians(latitude_1)))
    u2 = math.atan((1 - f) * math.tan(math.radians(latitude_2)))
    sin1, cos1, sin2, cos2 = math.sin(u1), math.cos(u1), math.sin(u2), math.cos(u2)
    lam = span
    for _ in range(200):
        x, y = cos2 * math.sin(lam), cos1 * sin2 - sin1 * cos2 * math.cos(lam)
        sin_s = math.hypot(x, y)
        if sin_s == 0:
            return 0.0
        cos_s = sin1 * sin2 + cos1 * cos2 * math.cos(lam)
        s = math.atan2(sin_s, cos_s)
        sin_alpha = cos1 * cos2 * math.sin(lam) / sin_s
        cos2_alpha = 1 - sin_alpha**2
        cos_2m = cos_s - 2 * sin1 * sin2 / cos2_alpha if cos2_alpha > 1e-15 else 0.0
        c = f / 16 * cos2_alpha * (4 + f * (4 - 3 * cos2_alpha))
        last = lam
        lam = span + (1 - c) * f * sin_alpha * (s + c * sin_s * (cos_2m + c * cos_s * (-1 + 2 * cos_2m**2)))
        if abs(lam - last) < 1e-13:
            break
    u = cos2_alpha * (a**2 - b**2) / b**2
    big_a = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)))
    big_b = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)))
    inner = cos_s * (-1 + 2 * cos_2m**2) - big_b / 6 * cos_2m * (-3 + 4 * sin_s**2) * (-3 + 4 * cos_2m**2)
    return b * big_a * (s - big_b * sin_s * (cos_2m + big_b / 4 * inner)) / 1000


def is_inside(x: float, y: float, rings: Sequence[Sequence[tuple[float, float]]]) -> bool:
    """Whether a ray to the east crosses the rings (shell and holes together) an odd number of times."""
    count = 0
    for ring in rings:
        for (x1, y1), (x2, y2) in itertools.pairwise(ring):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
                count += 1
    return count % 2 == 1
