"""A dataset of one hour may do without hourly files: the static tables are the hour, for every command."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from gridplan.cli.main import cli
from gridplan.errors import InputError
from gridplan.network.dataset import read_network
from gridplan.network.embedded import dataset_folder
from gridplan.series.dataset import AVAILABILITY_FILE, LOAD_FILE, read_series


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """RTS-GMLC cut down to its static tables."""
    found = Path(shutil.copytree(dataset_folder("rts_gmlc"), tmp_path / "one_hour"))
    set_hours(found, 1)
    (found / LOAD_FILE).unlink()
    (found / AVAILABILITY_FILE).unlink()
    return found


def set_hours(folder: Path, hours: int) -> None:
    path = folder / "dataset.json"
    words = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(words | {"hours": hours}), encoding="utf-8")


def test_the_hour_is_the_static_tables(folder: Path) -> None:
    network = read_network(folder)
    series = read_series(folder, network, commitment="relaxed")
    np.testing.assert_array_equal(series.load_mw, network.bus.p_load_mw[None])
    np.testing.assert_array_equal(series.p_max_mw, network.generator.p_max_mw[None])
    assert len(series) == 1
    assert not series.p_min_mw[:, ~network.generator.is_fixed].any()
    assert network.bus.p_load_mw.flags.writeable is False


def test_an_hourly_file_that_is_there_is_read(folder: Path) -> None:
    (folder / "area_load_mw.csv").write_text("1,2,3\n285,570,855\n", encoding="utf-8")
    (folder / LOAD_FILE).write_bytes(gzip.compress((folder / "area_load_mw.csv").read_bytes()))
    series = read_series(folder, read_network(folder), commitment="relaxed")
    assert series.load_mw.sum() == pytest.approx(1710)


def test_more_than_one_hour_needs_both_files(folder: Path) -> None:
    set_hours(folder, 2)
    with pytest.raises(InputError, match=rf"GP-ENC-002.*{AVAILABILITY_FILE} is missing"):
        read_series(folder, read_network(folder), commitment="relaxed")
    (folder / AVAILABILITY_FILE).write_bytes(gzip.compress(b"122_WIND_1\n10\n20\n"))
    with pytest.raises(InputError, match=rf"GP-ENC-002.*{LOAD_FILE} is missing"):
        read_series(folder, read_network(folder), commitment="relaxed")


@pytest.mark.parametrize("name", ["garver6", "ieee24_tep"])
def test_embedded_snapshots_are_sound(name: str) -> None:
    answer = CliRunner().invoke(cli, ["validate", str(dataset_folder(name)), "--json"])
    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["findings"] == []


def test_datasets_lists_snapshots_as_such() -> None:
    text = CliRunner().invoke(cli, ["datasets"]).stdout
    assert "garver6: Garver's six-bus case of transmission expansion, one snapshot\n  one snapshot" in text
    assert "texas2000: Texas 2000 (ACTIVSg2000), 2,000 buses: synthetic, not the real ERCOT grid\n  8,784 hours" in text


def test_a_snapshot_that_needs_candidates_is_refused_with_the_reason() -> None:
    apart = CliRunner().invoke(cli, ["dispatch", "garver6"])
    assert apart.exit_code == 2
    assert "garver6 falls into 2 islands" in apart.stderr
    short = CliRunner().invoke(cli, ["dispatch", "ieee24_tep"])
    assert short.exit_code == 3
    assert "MW of load cannot be served" in short.stderr


def test_dispatch_and_hosting_of_a_snapshot_folder(folder: Path) -> None:
    for command in (["dispatch", str(folder)], ["hosting", str(folder), "--bus", "107", "--security", "n0"]):
        answer = CliRunner().invoke(cli, [*command, "--json"])
        assert answer.exit_code == 0, answer.stderr
        assert json.loads(answer.stdout)["status"] == "optimal"


def test_a_study_of_a_snapshot_is_sound(folder: Path) -> None:
    study = folder.parent / "study.yaml"
    study.write_text(
        "schema_version: 1\nname: one hour\nnetwork: one_hour\ntimezone: America/Phoenix\nyears: [2026]\n"
        "base_case: {source_date: 2026-01-01, load_growth_frac_per_year: 0.0, weather_years: [2020]}\n",
        encoding="utf-8",
    )
    answer = CliRunner().invoke(cli, ["validate", str(study), "--json"])
    assert json.loads(answer.stdout)["errors"] == 0, answer.stdout
