"""Campuses with driver packs of few hours, for tests of scenarios."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from gridplan.campus.campus_model import CampusModel, campus_model
from gridplan.campus.drivers.parameter import fixed
from gridplan.campus.drivers.read_pack import preset_path, read_pack
from gridplan.campus.site import SizedCampus
from gridplan.campus.size import size_campus
from gridplan.campus.workloads.load import Hours
from gridplan.study.load_model_request import LoadModel, Uncertainty

ZONE = "America/Phoenix"
CHAT, TRAINING = "chat_general_large", "training_and_inference"


def hours(count: int = 168, first: str = "2020-07-01", year: int = 2028) -> Hours:
    begin = np.datetime64(first, "s")
    return Hours(time_utc=begin + np.arange(count) * np.timedelta64(3600, "s"), timezone=ZONE, year=year)


def model(campus: str = "mesa", preset: str = CHAT, asked: LoadModel | None = None) -> CampusModel:
    return campus_model(campus, read_pack(preset_path(preset)), asked or LoadModel(), ZONE, key="model")


def summer_c(of: Hours) -> npt.NDArray[np.float64]:
    """Days from 24 to 42 degC."""
    return 33.0 + 9.0 * np.sin(2 * np.pi * (np.arange(len(of)) - 15) / 24)


def sized(
    campus: str = "mesa",
    preset: str = CHAT,
    of: Hours | None = None,
    *,
    contract_mw: float = 100.0,
    asked: LoadModel | None = None,
    is_scaled: bool = True,
    start: np.datetime64 | None = None,
) -> SizedCampus:
    own = of or hours()
    return size_campus(model(campus, preset, asked), contract_mw, own, summer_c(own), is_scaled=is_scaled, start=start)


def without_spread(campus: SizedCampus) -> SizedCampus:
    """The same campus with every parameter at its central value."""
    still = tuple(fixed(p, p.mode, source=p.source, status=p.status) for p in campus.model.parameters)
    return replace(campus, model=replace(campus.model, parameters=still))


def spread(samples: int = 16, **asked: object) -> Uncertainty:
    return Uncertainty.model_validate({"samples": samples, **asked})
