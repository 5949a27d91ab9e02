"""Wall time of ``gridplan --help`` beside that of a Python that does nothing.

Usage: python -m benchmarks.help_time [--repetitions 15]
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

from benchmarks.result_table import Row, median_s, parser, show

CHECKOUT = Path(__file__).resolve().parent.parent


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--repetitions", type=int, default=15)
    given = arguments.parse_args()
    show(measure(given.repetitions), as_json=given.json)


def measure(repetitions: int) -> list[Row]:
    rows = []
    for name, words in (
        ("gridplan --help", ["-m", "gridplan.cli.main", "--help"]),
        ("python -c pass", ["-c", "pass"]),
    ):
        start = partial(subprocess.run, [sys.executable, *words], cwd=CHECKOUT, check=True, capture_output=True)
        start()
        rows.append(Row(name, median_s(start, repetitions), "s", f"median of {repetitions}"))
    return rows


if __name__ == "__main__":
    main()
