"""The embedded driver packs: the shipped case has each, each meets a contract, and no energy is lost on the way."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from gridplan.campus.campus_model import campus_model
from gridplan.campus.drivers.draws import base_draws
from gridplan.campus.drivers.read_pack import preset_names, preset_path, read_pack
from gridplan.campus.hardware import find_hardware
from gridplan.campus.language_models import accelerators_per_replica, find_language_model
from gridplan.campus.site import STAGES, site_load
from gridplan.campus.size import size_campus
from gridplan.campus.workloads.load import Hours
from gridplan.inputs import read_inputs
from gridplan.network.embedded import embedded_root
from gridplan.pipeline import run_study
from gridplan.study.load_model_request import LoadModel

REQUIRED = {
    "chat_general_large", "llama_8b", "llama_70b", "llama_405b", "multimodal_large", "open_research_train",
    "agents_enterprise", "video_generation", "science_batch", "edge_hybrid", "training_and_inference",
}  # fmt: skip
CONTRACT_MW = 300.0
HOURS = Hours(
    time_utc=np.datetime64("2020-01-01T07", "s") + np.arange(8784) * np.timedelta64(3600, "s"),
    timezone="America/Phoenix",
    year=2028,
)
TEMPERATURE_C = 20 - 10 * np.cos(np.arange(8784) / 8784 * 2 * np.pi) + 7 * np.sin(np.arange(8784) / 24 * 2 * np.pi)


def test_shipped_case_has_a_campus_of_every_pack() -> None:
    inputs = read_inputs(embedded_root("cases") / "load_presets.yaml")
    assert sorted(campus.workloads.preset for campus in inputs.file.study.campuses) == list(preset_names())
    assert set(preset_names()) >= REQUIRED
    assert [f.render() for f in inputs.findings if f.severity in ("error", "warning")] == []


@pytest.mark.slow
def test_shipped_case_passes_its_audit(tmp_path: Path) -> None:
    """Among its campuses are some whose waiting work catches up in hours that ask for less than their peak."""
    run_study(embedded_root("cases") / "load_presets.yaml", tmp_path / "run")
    certificate = json.loads((tmp_path / "run" / "certificate.json").read_text(encoding="utf-8"))
    assert {check["id"] for check in certificate["checks"] if check["verdict"] == "fail"} == set()
    plan = json.loads((tmp_path / "run" / "plan.json").read_text(encoding="utf-8"))
    assert len(plan["years"]["2028"]["campuses"]) == len(preset_names())


@pytest.mark.parametrize("name", preset_names())
def test_pack_meets_a_contract_and_loses_no_energy(name: str) -> None:
    model = campus_model("mesa", read_pack(preset_path(name)), LoadModel(), "America/Phoenix", key="campuses.0")
    campus = size_campus(model, CONTRACT_MW, HOURS, TEMPERATURE_C, is_scaled=True)
    load = site_load(campus, base_draws(campus.model.parameters), HOURS)
    total = load.p_mw.sum(axis=0)[0]
    assert total.max() == pytest.approx(CONTRACT_MW, rel=1e-3)
    assert 0.4 < total.mean() / total.max() <= 1.0
    assert load.stages_mwh.shape == (len(campus.workloads), len(STAGES), 1)
    np.testing.assert_allclose(load.stages_mwh.sum(axis=1)[:, 0], load.p_mw.sum(axis=2)[:, 0], rtol=1e-9)
    assert 0.0 <= load.unserved_frac[0] < 1e-6
    assert len(set(campus.workloads)) == len(campus.workloads)


@pytest.mark.parametrize("name", preset_names())
def test_models_of_a_pack_fit_two_servers_of_it(name: str) -> None:
    pack = read_pack(preset_path(name)).pack
    groups = [models for models in (pack.models, *(s.models for s in pack.services)) if models is not None]
    server = find_hardware(pack.hardware)
    for models in groups:
        for known in {**models.small_domain, **models.general}:
            model = find_language_model(known)
            assert accelerators_per_replica(model.total_b, model.bits, server.memory_gb) <= 2 * server.accelerators


def test_open_run_takes_the_days_its_operations_take() -> None:
    (campaign,) = read_pack(preset_path("open_research_train")).pack.campaigns
    operations = 6 * 65e9 * 1.4e12
    flops = 0.40 * find_hardware("a100").dense_bf16_tflops * 1e12 * campaign.accelerators
    assert campaign.days is not None
    assert math.isclose(operations / flops / 86400, campaign.days, rel_tol=0.02)


def test_robots_are_local_and_cannot_wait() -> None:
    pack = read_pack(preset_path("physical_ai")).pack
    model = campus_model("m", read_pack(preset_path("physical_ai")), LoadModel(), "America/Phoenix", key="campuses.0")
    spec = model.specs[0]
    assert (spec.service.name, spec.movable, spec.token_interval_ms) == ("physical", "interactive", 20.0)
    assert pack.parameters["serving.local_share"].mode == 1.0
