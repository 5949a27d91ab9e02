"""Rules on random garbage: findings, never exceptions; what passes them can be built, or is refused by name."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.errors import Finding, InputError
from gridplan.findings import CATALOGUE
from gridplan.network.build import build_network
from gridplan.network.case import (
    BUS_KINDS,
    TABLES,
    CaseBranches,
    CaseBuses,
    CaseDcLines,
    CaseGenerators,
    CaseLoads,
    CaseShunts,
    CaseStorages,
    GridCase,
)
from gridplan.network.cost import CostCurve
from gridplan.network.policy import Policy
from gridplan.network.rules import RULES, check_case
from tests.unit.network.small_case import small_case

TYPES = {
    "bus": CaseBuses,
    "load": CaseLoads,
    "shunt": CaseShunts,
    "generator": CaseGenerators,
    "branch": CaseBranches,
    "dc_line": CaseDcLines,
    "storage": CaseStorages,
}
NUMBERS = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 0.1, 100.0, 1e-9, 1e300, -1e300, np.nan, np.inf, -np.inf]),
    st.floats(allow_nan=True, allow_infinity=True),
)
BUS_IDS = st.sampled_from(["1", "2", "3", "4", "", "99", "ä 7"])
CURVES = st.one_of(
    st.none(),
    st.builds(CostCurve, kind=st.just("polynomial"), coefficients=st.lists(NUMBERS, max_size=6).map(tuple)),
    st.builds(
        CostCurve, kind=st.just("piecewise"), points=st.lists(st.tuples(NUMBERS, NUMBERS), max_size=4).map(tuple)
    ),
)
POLICIES = st.builds(
    Policy,
    unrated=st.sampled_from(["ignore", "error", "derive"]),
    islands=st.sampled_from(["error", "main"]),
    merge_zero_impedance=st.booleans(),
    accept_odd_units=st.booleans(),
)


def column(draw: st.DrawFn, name: str, kind: str, size: int) -> Any:
    if kind == "FloatArray":
        return np.array(draw(st.lists(NUMBERS, min_size=size, max_size=size)), dtype=np.float64)
    if kind == "BoolArray":
        return np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)), dtype=bool)
    choices = CURVES if name == "cost" else st.sampled_from(BUS_KINDS) if name == "kind" else BUS_IDS
    return tuple(draw(st.lists(choices, min_size=size, max_size=size)))


@st.composite
def garbage(draw: st.DrawFn) -> GridCase:
    tables = {}
    for table, kind in TYPES.items():
        size = draw(st.integers(0, 4))
        tables[table] = kind(**{c.name: column(draw, c.name, str(c.type), size) for c in fields(kind)})
    return GridCase(name="garbage", base_mva=draw(NUMBERS), **tables)


@st.composite
def nearly_sound(draw: st.DrawFn) -> GridCase:
    """The small case with one to three cells replaced by anything."""
    case = small_case()
    for _ in range(draw(st.integers(1, 3))):
        table = draw(st.sampled_from([name for name in TABLES if len(getattr(case, name))]))
        elements = getattr(case, table)
        name = draw(st.sampled_from([c.name for c in fields(elements)]))
        row = draw(st.integers(0, len(elements) - 1))
        values = getattr(elements, name)
        if isinstance(values, tuple):
            changed: Any = (*values[:row], column(draw, name, "Labels", 1)[0], *values[row + 1 :])
        else:
            changed = values.copy()
            changed[row] = draw(st.booleans() if values.dtype == bool else NUMBERS)
        case = replace(case, **{table: replace(elements, **{name: changed})})
    return case


def assert_findings_and_no_exception(case: GridCase, policy: Policy) -> None:
    findings = check_case(case, policy)
    for finding in findings:
        assert finding.severity in CATALOGUE[finding.code].severities
        assert finding.message
        assert finding.remedy
        assert finding.render()
    is_sound = not any(finding.severity == "error" for finding in findings)
    refused: tuple[Finding, ...] = ()
    try:
        built = build_network(case, policy)
    except InputError as error:
        refused = error.findings
    if refused:
        assert not is_sound or any(f.severity == "error" and f.code == "GP-TOP-007" for f in refused)
        return
    assert is_sound
    assert np.isfinite(built.network.bus.p_load_mw).all()
    assert (built.network.branch.rating_normal_mva > 0).all()
    assert np.isfinite(built.network.generator.block_width_mw).all()


@settings(max_examples=60, deadline=None)
@given(case=garbage(), policy=POLICIES)
def test_garbage_is_judged(case: GridCase, policy: Policy) -> None:
    assert_findings_and_no_exception(case, policy)


@settings(max_examples=200, deadline=None)
@given(case=nearly_sound(), policy=POLICIES)
def test_a_case_with_a_few_odd_cells_is_refused_or_built(case: GridCase, policy: Policy) -> None:
    assert_findings_and_no_exception(case, policy)


@pytest.mark.slow
@settings(max_examples=20_000, deadline=None)
@given(case=st.one_of(garbage(), nearly_sound()), policy=POLICIES)
def test_much_garbage_is_judged(case: GridCase, policy: Policy) -> None:
    assert_findings_and_no_exception(case, policy)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_says_its_code_first(rule: Any) -> None:
    words = (rule.__doc__ or "").split()
    assert words
    assert words[0].rstrip(":,") in CATALOGUE


def test_numbers_out_of_service_are_never_judged() -> None:
    """GP-OOS-001: absurd numbers in elements out of service change no finding."""
    case = small_case()
    before = check_case(case)
    for table in ("load", "generator", "branch"):
        elements = getattr(case, table)
        off = ~elements.in_service
        assert off.any()
        for c in fields(elements):
            values = getattr(elements, c.name)
            if isinstance(values, np.ndarray) and values.dtype == np.float64:
                for absurd in (np.nan, -np.inf, -1e9, 1e9):
                    damaged = replace(elements, **{c.name: np.where(off, absurd, values)})
                    assert check_case(replace(case, **{table: damaged})) == before, (table, c.name, absurd)
