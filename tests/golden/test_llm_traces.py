"""How representative the weekly shapes are: request rates of a second provider (ServeGen) beside those of Azure.

The shapes that ship are digitised from one week of Azure traffic: load factor 0.604 (chat) and 0.331 (code). ServeGen
has two weeks of five model pools of another provider, in steps of ten minutes, the day of the week unknown.
"""

from __future__ import annotations

import csv
import math
import os
from pathlib import Path
from statistics import correlation, fmean, pstdev

import pytest

from tests.oracles.load_model import it_power_mw

ROOT = Path(os.environ.get("GRIDPLAN_TEST_DATA", ""))
RATES = ROOT / "data" / "llm_traces" / "servegen_request_rate_rps_10min.csv"
AZURE = ROOT / "tables" / "azure2024_hour_of_week_utc.csv"
AZURE_CHAT, AZURE_CODE = 0.604, 0.331
WEEKLY_POOLS = ("m-large", "m-mid", "m-small")

pytestmark = pytest.mark.skipif(
    "GRIDPLAN_TEST_DATA" not in os.environ or not (RATES.is_file() and AZURE.is_file()),
    reason="GRIDPLAN_TEST_DATA names no folder with request rates",
)


def rates(pool: str) -> list[float]:
    """Requests per second of the ten-minute steps that have a number."""
    with RATES.open(encoding="utf-8", newline="") as file:
        return [float(row[pool]) for row in csv.DictReader(file) if row[pool] != ""]


def hours(steps: list[float]) -> list[float]:
    return [fmean(steps[n : n + 6]) for n in range(0, len(steps), 6)]


def whole_hours(steps: list[float]) -> list[float]:
    """Hours without a step of zero."""
    return [fmean(steps[n : n + 6]) for n in range(0, len(steps), 6) if min(steps[n : n + 6]) > 0]


def load_factor(values: list[float]) -> float:
    return fmean(values) / max(values)


def azure(column: str) -> list[float]:
    with AZURE.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        return [float(row[column]) for row in csv.DictReader(lines)]


def day_shape(values: list[float]) -> list[float]:
    return [fmean(values[hour::24]) for hour in range(24)]


def test_azure_shapes_have_the_published_load_factors() -> None:
    assert load_factor(azure("conv_rel")) == pytest.approx(AZURE_CHAT, abs=0.0005)
    assert load_factor(azure("code_rel")) == pytest.approx(AZURE_CODE, abs=0.0005)
    assert len(azure("code_rel")) == 168


@pytest.mark.parametrize(
    ("pool", "first", "second", "without_gaps"),
    [
        ("m-large", 0.575, 0.508, (0.575, 0.508)),
        ("m-mid", 0.598, 0.604, (0.612, 0.650)),
        ("m-small", 0.616, 0.531, (0.616, 0.550)),
    ],
)
def test_weekly_load_factors_of_pools_are_those_of_chat(
    pool: str, first: float, second: float, without_gaps: tuple[float, float]
) -> None:
    """0.51 to 0.62 by hour; 0.51 to 0.65 without hours that hold a zero, which look like gaps of the recording."""
    weeks = [rates(pool)[:1008], rates(pool)[1008:]]
    assert [load_factor(hours(week)) for week in weeks] == pytest.approx([first, second], abs=0.0006)
    found = [load_factor(whole_hours(week)) for week in weeks]
    assert found == pytest.approx(without_gaps, abs=0.0006)
    assert all(abs(factor - AZURE_CHAT) < 0.1 for factor in found)
    assert all(factor > AZURE_CODE + 0.15 for factor in found)


def test_pools_together_are_steadier_than_each() -> None:
    total = [sum(steps) for steps in zip(*(rates(pool) for pool in WEEKLY_POOLS), strict=True)]
    found = [load_factor(hours(total)[start : start + 168]) for start in (0, 168)]
    assert found == pytest.approx([0.678, 0.637], abs=0.0006)


@pytest.mark.parametrize(("pool", "factor"), [("mm-image", 0.742), ("deepseek-r1", 0.456)])
def test_pools_of_one_day(pool: str, factor: float) -> None:
    """Images and reasoning cover one day only: no weekly load factor can be told."""
    assert len(rates(pool)) == 144
    assert load_factor(hours(rates(pool))) == pytest.approx(factor, abs=0.0006)


@pytest.mark.parametrize(
    ("pool", "same_hour_next_day", "same_hour_next_week", "irregular_frac", "day_factor"),
    [("m-large", 0.09, 0.31, 0.296, 0.875), ("m-mid", 0.35, 0.15, 0.338, 0.855), ("m-small", 0.64, 0.59, 0.193, 0.687)],
)
def test_pools_repeat_their_week_far_less_than_azure(
    pool: str, same_hour_next_day: float, same_hour_next_week: float, irregular_frac: float, day_factor: float
) -> None:
    """Equal load factor, other cause: what does not repeat from week to week is a fifth to a third of the mean.

    ``irregular_frac``: sd of the difference of both weeks, by root 2, over the mean. Azure's hours correlate with
    those of the next day by 0.83 (chat) and 0.91 (code).
    """
    values = hours(rates(pool))
    first, second = values[:168], values[168:]
    assert correlation(values[24:], values[:-24]) == pytest.approx(same_hour_next_day, abs=0.01)
    assert correlation(first, second) == pytest.approx(same_hour_next_week, abs=0.01)
    changes = [a - b for a, b in zip(first, second, strict=True)]
    assert pstdev(changes) / math.sqrt(2) / fmean(values) == pytest.approx(irregular_frac, abs=0.0006)
    assert load_factor(day_shape(values)) == pytest.approx(day_factor, abs=0.001)
    for column, least in (("conv_rel", 0.82), ("code_rel", 0.90)):
        shape = azure(column)
        assert correlation(shape[24:], shape[:-24]) > least > same_hour_next_day


@pytest.mark.parametrize(("column", "flat", "following"), [("conv_rel", 0.93, 0.65), ("code_rel", 0.83, 0.42)])
def test_autoscaling_share_makes_the_electric_day(column: str, flat: float, following: float) -> None:
    """Load factor of power stated for a share of 0 and of 1; idle power 0.125 of TDP, in its range of 0.10-0.17."""
    found = []
    for autoscale in (0.0, 1.0):
        fleet = {"capacity_per_h": 1.0, "u": 0.6, "gpus": 1.0, "idle_w": 0.125 * 700, "max_w": 0.93 * 700}
        fleet |= {"gamma": 0.16, "autoscale": autoscale, "least": 0.0, "reserve": 0.0, "host": 0.43}
        found.append(load_factor(it_power_mw(azure(column), fleet, follows_load=True)))
    assert found == pytest.approx([flat, following], abs=0.015)
