"""The same study gives the same bytes: with more workers, another hash seed, another time zone, another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gridplan.solution import MANIFEST_JSON, PLAN_JSON, schedule_file
from tests.real_run import digests, run_small_study

ROOT = Path(__file__).resolve().parents[2]


def assert_same(found: dict[str, str], expected: dict[str, str]) -> None:
    assert sorted(found) == sorted(expected)
    assert [name for name in expected if found[name] != expected[name]] == []


def test_two_workers_write_the_same_bytes_in_another_folder(real_run: Path, tmp_path: Path) -> None:
    expected = digests(real_run)
    assert {MANIFEST_JSON, PLAN_JSON, schedule_file(2028), "report.pdf", "report.html", "sites.gpkg"} <= set(expected)
    assert_same(digests(run_small_study(tmp_path / "elsewhere", workers=2)), expected)


@pytest.mark.slow
@pytest.mark.parametrize(("hash_seed", "timezone", "workers"), [("0", "UTC", 1), ("1", "Asia/Kolkata", 2)])
def test_hash_seed_and_clock_change_nothing(
    real_run: Path, tmp_path: Path, hash_seed: str, timezone: str, workers: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.real_run", str(tmp_path / "other"), str(workers)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": timezone, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert_same(json.loads(done.stdout), digests(real_run))
