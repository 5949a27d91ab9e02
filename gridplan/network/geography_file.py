"""Areas that exclude sites, from GeoJSON or GeoPackage; both are read as data, by size and kind before content.

Comes in: a path inside the study's folder. Goes out: an Exclusion in degrees, or every fault of the file with its
feature. No driver looks at the file: nothing in it can name another file, an archive or an address.
"""

from __future__ import annotations

from pathlib import Path

from gridplan.errors import Finding, InputError, Place
from gridplan.network.geography import Exclusion
from gridplan.text_file import path_inside, refused

REMEDY = "export the areas as GeoJSON (.geojson) or GeoPackage (.gpkg), EPSG:4326"
GEOJSON_ENDINGS = (".geojson", ".json")
GEOPACKAGE_ENDINGS = (".gpkg",)


def exclusion_path(folder: Path, name: str, place: Place | None = None) -> Path:
    """Path of an area file named in a study.

    Raises
    ------
    InputError
        GP-SEC-001: an address, a virtual file (``/vsicurl/``, ``/vsizip/``), or a path out of the study's folder.
    """
    if "://" in name or name.lower().lstrip("/").startswith("vsi"):
        message = f"{name!r} is an address or a virtual file; only files beside the study are read"
        remedy = "copy the file into the folder of the study, unpacked, and name it from there"
        raise refused("GP-SEC-001", place.file if place else None, message, remedy, place)
    return path_inside(folder, name, place)


def read_exclusion(path: Path) -> Exclusion:
    """Areas of a file.

    Raises
    ------
    InputError
        GP-ENC-002 or GP-SIZ-001 (missing, empty, damaged, another kind, too large), GP-GEO-001 (places that are
        none), GP-GEO-002 (reference system), GP-GEO-003 (shapes that are no areas); all faults of the file together.
    FileError
        If the file exists and may not be read.
    """
    ending = path.suffix.lower()
    if ending in GEOJSON_ENDINGS:
        from gridplan.network.geography_geojson import read_geojson

        return read_geojson(path)
    if ending in GEOPACKAGE_ENDINGS:
        from gridplan.network.geography_geopackage import read_geopackage

        return read_geopackage(path)
    known = ", ".join((*GEOJSON_ENDINGS, *GEOPACKAGE_ENDINGS))
    raise refused("GP-ENC-002", path, f"no reader for {path.name}: its ending {ending!r} is none of {known}", REMEDY)


def read_exclusions(paths: list[Path]) -> tuple[Exclusion, ...]:
    """Areas of several files; the faults of all of them are raised together."""
    found: list[Exclusion] = []
    faults: list[Finding] = []
    for path in paths:
        try:
            found.append(read_exclusion(path))
        except InputError as error:
            faults += error.findings
    if faults:
        raise InputError(faults)
    return tuple(found)
