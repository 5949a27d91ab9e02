"""Terms and result schema: one row per name, every dim explained, one spelling for labels."""

from __future__ import annotations

import pytest

from gridplan import solution
from gridplan.terms import DIMS, TERMS, netcdf_attrs, term


def test_every_term_has_one_row() -> None:
    names = [row.name for row in TERMS]
    assert len(names) == len(set(names))


def test_every_dim_is_explained() -> None:
    assert {dim for row in TERMS for dim in row.dims} <= {name for name, _ in DIMS}


def test_name_carries_its_unit() -> None:
    suffixes = {"MW": "_mw", "MWh": "_mwh", "USD": "_usd", "USD/MWh": "_usd_per_mwh", "rad": "_rad", "1": "_frac"}
    for row in TERMS:
        if row.unit in suffixes:
            assert row.name.endswith(suffixes[row.unit]), row.name


def test_attributes_of_a_variable_are_its_row() -> None:
    assert netcdf_attrs("p_branch_mw") == {
        "units": "MW",
        "sign": "+ from -> to",
        "long_name": "flow of the intact network",
    }


def test_unknown_term_offers_the_nearest_names() -> None:
    with pytest.raises(KeyError, match="p_branch_mw"):
        term("p_branch_mv")


def test_plan_fields_are_named_once() -> None:
    paths = [field.path for field in solution.PLAN_FIELDS]
    assert len(paths) == len(set(paths))


@pytest.mark.parametrize(("contract_mw", "threshold_mw"), [(0.0, 1.0), (200.0, 1.0), (400.0, 2.0)])
def test_an_hour_counts_above_1_mw_or_half_a_percent(contract_mw: float, threshold_mw: float) -> None:
    assert solution.counted_threshold_mw(contract_mw) == pytest.approx(threshold_mw)


def test_labels_have_one_spelling() -> None:
    assert solution.contingency_label("branch", "A27") == "branch:A27"
    assert solution.member_label("mesa", solution.STORAGE_MEMBER) == "mesa:storage"
    assert solution.schedule_file(2027) == "schedule_2027.nc"
