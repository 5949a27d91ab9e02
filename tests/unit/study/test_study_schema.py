"""The Study tree: values, units in text, digest, contract by year, and the one table of defaults."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticUndefined

from gridplan.study.defaults import DEFAULTS, Status, default_row, has_default_row
from gridplan.study.fields import choices, nested_model, walk_fields
from gridplan.study.quantity import parse_quantity
from gridplan.study.read import load_study_text, read_study
from gridplan.study.schema import Campus, Study

FULL = Path(__file__).with_name("full_study.yaml")


def minimal(**changes: Any) -> dict[str, Any]:
    study = {"schema_version": 1, "name": "t", "network": "rts_gmlc", "timezone": "America/Phoenix", "years": [2027]}
    return {**study, **changes}


def campus(**changes: Any) -> Campus:
    return Campus.model_validate({"id": "mesa", "poi": [107], "contract_mw": 400, **changes})


def test_full_study_is_read_value_by_value() -> None:
    study = read_study(FULL).study
    mesa, tempe = study.campuses
    assert mesa.poi == ("107", "113", "A_BUS")
    assert tempe.poi == ("118",)
    assert (tempe.name, mesa.name) == ("tempe", "Mesa campus")
    assert mesa.contract_mw == {2027: 150.0, 2029: 400.0}
    assert mesa.storage is not None
    assert mesa.storage.e_mwh == 400.0
    assert mesa.workloads.jobs[0].energy_mwh == 2000.0
    assert mesa.workloads.jobs[0].release == datetime(2020, 3, 1)
    assert mesa.workloads.shares.values() == (0.0, 0.0, 0.4, 0.0, 0.6)
    assert mesa.workloads.flexibility.deadline_h.values() == (0, 0, 12, 72, 24)
    assert study.criteria.reserve_mw == 400.0
    assert study.reinforcements[0].earliest_in_service == date(2029, 6, 1)
    assert study.hour_slice(8784) == slice(0, 8784)


def test_contract_of_a_year_is_the_latest_given_value() -> None:
    stepped = campus(contract_mw={2027: 150, 2029: 400})
    assert [stepped.contract_mw_in(year) for year in (2026, 2027, 2028, 2029, 2040)] == [0, 150, 150, 400, 400]
    assert campus().contract_mw_in(1999) == 400
    assert stepped.largest_contract_mw == 400


def test_load_scale_compounds_from_the_reference_year() -> None:
    study = Study.model_validate(minimal(base_case={"load_growth_frac_per_year": 0.02, "reference_year": 2025}))
    assert study.base_case.load_scale(2027) == pytest.approx(1.02**2)
    assert Study.model_validate(minimal()).base_case.load_scale(2040) == 1.0


def test_hours_are_all_or_a_range() -> None:
    part = Study.model_validate(minimal(hours={"first": 24, "count": 336}))
    assert part.hour_slice(8784) == slice(24, 360)
    assert Study.model_validate(minimal()).hour_slice(8784) == slice(0, 8784)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("350 MW", "MW", 350.0),
        ("350MW", "MW", 350.0),
        ("1.5 GW", "MW", 1500.0),
        ("250 kW", "MW", 0.25),
        ("2 GWh", "MWh", 2000.0),
        ("7e2", "MW", 700.0),
        (12, "", 12.0),
    ],
)
def test_quantities_are_read_in_the_unit_of_the_field(text: object, unit: str, value: float) -> None:
    assert parse_quantity(text, unit) == pytest.approx(value)


def test_a_study_is_frozen_and_closed() -> None:
    study = Study.model_validate(minimal())
    with pytest.raises(ValidationError, match="frozen"):
        study.name = "other"
    with pytest.raises(ValidationError, match="extra_forbidden"):
        Study.model_validate(minimal(extra=1))


def test_digest_ignores_the_order_of_keys_and_stated_defaults() -> None:
    one = Study.model_validate(minimal(campuses=[{"id": "a", "poi": 1, "contract_mw": {2029: 2, 2027: 1}}]))
    other = {"campuses": [{"contract_mw": {2027: 1.0, 2029: 2}, "poi": ["1"], "id": "a", "block_mw": "50 MW"}]}
    assert one.digest == Study.model_validate({**other, **minimal(hours="all")}).digest
    assert one.digest != Study.model_validate(minimal()).digest
    assert len(one.digest) == 64


def test_digest_is_the_same_after_a_round_trip_through_the_resolved_json() -> None:
    study = read_study(FULL).study
    assert load_study_text(study.model_dump_json()).study.digest == study.digest


def is_leaf(annotation: Any, value: object) -> bool:
    """Whether a default is a number, a choice or a flag (or a row of numbers)."""
    if isinstance(value, (bool, int, float)) or choices(annotation):
        return True
    if value is None:
        return bool({float, int} & set(plain_types(annotation)))
    return isinstance(value, tuple) and bool(value)


def plain_types(annotation: Any) -> list[Any]:
    """Types inside an annotation, groups of keys left out."""
    if nested_model(annotation):
        return []
    return [annotation] + [inner for part in get_args(annotation) for inner in plain_types(part)]


def test_every_default_number_or_choice_has_its_row_in_the_table() -> None:
    keys = set()
    for key, field in walk_fields(Study):
        if field.default is PydanticUndefined or not is_leaf(field.annotation, field.default):
            continue
        assert has_default_row(key), f"{key} has a default and no row in the table of defaults"
        assert default_row(key).value == field.default
        assert field.description == default_row(key).meaning
        keys.add(key)
    shape = "campuses.workloads.shape"
    assert keys | {shape} == {row.key for row in DEFAULTS}


def test_default_rows_state_source_status_and_unit() -> None:
    assert len({row.key for row in DEFAULTS}) == len(DEFAULTS)
    for row in DEFAULTS:
        assert row.source
        assert row.meaning
        assert row.status in get_args(Status)
        assert row.unit or not isinstance(row.value, float)


def test_default_prices_stand_in_order() -> None:
    prices = Study.model_validate(minimal()).prices
    assert prices.overload_usd_per_mwh > prices.unserved_usd_per_mwh
    assert prices.unserved_usd_per_mwh > max(prices.computing_value_usd_per_mwh.values())


def test_default_mix_sums_to_one() -> None:
    assert sum(campus().workloads.shares.values()) == pytest.approx(1.0)


def test_models_without_a_default_value_are_reached_by_the_walk() -> None:
    keys = dict(walk_fields(Study))
    assert "campuses.workloads.jobs.release" in keys
    assert nested_model(keys["campuses"].annotation) is Campus
