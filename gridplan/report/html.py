"""The page: the same document as one HTML file that asks nothing of the net.

Comes in: a Document. Goes out: text with drawings inside. Every text of the study is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Any

from gridplan.report.blocks import Figure
from gridplan.report.contents import Document
from gridplan.report.page_style import CSS

_NAMESPACE = re.compile(r'\s+xmlns(?::xlink)?="[^"]*"')
_SIZE = re.compile(r'(<svg[^>]*?)\s+width="[^"]*"\s+height="[^"]*"|(<svg[^>]*?)\s+height="[^"]*"\s+width="[^"]*"')


def build_html(document: Document) -> str:
    """HTML page of a document."""
    data = document.to_json()
    drawings = {figure.id: inline_svg(figure) for figure in document.figures}
    sections = "".join(_section(k + 1, section, drawings) for k, section in enumerate(data["sections"]))
    contents = "".join(
        f'<li><a href="#{escape(s["id"])}">{escape(s["title"])}</a>{_status(s)}</li>' for s in data["sections"]
    )
    table = _table(data["campuses"]) if data["campuses"] else ""
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(data['title'])}</title>\n"
        f"<style>{CSS}</style>\n</head>\n<body>\n"
        f'<nav aria-label="Contents"><p>{escape(data["title"])}</p><ol>{contents}</ol></nav>\n<main>\n'
        f"{_cover(data)}{table}{''.join(_paragraph(w) for w in data['warnings'])}"
        f'<p class="caveat">{escape(data["caveat"])}</p>\n{sections}'
        f"<footer>{escape(data['dataset'])} · edition {escape(data['edition'])}</footer>\n</main>\n</body>\n</html>\n"
    )


def inline_svg(figure: Figure) -> str:
    """Drawing as an element of the page, named by its alternative text."""
    bare = _NAMESPACE.sub("", figure.svg).replace("xlink:href", "href")
    sized = _SIZE.sub(lambda m: m[1] or m[2], bare, count=1)
    label = escape(figure.alt, quote=True)
    return sized.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)


def _cover(data: dict[str, Any]) -> str:
    facts = "".join(f"<div><dt>{escape(f['label'])}</dt><dd>{escape(f['text'])}</dd></div>" for f in data["facts"])
    lines = "".join(f"<div><dt>{escape(v['label'])}</dt><dd>{escape(v['text'])}</dd></div>" for v in data["verdict"])
    description = f'<p class="lead">{escape(data["description"])}</p>' if data["description"] else ""
    return (
        f'<header><p class="kind">Interconnection study of AI data centers</p><h1>{escape(data["title"])}</h1>'
        f'{description}<dl class="facts">{facts}</dl></header>\n<dl class="verdict" aria-label="Verdict">{lines}</dl>\n'
    )


def _section(number: int, section: dict[str, Any], drawings: dict[str, str]) -> str:
    blocks = "".join(_block(block, drawings) for block in section["blocks"])
    title = f'<h2><span class="number">{number}</span> {escape(section["title"])}</h2>'
    return f'<section id="{escape(section["id"])}">{title}\n{blocks}</section>\n'


def _status(section: dict[str, Any]) -> str:
    return "" if section["status"] == "studied" else ' <span class="quiet">not studied</span>'


def _block(block: dict[str, Any], drawings: dict[str, str]) -> str:
    builders: dict[str, Callable[[], str]] = {
        "paragraph": lambda: _paragraph(block),
        "table": lambda: _table(block),
        "terms": lambda: _terms(block),
        "figure": lambda: _figure(block, drawings),
    }
    return builders[block["kind"]]()


def _paragraph(block: dict[str, Any]) -> str:
    return f'<p class="{escape(block["tone"])}">{escape(block["text"])}</p>\n'


def _terms(block: dict[str, Any]) -> str:
    rows = "".join(f"<dt>{escape(e['term'])}</dt><dd>{escape(e['text'])}</dd>" for e in block["entries"])
    return f'<dl class="terms">{rows}</dl>\n'


def _figure(block: dict[str, Any], drawings: dict[str, str]) -> str:
    caption = f"<figcaption>{escape(block['caption'])}</figcaption>"
    return f'<figure id="figure-{escape(block["id"])}">{caption}{drawings[block["id"]]}{_source(block)}</figure>\n'


def _table(block: dict[str, Any]) -> str:
    heads = "".join(
        f'<th scope="col" class="{c["align"]}">{escape(c["head"])}'
        + (f'<span class="unit">{escape(c["unit"])}</span>' if c["unit"] else "")
        + "</th>"
        for c in block["columns"]
    )
    rows = "".join(_row(row, block["columns"]) for row in block["rows"])
    return (
        f'<figure class="table" id="table-{escape(block["id"])}"><div class="scroll" tabindex="0" role="group" '
        f'aria-label="{escape(block["caption"], quote=True)}"><table><caption>{escape(block["caption"])}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>{_source(block)}</figure>\n"
    )


def _row(row: dict[str, Any], columns: list[dict[str, Any]]) -> str:
    if row["style"] == "group":
        title = escape(row["cells"][0]["text"])
        return f'<tr class="group"><th scope="rowgroup" colspan="{len(columns)}">{title}</th></tr>'
    cells = "".join(
        f'<td class="{column["align"]} {cell.get("mark", "")}">{escape(cell["text"])}</td>'
        for cell, column in zip(row["cells"], columns, strict=True)
    )
    return f'<tr class="{row["style"]}">{cells}</tr>'


def _source(block: dict[str, Any]) -> str:
    parts = [escape(block["note"])] if block.get("note") else []
    if block["source"]:
        parts.append(f"Data: {escape(block['source'])}")
    return f'<p class="source">{" ".join(parts)}</p>' if parts else ""
