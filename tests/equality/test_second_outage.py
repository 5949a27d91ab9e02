"""N-1-1 against rebuilt grids: both elements lost at once, and dispatch between the outages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridplan.dispatch.grid import Grid, Prices
from gridplan.dispatch.limits import Limits
from gridplan.dispatch.screen_year import OVER_MW
from gridplan.dispatch.second_outage import both
from gridplan.dispatch.year import YearDispatch, state_mw, unserved_mw
from gridplan.errors import InfeasibleError
from gridplan.network.contingency import Contingency
from gridplan.network.model import Network
from gridplan.plan.pair_outages import Pair, both_at_once, one_after_the_other, without_supply
from gridplan.series.model import GridSeries
from gridplan.series.snapshot_hour import snapshot_series
from tests.equality.rebuilt_outage import flows_after, live_buses, without_branches
from tests.equality.secure_grid import dispatch_grid, limits_of, peak_day
from tests.oracles import small_grids
from tests.oracles.btheta import State

HOURS = 24


def branch(network: Network, name: str) -> Contingency:
    return Contingency(id=name, branches=(network.branch.id.index(name),))


def unit(network: Network, name: str) -> Contingency:
    return Contingency(id=name, generators=(network.generator.id.index(name),))


@pytest.fixture(scope="module")
def day(rts: Network, rts_series: GridSeries) -> tuple[Grid, np.ndarray, list[State]]:
    """Peak day of RTS at its secure dispatch: grid, states, and the same as injections."""
    grid = dispatch_grid(rts, peak_day(rts_series), {})
    result = YearDispatch(grid).evaluate(np.arange(HOURS), np.zeros((HOURS, 0)))
    state, layout = state_mw(grid, result), grid.outages.layout
    served = grid.series.load_mw - unserved_mw(grid, result)
    spilled = np.zeros_like(served)
    columns = grid.columns.of("spill")
    np.add.at(spilled.T, grid.columns.owner[columns], result.column_mw[:, columns].T)
    states = [
        State(
            p_generator_mw=state[h, layout.generator : layout.dc_line],
            p_dc_line_mw=state[h, layout.dc_line : layout.campus],
            withdrawal_mw=served[h] + spilled[h] + rts.bus.gs_mw,
            campus_bus=np.zeros(0, dtype=np.int64),
            campus_mw=np.zeros(0),
        )
        for h in range(HOURS)
    ]
    return grid, state, states


def some_pairs(network: Network) -> list[Pair]:
    """Parallel, distant, islanding (bus 114's and 208's two lines), with a unit, of two units."""
    largest = network.generator.id[int(np.argmax(network.generator.p_max_mw))]
    names = [("A27", "A25-1"), ("A25-1", "A25-2"), ("CA-1", "A1"), ("A11", "AB1"), ("C6", "C26")]
    pairs = [(branch(network, one), branch(network, other)) for one, other in names]
    at = {b: [k for k in range(len(network.branch)) if b in ends(network, k)] for b in range(len(network.bus))}
    isolated = next(tuple(at[b]) for b in at if len(at[b]) == 2 and network.bus.p_load_mw[b] > 0)
    pairs.append((branch(network, network.branch.id[isolated[0]]), branch(network, network.branch.id[isolated[1]])))
    pairs.append((branch(network, "A27"), unit(network, largest)))
    return pairs


def ends(network: Network, k: int) -> tuple[int, int]:
    return int(network.branch.from_bus[k]), int(network.branch.to_bus[k])


def test_both_at_once_equals_rebuilt_grids(day: tuple[Grid, np.ndarray, list[State]]) -> None:
    grid, state, states = day
    pairs = some_pairs(grid.network)
    found = both_at_once(grid, lambda part: state[part], pairs, block_h=7)
    for year, pair in zip(found, pairs, strict=True):
        lost = both(*pair)
        size = np.abs([flows_after(grid.network, one, lost) for one in states])
        over = np.nan_to_num(size - grid.limits.emergency_mw, nan=-1.0)
        loading = np.nan_to_num(size / grid.limits.emergency_mw, nan=0.0)
        assert year.worst.loading_frac == pytest.approx(loading.max(), abs=1e-7)
        assert loading[year.worst.hour, year.worst.branch] == pytest.approx(loading.max(), abs=1e-7)
        assert year.hours_over == (over > OVER_MW).any(axis=1).sum()
        assert year.over_mwh == pytest.approx(over[over > OVER_MW].sum(), abs=1e-4)
        dark = ~live_buses(grid.network, lost)
        np.testing.assert_array_equal(year.dark, dark)
        assert year.dark_mw == pytest.approx(grid.series.load_mw[:, dark].sum(axis=1).max())
    assert any(year.dark.any() for year in found)
    assert any(year.over_mwh > 0 for year in found)


def rebuilt_day(grid: Grid, first: Contingency, second: Contingency) -> tuple[float, float, float]:
    """Cost, unserved MWh and overload MWh of the day on a network that never had the first element."""
    network, series = grid.network, grid.series
    kept = np.setdiff1d(np.arange(len(network.branch)), first.branches)
    rest = without_branches(network, first.branches)
    limits = limits_of(network)
    if first.generators:
        off = np.isin(np.arange(len(network.generator)), first.generators)
        own = network.generator
        rest = replace(
            rest,
            generator=replace(
                own,
                p_max_mw=np.where(off, 0.0, own.p_max_mw),
                p_min_mw=np.where(off, 0.0, own.p_min_mw),
                is_dispatchable=own.is_dispatchable & ~off,
            ),
        )
        series = replace(
            series, p_max_mw=np.where(off, 0.0, series.p_max_mw), p_min_mw=np.where(off, 0.0, series.p_min_mw)
        )
    moved = replace(second, branches=tuple(int(np.searchsorted(kept, k)) for k in second.branches))
    rebuilt = Grid(
        rest,
        series,
        Limits(normal_mw=limits.normal_mw[kept], emergency_mw=limits.emergency_mw[kept]),
        grid.prices,
        contingencies=[moved],
    )
    result = YearDispatch(rebuilt).evaluate(np.arange(HOURS), np.zeros((HOURS, 0)))
    return result.total_cost_usd, float(unserved_mw(rebuilt, result).sum()), float(result.overload_mw.sum())


@pytest.mark.parametrize("i", [0, 1, 2, 4, 6])
def test_dispatch_between_the_outages_equals_rebuilt_grids(day: tuple[Grid, np.ndarray, list[State]], i: int) -> None:
    """Every hour is dispatched anew; unserved MWh and what stays overloaded are those of the grid without the first."""
    grid, state, _ = day
    tight = grid.with_prices(Prices(unserved_usd_per_mwh=2_000.0, overload_usd_per_mwh=4_000.0))
    pair = some_pairs(grid.network)[i]
    found = one_after_the_other(tight, lambda part: state[part], [pair], is_dispatch_kept=False)
    assert [(f.first, f.second) for f in found] == [pair, pair[::-1]]
    for year in found:
        _, unserved, overload = rebuilt_day(tight, year.first, year.second)
        assert year.hours_dispatched == HOURS
        assert year.unserved_mwh == pytest.approx(unserved, abs=1e-3)
        assert year.over_mwh == pytest.approx(overload, abs=2e-2)


def test_adjustment_sheds_load_where_nothing_else_helps(triangle: Network) -> None:
    """Lines of 60 and 70 MW from a unit to 100 MW of load: with one lost, what is above the rating is shed."""
    series = triangle_hour(load_mw=100.0)
    units = replace(triangle.generator, p_max_mw=np.array([200.0, 0.0]))
    network = replace(triangle, generator=units)
    limits = Limits(normal_mw=np.full(3, 60.0), emergency_mw=np.full(3, 70.0))
    prices = Prices(unserved_usd_per_mwh=10_000.0, overload_usd_per_mwh=20_000.0)
    grid = Grid(network, series, limits, prices)
    first, second = (Contingency(id=str(k), branches=(k,)) for k in (0, 1))
    result = YearDispatch(grid).evaluate(np.array([0]), np.zeros((1, 0)))
    state = state_mw(grid, result)
    found = one_after_the_other(grid, lambda part: state[part], [(first, Contingency(id="2", branches=(2,)))])
    # Without 1-2 and then 2-3 only 1-3 is left: 60 MW between the outages, so 40 MW are shed.
    assert found[0].unserved_mwh == pytest.approx(40.0, abs=1e-4)
    assert found[0].over_mwh == pytest.approx(0.0, abs=1e-3)
    emergency = one_after_the_other(
        grid, lambda part: state[part], [(first, Contingency(id="2", branches=(2,)))], rating="emergency"
    )
    assert emergency[0].unserved_mwh == pytest.approx(30.0, abs=1e-4)
    # 1-2 and 1-3 leave the load without any unit: refused by name, and told beforehand.
    assert without_supply(grid, [(first, second)]) == [(first, second)]
    with pytest.raises(InfeasibleError, match=r"no unit is left to make up for the loss of 0 \+ 1"):
        both_at_once(grid, lambda part: state[part], [(first, second)])


def test_first_outage_that_cuts_off_load_and_a_unit() -> None:
    """Bus 4 hangs on one line; without it the rest is dispatched as the triangle it is."""
    ends = [("1", "2"), ("1", "3"), ("2", "3"), ("3", "4")]
    units = [small_grids.unit("1", [(200, 10)]), small_grids.unit("4", [(80, 5)])]
    whole = small_grids.grid({"1": 0, "2": 0, "3": 90, "4": 20}, [small_grids.branch(e) for e in ends], units)
    limits = Limits(normal_mw=np.full(4, 60.0), emergency_mw=np.full(4, 70.0))
    prices = Prices(unserved_usd_per_mwh=10_000.0, overload_usd_per_mwh=20_000.0)
    grid = Grid(whole, snapshot_series(whole), limits, prices)
    state = state_mw(grid, YearDispatch(grid).evaluate(np.array([0]), np.zeros((1, 0))))
    radial, line = (Contingency(id=str(k), branches=(k,)) for k in (3, 1))
    first, second = one_after_the_other(grid, lambda part: state[part], [(radial, line)])
    # 90 MW at bus 3 over 1-2-3 alone after the second outage: 70 MW; bus 4 is dark and sheds nothing.
    assert first.unserved_mwh == pytest.approx(20.0, abs=1e-3)
    assert (first.dark_mw, first.hours_dispatched) == (20.0, 1)
    # The other way round: with 1-3 out first, 60 MW over 1-2-3 between the outages and the unit at 4 help.
    # After losing 3-4 what it gave comes over 1-2-3, which may carry 70 MW: 20 MW at bus 3 are shed again.
    assert second.unserved_mwh == pytest.approx(20.0, abs=1e-3)
    assert second.over_mwh == pytest.approx(0.0, abs=1e-3)


def triangle_hour(load_mw: float) -> GridSeries:
    return GridSeries(
        time_utc=np.array([np.datetime64("2020-01-01T00:00:00", "s")]),
        timezone="UTC",
        load_mw=np.array([[0.0, 0.0, load_mw]]),
        p_max_mw=np.array([[200.0, 0.0]]),
        p_min_mw=np.zeros((1, 2)),
    )


def test_hours_that_hold_are_left_alone(day: tuple[Grid, np.ndarray, list[State]]) -> None:
    """The same is left over whether every hour or only those above a limit are dispatched anew."""
    grid, state, _ = day
    pairs = some_pairs(grid.network)
    every = one_after_the_other(grid, lambda part: state[part], pairs, is_dispatch_kept=False)
    some = one_after_the_other(grid, lambda part: state[part], pairs, is_dispatch_kept=True)
    for one, other in zip(every, some, strict=True):
        assert other.unserved_mwh == pytest.approx(one.unserved_mwh, abs=1e-3)
        assert other.over_mwh == pytest.approx(one.over_mwh, abs=2e-2)
    assert sum(other.hours_dispatched for other in some) < sum(one.hours_dispatched for one in every)


def test_nobody_to_pick_up_is_refused(triangle: Network) -> None:
    series = triangle_hour(load_mw=50.0)
    limits = Limits(normal_mw=np.full(3, 60.0), emergency_mw=np.full(3, 70.0))
    prices = Prices(unserved_usd_per_mwh=10_000.0, overload_usd_per_mwh=20_000.0)
    grid = Grid(triangle, series, limits, prices)
    units = tuple(Contingency(id=str(g), generators=(g,)) for g in (0, 1))
    with pytest.raises(InfeasibleError, match=r"no unit is left to make up for the loss of 0 \+ 1"):
        both_at_once(grid, lambda _: np.zeros((1, len(grid.outages.layout))), [(units[0], units[1])])
