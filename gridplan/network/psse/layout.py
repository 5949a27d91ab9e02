"""Sections of PSS/E RAW files of versions 32 to 35 and the fields of their records.

A field is ``NAME:kind`` or ``NAME:kind=default``; kinds are i (integer), b (0 or 1), f (number) and s (text). Fields
before ``|`` must stand in every record; the others may be absent at its end.
Source: Siemens PTI, PSS/E Program Operation Manual, Power Flow Raw Data File Contents.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

VERSIONS = (32, 33, 34, 35)

_SECTIONS_33 = (
    "bus",
    "load",
    "fixed shunt",
    "generator",
    "branch",
    "transformer",
    "area",
    "two-terminal dc",
    "vsc dc line",
    "impedance correction",
    "multi-terminal dc",
    "multi-section line",
    "zone",
    "inter-area transfer",
    "owner",
    "facts device",
    "switched shunt",
    "gne device",
    "induction machine",
)

#: Word that tells a section in the text of an end record, tried from the top.
LABEL_WORDS: tuple[tuple[str, str], ...] = (
    ("SYSTEM-WIDE", "system-wide"),
    ("SWITCHING DEVICE", "switching device"),
    ("SWITCHED SHUNT", "switched shunt"),
    ("FIXED SHUNT", "fixed shunt"),
    ("TWO-TERMINAL", "two-terminal dc"),
    ("MULTI-TERMINAL", "multi-terminal dc"),
    ("MULTI-SECTION", "multi-section line"),
    ("VSC", "vsc dc line"),
    ("VOLTAGE SOURCE", "vsc dc line"),
    ("IMPEDANCE CORR", "impedance correction"),
    ("INTER-AREA", "inter-area transfer"),
    ("INDUCTION", "induction machine"),
    ("TRANSFORMER ADJ", ""),
    ("NON-TRANSFORMER", "branch"),
    ("TRANSFORMER", "transformer"),
    ("GENERATOR", "generator"),
    ("SUBSTATION", "substation"),
    ("BRANCH", "branch"),
    ("OWNER", "owner"),
    ("FACTS", "facts device"),
    ("ZONE", "zone"),
    ("AREA", "area"),
    ("LOAD", "load"),
    ("GNE", "gne device"),
    ("BUS", "bus"),
)


def sections(version: int) -> tuple[str, ...]:
    """Sections of a version in the order they stand in."""
    if version <= 32:
        return _SECTIONS_33[:-1]
    if version == 33:
        return _SECTIONS_33
    at = _SECTIONS_33.index("transformer")
    return ("system-wide", *_SECTIONS_33[:at], "switching device", *_SECTIONS_33[at:], "substation")


class Field(NamedTuple):
    """One field of a record."""

    name: str
    kind: str
    default: str | None


class Layout(NamedTuple):
    """Fields of a record and how many of them must stand in it."""

    fields: tuple[Field, ...]
    n_required: int


_OWNERS = "O1:i F1:f O2:i F2:f O3:i F3:f O4:i F4:f"
_RATES_12 = " ".join(f"RATE{k}:f=0" for k in range(4, 13))
_BUS = "I:i NAME:s= BASKV:f=0 IDE:i=1 AREA:i=1 ZONE:i=1 OWNER:i=1 VM:f=1 VA:f=0 |"
_LOAD = "I:i ID:s=1 STATUS:b=1 AREA:i=1 ZONE:i=1 PL:f=0 QL:f=0 IP:f=0 IQ:f=0 YP:f=0 YQ:f=0 | OWNER:i SCALE:i"
_UNIT = "I:i ID:s=1 PG:f=0 QG:f=0 QT:f=9999 QB:f=-9999 VS:f=1 IREG:i=0"
_UNIT_END = "MBASE:f=100 ZR:f=0 ZX:f=1 RT:f=0 XT:f=0 GTAP:f=1 STAT:b=1 RMPCT:f=100 PT:f=9999 PB:f=-9999 |"
_LINE = "I:i J:i CKT:s=1 R:f X:f B:f=0"
_LINE_END = f"GI:f=0 BI:f=0 GJ:f=0 BJ:f=0 ST:b=1 | MET:i LEN:f {_OWNERS}"
_RATES = "RATE1:f=0 RATE2:f=0 RATE3:f=0"
_WINDING = "WINDV:f=1 NOMV:f=0 ANG:f=0"
_CONTROL = "RMA:f RMI:f VMA:f VMI:f NTP:i TAB:i CR:f CX:f CNXA:f"
_HEAD = "I:i J:i K:i=0 CKT:s=1 CW:i=1 CZ:i=1 CM:i=1 MAG1:f=0 MAG2:f=0 NMETR:i=2 NAME:s= STAT:i=1 |"
_STEPS = " ".join(f"N{k}:i B{k}:f" for k in range(1, 9))
_STEPS_35 = " ".join(f"S{k}:i N{k}:i B{k}:f" for k in range(1, 9))
_CONVERTER = "IP:i NB:i ANMX:f ANMN:f RC:f XC:f EBAS:f TR:f TAP:f TMX:f TMN:f STP:f | IC:i"

_TABLE: dict[str, dict[int, str]] = {
    "bus": {32: _BUS, 33: f"{_BUS} NVHI:f NVLO:f EVHI:f EVLO:f"},
    "load": {
        32: _LOAD,
        33: f"{_LOAD} INTRPT:i",
        34: f"{_LOAD} INTRPT:i DGENP:f DGENQ:f DGENM:i",
        35: f"{_LOAD} INTRPT:i DGENP:f DGENQ:f DGENM:i LOADTYPE:s",
    },
    "fixed shunt": {32: "I:i ID:s=1 STATUS:b=1 GL:f=0 BL:f=0 |"},
    "generator": {
        32: f"{_UNIT} {_UNIT_END} {_OWNERS} WMOD:i WPF:f",
        34: f"{_UNIT} {_UNIT_END} {_OWNERS} WMOD:i WPF:f NREG:i",
        35: f"{_UNIT} NREG:i=0 {_UNIT_END} BASLOD:i {_OWNERS} WMOD:i WPF:f",
    },
    "branch": {
        32: f"{_LINE} {_RATES} {_LINE_END}",
        34: f"{_LINE} NAME:s= {_RATES} {_RATES_12} {_LINE_END}",
    },
    "switching device": {34: f"I:i J:i CKT:s=1 X:f {_RATES} {_RATES_12} STAT:b=1 | NSTAT:i MET:i STYPE:i NAME:s"},
    "transformer": {32: f"{_HEAD} {_OWNERS} VECGRP:s", 35: f"{_HEAD} {_OWNERS} VECGRP:s ZCOD:i"},
    "impedance 2": {32: "R12:f=0 X12:f SBASE12:f=0 |"},
    "impedance 3": {
        32: "R12:f=0 X12:f SBASE12:f=0 R23:f=0 X23:f SBASE23:f=0 R31:f=0 X31:f SBASE31:f=0 | VMSTAR:f=1 ANSTAR:f=0"
    },
    "winding": {
        32: f"{_WINDING} {_RATES} | COD:i CONT:i {_CONTROL}",
        34: f"{_WINDING} {_RATES} {_RATES_12} | COD:i CONT:i {_CONTROL} NODE:i",
        35: f"{_WINDING} {_RATES} {_RATES_12} | COD:i CONT:i NODE:i {_CONTROL}",
    },
    "winding 2": {32: "WINDV:f=1 NOMV:f=0 |"},
    "two-terminal dc": {
        32: "NAME:s MDC:i=0 RDC:f SETVL:f VSCHD:f | VCMOD:f RCOMP:f DELTI:f METER:s DCVMIN:f CCCITMX:i CCCACC:f"
    },
    "converter": {
        32: f"{_CONVERTER} IF:i IT:i ID:s XCAP:f",
        34: f"{_CONVERTER} IF:i IT:i ID:s XCAP:f ND:i",
        35: f"{_CONVERTER} ND:i IF:i IT:i ID:s XCAP:f",
    },
    "switched shunt": {
        32: "I:i MODSW:i=1 ADJM:i=0 STAT:b=1 VSWHI:f=1 VSWLO:f=1 SWREM:i=0 RMPCT:f=100 RMIDNT:s= BINIT:f=0 | " + _STEPS,
        34: "I:i MODSW:i=1 ADJM:i=0 STAT:b=1 VSWHI:f=1 VSWLO:f=1 SWREM:i=0 RMPCT:f=100 RMIDNT:s= BINIT:f=0 | "
        f"{_STEPS} NREG:i",
        35: "I:i ID:s=1 MODSW:i=1 ADJM:i=0 STAT:b=1 VSWHI:f=1 VSWLO:f=1 SWREM:i=0 NREG:i=0 RMPCT:f=100 RMIDNT:s= "
        f"BINIT:f=0 | {_STEPS_35}",
    },
    "area": {32: "I:i ISW:i=0 PDES:f=0 PTOL:f=10 ARNAME:s= |"},
    "zone": {32: "I:i ZONAME:s= |"},
    "owner": {32: "I:i OWNAME:s= |"},
}


@cache
def layout(record: str, version: int) -> Layout:
    """Fields of a kind of record in a version."""
    by_version = _TABLE[record]
    text = by_version[max(known for known in by_version if known <= version)]
    required, _, optional = text.partition("|")
    fields = [*map(_field, required.split()), *map(_field, optional.split())]
    return Layout(tuple(fields), len(required.split()))


def _field(text: str) -> Field:
    name, _, rest = text.partition(":")
    kind, has_default, default = rest.partition("=")
    return Field(name, kind, default if has_default else None)
