from __future__ import annotations

from typing import Any

import pytest

from gridplan.batch.change import changed
from gridplan.errors import InputError

TREE: dict[str, Any] = {
    "name": "base",
    "hours": "all",
    "criteria": {"security": "n-1"},
    "prices": None,
    "years": [2027],
    "campuses": [{"id": "mesa", "contract_mw": {"2027": 150}}, {"id": "mesa.west", "contract_mw": 100}, {"id": 7}],
}


@pytest.mark.parametrize(
    ("path", "value", "wanted"),
    [
        ("name", "other", lambda t: t["name"]),
        ("criteria.security", "n-0", lambda t: t["criteria"]["security"]),
        ("base_case.load_growth_frac_per_year", 0.01, lambda t: t["base_case"]["load_growth_frac_per_year"]),
        ("prices.unserved_usd_per_mwh", 9000, lambda t: t["prices"]["unserved_usd_per_mwh"]),
        ("years", [2029, 2032], lambda t: t["years"]),
        ("campuses.mesa.contract_mw", 400, lambda t: t["campuses"][0]["contract_mw"]),
        ("campuses.mesa.contract_mw.2029", 400, lambda t: t["campuses"][0]["contract_mw"]["2029"]),
        ("campuses.mesa.west.contract_mw", 50, lambda t: t["campuses"][1]["contract_mw"]),
        ("campuses.mesa.service.terms.max_hours", 8, lambda t: t["campuses"][0]["service"]["terms"]["max_hours"]),
        ("campuses.7.contract_mw", 9, lambda t: t["campuses"][2]["contract_mw"]),
        ("campuses.mesa", {"id": "new"}, lambda t: t["campuses"][0]),
    ],
)
def test_value_stands_at_its_path(path: str, value: Any, wanted: Any) -> None:
    before = repr(TREE)
    assert wanted(changed(TREE, path, value)) == value
    assert repr(TREE) == before


def test_other_values_stay() -> None:
    result = changed(TREE, "campuses.mesa.contract_mw.2029", 400)
    assert result["campuses"][0]["contract_mw"] == {"2027": 150, "2029": 400}
    assert result["campuses"][1:] == TREE["campuses"][1:]


def test_changes_do_not_share_their_value() -> None:
    value: dict[str, Any] = {}
    changed(changed(TREE, "report", value), "report.paper", "a4")
    assert value == {}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("campuses.messa.contract_mw", r"campuses has no entry 'messa'. Did you mean 'mesa', 'mesa.west'\?"),
        ("hours.first", "hours is a plain value, nothing stands below it"),
        ("years.0", "entries of years have no id"),
    ],
)
def test_wrong_path_says_why(path: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        changed(TREE, path, 1)
