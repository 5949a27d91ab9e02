"""The documentation against the code and the checkout: tables, links, file names, commands, result files."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import h5netcdf
import pytest

from gridplan import solution
from gridplan.cli.main import COMMANDS
from gridplan.pipeline import run_study

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("changelog.d/*.md"), ROOT / "benchmarks/README.md"]
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
FILE_NAME = re.compile(r"`((?:\w[\w.-]*/)+[\w.-]+\.\w+)`")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
MEASURED = "docs/performance.md"
"""Written by the benchmarks on a quiet machine."""
PICTURES = ROOT / "docs" / "images"
TINY = """\
schema_version: 1
name: Four hours
network: rts_gmlc
timezone: America/Phoenix
years: [2028]
hours: {first: 5724, count: 4}
base_case: {source_date: 2026-06-01, load_growth_frac_per_year: 0.0}
criteria: {load_basis: modelled}
campuses:
  - {id: mesa, poi: [118], contract_mw: 50, service: {kind: firm}}
  - id: verde
    poi: [203]
    contract_mw: 400
    service: {kind: conditional}
    storage: {p_mw: 10, e_mwh: 40}
    workloads:
      jobs:
        - id: tune
          kind: finetune
          energy_mwh: 20
          p_max_mw: 10
          release: 2020-08-26T12:00
          deadline: 2020-08-26T16:00
reinforcements:
  - id: b6
    branch: B6
    rating_normal_mva: 275
    rating_emergency_mva: 310
    capital_cost_musd: 14
    cost_year: 2026
    earliest_in_service: 2027-06-01
"""


@pytest.fixture(scope="module")
def docs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_docs", ROOT / "tools" / "build_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings as code hosts make them."""
    found = HEADING.findall(re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in found}


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Files and anchors a page links to; addresses elsewhere are left out."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in LINK.findall(text):
        if not re.match(r"[a-z]+:", target):
            file, _, anchor = target.partition("#")
            yield (page.parent / file).resolve() if file else page, anchor


def test_tables_are_up_to_date(docs: ModuleType) -> None:
    late = [name(page) for page in docs.pages() if docs.build(page) != page.read_text(encoding="utf-8")]
    assert not late, "run: python tools/build_docs.py"


def test_every_table_stands_in_a_page(docs: ModuleType) -> None:
    used = {match[2] for page in docs.pages() for match in docs.BLOCK.finditer(page.read_text(encoding="utf-8"))}
    assert used == set(docs.BUILDERS)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_relative_links_resolve(page: Path) -> None:
    for target, anchor in links(page):
        if target.parent == PICTURES and not PICTURES.is_dir():
            continue  # pictures come with the sample report
        assert target.exists(), f"{name(page)} links to {target}"
        assert not anchor or anchor in anchors(target), f"{name(page)} links to #{anchor} of {target.name}"


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name != "decisions"], ids=name)
def test_files_a_page_names_exist(page: Path) -> None:
    for named in FILE_NAME.findall(page.read_text(encoding="utf-8")):
        is_made_later = named.startswith(("reports/", "my-")) or named == MEASURED
        if not is_made_later and not named.endswith(("/x.py", "_x.py")):
            homes = (ROOT / named, ROOT / "gridplan" / named)
            assert any(home.exists() for home in homes), f"{name(page)} names {named}"


def test_readme_lists_every_command() -> None:
    listed = re.findall(r"^\| `gridplan (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == list(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_a_page_names_exist(page: Path) -> None:
    for code in CODE.findall(page.read_text(encoding="utf-8")):
        for command in re.findall(r"(?:^|`)gridplan ([a-z]+)\b", code, re.MULTILINE):
            assert command in COMMANDS, f"{name(page)} names gridplan {command}"


def test_every_page_of_docs_is_linked_from_another() -> None:
    linked = {name(target) for page in PAGES for target, _ in links(page) if target != page} | {MEASURED}
    assert [name(page) for page in PAGES if page.is_relative_to(ROOT / "docs") and name(page) not in linked] == []


def paths(value: Any, path: str = "") -> Iterator[str]:
    """Dotted paths of a JSON value as PlanField writes them, years and workloads as ``*``."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            is_any = path == "years" or path.endswith(".classes")
            yield from paths(inner, f"{path}.{'*' if is_any else key}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, f"{path}[]")


@pytest.mark.slow
def test_a_run_writes_what_the_page_says(docs: ModuleType, tmp_path: Path) -> None:
    study = tmp_path / "tiny.yaml"
    study.write_text(TINY, encoding="utf-8")
    folder = run_study(study, tmp_path / "out").run_dir
    text = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    for file in folder.iterdir():
        assert f"`{file.name.replace('2028', 'Y')}`" in text, f"docs/results.md does not name {file.name}"
    for table in docs.CSV_FILES:
        with (folder / table.replace("Y", "2028")).open(encoding="utf-8") as stream:
            assert tuple(next(csv.reader(stream))) == docs.csv_columns(table), table
    for file, variables in (
        (solution.series_file(2028), solution.SERIES_VARIABLES),
        (solution.schedule_file(2028), solution.SCHEDULE_VARIABLES),
    ):
        with h5netcdf.File(folder / file) as data:
            assert set(data.variables) - set(data.dimensions) == {term.name for term in variables}
    written = set(paths(json.loads((folder / solution.PLAN_JSON).read_text(encoding="utf-8"))))
    more = {path for path, _, _ in docs.MORE_PLAN_FIELDS}
    told = {field.path for field in solution.PLAN_FIELDS} | more
    assert more <= written
    assert [path for path in sorted(written) if not is_told(path, told)] == []


def is_told(path: str, told: set[str]) -> bool:
    """Whether a path is documented, leads to one that is, or lies inside one that is documented as a whole."""
    whole = [known for known in told if not any(other != known and is_inside(other, known) for other in told)]
    return any(is_inside(known, path) for known in told) or any(is_inside(path, known) for known in whole)


def is_inside(path: str, outer: str) -> bool:
    return path == outer or path.startswith((f"{outer}.", f"{outer}[]"))
