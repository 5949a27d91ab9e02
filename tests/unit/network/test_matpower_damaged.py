"""Damaged MATPOWER files: each is refused with file, place and remedy, and nothing in them runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from gridplan.errors import InputError
from gridplan.network.matpower import rows as matpower_rows
from gridplan.network.matpower import text as matpower_text
from gridplan.network.matpower.read import read_matpower
from tests.unit.network.matpower_files import CASE, line_of, replaced, written

BUS_2 = "	2	2	300.5	98.61	0	0	1	1	-1.5	230	1	1.1	0.9;"


def without(name: str) -> str:
    """The case without one assignment."""
    start = CASE.index(f"mpc.{name} =")
    end = CASE.index(";\n", start) + 2 if name in ("baseMVA", "version") else CASE.index("];\n", start) + 3
    return CASE[:start] + CASE[end:]


def at_bus_2(old: str, new: str) -> str:
    assert old in BUS_2
    return replaced(BUS_2, BUS_2.replace(old, new, 1))


def narrow_gen(text: str) -> str:
    """The case with gen of ten columns, as in version 1."""
    start, end = text.index("mpc.gen ="), text.index("mpc.branch")
    rows = ["\t".join(line.split()[:10]) + ";" for line in text[start:end].splitlines()[1:5]]
    return f"{text[:start]}mpc.gen = [\n" + "\n".join(rows) + "\n];\n" + text[end:]


LINE_2, LAST = line_of(CASE, BUS_2), CASE.count("\n")
BUS, GEN, BRANCH, COST = (line_of(CASE, f"mpc.{name} =") for name in ("bus", "gen", "branch", "gencost"))
COST_2 = "	1	0	0	2	0"
BUS_ROWS = CASE[CASE.index("	1	3") : CASE.index("];\nmpc.gen")]
BRANCH_ROWS = CASE[CASE.index("	1	2	0.00281") : CASE.index("];\nmpc.gencost")]
DAMAGED: dict[str, tuple[str, str, int, str]] = {
    "cut off in a table": (CASE[: CASE.index("	2	323.49")], "GP-ENC-002", GEN, "bracket ["),
    "cut off in a row": (CASE[: CASE.index("98.61")], "GP-ENC-002", BUS, "the file ends"),
    "cut off in a list": (CASE[: CASE.index("coal")], "GP-ENC-002", line_of(CASE, "	'coal"), "is not closed"),
    "bracket missing": (replaced("];\nmpc.gen =", "mpc.gen ="), "GP-ENC-002", BUS, f"line {GEN - 1}"),
    "bracket too many": (replaced("];\nmpc.gen =", "]];\nmpc.gen ="), "GP-ENC-002", GEN - 1, "closes nothing"),
    "opening bracket missing": (replaced("mpc.bus = [", "mpc.bus = "), "GP-ENC-002", GEN - 1, "closes nothing"),
    "wrong bracket": (replaced("];\nmpc.gen =", "};\nmpc.gen ="), "GP-ENC-002", GEN - 1, "closes nothing"),
    "nested bracket": (at_bus_2("300.5", "[300.5]"), "GP-VAL-001", LINE_2, "bracket inside a table"),
    "text in a number": (at_bus_2("300.5", "N/A"), "GP-VAL-001", LINE_2, "'N/A' is not a number"),
    "quoted number": (at_bus_2("300.5", "'300.5'"), "GP-VAL-001", LINE_2, "\"'300.5'\" is not a number"),
    "expression": (at_bus_2("300.5", "900/3"), "GP-VAL-001", LINE_2, "'900/3' is an expression"),
    "function call": (at_bus_2("230", "12*sqrt(3)"), "GP-VAL-001", LINE_2, "'12*sqrt(3)' is an expression"),
    "difference": (at_bus_2("	-1.5", " - 1.5"), "GP-VAL-001", LINE_2, "'-' is not a number"),
    "complex": (at_bus_2("300.5", "300.5i"), "GP-VAL-001", LINE_2, "'300.5i'"),
    "decimal comma": (at_bus_2("98.61", "98,61"), "GP-VAL-001", LINE_2, "decimal comma"),
    "thousands": (at_bus_2("300.5", "1.300.5"), "GP-VAL-001", LINE_2, "'1.300.5'"),
    "underscores": (at_bus_2("300.5", "1_300"), "GP-VAL-001", LINE_2, "'1_300'"),
    "foreign digits": (at_bus_2("300.5", "٣٠٠"), "GP-VAL-001", LINE_2, "'٣٠٠'"),
    "empty element": (replaced(BUS_2, BUS_2.replace("	", ",").replace("98.61", "")), "GP-VAL-001", LINE_2, "comma"),
    "1e400": (at_bus_2("300.5", "1e400"), "GP-VAL-001", LINE_2, "'1e400' is beyond"),
    "NaN load": (at_bus_2("300.5", "NaN"), "GP-VAL-001", LINE_2, "nan is not a finite number"),
    "Inf load": (at_bus_2("300.5", "Inf"), "GP-VAL-001", LINE_2, "inf is not a finite number"),
    "Inf rating": (replaced("	400	420", "	Inf	420"), "GP-VAL-001", BRANCH + 1, "inf is not"),
    "NaN limit": (replaced("Inf	-Inf	1	250", "NaN	-Inf	1	250"), "GP-VAL-001", GEN + 3, "nan is not"),
    "ragged row": (at_bus_2("	1.1	0.9", "	1.1"), "GP-ENC-005", LINE_2, "12 values, most rows have 13"),
    "two rows in one": (
        replaced("0.9;\n	2	2", "0.9	2	2"),
        "GP-ENC-005", LINE_2 - 1, "26 values, most rows have 13",
    ),
    "empty bus": (CASE.replace(BUS_ROWS, ""), "GP-ENC-002", BUS, "bus is empty"),
    "no bus": (without("bus"), "GP-ENC-002", 0, "mpc.bus is missing"),
    "no gen": (without("gen"), "GP-ENC-002", 0, "mpc.gen is missing"),
    "no branch": (without("branch"), "GP-ENC-002", 0, "mpc.branch is missing"),
    "no baseMVA": (without("baseMVA"), "GP-ENC-002", 0, "mpc.baseMVA is missing"),
    "slip in a table's name": (CASE.replace("mpc.branch =", "mpc.brnch ="), "GP-ENC-002", 0, "Did you mean 'brnch'"),
    "other case": (CASE.replace("mpc.bus =", "mpc.Bus ="), "GP-ENC-002", 0, "mpc.bus is missing"),
    "table twice": (CASE + "mpc.bus = [1];\n", "GP-ENC-005", LAST + 1, f"given twice, first in line {BUS}"),
    "base as text": (replaced("MVA = 100", "MVA = 'many'"), "GP-VAL-001", 4, "\"'many'\" is not a finite number"),
    "base beyond numbers": (replaced("MVA = 100", "MVA = 1e400"), "GP-VAL-001", 4, "'1e400' is not a finite"),
    "no version, narrow gen": (narrow_gen(without("version")), "GP-ENC-004", GEN - 1, "gen has 10 columns"),
    "base as expression": (replaced("MVA = 100", "MVA = 50/3"), "GP-VAL-001", 4, "'50/3' is not a finite number"),
    "table from a function": (replaced("gencost = [", "gencost = zeros(4, 7); x = ["), "GP-VAL-001", 0, "zeros"),
    "transposed table": (replaced("];\nmpc.gen =", "]';\nmpc.gen ="), "GP-VAL-001", BUS, "not a table"),
    "version 1": (replaced("'2'", "'1'"), "GP-ENC-004", 3, "version '1'"),
    "version 3": (replaced("'2'", "'3'"), "GP-ENC-004", 3, "version '3'"),
    "single tables": (
        "function [baseMVA, bus, gen, branch] = old\nbaseMVA = 100;\nbus = [1 3];\n",
        "GP-ENC-004",
        0,
        "version 1",
    ),
    "no case": ("function x = f\nx = 1;\n", "GP-ENC-002", 0, "holds no MATPOWER case"),
    "prose": ("Dear colleague,\nplease find our grid attached.\n", "GP-ENC-002", 0, "holds no MATPOWER case"),
    "statement on a table": (
        CASE + "mpc.bus(:, 3) = mpc.bus(:, 3) / 1e3;\n",
        "GP-ENC-003",
        LAST + 1,
        "`mpc.bus(:, 3) = mpc.bus(:, 3) / 1e3`",
    ),
    "loop": (CASE + "for k = 1:3\nmpc.bus(k, 3) = 0;\nend\n", "GP-ENC-003", LAST + 2, "mpc.bus(k, 3)"),
    "system": (CASE + "system('touch owned');\n", "GP-ENC-003", LAST + 1, "system('touch owned')"),
    "shell": (CASE + "!touch owned\n", "GP-ENC-003", LAST + 1, "!touch owned"),
    "eval": (CASE + "eval('mpc.bus = []');\n", "GP-ENC-003", LAST + 1, "eval("),
    "call in a table": (at_bus_2("300.5", "system('touch owned')"), "GP-VAL-001", LINE_2, "system("),
    "struct replaced": (CASE + "mpc = 5;\n", "GP-ENC-003", LAST + 1, "`mpc = 5`"),
    "second function": (CASE + "function y = g\ny = 2;\n", "GP-ENC-003", LAST + 1, "function y = g"),
    "open comment": (CASE + "%{\nmpc.areas = [];\n", "GP-ENC-002", LAST + 1, "never closed"),
    "open quote": (replaced("'ST'; 'WT'", "'ST'; 'WT"), "GP-ENC-002", line_of(CASE, "mpc.gentype"), "not closed"),
    "quote not doubled": (replaced("St. Mary''s", "St. Mary's"), "GP-VAL-001", 0, "'s' stands where a text"),
    "number as a name": (replaced("{'CT'; 'CT'", "{1; 'CT'"), "GP-VAL-001", line_of(CASE, "mpc.gentype"), "quotes"),
    "names too few": (replaced("'North'; ", ""), "GP-ENC-005", line_of(CASE, "mpc.bus_name"), "4 rows"),
    "names as a matrix": (replaced("{'CT'; 'CT'; 'ST'; 'WT'}", "['CT'; 'ST']"), "GP-VAL-001", 0, "not a table in { }"),
    "cost rows too few": (
        replaced("	2	0	0	0	0	0	0	0;\n", ""),
        "GP-CST-002", COST, "3 rows and gen has 4",
    ),
    "cost model": (replaced(COST_2, "	3	0	0	2	0"), "GP-CST-001", COST + 2, "cost model 3"),
    "cost count": (replaced(COST_2, "	1	0	0	3	0"), "GP-CST-001", COST + 2, "announces 3 points"),
    "cost count broken": (replaced(COST_2, "	1	0	0	1.5	0"), "GP-CST-001", 0, "announces 1.5"),
    "bus number broken": (replaced("	10	1	400", "	10.5	1	400"), "GP-VAL-001", 0, "10.5 is not a bus number"),
    "bus number zero": (replaced("	10	1	400", "	0	1	400"), "GP-VAL-001", 0, "0 is not a bus number"),
    "bus type": (replaced("	10	1	400", "	10	7	400"), "GP-VAL-001", 0, "bus type 7"),
    "branch status": (replaced("1	-30	360", "2	-30	360"), "GP-VAL-001", 0, "status 2"),
    "columns missing": (
        CASE.replace(BRANCH_ROWS, "1 2 0 0.1 0 0 0 0 0 0;\n"),
        "GP-ENC-005",
        line_of(CASE, "mpc.branch"),
        "10 columns, MATPOWER needs 11 (up to BR_STATUS)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_refused_with_place_and_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    text, code, line, words = DAMAGED[name]
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path, text)
    with pytest.raises(InputError) as refusal:
        read_matpower(path)
    errors = [f for f in refusal.value.findings if f.severity == "error"]
    matching = [f for f in errors if f.code == code and words in f.message]
    assert matching, str(refusal.value)
    assert not line or line in {f.place.line for f in matching}, str(refusal.value)
    assert all(f.place.file == path and f.remedy for f in errors)
    assert len(errors) <= 9
    assert [entry.name for entry in tmp_path.iterdir()] == ["five.m"]


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = (
        replaced("300.5", "N/A")
        .replace("	10	1	400", "	10	1	4,5")
        .replace("	323.49	", "	1/3	")
    )
    with pytest.raises(InputError) as refusal:
        read_matpower(written(tmp_path, text + "mpc.gen(1, 2) = 5;\n"))
    keys = [(f.code, f.place.key) for f in refusal.value.findings]
    assert keys == [
        ("GP-VAL-001", "bus PD"),
        ("GP-VAL-001", "bus PD"),
        ("GP-VAL-001", "gen PG"),
        ("GP-ENC-003", "statement"),
    ]
    assert refusal.value.findings[0].place.column == BUS_2.index("300.5") + 1


def test_a_table_of_garbage_is_told_in_few_lines(tmp_path: Path) -> None:
    text = replaced("mpc.areas = [\n", "mpc.dclines = [\n").replace("mpc.gen = [\n", "mpc.gen = [\n" + "a b c\n" * 5000)
    with pytest.raises(InputError) as refusal:
        read_matpower(written(tmp_path, text))
    assert len(refusal.value.findings) < 60
    assert any("50 values of table gen are no numbers" in f.message for f in refusal.value.findings)


@pytest.mark.parametrize(
    ("hostile", "words"),
    [
        ("x = " + "(" * 1_000_000, "more than 64 brackets stand open"),
        ("a=1;" * 60_000, "more than 50,000 lines"),
        ("\n" * 60_000, "more than 50,000 lines"),
        ("mpc.dcline = [" + "1;" * 60_000 + "];", "more than 50,000 rows"),
        ("mpc.dcline = [" + "1 " * 1_100_000 + "];", "a row of 1,000,000 characters"),
        ("mpc.dcline = [" + "x y;" * 1_100_000 + "];", "50 values of table dcline are no numbers"),
        ("mpc.branch_name = {" + "x y;" * 500_000 + "};", "'x' stands where a text in quotes"),
        ("'" * 2_000_001, "would have to be run"),
        ("mpc." + "a." * 1_000_000, "would have to be run"),
    ],
    ids=range(9),
)
def test_hostile_sizes_are_refused_in_few_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hostile: str, words: str
) -> None:
    monkeypatch.setattr(matpower_text, "MOST_STEPS", 50_000)
    monkeypatch.setattr(matpower_rows, "MOST_ROWS", 50_000)
    with pytest.raises(InputError) as refusal:
        read_matpower(written(tmp_path, f"{CASE}{hostile}\n"))
    assert words in str(refusal.value)
    assert len(str(refusal.value)) < 20_000


def test_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.m"
    with path.open("wb") as stream:
        stream.truncate(64 * 1024 * 1024 + 1)
    with pytest.raises(InputError, match="GP-SIZ-001"):
        read_matpower(path)


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (CASE.encode("utf-16"), "GP-ENC-001", "UTF-16"),
        (CASE.encode("utf-16-le"), "GP-ENC-001", "UTF-16"),
        (b"MATLAB 5.0 MAT-file\x00\x01\x02" + bytes(200), "GP-ENC-002", "binary"),
        (CASE.replace("400", "4\x0000", 1).encode(), "GP-ENC-002", "binary"),
        (b"", "GP-ENC-002", "empty"),
        (b" \n\t\n", "GP-ENC-002", "empty"),
    ],
)
def test_bytes_that_are_no_text(tmp_path: Path, data: bytes, code: str, words: str) -> None:
    path = written(tmp_path, data)
    with pytest.raises(InputError, match=words) as refusal:
        read_matpower(path)
    assert [(f.code, f.place.file) for f in refusal.value.findings] == [(code, path)]
    assert refusal.value.findings[0].remedy


@pytest.mark.parametrize("seed", range(300))
def test_random_damage_is_read_or_refused_and_never_a_crash(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    text = list(CASE)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(text))
        text[at] = random.choice(
            ["", "[", "]", "{", "}", "(", ")", "'", '"', "%", ";", ",", "\n", "=", ".", "e", "-", "x"]
        )
    if random.random() < 0.2:
        del text[random.randrange(len(text)) :]
    path = written(tmp_path, "".join(text))
    try:
        case = read_matpower(path)
    except InputError as refusal:
        assert all(f.remedy and f.place.file == path for f in refusal.findings)  # noqa: PT017 - most are refused
    else:
        assert len(case.bus) > 0


def test_a_folder_and_a_missing_file_with_near_names(tmp_path: Path) -> None:
    written(tmp_path, CASE, "case118.m")
    with pytest.raises(InputError, match="is a folder"):
        read_matpower(tmp_path)
    with pytest.raises(InputError, match=r"does not exist. Did you mean 'case118.m'"):
        read_matpower(tmp_path / "case181.m")


def test_a_hostile_file_runs_nothing_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = written(tmp_path, CASE + "!touch owned\nsystem('touch owned');\nunix('touch owned');\n__import__('os')\n")
    code = "import sys, pathlib, gridplan.network.matpower.read as m; m.read_matpower(pathlib.Path(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert "GP-ENC-003" in done.stderr
    assert not (tmp_path / "owned").exists()
