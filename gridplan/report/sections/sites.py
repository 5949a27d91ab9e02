"""Chapter: the map of the grid with its loading, the POIs, the chosen campuses and the reinforcements."""

from __future__ import annotations

from gridplan.report.blocks import Block, Figure, Paragraph
from gridplan.report.cells import mw_text, number_text
from gridplan.report.file_names import SITES_GPKG
from gridplan.report.grid_view import GridView, read_grid_view
from gridplan.report.maps import draw_map
from gridplan.report.run_folder import NotStudiedError, RunFolder
from gridplan.report.words import counted


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Map of the last year."""
    if not run.years:
        raise NotStudiedError("nothing was solved that a map could show")
    view = read_grid_view(run)
    kind = "Map" if view.has_coordinates else "Schematic drawing (the grid has no coordinates)"
    figure = Figure(
        id="map",
        svg=draw_map(view),
        alt=_alt(view),
        caption=f"{kind} of {view.title}, {view.year}. Line width and colour: {_loading(view)}",
        source=SITES_GPKG if view.has_coordinates else "",
    )
    notes = []
    if view.is_synthetic and view.has_coordinates:
        notes.append("The grid is synthetic: places are real, lines and stations are not those of any utility.")
    if view.without_place:
        notes.append(f"{counted(view.without_place, 'bus', 'buses')} without coordinates stand on no map.")
    if not view.has_coordinates:
        notes.append("Distances in the drawing mean nothing; buses stand near those that few branches part them from.")
    return figure, *(Paragraph(text=text, tone="note") for text in notes)


def _loading(view: GridView) -> str:
    if view.loading_percent is None:
        return "no loading (no hourly results)."
    return "highest loading of the year with everything in service, in percent of the normal limit."


def _alt(view: GridView) -> str:
    parts = [f"{view.title}: {len(view.bus_ids)} buses and {len(view.branch_ids)} branches"]
    parts += [f"campus {site.campus} at bus {site.bus} with {mw_text(site.connected_mw)}" for site in view.campuses]
    parts += [f"reinforced branch {view.branch_ids[k]}" for k in view.built]
    for k in view.most_loaded(3):
        percent = number_text(float(view.loading_percent[k]), "percent") if view.loading_percent is not None else ""
        parts.append(f"branch {view.branch_ids[k]} loaded up to {percent} percent")
    kind = "Map" if view.has_coordinates else "Schematic drawing, not a map"
    return f"{kind}. {'; '.join(parts)}."
