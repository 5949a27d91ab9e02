"""What a planner reads when a metered profile is wrong, word for word: code, place, value and way out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import h5netcdf
import numpy as np
import pytest
from click.testing import CliRunner

from gridplan.campus.build import build_campuses
from gridplan.cli.main import cli
from gridplan.errors import EXIT_INPUT, InputError
from gridplan.series.from_files import Setting, read_measured
from gridplan.study.read import load_study_text
from tests.corpus.damage import GOOD, lay_out
from tests.corpus.measured_profiles import CHAT, METER, SHARES

ZONE = "America/Chicago"
STUDY = """\
schema_version: 1
name: Metered
network: north
timezone: America/Chicago
years: [2028]
base_case: {load_growth_frac_per_year: 0.0, committed_loads: []}
criteria: {load_basis: modelled}
campuses:
  - id: mesa
    poi: [107]
    contract_mw: 100
    workloads:
      shares: {interactive: 0.4, pretrain: 0.6}
      measured:
        interactive: {PROFILE}
"""
PROFILE = "{file: meter.csv, column: chat, timezone: UTC, stamp: hour_beginning, unit: MW, scaling: as_measured}"
KEY = "campuses.0.workloads.measured.interactive"


def hours(year: int, step_min: int = 60) -> list[datetime]:
    """Beginnings of the steps of a calendar year of the zone."""
    begin, end = (datetime(y, 1, 1, tzinfo=ZoneInfo(ZONE)).astimezone(UTC) for y in (year, year + 1))
    return [begin + timedelta(minutes=step_min) * k for k in range(int((end - begin) / timedelta(minutes=step_min)))]


GRID = np.array([np.datetime64(when.replace(tzinfo=None), "s") for when in hours(2020)])
STAMPS = [f"{when:%Y-%m-%dT%H:%M}Z" for when in hours(2020)]
LOCAL = [f"{when.astimezone(ZoneInfo(ZONE)):%Y-%m-%dT%H:%M}" for when in hours(2020)]


def meter(folder: Path, stamps: list[str], odd: dict[int, str] | None = None, even: str = "30") -> None:
    """File of a meter with an odd value in some rows."""
    rows = (f"{stamp},{(odd or {}).get(k, even)}" for k, stamp in enumerate(stamps))
    (folder / "meter.csv").write_text("\n".join(["time,chat", *rows]) + "\n")


def message(folder: Path, *changes: tuple[str, str], shares: str = "0.4") -> str:
    """Text shown for the study with changes of its profile, made sure to be changes."""
    profile = PROFILE
    for old, new in changes:
        assert old in profile
        profile = profile.replace(old, new, 1)
    text = STUDY.replace("PROFILE", profile[1:-1]).replace("0.4", shares)
    try:
        study = load_study_text(text, file=Path("north.yaml")).study
        profiles, _ = read_measured(study.campuses, GRID, Setting(folder=folder, timezone=ZONE, weather_year=2020))
        build_campuses(study, 2028, {"mesa": 100.0}, GRID, profiles)
    except InputError as error:
        return str(error).replace(f"{folder}/", "")
    return ""


def test_the_meter_without_a_change_is_sound(tmp_path: Path) -> None:
    meter(tmp_path, STAMPS)
    assert message(tmp_path) == ""


def test_time_zone_missing(tmp_path: Path) -> None:
    assert message(tmp_path, ("timezone: UTC, ", "")) == (
        "error[GP-STU-001]: key 'timezone' is missing\n"
        f"  --> north.yaml:15:9 {KEY}.timezone\n"
        "  do: add 'timezone': IANA zone of the stamps, UTC, or offset_in_stamps"
    )


def test_8760_rows_for_a_leap_year(tmp_path: Path) -> None:
    meter(tmp_path, [stamp for stamp in STAMPS if "-02-29T" not in stamp])
    assert message(tmp_path) == (
        "error[GP-TIM-003]: 29 February is missing: expected 2020-02-29T00:00Z, found 2020-03-01T00:00Z\n"
        "  --> meter.csv:1412:1 time\n"
        "  do: give its 24 hours, or write leap_day: repeat_28_feb"
    )
    meter(tmp_path, STAMPS[:8760])
    assert message(tmp_path) == (
        "error[GP-TIM-003]: meter.csv has 8,760 hours from 2020-01-01T06:00Z to 2020-12-31T05:00Z, the load of the "
        "grid has 8,784 hours from 2020-01-01T06:00Z to 2021-01-01T05:00Z: the hours must be the same\n"
        "  --> meter.csv\n"
        "  do: give all series on the same hours; 24 are missing here, the first is 2020-12-31T06:00Z (2020 is a leap "
        "year)"
    )


def test_leap_day_of_stamps_in_utc_is_repeated_where_that_is_said(tmp_path: Path) -> None:
    meter(tmp_path, [stamp for stamp in STAMPS if "-02-29T" not in stamp])
    assert message(tmp_path, ("scaling", "leap_day: repeat_28_feb, scaling")) == ""


def test_another_year_and_its_leap_day_at_once(tmp_path: Path) -> None:
    meter(tmp_path, [f"{when:%Y-%m-%dT%H:%M}Z" for when in hours(2019)])
    assert message(tmp_path) == (
        "error[GP-TIM-003]: the file holds 2019 (8,760 hours), the weather year is 2020\n"
        "  --> meter.csv time\n"
        "  do: give the file of that year, or write other_year: by_calendar to move it by date and clock, with "
        "leap_day: repeat_28_feb"
    )


def test_hour_that_the_clock_skips_and_the_one_it_repeats(tmp_path: Path) -> None:
    meter(tmp_path, [f"{datetime(2020, 1, 1) + timedelta(hours=k):%Y-%m-%dT%H:%M}" for k in range(8784)])
    zone = ("timezone: UTC", f"timezone: {ZONE}")
    assert message(tmp_path, zone) == (
        "error[GP-TIM-001]: local hour 2020-03-08 02:00 of time stamp '2020-03-08T02:00' does not exist: the clock of "
        "America/Chicago skips it\n"
        "  --> meter.csv:1612:1 time\n"
        "  do: check timezone: and stamp: (stamps at the end of an hour may be hour_ending); if the file keeps "
        "standard time all year, name a zone without summer time, as in Etc/GMT+6\n"
        "error[GP-TIM-001]: local hour 2020-11-01 01:00 comes twice on the clock of America/Chicago, and once in the "
        "file\n"
        "  --> meter.csv:7323:1 time\n"
        "  do: give both hours; if the file keeps standard time all year, write a zone without summer time, as in "
        "Etc/GMT+6"
    )
    meter(tmp_path, LOCAL)
    assert message(tmp_path, zone) == (
        "error[GP-TIM-001]: local hour 2020-11-01 01:00 stands twice, in lines 7322 and 7323: the clock of "
        "America/Chicago shows it twice\n"
        "  --> meter.csv:7323:1 time\n"
        "  do: write dst_duplicates: first_then_second if the rows stand in the order of time, or give offsets"
    )


def test_kw_called_mw(tmp_path: Path) -> None:
    meter(tmp_path, STAMPS, {2: "31500"}, "30000")
    assert message(tmp_path) == (
        "error[GP-VAL-003]: the measured profile of campus mesa, interactive reaches 31,500 MW, its share of the "
        "contract is 40 MW, 788 times less\n"
        "  --> meter.csv:4:1 chat\n"
        "  do: if the file is in kW, write unit: kW (31.5 MW)"
    )


def test_every_bad_cell_at_once(tmp_path: Path) -> None:
    meter(tmp_path, STAMPS, {3: "nan", 5: "offline", 7: "", 9: "12 kW"})
    assert message(tmp_path) == (
        "error[GP-VAL-001]: column chat: 'nan' stands where a number is expected\n"
        "  --> meter.csv:5:1 chat\n"
        "  do: fill the hour from another source; gridplan does not invent values\n"
        "error[GP-VAL-001]: column chat: 'offline' is not a finite number\n"
        "  --> meter.csv:7:1 chat\n"
        "  do: write a number with a decimal point\n"
        "error[GP-VAL-001]: column chat: the value is empty\n"
        "  --> meter.csv:9:1 chat\n"
        "  do: fill the hour from another source; gridplan does not invent values\n"
        "error[GP-VAL-001]: column chat: '12 kW' carries a unit\n"
        "  --> meter.csv:11:1 chat\n"
        "  do: write the number alone and say `unit:` in the study (kW)"
    )


def test_negative_power(tmp_path: Path) -> None:
    meter(tmp_path, STAMPS, {3: "-2.5"})
    assert message(tmp_path) == (
        "error[GP-VAL-002]: column chat, 2020-01-01T09:00Z: -2.5 is below 0 MW: a campus does not feed in\n"
        "  --> meter.csv:5:1 chat\n"
        "  do: correct the meter's sign; state generation and storage of their own"
    )


def test_column_misspelt(tmp_path: Path) -> None:
    meter(tmp_path, STAMPS[:3])
    assert message(tmp_path, ("chat", "chats")) == (
        "error[GP-TAB-001]: the file has no column 'chats'. Did you mean 'chat'?\n"
        "  --> meter.csv:1:1 chats\n"
        "  do: name one of time, chat"
    )


def test_quarter_hours(tmp_path: Path) -> None:
    meter(tmp_path, [f"{when:%Y-%m-%dT%H:%M}Z" for when in hours(2020, 15)])
    assert message(tmp_path) == (
        "error[GP-TIM-002]: the step is 15 min, not one hour\n"
        "  --> meter.csv:2:1\n"
        "  do: write resample: mean to average each hour, or give hourly values"
    )
    assert message(tmp_path, ("scaling", "resample: mean, scaling")) == ""


def test_class_without_a_share(tmp_path: Path) -> None:
    assert message(tmp_path, shares="0.0, batch: 0.4") == (
        "error[GP-CAM-003]: campus mesa: interactive has a measured profile and share 0, so it may ask for no MW\n"
        f"  --> north.yaml:15:9 {KEY}\n"
        "  do: give workloads.shares.interactive its share of the contract, or delete the profile"
    )


def test_class_above_its_share(tmp_path: Path) -> None:
    meter(tmp_path, STAMPS, {3: "42.5"})
    assert message(tmp_path) == (
        "error[GP-CAM-003]: campus mesa, interactive: the measured profile reaches 42.5 MW, above 40.0 MW, its share "
        "0.4 of the contract of 100.0 MW, in 1 hour (2.5 MWh)\n"
        f"  --> study {KEY}\n"
        "  do: write scaling: clip or scale_to_contract, or raise the contract or shares.interactive"
    )


def test_profile_of_campus_and_class_in_one() -> None:
    text = STUDY.replace("interactive: {PROFILE}", f"file: meter.csv\n        interactive: {PROFILE}")
    with pytest.raises(InputError) as caught:
        load_study_text(text, file=Path("north.yaml"))
    assert str(caught.value) == (
        "error[GP-YML-001]: file stands beside classes: measured is one profile of the campus, or one for each class\n"
        "  --> north.yaml:14:7 campuses.0.workloads.measured\n"
        "  do: write all keys of a profile below its class, or leave the classes out"
    )


def test_load_model_beside_a_profile() -> None:
    text = STUDY.replace("PROFILE", PROFILE[1:-1]).replace("      measured:", "      shape: flat\n      measured:")
    (told,) = load_study_text(text, file=Path("north.yaml")).findings
    assert told.render() == (
        "warning[GP-STU-009]: campus mesa: shape has no effect beside a measured profile: interactive, relaxed have "
        "one of their own, or no share\n"
        "  --> north.yaml:14:7 campuses.0.workloads.shape\n"
        "  do: delete shape, or the measured profile"
    )


def test_netcdf_without_units_of_time(tmp_path: Path) -> None:
    with h5netcdf.File(tmp_path / "meter.nc", "w") as data:
        data.dimensions = {"time": 3}
        data.create_variable("time", ("time",), float, data=[0, 1, 2])
        data.create_variable("chat", ("time",), float, data=[1, 2, 3])
    assert message(tmp_path, ("meter.csv", "meter.nc")) == (
        "error[GP-TIM-002]: time has no units\n"
        "  --> meter.nc\n"
        "  do: write units such as 'hours since 2020-01-01 00:00:00'"
    )


def test_faults_of_all_profiles_are_shown_at_once(tmp_path: Path) -> None:
    """Two classes of two files, and a fault both share that is told once."""
    lay_out(tmp_path)
    (tmp_path / "meter.csv").write_text(METER.replace("T05:00", "T04:00"))
    (tmp_path / "other.csv").write_text(METER.replace(",3.5", ",-3.5", 1).replace(",3.5", ",x", 1))
    train = CHAT.replace("chat", "train")
    profiles = f"{{interactive: {CHAT}, batch: {train}, pretrain: {train.replace('meter', 'other')}}}"
    text = (GOOD / "two_campuses.yaml").read_text().replace(SHARES, f"{SHARES}      measured: {profiles}\n")
    (tmp_path / "two_campuses.yaml").write_text(text)
    shown = CliRunner().invoke(cli, ["validate", str(tmp_path / "two_campuses.yaml"), "--json"])
    assert shown.exit_code == EXIT_INPUT
    errors = [finding for finding in json.loads(shown.stdout)["findings"] if finding["severity"] == "error"]
    assert [(f["code"], Path(f["file"]).name, f["line"]) for f in errors] == [
        ("GP-TIM-002", "meter.csv", 7),
        ("GP-TIM-002", "meter.csv", 8),
        ("GP-VAL-001", "other.csv", 3),
    ]
