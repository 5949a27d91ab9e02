"""Damaged files: a sound one, what is done to it, and the finding that must come of it.

``good/`` holds the sound files. An entry names one of them, the code it must end with, and the damage: functions from
text to text, applied in turn. Every damage must change the text. New formats bring a sound file and a table of entries.
"""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gridplan.cli.validate import file_findings
from gridplan.errors import Finding
from gridplan.network.policy import Policy

GOOD = Path(__file__).resolve().parent / "good"
Change = Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class Damaged:
    """One damaged file.

    Parameters
    ----------
    name : str
        What was done, in words.
    code : str
        Code that must be among the findings.
    base : str
        Sound file of ``good/`` that is validated, or a folder of it.
    changes : tuple of functions from text to text
    file : str
        File that is damaged if it is another than ``base``, relative to ``good/``.
    data : bytes, optional
        Bytes that stand in the file after the changes, whatever it held.
    severity : str
        Severity of the finding.
    policy : Policy
    is_missing : bool
        The file is deleted.
    beside : mapping of str to str
        Name and text of files laid beside it.
    """

    name: str
    code: str
    base: str
    changes: tuple[Change, ...] = ()
    file: str = ""
    data: bytes | None = None
    severity: str = "error"
    policy: Policy = field(default_factory=Policy)
    is_missing: bool = False
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Name of the test."""
        return f"{Path(self.base).name}-{self.name.replace(' ', '_')}"

    def write(self, folder: Path) -> Path:
        """Write the sound files with this one damaged; the path to validate."""
        lay_out(folder)
        for name, text in self.beside.items():
            (folder / name).write_text(text, encoding="utf-8")
        path = folder / (self.file or self.base)
        if self.is_missing:
            path.unlink()
            return folder / self.base
        if self.changes:
            path.write_text(self.damaged_text(), encoding="utf-8", newline="")
        if self.data is not None:
            path.write_bytes(self.data)
        if path.name in HOURLY:
            _zip(path)
        return folder / self.base

    def damaged_text(self) -> str:
        """Text of the file after the damage, which every change takes part in."""
        text = (GOOD / (self.file or self.base)).read_text(encoding="utf-8")
        for change in self.changes:
            changed = change(text)
            assert changed != text, f"{self.id}: a change that changes nothing"
            text = changed
        return text

    def findings(self, folder: Path) -> tuple[Finding, ...]:
        """Findings of the damaged file."""
        return file_findings(self.write(folder), self.policy)


#: Hourly tables, which a dataset folder holds compressed.
HOURLY = ("area_load_mw.csv", "availability_mw.csv")


def lay_out(folder: Path) -> None:
    """Copy the sound files into a folder."""
    shutil.copytree(GOOD, folder, dirs_exist_ok=True)
    for path in folder.rglob("*.csv"):
        if path.name in HOURLY:
            _zip(path)


def _zip(path: Path) -> None:
    path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    path.unlink()


def swap(old: str, new: str) -> Change:
    """Change the first place that reads ``old``."""
    return lambda text: text.replace(old, new, 1)


def drop(*lines: str) -> Change:
    """Delete the lines that begin with one of these texts."""
    return lambda text: "".join(row for row in text.splitlines(True) if not row.lstrip().startswith(lines))


def cut(share: float) -> Change:
    """Keep the first part of the text."""
    return lambda text: text[: int(len(text) * share)]


#: Columns of the MATPOWER tables that entries name.
COLUMNS = {
    "bus": "BUS_I TYPE PD QD GS BS AREA VM VA BASE_KV ZONE VMAX VMIN",
    "gen": "BUS PG QG QMAX QMIN VG MBASE STATUS PMAX PMIN",
    "branch": "F_BUS T_BUS R X B RATE_A RATE_B RATE_C TAP SHIFT STATUS ANGMIN ANGMAX",
    "gencost": "MODEL STARTUP SHUTDOWN N C1 C2 C3 C4",
    "dcline": "F_BUS T_BUS STATUS PF PT QF QT VF VT PMIN PMAX QMINF QMAXF QMINT QMAXT LOSS0 LOSS1",
}


def cell(table: str, row: int, column: str, value: str) -> Change:
    """Write a value into a table of the MATPOWER case; rows count from 1, row 0 means all."""

    def change(text: str) -> str:
        def rewritten(match: re.Match[str]) -> str:
            lines = match[2].splitlines()
            for k in range(len(lines)) if row == 0 else (row - 1,):
                tokens = lines[k].strip().rstrip(";").split("\t")
                tokens[COLUMNS[table].split().index(column)] = value
                lines[k] = "\t" + "\t".join(tokens) + ";"
            return match[1] + "\n".join(lines) + match[3]

        return re.sub(rf"(mpc\.{table} = \[\n)(.*?)(\n\];)", rewritten, text, count=1, flags=re.DOTALL)

    return change


def wider(table: str, count: int) -> Change:
    """Add columns of zeros to a table of the MATPOWER case."""

    def change(text: str) -> str:
        pattern = rf"(mpc\.{table} = \[\n)(.*?)(\n\];)"
        zeros = "\t0" * count + ";"
        return re.sub(pattern, lambda m: m[1] + m[2].replace(";", zeros) + m[3], text, count=1, flags=re.DOTALL)

    return change


def field_of(row: str, column: str, value: str) -> Change:
    """Write a value into a CSV table: row by its first field, column by its name."""

    def change(text: str) -> str:
        head = text.splitlines()[0].split(",")
        lines = [line.split(",") for line in text.splitlines()]
        for fields in lines[1:]:
            if fields[0] == row:
                fields[head.index(column)] = value
        return "".join(",".join(fields) + "\n" for fields in lines)

    return change
