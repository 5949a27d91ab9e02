"""Verdict lines: firm only where the AC check passes, and an audit that failed is said first of all."""

from __future__ import annotations

from typing import Any

import pytest

from gridplan.summary import run_status, verdict_lines

MESA: dict[str, Any] = {
    "id": "mesa",
    "bus": "121",
    "contract_mw": 400.0,
    "firm_mw": 300.0,
    "conditional_mw": 0.0,
    "unconnected_mw": 100.0,
    "binding": "A27 after loss of A26",
    "binding_hour_local": "2020-08-26T17:00",
    "ac_passed": True,
    "ac_largest_passing_mw": None,
}


def lines(audit: str = "passed", **changes: Any) -> tuple[str, ...]:
    year = {"campuses": [{**MESA, **changes}], "reinforcements_built": ["a27"]}
    return verdict_lines({"study": "North", "audit": audit, "years": {"2028": year}})


def test_every_campus_has_a_line() -> None:
    assert lines() == (
        "North",
        "2028  mesa (400 MW asked) at 121: 300 MW firm, 100 MW not connected; "
        "limit: A27 after loss of A26, 2020-08-26 17:00",
        "2028  reinforcements: a27",
        "audit: passed",
    )


@pytest.mark.parametrize(
    ("passing_mw", "words"),
    [(250.0, "AC check passes up to 250 MW"), (0.0, "AC check fails at every size"), (None, "AC check fails,")],
)
def test_mw_that_fail_the_ac_check_are_not_called_firm(passing_mw: float | None, words: str) -> None:
    line = lines(ac_passed=False, ac_largest_passing_mw=passing_mw)[1]
    assert f"300 MW thermal (DC) only, {words}" in line
    assert "firm" not in line


def test_campus_without_connection_has_no_bus() -> None:
    changes = {"bus": None, "firm_mw": 0.0, "unconnected_mw": 400.0, "binding": "radial supply"}
    line = lines(**changes, binding_hour_local=None, ac_passed=None)[1]
    assert line == "2028  mesa (400 MW asked) not connected: 0 MW firm, 400 MW not connected; limit: radial supply"


def test_failed_audit_is_said() -> None:
    assert lines(audit="failed")[-1].startswith("audit: FAILED, do not use these results")


def test_status_is_the_weakest_of_all_problems() -> None:
    def years(*found: tuple[str, str]) -> dict[str, Any]:
        return {
            "years": {str(k): {"siting": {"status": a}, "schedule": {"status": b}} for k, (a, b) in enumerate(found)}
        }

    assert run_status(years(("nothing_to_site", "optimal"))) == "optimal"
    assert run_status(years(("optimal", "gap_reached"), ("gap_not_reached", "optimal"))) == "gap_not_reached"
