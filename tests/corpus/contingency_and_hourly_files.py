"""Damaged contingency files and hourly files beside the study, and keys of the study that do not fit them."""

from __future__ import annotations

from pathlib import Path

from tests.corpus.damage import Damaged, swap

BASE = "two_campuses.yaml"
SETS = """\
contingency,category,element_kind,element,rating,load_loss
tower,P7,branch,A1,,
tower,P7,branch,A2,,
unit and store,P3,generator,10_CC_1,,
"""
PSSE = """\
/ category: P7
CONTINGENCY 'tower'
OPEN BRANCH FROM BUS 10 TO BUS 20 CKT 1
OPEN BRANCH FROM BUS 20 TO BUS 30 CKT 1
END
END
"""
HOURS = "time,system\n" + "".join(f"2020-07-01T{h:02d}:00,{100 + h}\n" for h in range(24))
LOAD = "{file: load.csv, by: system, timezone: America/Phoenix, stamp: hour_beginning, unit: MW}"
SERIES_KEY = f"{{load_basis: modelled}}\nseries:\n  load: {LOAD}"
SETS_KEY = "{load_basis: modelled, contingencies: {files: [FILE]}}"


def beside(name: str, code: str, key: str, file: str, text: str, severity: str) -> Damaged:
    """Study whose criteria are followed by a key that names a file, and the file."""
    change = swap("{load_basis: modelled}", key)
    return Damaged(name=name, code=code, base=BASE, changes=(change,), beside={file: text}, severity=severity)


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def sets(
    name: str, code: str, old: str, new: str, *, file: str = "sets.csv", severity: str = "error", text: str = SETS
) -> Damaged:
    return beside(name, code, SETS_KEY.replace("FILE", file), file, changed(text, old, new), severity)


def psse(name: str, code: str, old: str, new: str, *, severity: str = "error") -> Damaged:
    return sets(name, code, old, new, file="sets.con", severity=severity, text=PSSE)


def hours(name: str, code: str, old: str, new: str, *, file: str = "load.csv") -> Damaged:
    return beside(name, code, SERIES_KEY.replace("load.csv", file), Path(file).name, changed(HOURS, old, new), "error")


CONTINGENCIES = (
    sets("unknown branch of a set", "GP-CON-001", "branch,A2", "branch,A9"),
    psse("unknown branch of a con file", "GP-CON-001", "BUS 30", "BUS 33"),
    sets(
        "set twice",
        "GP-CON-003",
        "unit and store,P3,generator,10_CC_1,,\n",
        "unit,P1,branch,A1,,\ntower,P7,branch,A3,,\n",
    ),
    sets("row without a name", "GP-CON-004", "unit and store", ""),
    psse("no END", "GP-CON-005", "END\nEND\n", ""),
    sets("no such category", "GP-CON-006", "tower,P7,branch,A1", "tower,P9,branch,A1"),
    sets("no such rating", "GP-CON-007", "branch,A1,,", "branch,A1,hot,"),
    sets("name too long", "GP-CON-009", "unit and store", "u" * 200),
    sets("rows that contradict", "GP-CON-010", "branch,A2,,", "branch,A2,normal,true\ntower,P7,branch,A3,emergency,"),
    sets("no such kind", "GP-CON-011", "P7,branch,A1", "P7,line,A1"),
    sets("column that means nothing", "GP-CON-012", "load_loss\n", "load_loss,remark\n", severity="warning"),
    sets(
        "two that are one",
        "GP-CON-013",
        "unit and store,P3,generator,10_CC_1,,\n",
        "towers,P7,branch,A1,,\ntowers,P7,branch,A2,,\n",
        severity="warning",
    ),
    sets("no such ending", "GP-CON-014", "tower", "tower", file="sets.txt"),
    sets("no adjustment between", "GP-CON-015", "unit and store", "two units", severity="warning"),
    sets("element twice", "GP-CON-016", "branch,A2", "branch,A1", severity="warning"),
    psse("text after the end", "GP-CON-017", "END\nEND\n", "END\nEND\nCONTINGENCY 'more'\n", severity="warning"),
    psse(
        "command that is not studied",
        "GP-CON-018",
        "OPEN BRANCH FROM BUS 20",
        "SET BUS 20 LOAD TO 0\nOPEN BRANCH FROM BUS 20",
    ),
    Damaged(
        name="no file of the dataset",
        code="GP-CON-019",
        base=BASE,
        changes=(swap("{load_basis: modelled}", "{load_basis: modelled, contingencies: {dataset: true}}"),),
    ),
    Damaged(
        name="sets and no outages",
        code="GP-CON-020",
        base=BASE,
        changes=(swap("{load_basis: modelled}", SETS_KEY.replace("FILE", "sets.csv")[:-1] + ", security: n-0}"),),
        beside={"sets.csv": SETS},
        severity="warning",
    ),
    sets("column of a set missing", "GP-TAB-001", "element_kind", "kind"),
)

SERIES = (
    hours("gap", "GP-TIM-002", "2020-07-01T05:00,105\n", ""),
    hours("hour twice", "GP-TIM-002", "T05:00", "T04:00"),
    hours("no stamp", "GP-TIM-002", "2020-07-01T05:00", "noon"),
    hours("serial number of Excel", "GP-XLS-001", "2020-07-01T05:00", "44013.2083"),
    hours("NaN value", "GP-VAL-001", ",105", ",nan"),
    hours("no column of values", "GP-TAB-004", "time,system", "time;system"),
    beside("another year", "GP-TIM-003", SERIES_KEY, "load.csv", HOURS.replace("2020-07", "2019-07"), "error"),
    hours("file above the folder", "GP-SEC-001", "time", "time", file="../load.csv"),
    hours("old Excel format", "GP-XLS-001", "time", "time", file="load.xls"),
    hours("pickle", "GP-SEC-002", "time", "time", file="load.pkl"),
)

SETS_AND_HOURS = (*CONTINGENCIES, *SERIES)
