"""The PDF: the hand-written template compiled with report.json and the drawings, tagged and archivable.

Comes in: a Document. Goes out: bytes that depend on nothing else. A drawing without alternative text is refused here.
"""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from gridplan.errors import FileError
from gridplan.report.contents import Document

TEMPLATE = Path(__file__).with_name("template.typ")

_MISSING_LETTER = "\N{REPLACEMENT CHARACTER}"


def compile_pdf(document: Document) -> bytes:
    """PDF of a document.

    Raises
    ------
    FileError
        If the typesetter refuses the document; its words are kept.
    """
    import typst

    with tempfile.TemporaryDirectory(prefix="gridplan-report-") as name:
        folder = Path(name)
        (folder / "report.json").write_text(json.dumps(printable(document.to_json())), encoding="utf-8")
        (folder / "template.typ").write_bytes(TEMPLATE.read_bytes())
        for figure in document.figures:
            (folder / figure.file).write_text(figure.svg, encoding="utf-8")
        try:
            found: bytes = typst.compile(
                folder / "template.typ",
                root=folder,
                format="pdf",
                font_paths=[_font_folder()],
                ignore_system_fonts=True,
                pdf_standards=["ua-1", "a-2a"],
                timestamp=datetime.combine(document.day, datetime.min.time(), tzinfo=UTC),
            )
            return found
        except typst.TypstError as reason:
            raise FileError(f"the report cannot be typeset: {reason.message}. {' '.join(reason.hints)}") from reason


def printable(value: Any) -> Any:
    """Value with every letter the fonts lack replaced, in all its texts."""
    if isinstance(value, str):
        return "".join(letter if _is_printable(letter) else _MISSING_LETTER for letter in value)
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    return value


def _is_printable(letter: str) -> bool:
    return letter in "\n\t\u00ad" or ord(letter) in _letters()


@cache
def _letters() -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(_font_folder() / "DejaVuSans.ttf")).get_charmap())


def _font_folder() -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"
