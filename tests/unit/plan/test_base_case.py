from __future__ import annotations

import numpy as np
import pytest

from gridplan.dispatch.year import YearDispatch
from gridplan.errors import InfeasibleError
from gridplan.network.model import Network
from gridplan.plan.base_case import base_violations
from gridplan.series.model import GridSeries
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
        "the grid without campuses cannot be served: 286.0 MW short at 1 Jan 01:00 (bus 2), because "
        "700 MW of load meet 600 MW of available generation; 1 hours are short in all."
    )
