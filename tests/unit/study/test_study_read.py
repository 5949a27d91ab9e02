"""Reading: places of keys, hostile text, encodings, and what counts as a study file."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from gridplan.errors import InputError
from gridplan.study.read import MAX_BYTES, load_study_text, read_study
from gridplan.study.source import MAX_NODES, plain_value, read_tree

FULL = Path(__file__).with_name("full_study.yaml")
HEAD = "schema_version: 1\nname: t\nnetwork: rts_gmlc\ntimezone: America/Phoenix\nyears: [2027]\n"
BASE = "base_case: {load_growth_frac_per_year: 0, committed_loads: []}\n"


def codes(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_study_text(text)
    return [finding.code for finding in caught.value.findings]


def test_every_key_keeps_its_place() -> None:
    source = read_study(FULL).source
    place = source.place("campuses.0.contract_mw")
    lines = FULL.read_text(encoding="utf-8").splitlines()
    assert lines[place.line - 1][place.column - 1 :].startswith("contract_mw:")
    item = source.place(("campuses", 0, "poi", 1))
    assert lines[item.line - 1][item.column - 1 :].startswith('"113"')
    assert (item.file, item.key) == (FULL, "campuses.0.poi.1")


def test_a_key_the_file_leaves_out_stands_at_its_parent() -> None:
    source = read_study(FULL).source
    assert source.place("campuses.1.storage.p_mw").line == source.place("campuses.1").line
    assert source.place("nowhere").line == 1


def test_absent_growth_and_queue_are_warnings_at_their_place() -> None:
    findings = load_study_text(HEAD + "base_case: {reference_year: 2025}\n").findings
    assert [(f.code, f.severity, f.place.line) for f in findings] == [
        ("GP-BASE-001", "warning", 6),
        ("GP-BASE-002", "warning", 6),
    ]
    assert load_study_text(HEAD + BASE).findings == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"), ("12:30", "12:30"), ("1e3", 1000.0), ("010", 10), ("2029-06-01", "2029-06-01"), ("true", True),
        ("yes", "yes"), ("~", None), ("", None), ("-.inf", float("-inf")), ("1_000", "1_000"), ("0x10", "0x10"),
    ],
)  # fmt: skip
def test_plain_scalars_follow_the_yaml_1_2_core_schema(text: str, value: object) -> None:
    assert plain_value(text) == value


def test_quoted_numbers_stay_text() -> None:
    assert read_tree("a: '010'\nb: 010\n").value == {"a": "010", "b": 10}


@pytest.mark.parametrize("bomb", ["[" * 10_000, "{a: " * 10_000, "- " * 10_000, "[[" * 5_000 + "]]" * 5_000])
def test_deep_nesting_is_refused_without_recursion(bomb: str) -> None:
    start = time.perf_counter()
    assert codes(bomb) == ["GP-SIZ-001"]
    assert time.perf_counter() - start < 5


def test_too_many_values_are_refused() -> None:
    assert codes("a: [" + "1," * MAX_NODES + "]") == ["GP-SIZ-001"]


def test_too_many_bytes_are_refused(tmp_path: Path) -> None:
    assert codes("# " + "x" * MAX_BYTES) == ["GP-SIZ-001"]
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(InputError, match="GP-SIZ-001"):
        read_study(large)


def test_alias_bombs_are_refused_at_the_first_alias() -> None:
    assert set(codes("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n")) == {"GP-YML-001"}


@pytest.mark.parametrize(
    "text",
    [
        "%YAML 1.1\n---\nname: t\n", "name: t\n---\nname: u\n", "? [a]\n: 1\n", "name: [1\n", "name: 'x\n",
        "<<: {name: t}\n", "- 1\n", "just text\n", "~\n", 'name: "\\ud800"\n', 'name: "\\x1b[31m"\n', "name: 5\n",
    ],
)  # fmt: skip
def test_wrong_documents_are_findings(text: str) -> None:
    assert codes(text)


def test_byte_order_mark_and_crlf_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + (HEAD + BASE).replace("\n", "\r\n").encode())
    assert read_study(path).study.name == "t"
    assert read_study(path).source.place("years").line == 5


def test_latin_1_is_read_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes((HEAD + BASE + "description: caf\u00e9\n").encode("latin-1"))
    read = read_study(path)
    assert read.study.description == "caf\u00e9"
    assert [(f.code, f.severity) for f in read.findings] == [("GP-ENC-001", "warning")]


def test_old_yaml_readings_are_warned_of() -> None:
    text = HEAD + BASE + "campuses:\n  - {id: a, poi: [010, NO], contract_mw: 50}\n"
    read = load_study_text(text)
    assert read.study.campuses[0].poi == ("10", "NO")
    assert [finding.code for finding in read.findings] == ["GP-YML-002", "GP-YML-002"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_no_study_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="not a regular file"):
        read_study(pipe)


def test_findings_of_a_file_come_together_in_the_order_of_lines() -> None:
    text = HEAD + "solve: {workers: 0}\ncampuses:\n  - {id: a, pio: 1, contract_mw: x}\nreport: {paper: a5}\n"
    with pytest.raises(InputError) as caught:
        load_study_text(text)
    lines = [finding.place.line for finding in caught.value.findings]
    assert lines == sorted(lines)
    assert len(lines) == 5


def test_the_text_as_given_is_kept() -> None:
    assert read_study(FULL).text == FULL.read_text(encoding="utf-8")
