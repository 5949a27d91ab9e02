"""Areas that exclude sites, from GeoJSON or GeoPackage; both are read as data, by size and kind before content.

Comes in: a path inside the study's folder. Goes out: an Exclusion in degrees, or every fault of the file with its
feature. No driver looks at the file: nothing in it can name another file, an archive or an address.
"""

from __future__ import annotations

from pathlib import Path

from gridplan.network.geography.places import Exclusion
from gridplan.text_file import refused

REMEDY = "export the areas as GeoJSON (.geojson) or GeoPackage (.gpkg), EPSG:4326"
GEOJSON_ENDINGS = (".geojson", ".json")
GEOPACKAGE_ENDINGS = (".gpkg",)


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
        from gridplan.network.geography.geojson import read_geojson

        return read_geojson(path)
    if ending in GEOPACKAGE_ENDINGS:
        from gridplan.network.geography.geopackage import read_geopackage

        return read_geopackage(path)
    known = ", ".join((*GEOJSON_ENDINGS, *GEOPACKAGE_ENDINGS))
    raise refused("GP-ENC-002", path, f"no reader for {path.name}: its ending {ending!r} is none of {known}", REMEDY)
