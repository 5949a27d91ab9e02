"""Elements of a grid by the names that other files give them.

A Network comes in, and if there is one the case it was built from. Elements go out by id, by the buses they join, or
by bus and circuit; position -1 stands for an element the case states and the studied network does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from gridplan.network.case import GridCase
from gridplan.network.model import IntArray, Labels, Network, positions

ElementKind = Literal["branch", "generator", "dc_line", "bus"]
KINDS: tuple[ElementKind, ...] = ("branch", "generator", "dc_line", "bus")
ABSENT = -1
_PAIR = re.compile(r"\s*(.+?)\s*-\s*(.+?)\s*(?:_\s*(\S+)\s*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element: kind, position in the network's table (``ABSENT``: not studied) and id."""

    kind: ElementKind
    position: int
    id: str

    @property
    def is_studied(self) -> bool:
        """Whether the studied network holds it."""
        return self.position != ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    """Two-ended or one-ended elements with the bus ids they hang on, studied ones first told by position."""

    id: str
    position: int
    buses: tuple[str, ...]


class ElementNames:
    """Look-up of elements of one grid.

    Parameters
    ----------
    network : Network
        What is studied.
    case : GridCase, optional
        What the file states; its elements that the network lacks are known as absent.
    """

    def __init__(self, network: Network, case: GridCase | None = None) -> None:
        self.network = network
        net, branch, unit, dc = network, network.branch, network.generator, network.dc_line
        self.bus_ids: Labels = net.bus.id if case is None else tuple(dict.fromkeys((*case.bus.id, *net.bus.id)))
        names = net.bus.name if case is None else case.bus.name
        kv = net.bus.base_kv if case is None else case.bus.base_kv
        named = net.bus.id if case is None else case.bus.id
        self._bus_names = [(n.strip().lower(), float(k), i) for n, k, i in zip(names, kv, named, strict=True)]
        table: dict[str, tuple[Labels, tuple[Sequence[str], ...]]] = {
            "branch": (branch.id, (_bus_ids(net, branch.from_bus), _bus_ids(net, branch.to_bus))),
            "generator": (unit.id, (_bus_ids(net, unit.bus),)),
            "dc_line": (dc.id, (_bus_ids(net, dc.from_bus), _bus_ids(net, dc.to_bus))),
        }
        stated = dict(table)
        if case is not None:
            stated = {
                "branch": (case.branch.id, (case.branch.from_bus, case.branch.to_bus)),
                "generator": (case.generator.id, (case.generator.bus,)),
                "dc_line": (case.dc_line.id, (case.dc_line.from_bus, case.dc_line.to_bus)),
            }
        self._elements = {kind: _elements(*stated[kind], table[kind][0]) for kind in stated}
        self._by_id = {kind: {e.id: e for e in found} for kind, found in self._elements.items()}
        self._known_buses = frozenset(self.bus_ids)
        self._hung: dict[tuple[str, str], list[_Ends]] = {}
        for kind, found in self._elements.items():
            for e in found:
                for bus in dict.fromkeys(e.buses):
                    self._hung.setdefault((kind, bus), []).append(e)

    def ids(self, kind: ElementKind) -> Sequence[str]:
        """Ids of every element of a kind, absent ones included."""
        return self.bus_ids if kind == "bus" else list(self._by_id[kind])

    def find(self, kind: ElementKind, name: str) -> list[Element]:
        """Elements a name may mean: by id, a bus also by its name, a two-ended element by ``FROM-TO_CIRCUIT``."""
        name = name.strip()
        if kind == "bus":
            return [self._bus(bus) for bus in self.find_buses(name)]
        known = self._by_id[kind].get(name)
        if known is not None:
            return [Element(kind=kind, position=known.position, id=known.id)]
        pair = _PAIR.fullmatch(name)
        if kind == "generator" or not pair:
            return []
        return self.between(kind, pair[1], pair[2], pair[3] or "")

    def find_buses(self, name: str) -> list[str]:
        """Bus ids a name may mean: the id, else every bus of that name; ``NAME kV`` tells same names apart."""
        name = name.strip()
        if name in self._known_buses:
            return [name]
        words = name.lower()
        found = [bus for named, _, bus in self._bus_names if named == words]
        head, _, tail = words.rpartition(" ")
        if not found and head and _is_number(tail):
            found = [b for named, kv, b in self._bus_names if named == head.strip() and abs(kv - float(tail)) < 0.5]
        return found

    def between(self, kind: ElementKind, one: str, other: str, circuit: str = "") -> list[Element]:
        """Two-ended elements between two buses, either way round; of one circuit where it is given.

        The circuit is what the id says after the bus pair, else the count of parallel elements in file order.
        """
        pair = sorted((one, other))
        parallel = [e for e in self._hung.get((kind, one), ()) if sorted(e.buses) == pair]
        return self._of_circuit(kind, parallel, circuit)

    def at_bus(self, kind: ElementKind, bus: str, circuit: str = "") -> list[Element]:
        """Elements with an end at a bus; of one machine id where it is given."""
        return self._of_circuit(kind, self._hung.get((kind, bus), ()), circuit)

    def star_branches(self, ends: Sequence[str]) -> list[list[Element]]:
        """Windings of three-winding transformers: branches from these three buses to a common bus without others."""
        stars: dict[str, list[_Ends]] = {}
        for end in dict.fromkeys(ends):
            for e in self._hung.get(("branch", end), ()):
                far = next((bus for bus in e.buses if bus != end), end)
                if far not in ends:
                    stars.setdefault(far, []).append(e)
        whole = [s for s, own in stars.items() if len(own) == len(ends) == len(self.at_bus("branch", s))]
        wanted = sorted(ends)
        return [
            [self._element("branch", e) for e in stars[star]]
            for star in whole
            if sorted(bus for e in stars[star] for bus in e.buses if bus != star) == wanted
        ]

    def _of_circuit(self, kind: ElementKind, parallel: Sequence[_Ends], circuit: str) -> list[Element]:
        if not circuit:
            return [self._element(kind, e) for e in parallel]
        labels = [_circuit(e) for e in parallel]
        if circuit in labels:
            return [self._element(kind, parallel[labels.index(circuit)])]
        if not any(labels) and circuit.isdigit() and 1 <= int(circuit) <= len(parallel):
            return [self._element(kind, parallel[int(circuit) - 1])]
        return []

    def _element(self, kind: ElementKind, found: _Ends) -> Element:
        return Element(kind=kind, position=found.position, id=found.id)

    def _bus(self, bus: str) -> Element:
        return Element(kind="bus", position=self.network.bus_position.get(bus, ABSENT), id=bus)


def _bus_ids(network: Network, at: IntArray) -> Labels:
    return tuple(network.bus.id[i] for i in at)


def _elements(ids: Labels, ends: tuple[Sequence[str], ...], studied: Labels) -> list[_Ends]:
    at = positions(ids, studied)
    rows: Iterator[tuple[str, ...]] = zip(*ends, strict=True)
    return [
        _Ends(id=name, position=int(position), buses=tuple(map(str, buses)))
        for name, position, buses in zip(ids, at, rows, strict=True)
    ]


def _circuit(element: _Ends) -> str:
    """Circuit or machine id an id carries: what follows the bus or the bus pair, either way round."""
    for head in ("-".join(element.buses), "-".join(element.buses[::-1])):
        if element.id.startswith(f"{head}_"):
            rest = element.id.removeprefix(f"{head}_")
            return rest if "_" not in rest else ""
    return ""


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
