"""Siting under the load that one fault may trip, against every combination tried one by one."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from gridplan.network.fault_zones import fault_zones
from gridplan.plan.parts.load_loss import LoadLoss, LossZone
from gridplan.plan.problems.siting import SiteRequest
from gridplan.plan.ride_through import stopping_fault, zone_uses
from gridplan.plan.siting_loop import SitingResult
from gridplan.solution import PLAN_JSON
from gridplan.study.criteria import SubtransientReactance
from gridplan.verify.audit import audit
from tests.equality.stated_sites import Question, chosen, enumerated, sited, siting_plan
from tests.oracles.btheta import listed_outages
from tests.oracles.siting import Combination
from tests.oracles.small_grids import branch, grid, hours_of, unit
from tests.property.random_grids import random_grid
from tests.real_run import run_small_study

SEEDS = (0, 4, 8)
POIS = ("0", "2", "3", "5")
FEW = settings(max_examples=12, deadline=None)


@cache
def base_question(seed: int) -> Question:
    """Random grid that takes most of three campuses; two of them may come to stand in one zone."""
    network, series = random_grid(seed, n_bus=6, n_chord=4, hours=2)
    return Question(
        network=network,
        series=replace(series, load_mw=0.3 * series.load_mw),
        requests=(
            SiteRequest(id="a", pois=("0", "3"), contract_mw=50, block_mw=25),
            SiteRequest(id="b", pois=("2",), contract_mw=24, block_mw=12),
            SiteRequest(id="c", pois=("5",), contract_mw=18, block_mw=9),
        ),
        outages=tuple(listed_outages(network)),
        unconnected_usd_per_mw=5000.0,
    )


@cache
def totals(seed: int) -> dict[Combination, float]:
    """Exact total of every combination; what one fault may trip is not asked."""
    return enumerated(base_question(seed))


@cache
def unlimited(seed: int) -> SitingResult:
    return sited(base_question(seed))


def asked(seed: int, loss: LoadLoss, rides: tuple[float, ...]) -> Question:
    question = base_question(seed)
    requests = tuple(replace(r, ride_through_frac=f) for r, f in zip(question.requests, rides, strict=True))
    return replace(question, requests=requests, load_loss=loss)


def tripped_mw(choice: Combination, pois: tuple[str, ...], rides: tuple[float, ...]) -> float:
    """MW of a combination that do not ride through at these buses."""
    return sum((1.0 - ride) * mw for ride, (bus, mw) in zip(rides, choice.sites, strict=True) if bus in pois)


def allowed(seed: int, loss: LoadLoss, rides: tuple[float, ...]) -> dict[Combination, float]:
    """Combinations none of whose zones trips more than the limit."""
    return {
        choice: usd
        for choice, usd in totals(seed).items()
        if all(tripped_mw(choice, zone.pois, rides) <= loss.limit_mw + 1e-9 for zone in loss.zones)
    }


zones = st.sets(st.sets(st.sampled_from(POIS), min_size=1).map(frozenset), min_size=1, max_size=4).map(
    lambda sets: tuple(
        LossZone(faulted_bus=str(k), pois=tuple(sorted(pois))) for k, pois in enumerate(sorted(sets, key=sorted))
    )
)
shares = st.tuples(*[st.sampled_from((0.0, 0.25, 0.4, 0.9, 1.0))] * 3)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_grid_takes_something_and_the_base_is_right(seed: int) -> None:
    assert_allclose(unlimited(seed).upper_usd, min(totals(seed).values()), rtol=1e-6)
    assert unlimited(seed).sites_mw.sum() > 30.0


@FEW
@given(seed=st.sampled_from(SEEDS), zones=zones, rides=shares, limit_mw=st.floats(0.0, 60.0))
def test_siting_equals_enumeration(
    seed: int, zones: tuple[LossZone, ...], rides: tuple[float, ...], limit_mw: float
) -> None:
    loss = LoadLoss(limit_mw=limit_mw, zones=zones)
    question, total_usd = asked(seed, loss, rides), allowed(seed, loss, rides)
    result = sited(question)
    assert_allclose(result.upper_usd, min(total_usd.values()), rtol=1e-6)
    assert_allclose(total_usd[chosen(question, result)], min(total_usd.values()), rtol=1e-6)
    for use in zone_uses(siting_plan(question), result):
        own_mw = tripped_mw(chosen(question, result), use.zone.pois, rides)
        assert_allclose(use.tripped_mw, own_mw, atol=1e-9)
        assert use.tripped_mw <= limit_mw + 1e-6


@FEW
@given(seed=st.sampled_from(SEEDS), zones=zones, limit_mw=st.floats(0.0, 60.0))
def test_riding_through_in_full_never_binds(seed: int, zones: tuple[LossZone, ...], limit_mw: float) -> None:
    question = asked(seed, LoadLoss(limit_mw=limit_mw, zones=zones), (1.0, 1.0, 1.0))
    result, free = sited(question), unlimited(seed)
    assert_allclose(result.upper_usd, free.upper_usd, rtol=1e-9)
    assert_allclose(result.sites_mw, free.sites_mw)
    for use in zone_uses(siting_plan(question), result):
        assert (use.tripped_mw, use.stopped, use.worth_usd_per_mw) == (0.0, (), 0.0)


@FEW
@given(seed=st.sampled_from(SEEDS), zones=zones, rides=shares)
def test_no_limit_changes_no_optimum(seed: int, zones: tuple[LossZone, ...], rides: tuple[float, ...]) -> None:
    question = asked(seed, LoadLoss(limit_mw=np.inf, zones=zones), rides)
    result, free = sited(question), unlimited(seed)
    assert_allclose(result.upper_usd, free.upper_usd, rtol=1e-9)
    assert_allclose(result.sites_mw, free.sites_mw)
    assert not any(use.is_binding or use.worth_usd_per_mw for use in zone_uses(siting_plan(question), result))


@settings(max_examples=6, deadline=None)
@given(
    seed=st.sampled_from(SEEDS),
    rides=shares,
    limit_mw=st.floats(5.0, 50.0),
    trips=st.tuples(st.floats(0.1, 0.99), st.floats(0.1, 0.99)),
)
def test_a_higher_trip_voltage_never_saves(
    seed: int, rides: tuple[float, ...], limit_mw: float, trips: tuple[float, float]
) -> None:
    """Zones of the grid itself grow with the trip voltage, so what siting may do only shrinks."""
    network, x = base_question(seed).network, SubtransientReactance(turbine=0.2, hydro=0.24)
    names, cost = network.bus.id, []
    for trip in sorted(trips):
        found = fault_zones(network, [network.bus_index(poi) for poi in POIS], trip, x)
        named = [LossZone(faulted_bus=names[z.faulted_bus], pois=tuple(names[b] for b in z.buses)) for z in found]
        loss = LoadLoss(limit_mw=limit_mw, zones=tuple(named))
        cost.append(sited(asked(seed, loss, rides)).upper_usd)
        assert_allclose(cost[-1], min(allowed(seed, loss, rides).values()), rtol=1e-6)
    assert cost[0] <= cost[1] * (1 + 1e-9)


# -- closed form -----------------------------------------------------------------------------------
def plain_question(limit_mw: float, *, block_mw: float = 10.0, ride: float = 0.5) -> Question:
    """No branch limits; two campuses of 100 MW at one bus or beside each other, each MW left out costs 1,000 USD."""
    network = grid({"1": 0, "2": 10, "3": 0}, [branch(("1", "2")), branch(("2", "3"))], [unit("1", [(900, 10)])])
    zone = LossZone(faulted_bus="2", pois=("2", "3"))
    return Question(
        network=network,
        series=hours_of(network),
        requests=(
            SiteRequest(id="a", pois=("2",), contract_mw=100, block_mw=block_mw, ride_through_frac=ride),
            SiteRequest(id="b", pois=("3",), contract_mw=100, block_mw=block_mw, ride_through_frac=0.0),
        ),
        outages=(),
        unconnected_usd_per_mw=1000.0,
        load_loss=LoadLoss(limit_mw=limit_mw, zones=(zone,)),
    )


def test_the_limit_goes_first_to_who_rides_through() -> None:
    """60 MW may trip: all 100 MW of a (50 MW trip), 10 MW of b; the next block of b would trip 70 MW."""
    question = plain_question(60.0)
    result = sited(question)
    (use,) = zone_uses(siting_plan(question), result)
    assert_allclose(result.sites_mw, [100.0, 10.0])
    assert (use.tripped_mw, use.stopped, use.is_binding) == (60.0, ("b",), True)
    assert stopping_fault([use], "b", "3") == "2"
    assert stopping_fault([use], "a", "2") is None


@pytest.mark.parametrize(("limit_mw", "worth"), [(60.0, 990.0), (150.0, 0.0), (30.0, 1980.0)])
def test_worth_of_the_limit_is_what_one_more_mw_saves(limit_mw: float, worth: float) -> None:
    """One more MW connects 1 MW of b, or 2 MW of a while a is short: 1,000 USD less 10 USD of fuel each."""
    question = plain_question(limit_mw)
    (use,) = zone_uses(siting_plan(question), sited(question))
    assert use.worth_usd_per_mw == pytest.approx(worth)
    fine = plain_question(limit_mw, block_mw=1.0)
    more = replace(fine, load_loss=replace(fine.load_loss, limit_mw=limit_mw + 1.0))
    assert sited(fine).upper_usd - sited(more).upper_usd == pytest.approx(worth)


@pytest.mark.parametrize(("limit_mw", "connected_mw"), [(0.0, 0.0), (14.9, 20.0), (15.0, 30.0), (50.0, 100.0)])
def test_a_campus_alone_is_held_to_the_limit(limit_mw: float, connected_mw: float) -> None:
    question = plain_question(limit_mw)
    alone = replace(question, requests=question.requests[:1])
    assert_allclose(sited(alone).sites_mw, [connected_mw])


# -- a study ---------------------------------------------------------------------------------------
STUDY = """\
schema_version: 1
name: Load loss
network: rts_gmlc
timezone: America/Phoenix
years: [2028]
hours: {first: 5400, count: 2}
base_case: {source_date: 2026-06-01, load_growth_frac_per_year: 0.0, reference_year: 2026, committed_loads: []}
criteria: {load_basis: contract, load_loss: {limit_mw: 200, voltage_trip_pu: 0.8}}
campuses:
  - {id: mesa, poi: [113], contract_mw: 200, block_mw: 50}
  - {id: yuma, poi: [123], contract_mw: 200, block_mw: 50, ride_through_frac: 0.5}
"""


def site(tmp_path: Path, text: str) -> dict[str, Any]:
    from gridplan.pipeline import site_study  # the rest of the suite does not wait for it

    study = tmp_path / "study.yaml"
    study.write_text(text, encoding="utf-8")
    return site_study(study)


def test_site_tells_the_zone_that_binds(tmp_path: Path) -> None:
    answer = site(tmp_path, STUDY)
    mw = {campus["id"]: campus["mw_by_year"]["2028"] for campus in answer["campuses"]}
    found = answer["load_loss"]["2028"]
    both = next(zone for zone in found["zones"] if set(zone["pois"]) == {"113", "123"})
    assert found["limit_mw"] == 200.0
    assert both["tripped_mw"] == pytest.approx(0.6 * mw["mesa"] + 0.5 * mw["yuma"])
    assert both["campuses"] == ["mesa", "yuma"]
    assert both["is_binding"]
    assert both["worth_usd_per_mw"] > 0
    assert max(both["voltage_pu"]) < 0.8
    assert json.dumps(answer)


def test_run_names_the_fault_that_limits_a_campus_and_passes_its_audit(tmp_path: Path) -> None:
    run_dir = run_small_study(tmp_path, text=STUDY)
    plan = json.loads((run_dir / PLAN_JSON).read_text(encoding="utf-8"))
    (year,) = plan["years"].values()
    stopped = {name for zone in year["load_loss"]["zones"] for name in zone["stopped"]}
    assert stopped
    for campus in year["campuses"]:
        is_told = campus["binding"].startswith("load that one fault may trip, fault at bus 1")
        assert is_told is (campus["id"] in stopped)
    check = next(check for check in audit(run_dir).checks if check.id == "A19")
    assert check.verdict == "pass", check.reason


@pytest.mark.parametrize(
    "text",
    [
        STUDY.replace(", load_loss: {limit_mw: 200, voltage_trip_pu: 0.8}", "").replace(", ride_through_frac: 0.5", ""),
        STUDY.replace("limit_mw: 200", "limit_mw: 1e6"),
        STUDY.replace("block_mw: 50}", "block_mw: 50, ride_through_frac: 1}").replace("frac: 0.5", "frac: 1.0"),
        STUDY.replace("voltage_trip_pu: 0.8", "voltage_trip_pu: 0.3"),
    ],
    ids=["no limit stated", "limit out of reach", "all ride through", "zones of one bus"],
)
def test_study_whose_zones_do_not_bind_connects_all(text: str, tmp_path: Path) -> None:
    answer = site(tmp_path, text)
    assert [campus["mw_by_year"]["2028"] for campus in answer["campuses"]] == [200.0, 200.0]
    zones = (answer["load_loss"]["2028"] or {"zones": []})["zones"]
    assert not any(zone["is_binding"] for zone in zones)
    assert ("limit_mw" in text) is (answer["load_loss"]["2028"] is not None)
