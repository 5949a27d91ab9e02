"""Figures and examples of docs/load-model.md are those of the program."""

from __future__ import annotations

import math
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from gridplan.batch.member import build_members
from gridplan.batch.sweep import read_sweep
from gridplan.campus.campus_model import CampusModel, campus_model
from gridplan.campus.drivers.draws import base_draws
from gridplan.campus.drivers.read_pack import read_pack
from gridplan.campus.drivers.table import PARAMETERS
from gridplan.campus.facility.pue import Cooling, CoolingKind, pue
from gridplan.campus.modelled import central_load
from gridplan.campus.size import size_campus
from gridplan.campus.token_energy import LN_GENERATION, latency_factor
from gridplan.campus.workloads.load import Hours
from gridplan.network.embedded import embedded_root
from gridplan.study.check import check_study
from gridplan.study.load_model_request import LoadModel
from gridplan.study.read import read_study
from gridplan.study.schema import Study

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "load-model.md").read_text(encoding="utf-8")
HOURS = Hours(
    time_utc=np.datetime64("2020-07-06T07", "s") + np.arange(168) * np.timedelta64(3600, "s"),
    timezone="America/Phoenix",
    year=2028,
)


def example(begin: str) -> str:
    """The one example of the page that begins like this."""
    (text,) = [text for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if text.startswith(begin)]
    return str(text)


def own_pack(folder: Path) -> CampusModel:
    file = folder / "support_desk.yaml"
    file.write_text(example("pack_version: 1"), encoding="utf-8")
    return campus_model("mesa", read_pack(file), LoadModel(), HOURS.timezone, key="campuses.0.workloads.model")


def test_own_pack_is_one_that_meets_a_contract(tmp_path: Path) -> None:
    model = own_pack(tmp_path)
    assert [spec.name for spec in model.specs] == ["chat", "ticket-agents", "finetune"]
    assert [spec.movable for spec in model.specs] == ["interactive", "batch", "finetune"]
    by_key = {p.key: p for p in model.parameters}
    assert not by_key["serving.small_domain_frac"].is_spread
    calls = by_key["agent.calls_per_task"]
    assert (calls.low, calls.mode, calls.high, calls.status) == (5.0, 12.0, 30.0, "measured")
    campus = size_campus(model, 20.0, HOURS, np.full(len(HOURS), 30.0), is_scaled=True)
    total = central_load(campus, HOURS).p_mw.sum(axis=0)[0]
    assert total.max() == pytest.approx(20.0, rel=0.01)


def test_meter_beside_a_pack_is_a_sound_study() -> None:
    base = {"load_growth_frac_per_year": 0.0, "committed_loads": []}
    plain = {"schema_version": 1, "name": "t", "network": "rts_gmlc", "timezone": "America/Phoenix", "years": [2028]}
    (text,) = [text for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "measured:" in text]
    campuses = YAML(typ="safe").load(text)["campuses"]
    criteria = {"load_basis": "modelled"}
    study = Study.model_validate({**plain, "base_case": base, "campuses": campuses, "criteria": criteria})
    assert check_study(study) == ()
    assert list(study.campuses[0].workloads.metered) == ["pretrain"]
    assert study.campuses[0].workloads.model.delivery == "expected"


def test_sweep_runs_the_central_run_and_every_trajectory(tmp_path: Path) -> None:
    shutil.copy(embedded_root("cases") / "load_presets.yaml", tmp_path)
    (tmp_path / "trajectories.yaml").write_text(example("# A sweep over the trajectories"), encoding="utf-8")
    members = build_members(read_sweep(tmp_path / "trajectories.yaml"))
    studies = []
    for k, member in enumerate(members):
        file = tmp_path / f"member_{k}.json"
        file.write_text(member.study_text, encoding="utf-8")
        studies.append(read_study(file).study)
    assert [study.uncertainty.trajectory for study in studies] == [0, 1, 2, 3, 4]
    assert {study.uncertainty.trajectories for study in studies} == {4}
    assert all(not [f for f in check_study(study) if f.severity == "error"] for study in studies)


def test_figures_in_the_text() -> None:
    at_50, at_20 = latency_factor(np.array([50.0, 20.0]))
    assert f"{at_50:.2f} at 50 ms, {at_20:.2f} at 20 ms" in PAGE
    assert f"x {math.exp(LN_GENERATION['b200']):.2f} on B200" in PAGE
    assumed = sum(p.status == "assumption" for p in PARAMETERS)
    found = re.search(r"(\d+) of (\d+) parameters have no public value", PAGE)
    assert found is not None
    assert (int(found[1]), int(found[2])) == (assumed, len(PARAMETERS))


@pytest.mark.parametrize(("kind", "at_c"), [("liquid", (25, 35, 43)), ("air", (12, 35, 43))])
def test_pue_in_the_text(kind: CoolingKind, at_c: tuple[float, ...]) -> None:
    values = pue(Cooling.of(base_draws(PARAMETERS), kind), np.array(at_c, dtype=float))[0]
    text = " ".join(PAGE.split())
    first, second, third = (f"{value:.2f}" for value in values)
    assert re.search(rf"{kind.capitalize() if kind == 'liquid' else kind}[a-z ]* {first} up to {at_c[0]} degC, "
                     rf"{second} at 35 and {third} at 43", text)  # fmt: skip
