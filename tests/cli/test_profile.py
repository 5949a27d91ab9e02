"""The command ``profile``: its files, its words, and what is left behind when it fails."""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner, Result

from gridplan import profiling
from gridplan.cli.main import cli
from gridplan.errors import EXIT_INPUT, EXIT_IO
from gridplan.store.lock import FolderLock
from gridplan.store.profile_file import ProfileFile
from tests.corpus.damage import lay_out
from tests.corpus.study_files import PACK

STUDY = """\
schema_version: 1
name: Packs
network: west
timezone: America/Phoenix
years: [2028, 2030]
base_case: {load_growth_frac_per_year: 0.0, committed_loads: []}
criteria: {load_basis: modelled}
uncertainty: {samples: 9, trajectories: 3}
campuses:
  - {id: mesa, poi: [20], contract_mw: 20, block_mw: 20, climate: phoenix, workloads: {pack: own.yaml}}
  - id: tempe
    poi: [30]
    contract_mw: {2030: 40}
    block_mw: 20
    climate: phoenix
    workloads: {preset: training_and_inference}
"""


def lay(folder: Path, text: str = STUDY) -> Path:
    folder.mkdir(exist_ok=True)
    lay_out(folder)
    (folder / "own.yaml").write_text(PACK)
    (folder / "s.yaml").write_text(text)
    return folder / "s.yaml"


def profile(study: Path, *options: str) -> Result:
    result = CliRunner().invoke(cli, ["profile", str(study), "--out", str(study.parent / "out"), *options])
    assert "Traceback" not in result.output
    assert "unexpected error" not in result.output
    return result


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    study = lay(tmp_path_factory.mktemp("profile"))
    result = profile(study)
    assert result.exit_code == 0, result.output
    return study.parent / "out", result


def test_lines_say_what_a_planner_asks_first(done: tuple[Path, Result]) -> None:
    lines = done[1].stdout.splitlines()
    head, *rows = lines[1:3]
    assert lines[0] == "2028: central values"
    assert head == "campus  pack   contract MW  peak MW  mean MW  load factor        users  accelerators"
    assert rows == ["mesa    own 1         20.0     20.0     17.5         0.88  7.5 million        21,741"]
    assert "2028: spread over 9 scenarios" in lines
    assert "campus  quantity       P10    P50    P90" in lines
    assert "no quantile of the peak lies above the central run" in " ".join(lines)
    assert max(map(len, lines[:20])) <= 120
    marked = r"[1-9]\d* of [1-9]\d* drivers in force are assumptions without a public value; drivers.csv marks them"
    assert any(re.fullmatch(marked, line) for line in lines)
    assert any(re.fullmatch(r"mesa    energy MWh( +\d{2,3}\.\d){3}", line) for line in lines)
    assert [line for line in lines if line.startswith("written: ")][-1].endswith("drivers.csv")


def test_progress_goes_to_stderr_and_names_scenarios_and_hours(done: tuple[Path, Result]) -> None:
    begun = [line.split(" ... ")[0] for line in done[1].stderr.splitlines() if " ... " in line]
    assert begun == [
        "reading the study, its grid and its driver packs",
        "2028: 9 scenarios of 1 campus in 24 hours",
        "2030: 9 scenarios of 2 campuses in 24 hours",
    ]


def test_file_holds_scenarios_sums_and_labels_that_agree(done: tuple[Path, Result]) -> None:
    with xr.open_dataset(done[0] / "profile_2030.nc") as file:
        assert file.sizes["scenario"] == 9
        assert list(file["campus"].values.astype(str)) == ["mesa", "tempe"]
        total = file["p_profile_mw"].sum("workload")
        assert (total.sel(campus=file["campus"][0]).max() <= 20 * (1 + 1e-6)).item()
        assert total.sum("time").values == pytest.approx(file["scenario_energy_mwh"].values, rel=1e-5)
        assert total.max("time").values == pytest.approx(file["scenario_peak_mw"].values, rel=1e-5)
        assert file["stage_mwh"].sum("stage").values == pytest.approx(file["scenario_energy_mwh"].values, rel=1e-9)
        band = np.quantile(total.values.astype(float), file["quantile"].values, axis=1)
        assert file["band_mw"].values == pytest.approx(band.transpose(1, 0, 2), rel=1e-5)
        at = file["medoid_scenario"].values.astype(int)
        chosen = file["trajectory_mw"].sum("class").values
        assert chosen == pytest.approx(total.values[:, at].transpose(1, 0, 2), rel=1e-5)
        assert file["medoid_weight_frac"].sum().item() == pytest.approx(1.0)
        assert file["time"].values[0] == np.datetime64("2020-07-01T07:00")
        for name, variable in file.data_vars.items():
            assert "units" in variable.attrs, name


def test_drivers_say_value_source_and_status(done: tuple[Path, Result]) -> None:
    with (done[0] / "drivers.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == profiling.DRIVER_COLUMNS
    assert {(row["year"], row["campus"]) for row in rows} == {("2028", "mesa"), ("2030", "mesa"), ("2030", "tempe")}
    assert len({(row["year"], row["campus"], row["key"]) for row in rows}) == len(rows)
    assert all(row["source"] and row["status"] and row["meaning"] for row in rows)
    share = next(row for row in rows if row["key"] == "serving.local_share" and row["campus"] == "mesa")
    assert (share["value"], share["low"], share["high"], share["source"]) == ("0.4", "0.2", "0.7", "driver pack own 1")
    assert {"assumption", "measured"} <= {row["status"] for row in rows}


def test_same_study_and_seed_give_the_same_bytes_in_any_folder(tmp_path: Path, done: tuple[Path, Result]) -> None:
    assert profile(lay(tmp_path / "elsewhere"), "--year", "2030").exit_code == 0
    assert profile(lay(tmp_path / "seeded"), "--year", "2030", "--seed", "1").exit_code == 0
    files = ("profile_2030.nc", "load_model_2030.json")
    for name in files:
        first = (done[0] / name).read_bytes()
        assert (tmp_path / "elsewhere/out" / name).read_bytes() == first
        assert (tmp_path / "seeded/out" / name).read_bytes() != first
    assert not list((tmp_path / "elsewhere/out").glob("*2028*"))


def test_json_is_one_object(tmp_path: Path) -> None:
    result = profile(lay(tmp_path), "--json", "--year", "2028", "--samples", "4")
    answer = json.loads(result.stdout)
    assert answer["status"] == "solved"
    assert [record["samples"] for record in answer["years"]] == [4]
    assert all(Path(path).is_file() for path in answer["files"])


WITHOUT = STUDY.replace("{pack: own.yaml}", "{load_factor: 0.5}").replace(
    "{preset: training_and_inference}", "{load_factor: 0.5}"
)
SOBOL = STUDY.replace("samples: 9", "samples: 8, method: sobol")


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        (
            WITHOUT,
            (),
            "error[GP-CAM-018]: no campus of the study has a driver pack, so there is no load model to profile\n"
            "  --> s.yaml:9:1 campuses\n"
            "  do: write workloads: {preset: chat_general_large} for a campus, or pack: with a file of your own\n",
        ),
        (
            STUDY,
            ("--year", "2029"),
            "error[GP-CAM-018]: 2029 is not a year of the study\n  --> s.yaml:5:1 years\n  do: ask for 2028 or 2030\n",
        ),
        (
            STUDY.replace("{pack: own.yaml}", "{load_factor: 0.5}"),
            ("--year", "2028"),
            "error[GP-CAM-018]: 2028 has no campus with a driver pack and a contract\n"
            "  --> s.yaml:9:1 campuses\n"
            "  do: ask for 2030\n",
        ),
        (
            SOBOL,
            ("--samples", "5"),
            "error[GP-VAL-005]: --samples 5: Sobol' sequences are balanced for powers of two\n"
            "  --> s.yaml:8:27 uncertainty.method\n"
            "  do: write --samples 8, or method: latin_hypercube in the study\n",
        ),
    ],
    ids=["no pack", "year not studied", "year without pack", "sobol"],
)
def test_what_cannot_be_profiled_is_told(tmp_path: Path, text: str, options: tuple[str, ...], words: str) -> None:
    study = lay(tmp_path, text)
    result = profile(study, *options)
    assert (result.exit_code, result.stdout) == (EXIT_INPUT, "")
    shown = result.stderr.replace(f"{tmp_path}/", "").split("\n", 1)
    assert words in "\n".join(shown)
    assert not (tmp_path / "out").exists()
    machine = json.loads(profile(study, *options, "--json").stdout)
    assert (machine["status"], machine["exit_code"]) == ("invalid_input", EXIT_INPUT)


def test_missing_study(tmp_path: Path) -> None:
    result = profile(tmp_path / "none.yaml")
    assert result.exit_code == EXIT_INPUT
    assert "none.yaml does not exist" in result.stderr


def test_network_file_is_no_study(tmp_path: Path) -> None:
    lay_out(tmp_path)
    result = profile(tmp_path / "north.m")
    assert result.exit_code == EXIT_INPUT
    assert "north.m" in result.stderr


def test_folder_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = lay(tmp_path)
    (tmp_path / "out").write_text("mine")
    result = profile(study)
    assert result.exit_code == EXIT_IO, result.output
    assert f"error: {tmp_path}/out cannot be made, because a file is in its way; give another --out\n" in result.stderr
    assert (tmp_path / "out").read_text() == "mine"
    (tmp_path / "out").unlink()
    is_free = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "out" and is_free(path, mode))
    result = profile(study)
    assert result.exit_code == EXIT_IO
    assert f"error: {tmp_path}/out cannot be written to; give another --out\n" in result.stderr


@pytest.mark.parametrize("broken", ["write", "variable", "attributes"])
def test_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    study = lay(tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    (out / "profile_2028.nc").write_text("of before")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device", "profile_2028.nc")

    monkeypatch.setattr(ProfileFile, broken, full)
    result = profile(study)
    assert result.exit_code == EXIT_IO
    assert "error: profile_2028.nc: No space left on device" in result.stderr
    assert [path.name for path in out.iterdir()] == ["profile_2028.nc"]
    assert (out / "profile_2028.nc").read_text() == "of before"


ODD = STUDY[: STUDY.index("  - id: tempe")].replace("years: [2028, 2030]", "years: [2028]")
LATE = "{pack: own.yaml, model: {delivery: expected, in_service: 2035-01-01}}"


def checked(study: Path, *options: str) -> Result:
    """A run in which every scenario lies between 0 and the contract."""
    result = profile(study, *options)
    assert result.exit_code == 0, result.output
    for path in (study.parent / "out").glob("*.nc"):
        record = json.loads(
            (path.parent / path.name.replace("profile", "load_model").replace(".nc", ".json")).read_text()
        )
        with xr.open_dataset(path) as file:
            p_mw = file["p_profile_mw"].values.astype(float)
        assert np.isfinite(p_mw).all()
        assert (p_mw >= 0).all()
        for row, campus in zip(p_mw, record["campuses"], strict=True):
            assert row.sum(axis=0).max() <= campus["contract_mw"] * (1 + 1e-6)
    return result


@pytest.mark.parametrize(
    "text",
    [
        ODD.replace("{pack: own.yaml}", LATE),
        ODD.replace("years: [2028]", "years: [2028]\nhours: {first: 3, count: 1}"),
        ODD.replace("America/Phoenix", "Asia/Kolkata"),
        ODD.replace("years: [2028]", "years: [2200]"),
        ODD.replace("{pack: own.yaml}", "{pack: own.yaml, model: {timezone: Australia/Lord_Howe}}"),
        ODD.replace(
            "{pack: own.yaml}", "{pack: own.yaml, model: {concurrent_users: 1, accelerators: 1, scaling: clip}}"
        ),
        ODD.replace("samples: 9", "samples: 3, quantiles: [0, 1], correlation: {service: 1, users: 1}"),
    ],
    ids=["no load", "one hour", "half hour zone", "far year", "half hour DST", "tiny", "few samples"],
)
def test_odd_studies_keep_to_the_contract(tmp_path: Path, text: str) -> None:
    checked(lay(tmp_path, text), "--samples", "3")


def test_energy_of_a_few_hours_is_not_rounded_away(done: tuple[Path, Result]) -> None:
    row = next(line for line in done[1].stdout.splitlines() if " energy " in line)
    low, middle, high = (float(word) for word in row.split()[3:])
    assert row.split()[:3] == ["mesa", "energy", "MWh"]
    assert 100 < low < middle < high < 480


def test_names_of_any_script_and_length_are_drawn_without_a_word(tmp_path: Path) -> None:
    name = "東京 🤖 " + "x" * 3000
    study = lay(tmp_path, ODD.replace("id: mesa,", f"id: mesa, name: '{name}',"))
    assert "Glyph" not in checked(study, "--samples", "3").output
    record = json.loads((tmp_path / "out/load_model_2028.json").read_text())
    assert record["campuses"][0]["name"] == name


@pytest.mark.parametrize("name", ["profile_2028.nc", "load_model_2028.json", "load_mesa_2028.svg", "drivers.csv"])
def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path, name: str) -> None:
    study = lay(tmp_path, ODD)
    (tmp_path / "out" / name).mkdir(parents=True)
    result = profile(study, "--samples", "3")
    assert result.exit_code == EXIT_IO
    assert f"error: {tmp_path}/out/{name} cannot be written: Is a directory\n" in result.stderr
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]


def test_two_at_once_in_one_folder_do_not_mix(tmp_path: Path) -> None:
    study = lay(tmp_path, ODD)
    other = FolderLock(tmp_path / "out", what="out")
    result = profile(study, "--samples", "3")
    assert result.exit_code == EXIT_IO
    assert f"error: {tmp_path}/out is in use by process {os.getpid()} on " in result.stderr
    other.release(remove=True)
    assert list((tmp_path / "out").iterdir()) == []
    assert profile(study, "--samples", "3").exit_code == 0
    assert not (tmp_path / "out/.lock").exists()


def test_help_names_every_option() -> None:
    text = CliRunner().invoke(cli, ["profile", "--help"]).stdout
    for option in ("--out", "--year", "--samples", "--seed", "--json"):
        assert option in text


def test_published_totals_take_no_study(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["profile", "--published", "--samples", "8", "--json"])
    by_check = {row["check"]: row for row in json.loads(done.stdout)["rows"]}
    assert by_check["prompt_gemini"]["verdict"] == "inside"
    assert {row["verdict"] for row in by_check.values()} == {"inside", "miss", "not comparable"}
    refused = profile(tmp_path / "study.yaml", "--published")
    assert refused.exit_code == EXIT_INPUT
    assert "leave out the study" in refused.output


def test_profile_needs_a_study_or_the_comparison() -> None:
    result = CliRunner().invoke(cli, ["profile"])
    assert result.exit_code == EXIT_INPUT
    assert "give a study, or --published" in result.output
