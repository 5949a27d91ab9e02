"""What the numbers of a run were made with: versions of the libraries and a digest of gridplan itself."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import gridplan

LIBRARIES = ("numpy", "scipy", "highspy", "pyomo", "pandapower", "lightsim2grid", "typst", "matplotlib", "geopandas")
#: Those that compute; two processes that differ in one of them may differ in a number.
COMPUTING = ("numpy", "scipy", "highspy", "pyomo", "pandapower", "lightsim2grid")


def installed(name: str) -> str:
    """Version of an installed distribution."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


@cache
def code_digest() -> str:
    """SHA-256 of every source file of gridplan: a checkout changes without a new version."""
    total = hashlib.sha256()
    root = Path(gridplan.__file__).parent
    for path in sorted(root.rglob("*.py")):
        total.update(f"{path.relative_to(root).as_posix()}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


@cache
def makers() -> dict[str, str]:
    """Everything a number may depend on beside the input, each with its version."""
    return {
        "gridplan": f"{gridplan.__version__} {code_digest()[:12]}",
        "python": ".".join(platform.python_version_tuple()[:2]),
        **{name: installed(name) for name in COMPUTING},
    }
