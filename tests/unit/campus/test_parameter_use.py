"""Parameters and the code that reads them: none is drawn for nothing, and none in force is unread."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from gridplan.campus import size
from gridplan.campus.campus_model import campus_model
from gridplan.campus.drivers.draws import Draws, NotedDraws, base_draws
from gridplan.campus.drivers.parameter import Parameter
from gridplan.campus.drivers.read_pack import preset_names, preset_path, read_pack
from gridplan.campus.drivers.table import PARAMETERS
from gridplan.campus.facility.delivery import refreshed_contract_mw
from gridplan.campus.hardware import HARDWARE, Hardware, find_hardware
from gridplan.campus.in_force import parameters_in_force
from gridplan.campus.language_models import LANGUAGE_MODELS
from gridplan.campus.site import SizedCampus, site_load
from gridplan.campus.streams import Streams
from gridplan.campus.token_energy import GENERATIONS, LN_GENERATION, decode_j_per_token
from gridplan.campus.uncertainty.ensemble import run_ensemble
from gridplan.campus.workloads.campaign import CampaignSpec
from gridplan.campus.workloads.inference import InferenceSpec, energy_view_mw
from gridplan.campus.workloads.load import Chance, Hours
from gridplan.campus.workloads.registry import workload_load
from gridplan.study.load_model_request import LoadModel, Uncertainty

HOURS = Hours(
    time_utc=np.datetime64("2020-07-06T07", "s") + np.arange(24) * np.timedelta64(3600, "s"),
    timezone="America/Phoenix",
    year=2028,
)
CHANCE = Chance(streams=Streams(seed=0, campus="mesa", scenarios=(0,)))


def sized(preset: str, cooling: str, start: np.datetime64 | None) -> SizedCampus:
    file = read_pack(preset_path(preset))
    asked = LoadModel.model_validate({"cooling": cooling})
    model = campus_model("mesa", file, asked, HOURS.timezone, key="model")
    return size.size_campus(model, 300.0, HOURS, np.full(24, 30.0), is_scaled=True, start=start)


def read_of(preset: str, monkeypatch: pytest.MonkeyPatch, cooling: str = "", start: str | None = None) -> set[str]:
    """Parameters that are read when a campus is sized and its load, one with chance, is computed."""
    given: list[NotedDraws] = []

    def noted(parameters: Iterable[Parameter]) -> NotedDraws:
        given.append(NotedDraws(base_draws(parameters)))
        return given[-1]

    monkeypatch.setattr(size, "base_draws", noted)
    campus = sized(preset, cooling, None if start is None else np.datetime64(start, "s"))
    site_load(campus, noted(campus.model.parameters), HOURS, CHANCE)
    return {key for draws in given for key in draws.read}


def test_every_parameter_is_read_by_something(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"noise.hourly_sd", "noise.hours"}  # read by the scenarios: test_noise_is_read_by_scenarios
    for preset in preset_names():
        found |= read_of(preset, monkeypatch, start="2026-01-01")
    found |= read_of("science_batch", monkeypatch, cooling="air")
    draws = NotedDraws(base_draws(PARAMETERS))
    grown = CampaignSpec(name="c", hardware=find_hardware("h100"), accelerators=8, days=50.0, growth="incremental")
    workload_load(grown, draws, HOURS, CHANCE)
    refreshed_contract_mw(100.0, 2030, draws)
    specs = sized("llama_8b", "", None).model.specs
    for spec in specs:
        if isinstance(spec, InferenceSpec):
            energy_view_mw(spec, draws, 2028)
    assert {p.key for p in PARAMETERS} == found | draws.read


def test_noise_is_read_by_scenarios() -> None:
    """Noise of 0 leaves the hours as they are without it."""
    campus = sized("llama_8b", "", None)
    asked = Uncertainty.model_validate({"samples": 4})
    noisy = run_ensemble([campus], HOURS, asked, 1)
    still = run_ensemble([campus], HOURS, asked.model_copy(update={"hourly_noise": "off"}), 1)
    assert (noisy.band_mw != still.band_mw).any()


@pytest.mark.parametrize("preset", preset_names())
@pytest.mark.parametrize("start", [None, "2026-01-01"])
def test_parameters_in_force_are_those_that_are_read(
    preset: str, start: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report counts assumptions behind the MW: neither one that nothing reads, nor too few."""
    found = read_of(preset, monkeypatch, start=start)
    monkeypatch.undo()
    campus = sized(preset, "", None if start is None else np.datetime64(start, "s"))
    in_force = {p.key for p in parameters_in_force(campus)}
    has_services = any(isinstance(spec, InferenceSpec) for spec in campus.model.specs)
    noise = {"noise.hourly_sd", "noise.hours"} if has_services else set()
    assert in_force == found | noise


@pytest.mark.parametrize(
    ("key", "value"), [("fleet.redundancy_frac", 0.25), ("train.share_2024", 0.8), ("train.share_2034", 0.1)]
)
def test_spread_of_what_sizes_a_campus_is_not_drawn_out(key: str, value: float) -> None:
    """Servers are those of the central run, and so are spares and the share of training; docs/load-model.md says so."""
    campus = sized("training_and_inference", "", None)
    central = dict(base_draws(campus.model.parameters))
    moved, still = (site_load(campus, Draws(d), HOURS) for d in ({**central, key: np.array([value])}, central))
    assert (moved.p_mw == still.p_mw).all()


@pytest.mark.parametrize("hardware", HARDWARE, ids=lambda h: h.name)
def test_every_hardware_has_an_energy_of_tokens(hardware: Hardware) -> None:
    """Measured or fitted, for every model: above 0, and a generation that the fit knows."""
    draws = base_draws(PARAMETERS)
    assert GENERATIONS[hardware.name].measured_as in LN_GENERATION
    assert all(decode_j_per_token(model, hardware, draws)[0] > 0 for model in LANGUAGE_MODELS)
