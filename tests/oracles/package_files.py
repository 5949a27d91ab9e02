"""Sample files that test-only packages bring, found without importing the packages."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def package_folder(package: str) -> Path | None:
    """Folder of an installed package; None where it is not installed."""
    spec = find_spec(package)
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


@cache
def matpower_samples() -> dict[str, Path]:
    """The MATPOWER cases of powerfulcases by name, smallest first."""
    folder = package_folder("powerfulcases")
    assert folder is not None, "install the test extra: powerfulcases is missing"
    return {path.stem: path for path in sorted(folder.rglob("*.m"), key=lambda path: path.stat().st_size)}
