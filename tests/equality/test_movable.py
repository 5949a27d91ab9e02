"""Power caps, shifts between campuses and backlog in the plan, against a program written from their equations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.optimize import linprog

from gridplan.campus.model import SHIFTING, Campuses, CampusShift, EventRule
from gridplan.campus.power_cap import PowerCap, cap_segments, curve_points
from gridplan.plan.layout import Layout, schedule_layout
from gridplan.plan.problems.schedule import SchedulePlan, compile_schedule
from gridplan.solution import WORKLOADS
from tests.oracles.movable import Movable, MovableClass, Move, solve_movable

IDLE_FRAC = 0.25
VALUE = np.array([500.0, 300.0, 50.0, 80.0, 150.0])
SHED = np.array([0.1, 0.25, 0.5, 0.5, 0.25])
SEEDS = st.integers(0, 2**32 - 1)
FEW = settings(max_examples=12, deadline=None)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Solution of a plan at fixed prices."""

    plan: SchedulePlan
    cost_usd: float
    x: np.ndarray

    @property
    def layout(self) -> Layout:
        return self.plan.layout

    def value(self, name: str, count: int) -> np.ndarray:
        return self.plan.compiled.value(self.x, name, (count, self.plan.n_time))


def plan_at_prices(campuses: Campuses, price_usd_per_mwh: np.ndarray) -> Answer:
    """The compiled plan with power bought at given prices in place of a grid; infinite cost where infeasible."""
    plan = compile_schedule(schedule_layout(campuses, ()), campuses.n_time).filled(campuses)
    c = plan.compiled
    cost = c.cost.copy()
    cost[c.column("p_point_mw")] = price_usd_per_mwh.ravel()
    up, down = np.isfinite(c.row_upper), np.isfinite(c.row_lower)
    a = c.a.toarray()
    found = linprog(
        cost,
        np.vstack([a[up], -a[down]]),
        np.concatenate([c.row_upper[up], -c.row_lower[down]]),
        bounds=np.column_stack([c.lower, c.upper]),
        method="highs",
    )
    if found.status != 0:
        return Answer(plan=plan, cost_usd=np.inf, x=np.full(len(cost), np.nan))
    return Answer(plan=plan, cost_usd=float(found.fun), x=found.x)


def random_campuses(seed: int, *, measured: bool, shifting: bool, n_time: int = 5) -> tuple[Campuses, np.ndarray]:
    """Two campuses with random classes, deadlines and room, and prices that make it worth while to move."""
    rng = np.random.default_rng(seed)
    installed = rng.uniform(5.0, 40.0, (2, 5))
    asked = installed[:, :, None] * rng.uniform(0.3, 1.0, (2, 5, n_time))
    shifts = [
        CampusShift(campus=a, to=b, workload=w, max_frac=rng.uniform(0, 0.6), cost_usd_per_mwh=rng.uniform(0, 20))
        for a, b in (("a", "b"), ("b", "a"))
        for w in SHIFTING
    ]
    caps = [
        PowerCap(campus=i, workload=w, segments=cap_segments(w, SHED[c], IDLE_FRAC))
        for i in "ab"
        for c, w in enumerate(WORKLOADS)
    ]
    campuses = Campuses(
        campus=("a", "b"),
        time_utc=np.datetime64("2020-01-01T00", "s") + np.arange(n_time) * np.timedelta64(3600, "s"),
        connected_mw=installed.sum(axis=1) * rng.uniform(0.9, 1.1, 2),
        baseline_mw=asked,
        installed_mw=installed,
        deadline_h=np.array([[0, 0, *rng.integers(0, 4, 3)] for _ in range(2)]),
        shed_frac=np.tile(SHED, (2, 1)),
        min_power_frac=np.tile([0.0, 0.0, float(rng.choice([0.0, 0.3])), 0.0, 0.75], (2, 1)),
        value_usd_per_mwh=np.tile(VALUE, (2, 1)),
        idle_floor_frac=rng.uniform(0.2, 0.95, 2),
        is_conditional=np.array([True, False]),
        max_energy_frac=np.array([0.1, 0.0]),
        power_caps=tuple(caps) if measured else (),
        shifts=tuple(shifts) if shifting else (),
    )
    return campuses, rng.uniform(0.0, 300.0, (2, n_time)).round(2)


def by_oracle(campuses: Campuses, price_usd_per_mwh: np.ndarray) -> Movable:
    classes = [
        MovableClass(
            campus=campus,
            name=name,
            baseline_mw=campuses.baseline_mw[i, c],
            installed_mw=float(campuses.installed_mw[i, c]),
            deadline_h=int(campuses.deadline_h[i, c]),
            shed_frac=float(campuses.shed_frac[i, c]) if campuses.is_conditional[i] else 0.0,
            min_power_frac=float(campuses.min_power_frac[i, c]),
            value_usd_per_mwh=float(campuses.value_usd_per_mwh[i, c]),
            corners=curve_points(name, IDLE_FRAC) if campuses.power_caps else None,
            rebound_frac={rule.campus: rule.rebound_frac for rule in campuses.events}.get(campus),
        )
        for i, campus in enumerate(campuses.campus)
        for c, name in enumerate(WORKLOADS)
    ]
    moves = [
        Move(source=s.campus, target=s.to, name=s.workload, max_frac=s.max_frac, cost_usd_per_mwh=s.cost_usd_per_mwh)
        for s in campuses.shifts
    ]
    floor = campuses.idle_floor_frac
    assert floor[0] == floor[1]
    connected = dict(zip(campuses.campus, campuses.connected_mw.tolist(), strict=True))
    budget = {"a": float(campuses.max_energy_frac[0])}
    events = {r.campus: (r.max_event_h, r.free_mw) for r in campuses.events if r.max_event_h is not None}
    return solve_movable(
        connected, price_usd_per_mwh, classes, moves, floor_frac=float(floor[0]), budget_frac=budget, events=events
    )


def same_floor(campuses: Campuses) -> Campuses:
    return replace(campuses, idle_floor_frac=np.full(2, campuses.idle_floor_frac[0]))


@pytest.mark.parametrize("shifting", [False, True])
@pytest.mark.parametrize("measured", [False, True])
def test_plan_is_the_program_of_the_equations(measured: bool, shifting: bool) -> None:
    """Two dozen random cases of each kind; in most of them each kind of flexibility is used."""
    used = np.zeros(3)
    for seed in range(24):
        campuses, price = random_campuses(seed, measured=measured, shifting=shifting)
        campuses = same_floor(campuses)
        found, wanted = plan_at_prices(campuses, price), by_oracle(campuses, price)
        assert np.isfinite(found.cost_usd) == wanted.is_feasible
        assert_allclose(found.cost_usd, wanted.cost_usd, rtol=1e-8)
        if wanted.is_feasible:
            used += [
                found.value("p_curtailed_mw", len(found.layout.cuts)).sum() > 0.1,
                found.value("backlog_mwh", len(found.layout.waiting)).sum() > 0.1,
                found.value("p_shift_mw", len(found.layout.shifts)).sum() > 0.1,
            ]
    assert (used[:2] >= 12).all()
    assert not shifting or used[2] >= 12


@pytest.mark.parametrize("measured", [False, True])
def test_events_and_rebound_are_those_of_the_equations(measured: bool) -> None:
    """Each rule makes most of the cases dearer, and the plan still costs what the equations say."""
    rule = EventRule(campus="a", max_event_h=1, free_mw=0.1)
    dearer = np.zeros(2)
    for seed in range(20):
        campuses, price = random_campuses(seed, measured=measured, shifting=False)
        campuses = replace(
            campuses,
            idle_floor_frac=np.full(2, 0.2),
            connected_mw=campuses.installed_mw.sum(axis=1),
            max_energy_frac=np.array([1.0, 0.0]),
        )
        price = 3.0 * price
        free = plan_at_prices(campuses, price).cost_usd
        for k, events in enumerate([(rule,), (EventRule(campus="b", rebound_frac=1.1),)]):
            ruled = replace(campuses, events=events)
            found = plan_at_prices(ruled, price).cost_usd
            assert_allclose(found, by_oracle(ruled, price).cost_usd, rtol=1e-8)
            dearer[k] += found > free * (1 + 1e-6)
    assert (dearer >= 10).all()


def test_an_event_leaves_one_hour_of_any_longer_window() -> None:
    """Four dear hours, two of full depth in any three and 1 MW free: 10 + 10 + 1 + 10 MW of 100 MW interactive work."""
    campuses = replace(
        one_class("interactive", hours=[100.0] * 4, measured=False),
        events=(EventRule(campus="a", max_event_h=2, free_mw=1.0),),
    )
    found = plan_at_prices(campuses, np.full((2, 4), 600.0))
    cut = found.value("p_curtailed_mw", 1)[0]
    assert cut.sum() == pytest.approx(31.0)
    assert all(cut[t : t + 3].sum() <= 21.0 + 1e-9 for t in range(2))


def test_work_that_catches_up_stays_below_its_rebound() -> None:
    campuses = replace(
        one_class("batch", hours=[40.0] * 3, measured=False, deadline_h=24),
        is_conditional=np.zeros(2, dtype=bool),
        events=(EventRule(campus="a", rebound_frac=1.05),),
    )
    found = plan_at_prices(campuses, np.array([[1000.0, 20.0, 30.0], [0.0, 0.0, 0.0]]))
    assert_allclose(found.value("p_workload_mw", 1), [[36.0, 42.0, 42.0]])


# -- group 6 of the invariants ---------------------------------------------------------------------
@FEW
@given(seed=SEEDS, measured=st.booleans())
def test_no_flexibility_leaves_the_baseline(seed: int, measured: bool) -> None:
    campuses, price = random_campuses(seed, measured=measured, shifting=True)
    rigid = replace(
        campuses,
        connected_mw=campuses.installed_mw.sum(axis=1),
        deadline_h=np.zeros((2, 5), dtype=np.int64),
        shed_frac=np.zeros((2, 5)),
        power_caps=(),
        shifts=tuple(replace(shift, max_frac=0.0) for shift in campuses.shifts),
    )
    found = plan_at_prices(rigid, price)
    assert_allclose(found.value("p_point_mw", 2), rigid.baseline_mw.sum(axis=1), rtol=1e-12)


@FEW
@given(seed=SEEDS)
def test_more_flexibility_never_costs_more(seed: int) -> None:
    """Rigid, then waiting, shedding, the measured curve that loses less work, and moving; each on top of the last."""
    full, price = random_campuses(seed, measured=True, shifting=True)
    full = replace(full, connected_mw=full.installed_mw.sum(axis=1))
    shedding = replace(full, shifts=(), power_caps=())
    firm = replace(shedding, is_conditional=np.zeros(2, dtype=bool))
    now = np.where(np.arange(5) >= 2, 0, full.deadline_h)
    steps = [replace(firm, deadline_h=now), firm, shedding, replace(shedding, shifts=full.shifts)]
    cost = np.array([plan_at_prices(step, price).cost_usd for step in steps])
    assert (np.diff(cost) <= 1e-9 * cost[0]).all()
    without, capped = (replace(step, deadline_h=now) for step in (shedding, replace(full, shifts=())))
    assert plan_at_prices(capped, price).cost_usd <= plan_at_prices(without, price).cost_usd * (1 + 1e-9)
    moving = plan_at_prices(full, price).cost_usd
    assert moving <= plan_at_prices(replace(full, shifts=()), price).cost_usd * (1 + 1e-9)


@FEW
@given(seed=SEEDS, measured=st.booleans())
def test_free_shifts_between_twins_do_not_care_which_is_which(seed: int, measured: bool) -> None:
    campuses, price = random_campuses(seed, measured=measured, shifting=True)
    first = [0, 0]
    twins = replace(
        campuses,
        connected_mw=np.full(2, campuses.installed_mw[0].sum()),
        **{
            name: getattr(campuses, name)[first]
            for name in ("baseline_mw", "installed_mw", "deadline_h", "min_power_frac", "idle_floor_frac")
        },
        is_conditional=np.array([True, True]),
        max_energy_frac=np.array([0.1, 0.1]),
        shifts=tuple(replace(s, max_frac=0.4, cost_usd_per_mwh=0.0) for s in campuses.shifts),
    )
    one, other = plan_at_prices(twins, price), plan_at_prices(twins, price[::-1])
    assert_allclose(one.cost_usd, other.cost_usd, rtol=1e-9)
    same = plan_at_prices(twins, np.tile(price[0], (2, 1)))
    alone = plan_at_prices(replace(twins, shifts=()), np.tile(price[0], (2, 1)))
    assert same.cost_usd <= alone.cost_usd * (1 + 1e-9)


@FEW
@given(seed=SEEDS, measured=st.booleans(), shifting=st.booleans())
def test_work_done_lost_and_moved_is_what_arrived(seed: int, measured: bool, shifting: bool) -> None:
    """Nothing is left at the end; in between, what is done so far and the backlog are what has arrived."""
    campuses, price = random_campuses(seed, measured=measured, shifting=shifting)
    campuses = replace(campuses, connected_mw=campuses.installed_mw.sum(axis=1))
    found = plan_at_prices(campuses, price)
    layout = found.layout
    served = found.value("p_workload_mw", len(layout.waiting))
    backlog = found.value("backlog_mwh", len(layout.waiting))
    given_up = found.value("p_curtailed_mw", len(layout.cuts))
    moved = found.value("p_shift_mw", len(layout.shifts))
    for q, pair in enumerate(layout.waiting):
        lost = sum((layout.cuts[k].work_per_power * given_up[k] for k in layout.cuts_of(pair)), np.zeros(5))
        kept = sum((given_up[k] for k in layout.cuts_of(pair)), np.zeros(5)) - lost
        away = moved[layout.shifts_from(pair)].sum(axis=0)
        work = np.cumsum(served[q] + kept + lost + away)
        assert_allclose(work + backlog[q], np.cumsum(campuses.baseline_mw[pair]), atol=1e-6)
        assert (kept >= -1e-9).all()
        assert backlog[q][-1] == pytest.approx(0.0, abs=1e-6)


# -- what the equations leave no doubt about -------------------------------------------------------
def one_class(workload: str, *, hours: Sequence[float], measured: bool, deadline_h: int = 0) -> Campuses:
    campuses, _ = random_campuses(0, measured=measured, shifting=False, n_time=len(hours))
    asked = np.zeros((2, 5, len(hours)))
    asked[0, WORKLOADS.index(workload)] = hours
    deadlines = np.zeros((2, 5), dtype=np.int64)
    deadlines[0, WORKLOADS.index(workload)] = deadline_h
    return replace(
        campuses,
        connected_mw=np.array([500.0, 500.0]),
        baseline_mw=asked,
        installed_mw=np.full((2, 5), 100.0),
        deadline_h=deadlines,
        min_power_frac=np.zeros((2, 5)),
        idle_floor_frac=np.full(2, 0.25),
        max_energy_frac=np.array([1.0, 0.0]),
    )


def test_a_tenth_of_interactive_power_costs_a_quarter_of_the_work() -> None:
    """0.9037 -> 0.976: the first tenth costs 0.249 of its work, so at 500 USD/MWh it is worth 125 USD/MWh."""
    for price, given_up in ((120.0, 0.0), (130.0, 0.0963 * 100.0), (499.0, 10.0)):
        found = plan_at_prices(one_class("interactive", hours=[100.0], measured=True), np.full((2, 1), price))
        assert_allclose(found.value("p_curtailed_mw", len(found.layout.cuts)).sum(), given_up, rtol=1e-9)
    linear = plan_at_prices(one_class("interactive", hours=[100.0], measured=False), np.full((2, 1), 499.0))
    assert_allclose(linear.value("p_curtailed_mw", 1).sum(), 0.0)


def test_no_work_is_done_by_machines_that_do_not_run() -> None:
    """All batch work waits for the cheap hour: no power may be given up where nothing runs."""
    campuses = one_class("batch", hours=[40.0, 40.0], measured=True, deadline_h=24)
    campuses = replace(campuses, idle_floor_frac=np.zeros(2))
    found = plan_at_prices(campuses, np.array([[1000.0, 10.0], [0.0, 0.0]]))
    served = found.value("p_workload_mw", len(found.layout.waiting))
    cut = found.value("p_curtailed_mw", len(found.layout.cuts)).sum(axis=0)
    assert_allclose(served[0], [0.0, 80.0], atol=1e-9)
    assert_allclose(cut, [0.0, 0.0], atol=1e-9)


def test_shift_respects_the_machines_and_the_meter_of_the_target() -> None:
    shift = CampusShift(campus="a", to="b", workload="interactive", max_frac=0.5, cost_usd_per_mwh=1.0)
    campuses = replace(
        one_class("interactive", hours=[100.0], measured=False),
        is_conditional=np.zeros(2, dtype=bool),
        shifts=(shift,),
    )
    price = np.array([[90.0], [30.0]])
    for installed_b, connected_b, moved in ((100.0, 500.0, 50.0), (20.0, 500.0, 20.0), (100.0, 30.0, 30.0)):
        installed = campuses.installed_mw.copy()
        installed[1] = installed_b
        case = replace(campuses, installed_mw=installed, connected_mw=np.array([500.0, connected_b]))
        found = plan_at_prices(case, price)
        assert_allclose(found.value("p_shift_mw", 1), [[moved]], atol=1e-9)
        assert_allclose(found.value("p_point_mw", 2), [[100.0 - moved], [moved]], atol=1e-9)
    dear = replace(campuses, shifts=(replace(shift, cost_usd_per_mwh=61.0),))
    assert_allclose(plan_at_prices(dear, price).value("p_shift_mw", 1), 0.0)


def test_no_pair_and_no_part_compile_to_the_same_plan() -> None:
    campuses, _ = random_campuses(3, measured=False, shifting=True)
    none = tuple(replace(shift, max_frac=0.0) for shift in campuses.shifts)
    plain, still = (
        compile_schedule(schedule_layout(case, ()), 5).filled(case).compiled
        for case in (replace(campuses, shifts=()), replace(campuses, shifts=none))
    )
    assert (plain.a != still.a).nnz == 0
    assert plain.rows.keys() == still.rows.keys()
    for name in ("row_lower", "row_upper", "lower", "upper", "cost"):
        assert_allclose(getattr(plain, name), getattr(still, name))
