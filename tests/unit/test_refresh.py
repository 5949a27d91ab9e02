"""New hardware at the same floor space against the contract of later years."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridplan.campus.drivers.read_pack import preset_path
from gridplan.errors import Finding
from gridplan.inputs import read_inputs

STUDY = """schema_version: 1
name: Renewed
network: rts_gmlc
timezone: America/Phoenix
years: [2030, 2032]
hours: {{first: 0, count: 24}}
base_case: {{source_date: 2026-06-01, load_growth_frac_per_year: 0.0, committed_loads: []}}
criteria: {{load_basis: modelled}}
campuses:
  - {{id: mesa, poi: [118], contract_mw: {contract}, workloads: {{pack: mine.yaml}}}}
"""


def findings(folder: Path, contract: str, parameters: str) -> list[Finding]:
    pack = preset_path("llama_8b").read_text(encoding="utf-8")
    (folder / "mine.yaml").write_text(f"{pack}parameters: {parameters}\n", encoding="utf-8")
    (folder / "study.yaml").write_text(STUDY.format(contract=contract), encoding="utf-8")
    return [f for f in read_inputs(folder / "study.yaml").findings if f.code == "GP-CAM-017" and f.severity != "note"]


def test_contract_that_does_not_grow_is_told(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, "80", "{facility.refresh_year: 2031, facility.refresh_density_gain: 1.5}")
    assert found.severity == "warning"
    assert "in 2032" in found.message
    assert "120.0 MW" in found.message
    assert found.place.key == "campuses.0.contract_mw"
    assert "from 2031 on" in found.remedy


@pytest.mark.parametrize(
    ("contract", "parameters"),
    [
        ("80", "{facility.refresh_density_gain: 1}"),
        ("80", "{facility.refresh_year: 2033, facility.refresh_density_gain: 2}"),
        ("{2030: 80, 2032: 120}", "{facility.refresh_density_gain: 1.5}"),
        ("{2032: 80}", "{facility.refresh_density_gain: 1.5}"),
    ],
)
def test_contract_that_grows_enough_is_not(tmp_path: Path, contract: str, parameters: str) -> None:
    assert findings(tmp_path, contract, parameters) == []
