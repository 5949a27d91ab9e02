"""Fingerprints: equal for equal content in any layout and process, another for any other number."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from gridplan.dispatch.grid import Grid, Limits, PlanPoint, Prices
from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from gridplan.store.fingerprint import Fingerprints

PRICES = Prices(unserved_usd_per_mwh=1e4, overload_usd_per_mwh=1e5)


def of(*values: object) -> str:
    return Fingerprints().of(*values)


def test_layout_and_copies_do_not_count() -> None:
    array = np.arange(12.0).reshape(3, 4)
    assert of(array) == of(np.asfortranarray(array)) == of(np.repeat(array, 2, axis=1)[:, ::2])


@pytest.mark.parametrize(
    "other",
    [np.arange(12.0).reshape(4, 3), np.arange(12).reshape(3, 4), np.arange(1.0, 13.0).reshape(3, 4), [0.0], None],
)
def test_another_content_counts(other: object) -> None:
    assert of(np.arange(12.0).reshape(3, 4)) != of(other)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (("ab", "c"), ("a", "bc")),
        ((1, 2), [1, 2]),
        ((1,), (1.0,)),
        ({"a": 1}, {"a": 2}),
        (((1,), 2), ((1, 2),)),
        ("", None),
    ],
)
def test_values_that_look_alike_differ(one: object, two: object) -> None:
    assert of(one) != of(two)


def rts_grid(network: Network, series: GridSeries) -> Grid:
    branch = network.branch
    limits = Limits(
        normal_mw=branch.rating_normal_mva,
        emergency_mw=branch.rating_emergency_mva,
        short_time_mw=branch.rating_short_time_mva,
    )
    return Grid(network, series.hours(slice(0, 24)), limits, PRICES, points=(PlanPoint(id="a", bus=1),))


def test_what_a_grid_has_cached_does_not_count(rts: Network, rts_series: GridSeries) -> None:
    fresh, used = rts_grid(rts, rts_series), rts_grid(rts, rts_series)
    before = of(used)
    assert used.balance_mw.size
    assert of(fresh) == of(used) == before


def test_a_grid_of_other_hours_limits_or_prices_is_another(rts: Network, rts_series: GridSeries) -> None:
    grid = rts_grid(rts, rts_series)
    higher = replace(grid.limits, emergency_mw=grid.limits.emergency_mw + 1e-9)
    others = [
        grid.part(slice(0, 23)),
        grid.with_limits(higher),
        grid.with_prices(replace(PRICES, unserved_usd_per_mwh=1.0)),
    ]
    assert len({of(other) for other in [grid, *others]}) == 4


def test_another_process_finds_the_same() -> None:
    code = (
        "import numpy as np; from gridplan.store.fingerprint import Fingerprints; "
        "print(Fingerprints().of({'x': np.arange(3), 'y': frozenset({'a', 'b', 'c'})}, 1.5))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == of({"x": np.arange(3), "y": frozenset({"c", "b", "a"})}, 1.5)
