"""Maps and map layers of grids with all, some and none of their coordinates."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest

from gridplan.network.geography.layout import schematic_layout
from gridplan.report.blocks import Figure, Paragraph
from gridplan.report.grid_view import read_grid_view
from gridplan.report.maps import draw_map
from gridplan.report.maps_geopackage import write_geopackage
from gridplan.report.run_folder import RunFolder
from gridplan.report.sections.sites import build_blocks


def forget(run: Path, buses: slice) -> None:
    """Take the coordinates of some buses out of a run."""
    document = json.loads((run / "network.json").read_text())
    table = document["tables"]["bus"]
    for column in ("latitude_degree", "longitude_degree"):
        table[column][buses] = [None] * len(table[column][buses])
    (run / "network.json").write_text(json.dumps(document))


def test_layers_of_a_run_hold_results_where_they_stand(copy: Path, tmp_path: Path) -> None:
    path = tmp_path / "sites.gpkg"
    assert write_geopackage(RunFolder(copy), path)
    assert [name for name, _ in pyogrio.list_layers(path)] == ["bus", "branch", "dc_line", "poi", "campus"]
    layers = {name: geopandas.read_file(path, layer=name) for name, _ in pyogrio.list_layers(path)}
    assert {frame.crs.to_epsg() for frame in layers.values()} == {4326}
    assert len(layers["bus"]) == 73
    candidates = layers["bus"].loc[layers["bus"]["is_candidate"], "id"]
    assert set(candidates) == {"107", "113", "310", "316", "203", "215", "207"}
    campus = layers["campus"].set_index(["year", "campus"]).loc[(2029, "mesa")]
    assert (campus["bus"], campus["name"], campus["firm_mw"]) == ("113", "Mesa training park", 300.0)
    at = layers["bus"].set_index("id").loc["113"].geometry
    assert campus.geometry.equals(at)
    branch = layers["branch"].iloc[0]
    ends = layers["bus"].set_index("id").loc[[branch["from_bus"], branch["to_bus"]]].geometry
    assert [tuple(point.coords[0]) for point in ends] == list(branch.geometry.coords)


def test_buses_without_coordinates_are_left_out_and_counted(copy: Path, tmp_path: Path) -> None:
    forget(copy, slice(0, 12))
    run = RunFolder(copy)
    figure, *notes = build_blocks(run)
    assert isinstance(figure, Figure)
    assert figure.caption.startswith("Map of")
    assert "nan" not in re.sub(r"<[^>]*title.*?>", "", figure.svg).lower().split()
    texts = [note.text for note in notes if isinstance(note, Paragraph)]
    assert "12 buses without coordinates stand on no map." in texts
    assert write_geopackage(run, tmp_path / "sites.gpkg")
    assert len(geopandas.read_file(tmp_path / "sites.gpkg", layer="bus")) == 61
    branches = geopandas.read_file(tmp_path / "sites.gpkg", layer="branch")
    assert 0 < len(branches) < 120
    assert np.isfinite(branches.total_bounds).all()


def test_grid_without_coordinates_is_said_to_be_schematic(copy: Path, tmp_path: Path) -> None:
    forget(copy, slice(0, 73))
    run = RunFolder(copy)
    figure, *notes = build_blocks(run)
    assert isinstance(figure, Figure)
    assert figure.caption.startswith("Schematic drawing (the grid has no coordinates)")
    assert figure.alt.startswith("Schematic drawing, not a map")
    assert figure.source == ""
    assert any("mean nothing" in note.text for note in notes if isinstance(note, Paragraph))
    assert not any("places are real" in note.text for note in notes if isinstance(note, Paragraph))
    assert not write_geopackage(run, tmp_path / "sites.gpkg")
    assert not (tmp_path / "sites.gpkg").exists()
    assert draw_map(read_grid_view(run)) == figure.svg


@pytest.mark.slow
def test_large_grid_is_laid_out_in_seconds() -> None:
    rng = np.random.default_rng(5)
    places = rng.random((2000, 2))
    ends = np.array([(k, int(np.argmin(((places[:k] - places[k]) ** 2).sum(axis=1)))) for k in range(1, 2000)])
    begun = time.perf_counter()
    x, _ = schematic_layout(2000, np.concatenate([ends, rng.integers(0, 2000, (1200, 2))]))
    assert len(x) == 2000
    assert time.perf_counter() - begun < 60
