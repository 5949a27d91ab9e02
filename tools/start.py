"""Run the sample study or the tests from a fresh checkout; needs Python 3.11 or newer, nothing else.

Usage: python3 tools/start.py study|test [more arguments]

The first use makes a private virtual environment under .venvs/ (or the folder GRIDPLAN_VENVS names),
one per content of pyproject.toml, and installs the checkout into it; later uses start at once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
SAMPLE_STUDY = Path("cases") / "rts_gmlc.yaml"
SAMPLE_REPORT = Path("reports") / "rts_gmlc" / "report.pdf"
LEAST_PYTHON = (3, 11)
MARKER = "complete"


def main(arguments: list[str]) -> int:
    """Prepare the environment and run one of the two jobs; return its exit code."""
    if sys.version_info < LEAST_PYTHON:
        found = ".".join(str(part) for part in sys.version_info[:3])
        print(f"gridplan needs Python 3.11 or newer; this is {found} ({sys.executable})", file=sys.stderr)
        return 2
    jobs = {"study": run_study, "test": run_tests}
    if not arguments or arguments[0] not in jobs:
        print(__doc__, file=sys.stderr)
        return 2
    folder = environment_folder()
    with exclusive(folder):
        prepare_environment(folder)
    return jobs[arguments[0]](folder, arguments[1:])


def run_study(folder: Path, more: list[str]) -> int:
    """Run the sample study; the last line says where its report lies."""
    code = run([str(program(folder, "gridplan")), "run", str(SAMPLE_STUDY), *more])
    report = CHECKOUT / SAMPLE_REPORT
    if code == 0 and not more:
        if not report.is_file():
            print(f"error: the study ended without a report at {report}", file=sys.stderr)
            return 1
        print(f"report: {report}")
    return code


def run_tests(folder: Path, more: list[str]) -> int:
    """Run the test suite, a file at a time on every core up to four."""
    shared = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile"]
    return run([str(program(folder, "python")), "-m", "pytest", *shared, *more])


def environment_folder() -> Path:
    """Folder of the environment for this checkout, this pyproject.toml and this Python."""
    root = Path(os.environ.get("GRIDPLAN_VENVS") or CHECKOUT / ".venvs")
    key = hashlib.sha256((CHECKOUT / "pyproject.toml").read_bytes())
    key.update(f"{CHECKOUT} {sys.version_info[:2]} {sys.platform}".encode())
    return root.resolve() / key.hexdigest()[:16]


def prepare_environment(folder: Path) -> None:
    """Make the environment unless a whole one stands there; a half-made one is thrown away."""
    if (folder / MARKER).is_file():
        return
    if folder.exists():
        shutil.rmtree(folder)
    print(f"preparing a private environment in {folder} (once; a few minutes)", file=sys.stderr, flush=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    python = str(program(folder, "python"))
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", ".[test]"]
    for step in ([sys.executable, "-m", "venv", str(folder)], install):
        code = run(step)
        if code != 0:
            raise SystemExit(f"error: could not prepare the environment: {' '.join(step)} ended with {code}")
    (folder / MARKER).write_text("made by tools/start.py\n", encoding="utf-8")


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Let one process at a time make this environment, where the system can lock files."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def program(folder: Path, name: str) -> Path:
    """Path of a program of the environment."""
    return folder / "Scripts" / f"{name}.exe" if os.name == "nt" else folder / "bin" / name


def run(command: list[str]) -> int:
    """Run a command in the checkout with its output on this terminal; return its exit code."""
    sys.stdout.flush()
    return subprocess.run(command, cwd=CHECKOUT, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
