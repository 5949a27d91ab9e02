"""Curves of throughput at reduced power: against the measured table, by a second way, and as properties."""

from __future__ import annotations

import csv
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.optimize import linprog

from gridplan.campus.power_cap import (
    CURVE_OF,
    LEAST_POWER_FRAC,
    MEASURED,
    PAUSING,
    Curve,
    PowerCap,
    cap_segments,
    curve_points,
    least_power_frac,
    throughput_frac,
)
from gridplan.solution import WORKLOADS

CLASSES = st.sampled_from(WORKLOADS)
IDLE = st.floats(0.0, 0.45)


def test_the_table_is_the_measured_one() -> None:
    folder = os.environ.get("GRIDPLAN_TEST_DATA")
    if folder is None:
        pytest.skip("GRIDPLAN_TEST_DATA is not set")
    lines = (Path(folder) / "tables" / "emerald_power_throughput.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    found: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        found.setdefault(row["cls"], []).append((float(row["p"]), float(row["y"])))
    assert {name: tuple(sorted(points, reverse=True)) for name, points in found.items()} == MEASURED


@pytest.mark.parametrize(
    ("workload", "power", "printed"),
    [
        ("interactive", (0.9, 0.75, 0.65, 0.53), (0.975, 0.915, 0.87, 0.78)),
        ("finetune", (0.93, 0.83, 0.70, 0.57), (0.97, 0.94, 0.89, 0.80)),
        ("pretrain", (0.76, 0.64, 0.52), (0.87, 0.78, 0.63)),
    ],
)
def test_it_gives_the_published_figures(workload: str, power: tuple[float, ...], printed: tuple[float, ...]) -> None:
    assert_allclose(throughput_frac(workload, np.array(power)), printed, atol=0.01)


@pytest.mark.parametrize(("curve", "above"), [("inference", 0.0), ("fine_tune", 0.00128), ("pretrain", 0.01129)])
def test_where_measured_points_are_not_concave_the_chord_above_them_is_taken(curve: Curve, above: float) -> None:
    """At 350 W: servers at 400 and at 300 W side by side do more work than all of them at 350 W did."""
    workload = next(name for name in WORKLOADS if CURVE_OF[name] == curve)
    power, work = np.array([point for point in MEASURED[curve] if point[0] > LEAST_POWER_FRAC]).T
    credited = throughput_frac(workload, power) - work
    assert_allclose(credited[[0, 2, 3, 4]], 0.0, atol=1e-12)
    assert credited[1] == pytest.approx(above, abs=1e-5)


@given(workload=CLASSES, power=st.lists(st.floats(0.5, 1.0), min_size=3, max_size=3), idle=IDLE)
def test_concave_full_at_full_power_and_never_above_one(workload: str, power: list[float], idle: float) -> None:
    low, middle, high = sorted(power)
    y = throughput_frac(workload, np.array([low, middle, high]), idle)
    assert (y <= 1.0).all()
    assert (np.diff(y) >= -1e-12).all()
    assert float(throughput_frac(workload, 1.0, idle)) == 1.0
    if high > low:
        share = (middle - low) / (high - low)
        assert y[1] >= (1 - share) * y[0] + share * y[2] - 1e-9


@given(workload=CLASSES, shed=st.floats(0.0, 1.0), idle=IDLE)
def test_segments_grow_dearer_and_add_up(workload: str, shed: float, idle: float) -> None:
    segments = cap_segments(workload, shed, idle)
    slopes = [segment.work_per_power for segment in segments]
    assert all(first < second for first, second in pairwise(slopes))
    possible = 1.0 - least_power_frac(workload, idle)
    cap = PowerCap(campus="c", workload=workload, segments=segments)
    assert_allclose(cap.shed_frac, min(shed, possible), atol=1e-11)
    lost = sum(segment.width_frac * segment.work_per_power for segment in segments)
    assert_allclose(lost, 1.0 - float(throughput_frac(workload, 1.0 - min(shed, possible) + 1e-13, idle)), atol=1e-9)


@given(workload=st.sampled_from(PAUSING), power=st.floats(0.25, 1.0))
def test_the_hull_is_the_best_mix_of_caps(workload: str, power: float) -> None:
    """A second way: shares of servers at each measured cap, or paused at 25 %, that do the most work at a power."""
    measured = [point for point in MEASURED[CURVE_OF[workload]] if point[0] > LEAST_POWER_FRAC]
    table = np.array([point[::-1] for point in MEASURED[CURVE_OF[workload]]])[::-1]
    half = float(np.interp(LEAST_POWER_FRAC, table[:, 1], table[:, 0]))
    caps = np.array([*measured, (LEAST_POWER_FRAC, half), (0.25, 0.0)])
    best = linprog(-caps[:, 1], A_eq=[caps[:, 0], np.ones(len(caps))], b_eq=[power, 1.0])
    assert_allclose(throughput_frac(workload, power, 0.25), -best.fun, atol=1e-9)


def test_a_class_that_may_not_pause_stops_at_half_its_power() -> None:
    assert np.isnan(throughput_frac("interactive", 0.4, 0.25))
    assert sum(s.width_frac for s in cap_segments("relaxed", 0.9, 0.25)) == pytest.approx(0.5)
    assert curve_points("batch", 0.25)[-1] == (0.25, 0.0)
    assert curve_points("batch", 0.6)[-1][0] == LEAST_POWER_FRAC
