"""Metered load of one workload class: it takes the place of the model of that class and of no other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan.campus.build import build_campuses
from gridplan.campus.measured import metered_frac
from gridplan.campus.model import Campuses
from gridplan.errors import InputError
from gridplan.series.model import CampusProfile
from gridplan.solution import WORKLOADS
from gridplan.study.schema import Study

HOURS = np.datetime64("2020-01-01T07:00:00") + np.arange(24) * np.timedelta64(3600, "s")
METER_MW = np.array([10.0, 15.0, 20.0, 25.0, 30.0, 20.0] * 4)
SHARES = {"interactive": 0.25, "batch": 0.75}
FILE = {"file": "f", "column": "p", "timezone": "UTC", "stamp": "hour_beginning", "unit": "MW"}


def study_of(
    scaling: dict[str, str], contract_mw: Any = 100, shares: Any = SHARES, load_basis: str = "modelled"
) -> Study:
    measured = {workload: {**FILE, "scaling": rule} for workload, rule in scaling.items()}
    workloads = {"shares": shares, **({"measured": measured} if measured else {})}
    return Study.model_validate(
        {
            "schema_version": 1,
            "name": "metered",
            "network": "rts_gmlc",
            "timezone": "America/Phoenix",
            "years": [2027],
            "criteria": {"load_basis": load_basis},
            "campuses": [{"id": "mesa", "poi": [107], "contract_mw": contract_mw, "workloads": workloads}],
        }
    )


def built(scaling: dict[str, str], connected_mw: float = 100.0, meter_mw: Any = METER_MW, **changes: Any) -> Campuses:
    profiles = [CampusProfile(campus="mesa", workload=w, p_mw=meter_mw, peak_mw=float(max(meter_mw))) for w in scaling]
    return build_campuses(study_of(scaling, **changes), 2027, {"mesa": connected_mw}, HOURS, profiles)


def row(campuses: Campuses, workload: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    return campuses.baseline_mw[0, WORKLOADS.index(workload)]


@pytest.mark.parametrize("workload", ["interactive", "batch"])
def test_only_the_metered_class_changes(workload: str) -> None:
    metered, modelled = built({workload: "clip"}, contract_mw=200, connected_mw=200.0), built({}, 200.0)
    assert row(metered, workload) == pytest.approx(METER_MW)
    for other in set(WORKLOADS) - {workload}:
        np.testing.assert_array_equal(row(metered, other), row(modelled, other))


def test_scaled_class_peaks_at_its_share_of_the_contract() -> None:
    campuses = built({"batch": "scale_to_contract"})
    assert row(campuses, "batch") == pytest.approx(METER_MW * 75 / 30)
    (note,) = (finding for finding in campuses.findings if finding.code == "GP-CAM-003")
    assert (note.code, note.severity, note.place.key) == (
        "GP-CAM-003",
        "note",
        "campuses.0.workloads.measured.batch",
    )
    assert "mesa, batch: the measured profile is scaled by 2.5" in note.message
    assert "becomes 75.0 MW, its share 0.75 of the contract of 100.0 MW" in note.message


def test_class_is_cut_at_its_share_and_not_at_the_contract() -> None:
    campuses = built({"interactive": "clip"})
    assert row(campuses, "interactive") == pytest.approx(np.minimum(METER_MW, 25))
    (told,) = (finding for finding in campuses.findings if finding.code == "GP-CAM-003")
    assert (told.severity, "in 4 hours, 20.0 MWh" in told.message) == ("warning", True)


def test_class_as_measured_above_its_share_is_refused_at_its_key() -> None:
    with pytest.raises(InputError) as error:
        built({"interactive": "as_measured", "batch": "as_measured"})
    (found,) = error.value.findings
    assert found.place.key == "campuses.0.workloads.measured.interactive"
    assert "reaches 30.0 MW, above 25.0 MW, its share 0.25 of the contract of 100.0 MW, in 4 hours (20.0 MWh)" in (
        found.message
    )
    assert "shares.interactive" in found.remedy


@given(
    st.lists(st.floats(0.01, 500), min_size=24, max_size=24),
    st.sampled_from(["clip", "scale_to_contract"]),
    st.floats(0.05, 0.95),
    st.floats(0.1, 1.0),
)
def test_part_of_the_contract_has_that_part_and_never_more(
    meter: list[float], rule: str, share_frac: float, part: float
) -> None:
    said: dict[str, Any] = {"meter_mw": np.array(meter), "shares": {"batch": share_frac, "pretrain": 1 - share_frac}}
    whole, built_part = built({"batch": rule}, **said), built({"batch": rule}, 100.0 * part, **said)
    assert row(built_part, "batch") == pytest.approx(part * row(whole, "batch"))
    assert row(whole, "batch").max() <= 100 * share_frac * (1 + 1e-9)
    # What the meter says below the limit is the MW of the meter, or in proportion to it.
    limit_mw = 100 * share_frac
    wanted = np.minimum(meter, limit_mw) if rule == "clip" else np.array(meter) * limit_mw / max(meter)
    assert row(whole, "batch") == pytest.approx(wanted)


def test_whole_campus_is_its_classes_with_the_same_meter() -> None:
    """One meter for the campus, scaled, is that meter scaled to each class's share."""
    by_class = built(dict.fromkeys(SHARES, "scale_to_contract"))
    measured = {**FILE, "scaling": "scale_to_contract"}
    plain = study_of({}).model_dump(mode="json")
    plain["campuses"][0]["workloads"]["measured"] = measured
    profile = CampusProfile(campus="mesa", p_mw=METER_MW, peak_mw=30.0)
    whole = build_campuses(Study.model_validate(plain), 2027, {"mesa": 100.0}, HOURS, [profile])
    np.testing.assert_allclose(whole.baseline_mw, by_class.baseline_mw, rtol=1e-14)


def test_nothing_is_asked_for_or_told_before_the_contract_begins() -> None:
    for rule in ("clip", "as_measured", "scale_to_contract"):
        campuses = built({"batch": rule}, 0.0, contract_mw={2030: 100})
        assert (campuses.baseline_mw.max(), campuses.findings) == (0.0, ())


def test_contract_basis_follows_no_meter() -> None:
    assert row(built({"batch": "clip"}, load_basis="contract"), "batch") == pytest.approx(np.full(24, 75.0))


def test_profile_that_is_not_given_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="campus mesa batch is not given"):
        build_campuses(study_of({"batch": "clip"}), 2027, {"mesa": 100.0}, HOURS, [])


def test_share_of_a_driver_pack_is_what_a_class_may_ask_for() -> None:
    """Shares come from the caller: a class that its pack does not have is refused, whatever the study's mix says."""
    campus = study_of({"batch": "clip"}).campuses[0]
    profile = CampusProfile(campus="mesa", workload="batch", p_mw=METER_MW, peak_mw=30.0)
    frac, _ = metered_frac(campus, 0, 100.0, {"batch": 0.5}, {"batch": profile})
    assert frac["batch"] * 50.0 == pytest.approx(METER_MW)
    _, (found,) = metered_frac(campus, 0, 100.0, {"batch": 0.0}, {"batch": profile})
    assert (found.code, found.severity, "share 0" in found.message) == ("GP-CAM-003", "error", True)
