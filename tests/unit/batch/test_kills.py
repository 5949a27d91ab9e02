"""Kills at any moment: nothing finished is lost, nothing torn is taken for finished."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from gridplan.batch.run import run_batch
from tests.unit.batch.workshop import Workshop

ROOT = Path(__file__).resolve().parents[3]
KILLS = 12
SCRIPT = """\
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from gridplan.batch.run import run_batch
if __name__ == "__main__":
    run_batch(Path(sys.argv[2]), Path(sys.argv[3]), workers=2, runner="batch_fake_runner:slowly")
"""
SLOWLY = """

def slowly(path, out, *, workers, progress, folder):
    time.sleep(0.3)
    run(path, out, workers=workers, progress=progress, folder=folder)
"""


def start(workshop: Workshop) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "coordinator.py", str(workshop.path), str(workshop.sweep), str(workshop.out)],
        cwd=workshop.path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def slow_workshop(workshop: Workshop) -> Workshop:
    runner = workshop.path / "batch_fake_runner.py"
    runner.write_text(runner.read_text() + SLOWLY)
    (workshop.path / "coordinator.py").write_text(SCRIPT)
    return workshop


@pytest.mark.slow
def test_killed_coordinators_lose_nothing(slow_workshop: Workshop) -> None:
    workshop, random = slow_workshop, np.random.default_rng(7)
    workshop.write_sweep(
        "- {name: west, path: campuses.mesa.west.contract_mw, values: [" + ", ".join(map(str, range(51, 91))) + "]}\n"
    )
    finished: set[Path] = set()
    for _ in range(KILLS):
        process = start(workshop)
        time.sleep(float(random.uniform(0.5, 3.0)))
        process.kill()
        process.communicate()
        whole = {path for path in (workshop.out / "runs").glob("*/manifest.json") if not path.parent.suffix}
        assert finished <= whole
        finished = whole
    process = start(workshop)
    errors = process.communicate()[1]
    assert process.returncode == 0, errors
    for path in finished:
        assert path.is_file()
    calls = workshop.calls()
    assert len(set(calls)) == 40
    # At most the two studies that were running are done again after a kill.
    assert len(calls) <= 40 + 2 * KILLS
    again = run_batch(workshop.sweep, workshop.out, runner=workshop.runner)
    assert all(outcome.is_reused for outcome in again.outcomes.values())
    alone = run_batch(workshop.sweep, workshop.path / "alone", runner=workshop.runner)
    assert alone.comparison.read_bytes() == again.comparison.read_bytes()


@pytest.mark.slow
def test_of_two_batches_in_one_folder_one_goes_on(slow_workshop: Workshop) -> None:
    for k in range(5):
        slow_workshop.out = slow_workshop.path / f"out{k}"
        processes = [start(slow_workshop) for _ in range(2)]
        errors = [process.communicate()[1] for process in processes]
        codes = sorted(process.returncode for process in processes)
        assert codes == [0, 1]
        assert sum("FileError" in text and "is in use by process" in text for text in errors) == 1
