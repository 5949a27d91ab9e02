"""Parameters that the load of a campus rests on: those that are read when it is sized and computed.

Comes in: a sized campus. Goes out: rows of its table. A parameter of a service it does not have, of training by chance
it does not do, or of a delivery the study does not ask for is none of them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridplan.campus.drivers.draws import NotedDraws, base_draws
from gridplan.campus.drivers.parameter import Parameter
from gridplan.campus.site import SizedCampus, site_load
from gridplan.campus.streams import Streams
from gridplan.campus.workloads.inference import InferenceSpec, inference_load
from gridplan.campus.workloads.load import Chance, Hours
from gridplan.campus.workloads.training_trend import train_share

_DAY = np.arange(24) * np.timedelta64(3600, "s")
_OF_SCENARIOS = ("noise.hourly_sd", "noise.hours")
"""Read where scenarios are drawn, for the requests of services."""


def parameters_in_force(campus: SizedCampus) -> list[Parameter]:
    """Parameters behind the MW of a campus, spares and chance within a scenario included, in the order of the table.

    A day is computed with draws that note what is read of them.
    """
    year = campus.model.reference_year
    hours = Hours(time_utc=np.datetime64(f"{year}-01-01", "s") + _DAY, timezone=campus.model.timezone, year=year)
    draws = NotedDraws(base_draws(campus.model.parameters))
    chance = Chance(streams=Streams(seed=0, campus=campus.model.campus, scenarios=(0,)))
    site_load(replace(campus, temperature_c=np.zeros(len(_DAY))), draws, hours, chance)
    services = [spec for spec in campus.model.specs if isinstance(spec, InferenceSpec)]
    for spec in services:
        inference_load(replace(spec, installed=None), draws, hours)
    if campus.model.follows_training_share and 0 < len(services) < len(campus.model.specs):
        train_share(draws, year)
    in_force = draws.read | set(_OF_SCENARIOS if services else ())
    return [parameter for parameter in campus.model.parameters if parameter.key in in_force]
