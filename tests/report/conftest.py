"""Run folders with their report, built once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gridplan.report import maps
from gridplan.report.contents import build_document
from gridplan.report.document import build_report_apart
from gridplan.report.figures import curtailment_curves, duration, load_course, mw_bars, worst_week
from gridplan.report.file_names import REPORT_JSON
from gridplan.report.run_folder import RunFolder
from tests.report import make_run

SUMMER_H = {"first": 4900, "hours": 504}


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_run.make_full(tmp_path_factory.mktemp("report") / "full", **SUMMER_H)
    build_report_apart(folder)
    return folder


@pytest.fixture(scope="session")
def minimal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_run.make_minimal(tmp_path_factory.mktemp("report") / "minimal")
    build_report_apart(folder)
    return folder


@pytest.fixture(scope="session")
def infeasible(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_run.make_infeasible(tmp_path_factory.mktemp("report") / "infeasible")
    build_report_apart(folder)
    return folder


@pytest.fixture(scope="session")
def document(full: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((full / REPORT_JSON).read_text(encoding="utf-8"))
    return found


@pytest.fixture
def draft(copy: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, Any]]:
    """Build report.json of ``copy`` alone, with empty drawings."""
    for module in (load_course, curtailment_curves, duration, mw_bars, worst_week, maps):
        monkeypatch.setattr(module, "render", lambda *_, **__: "<svg></svg>")
    return lambda: build_document(RunFolder(copy)).to_json()


@pytest.fixture
def copy(full: Path, tmp_path: Path) -> Path:
    """A full run without its report, free to be changed."""
    folder = tmp_path / "run"
    shutil.copytree(full, folder, ignore=shutil.ignore_patterns("report.*", "sites.gpkg"))
    return folder
