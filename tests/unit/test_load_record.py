"""The record of load models: its numbers agree with each other and with the load behind them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gridplan.campus.drivers.parameter import fixed
from gridplan.campus.drivers.table import PARAMETERS
from gridplan.campus.in_force import parameters_in_force
from gridplan.campus.modelled import central_load
from gridplan.campus_loads import YearModel, year_ensemble
from gridplan.load_record import load_record
from gridplan.solution import WORKLOADS
from gridplan.study.schema import Study
from tests.property.modelled_campuses import CHAT, TRAINING, hours, sized

STUDY = Study.model_validate(
    {
        "schema_version": 1,
        "name": "Record",
        "network": "rts_gmlc",
        "timezone": "America/Phoenix",
        "years": [2028],
        "uncertainty": {"samples": 8, "trajectories": 3},
        "base_case": {"load_growth_frac_per_year": 0.0, "committed_loads": []},
        "campuses": [
            {"id": "mesa", "poi": [107], "contract_mw": 100, "workloads": {"preset": CHAT}},
            {"id": "copper", "poi": [113], "contract_mw": 130, "workloads": {"preset": TRAINING}},
        ],
    }
)


def year_model(count: int) -> YearModel:
    of = hours(count)
    campuses = (sized("mesa", CHAT, of), sized("copper", TRAINING, of, contract_mw=130.0))
    return YearModel(hours=of, campuses=campuses, temperature={"mesa": "file", "copper": "file"})


@pytest.fixture(scope="module", params=[5, 168, 500])
def recorded(request: pytest.FixtureRequest) -> tuple[YearModel, dict[str, Any]]:
    year = year_model(request.param)
    return year, load_record(STUDY, year, year_ensemble(STUDY, year))


def test_record_is_json(recorded: tuple[YearModel, dict[str, Any]]) -> None:
    assert json.loads(json.dumps(recorded[1], allow_nan=False)) == recorded[1]


def test_means_of_stages_workloads_and_curve_are_the_mean(recorded: tuple[YearModel, dict[str, Any]]) -> None:
    year, record = recorded
    for sized_campus, row in zip(year.campuses, record["campuses"], strict=True):
        central = central_load(sized_campus, year.hours).p_mw[:, 0].sum(axis=0)
        assert row["mean_mw"] == pytest.approx(central.mean(), rel=1e-12)
        assert row["peak_mw"] == pytest.approx(central.max(), rel=1e-12)
        assert sum(row["stages_mw"].values()) == pytest.approx(row["mean_mw"], rel=1e-9)
        assert sum(w["mean_mw"] for w in row["workloads"]) == pytest.approx(row["mean_mw"], rel=1e-9)
        assert sum(w["share_frac"] for w in row["workloads"]) == pytest.approx(1.0, rel=1e-9)
        assert row["energy_mwh"] == pytest.approx(row["mean_mw"] * len(year.hours))
        assert row["load_factor"] == pytest.approx(row["mean_mw"] / row["peak_mw"])
        assert row["peak_mw"] <= row["contract_mw"] * (1 + 1e-9)


def test_week_holds_the_peak_and_its_classes_sum_to_it(recorded: tuple[YearModel, dict[str, Any]]) -> None:
    year, record = recorded
    count = min(168, len(year.hours))
    for row in record["campuses"]:
        week = row["week"]
        assert set(week["class_mw"]) == set(WORKLOADS)
        assert all(len(values) == count for values in week["class_mw"].values())
        total = np.sum([values for values in week["class_mw"].values()], axis=0)
        assert total.max() == pytest.approx(row["peak_mw"], abs=1e-5)
        for name in ("low_mw", "middle_mw", "high_mw"):
            assert len(week[name]) == count
        assert (np.array(week["low_mw"]) <= np.array(week["high_mw"]) + 1e-6).all()
        begin = np.datetime64(week["first_utc"], "s")
        assert begin in year.hours.time_utc
        assert begin + np.timedelta64(count - 1, "h") <= year.hours.time_utc[-1]


def test_duration_curve_falls_from_peak_to_least(recorded: tuple[YearModel, dict[str, Any]]) -> None:
    year, record = recorded
    for sized_campus, row in zip(year.campuses, record["campuses"], strict=True):
        central = central_load(sized_campus, year.hours).p_mw[:, 0].sum(axis=0)
        curve = row["duration"]
        assert len(curve["frac"]) == min(200, len(year.hours))
        assert {len(values) for values in curve.values()} == {len(curve["frac"])}
        assert curve["central_mw"][0] == pytest.approx(central.max(), abs=1e-5)
        assert curve["central_mw"][-1] == pytest.approx(central.min(), abs=1e-5)
        assert (np.diff(curve["central_mw"]) <= 1e-9).all()
        assert 0 < curve["frac"][0] < curve["frac"][-1] < 1


def test_spread_ascends_and_holds_its_scenarios(recorded: tuple[YearModel, dict[str, Any]]) -> None:
    for row in recorded[1]["campuses"]:
        assert set(row["spread"]) == {"peak_mw", "energy_mwh", "load_factor"}
        for values in row["spread"].values():
            assert len(values) == 3
            assert values == sorted(values)
        assert row["spread"]["load_factor"][-1] <= 1.0
        assert row["unserved_spread_frac"] == sorted(row["unserved_spread_frac"])
        assert len(row["unserved_spread_frac"]) == 3
    weights = [medoid["weight_frac"] for medoid in recorded[1]["medoids"]]
    assert len(weights) == 3
    assert sum(weights) == pytest.approx(1.0)


def test_users_and_work_are_those_of_the_workloads(recorded: tuple[YearModel, dict[str, Any]]) -> None:
    for row in recorded[1]["campuses"]:
        counts = row["counts"]
        of = [w for w in row["workloads"] if "concurrent_users" in w]
        assert counts["concurrent_users"] == pytest.approx(sum(w["concurrent_users"] for w in of))
        assert counts["calls_per_h"] == pytest.approx(sum(w["calls_per_h"] for w in of))
        accelerators = sum(w.get("accelerators", 0.0) for w in row["workloads"])
        found = counts["inference_accelerators"] + counts["training_accelerators"]
        assert found == pytest.approx(accelerators)
        joules = sum(w["calls_per_h"] * w["j_per_call"] for w in of) / 3.6e9
        assert 0 < joules <= row["stages_mw"]["accelerator_active"] * 1.0001


def test_users_are_those_of_the_studied_year() -> None:
    """Two years of 50 % growth: requests of a user in an hour stay what they are."""
    year = year_model(24)
    chat = year.campuses[0]
    grown = tuple(
        fixed(p, 0.5, source="test", status="choice") if p.key == "demand.growth_per_year" else p
        for p in chat.model.parameters
    )
    campus = replace(chat, model=replace(chat.model, parameters=grown))
    counts = [load_record(STUDY, replace(year, campuses=(c,)), None)["campuses"][0]["counts"] for c in (chat, campus)]
    assert counts[1]["concurrent_users"] == pytest.approx(1.5**2 * counts[0]["concurrent_users"])
    each = [row["tasks_per_h"] / row["concurrent_users"] for row in counts]
    assert each[0] == pytest.approx(each[1])


def test_without_scenarios_there_is_no_band_and_no_spread() -> None:
    year = year_model(48)
    record = load_record(STUDY, year, None)
    assert (record["samples"], record["medoids"]) == (0, [])
    for row in record["campuses"]:
        assert (row["spread"], row["unserved_spread_frac"]) == ({}, [])
        assert "low_mw" not in row["week"]
        assert "low_mw" not in row["duration"]


def test_parameters_in_force_are_those_whose_change_moves_the_load() -> None:
    year = year_model(24)
    chat, training = (set(p.key for p in parameters_in_force(campus)) for campus in year.campuses)
    assert {"chat.input_tokens", "energy.trend_per_year", "facility.liquid.fan_frac"} <= chat
    assert not {key for key in chat if key.startswith(("train.", "cluster.", "video_generation.", "facility.air."))}
    assert {"train.node_power_frac", "cluster.mean_over_rating", "finetune.runs_per_month"} <= training
    assert chat | training <= {p.key for p in PARAMETERS}
