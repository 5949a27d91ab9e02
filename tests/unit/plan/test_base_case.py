from __future__ import annotations

import numpy as np
import pytest

from gridplan.dispatch.year import YearDispatch, unserved_mw
from gridplan.errors import InfeasibleError
from gridplan.network.model import Network
from gridplan.plan.base_case import SET_ASIDE_MW, base_dispatch, base_violations
from gridplan.series.model import GridSeries
from gridplan.study.schema import Study
from tests.equality.secure_grid import dispatch_grid
from tests.oracles.small_grids import hours_of


class Refused:
    """Stands for a study; must not be asked anything before its grid is found servable."""


def refusal(network: Network, series: GridSeries) -> str:
    year = YearDispatch(dispatch_grid(network, series, {}, contingencies=()))
    base = year.evaluate(np.arange(len(series)), np.zeros((len(series), 0)))
    with pytest.raises(InfeasibleError) as error:
        base_violations(Refused(), year.pool, base)  # type: ignore[arg-type]
    return str(error.value)


def test_must_run_above_load_is_named(two_bus: Network) -> None:
    series = hours_of(two_bus, [[0, 100], [0, 100], [0, 80]], p_min_mw=np.array([60.0, 45.0]))
    assert refusal(two_bus, series) == (
        "the grid without campuses has no dispatch in 3 hours: at 1 Jan 02:00 the units that must run give "
        "25.0 MW more than the 80 MW of load. Name fewer units in must_run, or set commitment: relaxed."
    )


def test_load_without_supply_is_named(two_bus: Network) -> None:
    series = hours_of(two_bus, [[0, 100], [0, 700]])
    assert refusal(two_bus, series).startswith(
        "the grid without campuses cannot serve its load: 286.0 MW are short at 1 Jan 01:00, because "
        "700 MW of load meet 600 MW of available generation. 1 hour of 2 is short. Lower the load growth"
    )


def study_with(pre_existing: str) -> Study:
    return Study.model_validate(
        {
            "schema_version": 1,
            "name": "two buses",
            "network": "two_bus",
            "timezone": "UTC",
            "years": [2028],
            "criteria": {"pre_existing": pre_existing},
        }
    )


def test_native_load_is_served_before_limits_are_kept(two_bus: Network) -> None:
    """450 MW of load against 300 MW beside it: the two lines (57 MW each) carry 150 MW, 18 MW too much each."""
    grid = dispatch_grid(two_bus, hours_of(two_bus, [[0, 400], [0, 450]]), {}, contingencies=())
    base, rows, raised = base_dispatch(study_with("no_worsening"), grid)
    assert not unserved_mw(grid, base).any()
    assert sorted(raised) == sorted(rows) == [(0, -1), (1, -1)]
    for limit_mw in raised.values():
        np.testing.assert_allclose(limit_mw, [57.0, 75.0])
    np.testing.assert_allclose(base.overload_mw, 0.0, atol=1e-9)
    np.testing.assert_allclose(base.cost_usd, [114 * 10 + 286 * 30, 150 * 10 + 300 * 30])


def test_overloads_without_campuses_can_be_set_aside(two_bus: Network) -> None:
    grid = dispatch_grid(two_bus, hours_of(two_bus, [[0, 400], [0, 450]]), {}, contingencies=())
    _, _, raised = base_dispatch(study_with("set_aside"), grid)
    for limit_mw in raised.values():
        np.testing.assert_allclose(limit_mw, [57.0, SET_ASIDE_MW])


def test_overloads_that_must_be_fixed_first_are_named(two_bus: Network) -> None:
    grid = dispatch_grid(two_bus, hours_of(two_bus, [[0, 400], [0, 450]]), {}, contingencies=())
    with pytest.raises(InfeasibleError) as error:
        base_dispatch(study_with("fix_first"), grid)
    assert str(error.value) == (
        "pre_existing: fix_first is asked for, but 2 limits cannot be kept without campuses: "
        "L0 by 18.0 MW at 1 Jan 01:00; L1 by 18.0 MW at 1 Jan 01:00. Raise them by base_case.committed_upgrades, or "
        "choose pre_existing: no_worsening or set_aside."
    )
