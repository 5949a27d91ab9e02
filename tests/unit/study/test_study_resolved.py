"""The resolved study, the defaults it used, and the JSON schema for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gridplan.study.defaults import DEFAULTS
from gridplan.study.read import load_study_text, read_study
from gridplan.study.resolved import defaults_used, resolved
from gridplan.study.schema_json import study_json_schema

FULL = Path(__file__).with_name("full_study.yaml")
HEAD = "schema_version: 1\nname: t\nnetwork: rts_gmlc\ntimezone: America/Phoenix\nyears: [2027]\n"
LIMIT = "criteria: {load_loss: {limit_mw: 2.6 GW}}\n"
TWO = """campuses:
  - {id: a, poi: 107, contract_mw: 50, workloads: {shares: {batch: 0.85, relaxed: 0.15}}}
  - {id: b, poi: 113, contract_mw: 50, block_mw: 25, storage: {p_mw: 1, e_mwh: 4}}
"""


def test_resolved_study_is_json_and_reads_as_the_same_study() -> None:
    for read in (read_study(FULL), load_study_text(HEAD + TWO)):
        text = json.dumps(resolved(read.study))
        again = load_study_text(text)
        assert again.study == read.study
        assert again.study.digest == read.study.digest


def test_resolved_study_holds_every_default() -> None:
    values = resolved(load_study_text(HEAD + TWO).study)
    assert values["prices"]["unserved_usd_per_mwh"] == 10_000
    assert values["campuses"][1]["storage"]["efficiency_roundtrip_frac"] == 0.86
    assert values["hours"] == "all"


def test_defaults_used_name_their_campuses() -> None:
    used = {entry.row.key: entry.owners for entry in defaults_used(load_study_text(HEAD + TWO))}
    assert used["campuses.block_mw"] == ("a",)
    assert used["campuses.workloads.shares.batch"] == ("b",)
    assert used["campuses.workloads.load_factor"] == ("a", "b")
    assert used["campuses.storage.efficiency_roundtrip_frac"] == ("b",)
    assert used["criteria.security"] == ()
    assert "reinforcements.life_years" not in used


METERED = """campuses:
  - id: a
    poi: 107
    contract_mw: 50
    workloads:
      shares: {interactive: 0.4, batch: 0.6}
      measured: {FORM}
"""
PROFILE = "{file: m.csv, column: p, timezone: UTC, stamp: hour_beginning, unit: MW, scaling: clip, resample: mean}"


@pytest.mark.parametrize(
    ("form", "idle"),
    [
        (PROFILE, {"load_factor", "shape"}),
        (f"{{interactive: {PROFILE}}}", {"shape"}),
        (f"{{batch: {PROFILE}}}", set()),
        (f"{{interactive: {PROFILE}, batch: {PROFILE}}}", {"load_factor", "shape"}),
    ],
)
def test_metered_study_reads_back_and_rests_on_no_model_that_is_metered(form: str, idle: set[str]) -> None:
    study = load_study_text(HEAD + METERED.replace("{FORM}", form)).study
    assert load_study_text(json.dumps(resolved(study))).study == study
    used = {entry.row.key: entry.owners for entry in defaults_used(study)}
    assert used["campuses.workloads.measured.time_format"] == ("a",)
    assert "campuses.workloads.measured.resample" not in used
    assert {key for key in ("load_factor", "shape") if f"campuses.workloads.{key}" not in used} == idle


def test_a_given_value_is_no_default_even_where_it_is_equal() -> None:
    text = HEAD + "criteria: {security: n-1}\nhours: all\n"
    keys = {entry.row.key for entry in defaults_used(load_study_text(text))}
    assert not {"criteria.security", "hours"} & keys
    assert "criteria.dc_rating_factor" in keys


def test_share_that_rides_through_matters_only_under_a_limit_of_load_loss() -> None:
    limited = {e.row.key: e.owners for e in defaults_used(load_study_text(HEAD + LIMIT + TWO))}
    plain = {e.row.key for e in defaults_used(load_study_text(HEAD + TWO))}
    assert limited["campuses.ride_through_frac"] == ("a", "b")
    assert limited["criteria.load_loss.voltage_trip_pu"] == ()
    assert "criteria.load_loss.x_subtransient_pu.hydro" in limited
    assert not [key for key in plain if "load_loss." in key or "ride_through" in key]


def test_rows_come_in_the_order_of_the_table() -> None:
    order = [row.key for row in DEFAULTS]
    keys = [entry.row.key for entry in defaults_used(load_study_text(HEAD + TWO))]
    assert keys == sorted(keys, key=order.index)


def properties(part: str = "") -> dict[str, Any]:
    schema = study_json_schema()
    found: dict[str, Any] = (schema["$defs"][part] if part else schema)["properties"]
    return found


def test_schema_tells_an_editor_units_defaults_and_sources() -> None:
    factor = properties("Criteria")["dc_rating_factor"]
    assert (factor["default"], factor["exclusiveMinimum"], factor["maximum"]) == (0.95, 0, 1)
    assert "Default is derived: leaves" in factor["description"]
    assert properties("Reinforcement")["capital_cost_musd"]["description"] == "capital cost [million USD]"
    assert properties("Service")["curtailment_mode"]["enum"] == ["preventive", "post_contingency"]


def test_schema_takes_the_forms_the_reader_takes() -> None:
    number, text = properties("Campus")["block_mw"]["anyOf"]
    assert (number["type"], text["type"]) == ("number", "string")
    assert "GW" in text["pattern"]
    assert {form["type"] for form in properties("Campus")["poi"]["anyOf"]} == {"string", "integer", "array"}
    assert {form.get("type") for form in properties("Campus")["contract_mw"]["oneOf"]} == {None, "object"}


def test_schema_is_closed_and_every_property_has_words() -> None:
    schema = study_json_schema()
    assert schema["$schema"].startswith("http://json-schema.org/draft-07")
    for part in (schema, *schema["$defs"].values()):
        assert part["additionalProperties"] is False
        assert all("description" in facts or "$ref" in facts for facts in part["properties"].values())
