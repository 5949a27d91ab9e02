"""Capacity of all buses at once against that of each bus alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import PlanPoint
from gridplan.dispatch.headroom import headroom
from gridplan.dispatch.hosting import hosting_year
from gridplan.dispatch.rows import INTACT
from gridplan.dispatch.year import YearDispatch, state_mw
from gridplan.inputs import read_inputs
from gridplan.plan import dependence
from gridplan.plan.all_buses import BusCapacity, bus_capacities
from gridplan.plan.case import YearCase, year_case
from gridplan.plan.dependence import unit_dependence
from gridplan.plan.poi import poi_capacity

STUDY = """
schema_version: 1
name: All buses
network: rts_gmlc
timezone: America/Phoenix
years: [2028]
hours: {first: 5420, count: 3}
base_case: {reference_year: 2028, load_growth_frac_per_year: 0.0, committed_loads: []}
criteria: {pre_existing: RULE}
"""
MOST_MW = 9000.0
#: Limits cut to this part are broken in some hours before any campus comes.
CUT = {"A10": 0.4, "C10": 0.4}


def case_of(path: Path, rule: str = "no_worsening", cut: dict[str, float] | None = None) -> YearCase:
    path.write_text(STUDY.replace("RULE", rule), encoding="utf-8")
    inputs = read_inputs(path)
    network = inputs.network
    scale = np.array([(cut or {}).get(name, 1.0) for name in network.branch.id])
    network = network.with_branch(
        rating_normal_mva=network.branch.rating_normal_mva * scale,
        rating_emergency_mva=network.branch.rating_emergency_mva * scale,
        rating_short_time_mva=network.branch.rating_short_time_mva * scale,
    )
    return year_case(inputs.file.study, 2028, network, inputs.series)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> YearCase:
    return case_of(tmp_path_factory.mktemp("all") / "study.yaml")


def capacities(case: YearCase, workers: int = 1) -> list[BusCapacity]:
    with Farm(workers) as farm:
        return bus_capacities(case, case.network.bus.id, MOST_MW, farm=farm, progress=lambda _: None)


@pytest.fixture(scope="module")
def found(case: YearCase) -> list[BusCapacity]:
    return capacities(case)


@pytest.fixture(autouse=True)
def no_cost_beside_mw(monkeypatch: pytest.MonkeyPatch) -> None:
    """``hosting_year`` gives up to 1e-4 MW away where they cost much; here nothing but MW counts."""
    usual = YearDispatch.block
    monkeypatch.setattr(YearDispatch, "block", lambda year: replace(usual(year), cost_weight_mw_per_usd=0.0))


def alone(case: YearCase, bus: str, security: str) -> np.ndarray:
    grid = case.grid((PlanPoint(id=bus, bus=case.network.bus_index(bus)),), security=security)
    raised = {key: limit for key, limit in case.raised_mw.items() if security == "n-1" or key[1] == INTACT}
    zeros = np.zeros((case.hours, 1))
    return hosting_year(grid, 0, u_mw=zeros, most_mw=MOST_MW, rows=(), raised_mw=raised).capacity_mw


def test_every_bus_takes_what_it_takes_alone(case: YearCase, found: list[BusCapacity]) -> None:
    assert len(found) == len(case.network.bus) == 73
    for answer in found:
        assert_allclose(answer.secure.capacity_mw, alone(case, answer.bus, "n-1"), atol=1e-6, err_msg=answer.bus)
        assert_allclose(answer.intact.capacity_mw, alone(case, answer.bus, "n-0"), atol=1e-6, err_msg=answer.bus)
    assert len({answer.binding for answer in found}) > 10


def test_headroom_is_that_of_the_bus_alone(case: YearCase, found: list[BusCapacity]) -> None:
    cutoff = case.study.criteria.distribution_factor_cutoff_frac
    for answer in found:
        grid = case.grid((PlanPoint(id=answer.bus, bus=case.network.bus_index(answer.bus)),))
        state = state_mw(grid, case.base_at(1))
        wanted = headroom(grid, state, 0, cutoff_frac=cutoff, most_mw=MOST_MW)
        assert answer.headroom.p_mw == pytest.approx(wanted.p_mw, abs=1e-6)


def test_workers_change_nothing(case: YearCase, found: list[BusCapacity]) -> None:
    for one, two in zip(found, capacities(case, workers=2), strict=True):
        assert (one.bus, one.binding, one.headroom) == (two.bus, two.binding, two.headroom)
        assert one.secure.capacity_mw.tobytes() == two.secure.capacity_mw.tobytes()
        assert one.intact.capacity_mw.tobytes() == two.intact.capacity_mw.tobytes()


def test_capacity_falls_by_the_load_added_at_the_bus(case: YearCase) -> None:
    """With the limits held and without the outage of the campus itself."""
    kinds = case.study.criteria.contingencies.model_copy(update={"campuses": False})
    criteria = case.study.criteria.model_copy(update={"contingencies": kinds})
    quiet = replace(case, study=case.study.model_copy(update={"criteria": criteria}))
    before = {answer.bus: answer.secure.capacity_mw for answer in capacities(quiet)}
    bus = "203"
    load = case.series.load_mw.copy()
    load[:, case.network.bus_index(bus)] += 25.0
    series = replace(case.series, load_mw=load)
    more = replace(quiet, series=series, plain=case.plain.with_series(series))
    (after,) = (answer for answer in capacities(more) if answer.bus == bus)
    assert_allclose(after.secure.capacity_mw, before[bus] - 25.0, atol=1e-6)


def test_relations_between_the_columns(found: list[BusCapacity]) -> None:
    for answer in found:
        assert (answer.secure.capacity_mw <= answer.intact.capacity_mw + 1e-6).all()
        assert answer.headroom.p_mw <= answer.secure.firm_mw + 1e-6 or answer.headroom.key is not None


def test_rules_for_violations_that_are_there_already(tmp_path: Path) -> None:
    case = case_of(tmp_path / "study.yaml", cut=CUT)
    assert case.raised_mw
    aside = case_of(tmp_path / "aside.yaml", "set_aside", CUT)
    found = capacities(case)
    rated = np.array(
        [np.any([limit[h] > _rating(case, key) + 1e-9 for key, limit in case.raised_mw.items()]) for h in range(3)]
    )
    assert rated.any()
    apart = [answer for answer in found if (answer.secure.set_aside_mw > answer.secure.capacity_mw + 1.0).any()]
    relieving = [answer for answer in found if (answer.secure.fix_first_mw[rated] > 1.0).any()]
    assert apart, "no bus shows what the rules differ in"
    for answer in [*found[::9], *apart[:4], *relieving[:3]]:
        secure = answer.secure
        assert_allclose(secure.capacity_mw, alone(case, answer.bus, "n-1"), atol=1e-6)
        assert_allclose(secure.set_aside_mw, alone(aside, answer.bus, "n-1"), atol=1e-6)
        assert (secure.fix_first_mw <= secure.capacity_mw + 1e-6).all()
        assert (secure.capacity_mw <= secure.set_aside_mw + 1e-6).all()
        assert_allclose(secure.fix_first_mw[~rated], secure.capacity_mw[~rated])
        fixed = replace(case, raised_mw={})
        assert_allclose(secure.fix_first_mw, alone(fixed, answer.bus, "n-1"), atol=1e-6)


def _rating(case: YearCase, key: tuple[int, int]) -> float:
    return float(case.plain.limits.of(case.plain.rating_of(key[1]))[key[0]])


@pytest.mark.parametrize("bus", ["203", "308"])
def test_units_left_out_lose_nothing(case: YearCase, bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taking away a unit that gives nothing where the bus is full changes nothing: all units tried give the same."""
    poi = poi_capacity(case, bus, MOST_MW)
    pruned = unit_dependence(case, {bus: poi}, keep=100)

    def every_unit(case: YearCase, _: object, tight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        at, units = np.nonzero((case.series.p_max_mw[tight] > 0) & ~case.network.generator.is_fixed)
        return tight[at], units

    monkeypatch.setattr(dependence, "_pairs_that_count", every_unit)
    full = unit_dependence(case, {bus: poi}, keep=100)
    assert pruned
    assert [unit.generator for unit in pruned] == [unit.generator for unit in full]
    assert_allclose([unit.mw_lost for unit in pruned], [unit.mw_lost for unit in full], atol=1e-6)
