"""The siting loop against every combination of POI, size and reinforcement priced exactly, one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gridplan.dispatch.farm import Farm
from gridplan.network.model import Network
from gridplan.plan.case import year_case
from gridplan.plan.poi import poi_capacities
from gridplan.plan.problems.siting import SiteRequest
from gridplan.plan.sites import site_year
from gridplan.plan.siting_loop import SitingResult
from gridplan.series.model import GridSeries
from gridplan.study.schema import Study
from tests.equality.stated_sites import Question, chosen, enumerated, enumerated_conditional, sited
from tests.oracles.btheta import Outage, listed_outages
from tests.oracles.siting import Combination, SiteReinforcement
from tests.oracles.small_grids import branch, grid, hours_of, unit
from tests.property.random_grids import random_grid

PEAK_DAY = slice(5712, 5736)
PEAK_DAY_AND_HALF = slice(5712, 5748)
BRANCHES = ("B26", "B6", "B7", "A24", "A27", "AB1", "AB2", "C13-2", "A25-1", "CA-1", "A11", "A10")
UNITS = ("107_CC_1", "121_NUCLEAR_1", "213_CC_3", "318_CC_1")


def assert_is_the_best(question: Question, result: SitingResult, total_usd: dict[Combination, float]) -> None:
    """Both bounds at the enumerated optimum, which the choice costs too, and nothing overloaded to reach it."""
    best_usd = min(total_usd.values())
    assert result.status == "optimal"
    assert_allclose(result.upper_usd, best_usd, rtol=1e-6)
    assert result.lower_usd <= best_usd * (1 + 1e-9)
    assert_allclose(result.lower_usd, best_usd, rtol=1e-6)
    assert_allclose(total_usd[chosen(question, result)], best_usd, rtol=1e-6)
    assert result.dispatch.is_feasible.all()
    assert result.dispatch.overload_mw.sum() < 1e-4


# -- small grids, every outage ---------------------------------------------------------------------
def stronger(network: Network, k: int, usd: float) -> SiteReinforcement:
    branch = network.branch
    return SiteReinforcement(
        id=f"on {branch.id[k]}",
        branch=branch.id[k],
        rating_normal_mva=1.5 * float(branch.rating_normal_mva[k]),
        rating_emergency_mva=1.5 * float(branch.rating_emergency_mva[k]),
        annual_cost_usd=usd,
    )


def small_question(seed: int, wire_usd: tuple[float, float], unconnected_usd_per_mw: float) -> Question:
    """Random grid that carries half its load easily, two campuses beyond what it can take, its two tightest lines."""
    network, series = random_grid(seed, n_bus=6, n_chord=4, hours=4)
    tightest = np.argsort(network.branch.rating_normal_mva)[:2]
    return Question(
        network=network,
        series=replace(series, load_mw=0.5 * series.load_mw),
        requests=(
            SiteRequest(id="a", pois=("0", "3"), contract_mw=130, block_mw=50),
            SiteRequest(id="b", pois=("2",), contract_mw=45, block_mw=45),
        ),
        wires=tuple(stronger(network, int(k), usd) for k, usd in zip(tightest, wire_usd, strict=True)),
        outages=tuple(listed_outages(network)),
        unconnected_usd_per_mw=unconnected_usd_per_mw,
    )


def compare_small(seed: int, wire_usd: tuple[float, float], unconnected_usd_per_mw: float) -> Combination:
    question = small_question(seed, wire_usd, unconnected_usd_per_mw)
    total_usd = enumerated(question)
    assert len(total_usd) == (1 + 2 * 3) * (1 + 1) * 2**2
    result = sited(question)
    assert_is_the_best(question, result, total_usd)
    return chosen(question, result)


@pytest.mark.parametrize(
    ("seed", "wire_usd", "unconnected_usd_per_mw", "sites_mw", "built"),
    [
        (11, (100.0, 100.0), 150.0, (130, 0), 1),
        (97, (100.0, 1500.0), 400.0, (130, 45), 2),
        (77, (1500.0, 100.0), 2000.0, (100, 45), 2),
        # plans whose critical hours shed load once all their rows are known
        (32, (1500.0, 1500.0), 2000.0, (50, 45), 0),
        (63, (1500.0, 1500.0), 2000.0, (50, 0), 0),
    ],
)
def test_small_grids_equal_enumeration(
    seed: int, wire_usd: tuple[float, float], unconnected_usd_per_mw: float, sites_mw: tuple[float, float], built: int
) -> None:
    best = compare_small(seed, wire_usd, unconnected_usd_per_mw)
    assert tuple(mw for _, mw in best.sites) == sites_mw
    assert len(best.built) == built


@pytest.mark.slow
@pytest.mark.parametrize("seed", [s for s in range(40) if s not in {18, 19, 20, 27, 29, 35, 36}])
def test_many_small_grids_equal_enumeration(seed: int) -> None:
    """Grids that shed their own load are left out."""
    rng = np.random.default_rng(seed)
    compare_small(seed, tuple(rng.choice([100.0, 1500.0], 2)), float(rng.choice([60.0, 150.0, 400.0, 2000.0])))


# -- RTS-GMLC --------------------------------------------------------------------------------------
def rts_question(network: Network, series: GridSeries, *, every_outage: bool = False) -> Question:
    """Two campuses, one with an odd rest of 50 MW, and a line that limits one of them."""
    branch, unit = network.branch.id, network.generator.id
    some = [*(Outage("branch", branch.index(b)) for b in BRANCHES), *(Outage("unit", unit.index(u)) for u in UNITS)]
    b6 = SiteReinforcement(
        id="b6", branch="B6", rating_normal_mva=275, rating_emergency_mva=310, annual_cost_usd=1000.0
    )
    return Question(
        network=network,
        series=series,
        requests=(
            SiteRequest(id="verde", pois=("203", "107"), contract_mw=450, block_mw=200),
            SiteRequest(id="mesa", pois=("118", "310"), contract_mw=400, block_mw=400),
        ),
        wires=(b6,),
        outages=tuple(listed_outages(network)) if every_outage else tuple(some),
        unconnected_usd_per_mw=2000.0,
    )


@pytest.fixture(scope="module")
def rts_day(rts: Network, rts_series: GridSeries) -> Question:
    """The day of the yearly peak; what its hours cost is remembered between the tests."""
    return rts_question(rts, rts_series.hours(PEAK_DAY))


@pytest.mark.parametrize(
    ("wire_usd", "unconnected_usd_per_mw", "verde", "mesa", "built"),
    [
        pytest.param(1e3, 2000.0, ("203", 450.0), ("118", 400.0), {"b6"}, id="the wire pays, the rest is taken"),
        pytest.param(1e6, 2000.0, ("107", 200.0), ("118", 400.0), set(), id="the wire is too dear"),
        pytest.param(1e3, 400.0, (None, 0.0), (None, 0.0), set(), id="nothing pays"),
    ],
)
def test_peak_day_equals_enumeration(
    rts_day: Question,
    wire_usd: float,
    unconnected_usd_per_mw: float,
    verde: tuple[str | None, float],
    mesa: tuple[str | None, float],
    built: set[str],
) -> None:
    wire = replace(rts_day.wires[0], annual_cost_usd=wire_usd)
    question = replace(rts_day, wires=(wire,), unconnected_usd_per_mw=unconnected_usd_per_mw)
    total_usd = enumerated(question)
    assert len(total_usd) == (1 + 2 * 3) * (1 + 2) * 2
    assert 0 < np.isfinite(list(total_usd.values())).sum() < len(total_usd)
    result = sited(question)
    assert_is_the_best(question, result, total_usd)
    assert chosen(question, result) == Combination(sites=(verde, mesa), built=frozenset(built))
    nothing = Combination(sites=((None, 0.0), (None, 0.0)), built=frozenset())
    assert_allclose(result.base_usd, total_usd[nothing] - unconnected_usd_per_mw * (450 + 400), rtol=1e-9)


@pytest.mark.parametrize("gap_frac", [0.3, 0.03])
def test_asked_gap_is_proved_against_what_is_decided(rts_day: Question, gap_frac: float) -> None:
    """Whatever round the loop stops in, the optimum lies between its bounds."""
    best_usd = min(enumerated(rts_day).values())
    result = sited(rts_day, gap_frac=gap_frac)
    assert result.lower_usd <= best_usd * (1 + 1e-9)
    assert best_usd <= result.upper_usd * (1 + 1e-9)
    assert result.gap_frac <= gap_frac
    spread, decided = result.upper_usd - result.lower_usd, result.upper_usd - result.base_usd
    assert_allclose(result.gap_frac, spread / decided, atol=1e-9)


@pytest.mark.slow
def test_every_outage_of_a_day_and_a_half_equals_enumeration(rts: Network, rts_series: GridSeries) -> None:
    question = rts_question(rts, rts_series.hours(PEAK_DAY_AND_HALF), every_outage=True)
    assert_is_the_best(question, sited(question), enumerated(question))


# -- conditional service ---------------------------------------------------------------------------
def conditional_question(seed: int, energy_frac: float, max_hours: int, max_event_h: int, *, hours: int) -> Question:
    network, series = random_grid(seed, n_bus=5, n_chord=3, hours=5)
    series = replace(series, load_mw=0.5 * series.load_mw).hours(slice(0, hours))
    request = SiteRequest(
        id="a",
        pois=("0", "3"),
        contract_mw=120,
        block_mw=40,
        shed_frac=0.5,
        curtailment_usd_per_mwh=1000.0,
        max_energy_frac=energy_frac,
        max_hours=max_hours,
        max_event_h=max_event_h,
    )
    return Question(
        network=network,
        series=series,
        requests=(request, SiteRequest(id="b", pois=("2",), contract_mw=45, block_mw=45)),
        wires=(stronger(network, int(np.argmin(network.branch.rating_normal_mva)), 15_000.0),),
        outages=tuple(listed_outages(network)),
        unconnected_usd_per_mw=2000.0,
    )


def compare_conditional(question: Question) -> SitingResult:
    result = sited(question)
    assert_is_the_best(question, result, enumerated_conditional(question))
    return result


@pytest.mark.parametrize(
    ("seed", "energy_frac", "max_hours", "max_event_h", "size_mw", "built", "curtailed_h", "is_term_felt"),
    [
        pytest.param(24, 0.3, 2, 1, 120.0, True, 2, False, id="terms suffice"),
        pytest.param(8, 0.3, 1, 1, 80.0, False, 1, True, id="hours run out"),
        pytest.param(31, 0.3, 2, 1, 40.0, True, 2, True, id="no two hours in a row"),
        pytest.param(29, 0.3, 2, 1, 40.0, False, 0, True, id="event too long, so no curtailment"),
        pytest.param(35, 0.02, 4, 4, 120.0, True, 1, True, id="energy runs out, so the wire is built"),
    ],
)
def test_conditional_sites_equal_enumeration(
    seed: int,
    energy_frac: float,
    max_hours: int,
    max_event_h: int,
    size_mw: float,
    built: bool,
    curtailed_h: int,
    is_term_felt: bool,
) -> None:
    question = conditional_question(seed, energy_frac, max_hours, max_event_h, hours=4)
    result = compare_conditional(question)
    assert chosen(question, result).sites[0][1] == size_mw
    assert bool(result.built[0]) is built
    curtailed_mw = result.curtailed_mw.sum(axis=1)
    assert (curtailed_mw > 1.0).sum() == curtailed_h
    assert curtailed_mw.sum() <= energy_frac * size_mw * 4 + 1e-6
    loose = replace(question.requests[0], max_energy_frac=1.0, max_hours=np.inf, max_event_h=np.inf)
    free = sited(replace(question, requests=(loose, question.requests[1])))
    assert (free.upper_usd < result.upper_usd * (1 - 1e-6)) is is_term_felt


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6, 14))
def test_two_conditional_campuses_equal_enumeration(seed: int) -> None:
    question = conditional_question(seed, 0.1, 2, 1, hours=5)
    other = replace(
        question.requests[1], shed_frac=0.3, curtailment_usd_per_mwh=1500.0, max_energy_frac=0.1, max_hours=3
    )
    compare_conditional(replace(question, requests=(question.requests[0], other)))


@pytest.mark.slow
def test_conditional_campus_on_the_peak_day_equals_enumeration(rts_day: Question) -> None:
    """Twelve hours in one program for every combination; the whole contract is taken with curtailment."""
    verde = SiteRequest(
        id="verde",
        pois=("203", "107"),
        contract_mw=340,
        block_mw=170,
        shed_frac=0.25,
        curtailment_usd_per_mwh=1500.0,
        max_energy_frac=0.05,
    )
    wire = replace(rts_day.wires[0], annual_cost_usd=1e6)
    hours = rts_day.series.hours(slice(8, 20))
    question = replace(rts_day, series=hours, requests=(verde, rts_day.requests[1]), wires=(wire,), known={})
    result = compare_conditional(question)
    assert result.curtailed_mw.sum() > 1.0


# -- reinforcements in closed form -----------------------------------------------------------------
def line_question(ratings_mva: tuple[float, ...]) -> Question:
    """One line of 95 MW (100 MVA) to a load of 50 MW and a campus; upgrades of the line."""
    network = grid({"1": 0, "2": 50}, [branch(("1", "2"), normal_mw=100)], [unit("1", [(500, 10)])])
    wires = [
        SiteReinforcement(
            id=f"{mva:g} MVA", branch="L0", rating_normal_mva=mva, rating_emergency_mva=mva, annual_cost_usd=mva
        )
        for mva in ratings_mva
    ]
    return Question(
        network=network,
        series=hours_of(network),
        requests=(SiteRequest(id="a", pois=("2",), contract_mw=200, block_mw=20),),
        wires=tuple(wires),
        outages=(),
        unconnected_usd_per_mw=1000.0,
    )


@pytest.mark.parametrize(
    ("ratings_mva", "connected_mw", "built"),
    [((), 40, ()), ((150,), 80, ("150 MVA",)), ((150, 200), 140, ("200 MVA",)), ((200, 300, 150), 200, ("300 MVA",))],
)
def test_upgrades_of_one_branch_are_alternatives(
    ratings_mva: tuple[float, ...], connected_mw: float, built: tuple[str, ...]
) -> None:
    question = line_question(ratings_mva)
    result = sited(question)
    assert chosen(question, result) == Combination(sites=(("2", connected_mw),), built=frozenset(built))


def test_campus_takes_what_supply_leaves() -> None:
    """In the second hour 120 MW feed a load of 50 MW; even with all of that load shed, 200 MW could not be served."""
    network = grid({"1": 0, "2": 50}, [branch(("1", "2"))], [unit("1", [(500, 10)])])
    question = replace(
        line_question(()),
        network=network,
        series=hours_of(network, [[0, 50], [0, 50]], [[500], [120]]),
    )
    result = sited(question)
    assert chosen(question, result) == Combination(sites=(("2", 60.0),), built=frozenset())
    assert_allclose(result.upper_usd, 10 * 2 * 110 + 1000 * 140)


def overloaded_study(rating_mva: float) -> Study:
    return Study.model_validate(
        {
            "schema_version": 1,
            "name": "overloaded before",
            "network": "small",
            "timezone": "UTC",
            "years": [2028],
            "base_case": {"reference_year": 2028, "load_growth_frac_per_year": 0.0},
            "criteria": {"security": "n-0"},
            "campuses": [{"id": "a", "poi": ["2"], "contract_mw": 100, "block_mw": 5}],
            "reinforcements": [
                {
                    "id": "r",
                    "branch": "L0",
                    "rating_normal_mva": rating_mva,
                    "rating_emergency_mva": rating_mva,
                    "capital_cost_musd": 10,
                    "cost_year": 2026,
                    "earliest_in_service": "2027-01-01",
                }
            ],
        }
    )


@pytest.mark.parametrize(
    ("rating_mva", "connected_mw", "is_built"), [(70, 0, False), (100, 25, True), (160, 80, True), (400, 100, True)]
)
def test_upgrade_of_a_branch_overloaded_before_counts_from_its_own_rating(
    rating_mva: float, connected_mw: float, is_built: bool
) -> None:
    """A line of 57 MW carries 70 MW in the first hour whatever is done: 0.95 rating - 70 MW are gained, no more."""
    network = grid(
        {"1": 0, "2": 100}, [branch(("1", "2"), normal_mw=60)], [unit("1", [(300, 10)]), unit("2", [(30, 30)])]
    )
    case = year_case(overloaded_study(rating_mva), 2028, network, hours_of(network, [[0, 100], [0, 60]]))
    assert_allclose(case.raised_mw[0, -1], [70, 57])
    pois = poi_capacities(case, farm=Farm(), progress=lambda _: None)
    found = site_year(case, pois, fixed={})
    assert found.sites[0].connected_mw == connected_mw
    assert (found.built["r"] == 1.0) is is_built
    assert found.result.status in ("optimal", "gap_reached")
    assert_allclose(found.limits.normal_mw[0], 0.95 * rating_mva if is_built else 57.0)
