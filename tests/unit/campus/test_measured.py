"""Metered profiles of campuses: scaled to the contract, clipped with a finding, or refused; never two of these."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridplan.campus.build import build_campuses
from gridplan.campus.model import Campuses
from gridplan.errors import Finding, InputError
from gridplan.inputs import read_inputs
from gridplan.series.model import CampusProfile
from gridplan.study.schema import Study

HOURS = np.datetime64("2020-01-01T07:00:00") + np.arange(24) * np.timedelta64(3600, "s")
METER_MW = np.array([40.0, 60.0, 80.0, 100.0, 120.0, 90.0] * 4)
SHARES = {"interactive": 0.25, "batch": 0.75}
STUDY = """schema_version: 1
name: Metered
network: rts_gmlc
timezone: America/Phoenix
years: [2028]
base_case: {load_growth_frac_per_year: 0.0, committed_loads: []}
criteria: {load_basis: modelled}
campuses:
  - id: mesa
    poi: [107]
    contract_mw: 100
    workloads:
      measured: {file: meter.csv, column: p, timezone: America/Phoenix, stamp: hour_beginning, unit: MW, scaling: clip}
"""


def built(
    scaling: str, contract_mw: Any = 100, connected_mw: float = 100.0, *, load_basis: str = "modelled", hours: int = 24
) -> Campuses:
    measured = {"file": "f", "column": "p", "timezone": "UTC", "stamp": "hour_beginning", "unit": "MW"}
    campus = {"id": "mesa", "poi": [107], "contract_mw": contract_mw}
    study = Study.model_validate(
        {
            "schema_version": 1,
            "name": "metered",
            "network": "rts_gmlc",
            "timezone": "America/Phoenix",
            "years": [2027],
            "criteria": {"load_basis": load_basis},
            "campuses": [{**campus, "workloads": {"shares": SHARES, "measured": {**measured, "scaling": scaling}}}],
        }
    )
    profile = CampusProfile(campus="mesa", p_mw=METER_MW[:hours], peak_mw=120.0)
    return build_campuses(study, 2027, {"mesa": connected_mw}, HOURS[:hours], [profile])


def told(campuses: Campuses) -> list[tuple[str, str]]:
    return [(finding.code, finding.severity) for finding in campuses.findings]


def test_scaled_profile_has_its_largest_hour_at_the_contract() -> None:
    campuses = built("scale_to_contract")
    total_mw = campuses.baseline_mw[0].sum(axis=0)
    assert total_mw == pytest.approx(METER_MW * 100 / 120)
    assert campuses.baseline_mw[0, 0] == pytest.approx(total_mw * 0.25)
    assert told(campuses) == [("GP-CAM-003", "note")]
    assert "scaled by 0.8333" in campuses.findings[0].message


def test_scale_is_that_of_the_whole_file_whatever_is_studied() -> None:
    assert built("scale_to_contract", hours=3).baseline_mw[0].sum(axis=0) == pytest.approx([40 / 1.2, 50, 80 / 1.2])


def test_clipped_profile_is_cut_with_hours_and_energy() -> None:
    campuses = built("clip")
    assert campuses.baseline_mw[0].sum(axis=0) == pytest.approx(np.minimum(METER_MW, 100))
    assert told(campuses) == [("GP-CAM-003", "warning")]
    assert "in 4 hours, 80.0 MWh" in campuses.findings[0].message


def test_profile_as_measured_is_the_meter() -> None:
    campuses = built("as_measured", 150, 150.0)
    assert campuses.baseline_mw[0].sum(axis=0) == pytest.approx(METER_MW)
    assert campuses.findings == ()


def test_profile_as_measured_above_the_contract_is_refused() -> None:
    with pytest.raises(InputError) as error:
        built("as_measured")
    (found,) = error.value.findings
    assert (found.code, found.place.key) == ("GP-CAM-003", "campuses.0.workloads.measured")
    assert "reaches 120.0 MW, above the contract of 100.0 MW, in 4 hours (80.0 MWh)" in found.message
    assert "clip" in found.remedy


@pytest.mark.parametrize(("scaling", "contract_mw"), [("as_measured", 150), ("scale_to_contract", 100), ("clip", 100)])
def test_part_of_the_contract_has_that_part_of_the_profile(scaling: str, contract_mw: float) -> None:
    whole, half = (built(scaling, contract_mw, contract_mw * part).baseline_mw for part in (1.0, 0.5))
    assert half == pytest.approx(whole / 2)


def test_contract_of_the_year_is_what_counts() -> None:
    assert built("clip", {2026: 60, 2030: 100}, 60.0).baseline_mw[0].sum(axis=0) == pytest.approx(
        np.minimum(METER_MW, 60)
    )
    assert built("clip", {2030: 100}, 0.0).baseline_mw.max() == 0


def test_contract_basis_does_not_follow_the_meter() -> None:
    assert built("clip", load_basis="contract").baseline_mw[0].sum(axis=0) == pytest.approx(np.full(24, 100.0))


def study_with(folder: Path, rows: list[str], *changes: tuple[str, str]) -> Path:
    text = STUDY
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "meter.csv").write_text("\n".join(["time,p,q", *rows]) + "\n")
    (folder / "study.yaml").write_text(text)
    return folder / "study.yaml"


def year(scale: float = 1.0) -> list[str]:
    local = np.datetime64("2020-01-01T00:00", "m") + np.arange(8784) * np.timedelta64(60, "m")
    return [f"{when},{METER_MW[k % 24] * scale},1" for k, when in enumerate(local)]


def refused(path: Path) -> list[Finding]:
    with pytest.raises(InputError) as error:
        read_inputs(path)
    return [finding for finding in error.value.findings if finding.severity == "error"]


def test_profile_of_a_file_stands_on_the_hours_of_the_grid(tmp_path: Path) -> None:
    inputs = read_inputs(study_with(tmp_path, year()))
    (profile,) = inputs.series.measured
    assert (profile.campus, profile.peak_mw) == ("mesa", 120.0)
    np.testing.assert_array_equal(profile.p_mw, np.tile(METER_MW, 366))
    np.testing.assert_array_equal(inputs.series.hours(slice(2, 5)).measured[0].p_mw, METER_MW[2:5])
    assert tmp_path / "meter.csv" in inputs.files


def test_kw_file_is_refused_with_the_ratio(tmp_path: Path) -> None:
    (found,) = refused(study_with(tmp_path, year(1000.0)))
    assert (found.code, found.place.file, found.place.line) == ("GP-VAL-003", tmp_path / "meter.csv", 6)
    assert "unit: kW (120 MW)" in found.remedy
    inputs = read_inputs(study_with(tmp_path, year(1000.0), ("unit: MW", "unit: kW")))
    assert inputs.series.measured[0].peak_mw == pytest.approx(120)


def test_other_year_needs_its_rules(tmp_path: Path) -> None:
    rows = [row.replace("2020-", "2019-") for row in year() if not row.startswith("2020-02-29")]
    (found,) = refused(study_with(tmp_path, rows))
    assert (found.code, "holds 2019 (8,760 hours), the weather year is 2020" in found.message) == ("GP-TIM-003", True)
    (found,) = refused(study_with(tmp_path, rows, ("scaling: clip", "scaling: clip, other_year: by_calendar")))
    assert (found.code, "leap_day: repeat_28_feb" in found.remedy) == ("GP-TIM-003", True)
    said = ("scaling: clip", "scaling: clip, other_year: by_calendar, leap_day: repeat_28_feb")
    assert len(read_inputs(study_with(tmp_path, rows, said)).series.measured[0].p_mw) == 8784


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (("column: p", "column: power"), "GP-TAB-001", "no column 'power'"),
        (("scaling: clip", "scaling: as_measured"), "GP-CAM-003", "above the contract"),
        (("scaling: clip", "scaling: half"), "GP-STU-002", "'half'"),
        ((", scaling: clip", ""), "GP-STU-001", "'scaling' is missing"),
        (("meter.csv", "../meter.csv"), "GP-SEC-001", "leads out"),
        (("hour_beginning", "hour_ending"), "GP-TIM-003", "holds 2019"),
        (("timezone: America/Phoenix, stamp", "timezone: America/Denver, stamp"), "GP-TIM-001", "does not exist"),
    ],
)
def test_wrong_profile_is_refused(tmp_path: Path, change: tuple[str, str], code: str, words: str) -> None:
    found = refused(study_with(tmp_path, year(), change))
    assert any(f.code == code and words in f.message and f.remedy and f.place.file for f in found), found
