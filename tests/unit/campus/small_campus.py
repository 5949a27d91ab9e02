"""A small campus of conversation, agents and training, its load, and what a driver may change of it."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplan.campus.campus_model import CampusModel, campus_model
from gridplan.campus.drivers.draws import Draws, base_draws
from gridplan.campus.drivers.driver_row import Effect
from gridplan.campus.drivers.pack import DriverPack
from gridplan.campus.drivers.read_pack import PackFile
from gridplan.campus.facility.delivery import delivered_frac, refreshed_contract_mw
from gridplan.campus.site import SiteLoad, SizedCampus, site_load
from gridplan.campus.size import size_campus
from gridplan.campus.streams import Streams
from gridplan.campus.uncertainty.ensemble import scenario_draws
from gridplan.campus.uncertainty.noise import hourly_noise
from gridplan.campus.workloads.load import Hours
from gridplan.candidates import find_candidates
from gridplan.network.dataset import read_network
from gridplan.network.embedded import dataset_folder
from gridplan.study.load_model_request import LoadModel, Uncertainty
from gridplan.study.read import load_study_text
from gridplan.study.source import StudySource

FloatArray = npt.NDArray[np.float64]
Setting = Mapping[str, Any]
"""Changes of the small campus: keys of a driver pack, with those of CAMPUS beside them."""

PACK: Setting = {
    "pack_version": 1,
    "name": "small",
    "release": "1",
    "title": "small campus of the tests",
    "reference_year": 2026,
    "hardware": "b200",
    "models": {"small_domain": {"llama_8b": 1}, "general": {"deepseek_v3": 1}},
    "services": [{"service": "chat", "concurrent_users": 1e6}, {"service": "agent", "concurrent_users": 2e5}],
    "campaigns": [{"accelerators": 1024, "days": 100}],
    "clusters": [],
    "finetuning": [{"accelerators": 512, "users": 20, "accelerators_per_run": 8}],
}
CAMPUS: Setting = {
    "year": 2030, "contract_mw": 50.0, "hours": 168, "is_scaled": False, "start": None, "asked": {}, "correlation": 0.0,
    "latency": "", "fixed_servers_of": None, "temperature_c": 24.0,
}  # fmt: skip
AWAY = "near: {latitude: 34.7, longitude: -116.0, radius_km: 300, max_count: 200}"
STUDY = """schema_version: 1
name: Somewhere
network: rts_gmlc
timezone: America/Phoenix
years: [2028]
base_case: {source_date: 2026-06-01}
campuses:
  - id: mesa
    contract_mw: 50
    %s
    %s
"""


@dataclass(frozen=True, kw_only=True)
class Small:
    """The campus of a setting and its central load."""

    campus: SizedCampus
    draws: Draws
    hours: Hours
    load: SiteLoad

    @property
    def p_mw(self) -> FloatArray:
        """Load at the meter, dims (time,) [MW]."""
        total: FloatArray = self.load.p_mw.sum(axis=0)[0]
        return total


def model_of(pack: Setting, asked: Setting) -> CampusModel:
    """Campus of a pack that was not read from a file."""
    file = PackFile(pack=DriverPack.model_validate({**PACK, **pack}), source=StudySource(), path=Path("small.yaml"))
    return campus_model("small", file, LoadModel(**asked), "America/Phoenix", key="campuses.0.workloads.model")


def small(setting: Setting) -> Small:
    """Campus and load of a setting, computed once."""
    return _small(json.dumps(setting, sort_keys=True))


@functools.lru_cache(maxsize=512)
def _small(text: str) -> Small:
    setting: dict[str, Any] = json.loads(text)
    own = {key: setting.pop(key, value) for key, value in CAMPUS.items()}
    model = model_of(setting, own["asked"])
    begin = np.datetime64("2020-01-06T07" if own["hours"] == 168 else "2020-01-01T07", "s")
    time_utc = begin + np.arange(own["hours"]) * np.timedelta64(3600, "s")
    hours = Hours(time_utc=time_utc, timezone="America/Phoenix", year=own["year"])
    start = None if own["start"] is None else np.datetime64(own["start"], "s")
    temperature = np.full(len(hours), own["temperature_c"])
    sized_as = model if own["fixed_servers_of"] is None else model_of(own["fixed_servers_of"], own["asked"])
    campus = size_campus(sized_as, own["contract_mw"], hours, temperature, is_scaled=own["is_scaled"], start=start)
    draws = base_draws(model.parameters)
    return Small(campus=campus, draws=draws, hours=hours, load=site_load(campus, draws, hours))


def _movable_frac(setting: Setting) -> float:
    found = small(setting)
    energy = found.load.p_mw.sum(axis=(1, 2))
    moves = [name != "interactive" for name in found.campus.classes]
    return float(energy[moves].sum() / energy.sum())


def _regional_mwh(setting: Setting) -> float:
    counts = small(setting).load.counts.values()
    return float(sum(c["regional_device_mwh"][0] for c in counts if "regional_device_mwh" in c))


def _year(setting: Setting) -> float:
    """First year with a quarter of the contract delivered on its mean."""
    found = small(setting)
    start = np.datetime64(setting["start"], "s")
    for year in range(2026, 2060):
        hours = Hours(time_utc=found.hours.time_utc, timezone="America/Phoenix", year=year)
        if delivered_frac(hours, start, found.draws).mean() >= 0.25:
            return float(year)
    return 2060.0


def _spread(setting: Setting) -> float:
    """Standard deviation of the users of two campuses together."""
    one = small(setting).campus
    others = [replace(one, model=replace(one.model, campus=name)) for name in ("a", "b")]
    asked = Uncertainty.model_validate({"samples": 64, "correlation": {"users": setting["correlation"]}})
    draws = scenario_draws(others, asked, seed=7)
    return float(sum(d["serving.users_factor"] for d in draws).std())


def _coincidence(setting: Setting) -> float:
    """Correlation of the hourly requests of two campuses."""
    sd, memory = np.array([0.04]), np.array([6.0])
    a, b = (
        hourly_noise(Streams(seed=3, campus=name, scenarios=(0,)), 4000, sd=sd, memory_h=memory,
                     shared_frac=setting["correlation"])[0]
        for name in ("a", "b")
    )  # fmt: skip
    return float(np.corrcoef(a, b)[0, 1])


def _poi_set(setting: Setting) -> float:
    """Buses a campus may connect to."""
    file = load_study_text(STUDY % (AWAY, setting["latency"] or "name: Mesa"), file=Path("study.yaml"))
    folder = dataset_folder("rts_gmlc")
    return float(len(find_candidates(file, read_network(folder), folder).study.campuses[0].poi))


MEASURES: Mapping[Effect, Callable[[Setting], float]] = {
    "contract_mw": lambda s: float(refreshed_contract_mw(50.0, s["year"], small(s).draws)[0]),
    "mean_mw": lambda s: float(small(s).p_mw.mean()),
    "peak_mw": lambda s: float(small(s).p_mw.max()),
    "load_factor": lambda s: float(small(s).p_mw.mean() / small(s).p_mw.max()),
    "coincidence": _coincidence,
    "spread": _spread,
    "ramp": lambda s: float(np.abs(np.diff(small(s).p_mw)).max()),
    "movable_frac": _movable_frac,
    "poi_set": _poi_set,
    "year": _year,
    "unserved_frac": lambda s: float(small(s).load.unserved_frac[0]),
    "regional_mwh": _regional_mwh,
}
"""What is looked at for every effect a driver may have."""
