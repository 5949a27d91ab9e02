"""The ready studies that come with gridplan.

Comes in: a name. Goes out: its files; a sweep brings its base study.
"""

from __future__ import annotations

from pathlib import Path

from gridplan.errors import did_you_mean, input_error
from gridplan.network.embedded import embedded_root
from gridplan.study.read import read_text_file
from gridplan.study.source import read_tree


def case_names() -> tuple[str, ...]:
    """Names of the ready studies."""
    return tuple(sorted(path.stem for path in embedded_root("cases").glob("*.yaml")))


def case_files(name: str) -> tuple[Path, ...]:
    """Files of a ready study, the study itself first.

    Raises
    ------
    InputError
        GP-CASE-001, if there is none of this name.
    """
    folder, names = embedded_root("cases"), case_names()
    if name not in names:
        raise input_error(
            "GP-CASE-001",
            f"there is no ready study {name!r}.{did_you_mean(name, names)}",
            f"use one of {', '.join(names)}" if names else "install gridplan again from the checkout",
        )
    path = folder / f"{name}.yaml"
    tree = read_tree(read_text_file(path)[0], path).value
    base = tree.get("base") if isinstance(tree, dict) else None
    return (path, folder / base) if isinstance(base, str) else (path,)
