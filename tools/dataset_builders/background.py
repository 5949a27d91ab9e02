"""datasets/background from the unpacked npm package ``us-atlas``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tools.dataset_builders.files import write_source


def build(atlas: Path, out: Path) -> None:
    """Write datasets/background: state borders for maps, unchanged."""
    package = json.loads((atlas / "package.json").read_text(encoding="utf-8"))
    if package["name"] != "us-atlas":
        raise SystemExit(f"{atlas} holds package {package['name']}, not us-atlas")
    inputs = [atlas / "states-10m.json", atlas / "LICENSE"]
    for path in inputs:
        shutil.copyfile(path, out / path.name)
    heading = "# Source of the map background\n\n" + ATLAS_SOURCE.format(version=package["version"])
    write_source(out, heading, atlas, inputs)


ATLAS_SOURCE = """\
`states-10m.json` of the npm package `us-atlas` {version} (TopoJSON of the U.S. Census Bureau's cartographic boundaries,
longitude and latitude, EPSG:4326), copied unchanged. Terms in `LICENSE`.
"""
