"""The order of the rooms, one home per heavy library, and the ceilings of house style, read from the syntax trees."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "gridplan"
FILES = sorted(PACKAGE.rglob("*.py"))

# A module imports only from lines above its own; rooms of one line do not import each other.
ORDER = (
    ("errors",),
    ("findings",),
    ("text_file",),
    ("terms",),
    ("units",),
    ("solution",),
    ("study",),
    ("network",),
    ("series", "campus"),
    ("load_only",),
    ("dispatch",),
    ("plan",),
    ("store",),
    ("verify", "report"),
    ("summary",),
    ("candidates", "outage_sets", "campus_loads"),
    ("load_record",),
    ("inputs", "snapshot"),
    ("bus_table", "conditional", "study_ground", "shaped_capacity"),
    ("answers", "hosting", "handover"),
    ("conversion", "joint_hosting", "screening", "profiling"),
    ("pipeline",),
    ("batch",),
    ("cli",),
)
RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}

HOMES = {
    "pandapower": ("verify/ac*",),
    "powerio": ("network/powerworld/*",),
    "lightsim2grid": ("verify/ac*",),
    "pyomo": ("plan/*",),
    "highspy": ("dispatch/*", "plan/*"),
    "geopandas": ("network/geography*", "report/maps*"),
    "shapely": ("network/geography*", "report/maps*"),
    "pyproj": ("network/geography*",),
    "pyogrio": ("network/geography*", "report/maps*"),
    "matplotlib": ("report/*",),
    "typst": ("report/*",),
    "click": ("cli/*",),
    "rich_click": ("cli/*",),
    "rich": ("cli/*",),
    "dask": ("batch/*",),
    "distributed": ("batch/cluster*",),
    "pyarrow": ("series/table_parquet*",),
    "openpyxl": ("series/table_excel*",),
}
AUDIT_LIBRARIES = {"numpy", "scipy", "h5netcdf"}
AUDIT_ROOMS = {"errors", "terms", "solution"}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60


def relative(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Dotted names a file imports anywhere, functions and type checking included."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{relative(path)}:{node.lineno}: relative import"
            yield node.module or ""
            yield from (
                f"{node.module}.{alias.name}" for alias in node.names if is_module(f"{node.module}.{alias.name}")
            )


def module_path(name: str) -> Path | None:
    """File of a dotted gridplan name, or None where it names no module."""
    bare = ROOT.joinpath(*name.split("."))
    return next((path for path in (bare.with_suffix(".py"), bare / "__init__.py") if path.is_file()), None)


def is_module(name: str) -> bool:
    return name.startswith("gridplan.") and module_path(name) is not None


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_room_imports_only_rooms_above_it(path: Path) -> None:
    own = room(path)
    if own == "__init__":
        return
    assert own in RANK, f"{own} is not in the order of rooms"
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "gridplan" or len(parts) == 1 or parts[1] == own:
            continue
        assert RANK[parts[1]] < RANK[own], f"{relative(path)} imports {name}, which does not stand above {own}"


def test_modules_import_each_other_without_cycles() -> None:
    graph = {
        path: {target for name in imports(path) if (target := module_path(name)) and target != path}
        for path in FILES
        if path.name != "__init__.py"
    }
    done: set[Path] = set()

    def visit(path: Path, trail: tuple[Path, ...]) -> None:
        assert path not in trail, " -> ".join(relative(step) for step in (*trail, path))
        if path not in done:
            for target in sorted(graph.get(path, ())):
                visit(target, (*trail, path))
            done.add(path)

    for path in graph:
        visit(path, ())


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_heavy_libraries_stay_at_home(path: Path) -> None:
    for name in imports(path):
        homes = HOMES.get(name.split(".")[0])
        assert homes is None or any(fnmatch(relative(path), home) for home in homes), (
            f"{relative(path)} imports {name}; its home is {homes}"
        )


@pytest.mark.parametrize("path", [path for path in FILES if fnmatch(relative(path), "verify/audit*")], ids=relative)
def test_auditor_is_a_stranger(path: Path) -> None:
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "gridplan":
            is_own = len(parts) > 2 and parts[1] == "verify" and parts[2].startswith("audit")
            assert is_own or parts[-1] == "gridplan" or parts[1] in AUDIT_ROOMS, f"{relative(path)} imports {name}"
        else:
            assert parts[0] in AUDIT_LIBRARIES | sys.stdlib_module_names, f"{relative(path)} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_file_keeps_house_style(path: Path) -> None:
    assert path.stem not in FORBIDDEN_NAMES, "a file is named by the thing it holds"
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= MAX_FILE_LINES, f"{relative(path)} has {lines} lines"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= MAX_FUNCTION_LINES, f"{relative(path)}:{node.lineno}: {node.name} has {length} lines"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            assert room(path) == "cli", f"{relative(path)}:{node.lineno}: the library prints"


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "__init__.py"], ids=relative)
def test_package_says_what_it_is(path: Path) -> None:
    text = ast.get_docstring(tree(path)) or ""
    assert 2 <= len(text.splitlines()) <= 12, f"{relative(path)} needs a docstring of a few lines"


def test_every_folder_is_a_package() -> None:
    folders = {path.parent for path in FILES}
    assert not [relative(folder) for folder in folders if not (folder / "__init__.py").is_file()]


@pytest.mark.parametrize("module", ["gridplan", "gridplan.network.embedded", "gridplan.cli.main"])
def test_import_stays_light(module: str) -> None:
    heavy = (
        "{'pandas', 'pandapower', 'lightsim2grid', 'xarray', 'pyomo', 'matplotlib', 'geopandas', 'highspy', 'scipy'}"
    )
    code = f"import sys, {module}; print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
