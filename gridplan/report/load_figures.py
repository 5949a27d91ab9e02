"""The figure of a campus as files of its own, for ``gridplan profile``.

Comes in: a campus of ``load_model_<year>.json``. Goes out: SVG and PNG of the drawing that the report has, with a
heading, on white; the same campus gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from gridplan.errors import FileError
from gridplan.report.cells import mw_text
from gridplan.report.figures.campus_load import draw_campus_load
from gridplan.report.figures.load_course import Heading, draw_total_load
from gridplan.report.json_node import Node
from gridplan.report.load_model import CampusLoad, TotalLoad, load_models
from gridplan.report.load_words import assumed_words, figure_alt, total_alt


def write_profile_figures(folder: Path, record: Mapping[str, Any]) -> list[Path]:
    """Write the figure of every campus of a record, ``load_<campus>_<year>.svg`` and ``.png``, and of their sum.

    The sum of several campuses is ``load_<year>``.

    Parameters
    ----------
    folder : Path
        An existing folder.
    record : mapping
        What ``load_model_<year>.json`` holds.

    Returns
    -------
    list of Path
        Files written.
    """
    written: list[Path] = []
    models = load_models(Node(record, "load model"))
    for campus in models.campuses:
        stem = folder / f"load_{campus.id}_{campus.year}"
        paths = stem.with_name(f"{stem.name}.svg"), stem.with_name(f"{stem.name}.png")
        write_profile_figure(*paths, campus)
        written += paths
    if models.total is not None:
        paths = folder / f"load_{models.year}.svg", folder / f"load_{models.year}.png"
        write_total_figure(*paths, models.total)
        written += paths
    return written


def write_profile_figure(path_svg: Path, path_png: Path, campus: CampusLoad) -> None:
    """Write the figure of a campus, the SVG with its words as title.

    Parameters
    ----------
    path_svg, path_png : Path
        Files to write; the folder exists.
    campus : CampusLoad

    Raises
    ------
    FileError
        If a file cannot be written.
    """
    png = io.BytesIO()
    heading = f"{campus.name}, {campus.year}: {mw_text(campus.mean_mw)} on average, {mw_text(campus.peak_mw)} at most"
    below = f"driver pack {campus.pack} {campus.release}" + (f"; {assumed_words(campus)}" if campus.assumed else "")
    svg = draw_campus_load("campus_load", campus, heading=Heading(heading, below), png=png)
    _write(path_svg, path_png, svg, figure_alt(campus), png.getvalue())


def write_total_figure(path_svg: Path, path_png: Path, total: TotalLoad) -> None:
    """Write the figure of several campuses together; as ``write_profile_figure``."""
    png = io.BytesIO()
    most = f"{mw_text(total.peak_mw)} at most"
    heading = Heading(
        f"{total.name}, {total.year}: {mw_text(total.mean_mw)} on average, {most}",
        f"sum of the contracts {mw_text(total.contract_mw)}; peaks of campuses need not meet in one hour",
    )
    svg = draw_total_load("load", total, heading=heading, png=png)
    _write(path_svg, path_png, svg, total_alt(total), png.getvalue())


def _write(path_svg: Path, path_png: Path, svg: str, alt: str, png: bytes) -> None:
    titled = svg.replace(">", f">\n<title>{escape(alt, quote=False)}</title>", 1)
    for path, content in ((path_svg, titled.encode()), (path_png, png)):
        try:
            path.write_bytes(content)
        except OSError as reason:
            raise FileError(f"{path} cannot be written: {reason.strerror or reason}") from reason
