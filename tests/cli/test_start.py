from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from gridplan import __version__
from gridplan.cli.main import COMMANDS, cli
from tests.cli.conftest import Invoke

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("numpy", "scipy", "pandas", "xarray", "pyomo", "highspy", "pandapower", "geopandas", "matplotlib", "pydantic")


def start(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gridplan.cli.main", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom gridplan.cli.main import cli\n"
        "try:\n    cli(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print(sorted(set({HEAVY}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(gridplan: Invoke, name: str) -> None:
    result = gridplan(name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: gridplan {name} ")
    assert "--json" in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_the_name_of_the_table(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.name == name


def test_help_fits_a_pipe(gridplan: Invoke) -> None:
    text = gridplan("--help").stdout
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 100
    assert "..." not in text.partition("Commands:")[2]


def test_version(gridplan: Invoke) -> None:
    assert gridplan("--version").stdout == f"gridplan, version {__version__}\n"


def test_terminal_gets_boxes_unless_colour_is_refused(gridplan: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridplan.cli.console.is_plain", lambda _: False)
    assert "╭" in gridplan("audit", "--help").stdout
    monkeypatch.undo()
    assert gridplan("audit", "--help").stdout.isascii()


def test_commands_run_as_processes(tmp_path: Path) -> None:
    assert json.loads(start("datasets", "--json").stdout)["datasets"]
    done = start("validate", "nothing.yaml", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "")
    done = start("audit", "nothing", "--json", cwd=tmp_path)
    assert done.returncode == 4
    assert json.loads(done.stdout)["status"] == "io_error"
    assert start("runn").returncode == 2


def test_output_may_be_cut_off() -> None:
    done = subprocess.run(
        f"{sys.executable} -m gridplan.cli.main schema | head -1", shell=True, cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout == "{\n"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_ends_with_130(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "hang.py").write_text(
        "import sys, time, types\n"
        "pipeline = types.ModuleType('gridplan.pipeline')\n"
        "def run_study(*args, **kwargs):\n"
        "    open('running', 'w').close()\n"
        "    time.sleep(60)\n"
        "pipeline.run_study = run_study\n"
        "sys.modules['gridplan.pipeline'] = pipeline\n"
        "sys.argv = ['gridplan', 'run', 'x.yaml', '--json']\n"
        "from gridplan.cli.main import main\n"
        "main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "hang.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (tmp_path / "running").exists():
        time.sleep(0.02)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert json.loads(out)["status"] == "interrupted"
    assert err == "interrupted\n"
