"""Rows of the parameter table against the defaults that were worked out beforehand, value by value.

The table of defaults is not part of the repository; without it the test is skipped. Where gridplan differs, the reason
stands here.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from gridplan.campus.drivers.parameter import Z_P90, Parameter
from gridplan.campus.drivers.table import PARAMETERS
from gridplan.campus.hardware import find_hardware
from gridplan.campus.shape import find_shape, week_rel
from gridplan.campus.token_energy import LN_GENERATION
from gridplan.study.defaults import default_row

Row = dict[str, str]
BY_KEY = {parameter.key: parameter for parameter in PARAMETERS}
SAME = {
    "requests_per_concurrent_user_hour": "chat.requests_per_user_h",
    "chat_input_tokens": "chat.input_tokens",
    "chat_output_tokens": "chat.output_tokens",
    "code_input_tokens": "code.input_tokens",
    "code_output_tokens": "code.output_tokens",
    "reasoning_output_tokens": "reasoning.output_tokens",
    "agent_calls_per_task": "agent.calls_per_task",
    "agent_input_tokens_per_call": "agent.input_tokens",
    "prefix_cache_hit": "chat.prefix_cache_frac",
    "reprompt_probability": "serving.reprompt_probability",
    "reprompt_cap": "serving.reprompt_cap",
    "edge_offload_share": "serving.edge_offload_frac",
    "share_small_domain_model": "serving.small_domain_frac",
    "exp_active_params": "energy.exponent_active",
    "exp_total_params": "energy.exponent_total",
    "batch_exponent": "energy.batch_exponent",
    "prefill_mfu": "energy.prefill_mfu",
    "prefill_power_fraction_of_tdp": "energy.prefill_power_frac",
    "mean_to_target_batch_ratio": "energy.batch_ratio",
    "host_overhead_on_accelerator": "fleet.host_overhead",
    "idle_reserve_on_accelerator": "fleet.idle_reserve",
    "efficiency_trend_per_year": "energy.trend_per_year",
    "image_gen_J_1024px": "image_generation.item_j",
    "video_gen_J_clip": "video_generation.item_j",
    "autoscale_fraction": "fleet.autoscale_frac",
    "active_gpu_power_exponent": "fleet.power_exponent",
    "gpu_idle_over_tdp": "fleet.idle_power_frac",
    "node_power_over_rating_busy": "train.node_power_frac",
    "network_storage_overhead": "train.network_storage_frac",
    "failures_per_gpu_hour": "train.failures_per_accelerator_h",
    "checkpoint_blocking_time": "train.checkpoint_s",
    "restart_time": "train.restart_min",
    "pue_electrical_loss": "facility.liquid.electrical_loss_frac",
    "pue_fans_pumps": "facility.liquid.fan_frac",
    "chiller_COP_35C": "facility.liquid.cop_35c",
    "utilisation_of_contracted_MW": "facility.realisation_frac",
    "in_service_delay_days": "facility.in_service_delay_days",
    "ramp_years_to_full_load": "facility.ramp_years",
}
"""Row of the defaults -> parameter with the same three points, law and status."""
ELSEWHERE = {
    "ln_J_dec_intercept": "its sd on ln J is the spread: test_spread_of_the_fit",
    "ln_B200_vs_H100": "a property of a generation: test_figures_that_are_no_parameters",
    "diurnal_code_load_factor_week": "follows from the shape: test_figures_that_are_no_parameters",
    "diurnal_conv_load_factor_week": "follows from the shape: test_figures_that_are_no_parameters",
    "server_idle_over_max": "by server, times train.idle_scale: test_figures_that_are_no_parameters",
    "economizer_full_below_C": "one row has liquid and air together; here each has its own, so that T1 < T2 always",
    "mechanical_full_above_C": "as economizer_full_below_C",
    "iteration_period": "seconds are not modelled",
    "low_phase_level": "seconds are not modelled",
    "duty_high": "seconds are not modelled",
    "smoothing_peak_reduction": "seconds are not modelled",
    "sheddable_power_3h": "limits of a class are fields of the study: campuses.workloads.flexibility.shed_frac",
    "ramp_down_to_target": "minutes: within one hour",
    "sustain_hours": "campuses.service.terms.max_event_h",
    "interactive_share_of_inference_energy": "follows from the services of a pack",
    "annual_curtailment_budget": "campuses.service.terms.max_energy_frac",
    "power_factor": "campuses.power_factor.operating: test_figures_that_are_no_parameters",
    "trip_share_in_fault_zone": "1 - campuses.ride_through_frac: test_figures_that_are_no_parameters",
    "max_simultaneous_loss_MW": "criteria.load_loss.limit_mw, the utility's number, without a default",
}
"""Row of the defaults that is no parameter of this table -> where it went, or why it is left out."""


@pytest.fixture(scope="module")
def stated() -> dict[str, Row]:
    folder = os.environ.get("GRIDPLAN_TEST_DATA")
    path = Path(folder or ".") / "tables" / "load_model_defaults.csv"
    if not folder or not path.is_file():
        pytest.skip("GRIDPLAN_TEST_DATA is not set, or has no table of defaults")
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {row["name"]: row for row in csv.DictReader(lines)}


def points(row: Row) -> tuple[float, float, float]:
    return float(row["low"]), float(row["mode"]), float(row["high"])


def test_every_stated_row_is_a_parameter_or_accounted_for(stated: dict[str, Row]) -> None:
    assert set(stated) == set(SAME) | set(ELSEWHERE)
    assert not set(SAME) & set(ELSEWHERE)
    assert set(SAME.values()) <= set(BY_KEY)


@pytest.mark.parametrize(("name", "key"), SAME.items())
def test_parameter_has_the_stated_points_law_and_status(stated: dict[str, Row], name: str, key: str) -> None:
    row, parameter = stated[name], BY_KEY[key]
    assert (parameter.low, parameter.mode, parameter.high) == points(row)
    assert parameter.distribution == row["distribution"]
    assert parameter.status == row["status"]


def test_spread_of_the_fit(stated: dict[str, Row]) -> None:
    row, parameter = stated["ln_J_dec_intercept"], BY_KEY["energy.ln_j_decode"]
    assert row["distribution"] == "normal sd 0.317 on ln J"
    assert parameter.mode == float(row["mode"])
    assert (parameter.high - parameter.mode) / Z_P90 == pytest.approx(0.317)
    assert (parameter.distribution, parameter.status) == ("normal", row["status"])


def test_figures_that_are_no_parameters(stated: dict[str, Row]) -> None:
    assert LN_GENERATION["b200"] == float(stated["ln_B200_vs_H100"]["mode"])
    for name, shape in (("code", "azure_code"), ("conv", "azure_conversation")):
        load_factor = float(stated[f"diurnal_{name}_load_factor_week"]["mode"])
        assert 1.0 / week_rel(find_shape(shape)).max() == pytest.approx(load_factor, abs=5e-4)
    low, mode, high = points(stated["server_idle_over_max"])
    scale: Parameter = BY_KEY["train.idle_scale"]
    assert find_hardware("h100").idle_over_rating == mode
    assert (scale.low, scale.high) == (pytest.approx(low / mode, abs=0.005), pytest.approx(high / mode, abs=0.005))
    assert default_row("campuses.power_factor.operating").value == float(stated["power_factor"]["mode"])
    tripped = float(stated["trip_share_in_fault_zone"]["mode"])
    assert default_row("campuses.ride_through_frac").value == pytest.approx(1.0 - tripped)
    liquid = [BY_KEY[f"facility.liquid.{key}"] for key in ("economizer_below_c", "mechanical_above_c")]
    air = [BY_KEY[f"facility.air.{key}"] for key in ("economizer_below_c", "mechanical_above_c")]
    for k, name in enumerate(("economizer_full_below_C", "mechanical_full_above_C")):
        low, mode, high = points(stated[name])
        assert air[k].low == low
        assert (liquid[k].mode, liquid[k].high) == (mode, high)
