"""Time of the independent audit of a finished run against the time of everything that was solved.

Usage: python -m benchmarks.audit_share [RUN_DIR] [--repetitions 3]
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.result_table import Row, median_s, parser, show
from benchmarks.run_stages import solve_seconds
from gridplan.verify.audit import audit


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("run_dir", type=Path, nargs="?", default=Path("reports") / "rts_gmlc")
    arguments.add_argument("--repetitions", type=int, default=3)
    given = arguments.parse_args()
    show(measure(given.run_dir, given.repetitions), as_json=given.json)


def measure(run_dir: Path, repetitions: int) -> list[Row]:
    solve_s = solve_seconds(run_dir)
    certificate = audit(run_dir)
    audit_s = median_s(lambda: audit(run_dir), repetitions)
    slowest = max(certificate.checks, key=lambda check: check.seconds)
    return [
        Row("solve (grid, capacity, siting, schedule)", solve_s, "s", "from manifest.json"),
        Row("audit", audit_s, "s", f"median of {repetitions}; most in {slowest.id} {slowest.title.lower()}"),
        Row("audit per solve", 100.0 * audit_s / solve_s, "%"),
    ]


if __name__ == "__main__":
    main()
