"""Every benchmark in a process of its own, one after another; writes docs/performance.md.

Run it on a quiet machine. Usage: python -m benchmarks.run_all [STUDY] [--repetitions 3] [--workers N] [--out FILE]
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from benchmarks.result_table import Row, number

CHECKOUT = Path(__file__).resolve().parent.parent
LIBRARIES = ("highspy", "numpy", "scipy", "pyomo", "pandapower", "lightsim2grid", "pandas", "typst", "matplotlib")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("study", type=Path, nargs="?", default=CHECKOUT / "cases" / "rts_gmlc.yaml")
    arguments.add_argument("--repetitions", type=int, default=3)
    arguments.add_argument("--workers", type=int, default=1)
    arguments.add_argument("--out", type=Path, default=CHECKOUT / "docs" / "performance.md")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kept = str(Path(folder) / "run")
        repeated = ["--repetitions", str(given.repetitions)]
        run = ["run_case", str(given.study), *repeated, "--workers", str(given.workers), "--keep", kept]
        parts = [
            section("A whole study", run),
            section("Build of the plan against its solve", ["plan_build", kept]),
            section("Audit against solve", ["audit_share", kept, *repeated]),
            section("A year of secure dispatch", ["dispatch_year"]),
            section("A secure year beside PyPSA", ["pypsa_ratio", *repeated]),
            section("The N-1 screen of a year", ["screen"]),
            section("The streamed N-1 screen of Texas 2000", ["screen_texas", *repeated]),
            section("Network files", ["network_files"]),
            section("Published DC optima", ["pglib_dc"]),
            section("Start of the command", ["help_time"]),
        ]
    text = "\n".join([*head(), *(line for part in parts for line in part)])
    given.out.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")
    print(f"wrote {given.out}")


def section(title: str, words: list[str]) -> list[str]:
    """Rows of one benchmark as a table under a heading."""
    name, *rest = words
    print(f"{name} ...", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", f"benchmarks.{name}", *rest, "--json"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    rows = [Row(**row) for row in json.loads(done.stdout)]
    lines = [f"| {r.quantity.strip()} | {number(r.value)} | {r.unit} | {r.note} |" for r in rows]
    table = ["| quantity | value | unit | what it rests on |", "|---|---:|---|---|", *lines]
    return [f"## {title}", "", f"`benchmarks/{name}.py`", "", *table, ""]


def head() -> list[str]:
    """What was measured where."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    day = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    return [
        "# Performance",
        "",
        "Written by `python -m benchmarks.run_all`; what is measured, and how: [benchmarks](../benchmarks/README.md).",
        "Times are wall times of one machine on one day. Compare ratios and counts across machines, not seconds.",
        "",
        f"- Day: {day}",
        f"- Machine: {cpu_model()}, {cores()} cores, {memory_gib():.0f} GiB",
        f"- System: {platform.system()} {platform.machine()}, Python {platform.python_version()}",
        f"- Libraries: {libraries}",
        "",
    ]


def cpu_model() -> str:
    """Name of the processor."""
    path = Path("/proc/cpuinfo")
    if path.is_file():
        for line in path.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_gib() -> float:
    """Memory of the machine."""
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


if __name__ == "__main__":
    main()
