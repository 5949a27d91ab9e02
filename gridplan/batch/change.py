"""One value of a study changed at a dotted key, as in ``campuses.mesa.contract_mw``.

Comes in: the study as plain groups and lists. Goes out: a changed copy; entries of a list are found by their id.
"""

from __future__ import annotations

import copy
from typing import Any, NoReturn

from gridplan.errors import did_you_mean, input_error


def changed(tree: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Copy of ``tree`` with ``value`` at ``path``; groups that are missing on the way are added.

    Raises
    ------
    InputError
        GP-SWP-003, if the path runs through a plain value or names no entry of a list.
    """
    result = copy.deepcopy(tree)
    node: Any = result
    rest, done = path, ""
    while rest:
        step, rest = _step(node, rest, done)
        if not rest:
            node[step] = copy.deepcopy(value)
            break
        if isinstance(node, dict) and node.get(step) is None:
            node[step] = {}
        node, done = node[step], f"{done}.{step}".lstrip(".")
    return result


def _step(node: Any, rest: str, done: str) -> tuple[Any, str]:
    """Key or position of the next step in ``node``, and the path after it."""
    if isinstance(node, dict):
        step, _, after = rest.partition(".")
        return step, after
    if not isinstance(node, list):
        _refuse(f"{done} is a plain value, nothing stands below it", "shorten the path of the axis")
    ids = {str(entry["id"]): i for i, entry in enumerate(node) if isinstance(entry, dict) and "id" in entry}
    if not ids:
        _refuse(f"entries of {done} have no id", f"give the whole list as value of the path {done}")
    fitting = [name for name in ids if f"{rest}.".startswith(f"{name}.")]
    if not fitting:
        name = rest.partition(".")[0]
        _refuse(f"{done} has no entry {name!r}.{did_you_mean(name, ids)}", f"use one of {', '.join(ids)}")
    name = max(fitting, key=len)
    return ids[name], rest[len(name) + 1 :]


def _refuse(message: str, remedy: str) -> NoReturn:
    raise input_error("GP-SWP-003", message, remedy)
