"""A study does not depend on what buses are called or in which order they stand."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gridplan.dispatch.farm import Farm
from gridplan.inputs import read_inputs
from gridplan.network.embedded import dataset_folder
from gridplan.plan.case import year_case
from gridplan.plan.study_year import YearPlan, plan_year

STUDY = """\
schema_version: 1
name: Relabelled
network: {network}
timezone: America/Phoenix
years: [2028]
hours: {{first: 5712, count: {hours}}}
base_case: {{reference_year: 2028, load_growth_frac_per_year: 0.0, committed_loads: []}}
criteria: {{load_basis: modelled}}
solve: {{gap_schedule_frac: 0.0, gap_siting_frac: 0.0}}
campuses:
  - id: verde
    poi: ['{b203}', '{b107}']
    contract_mw: 330
    block_mw: 110
    service: {{kind: conditional, terms: {{max_energy_frac: 0.01, max_hours: 20, max_event_h: 8}}}}
    storage: {{p_mw: 30, e_mwh: 90}}
  - {{id: mesa, poi: ['{b118}'], contract_mw: 300, block_mw: 150}}
"""
ENDS = {
    "branch.csv": ("from_bus", "to_bus"),
    "generator.csv": ("bus",),
    "dc_line.csv": ("from_bus", "to_bus"),
    "storage.csv": ("bus",),
    "bus.csv": ("id",),
}


def relabelled_dataset(folder: Path, seed: int) -> dict[str, str]:
    """Copy of RTS-GMLC with new bus ids and the tables of buses and branches shuffled; returns old id -> new id."""
    shutil.copytree(dataset_folder("rts_gmlc"), folder)
    rng = np.random.default_rng(seed)
    with (folder / "bus.csv").open(encoding="utf-8", newline="") as text:
        old = [row["id"] for row in csv.DictReader(text)]
    new = {bus: f"n{k}" for bus, k in zip(old, rng.permutation(len(old)), strict=True)}
    for name, columns in ENDS.items():
        path = folder / name
        with path.open(encoding="utf-8", newline="") as text:
            rows = list(csv.DictReader(text))
        rows = [row | {column: new[row[column]] for column in columns} for row in rows]
        if name in ("bus.csv", "branch.csv"):
            rows = [rows[i] for i in rng.permutation(len(rows))]
        with path.open("w", encoding="utf-8", newline="") as text:
            writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return new


def planned(folder: Path, network: str, new: dict[str, str], hours: int) -> YearPlan:
    path = folder / "study.yaml"
    buses = {f"b{bus}": new.get(bus, bus) for bus in ("203", "107", "118")}
    path.write_text(STUDY.format(network=network, hours=hours, **buses), encoding="utf-8")
    inputs = read_inputs(path)
    return plan_year(year_case(inputs.file.study, 2028, inputs.network, inputs.series), farm=Farm(), fixed={})


def compare(folder: Path, seed: int, hours: int) -> None:
    (folder / "plain").mkdir()
    new = relabelled_dataset(folder / "other", seed)
    plan = planned(folder / "plain", "rts_gmlc", {}, hours)
    other = planned(folder, "./other", new, hours)
    assert_allclose(other.case.base.cost_usd, plan.case.base.cost_usd, rtol=1e-9)
    for bus, poi in plan.pois.items():
        assert_allclose(other.pois[new[bus]].hosting.capacity_mw, poi.hosting.capacity_mw, atol=1e-6)
        assert_allclose(other.pois[new[bus]].firm_n0_mw, poi.firm_n0_mw, atol=1e-6)
    assert plan.sites is not None
    assert other.sites is not None
    assert plan.sites.result.status == other.sites.result.status == "optimal"
    assert_allclose(other.sites.result.upper_usd, plan.sites.result.upper_usd, rtol=1e-9)
    assert [s.poi and new[s.poi] for s in plan.sites.sites] == [s.poi for s in other.sites.sites]
    assert_allclose(
        [(s.connected_mw, s.firm_mw) for s in other.sites.sites],
        [(s.connected_mw, s.firm_mw) for s in plan.sites.sites],
        atol=1e-6,
    )
    assert plan.schedule.gap_frac == other.schedule.gap_frac == 0.0
    assert_allclose(other.schedule.upper_usd, plan.schedule.upper_usd, rtol=1e-9)
    assert_allclose(other.schedule.lower_usd, plan.schedule.lower_usd, rtol=1e-9)


def test_relabelled_buses_leave_a_day_as_it_is(tmp_path: Path) -> None:
    compare(tmp_path, seed=0, hours=24)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_relabelled_buses_leave_two_days_as_they_are(tmp_path: Path, seed: int) -> None:
    compare(tmp_path, seed=seed, hours=48)
