"""A whole study as its own process: wall time, peak memory of the process tree, stages; medians.

Usage: python -m benchmarks.run_case [STUDY] [--repetitions 3] [--workers N] [--keep DIR]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.process_tree import run
from benchmarks.result_table import Row, parser, show
from benchmarks.run_stages import stage_seconds

CHECKOUT = Path(__file__).resolve().parent.parent


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("study", type=Path, nargs="?", default=CHECKOUT / "cases" / "rts_gmlc.yaml")
    arguments.add_argument("--repetitions", type=int, default=3)
    arguments.add_argument("--workers", type=int, default=1)
    arguments.add_argument("--keep", type=Path, help="folder for the last run, which must not exist")
    given = arguments.parse_args()
    rows = measure(given.study, given.repetitions, given.workers, given.keep)
    show(rows, as_json=given.json)


def measure(study: Path, repetitions: int, workers: int, keep: Path | None) -> list[Row]:
    used, stages = [], []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(repetitions):
            out = Path(folder) / f"run{i}"
            command = [sys.executable, "-m", "gridplan.cli.main", "run", str(study.resolve())]
            used.append(run([*command, "--out", str(out), "--workers", str(workers)], CHECKOUT))
            stages.append(stage_seconds(out))
            if keep is not None and i == repetitions - 1:
                shutil.copytree(out, keep)
    note = f"median of {repetitions}, {workers} worker{'s' if workers > 1 else ''}"
    rows = [
        Row(f"gridplan run {study.name}, whole process", median(u.wall_s for u in used), "s", note),
        Row("peak memory of the process tree", median(u.peak_mib for u in used), "MiB", note),
    ]
    names = list(dict.fromkeys(name for found in stages for name in found))
    return rows + [Row(f"  {name}", median(found.get(name, 0.0) for found in stages), "s") for name in names]


if __name__ == "__main__":
    main()
