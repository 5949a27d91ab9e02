"""Ids that a RAW file can hold: bus numbers, and two characters for machines, circuits, loads and shunts.

Comes in: ids of a case. Goes out: what is written for each, and those that had to change. What fits stays.
"""

from __future__ import annotations

from collections.abc import Sequence

from gridplan.network.case import NotCarried
from gridplan.network.psse.injections import MAX_BUS


def bus_numbers(ids: Sequence[str]) -> tuple[dict[str, int], tuple[NotCarried, ...]]:
    """Bus id -> number; ids that are no number from 1 to 999997 get the lowest free ones, and are listed."""
    numbers = {name: int(name) for name in ids if _is_number(name)}
    used = set(numbers.values())
    free = (number for number in range(1, MAX_BUS + 1) if number not in used)
    changed = []
    for name in ids:
        if name not in numbers:
            numbers[name] = next(free)
            changed.append(f"{name} -> {numbers[name]}")
    return numbers, _listed("bus ids", changed, "numbered, the name keeps the first 12 characters")


def short_ids(
    what: str, ids: Sequence[str], owners: Sequence[tuple[int, ...]]
) -> tuple[list[str], tuple[NotCarried, ...]]:
    """Two characters for every element, unique among those of one owner (a bus, or a pair of buses).

    Parameters
    ----------
    what : str
        Word for the list of changed ids.
    ids : sequence of str
        Ids of the case, ``BUS_ID`` or ``FROM-TO_ID``; the part after the last underscore is kept where it fits.
    owners : sequence of tuple of int
        Bus number, or both in ascending order, of each element.
    """
    wanted = [name.rpartition("_")[2] for name in ids]
    used: dict[tuple[int, ...], set[str]] = {}
    chosen: list[str] = [""] * len(ids)
    late = []
    for k, (word, owner) in enumerate(zip(wanted, owners, strict=True)):
        taken = used.setdefault(owner, set())
        if "_" in ids[k] and 0 < len(word) <= 2 and word.isascii() and word.isalnum() and word not in taken:
            chosen[k] = word
            taken.add(word)
        else:
            late.append(k)
    changed = []
    for k in late:
        taken = used[owners[k]]
        chosen[k] = next(word for number in range(1, len(taken) + 2) if (word := _short(number)) not in taken)
        taken.add(chosen[k])
        changed.append(f"{ids[k]} -> {'-'.join(map(str, owners[k]))} {chosen[k]}")
    return chosen, _listed(f"{what} ids", changed, "numbered anew")


def _short(number: int) -> str:
    """Id of two characters: 1 to 99, then letters before a digit or letter."""
    if number <= 99:
        return str(number)
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    first, second = divmod(number - 100, len(signs))
    if first >= 26:
        raise ValueError(f"{number} elements at one bus are more than RAW can tell apart")
    return signs[first] + signs[second]


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit() and name[0] != "0" and len(name) <= 6 and int(name) <= MAX_BUS


def _listed(section: str, changed: list[str], meaning: str) -> tuple[NotCarried, ...]:
    if not changed:
        return ()
    return (NotCarried(section=section, rows=len(changed), meaning=f"{meaning}: {', '.join(changed)}"),)
