"""Demand by year against its closed forms; programs beside people; work that is done elsewhere."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from gridplan.campus.drivers.draws import Draws, base_draws
from gridplan.campus.drivers.table import PARAMETERS, find_parameter
from gridplan.campus.services import find_service
from gridplan.campus.token_energy import latency_factor, trend_factor
from gridplan.campus.workloads.demand import growth_factor, traffic_factor, with_programs_rel
from gridplan.campus.workloads.inference import energy_view_mw, inference_load
from gridplan.errors import InputError
from tests.unit.campus.small_campus import CAMPUS, model_of, small

CHAT, AGENT, VIDEO = (find_service(name) for name in ("chat", "agent", "video_generation"))


def draws_of(**values: float) -> Draws:
    """Central values with some of them changed; ``a__b`` is ``a.b``."""
    changed = {key.replace("__", "."): np.array([value]) for key, value in values.items()}
    return Draws({**base_draws(PARAMETERS), **changed})


def growth(years: int, service: Any = CHAT, **values: float) -> float:
    return float(growth_factor(service, draws_of(**values), years)[0])


def test_demand_stays_where_nothing_is_said() -> None:
    assert [growth(years) for years in (-2, 0, 1, 30)] == [1.0, 1.0, 1.0, 1.0]


def test_steady_growth() -> None:
    assert growth(3, demand__growth_per_year=0.5) == pytest.approx(1.5**3)
    assert growth(-1, demand__growth_per_year=0.25) == pytest.approx(0.8)


def test_adoption_begins_at_one_and_ends_at_the_saturation() -> None:
    known: dict[str, float] = {"demand__saturation": 5.0, "demand__adoption_rate_per_year": 0.5}
    assert growth(0, **known) == pytest.approx(1.0)
    assert growth(200, **known) == pytest.approx(5.0)
    # the logistic curve is half way where its exponential has used up the saturation
    half = math.log(4.0) / 0.5
    assert growth(2, **{**known, "demand__adoption_rate_per_year": 0.5 * half / 2}) == pytest.approx(2.5)
    assert growth(10, demand__saturation=1.0, demand__adoption_rate_per_year=2.0) == pytest.approx(1.0)


def test_rebound_of_one_spends_what_efficiency_saves() -> None:
    trends = {"energy__trend_per_year": 0.7, "energy__visual_trend_per_year": 0.9, "energy__step_gain_per_year": 0.1}
    for service, yearly in ((CHAT, 0.7), (VIDEO, 0.9)):
        assert growth(2, service, demand__rebound=1.0, **trends) == pytest.approx((yearly * 0.9) ** -2)
    model = model_of(
        {"services": [{"service": "chat", "concurrent_users": 1e6}], "campaigns": [], "finetuning": []}, {}
    )
    draws = Draws({**base_draws(model.parameters), "demand.rebound": np.array([1.0])})
    powers = [energy_view_mw(model.specs[0], draws, year)[0] for year in (2026, 2030, 2035)]
    assert powers == pytest.approx([powers[0]] * 3)


def test_growth_counts_from_the_year_of_the_pack() -> None:
    def users(reference_year: int) -> float:
        setting = {**CAMPUS, "reference_year": reference_year, "parameters": {"demand.growth_per_year": 0.5}}
        return float(small(setting).load.counts["chat"]["tasks"][0])

    assert users(2030) * 1.5**4 == pytest.approx(users(2026))


def test_expected_waits_count_from_the_year_of_the_pack() -> None:
    def mean_mw(reference_year: int) -> float:
        drift = {"parameters": {"serving.latency_drift_per_year": 0.5}}
        setting = {"reference_year": reference_year, "finetuning": [], **drift}
        return float(small({**CAMPUS, **setting}).p_mw.mean())

    assert mean_mw(2026) < mean_mw(2029) < mean_mw(2030)


def test_time_between_tokens_costs_what_was_measured() -> None:
    factors = latency_factor(np.array([1.0, 20.0, 50.0, 100.0, np.inf]))
    assert factors == pytest.approx([1 / (0.87 * 0.52)] * 2 + [1 / 0.87, 1.0, 1.0])


def test_trend_of_tokens_and_of_pictures() -> None:
    draws = draws_of(energy__trend_per_year=0.5, energy__visual_trend_per_year=0.9,
                     energy__software_drift_per_year=0.1, energy__step_gain_per_year=0.2)  # fmt: skip
    assert trend_factor(draws, "tokens", 3)[0] == pytest.approx((0.5 * 1.1 * 0.8) ** 3)
    assert trend_factor(draws, "items", 2)[0] == pytest.approx((0.9 * 1.1 * 0.8) ** 2)


def test_programs_add_even_tasks_to_those_of_people() -> None:
    people = np.array([[0.2, 1.0, 1.8]])
    together = with_programs_rel(people.copy(), np.array([4.0]))
    assert together.mean() == pytest.approx(1.0)
    assert 4.0 * together == pytest.approx(people + 3.0)  # three even tasks for each one of a person
    assert with_programs_rel(people.copy(), np.array([1.0])) == pytest.approx(people)


def test_programs_send_to_agents_alone() -> None:
    draws = draws_of(agent__traffic_factor=7.0)
    assert traffic_factor(AGENT, draws)[0] == 7.0
    assert traffic_factor(CHAT, draws)[0] == 1.0
    assert find_parameter("agent.traffic_factor").least == 1.0


def test_federated_runs_and_those_here_are_all() -> None:
    def runs(share: float) -> float:
        setting = {**CAMPUS, "parameters": {"finetune.federated_frac": share}}
        return float(small(setting).load.counts["finetune"]["runs"][0])

    assert runs(0.3) == pytest.approx(0.7 * runs(0.0))
    assert runs(1.0) == 0.0


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("agent.traffic_factor", 0.5),
        ("demand.saturation", 0.5),
        ("finetune.federated_frac", 1.5),
        ("demand.rebound", 3),
    ],
)
def test_a_pack_out_of_range_is_refused(key: str, value: float) -> None:
    with pytest.raises(InputError, match=rf"GP-CAM-014.*{key}.*the parameter runs from"):
        model_of({"parameters": {key: value}}, {})


def test_calls_without_accelerators_are_left_undone() -> None:
    """Flat demand of twice what the servers were bought for: the spares of 10 % serve 1.1 of 2."""
    chat = {"service": "chat", "concurrent_users": 1e6, "shape_local": "flat", "shape_global": "flat"}
    still = {"fleet.redundancy_frac": 0.1, "facility.auxiliary_frac": 0}
    pack = {"services": [chat], "campaigns": [], "finetuning": [], "parameters": still}
    twice = {**pack, "parameters": {**still, "serving.users_factor": 2}, "fixed_servers_of": pack}
    assert small({**CAMPUS, **pack}).load.unserved_frac[0] == pytest.approx(0.0, abs=1e-12)
    found = small({**CAMPUS, **twice})
    assert found.load.counts["chat"]["served_frac"][0] == pytest.approx(0.55)
    assert found.load.unserved_frac[0] == pytest.approx(0.45)


def test_a_study_without_accelerators_has_no_training() -> None:
    assert [spec.name for spec in model_of({}, {}).specs] == ["chat", "agent", "pretrain", "finetune"]
    assert [spec.name for spec in model_of({}, {"accelerators": 0}).specs] == ["chat", "agent"]
    assert [spec.accelerators for spec in model_of({}, {"accelerators": 3072}).specs[2:]] == [2048, 1024]


def test_own_servers_of_a_scenario_hold_its_peak() -> None:
    model = model_of({"parameters": {"agent.traffic_factor": 3}}, {})
    load = inference_load(model.specs[1], base_draws(model.parameters), small(CAMPUS).hours)
    assert load.counts["served_frac"] == pytest.approx(1.0)
