"""What a RAW file holds and no table of gridplan does: counted by section, with the MW that are lost.

Equipment in service that moves power (VSC dc lines, multi-terminal dc, FACTS, GNE devices, induction machines) is a
warning with its MW; labels and control data are listed as not carried.
"""

from __future__ import annotations

from typing import NamedTuple

from gridplan.network.case import NotCarried
from gridplan.network.number_text import number_of
from gridplan.network.psse.text import Faults, Line, RawText

_MEANINGS = {
    "system-wide": "solution settings and names of rating sets",
    "area": "area names and interchange targets; the areas of buses are kept",
    "zone": "zone names; the zones of buses are kept",
    "owner": "owner names",
    "inter-area transfer": "scheduled transfers between areas",
    "impedance correction": "tables of impedance over tap; impedances are taken as written",
    "multi-section line": "groups of lines; each line is kept by itself",
    "substation": "nodes and switches inside substations; buses stay as they are",
    "vsc dc line": "dc lines with voltage source converters",
    "multi-terminal dc": "dc networks of more than two terminals",
    "facts device": "FACTS devices",
    "gne device": "generic network elements",
    "induction machine": "induction machines",
}
_REMEDY = "state the power it moves as loads or units at its buses"


class Power(NamedTuple):
    """What a record moves: whether in service, MW as far as its fields tell, at which buses."""

    name: str
    in_service: bool
    p_mw: float
    buses: str


def not_carried_sections(raw: RawText) -> tuple[NotCarried, ...]:
    """Sections that no table holds, with the number of their records."""
    counts = {section: len(raw.records.get(section, ())) for section in _MEANINGS}
    return tuple(
        NotCarried(section=section, rows=count, meaning=_MEANINGS[section])
        for section, count in counts.items()
        if count
    )


def tell_lost_power(raw: RawText, faults: Faults) -> None:
    """Warn of everything in service that moves power and is not carried."""
    for section, power_of in (("vsc dc line", _vsc), ("facts device", _facts), ("induction machine", _machine)):
        for record in raw.records.get(section, ()):
            if record:
                _tell(section, power_of(record), record[0].number, faults)
    for section in ("multi-terminal dc", "gne device"):
        records = raw.records.get(section, ())
        if records:
            message = f"{len(records)} lines of {section} data are not read; the power they move is not in the case"
            faults.warning("GP-NET-003", message, _REMEDY, records[0][0].number, section)


def _tell(section: str, power: Power, number: int, faults: Faults) -> None:
    if power.in_service:
        message = f"{section} {power.name} at {power.buses} is in service and not carried: {power.p_mw:,.6g} MW"
        faults.warning("GP-NET-003", message, _REMEDY, number, section)


def _vsc(record: tuple[Line, ...]) -> Power:
    """Dc lines: NAME, MDC, RDC; then for each end IBUS, TYPE (2 = MW), MODE, DCSET."""
    ends = record[1:]
    p_mw = sum(abs(_number(end, 3)) for end in ends if _number(end, 1) == 2)
    buses = "buses " + " and ".join(_text(end, 0) for end in ends)
    return Power(_text(record[0], 0), _number(record[0], 1) != 0, p_mw, buses)


def _facts(record: tuple[Line, ...]) -> Power:
    """FACTS devices: NAME, I, J, MODE (0 = out of service), PDES."""
    line = record[0]
    to_bus = _text(line, 2)
    buses = f"bus {_text(line, 1)}" + (f" to {to_bus}" if to_bus not in ("", "0") else "")
    return Power(_text(line, 0), _number(line, 3) != 0, abs(_number(line, 4)), buses)


def _machine(record: tuple[Line, ...]) -> Power:
    """Induction machines: I, ID, STAT and, as fourteenth field, PSET."""
    line = record[0]
    return Power(_text(line, 1), _number(line, 2) != 0, abs(_number(line, 13)), f"bus {_text(line, 0)}")


def _text(line: Line, k: int) -> str:
    tokens = line.tokens
    return tokens[k].text.strip() if k < len(tokens) else ""


def _number(line: Line, k: int) -> float:
    """Value of a field of a record that is not carried; an absent one counts as in service, or as 0 MW."""
    value = number_of(_text(line, k))
    return value if value is not None else 0.0
