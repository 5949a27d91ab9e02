"""Build of the report: report.json, report.pdf, report.html and sites.gpkg of a run folder.

Comes in: a run folder. Goes out: the names written. The other files of the folder decide every byte.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from gridplan.errors import FileError
from gridplan.report.contents import build_document
from gridplan.report.file_names import REPORT_HTML, REPORT_JSON, REPORT_PDF, SITES_GPKG
from gridplan.report.html import build_html
from gridplan.report.maps_geopackage import write_geopackage
from gridplan.report.pdf import compile_pdf
from gridplan.report.run_folder import NotStudiedError, RunFolder

_LOG = logging.getLogger(__name__)


def build_report_apart(run_dir: Path) -> list[str]:
    """``build_report`` in a process of its own: what a run imported before changes how figures are drawn.

    So a run and a later ``gridplan report`` write the same bytes.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as apart:
        return apart.submit(build_report, run_dir).result()


def build_report(run_dir: Path) -> list[str]:
    """Write the report of a run into its folder; a grid without coordinates has no sites.gpkg.

    Parameters
    ----------
    run_dir : Path
        Run folder; only its other files are read, and the same files give the same bytes.

    Returns
    -------
    list of str
        Names of the files written.

    Raises
    ------
    FileError
        If the folder does not exist, a file in it is damaged, or nothing can be written.
    """
    if not run_dir.is_dir():
        raise FileError(f"{run_dir} is no folder; give the folder of a finished run")
    begun = time.perf_counter()
    run = RunFolder(run_dir)
    document = build_document(run)
    text = json.dumps(document.to_json(), indent=1, ensure_ascii=False) + "\n"
    files = {
        REPORT_JSON: text.encode(),
        REPORT_PDF: compile_pdf(document),
        REPORT_HTML: build_html(document).encode(),
        **_geopackage(run),
    }
    for name, content in files.items():
        _replace(run_dir / name, content)
    _LOG.info("report of %s: %d files, %.1f s", run_dir.name, len(files), time.perf_counter() - begun)
    return list(files)


def _geopackage(run: RunFolder) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="gridplan-sites-") as folder:
        path = Path(folder) / SITES_GPKG
        try:
            is_written = write_geopackage(run, path)
        except NotStudiedError:
            is_written = False
        return {SITES_GPKG: path.read_bytes()} if is_written else {}


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as reason:
        part.unlink(missing_ok=True)
        raise FileError(f"{path} cannot be written: {reason}") from reason
