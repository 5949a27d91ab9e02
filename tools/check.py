"""Run every check of the project and print one table; stdlib only.

Usage: python tools/check.py [--fix] [--all]

--fix formats and repairs what ruff can repair; --all runs the slow tests, too.
Ends with 0 if everything passed, 1 otherwise.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
TAIL_LINES = 40


def main() -> int:
    """Run the checks and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fix", action="store_true")
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()
    rows = [run_check(name, command) for name, command in checks(fix=arguments.fix, slow=arguments.all)]
    print(f"\n{'check':<14}{'result':<9}{'seconds':>8}")
    for name, is_passed, seconds in rows:
        print(f"{name:<14}{'passed' if is_passed else 'FAILED':<9}{seconds:>8.1f}")
    return 0 if all(is_passed for _, is_passed, _ in rows) else 1


def checks(*, fix: bool, slow: bool) -> list[tuple[str, list[str]]]:
    """Name and module arguments of each check, cheapest first."""
    rows = [
        ("format", ["ruff", "format", "."] if fix else ["ruff", "format", "--check", "."]),
        ("lint", ["ruff", "check", "--fix", "."] if fix else ["ruff", "check", "."]),
        ("types", ["mypy", "--strict", "gridplan"]),
        ("tests", ["pytest", "-q"]),
    ]
    return [*rows, ("slow tests", ["pytest", "-q", "-m", "slow"])] if slow else rows


def run_check(name: str, arguments: list[str]) -> tuple[str, bool, float]:
    """Run one check; its output is shown only if it failed."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    begin = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=CHECKOUT,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = (done.stdout + done.stderr).splitlines()
        print("\n".join([f"--- {name}", *lines[-TAIL_LINES:]]))
    return name, done.returncode == 0, time.monotonic() - begin


if __name__ == "__main__":
    raise SystemExit(main())
