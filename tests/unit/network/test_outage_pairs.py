"""Pairs of outages from the command line and from files, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridplan.errors import InputError
from gridplan.network.contingency_files.pairs import of_branches, pairs_of_words, read_pairs
from gridplan.network.model import Network


def ids(pairs: list) -> list[tuple[str, str]]:
    return [(one.id, other.id) for one, other in pairs]


def test_words_by_id_by_kind_and_by_buses(rts: Network) -> None:
    dc = rts.dc_line.id[0]
    pairs = pairs_of_words([("A27", "A25-1"), ("generator:101_CT_1", "115-121_2"), (f"dc_line:{dc}", "B6")], rts)
    assert ids(pairs) == [("A27", "A25-1"), ("101_CT_1", "A25-2"), (dc, "B6")]
    assert pairs[1][0].generators == (rts.generator.id.index("101_CT_1"),)
    assert pairs[2][0].dc_lines == (0,)


def test_a_pair_named_twice_is_one(rts: Network) -> None:
    assert ids(pairs_of_words([("A27", "B6"), ("B6", "A27")], rts)) == [("A27", "B6")]


def test_every_fault_is_told_at_once(rts: Network) -> None:
    with pytest.raises(InputError) as refused:
        pairs_of_words([("A272", "B6"), ("A27", "branch:A27"), ("115-121", "B6")], rts, target=Path("north.yaml"))
    text = str(refused.value)
    assert "error[GP-CON-001]: no branch, unit or dc line A272 exists in the network. Did you mean 'A27'" in text
    assert "error[GP-SCR-003]: the pair A27, branch:A27 is one element, branch A27, twice" in text
    assert "error[GP-CON-002]: 115-121 may be 2 elements: branch:A25-1, branch:A25-2" in text
    assert text.count("--> north.yaml --pair") == 3


def test_table_of_pairs(rts: Network, tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text("# parallel first\nFirst,second\nA25-1,A25-2\n\nA27, B6\n")
    assert ids(read_pairs(file, rts)) == [("A25-1", "A25-2"), ("A27", "B6")]


def test_contingency_file_of_pairs(rts: Network, tmp_path: Path) -> None:
    file = tmp_path / "sets.csv"
    file.write_text(
        "contingency,category,element_kind,element\nt,P7,branch,A25-1\nt,P7,branch,A25-2\n"
        "u,P3,generator,101_CT_1\nu,P3,branch,A27\n"
    )
    assert ids(read_pairs(file, rts)) == [("A25-1", "A25-2"), ("A27", "101_CT_1")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("first,other\nA27,B6\n", r"GP-SCR-004.*pairs.csv has no column second\n  --> .*pairs.csv:1"),
        ("first,second\n", r"GP-SCR-004.*pairs.csv holds no pair"),
        ("", r"GP-SCR-004.*pairs.csv has no column first"),
        ("first,second\nA27,B6\nA27,\n", r"GP-SCR-004.*a row has 1 values, the header names 2 columns\n  --> .*:3:1"),
        ("first,second\nA27,B6,B7\n", r"GP-SCR-004.*a row has 3 values"),
        ("first,second\nA27,B66\n", r"GP-CON-001.*no branch, unit or dc line B66 exists.*\n  --> .*pairs.csv:2:1"),
        (
            "contingency,category,element_kind,element\nt,P7,branch,A25-1\nt,P7,branch,A25-2\nt,P7,branch,A27\n",
            r"GP-SCR-004.*contingency t loses 3 elements, a pair has two",
        ),
    ],
)
def test_damaged_files(rts: Network, tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text(text)
    with pytest.raises(InputError, match=words):
        read_pairs(file, rts)


def test_missing_file(rts: Network, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.csv"):
        read_pairs(tmp_path / "nowhere.csv", rts)


def test_every_two_of_some_branches(rts: Network) -> None:
    found = of_branches(rts, [3, 1, 7])
    assert [(one.branches[0], other.branches[0]) for one, other in found] == [(3, 1), (3, 7), (1, 7)]
