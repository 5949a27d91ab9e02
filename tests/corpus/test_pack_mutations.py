"""Random damage to the shipped driver packs and to the study of all presets: a finding with its place, or sound MW.

Whatever the text says, ``gridplan validate`` ends with 0 or 2 within seconds, without a traceback or a warning of a
library; and every load that is accepted is a number between 0 and the contract.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from gridplan.cli.main import cli
from gridplan.errors import EXIT_INPUT
from gridplan.inputs import read_inputs
from gridplan.network.embedded import embedded_root
from tests.corpus.damage import lay_out
from tests.corpus.mutations import NUMBER, TOKEN, damaged_bytes, damaged_field

PACKS = tuple(sorted((embedded_root("datasets") / "driver_packs").glob("*.yaml")))
PRESETS = Path(__file__).resolve().parents[2] / "cases" / "load_presets.yaml"
STUDY = """\
schema_version: 1
name: One pack
network: west
timezone: America/Phoenix
years: [2028, 2034]
base_case: {load_growth_frac_per_year: 0.0, committed_loads: []}
criteria: {load_basis: modelled}
uncertainty: {samples: 4, trajectories: 3, trajectory: 1}
campuses:
  - {id: mesa, poi: [20], contract_mw: 20, block_mw: 20, climate: phoenix, workloads: {pack: own.yaml}}
"""
FAR = ("1e9", "-1e9", "1e-9", "1e300", "1e-300", "0", "1", "2200", "1950", "0.5", "40%", "1e10", ".inf", "[]", "{}")
LONGEST_S = 15.0
QUICK, MANY = 6, 60


def far_numbers(text: str, seed: int) -> str:
    """Text with several of its numbers replaced by far ones."""
    rng = random.Random(seed)
    for _ in range(rng.randint(1, 4)):
        found = rng.choice([at for at in TOKEN.finditer(text) if NUMBER.fullmatch(at[0])])
        text = text[: found.start()] + rng.choice(FAR) + text[found.end() :]
    return text


def far_parameters(text: str, seed: int) -> str:
    """Text of a pack with parameters of the table at their bounds, or far from them."""
    from gridplan.campus.drivers.table import PARAMETERS

    rng = random.Random(seed)
    rows = rng.sample(PARAMETERS, 12)
    lines = [f"  {row.key}: {rng.choice([row.least, min(row.most, 1e9), row.mode, 1e9])!r}\n" for row in rows]
    kept = text[: text.index("parameters:")] if "parameters:" in text else f"{text.rstrip()}\n"
    return f"{kept}parameters:\n{''.join(lines)}"


def refused(study: Path) -> bool:
    """Whether the study is refused with findings that say where and what to do; the time it takes is bounded."""
    begin = time.monotonic()
    result = CliRunner().invoke(cli, ["validate", str(study)])
    assert time.monotonic() - begin < LONGEST_S
    assert result.exit_code in (0, EXIT_INPUT), result.output
    assert "unexpected error" not in result.output
    if result.exit_code == EXIT_INPUT:
        assert "error[GP-" in result.stdout
        assert "  do: " in result.stdout
        assert "  --> " in result.stdout
    return result.exit_code == EXIT_INPUT


def judge(study: Path) -> None:
    """A damaged study is refused, or every hour it asks for lies between 0 and the contract."""
    if refused(study):
        return
    for load in read_inputs(study).series.modelled:
        total = load.demand_frac.sum(axis=0)
        assert np.isfinite(load.demand_frac).all()
        assert (load.demand_frac >= 0).all()
        assert (total <= 1 + 1e-9).all()


def damage_pack(pack: Path, folder: Path, count: int) -> None:
    lay_out(folder)
    study, own = folder / "s.yaml", folder / "own.yaml"
    study.write_text(STUDY)
    text = pack.read_text(encoding="utf-8")
    own.write_text(text, encoding="utf-8")
    assert not refused(study)
    for seed in range(count):
        for data in (
            damaged_bytes(text.encode(), seed),
            damaged_field(text, seed).encode(),
            far_numbers(text, seed).encode(),
            far_parameters(text, seed).encode(),
        ):
            own.write_bytes(data)
            judge(study)


@pytest.mark.parametrize("pack", PACKS[::4], ids=lambda pack: pack.stem)
def test_a_damaged_pack_is_told_or_sound(pack: Path, tmp_path: Path) -> None:
    damage_pack(pack, tmp_path, QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.stem)
def test_a_much_damaged_pack_is_told_or_sound(pack: Path, tmp_path: Path) -> None:
    damage_pack(pack, tmp_path, MANY)


def damage_presets(folder: Path, count: int) -> None:
    """Two of the thirteen campuses, so that a file is answered at once; the rest of the text stays."""
    lines = PRESETS.read_text(encoding="utf-8").splitlines(keepends=True)
    first = next(k for k, line in enumerate(lines) if line.startswith("  - {id:"))
    last = next(k for k, line in enumerate(lines) if line.startswith("uncertainty:"))
    kept = [line for line in lines[first:last] if "preset: llama_8b" in line or "preset: open_research" in line]
    text = "".join([*lines[:first], *kept, "\n", *lines[last:]])
    study = folder / "presets.yaml"
    for seed in range(count):
        for data in (
            damaged_bytes(text.encode(), seed),
            damaged_field(text, seed).encode(),
            far_numbers(text, seed).encode(),
        ):
            study.write_bytes(data)
            judge(study)


def test_the_damaged_study_of_presets_is_told_or_sound(tmp_path: Path) -> None:
    damage_presets(tmp_path, 2)


@pytest.mark.slow
def test_the_much_damaged_study_of_presets_is_told_or_sound(tmp_path: Path) -> None:
    damage_presets(tmp_path, 100)
