"""The ready studies that come with gridplan.

Comes in: a name. Goes out: its files; a sweep brings its base study.
"""

from __future__ import annotations

from pathlib import Path

from gridplan.errors import find_by_name
from gridplan.network.embedded import embedded_root
from gridplan.study.read import read_text_file
from gridplan.study.source import read_tree


def case_names() -> tuple[str, ...]:
    """Names of the ready studies."""
    return tuple(_cases())


def case_files(name: str) -> tuple[Path, ...]:
    """Files of a ready study, the study itself first.

    Raises
    ------
    InputError
        GP-CASE-001, if there is none of this name.
    """
    known = _cases()
    remedy = "" if known else "install gridplan again from the checkout"
    path = find_by_name(known, name, code="GP-CASE-001", what="ready study", remedy=remedy)
    tree = read_tree(read_text_file(path)[0], path).value
    base = tree.get("base") if isinstance(tree, dict) else None
    return (path, path.parent / base) if isinstance(base, str) else (path,)


def _cases() -> dict[str, Path]:
    """Files of the ready studies by name, in its order."""
    return {path.stem: path for path in sorted(embedded_root("cases").glob("*.yaml"), key=lambda path: path.stem)}
