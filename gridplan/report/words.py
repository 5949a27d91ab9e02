"""Labels of result files in a planner's words.

Comes in: labels such as ``branch:A27`` and lists of names. Goes out: text for sentences and tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from gridplan.report.cells import hour_text
from gridplan.solution import INTACT

KIND_WORDS = {"branch": "branch", "unit": "unit", "dc_line": "dc line", "campus": "campus"}
COUNT_WORDS = {
    **{name: (f"{name} set", f"{name} sets") for name in ("P1", "P2", "P3", "P4", "P5", "P6", "P7")},
    "branch": ("branch", "branches"),
    "unit": ("unit", "units"),
    "dc_line": ("dc pole", "dc poles"),
    "campus": ("campus", "campuses"),
}
FUEL_WORDS = {"NG": "gas", "Oil": "oil", "Coal": "coal", "Nuclear": "nuclear", "Hydro": "hydro"}
_SET = "set:"
_SPACE = re.compile(r"\s")
_STAMP = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?\b")
_OUTAGE = re.compile(r"(?:\b(?:under |after )?(?:the )?loss of )?\b(branch|unit|dc_line|campus):(\S+)")


def outage_words(label: str) -> str:
    """Outage in words: ``branch:A27`` is ``loss of branch A27``, ``A27`` is ``loss of A27``."""
    if label == INTACT:
        return "nothing lost"
    if label.startswith(_SET):
        return f"loss of {label.removeprefix(_SET)}"
    if ":" not in label and "loss" not in label:
        return f"loss of {label}"
    return _OUTAGE.sub(lambda m: f"loss of {KIND_WORDS[m[1]]} {m[2]}", label)


def binding_words(text: str) -> str:
    """Binding element in words: ``A27 | branch:B13`` is ``A27 under loss of branch B13``.

    Text that already is a sentence keeps its words; only labels in it are spelled out.
    """
    element, bar, outage = (part.strip() for part in text.partition("|"))
    if not bar and element and not _SPACE.search(element):
        return f"{element} with everything in service"
    if not bar:
        plain = hours_in_words(re.sub(rf"\b{INTACT}\b", "nothing lost", text))
        return _OUTAGE.sub(lambda m: f"{_joint(m)}loss of {KIND_WORDS[m[1]]} {m[2]}", plain)
    if outage == INTACT:
        return f"{element} with everything in service"
    return f"{element} under {outage_words(outage)}"


def hours_in_words(text: str) -> str:
    """Text whose time stamps such as ``2020-08-26T17:00`` are spelled out."""
    return _STAMP.sub(lambda m: hour_text(m[0][:16]), text)


def joined(names: Iterable[str], word: str = "and") -> str:
    """Names in a row: ``a``, ``a and b``, ``a, b and c``."""
    found = list(names)
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} {word} {found[-1]}"


def counted(count: int, singular: str, plural: str = "") -> str:
    """``1 hour``, ``2 hours``, ``8,784 hours``."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def contingency_counts(counts: Mapping[str, int]) -> str:
    """``120 branches, 96 units and 1 dc pole``."""
    return joined(counted(int(n), *COUNT_WORDS.get(kind, (kind,))) for kind, n in counts.items() if n)


def fuel_words(fuel: str) -> str:
    """Fuel in words where it has some."""
    return FUEL_WORDS.get(fuel, fuel)


def _joint(match: re.Match[str]) -> str:
    return "under " if match[0].startswith("under ") else "after " if match[0].startswith("after ") else ""
