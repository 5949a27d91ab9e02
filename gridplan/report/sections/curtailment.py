"""Chapter: curves of curtailed hours over MW at each candidate POI."""

from __future__ import annotations

from gridplan.report.blocks import Block, Figure, Paragraph
from gridplan.report.cells import mw_text, number_text
from gridplan.report.figures.curtailment_curves import CurvePanel, draw_curtailment_curves, is_split
from gridplan.report.file_names import CURTAILMENT_CURVE_CSV, POI_CAPACITY_CSV
from gridplan.report.run_folder import Record, RunFolder
from gridplan.report.studied_hours import hour_count
from gridplan.report.words import joined

_MOST_PANELS = 9
_INTRO = (
    "Each panel is one POI with its campus alone on the grid: hours a year the campus is curtailed when it draws that "
    "many MW in every hour, without shifting or storage. Firm MW end where the curve leaves zero (a radial POI has "
    "none); curves are cut at 1,000 h."
)


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Curves of the last year, chosen POIs first."""
    rows = run.rows(CURTAILMENT_CURVE_CSV)
    year = max(row.text("year") for row in rows)
    own = [row for row in rows if row.text("year") == year]
    chosen = {str(c["bus"]): str(c["id"]) for c in run.campuses(year)} if year in run.years else {}
    order = sorted(dict.fromkeys(row.text("poi") for row in own), key=lambda poi: poi not in chosen)
    every = [_panel(run, own, year, poi, chosen.get(poi, "")) for poi in order]
    curtailed = [panel for panel in every if any(panel.hours)]
    free = _free_words([panel for panel in every if not any(panel.hours)])
    if not curtailed:
        return (Paragraph(text=free),)
    if hour_count(run) == 1:
        return (Paragraph(text=f"{_one_hour_words(curtailed)} {free}".strip()),)
    panels = curtailed[:_MOST_PANELS]
    figure = Figure(
        id="curtailment_curves",
        svg=draw_curtailment_curves(panels),
        alt=_alt(panels, year),
        caption=f"Hours of curtailment over MW at the POI, {year}{_cause(panels)}",
        source=CURTAILMENT_CURVE_CSV,
    )
    left_out = [panel.poi for panel in curtailed[_MOST_PANELS:]]
    note = f"Not drawn, see the file: {', '.join(left_out)}." if left_out else ""
    intro = Paragraph(text=f"{_INTRO} {free}".strip())
    return intro, figure, *((Paragraph(text=note, tone="note"),) if note else ())


def _one_hour_words(panels: list[CurvePanel]) -> str:
    """One studied hour has no curve: it is curtailed or not."""
    parts = [f"{mw_text(panel.firm_mw)} at {panel.poi}" for panel in panels if panel.firm_mw is not None]
    ends = f" Above {joined(parts)} it is curtailed in that hour." if parts else ""
    return f"One hour is studied, so there is no curve of hours over MW: a campus is curtailed in it or not.{ends}"


def _cause(panels: list[CurvePanel]) -> str:
    return "" if is_split([panel.shown() for panel in panels]) else ", all limited by the network"


def _free_words(panels: list[CurvePanel]) -> str:
    by_mw: dict[float, list[str]] = {}
    for panel in panels:
        by_mw.setdefault(panel.total_mw[-1], []).append(panel.poi)
    parts = [f"{joined(pois)} (up to {mw_text(mw)})" for mw, pois in by_mw.items()]
    return f"Nothing is curtailed up to the largest MW looked for at POI {'; '.join(parts)}." if parts else ""


def _panel(run: RunFolder, rows: list[Record], year: str, poi: str, campus: str) -> CurvePanel:
    own = sorted((row for row in rows if row.text("poi") == poi), key=lambda row: row.number("total_mw") or 0.0)
    capacity = [r for r in run.optional_rows(POI_CAPACITY_CSV) if r.text("year") == year and r.text("poi") == poi]
    row = next((r for r in capacity if r.text("campus") == campus), capacity[0] if capacity else None)
    return CurvePanel(
        poi=poi,
        campus=campus,
        total_mw=_numbers(own, "total_mw"),
        network_hours=_numbers(own, "network_limited_hours"),
        generation_hours=_numbers(own, "generation_limited_hours"),
        hours=_numbers(own, "curtailed_hours"),
        firm_mw=row.number("firm_mw") if row else None,
        conditional_total_mw=row.number("total_mw") if row else None,
    )


def _numbers(rows: list[Record], name: str) -> list[float]:
    return [row.number(name) or 0.0 for row in rows]


def _alt(panels: list[CurvePanel], year: str) -> str:
    words = []
    for whole in panels:
        panel = whole.shown()
        end = f"{number_text(panel.hours[-1], 'hours')} h at {mw_text(panel.total_mw[-1])}"
        firm = f"firm up to {mw_text(panel.firm_mw)}, " if panel.firm_mw is not None else ""
        words.append(f"POI {panel.poi}: {firm}{end}")
    return f"Curves of curtailed hours per year over MW in {year}. {'. '.join(words)}."
