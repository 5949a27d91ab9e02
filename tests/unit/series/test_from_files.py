"""Hours of a grid from files of a study folder against the same hours of an embedded dataset, bit for bit."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import h5netcdf
import numpy as np
import pytest
import xarray as xr

from gridplan.errors import Finding, InputError
from gridplan.inputs import Inputs, input_names, read_inputs
from gridplan.network.embedded import dataset_folder
from gridplan.network.model import Network
from gridplan.pipeline import _provenance, run_study
from gridplan.series.dataset import AVAILABILITY_FILE, LOAD_FILE
from gridplan.series.model import GridSeries
from gridplan.solution import CERTIFICATE_JSON, PLAN_JSON, WORKLOADS, schedule_file

HEAD = """schema_version: 1
name: Files
network: grid
timezone: America/Phoenix
years: [2028]
base_case: {load_growth_frac_per_year: 0.0, committed_loads: []}
"""
LOAD = "  load: {file: load.csv, by: area, timezone: America/Phoenix, stamp: hour_beginning, unit: MW}\n"
UNITS = "  availability:\n    - {file: units.csv, by: generator, timezone: UTC, stamp: hour_ending, unit: MW}\n"
SERIES = f"series:\n{LOAD}{UNITS}"
Study = Callable[[str], Inputs]
Refused = Callable[[str], tuple[Finding, ...]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Study folder: the dataset without its hourly files, and two weeks of these as CSV files with stamps."""
    return study_folder(tmp_path_factory.mktemp("study"), 336)


def study_folder(folder: Path, hours: int) -> Path:
    shutil.copytree(dataset_folder("rts_gmlc"), folder / "grid")
    local = np.datetime64("2020-01-01T00:00", "m") + np.arange(8784) * np.timedelta64(60, "m")
    ends = local + np.timedelta64(8 * 60, "m")
    for source, target, stamps in ((LOAD_FILE, "load.csv", local), (AVAILABILITY_FILE, "units.csv", ends)):
        head, *rows = gzip.decompress((folder / "grid" / source).read_bytes()).decode().splitlines()
        lines = [f"when,{head}", *(f"{when},{row}" for when, row in zip(stamps[:hours], rows, strict=False))]
        (folder / target).write_text("\n".join(lines) + "\n")
        (folder / "grid" / source).unlink()
    return folder


@pytest.fixture(scope="module")
def rts_weeks(rts_series: GridSeries) -> GridSeries:
    return rts_series.hours(slice(0, 336))


@pytest.fixture(scope="module")
def read(folder: Path) -> Study:
    def read(text: str) -> Inputs:
        (folder / "study.yaml").write_text(HEAD + text)
        return read_inputs(folder / "study.yaml")

    return read


@pytest.fixture(scope="module")
def refused(folder: Path) -> Refused:
    def read(text: str) -> tuple[Finding, ...]:
        (folder / "study.yaml").write_text(HEAD + text)
        with pytest.raises(InputError) as error:
            read_inputs(folder / "study.yaml")
        assert all(finding.place.file for finding in error.value.findings)
        return tuple(finding for finding in error.value.findings if finding.severity == "error")

    return read


def columns_of(
    folder: Path, name: str, columns: list[int], target: str, shown: Callable[[list[str]], list[str]] | None = None
) -> None:
    rows = [line.split(",") for line in (folder / name).read_text().splitlines()]
    out = [[row[0], *(row[c] for c in columns)] for row in rows]
    if shown:
        out = [out[0], *(shown(row) for row in out[1:])]
    (folder / target).write_text("\n".join(",".join(row) for row in out) + "\n")


def test_files_give_the_series_of_the_dataset_bit_for_bit(tmp_path: Path, rts_series: GridSeries) -> None:
    (study_folder(tmp_path, 8784) / "study.yaml").write_text(HEAD + SERIES)
    inputs = read_inputs(tmp_path / "study.yaml")
    assert inputs.findings == ()
    assert inputs.series.timezone == rts_series.timezone
    for name in ("time_utc", "load_mw", "p_max_mw", "p_min_mw"):
        assert getattr(inputs.series, name).tobytes() == getattr(rts_series, name).tobytes(), name


def test_files_are_hashed_into_the_manifest(read: Study, folder: Path) -> None:
    inputs = _provenance(read(SERIES))["inputs"]
    for file in ("load.csv", "units.csv"):
        assert inputs[file] == hashlib.sha256((folder / file).read_bytes()).hexdigest()


def test_kw_with_its_unit_is_the_same_load(read: Study, folder: Path, rts_weeks: GridSeries) -> None:
    def kilo(row: list[str]) -> list[str]:
        return [row[0], *(repr(float(value) * 1000) for value in row[1:])]

    columns_of(folder, "load.csv", [1, 2, 3], "kw.csv", kilo)
    inputs = read(SERIES.replace("load.csv", "kw.csv").replace("unit: MW}\n  avail", "unit: kW}\n  avail"))
    assert inputs.series.load_mw == pytest.approx(rts_weeks.load_mw, rel=1e-12)


def test_kw_without_its_unit_is_refused_with_the_ratio(refused: Refused, folder: Path) -> None:
    columns_of(folder, "load.csv", [1, 2, 3], "kw.csv", lambda row: [row[0], *(f"{float(v) * 1000}" for v in row[1:])])
    (found,) = refused(SERIES.replace("load.csv", "kw.csv"))
    assert (found.code, found.place.file) == ("GP-VAL-003", folder / "kw.csv")
    assert found.place.line > 1
    assert "unit: kW (" in found.remedy


def test_system_load_is_shared_by_bus_load(read: Study, folder: Path, rts: Network, rts_weeks: GridSeries) -> None:
    def total(row: list[str]) -> list[str]:
        return [row[0], repr(sum(float(value) for value in row[1:]))]

    columns_of(folder, "load.csv", [1, 2, 3], "total.csv", total)
    (folder / "total.csv").write_text((folder / "total.csv").read_text().replace("when,1,2,3", "when,p"))
    inputs = read(SERIES.replace("load.csv, by: area", "total.csv, by: system"))
    share = rts.bus.p_load_mw / rts.bus.p_load_mw.sum()
    wanted = np.outer(rts_weeks.load_mw.sum(axis=1), share)
    assert inputs.series.load_mw == pytest.approx(wanted, rel=1e-9)


def test_load_by_bus_stands_at_the_bus(read: Study, folder: Path, rts: Network, rts_weeks: GridSeries) -> None:
    with_load = [b for b, mw in enumerate(rts.bus.p_load_mw) if mw > 0]
    times = np.datetime64("2020-01-01T07:00", "m") + np.arange(336) * np.timedelta64(60, "m")
    head = ",".join(["time", *(rts.bus.id[b] for b in reversed(with_load))])
    rows = zip(times, rts_weeks.load_mw[:, with_load[::-1]].tolist(), strict=True)
    (folder / "bus.csv").write_text("\n".join([head, *(f"{t},{','.join(map(repr, row))}" for t, row in rows)]))
    load = LOAD.replace("load.csv, by: area, timezone: America/Phoenix", "bus.csv, by: bus, timezone: UTC")
    inputs = read(f"series:\n{load}{UNITS}")
    np.testing.assert_array_equal(inputs.series.load_mw, rts_weeks.load_mw)


def test_share_of_capability_is_mw_over_p_max(read: Study, folder: Path, rts: Network, rts_weeks: GridSeries) -> None:
    names = (folder / "units.csv").read_text().split("\n", 1)[0].split(",")[1:]
    at = [rts.generator.id.index(name) for name in names]
    p_max_mw = rts.generator.p_max_mw[at]

    def share(row: list[str]) -> list[str]:
        return [row[0], *(repr(float(v) / mw) for v, mw in zip(row[1:], p_max_mw.tolist(), strict=True))]

    columns_of(folder, "units.csv", list(range(1, len(names) + 1)), "frac.csv", share)
    inputs = read(SERIES.replace("units.csv", "frac.csv").replace("hour_ending, unit: MW", "hour_ending, unit: frac"))
    assert inputs.series.p_max_mw == pytest.approx(rts_weeks.p_max_mw, rel=1e-12, abs=1e-12)


def test_columns_name_elements_of_the_network(read: Study, folder: Path, rts_weeks: GridSeries) -> None:
    text = (folder / "load.csv").read_text().replace("when,1,2,3", "when,North,South,West")
    (folder / "named.csv").write_text(text)
    load = LOAD.replace("load.csv", "named.csv").replace("unit: MW", "unit: MW, columns: {1: North, 2: South, 3: West}")
    np.testing.assert_array_equal(read(f"series:\n{load}{UNITS}").series.load_mw, rts_weeks.load_mw)


def test_temperature_is_kept_by_region_in_degc(read: Study, folder: Path) -> None:
    columns_of(folder, "load.csv", [1, 2], "warm.csv", lambda row: [row[0], "50", "86"])
    warm = "  temperature: {file: warm.csv, by: area, timezone: America/Phoenix, stamp: hour_beginning, unit: degF}\n"
    kept = read(SERIES + warm).series.hours(slice(10, 20)).temperature_degc
    assert kept is not None
    assert kept.names == ("1", "2")
    assert kept.values.shape == (10, 2)
    assert kept.values == pytest.approx(np.tile([10.0, 30.0], (10, 1)))


def test_wind_and_sun_without_hours_are_warned_about(read: Study) -> None:
    (found,) = [f for f in read(f"series:\n{LOAD}").findings if f.code != "GP-TIM-003"]
    assert (found.code, found.place.key) == ("GP-TIM-006", "series.availability")
    assert "wind and solar units" in found.message


def lines_but(folder: Path, source: str, target: str, drop: Callable[[list[str]], list[str]]) -> None:
    (folder / target).write_text("\n".join(drop((folder / source).read_text().splitlines())) + "\n")


def test_other_hours_are_refused_with_both_ranges(refused: Refused, folder: Path) -> None:
    lines_but(folder, "units.csv", "short.csv", lambda lines: lines[:-24])
    (found,) = refused(SERIES.replace("units.csv", "short.csv"))
    assert (found.code, found.place.file) == ("GP-TIM-003", folder / "short.csv")
    for words in ("312 hours from 2020-01-01T07:00Z to 2020-01-14T06:00Z", "336 hours from 2020-01-01T07:00Z"):
        assert words in found.message


def test_part_of_a_year_is_warned_about(read: Study) -> None:
    (found,) = read(SERIES).findings
    assert (found.code, found.severity, "336 hours" in found.message) == ("GP-TIM-003", "warning", True)


def test_findings_of_all_files_come_together(refused: Refused, folder: Path) -> None:
    lines_but(folder, "load.csv", "gap.csv", lambda lines: [*lines[:100], *lines[103:]])
    lines_but(folder, "units.csv", "bad.csv", lambda lines: [lines[0], lines[1].replace("4.2", "N/A", 1), *lines[2:]])
    found = refused(SERIES.replace("load.csv", "gap.csv").replace("units.csv", "bad.csv"))
    assert [(f.code, f.place.line) for f in found] == [("GP-VAL-001", 2), ("GP-TIM-002", 101)]
    assert "gap of 3 steps of 1 h: expected 2020-01-05T10:00Z" in found[1].message


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("by: area", "by: zone", "GP-TAB-001", "has no zones"),
        ("by: area", "by: system", "GP-TAB-004", "3 columns"),
        ("by: area", "by: bus", "GP-BUS-001", "bus 1 does not exist"),
        ("unit: MW}\n  avail", "unit: MW, columns: {1: '1', 2: '2'}}\n  avail", "GP-TIM-004", "area 3 has"),
        ("unit: MW}\n  avail", "unit: MW, columns: {1: '1', 2: '2', 4: '3'}}\n  avail", "GP-TAB-001", "area 4"),
        ("load.csv", "../load.csv", "GP-SEC-001", "leads out"),
        ("load.csv", "/etc/passwd", "GP-SEC-001", "absolute"),
        ("load.csv", "lode.csv", "GP-ENC-002", "Did you mean 'load.csv'"),
        ("unit: MW}\n  avail", "unit: frac}\n  avail", "GP-STU-002", "'frac' is not one of the choices"),
        ("stamp: hour_beginning, ", "", "GP-STU-001", "key 'stamp' is missing"),
        ("timezone: America/Phoenix, ", "", "GP-STU-001", "key 'timezone' is missing"),
        ("timezone: America/Phoenix, ", "timezone: America/Fenix, ", "GP-TIM-005", "does not exist"),
    ],
)
def test_wrong_request_stands_at_its_key(refused: Refused, old: str, new: str, code: str, words: str) -> None:
    found = refused(SERIES.replace(old, new, 1))
    assert any(f.code == code and words in f.message and f.place.line > 0 and f.remedy for f in found), found


def test_link_out_of_the_folder_is_refused(refused: Refused, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("when,1,2,3\n")
    (folder / "link.csv").unlink(missing_ok=True)
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (found,) = refused(SERIES.replace("load.csv", "link.csv"))
    assert (found.code, found.place.line) == ("GP-SEC-001", 8)


def test_units_of_the_file_are_units_of_the_network(refused: Refused, folder: Path) -> None:
    def renamed(lines: list[str]) -> list[str]:
        return [lines[0].replace("122_HYDRO_1", "122_HYDRO_9"), *lines[1:]]

    lines_but(folder, "units.csv", "named_units.csv", renamed)
    (found, *_) = refused(SERIES.replace("units.csv", "named_units.csv"))
    assert (found.code, found.place.key, "Did you mean" in found.message) == ("GP-GEN-001", "122_HYDRO_9", True)


def test_availability_above_capability_names_the_worst_hour(refused: Refused, folder: Path) -> None:
    lines_but(
        folder, "units.csv", "much.csv", lambda lines: [lines[0], lines[1].replace(",4.2", ",4200", 1), *lines[2:]]
    )
    (found,) = refused(SERIES.replace("units.csv", "much.csv"))
    assert (found.code, found.place.line, found.place.key) == ("GP-LIM-004", 2, "122_HYDRO_1")
    assert "in 1 hours" in found.message


CASE = """function mpc = case4
mpc.version = '2';
mpc.baseMVA = 100;
mpc.bus = [
    1 3 0  0 0 0 1 1 0 230 1 1.1 0.9;
    2 1 90 9 0 0 1 1 0 230 1 1.1 0.9;
    3 1 30 3 0 0 2 1 0 230 1 1.1 0.9;
    4 1 60 6 0 0 2 1 0 230 2 1.1 0.9;
];
mpc.gen = [
    1 100 0 300 -300 1 100 1 250 0;
    4 50 0 300 -300 1 100 1 100 0;
];
mpc.branch = [
    1 2 0 0.1 0 250 250 250 0 0 1 -360 360;
    2 3 0 0.1 0 250 250 250 0 0 1 -360 360;
    3 4 0 0.1 0 250 250 250 0 0 1 -360 360;
    4 1 0 0.1 0 250 250 250 0 0 1 -360 360;
];
mpc.gencost = [
    2 0 0 2 10 0;
    2 0 0 2 30 0;
];
"""
FILE_STUDY = """schema_version: 1
name: File
network: north.m
timezone: America/Chicago
years: [2028]
base_case: {load_growth_frac_per_year: 0.0, committed_loads: []}
"""


@pytest.mark.parametrize(
    ("by", "head", "rows", "wanted"),
    [
        ("system", "p", ["180", "360", "90"], [[0, 90, 30, 60], [0, 180, 60, 120], [0, 45, 15, 30]]),
        ("zone", "1,2", ["120,60", "240,30", "60,0"], [[0, 90, 30, 60], [0, 180, 60, 30], [0, 45, 15, 0]]),
        ("area", "1,2", ["90,90", "45,30", "0,9"], [[0, 90, 30, 60], [0, 45, 10, 20], [0, 0, 3, 6]]),
        ("bus", "4,3,2", ["1,2,3", "4,5,6", "7,8,9"], [[0, 3, 2, 1], [0, 6, 5, 4], [0, 9, 8, 7]]),
    ],
)
def test_network_file_gets_its_hours(
    tmp_path: Path, by: str, head: str, rows: list[str], wanted: list[list[float]]
) -> None:
    (tmp_path / "north.m").write_text(CASE)
    (tmp_path / "study.yaml").write_text(FILE_STUDY)
    alone = read_inputs(tmp_path / "study.yaml").series
    assert (len(alone), alone.load_mw[0].tolist()) == (1, [0, 90, 30, 60])
    stamps = ["01/01/2020 01:00", "01/01/2020 02:00", "01/01/2020 03:00"]
    (tmp_path / "hours").mkdir()
    lines = [f"{when},{row}" for when, row in zip(stamps, rows, strict=True)]
    (tmp_path / "hours" / "load.csv").write_text("\n".join([f"hour,{head}", *lines]))
    (tmp_path / "hours" / "wind.csv").write_text(
        "t,4_1\n" + "\n".join(f"2020-01-01T{h:02d}:00Z,0.5" for h in (6, 7, 8))
    )
    said = f"by: {by}, timezone: America/Chicago, stamp: hour_ending, time_format: MM/DD/YYYY HH:MM, unit: MW"
    units = "by: generator, timezone: UTC, stamp: hour_beginning, unit: frac"
    section = (
        f"series:\n  load: {{file: hours/load.csv, {said}}}\n  availability: [{{file: hours/wind.csv, {units}}}]\n"
    )
    (tmp_path / "study.yaml").write_text(FILE_STUDY + section)
    inputs = read_inputs(tmp_path / "study.yaml")
    np.testing.assert_array_equal(inputs.series.load_mw, wanted)
    np.testing.assert_array_equal(inputs.series.p_max_mw, [[250, 50]] * 3)
    np.testing.assert_array_equal(inputs.series.p_min_mw, np.zeros((3, 2)))
    assert str(inputs.series.time_utc[0]) == "2020-01-01T06:00:00"
    assert set(input_names(inputs.files, tmp_path)) == {"north.m", "hours/load.csv", "hours/wind.csv"}


@pytest.mark.slow
def test_study_of_files_runs_to_its_report(folder: Path, tmp_path: Path) -> None:
    """Hours, metered profile and findings go all the way: plan, audit, manifest and report."""
    local = np.datetime64("2020-01-01T00:00", "m") + np.arange(336) * np.timedelta64(60, "m")
    profile = [f"{when},{60_000 + 40_000 * np.sin(k / 24 * 2 * np.pi):.1f}" for k, when in enumerate(local)]
    (folder / "meter.csv").write_text("\n".join(["time,p", *profile]))
    measured = "file: meter.csv, column: p, timezone: America/Phoenix, stamp: hour_beginning, unit: kW, scaling: clip"
    campus = f"{{id: mesa, poi: [118], contract_mw: 90, block_mw: 45, workloads: {{measured: {{{measured}}}}}}}"
    text = f"hours: {{first: 12, count: 4}}\ncriteria: {{load_basis: modelled}}\ncampuses: [{campus}]\n"
    (folder / "study.yaml").write_text(HEAD + SERIES + text)
    result = run_study(folder / "study.yaml", tmp_path / "out")
    assert json.loads((result.run_dir / CERTIFICATE_JSON).read_text())["status"] == "passed"
    plan = json.loads((result.run_dir / PLAN_JSON).read_text())
    assert ("GP-TIM-003", "load.csv") in [(f["code"], f["file"]) for f in plan["findings"]]
    with h5netcdf.File(result.run_dir / schedule_file(2028)) as data:
        baseline_mw = data["p_baseline_mw"][...].sum(axis=-1).ravel()
    wanted_mw = [min(90.0, 60 + 40 * np.sin(k / 24 * 2 * np.pi)) for k in range(12, 16)]
    assert baseline_mw == pytest.approx(wanted_mw, abs=1e-3)
    assert "Load file" in (result.run_dir / "report.html").read_text()


@pytest.mark.slow
def test_study_of_one_metered_class_runs_to_its_report(folder: Path, tmp_path: Path) -> None:
    """The profile that gridplan writes as netCDF is a meter of one class; the other class keeps its model."""
    hours = np.datetime64("2020-01-01T07:00", "ns") + np.arange(336) * np.timedelta64(3600, "s")
    p_mw = 20 + 15 * np.sin(np.arange(336) / 24 * 2 * np.pi)
    labels = {"campus": ["mesa"], "workload": ["batch"], "scenario": [0, 1], "time": hours}
    both = xr.DataArray(np.stack([9 * p_mw, p_mw])[None, None], dims=tuple(labels), coords=labels, name="p_mw")
    both.to_netcdf(folder / "p.nc", engine="h5netcdf")
    measured = "file: p.nc, column: mesa/batch, scenario: 1, timezone: UTC, stamp: hour_beginning, unit: MW"
    workloads = f"shares: {{batch: 0.4, pretrain: 0.6}}, measured: {{batch: {{{measured}, scaling: as_measured}}}}"
    campus = f"{{id: mesa, poi: [118], contract_mw: 90, block_mw: 45, workloads: {{{workloads}}}}}"
    text = f"hours: {{first: 12, count: 4}}\ncriteria: {{load_basis: modelled}}\ncampuses: [{campus}]\n"
    (folder / "study.yaml").write_text(HEAD + SERIES + text)
    result = run_study(folder / "study.yaml", tmp_path / "out")
    assert json.loads((result.run_dir / CERTIFICATE_JSON).read_text())["status"] == "passed"
    plan = json.loads((result.run_dir / PLAN_JSON).read_text())
    assert "p.nc" in plan["provenance"]["inputs"]
    keys = {row["key"] for row in plan["defaults_used"]}
    assert {"campuses.workloads.load_factor", "campuses.workloads.measured.leap_day"} <= keys
    assert "campuses.workloads.shape" not in keys
    with h5netcdf.File(result.run_dir / schedule_file(2028)) as data:
        baseline_mw = np.squeeze(data["p_baseline_mw"][...])
    batch, pretrain = (baseline_mw[:, WORKLOADS.index(name)] for name in ("batch", "pretrain"))
    assert batch == pytest.approx(p_mw[12:16], abs=1e-3)
    assert pretrain == pytest.approx(np.full(4, 0.8 * 0.6 * 90), abs=1e-3)
    report = (result.run_dir / "report.html").read_text()
    assert "Measured profiles" in report
    assert "p.nc" in report
