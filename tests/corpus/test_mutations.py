"""Random damage to ten sound files: no traceback, no hang, and nothing accepted silently that the text does not say.

A mutation is accepted silently if the file validates without any finding that the sound file does not have, and what
was read is not what an independent reading of the mutated text gives. Where that reading fails, a finding is due.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from gridplan.cli.validate import file_findings
from gridplan.errors import Finding
from gridplan.network.csv_table import read_hourly
from gridplan.network.dataset import read_dataset_info, read_network
from gridplan.network.matpower.read import read_matpower
from gridplan.study.source import read_tree
from tests.corpus.damage import GOOD, HOURLY, lay_out
from tests.corpus.mutations import damaged_bytes, damaged_field
from tests.corpus.readings import case_rows, csv_reading, json_reading, matpower_reading, matpower_rows

FILES = (
    "north.m",
    "two_campuses.yaml",
    "two_growths.yaml",
    "west/dataset.json",
    "west/bus.csv",
    "west/branch.csv",
    "west/generator.csv",
    "west/dc_line.csv",
    "west/storage.csv",
    "west/area_load_mw.csv",
)
#: A file of a few kilobytes is answered within this [s].
LONGEST_S = 10.0
QUICK, MANY = 15, 2000


def validated_path(folder: Path, file: str) -> Path:
    return folder / "west" if file.startswith("west/") else folder / file


def findings_of(folder: Path, file: str) -> tuple[Finding, ...]:
    begin = time.monotonic()
    found = file_findings(validated_path(folder, file))
    assert time.monotonic() - begin < LONGEST_S
    return found


def as_seen(findings: tuple[Finding, ...]) -> set[tuple[str, str, str]]:
    return {(f.code, f.severity, f.message) for f in findings}


def same_case(folder: Path, file: str, text: str) -> bool:
    return _equal(case_rows(read_matpower(folder / file)), _tried(matpower_reading, matpower_rows, text))


def same_tree(folder: Path, file: str, text: str) -> bool:
    try:
        said = YAML(typ="base", pure=True).load(text)
    except YAMLError:
        return False
    return _is_said(read_tree(text, folder / file).value, said)


def same_info(folder: Path, file: str, text: str) -> bool:
    said, info = json_reading(text), read_dataset_info((folder / file).parent)
    keys = ("name", "title", "base_mva", "timezone", "first_hour_local", "hours", "is_synthetic", "losses", "credit")
    return (
        said is not None
        and all(said[k] == getattr(info, k) for k in keys)
        and said.get("notes", []) == list(info.notes)
    )


def same_table(folder: Path, file: str, text: str) -> bool:
    rows = csv_reading(text)
    if rows is None:
        return False
    if Path(file).name in HOURLY:
        names, values = read_hourly(folder / f"{file}.gz")
        return list(names) == [n.strip() for n in rows[0]] and np.array_equal(values, np.array(rows[1:], dtype=float))
    network = read_network((folder / file).parent)
    table = getattr(network, Path(file).stem)
    return len(table) == len(rows) - 1 and all(
        _is_column(network, table, name.strip(), [row[k].strip() for row in rows[1:]]) for k, name in enumerate(rows[0])
    )


def _is_column(network: Any, table: Any, name: str, said: list[str]) -> bool:
    if name.startswith("block_"):
        block = int(name.split("_")[2]) - 1
        kind = "block_width_mw" if name.startswith("block_width") else "block_cost_usd_per_mwh"
        return [float(text) for text in said] == getattr(table, kind)[:, block].tolist()
    if not hasattr(table, name):
        return True  # a column that gridplan does not read
    values = getattr(table, name)
    if name in ("bus", "from_bus", "to_bus"):
        return [network.bus.id[i] for i in values] == said
    if isinstance(values, tuple):
        return list(values) == said
    if values.dtype == bool:
        return ["true" if v else "false" for v in values] == [
            {"1": "true", "0": "false"}.get(t, t).lower() for t in said
        ]
    return np.array_equal(values, np.array([float(t or "nan") for t in said]), equal_nan=True)


SAME: dict[str, Callable[[Path, str, str], bool]] = {
    ".m": same_case,
    ".yaml": same_tree,
    ".json": same_info,
    ".csv": same_table,
}


def _tried(reading: Callable[[str], Any], rows: Callable[[Any], Any], text: str) -> Any:
    try:
        read = reading(text)
        return None if read is None else rows(read)
    except (IndexError, KeyError, ValueError):
        return None


def _equal(found: Any, said: Any) -> bool:
    return bool(found == said)


def _is_said(value: Any, said: Any) -> bool:
    """Whether a value is what the plain text says."""
    if isinstance(value, dict):
        return (
            isinstance(said, dict) and list(value) == list(said) and all(_is_said(v, said[k]) for k, v in value.items())
        )
    if isinstance(value, list):
        return isinstance(said, list) and len(value) == len(said) and all(map(_is_said, value, said))
    if isinstance(value, bool):
        return str(said).lower() == str(value).lower()
    if value is None:
        return said in ("", "~", "null", "Null", "NULL", None)
    if isinstance(value, (int, float)):
        return float(said) == float(value)
    return bool(value == said)


def assert_not_accepted_silently(folder: Path, file: str, data: bytes, sound: set[tuple[str, str, str]]) -> None:
    path = folder / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    if path.name in HOURLY:
        import gzip

        (folder / f"{file}.gz").write_bytes(gzip.compress(data, mtime=0))
    findings = findings_of(folder, file)
    for finding in findings:
        assert finding.place.file is not None, finding
        assert finding.message, finding
        assert finding.remedy, finding
    if as_seen(findings) - sound or data == (GOOD / file).read_bytes():
        return
    text = data.decode("utf-8-sig")
    original = (GOOD / file).read_text(encoding="utf-8")
    same = SAME[path.suffix]
    assert same(folder, file, text) or same(folder, file, original), (
        f"accepted silently:\n{_difference(original, text)}"
    )


def _difference(original: str, text: str) -> str:
    pairs = [(a, b) for a, b in zip(original.splitlines(), text.splitlines(), strict=False) if a != b]
    return "\n".join(f"- {a}\n+ {b}" for a, b in pairs[:3])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lay_out(tmp_path)
    return tmp_path


@pytest.mark.parametrize("file", FILES)
def test_random_damage_is_told(file: str, folder: Path) -> None:
    damage(file, folder, QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_much_random_damage_is_told(file: str, folder: Path) -> None:
    damage(file, folder, MANY)


def damage(file: str, folder: Path, count: int) -> None:
    sound = as_seen(findings_of(folder, file))
    data = (GOOD / file).read_bytes()
    for seed in range(count):
        assert_not_accepted_silently(folder, file, damaged_bytes(data, seed), sound)
        assert_not_accepted_silently(folder, file, damaged_field(data.decode(), seed).encode(), sound)


def test_a_reader_that_overlooks_a_change_is_caught(folder: Path) -> None:
    """The proof of the proof: files left as they are, texts that say something else."""
    changes = {
        "north.m": ("\t80\t20\t", "\t81\t20\t"),
        "two_campuses.yaml": ("energy_mwh: 40", "energy_mwh: 41"),
        "west/dataset.json": ('"hours": 24', '"hours": 25'),
        "west/branch.csv": ("0.085", "0.086"),
        "west/area_load_mw.csv": ("148", "149"),
    }
    for file, (old, new) in changes.items():
        text = (GOOD / file).read_text(encoding="utf-8")
        assert old in text
        stands = folder / file
        if file.endswith(".yaml"):
            assert not _is_said(read_tree(text, stands).value, YAML(typ="base", pure=True).load(text.replace(old, new)))
        else:
            assert not SAME[stands.suffix](folder, file, text.replace(old, new, 1)), file


def test_the_readings_agree_on_the_sound_files(folder: Path) -> None:
    for file in FILES:
        assert SAME[Path(file).suffix](folder, file, (GOOD / file).read_text(encoding="utf-8")), file
