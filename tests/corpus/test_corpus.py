"""Every damaged file ends with its finding: code, place, remedy, exit code, and no traceback."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gridplan.cli.main import cli
from gridplan.errors import EXIT_INPUT
from gridplan.findings import CATALOGUE
from gridplan.network.policy import Policy
from tests.corpus import CORPUS
from tests.corpus.damage import GOOD, Damaged, lay_out

SOUND = ("north.m", "south.raw", "two_campuses.yaml", "two_growths.yaml", "west")
#: Codes of other commands (init, hosting, screen, convert, a run), of a library that is missing or errs, of RAW 34,
#: PyPSA files, parallel circuits in .con files and options of pandapower, each tested beside its
#: code; GP-OOS-001 is the rule that there is no finding.
OF_OTHER_COMMANDS = {
    "GP-BUS-003",
    "GP-BUS-005",
    "GP-CAM-002",
    "GP-CAM-004",
    "GP-CAM-010",
    "GP-CAM-011",
    "GP-CAM-012",
    "GP-CAM-013",
    "GP-CAM-014",
    "GP-CAM-015",
    "GP-CAM-016",
    "GP-CAM-017",
    "GP-CAM-018",
    "GP-CAM-022",
    "GP-CAM-023",
    "GP-CASE-001",
    "GP-CASE-002",
    "GP-CNV-001",
    "GP-CNV-002",
    "GP-CNV-003",
    "GP-CON-002",
    "GP-CON-008",
    "GP-LOD-002",
    "GP-MOV-004",
    "GP-NET-004",
    "GP-NET-005",
    "GP-NET-006",
    "GP-OOS-001",
    "GP-SCR-001",
    "GP-SCR-002",
    "GP-SCR-003",
    "GP-SCR-004",
    "GP-TIM-006",
    "GP-TIM-007",
    "GP-VAL-007",
}


def validated(path: Path, policy: Policy | None = None, *, is_strict: bool = False) -> tuple[int, dict[str, Any]]:
    """Exit code and answer of ``gridplan validate --json``."""
    chosen = policy or Policy()
    options = ["--unrated", chosen.unrated, "--islands", chosen.islands]
    options += ["--merge-zero-impedance"] if chosen.merge_zero_impedance else []
    options += ["--accept-odd-units"] if chosen.accept_odd_units else []
    options += ["--strict"] if is_strict else []
    result = CliRunner().invoke(cli, ["validate", str(path), "--json", *options])
    assert "Traceback" not in result.output
    return result.exit_code, json.loads(result.stdout)


@pytest.mark.parametrize("entry", CORPUS, ids=lambda entry: entry.id)
def test_damaged_file_is_refused_by_name(entry: Damaged, tmp_path: Path) -> None:
    exit_code, answer = validated(entry.write(tmp_path), entry.policy)
    found = answer["findings"]
    assert (entry.code, entry.severity) in {(f["code"], f["severity"]) for f in found}, found
    assert exit_code == (EXIT_INPUT if any(f["severity"] == "error" for f in found) else 0)
    for finding in found:
        assert finding["severity"] in CATALOGUE[finding["code"]].severities, finding
        assert finding["file"], finding
        assert finding["message"], finding
        assert finding["remedy"], finding


@pytest.mark.parametrize("name", SOUND)
def test_sound_file_has_neither_errors_nor_warnings(name: str, tmp_path: Path) -> None:
    lay_out(tmp_path)
    exit_code, answer = validated(tmp_path / name, is_strict=True)
    assert (exit_code, answer["errors"], answer["warnings"]) == (0, 0, 0), answer["findings"]


def test_strict_turns_warnings_into_an_exit_code(tmp_path: Path) -> None:
    entry = next(entry for entry in CORPUS if entry.severity == "warning" and entry.base == "north.m")
    path = entry.write(tmp_path)
    assert validated(path, entry.policy)[0] == 0
    assert validated(path, entry.policy, is_strict=True)[0] == EXIT_INPUT


def test_corpus_is_large_and_reaches_every_code() -> None:
    assert len(CORPUS) >= 120
    assert set(CATALOGUE) - {entry.code for entry in CORPUS} == OF_OTHER_COMMANDS


def test_entries_have_names_of_their_own() -> None:
    assert not [name for name, count in Counter(entry.id for entry in CORPUS).items() if count > 1]


def test_first_twenty_are_shown_and_counted(tmp_path: Path) -> None:
    lay_out(tmp_path)
    path = tmp_path / "north.m"
    text = (GOOD / "north.m").read_text().partition("mpc.bus_name")[0]
    rows = "".join(f"\t{k}\t1\t1\t0\t0\t0\t1\t1\t0\t138\t1\t1.05\t1.06;\n" for k in range(101, 131))
    path.write_text(text.replace("mpc.bus = [\n", f"mpc.bus = [\n{rows}"))
    shown = CliRunner().invoke(cli, ["validate", str(path)])
    assert shown.exit_code == EXIT_INPUT
    assert shown.stdout.count("error[") == 20
    assert "... and 41 more; --json lists them all" in shown.stdout
    assert "60 errors, 0 warnings" in shown.stdout
    assert len(validated(path)[1]["findings"]) == 61
