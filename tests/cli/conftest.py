"""A pipeline that answers without computing: the commands are tested, not what stands behind them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gridplan.cli.main import cli


@dataclass
class FakePipeline:
    """Answers and errors to come, and the calls that came."""

    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)

    def function(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, progress: Callable[[str], None] | None = None, **kwargs: Any) -> Any:
            self.calls.append((name, args, kwargs))
            sys.stdout.write("a library that prints\n")
            if progress is not None:
                progress("network")
                progress("schedule")
            answer = self.answers[name]
            if isinstance(answer, BaseException):
                raise answer
            return answer

        return call


@dataclass
class FakeResult:
    run_dir: Path
    verdict: tuple[str, ...] = ("mesa: 200 MW firm, 150 MW conditional from 2027", "limited by A27 after loss of A26")
    status: str = "optimal"

    @property
    def summary(self) -> dict[str, Any]:
        return {"schema_version": 1, "status": self.status, "bound": 1.0, "gap": float("nan"), "basis": {}}


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> FakePipeline:
    fake = FakePipeline()
    module = ModuleType("gridplan.pipeline")
    for name in ("run_study", "site_study", "schedule_study", "hosting_study", "dispatch_network"):
        setattr(module, name, fake.function(name))
    monkeypatch.setitem(sys.modules, "gridplan.pipeline", module)
    return fake


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    """Run folder with a plan that leaves 50 MW of tempe unconnected."""
    folder = tmp_path / "run"
    folder.mkdir()
    campuses = [
        {"id": "mesa", "contract_mw": 350.0, "unconnected_mw": 0.0},
        {"id": "tempe", "contract_mw": 100.0, "unconnected_mw": 50.0},
    ]
    (folder / "plan.json").write_text(json.dumps({"years": {"2027": {"campuses": campuses}}}))
    (folder / "report.pdf").touch()
    return folder


Invoke = Callable[..., Result]


@pytest.fixture
def gridplan(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Invoke:
    """Run a command in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(cli, [str(argument) for argument in arguments], prog_name="gridplan")

    return invoke


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "north.yaml"
    path.write_text(
        "schema_version: 1\n"
        "name: North\n"
        "network: rts_gmlc\n"
        "timezone: America/Phoenix\n"
        "years: [2027]\n"
        "base_case: {load_growth_frac_per_year: 0.01, committed_loads: []}\n"
        "campuses:\n"
        "  - {id: mesa, poi: [107], contract_mw: 350}\n"
        "  - {id: tempe, poi: [113], contract_mw: 100}\n"
    )
    return path
