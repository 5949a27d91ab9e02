"""Contingency files against grids whose elements are counted by hand; every damaged one is refused with its line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gridplan.errors import Finding, InputError
from gridplan.network.contingency import Contingency
from gridplan.network.contingency_files.read import merged, read_contingencies
from gridplan.network.model import Network
from gridplan.study.contingency_criteria import Categories
from tests.oracles.small_grids import branch, grid, unit

RULES = {name: getattr(Categories(), name) for name in Categories.model_fields}
HEAD = "contingency,category,element_kind,element,rating,load_loss\n"


@pytest.fixture(scope="module")
def ring() -> Network:
    """Six buses in a ring of 100 kV, two circuits 1-2, star bus 7 of a three-winding transformer at 2, 4 and 5."""
    ends = [("1", "2"), ("2", "1"), ("2", "3"), ("3", "4"), ("4", "5"), ("5", "6"), ("6", "1")]
    ends += [("2", "7"), ("7", "4"), ("5", "7")]
    units = [unit("1", [(100, 1)]), unit("1", [(50, 2)]), unit("4", [(80, 3)])]
    loads = {"1": 0, "2": 30, "3": 20, "4": 10, "5": 5, "6": 15, "7": 0}
    network = grid(loads, [branch(e, x_pu=0.1) for e in ends], units, [("3", "6", 20, 0.0)])
    ids = ("1-2_1", "1-2_2", "2-3_1", "3-4_1", "4-5_1", "5-6_1", "6-1_1", "2-7_1", "4-7_1", "5-7_1")
    bus = replace(network.bus, name=("ALPHA", "BETA", "GAMMA", "DELTA", "TWIN", "TWIN", ""))
    generator = replace(network.generator, id=("1_1", "1_2", "4_1"))
    dc_line = replace(network.dc_line, id=("POLE 1",))
    return replace(network, bus=bus, branch=replace(network.branch, id=ids), generator=generator, dc_line=dc_line)


def read(
    text: str, network: Network, tmp_path: Path, name: str = "sets.csv", category: str = ""
) -> tuple[tuple[Contingency, ...], tuple[Finding, ...]]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_contingencies(path, network, rules=RULES, category=category)


def faults(text: str, network: Network, tmp_path: Path, name: str = "sets.csv") -> tuple[Finding, ...]:
    with pytest.raises(InputError) as caught:
        read(text, network, tmp_path, name)
    return caught.value.findings


# -- what is read ----------------------------------------------------------------------------------
def test_csv_sets(ring: Network, tmp_path: Path) -> None:
    text = HEAD + (
        "tower,P7,branch,1-2_1,,\n"
        "tower,,branch,2-1_2,,\n"
        "# a remark\n"
        "mixed,p4.2,branch,6-1,short_time,FALSE\n"
        "mixed,P4.2,generator,1_2,,\n"
        "mixed,,dc_line,POLE 1,,\n"
        "alone,,generator,4_1,,\n"
    )
    (tower, mixed, alone), findings = read(text, ring, tmp_path)
    assert not findings
    assert (tower.id, tower.category, tower.branches, tower.rating) == ("tower", "P7", (0, 1), "emergency")
    assert tower.is_set
    assert tower.stated == ()
    assert (mixed.branches, mixed.generators, mixed.dc_lines) == ((6,), (1,), (0,))
    assert (mixed.category, mixed.rating, mixed.is_load_loss_allowed) == ("P4", "short_time", False)
    assert mixed.stated == ("rating", "load_loss")
    assert (alone.category, alone.generators) == ("P1", (2,))


def test_a_bus_takes_everything_at_it(ring: Network, tmp_path: Path) -> None:
    (lost,), _ = read(HEAD + "section,P2,bus,1,,\n", ring, tmp_path)
    assert lost.id == "section (bus proxy)"
    assert (lost.branches, lost.generators, lost.dc_lines, lost.buses) == ((0, 1, 6), (0, 1), (), (0,))


def test_con_commands(ring: Network, tmp_path: Path) -> None:
    text = """\
/ made by hand
/ category: P7
CONTINGENCY 'TOWER 1/2'      / two circuits
  OPEN BRANCH FROM BUS 1 TO BUS 2 CKT 1
  DISCONNECT LINE FROM BUS 2 TO BUS 1 CIRCUIT '2'
END
CONTINGENCY UNIT2            / category: P1
  REMOVE MACHINE 2 FROM BUS 1
END
contingency STUCK            / category: P4
/ rating: short_time
/ load_loss: false
  trip branch from bus 'BETA' to bus GAMMA
  REMOVE UNIT FROM BUS 4
  BLOCK TWOTERMDC 'POLE 1'
END
CONTINGENCY STAR             / category = P2
  OPEN BRANCH FROM BUS 4 TO BUS 2 TO BUS 5 CKT 1
END
CONTINGENCY BUS3
  DISCONNECT BUS 3
END
END
"""
    found, findings = read(text, ring, tmp_path, "north.con")
    assert not findings
    tower, unit2, stuck, star, bus3 = found
    assert (tower.id, tower.category, tower.branches) == ("TOWER 1/2", "P7", (0, 1))
    assert (unit2.category, unit2.generators) == ("P1", (1,))
    assert (stuck.branches, stuck.generators, stuck.dc_lines) == ((2,), (2,), (0,))
    assert (stuck.rating, stuck.is_load_loss_allowed, stuck.stated) == ("short_time", False, ("rating", "load_loss"))
    assert sorted(star.branches) == [7, 8, 9]
    assert (bus3.id, bus3.branches, bus3.dc_lines, bus3.category) == ("BUS3 (bus proxy)", (2, 3), (0,), "P7")


@pytest.mark.parametrize(
    ("command", "lost"),
    [
        ("SINGLE BRANCH FROM BUS 3", [(2,), (3,)]),
        ("SINGLE LINE IN SYSTEM", [(k,) for k in range(10)]),
        ("PARALLEL BRANCH IN SYSTEM", [(0, 1)]),
        ("BUSDOUBLE BRANCH FROM BUS 3", [(2, 3)]),
    ],
)
def test_automatic_commands(command: str, lost: list[tuple[int, ...]], ring: Network, tmp_path: Path) -> None:
    found, _ = read(f"{command}\nEND\n", ring, tmp_path, "auto.con", category="P7")
    assert [contingency.branches for contingency in found] == lost


def test_automatic_units(ring: Network, tmp_path: Path) -> None:
    found, _ = read("SINGLE UNIT AT BUS 1\nEND\n", ring, tmp_path, "auto.con")
    assert [(c.id, c.generators, c.category) for c in found] == [("1_1", (0,), "P1"), ("1_2", (1,), "P1")]


def test_circuits_are_counted_where_ids_are_names(rts: Network, tmp_path: Path) -> None:
    text = HEAD + "tower,P7,branch,115-121_1,,\ntower,P7,branch,121-115_2,,\n"
    (tower,), _ = read(text, rts, tmp_path)
    assert [rts.branch.id[k] for k in tower.branches] == ["A25-1", "A25-2"]
    con = "CONTINGENCY T\nREMOVE UNIT 2 FROM BUS 101\nEND\nEND\n"
    (lost,), _ = read(con, rts, tmp_path, "t.con")
    assert [rts.generator.id[g] for g in lost.generators] == ["101_CT_2"]


@pytest.mark.parametrize(("kv", "allowed"), [(300.0, True), (345.0, False)])
def test_load_loss_follows_the_voltage_class(kv: float, allowed: bool, ring: Network, tmp_path: Path) -> None:
    high = replace(ring, bus=replace(ring.bus, base_kv=np.full(7, kv)))
    (p2, p7), _ = read(HEAD + "a,P2,branch,1-2_1,,\nb,P7,branch,1-2_2,,\n", high, tmp_path)
    assert (p2.is_load_loss_allowed, p7.is_load_loss_allowed) == (allowed, True)


def test_a_transformer_counts_by_its_lower_side(ring: Network, tmp_path: Path) -> None:
    kv = np.array([345.0, 138.0, 138.0, 138.0, 138.0, 138.0, 138.0])
    mixed = replace(ring, bus=replace(ring.bus, base_kv=kv))
    (lost,), _ = read(HEAD + "a,P2,branch,1-2_1,,\n", mixed, tmp_path)
    assert lost.is_load_loss_allowed
    (bus,), _ = read(HEAD + "b,P2,bus,1,,\n", mixed, tmp_path)
    assert not bus.is_load_loss_allowed


# -- warnings --------------------------------------------------------------------------------------
def codes(findings: tuple[Finding, ...]) -> list[tuple[str, int]]:
    return [(f.code, f.place.line) for f in findings]


def test_warnings_have_their_line(ring: Network, tmp_path: Path) -> None:
    text = "contingency,category,element_kind,element,owner\ntwice,P1,branch,2-3,x\ntwice,,branch,3-2_1,x\n"
    text += "later,P3,branch,1-2_1,x\nlater,P3,generator,1_1,x\n"
    _, findings = read(text, ring, tmp_path)
    assert codes(findings) == [("GP-CON-012", 1), ("GP-CON-016", 3), ("GP-CON-015", 4)]
    assert {f.severity for f in findings} == {"warning"}


def test_the_same_loss_in_two_files_is_studied_once(ring: Network, tmp_path: Path) -> None:
    one, _ = read(HEAD + "a,P7,branch,1-2_1,,\na,P7,branch,1-2_2,,\n", ring, tmp_path, "a.csv")
    other, _ = read(HEAD + "b,P7,branch,1-2_2,,\nb,P7,branch,1-2_1,,\n", ring, tmp_path, "b.csv")
    kept, findings = merged([(tmp_path / "a.csv", one), (tmp_path / "b.csv", other)])
    assert [c.id for c in kept] == ["a"]
    assert [f.code for f in findings] == ["GP-CON-013"]
    with pytest.raises(InputError, match="GP-CON-003"):
        merged([(tmp_path / "a.csv", one), (tmp_path / "b.csv", (replace(other[0], id="a", rating="normal"),))])


def test_every_fault_of_a_file_is_told_at_once(ring: Network, tmp_path: Path) -> None:
    text = HEAD + "a,P9,branch,1-2_1,,\nb,P1,branch,9-8,,\nc,P1,motor,1,,\nd,P1,branch,3-4,fast,\n"
    found = faults(text, ring, tmp_path)
    assert codes(found) == [("GP-CON-006", 2), ("GP-CON-001", 3), ("GP-CON-011", 4), ("GP-CON-007", 5)]


# -- damaged files ---------------------------------------------------------------------------------
DAMAGED_CSV = {
    "unknown branch": ("a,P1,branch,1-3,,\n", "GP-CON-001", 2, "1-3"),
    "unknown circuit": ("a,P1,branch,1-2_7,,\n", "GP-CON-001", 2, "1-2_7"),
    "unknown unit, near name": ("a,P1,generator,1_3,,\n", "GP-CON-001", 2, "'1_1'"),
    "unknown bus": ("a,P2,bus,77,,\n", "GP-CON-001", 2, "bus 77"),
    "unknown dc line": ("a,P1,dc_line,POLE 9,,\n", "GP-CON-001", 2, "'POLE 1'"),
    "empty element": ("a,P1,branch,,,\n", "GP-CON-001", 2, "(empty)"),
    "two circuits": ("a,P1,branch,1-2,,\n", "GP-CON-002", 2, "1-2_1, 1-2_2"),
    "bus name twice": ("a,P2,bus,TWIN,,\n", "GP-CON-002", 2, "5, 6"),
    "name again later": ("a,P1,branch,2-3,,\nb,P1,branch,3-4,,\na,P1,branch,4-5,,\n", "GP-CON-003", 4, "line 2"),
    "no name": (",P1,branch,2-3,,\n", "GP-CON-004", 2, "names no contingency"),
    "only a header": ("", "GP-CON-004", 0, "holds no contingency"),
    "open quote": ('a,P1,branch,"2-3,,\n', "GP-CON-005", 2, "cannot be read"),
    "no such category": ("a,P8,branch,2-3,,\n", "GP-CON-006", 2, "'P8'"),
    "two elements, no category": ("a,,branch,2-3,,\na,,branch,3-4,,\n", "GP-CON-006", 2, "2 elements"),
    "a bus, no category": ("a,,bus,3,,\n", "GP-CON-006", 2, "states no category"),
    "no such rating": ("a,P1,branch,2-3,emergncy,\n", "GP-CON-007", 2, "'emergency'"),
    "no such permission": ("a,P1,branch,2-3,,maybe\n", "GP-CON-007", 2, "'maybe'"),
    "name of an element": ("2-3_1,P7,branch,2-3,,\n2-3_1,P7,branch,3-4,,\n", "GP-CON-009", 2, "2-3_1"),
    "name without end": (f"{'a' * 81},P1,branch,2-3,,\n", "GP-CON-009", 2, "81 characters"),
    "two categories": ("a,P7,branch,2-3,,\na,P2,branch,3-4,,\n", "GP-CON-010", 3, "P2 here and P7"),
    "two ratings": ("a,P7,branch,2-3,normal,\na,P7,branch,3-4,emergency,\n", "GP-CON-010", 3, "rating"),
    "load as element": ("a,P1,load,3,,\n", "GP-CON-011", 2, "load"),
    "no kind, near word": ("a,P1,brnch,2-3,,\n", "GP-CON-011", 2, "'branch'"),
    "short row": ("a,P1,branch\n", "GP-TAB-003", 2, "3 fields"),
}


@pytest.mark.parametrize("name", DAMAGED_CSV)
def test_damaged_csv_is_refused_with_place_and_remedy(name: str, ring: Network, tmp_path: Path) -> None:
    rows, code, line, words = DAMAGED_CSV[name]
    first = faults(HEAD + rows, ring, tmp_path)[0]
    assert (first.code, first.place.line, first.place.file) == (code, line, tmp_path / "sets.csv")
    assert words in first.message
    assert first.remedy


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("contingency,category,element\na,P1,1-2_1\n", "GP-TAB-001"),
        ("contingency,category,element_kind,element,element\na,P1,branch,2-3,2-3\n", "GP-TAB-002"),
        ("\n\n", "GP-ENC-002"),
        ("\x01\x02", "GP-ENC-002"),
    ],
)
def test_damaged_tables_are_refused(text: str, code: str, ring: Network, tmp_path: Path) -> None:
    assert faults(text, ring, tmp_path)[0].code == code


def test_other_endings_are_refused(ring: Network, tmp_path: Path) -> None:
    found = faults("CONTINGENCY A\nEND\nEND\n", ring, tmp_path, "sets.txt")
    assert found[0].code == "GP-CON-014"
    assert ".con" in found[0].message


DAMAGED_CON = {
    "unknown bus": ("OPEN BRANCH FROM BUS 1 TO BUS 99 CKT 1", "GP-CON-001", 2, "99"),
    "unknown pair": ("OPEN BRANCH FROM BUS 1 TO BUS 3 CKT 1", "GP-CON-001", 2, "1-3_1"),
    "unknown circuit": ("OPEN BRANCH FROM BUS 1 TO BUS 2 CKT 9", "GP-CON-001", 2, "There is 1-2_1, 1-2_2"),
    "unknown machine": ("REMOVE UNIT 7 FROM BUS 1", "GP-CON-001", 2, "There is 1_1, 1_2"),
    "no three-winding": ("OPEN BRANCH FROM BUS 1 TO BUS 2 TO BUS 3 CKT 1", "GP-CON-001", 2, "1-2-3"),
    "machine without id": ("REMOVE UNIT FROM BUS 1", "GP-CON-002", 2, "1_1, 1_2"),
    "bus name twice": ("DISCONNECT BUS 'TWIN'", "GP-CON-002", 2, "TWIN"),
    "words missing": ("OPEN BRANCH FROM BUS 1", "GP-CON-005", 2, "TO BUS"),
    "words beyond": ("OPEN BRANCH FROM BUS 1 TO BUS 6 CKT 1 NOW", "GP-CON-005", 2, "NOW"),
    "two buses": ("DISCONNECT BUS 3 4", "GP-CON-005", 2, "one bus"),
    "nonsense": ("FLY BUS 3", "GP-CON-005", 2, "not understood"),
    "open quote": ("DISCONNECT BUS 'BETA", "GP-CON-005", 2, "not closed"),
    "set load": ("SET BUS 3 LOAD TO 0 MW", "GP-CON-018", 2, "not studied"),
    "close": ("CLOSE BRANCH FROM BUS 1 TO BUS 2 CKT 1", "GP-CON-018", 2, "CLOSE BRANCH"),
    "increase": ("INCREASE BUS 3 LOAD BY 10 PERCENT", "GP-CON-018", 2, "INCREASE"),
    "remove load": ("REMOVE LOAD 1 FROM BUS 3", "GP-CON-018", 2, "REMOVE LOAD"),
    "remove shunt": ("REMOVE SWSHUNT FROM BUS 3", "GP-CON-018", 2, "SWSHUNT"),
    "nothing": ("", "GP-CON-004", 1, "loses nothing"),
}


@pytest.mark.parametrize("name", DAMAGED_CON)
def test_damaged_con_is_refused_with_place_and_remedy(name: str, ring: Network, tmp_path: Path) -> None:
    line, code, at, words = DAMAGED_CON[name]
    (found, *_) = faults(f"CONTINGENCY 'X'\n  {line}\nEND\nEND\n", ring, tmp_path, "x.con")
    assert (found.code, found.place.line) == (code, at)
    assert words in found.message
    assert found.remedy


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("CONTINGENCY 'X'\nDISCONNECT BUS 3\n", "GP-CON-005", "has no END"),
        ("CONTINGENCY 'X'\nOPEN LINE FROM BUS 3 TO BUS 4\nCONTINGENCY 'Y'\nEND\nEND\n", "GP-CON-005", "has no END"),
        ("CONTINGENCY\nEND\nEND\n", "GP-CON-005", "without a name"),
        ("OPEN BRANCH FROM BUS 1 TO BUS 6\nEND\n", "GP-CON-018", "between contingencies"),
        ("SINGLE BRANCH IN SUBSYSTEM 'WEST'\nEND\n", "GP-CON-018", "part of the grid"),
        ("DOUBLE BRANCH IN SYSTEM\nEND\n", "GP-CON-018", "DOUBLE BRANCH"),
        ("SINGLE BRANCH IN KV 765\nEND\n", "GP-CON-004", "means no element"),
        ("BUSDOUBLE BRANCH FROM BUS 3\nEND\n", "GP-CON-006", "2 elements"),
        ("END\n", "GP-CON-004", "holds no contingency"),
    ],
)
def test_damaged_descriptions_are_refused(text: str, code: str, words: str, ring: Network, tmp_path: Path) -> None:
    found = [f for f in faults(text, ring, tmp_path, "x.con") if f.severity == "error"]
    assert code in [f.code for f in found]
    assert any(words in f.message for f in found)


def test_what_follows_the_end_is_told(ring: Network, tmp_path: Path) -> None:
    text = "CONTINGENCY X\nOPEN LINE FROM BUS 3 TO BUS 4\nEND\nEND\nCONTINGENCY Y\nEND\n"
    _, findings = read(text, ring, tmp_path, "x.con")
    assert codes(findings) == [("GP-CON-017", 5)]
