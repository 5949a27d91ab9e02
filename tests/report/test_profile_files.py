"""From a study to the figures of ``gridplan profile``: the record that is written is the record that is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gridplan.profiling import profile_study
from gridplan.report.json_node import Node
from gridplan.report.load_model import LoadModels, load_models

STUDY = """
schema_version: 1
name: Two campuses
network: rts_gmlc
timezone: America/Phoenix
years: [2028]
criteria: {load_basis: modelled}
uncertainty: {samples: 8, trajectories: 3}
campuses:
  - {id: mesa, name: Mesa park, poi: ["107"], contract_mw: 300, workloads: {preset: chat_general_large}}
  - {id: kingman, poi: ["215"], contract_mw: 250, workloads: {preset: training_and_inference}}
"""


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("profile")
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    return profile_study(folder / "study.yaml", folder / "out")


@pytest.fixture(scope="module")
def models(answer: dict[str, Any]) -> LoadModels:
    path = next(Path(name) for name in answer["files"] if name.endswith("load_model_2028.json"))
    return load_models(Node(json.loads(path.read_text(encoding="utf-8")), path.name))


def test_every_file_is_there(answer: dict[str, Any]) -> None:
    names = {Path(name).name for name in answer["files"]}
    stems = ("load_mesa_2028", "load_kingman_2028", "load_2028")
    assert {f"{stem}.{kind}" for stem in stems for kind in ("svg", "png")} <= names
    assert all(Path(name).stat().st_size > 500 for name in answer["files"])


def test_stages_workloads_and_classes_add_up_to_the_mean(models: LoadModels) -> None:
    assert models.campuses[0].name == "Mesa park"
    for campus in models.campuses:
        assert campus.hours == 8784
        assert sum(campus.stages_mw.values()) == pytest.approx(campus.mean_mw)
        assert sum(workload.mean_mw for workload in campus.workloads) == pytest.approx(campus.mean_mw)
        assert sum(campus.share_frac.values()) == pytest.approx(1.0)
        assert campus.week.total_mw.max() == pytest.approx(campus.peak_mw), "the week holds the largest hour"
        assert campus.duration.central_mw[0] == pytest.approx(campus.peak_mw)


def test_total_is_the_sum_of_its_campuses(models: LoadModels) -> None:
    total = models.total
    assert total is not None
    assert total.contract_mw == 550.0
    assert total.mean_mw == pytest.approx(sum(campus.mean_mw for campus in models.campuses))
    assert max(campus.peak_mw for campus in models.campuses) < total.peak_mw
    assert total.peak_mw <= sum(campus.peak_mw for campus in models.campuses) + 1e-6
    energy = {
        name: sum(campus.share_frac.get(name, 0.0) * campus.energy_mwh for campus in models.campuses)
        for name in total.share_frac
    }
    assert total.share_frac == pytest.approx({name: mwh / total.energy_mwh for name, mwh in energy.items()})
    assert total.spread is not None
    assert list(total.spread.energy_mwh) == sorted(total.spread.energy_mwh)
