"""The AC check: what fails, what is pre-existing, who is answerable, how many Mvar help, how many MW pass."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from gridplan.network.contingency import Contingency, single_outages
from gridplan.network.model import Network
from gridplan.verify.ac_certificate import AcCertificate
from gridplan.verify.ac_check import check_ac, dc_rating_factor, largest_passing_mw
from gridplan.verify.ac_hour import AcCriteria, AcHour, AcPoi
from gridplan.verify.ac_selection import outages_near
from tests.unit.verify.ac_grid import grid, rts, rts_hour, rts_peak, snapshot

FIXED = AcCriteria(is_schedule_free=False)


def supply(load: tuple[float, float] = (50.0, 10.0), **branch: Sequence[float]) -> Network:
    """Strong bus A feeding B and, behind it, C over two parallel lines each."""
    return grid(
        [(0, 0), load, (0, 0)],
        [(0, 1, 0.1), (0, 1, 0.1), (1, 2, 0.1), (1, 2, 0.1)],
        [(0, 2000, 2000)],
        **branch,
    )


def run(
    network: Network,
    campuses_mw: dict[str, float],
    outages: Sequence[Contingency] = (),
    criteria: AcCriteria = FIXED,
    *,
    has_base: bool = True,
) -> AcCertificate:
    """One hour with campuses named by their bus, lagging at power factor 0.95."""
    pois = [AcPoi(campus=f"at {bus}", bus=network.bus_index(bus), power_factor=0.95) for bus in campuses_mw]
    p_campus = np.array(list(campuses_mw.values()))
    native = network.bus.p_load_mw.sum()
    hour = AcHour(
        label="peak",
        time=17,
        injections=snapshot(network, [native + p_campus.sum()]),
        base=snapshot(network, [native]) if has_base else None,
        p_campus_mw=p_campus,
    )
    return check_ac(network, [hour], pois, outages, criteria)


def found(certificate: AcCertificate) -> list[tuple[str, str, str, bool]]:
    return [(v.outage, v.kind, v.place, v.is_counted) for v in certificate.violations]


def test_a_small_campus_passes_everywhere() -> None:
    network = supply()
    certificate = run(network, {"C": 20.0}, single_outages(network, units=False, campus_ids=["at C"]))
    assert certificate.is_passed
    assert certificate.verdicts[0].text == "AC passes in all 6 cases"
    assert [case.outage for case in certificate.cases] == ["intact", "L1", "L2", "L3", "L4", "campus at C"]
    assert certificate.cases[0].campus_q_mvar[0] == pytest.approx(20 * np.tan(np.arccos(0.95)))


def test_a_large_campus_fails_with_bus_value_limit_and_outage_in_words() -> None:
    certificate = run(supply(), {"C": 220.0}, [Contingency(id="L1", branches=(0,))], replace(FIXED, step_max_pu=1.0))
    assert not certificate.is_passed
    assert ("L1", "voltage_low", "C", True) in found(certificate)
    text = certificate.verdicts[0].text
    assert text.startswith("AC fails: bus C at 0.")
    assert "below 0.90 pu under loss of L1, peak; 2 of 2 cases fail" in text


def test_the_shunt_that_is_said_to_help_does_help() -> None:
    network = supply()
    certificate = run(network, {"C": 220.0}, [Contingency(id="L1", branches=(0,))], replace(FIXED, step_max_pu=1.0))
    for case in certificate.cases:
        shunt = case.shunt_needed_mvar[0]
        assert shunt > 0
        helped = replace(network, bus=replace(network.bus, bs_mvar=np.array([0.0, 0.0, shunt])))
        again = run(helped, {"C": 220.0}, [Contingency(id="L1", branches=(0,))])
        repeated = next(other for other in again.cases if other.outage == case.outage)
        assert repeated.poi_vm_pu[0] == pytest.approx(0.95 if case.outage == "intact" else 0.90, abs=1e-6)


def test_a_case_without_solution_is_a_failed_check_with_the_mvar_that_would_cure_it() -> None:
    certificate = run(supply(), {"C": 330.0}, [Contingency(id="L1", branches=(0,))])
    case = certificate.cases[1]
    assert not case.is_converged
    assert "does not converge" in case.reason
    assert case.shunt_needed_mvar[0] > 100
    assert any(v.kind == "no_convergence" and v.is_counted for v in certificate.violations)
    assert "no AC solution" in certificate.verdicts[0].text
    assert json.loads(json.dumps(certificate.to_json(), allow_nan=False))["n_not_converged"] == 1


@pytest.mark.parametrize(
    ("rule", "campus_mw", "is_passed"),
    [
        ("no_worsening", 0.5, True),
        ("no_worsening", 40.0, False),
        ("set_aside", 40.0, True),
        ("fix_first", 0.5, False),
    ],
)
def test_a_violation_that_was_there_before(rule: str, campus_mw: float, is_passed: bool) -> None:
    network = supply(load=(100.0, 100.0))
    criteria = replace(FIXED, pre_existing=rule)
    certificate = run(network, {"B": campus_mw}, (), criteria)
    assert {v.place for v in certificate.violations} == {"B", "C"}
    assert certificate.is_passed == is_passed
    assert all(v.base_value is not None for v in certificate.violations)
    assert len(certificate.to_json()["violations_pre_existing"]) == (2 if is_passed else 0)


def test_without_a_base_every_violation_counts() -> None:
    network = supply(load=(100.0, 100.0))
    assert not run(network, {"B": 0.5}, has_base=False).is_passed


def test_a_loading_is_mva_against_normal_before_and_emergency_after() -> None:
    network = supply(rating_normal_mva=[90] * 4, rating_emergency_mva=[120] * 4)
    criteria = replace(FIXED, step_max_pu=1.0)
    certificate = run(network, {"B": 120.0}, [Contingency(id="L1", branches=(0,))], criteria)
    loadings = {case.outage: (case.loading_max_branch, case.loading_max_percent) for case in certificate.cases}
    assert loadings["intact"][1] > 100
    assert loadings["L1"] == ("L2", pytest.approx(loadings["intact"][1] * 2 * 90 / 120, rel=0.05))
    assert ("L1", "branch_loading", "L2", True) in found(certificate)


def test_a_step_belongs_to_the_poi_where_it_happens() -> None:
    network = supply()
    criteria = replace(FIXED, after_outage_pu=(0.5, 1.5), intact_pu=(0.5, 1.5), step_max_pu=0.02)
    certificate = run(network, {"B": 40.0, "C": 90.0}, [Contingency(id="L3", branches=(2,))], criteria)
    assert found(certificate) == [("L3", "voltage_step", "C", True)]
    assert certificate.violations[0].campuses == ("at C",)
    assert certificate.cases[1].poi_step_pu[1] == pytest.approx(certificate.violations[0].value)
    assert [verdict.is_passed for verdict in certificate.verdicts] == [True, False]


def test_only_the_campus_that_causes_a_violation_answers_for_it() -> None:
    network = grid([(0, 0)] * 3, [(0, 1, 0.1), (0, 2, 0.1)], [(0, 2000, 2000)])
    certificate = run(network, {"B": 250.0, "C": 20.0})
    assert {v.place for v in certificate.violations} == {"B"}
    assert {v.campuses for v in certificate.violations} == {("at B",)}
    assert [verdict.is_passed for verdict in certificate.verdicts] == [False, True]


def test_two_campuses_that_fail_only_together_both_answer() -> None:
    network = supply()
    assert run(network, {"C": 90.0}).is_passed
    assert not run(network, {"B": 100.0, "C": 90.0}).is_passed
    assert run(network, {"B": 100.0, "C": 90.0}).violations[0].campuses == ("at B", "at C")


def test_the_outage_of_the_campus_itself_takes_its_load_away() -> None:
    network = supply()
    certificate = run(network, {"C": 90.0}, [Contingency(id="campus at C", campuses=(0,))])
    intact, after = certificate.cases
    assert after.campus_q_mvar[0] == 0
    assert after.poi_step_pu[0] == pytest.approx(after.poi_vm_pu[0] - intact.poi_vm_pu[0])
    assert after.slack_mw == pytest.approx(intact.slack_mw - 90.0, abs=1.0)


def test_a_poi_cut_off_by_an_outage_is_said_and_not_a_voltage_violation() -> None:
    network = grid([(0, 0), (50, 10), (0, 0)], [(0, 1, 0.05), (1, 2, 0.05)], [(0, 2000, 2000)])
    certificate = run(network, {"C": 50.0}, [Contingency(id="L2", branches=(1,))])
    assert certificate.is_passed
    assert certificate.cases[1].is_supply_lost == (True,)


def test_load_that_contains_losses_meets_the_dispatch() -> None:
    network = supply(r_pu=[0.02] * 4)
    twice = run(network, {"C": 50.0}).cases[0]
    once = run(network, {"C": 50.0}, (), replace(FIXED, is_loss_in_load=True)).cases[0]
    assert twice.slack_mw > 1.0
    assert abs(once.slack_mw) < 0.01


def test_rating_factor_is_what_mvar_leave_on_loaded_branches() -> None:
    s_from = np.array([[80 + 60j, 10 + 60j], [60 + 80j, 0j]])
    factor = dc_rating_factor(s_from, -s_from, np.array([100.0, 100.0]))
    np.testing.assert_allclose(factor, [0.6, 1.0])
    assert dc_rating_factor(s_from, -s_from, np.array([np.inf, 50.0])).tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("limit_mw", "upper_mw", "step_mw", "expected"),
    [(400.0, 250.0, 50.0, 250.0), (130.0, 250.0, 50.0, 100.0), (20.0, 250.0, 50.0, 0.0), (249.0, 250.0, 60.0, 240.0)],
)
def test_largest_passing_mw(limit_mw: float, upper_mw: float, step_mw: float, expected: float) -> None:
    tried: list[float] = []

    def is_passing(mw: float) -> bool:
        tried.append(mw)
        return mw <= limit_mw

    assert largest_passing_mw(is_passing, upper_mw, step_mw) == expected
    assert expected in (0.0, *tried)
    assert len(tried) <= 5


def test_largest_passing_mw_of_a_real_check_lies_at_the_limit() -> None:
    network = supply()
    outages = [Contingency(id="L1", branches=(0,))]
    largest = largest_passing_mw(lambda mw: run(network, {"C": mw}, outages).is_passed, 300.0, 5.0)
    assert 0 < largest < 300
    assert run(network, {"C": largest}, outages).is_passed
    assert not run(network, {"C": largest + 5}, outages).is_passed


def test_rts_peak_hour_says_who_helps_at_zero_output() -> None:
    network, _ = rts()
    poi = AcPoi(campus="mesa", bus=network.bus_index("113"), power_factor=0.98)
    hour = rts_hour(rts_peak())
    asked = AcHour(label="peak load", time=rts_peak(), injections=hour, base=hour, p_campus_mw=np.array([0.0]))
    near = outages_near(network, poi.bus, single_outages(network, campus_ids=["mesa"]), [poi.bus])
    certificate = check_ac(network, [asked], [poi], near, AcCriteria(is_loss_in_load=True))
    assert certificate.is_passed
    assert certificate.n_outages == len(near)
    assert certificate.zero_output_support_mvar
    document = json.loads(json.dumps(certificate.to_json(), allow_nan=False))
    assert document["n_cases"] == len(near) + 1
    assert 0.3 < document["dc_rating_factor"]["C10"] < 0.95
