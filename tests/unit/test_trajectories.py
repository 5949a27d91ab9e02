"""The trajectory a study plans with: the central run or a medoid, the same numbers as its scenario."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gridplan.campus.modelled import central_class_mw
from gridplan.campus_loads import year_ensemble
from gridplan.inputs import Inputs, read_inputs

STUDY = """schema_version: 1
name: Trajectories
network: rts_gmlc
timezone: America/Phoenix
years: [2029]
hours: {{first: 5112, count: 48}}
base_case: {{source_date: 2026-06-01, load_growth_frac_per_year: 0.0, committed_loads: []}}
criteria: {{security: n-0, load_basis: modelled}}
uncertainty: {{samples: 4, trajectories: 3, trajectory: {trajectory}}}
campuses:
  - {{id: mesa, poi: [107], contract_mw: 50, workloads: {{preset: llama_8b}}}}
  - {{id: copper, poi: [113], contract_mw: 60, workloads: {{preset: open_research_train}}}}
"""


def inputs_of(folder: Path, trajectory: int) -> Inputs:
    file = folder / f"trajectory_{trajectory}.yaml"
    file.write_text(STUDY.format(trajectory=trajectory), encoding="utf-8")
    return read_inputs(file)


def planned_mw(inputs: Inputs, year: int) -> dict[str, np.ndarray]:
    """Load of each campus the plan sees, dims (class, time) [MW]."""
    contract = {campus.id: campus.contract_mw_in(year) for campus in inputs.file.study.campuses}
    return {
        load.campus: load.demand_frac * contract[load.campus] for load in inputs.series.modelled if load.year == year
    }


def test_trajectory_that_is_planned_with(tmp_path: Path) -> None:
    """0 is the central run, 1 to 3 are the medoids in order of energy."""
    central = inputs_of(tmp_path, 0)
    (year,) = central.load_models
    ensemble = year_ensemble(central.file.study, year)
    energy_mwh = []
    for trajectory in (0, 1, 3):
        found = planned_mw(central if trajectory == 0 else inputs_of(tmp_path, trajectory), 2029)
        for k, campus in enumerate(year.campuses):
            wanted = ensemble.trajectory_mw[trajectory - 1, k] if trajectory else central_class_mw(campus, year.hours)
            assert found[campus.model.campus] == pytest.approx(wanted, rel=1e-12)
        energy_mwh.append(float(sum(mw.sum() for mw in found.values())))
    assert energy_mwh[1] < energy_mwh[2]
    assert len(set(energy_mwh)) == 3
