"""Words of a RAW file: quoted names of limited length, and numbers for labels of areas and zones."""

from __future__ import annotations

from collections.abc import Sequence

from gridplan.network.case import NotCarried

_MAX_LABEL = 9999


def quoted(word: str, length: int) -> str:
    """Name between quotes, cut to its length and padded; quotes and line ends in it become blanks."""
    plain = "".join(" " if sign in "'\"" or not sign.isprintable() else sign for sign in word)
    return f"'{plain[:length]:<{length}}'"


def fits(word: str, length: int) -> bool:
    """Whether a name is written as it is."""
    return len(word) <= length and word.isprintable() and not set(word) & {"'", '"'}


def label_numbers(what: str, labels: Sequence[str]) -> tuple[dict[str, int], tuple[NotCarried, ...]]:
    """Label of an area or zone -> number; labels that are no number from 1 to 9999 get free ones and a name."""
    unique = dict.fromkeys(labels)
    numbers = {label: int(label) for label in unique if _is_number(label)}
    used = set(numbers.values())
    free = (number for number in range(1, _MAX_LABEL + 1) if number not in used)
    named = [label for label in unique if label not in numbers]
    numbers |= {label: next(free) for label in named}
    told = tuple(label for label in named if label)
    if not told:
        return numbers, ()
    meaning = f"numbered; names stand in the {what} section: {', '.join(told[:8])}"
    return numbers, (NotCarried(section=f"{what} labels", rows=len(told), meaning=meaning),)


def _is_number(label: str) -> bool:
    return label.isascii() and label.isdigit() and label[0] != "0" and int(label[:5]) <= _MAX_LABEL and len(label) <= 4
