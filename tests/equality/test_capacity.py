"""Capacity of a point against one program per hour, brute force over all pairs, and closed forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from gridplan.campus.model import Campuses, CampusStore
from gridplan.dispatch.grid import Grid, Limits, PlanPoint
from gridplan.dispatch.headroom import headroom
from gridplan.dispatch.hosting import SUPPLY, Hosting, hosting_year, least_capacity
from gridplan.dispatch.rows import INTACT, RowKey
from gridplan.dispatch.year import YearDispatch, YearResult, generator_mw, state_mw
from gridplan.network.contingency import single_outages
from gridplan.network.model import Network
from gridplan.plan.problems.capacity import CurtailmentTerms, conditional_total_mw, curtailment, flexible_mw
from gridplan.series.model import GridSeries
from gridplan.solution import counted_threshold_mw
from tests.equality.paired_campuses import DAY_REL, SHARE_FRAC, campuses_of
from tests.equality.secure_grid import dispatch_grid, limits_of, oracle_rules
from tests.oracles import capacity as oracle
from tests.oracles.btheta import FloatArray, listed_outages, outage_effect, pickup_frac, response
from tests.oracles.small_grids import branch, grid, hours_of, two_bus, unit

PEAK_WEEK = slice(5640, 5808)
MOST_MW = 1500.0
POINTS = ("203", "107", "308")


def hosted(network: Network, series: GridSeries, bus: str, *, most_mw: float = MOST_MW, **options: object) -> Hosting:
    """Capacity of a bus in every hour of a series, alone on the grid."""
    points = dispatch_grid(network, series, {bus: bus}, **options)  # type: ignore[arg-type]
    return hosting_year(points, 0, u_mw=np.zeros((len(series), 1)), most_mw=most_mw)


# -- hour by hour ----------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def peak_week(rts_series: GridSeries) -> GridSeries:
    return rts_series.hours(PEAK_WEEK)


@pytest.fixture(scope="module")
def by_point(rts: Network, peak_week: GridSeries) -> dict[str, Hosting]:
    return {bus: hosted(rts, peak_week, bus) for bus in POINTS}


def compare_hours(network: Network, series: GridSeries, bus: str, found: Hosting, hours: list[int]) -> None:
    exact = oracle.hosting_capacity_mw(network, series, bus, hours, oracle_rules(network, 1))
    assert_allclose(found.capacity_mw[hours], np.minimum(exact, found.most_mw), atol=1e-4)


def some_hours(found: Hosting, n_tight: int, step: int) -> list[int]:
    """The tightest hours and some of all the others."""
    tight = np.argsort(found.capacity_mw, kind="stable")[:n_tight]
    return sorted({*tight.tolist(), *range(5, len(found.capacity_mw), step)})


@pytest.mark.parametrize("bus", POINTS)
def test_hours_of_the_peak_week_equal_the_program_with_all_rows(
    rts: Network, peak_week: GridSeries, by_point: dict[str, Hosting], bus: str
) -> None:
    found = by_point[bus]
    hours = some_hours(found, 3, 42)
    assert found.firm_hour in hours
    assert np.ptp(found.capacity_mw[hours]) > 10.0
    compare_hours(rts, peak_week, bus, found, hours)


@pytest.mark.slow
@pytest.mark.parametrize("bus", [*POINTS, "113", "207"])
def test_tightest_hours_of_the_year_equal_it(rts: Network, rts_series: GridSeries, bus: str) -> None:
    found = hosted(rts, rts_series, bus)
    compare_hours(rts, rts_series, bus, found, some_hours(found, 12, 731))


def test_other_campuses_take_their_part(rts: Network, peak_week: GridSeries) -> None:
    others, hours = {"113": 300.0, "107": 150.0}, [86, 87, 110]
    points = dispatch_grid(rts, peak_week, {bus: bus for bus in ("203", *others)})
    u_mw = np.tile([0.0, *others.values()], (len(peak_week), 1))
    found = hosting_year(points, 0, u_mw=u_mw, most_mw=MOST_MW, hours=np.array(hours))
    exact = oracle.hosting_capacity_mw(rts, peak_week, "203", hours, oracle_rules(rts, 3), others)
    assert_allclose(found.capacity_mw, exact, atol=1e-4)
    assert found.firm_hour == hours[int(exact.argmin())]


# -- closed forms ----------------------------------------------------------------------------------
def test_radial_capacity_is_rating_less_load() -> None:
    network = grid({"1": 0, "2": 35}, [branch(("1", "2"), normal_mw=100)], [unit("1", [(300, 10)])])
    series = hours_of(network, [[0, 35], [0, 50], [0, 94.5]])
    found = hosted(network, series, "2", contingencies=())
    assert_allclose(found.capacity_mw, [60, 45, 0.5], atol=1e-9)
    assert (found.firm_hour, found.binding) == (2, ("L0",))
    assert not found.is_generation_limited.any()


def test_hours_short_of_supply_are_told_from_hours_short_of_line() -> None:
    """With 95 MW of line and a load of 10 MW there, supply is short in the hours of little wind."""
    network = grid({"1": 0, "2": 10}, [branch(("1", "2"), normal_mw=100)], [unit("1", [(200, 10)])])
    series = hours_of(network, p_max_mw=[[200], [40], [95], [60]], load_mw=[[0, 10]] * 4)
    found = hosted(network, series, "2", contingencies=())
    assert_allclose(found.capacity_mw, [85, 30, 85, 50], atol=1e-9)
    assert_array_equal(found.is_generation_limited[[0, 1, 3]], [False, True, True])
    assert (found.firm_mw, found.firm_hour, found.binding) == (30.0, 1, (SUPPLY,))
    capped = hosted(network, series, "2", contingencies=(), most_mw=20.0)
    assert_allclose(capped.capacity_mw, 20.0)
    assert not capped.is_generation_limited.any()


def test_hours_the_grid_cannot_serve_have_no_capacity() -> None:
    network = two_bus(line_mw=60)
    series = hours_of(network, p_max_mw=[[300, 300], [300, 20]], load_mw=[[0, 100]] * 2)
    found = hosted(network, series, "1", contingencies=())
    assert_array_equal(found.is_servable, [True, False])
    assert_allclose(found.capacity_mw, [300 + 0.95 * 60, 0])


@pytest.mark.parametrize("security", ["intact", "branches and units"])
def test_load_at_the_point_takes_its_own_mw(rts: Network, peak_week: GridSeries, security: str) -> None:
    """Without the outage of the campus, its MW and MW of load are the same thing."""
    secured = () if security == "intact" else single_outages(rts)
    hours, d_mw = peak_week.hours(slice(84, 96)), 37.5
    load_mw = hours.load_mw.copy()
    load_mw[:, rts.bus_index("203")] += d_mw
    free = hosted(rts, hours, "203", contingencies=secured).capacity_mw
    less = hosted(rts, replace(hours, load_mw=load_mw), "203", contingencies=secured).capacity_mw
    assert free.max() < MOST_MW
    assert_allclose(less, free - d_mw, atol=1e-6)


def test_least_capacity_of_the_intact_grid_is_exact_and_never_below_security(
    rts: Network, peak_week: GridSeries, by_point: dict[str, Hosting]
) -> None:
    for bus, secure in by_point.items():
        intact = dispatch_grid(rts, peak_week, {bus: bus}, contingencies=())
        nothing = np.zeros((len(peak_week), 1))
        least = least_capacity(intact, 0, u_mw=nothing, most_mw=MOST_MW, not_below_mw=secure.capacity_mw, scouts=12)
        every = hosting_year(intact, 0, u_mw=nothing, most_mw=MOST_MW)
        assert (every.capacity_mw >= secure.capacity_mw - 1e-4).all()
        assert_allclose(least.firm_mw, every.firm_mw, atol=1e-6)
        assert least.firm_mw >= secure.firm_mw - 1e-4


def test_limits_raised_before_any_campus_hold_in_the_intact_grid_too() -> None:
    """Line 1-2 of 57 MW carries 70 MW for the load at 2; the campus at 1 stands before it."""
    network = grid(
        {"1": 0, "2": 100}, [branch(("1", "2"), normal_mw=60)], [unit("1", [(300, 10)]), unit("2", [(30, 30)])]
    )
    points = dispatch_grid(network, hours_of(network), {"1": "1"}, contingencies=())
    raised, nothing = {(0, INTACT): np.array([70.0])}, np.zeros((1, 1))
    secure = hosting_year(points, 0, u_mw=nothing, most_mw=MOST_MW, raised_mw=raised)
    least = least_capacity(points, 0, u_mw=nothing, most_mw=MOST_MW, not_below_mw=secure.capacity_mw, raised_mw=raised)
    assert_allclose([secure.firm_mw, least.firm_mw], 230.0)


# -- headroom --------------------------------------------------------------------------------------
def room_of_pairs(
    network: Network, year: YearDispatch, result: YearResult, bus: str, cutoff_frac: float, limits: Limits
) -> dict[RowKey, FloatArray]:
    """MW that fit under every branch, intact and after every outage, in every hour.

    Each outage is factorised on its own; the campus is fed by the dispatchable units in proportion to ``p_max_mw``.
    """
    position, capable = network.bus_index(bus), network.generator.is_dispatchable * network.generator.p_max_mw
    feed = pickup_frac(network)
    feed[position] -= 1.0
    flow = state_mw(year.grid, result)[:, : len(network.branch)]
    now_mw = {
        "branch": flow,
        "unit": generator_mw(year.grid, result),
        "dc_line": result.column_mw[:, year.grid.columns.of("dc_line")],
        "campus": np.zeros((len(flow), 1)),
    }
    per_mw = {
        "branch": response(network, feed),
        "unit": capable / capable.sum(),
        "dc_line": np.zeros(len(network.dc_line)),
        "campus": np.ones(1),
    }
    pairs = [(INTACT, flow, per_mw["branch"], limits.normal_mw, np.ones(len(network.branch), dtype=bool))]
    for k, outage in enumerate(listed_outages(network, 1)):
        effect = outage_effect(network, outage, np.array([position]))
        driver = now_mw[outage.kind][:, outage.position, None]
        after = flow + driver * effect.coefficient + effect.constant_mw
        moved = per_mw["branch"] + per_mw[outage.kind][outage.position] * effect.coefficient
        pairs.append((k, after, moved, limits.emergency_mw, effect.limited))
    return {
        (int(b), k): np.maximum(limit[b] - np.sign(moved[b]) * after[:, b], 0.0) / abs(moved[b])
        for k, after, moved, limit, limited in pairs
        for b in np.flatnonzero(limited & (np.abs(moved) >= cutoff_frac))
    }


@pytest.mark.parametrize(("bus", "cutoff_frac"), [("113", 0.03), ("203", 0.03), ("308", 0.2)])
def test_headroom_is_the_least_of_all_pairs(rts: Network, rts_series: GridSeries, bus: str, cutoff_frac: float) -> None:
    """A hundred hours spread over the year, dispatched with some room left below the ratings compared with."""
    hours = np.arange(0, 8784, 88)
    year = YearDispatch(dispatch_grid(rts, rts_series, {bus: bus}, scale=0.85))
    result = year.evaluate(hours, np.zeros((len(hours), 1)))
    compared = dispatch_grid(rts, rts_series, {bus: bus})
    room = room_of_pairs(rts, year, result, bus, cutoff_frac, compared.limits)
    least = np.min(list(room.values()), axis=0)
    found = headroom(compared, state_mw(year.grid, result), 0, cutoff_frac=cutoff_frac, most_mw=1e6)
    assert least.min() > 1.0
    assert_allclose(found.p_mw, least.min(), rtol=1e-9, atol=1e-6)
    assert_allclose(least[found.hour], least.min(), rtol=1e-9, atol=1e-6)
    assert found.key is not None
    assert_allclose(room[found.key][found.hour], least.min(), rtol=1e-9, atol=1e-6)
    assert headroom(compared, state_mw(year.grid, result), 0, cutoff_frac=cutoff_frac, most_mw=0.5).key is None


# -- conditional MW --------------------------------------------------------------------------------
NO_LIMIT = CurtailmentTerms(max_energy_frac=1.0, max_hours=np.inf, max_event_h=np.inf, max_depth_frac=1.0)
SUPPLY_NEVER = np.zeros(168, dtype=bool)


def counting_capacity_mw(capacity_mw: FloatArray) -> FloatArray:
    """Demand above which an hour counts: u - K > max(1 MW, 0.5 % of u)."""
    return np.maximum(capacity_mw + 1.0, capacity_mw / 0.995)


def random_capacity_mw(seed: int) -> FloatArray:
    """A week whose capacity sags every afternoon, with noise and some hours without any."""
    rng = np.random.default_rng(seed)
    hour = np.arange(168)
    sag = np.maximum(0.0, np.sin((hour - 9) * np.pi / 12)) * rng.uniform(0, 300, 7).repeat(24)
    capacity = rng.uniform(250, 600) - sag + rng.normal(0, 15, 168)
    if seed % 3 == 2:
        capacity[rng.integers(0, 168, 2)] = 0.0
    return np.maximum(capacity, 0.0)


@pytest.fixture(params=[*range(6), "203", "308"])
def capacity_mw(request: pytest.FixtureRequest, by_point: dict[str, Hosting]) -> FloatArray:
    if isinstance(request.param, str):
        return by_point[request.param].capacity_mw
    return random_capacity_mw(request.param)


@pytest.mark.parametrize("energy_frac", [0.0, 0.001, 0.005, 0.05])
def test_energy_budget_gives_the_same_mw(capacity_mw: FloatArray, energy_frac: float) -> None:
    found = conditional_total_mw(capacity_mw, replace(NO_LIMIT, max_energy_frac=energy_frac), MOST_MW)
    exact = oracle.conditional_capacity_mw(capacity_mw, max_energy_frac=energy_frac)
    assert exact - 0.01 - 1e-6 <= found <= exact + 1e-6


@pytest.mark.parametrize(("max_hours", "max_event_h"), [(0, np.inf), (5, np.inf), (40, np.inf), (np.inf, 2), (30, 4)])
def test_hours_and_events_give_the_same_mw(capacity_mw: FloatArray, max_hours: float, max_event_h: float) -> None:
    terms = replace(NO_LIMIT, max_hours=max_hours, max_event_h=max_event_h)
    found = conditional_total_mw(capacity_mw, terms, MOST_MW)
    exact = oracle.conditional_capacity_mw(
        counting_capacity_mw(capacity_mw), max_hours=max_hours, max_event_h=max_event_h
    )
    assert exact - 0.01 - 1e-5 <= found <= exact + 1e-5


@pytest.mark.parametrize("depth_frac", [0.0, 0.1, 0.4])
def test_depth_gives_the_mw_of_the_tightest_hour(capacity_mw: FloatArray, depth_frac: float) -> None:
    """u - min K <= depth u."""
    found = conditional_total_mw(capacity_mw, replace(NO_LIMIT, max_depth_frac=depth_frac), MOST_MW)
    exact = capacity_mw.min() / (1 - depth_frac)
    assert exact - 0.01 - 1e-6 <= found <= exact + 1e-6


def test_terms_that_suffice_for_everything_give_the_most_looked_for() -> None:
    assert conditional_total_mw(random_capacity_mw(0), NO_LIMIT, 400.0) == 400.0
    assert conditional_total_mw(np.full(168, 900.0), replace(NO_LIMIT, max_energy_frac=0.0), 400.0) == 400.0


def test_curtailment_figures_equal_counting_by_hand(capacity_mw: FloatArray) -> None:
    is_supply = np.arange(len(capacity_mw)) % 3 == 0
    for total_mw in np.linspace(capacity_mw.min() + 0.3, capacity_mw.max() + 50, 7):
        found = curtailment(float(total_mw), capacity_mw, is_supply)
        lost = oracle.curtailment(float(total_mw), capacity_mw)
        counted = oracle.curtailment(float(total_mw), counting_capacity_mw(capacity_mw))
        assert (found.hours, found.longest_event_h) == (counted.hours, counted.longest_event_h)
        assert_allclose(found.energy_mwh, lost.energy_mwh, rtol=1e-12)
        assert_allclose(found.depth_mw, lost.depth_mw, rtol=1e-12)
        assert_allclose(found.energy_frac, lost.energy_mwh / (total_mw * len(capacity_mw)), rtol=1e-12)
        curtailed = np.flatnonzero(total_mw - capacity_mw > counted_threshold_mw(float(total_mw)))
        assert found.hours == len(curtailed)
        assert found.generation_limited_hours == is_supply[curtailed].sum()
        assert found.network_limited_hours == (~is_supply[curtailed]).sum()


def test_hours_curtailed_at_the_conditional_mw_are_those_of_the_oracle(capacity_mw: FloatArray) -> None:
    found = conditional_total_mw(capacity_mw, replace(NO_LIMIT, max_energy_frac=0.005), MOST_MW)
    exact = oracle.conditional_capacity_mw(capacity_mw, max_energy_frac=0.005)
    near = [np.flatnonzero(u - capacity_mw > counted_threshold_mw(u)).tolist() for u in (found, exact)]
    assert near[0] == near[1]
    assert curtailment(found, capacity_mw, SUPPLY_NEVER[: len(capacity_mw)]).hours == len(near[0])


# -- flexible MW -----------------------------------------------------------------------------------
TIME = hours_of(two_bus(), [[0.0, 100.0]] * 168)


def campus_at(
    *, deadline_factor: float = 1.0, store_mw: float = 0.0, is_conditional: bool = False
) -> Callable[[float], Campuses]:
    def at(contract_mw: float) -> Campuses:
        campuses = campuses_of(TIME, {"a": contract_mw}, conditional=["a"] if is_conditional else [])
        deadline_h = np.floor(campuses.deadline_h * deadline_factor).astype(np.int64)
        store = CampusStore(campus="a", p_mw=store_mw, e_mwh=4 * store_mw, efficiency_roundtrip_frac=0.86)
        return replace(campuses, deadline_h=deadline_h, storage=(store,) if store_mw else ())

    return at


def rigid_mw(capacity_mw: FloatArray) -> float:
    """Largest contract whose modelled load, never moved, fits under every hour."""
    share = np.array(SHARE_FRAC)
    rel = np.minimum(DAY_REL[np.arange(168) % 24], 1 / 0.8)
    load_per_mw = 0.8 * (share[:2].sum() * rel + share[2:].sum())
    return float((capacity_mw / load_per_mw).min())


@pytest.mark.parametrize("seed", [0, 1, 3, 4])
def test_more_flexibility_never_lowers_the_flexible_mw(seed: int) -> None:
    capacity_mw = random_capacity_mw(seed)
    found = [
        flexible_mw(campus_at(deadline_factor=factor, store_mw=store), capacity_mw, MOST_MW)
        for factor, store in ((0.0, 0.0), (0.25, 0.0), (1.0, 0.0), (1.0, 60.0))
    ]
    rigid = rigid_mw(capacity_mw)
    assert found[0] == np.floor(rigid + 1e-9)  # nothing can wait: the modelled load as it is asked for
    assert found == sorted(found)
    assert found[2] > found[0]
    assert found[3] > found[2]


def test_service_terms_do_not_count_as_flexibility() -> None:
    capacity_mw = random_capacity_mw(1)
    firm, conditional = (flexible_mw(campus_at(is_conditional=c), capacity_mw, MOST_MW) for c in (False, True))
    assert firm == conditional


def test_work_that_waits_fills_the_valley() -> None:
    """Batch work alone, a day's deadline: capacity need only suffice on average of any day and a half."""
    capacity_mw = np.tile(np.repeat([50.0, 150.0], 12), 7)

    def at(contract_mw: float) -> Campuses:
        campuses = campuses_of(TIME, {"a": contract_mw}, load_factor=0.5)
        share = np.array([[0.0, 0.0, 1.0, 0.0, 0.0]])
        return replace(
            campuses,
            baseline_mw=np.broadcast_to(0.5 * contract_mw * share[:, :, None], (1, 5, 168)).copy(),
            installed_mw=contract_mw * share,
        )

    assert flexible_mw(at, capacity_mw, MOST_MW) == 200.0


def test_plan_point_is_no_campus_when_its_outage_is_not_listed(rts: Network, peak_week: GridSeries) -> None:
    """The outage of the campus can only take capacity away."""
    hours = peak_week.hours(slice(84, 90))
    with_outage = hosted(rts, hours, "107").capacity_mw
    points = (PlanPoint(id="107", bus=rts.bus_index("107")),)
    plain = Grid(
        rts,
        hours,
        limits_of(rts),
        dispatch_grid(rts, hours, {}).prices,
        points=points,
        contingencies=single_outages(rts),
    )
    without = hosting_year(plain, 0, u_mw=np.zeros((6, 1)), most_mw=MOST_MW).capacity_mw
    assert (without >= with_outage - 1e-6).all()
