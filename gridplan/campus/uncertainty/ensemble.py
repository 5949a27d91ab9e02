"""Scenarios of all campuses: drawn, computed by blocks, handed to whoever keeps them, and summed up.

Comes in: sized campuses, hours, what the study asks of the spread. Goes out: quantiles by hour, medoids and their
trajectories, energy by stage. A block is some scenarios of one campus; nothing depends on its size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws, sampled_draws
from gridplan.campus.site import STAGES, SiteLoad, SizedCampus, site_load
from gridplan.campus.streams import EVERY_CAMPUS, Streams
from gridplan.campus.uncertainty.bands import Features, Medoids, medoids, pointwise_quantiles
from gridplan.campus.uncertainty.noise import hourly_noise
from gridplan.campus.uncertainty.sample import unit_sample, with_rank_correlation
from gridplan.campus.workloads.load import Chance, Hours
from gridplan.solution import WORKLOADS
from gridplan.study.load_model_request import Uncertainty

FloatArray = npt.NDArray[np.float64]
SmallArray = npt.NDArray[np.float32]

BLOCK = 16
"""Scenarios computed at a time: a block of a year stays in the cache of a processor."""
_USERS = "serving.users_factor"


class Sink(Protocol):
    """Who keeps the scenarios: a file."""

    def write(self, campus: str, workload: str, first: int, p_mw: SmallArray) -> None:
        """Keep scenarios from ``first`` on of one workload, dims (scenario, time) [MW]."""

    def read(self, campus: str, workload: str) -> SmallArray:
        """All scenarios of one workload, dims (scenario, time) [MW]."""


@dataclass(frozen=True, kw_only=True)
class Ensemble:
    """Scenarios summed up.

    Parameters
    ----------
    campus : tuple of str
    quantiles : tuple of float [1]
    band_mw : float, dims (campus, quantile, time) [MW]
        Pointwise quantiles of each campus.
    total_band_mw : float, dims (quantile, time) [MW]
        Pointwise quantiles of the sum of all campuses.
    energy_mwh, peak_mw : float, dims (campus, scenario) [MWh], [MW]
    total_energy_mwh, total_peak_mw : float, dims (scenario,) [MWh], [MW]
        Of the sum of all campuses.
    stages_mwh : float, dims (campus, stage, scenario) [MWh]
        Energy by ``site.STAGES``.
    unserved_frac : float, dims (campus, scenario) [1]
        Part of the IT energy asked for that servers and contract leave out.
    medoids : Medoids
        Scenarios that stand for all.
    trajectory_mw : float, dims (medoid, campus, class, time) [MW]
        Their load by movable class, in the order of ``gridplan.solution.WORKLOADS``.
    """

    campus: tuple[str, ...]
    quantiles: tuple[float, ...]
    band_mw: FloatArray
    total_band_mw: FloatArray
    energy_mwh: FloatArray
    peak_mw: FloatArray
    total_energy_mwh: FloatArray
    total_peak_mw: FloatArray
    stages_mwh: FloatArray
    unserved_frac: FloatArray
    medoids: Medoids
    trajectory_mw: FloatArray


def scenario_draws(campuses: Sequence[SizedCampus], asked: Uncertainty, seed: int) -> list[Draws]:
    """Parameters of every campus by scenario; those of the world are the same for all.

    A parameter that a campus holds at another spread than its neighbour has the same probability there, so that one
    state of technology meets both.
    """
    columns: dict[str, None] = {}
    for campus in campuses:
        for parameter in campus.model.parameters:
            if parameter.is_spread:
                columns[_column(parameter.scope, campus.model.campus, parameter.key)] = None
    sample = unit_sample(list(columns), asked.samples, seed, asked.method)
    users = sorted(_column("campus", campus.model.campus, _USERS) for campus in campuses)
    sample = with_rank_correlation(sample, [(users, asked.correlation.users)])
    return [
        sampled_draws(
            campus.model.parameters,
            {
                p.key: sample[_column(p.scope, campus.model.campus, p.key)]
                for p in campus.model.parameters
                if p.is_spread
            },
            asked.samples,
        )
        for campus in campuses
    ]


def run_ensemble(
    campuses: Sequence[SizedCampus],
    hours: Hours,
    asked: Uncertainty,
    seed: int,
    *,
    sink: Sink | None = None,
    block: int = BLOCK,
) -> Ensemble:
    """Compute every scenario of every campus and sum them up.

    Parameters
    ----------
    campuses : sequence of SizedCampus
    hours : Hours
        Its zone is not read: every campus has the zone of its users.
    asked : Uncertainty
        Samples, quantiles, noise, correlation.
    seed : int
    sink : Sink, optional
        Keeps the load by workload; absent: nothing is kept.
    block : int
        Scenarios at a time.
    """
    draws = scenario_draws(campuses, asked, seed)
    total = np.zeros((asked.samples, len(hours)))
    summed: dict[int, _Sums] = {}
    # In order of their names, so that the sum has the same rounding in whatever order the study names them.
    for k in sorted(range(len(campuses)), key=lambda k: campuses[k].model.campus):
        site, summed[k] = _campus_sums(campuses[k], draws[k], hours, asked, seed, sink, block)
        total += site
    sums = [summed[k] for k in range(len(campuses))]
    features = Features(energy_mwh=total.sum(axis=1), peak_mw=total.max(axis=1, initial=0.0))
    chosen = medoids(features, asked.trajectories)
    return Ensemble(
        campus=tuple(campus.model.campus for campus in campuses),
        quantiles=asked.quantiles,
        band_mw=np.array([s.band_mw for s in sums]),
        total_band_mw=pointwise_quantiles(total, asked.quantiles),
        energy_mwh=np.array([s.energy_mwh for s in sums]),
        peak_mw=np.array([s.peak_mw for s in sums]),
        total_energy_mwh=features.energy_mwh,
        total_peak_mw=features.peak_mw,
        stages_mwh=np.array([s.stages_mwh for s in sums]),
        unserved_frac=np.array([s.unserved_frac for s in sums]),
        medoids=chosen,
        trajectory_mw=_trajectories(campuses, draws, hours, asked, seed, chosen.scenario),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    """What is kept of the scenarios of one campus; dims as in ``Ensemble``, without campus."""

    band_mw: FloatArray
    energy_mwh: FloatArray
    peak_mw: FloatArray
    stages_mwh: FloatArray
    unserved_frac: FloatArray


def _campus_sums(
    campus: SizedCampus, draws: Draws, hours: Hours, asked: Uncertainty, seed: int, sink: Sink | None, block: int
) -> tuple[FloatArray, _Sums]:
    """Load of a campus, dims (scenario, time) [MW], and what is kept of it."""
    count = draws.scenarios
    site = np.empty((count, len(hours)))
    stages = np.empty((len(STAGES), count))
    left = np.empty(count)
    for part, load in _blocks(campus, draws, hours, asked, seed, block):
        load.p_mw.sum(axis=0, out=site[part])
        stages[:, part] = load.stages_mwh.sum(axis=0)
        left[part] = load.unserved_frac
        if sink is not None:
            for name, p_mw in zip(campus.workloads, load.p_mw, strict=True):
                sink.write(campus.model.campus, name, part.start, p_mw.astype(np.float32))
    summed = _Sums(
        band_mw=pointwise_quantiles(site, asked.quantiles),
        energy_mwh=site.sum(axis=1),
        peak_mw=site.max(axis=1, initial=0.0),
        stages_mwh=stages,
        unserved_frac=left,
    )
    return site, summed


def by_class(campus: SizedCampus, p_mw: FloatArray) -> FloatArray:
    """Load by movable class, dims (class, scenario, time) [MW], from load by workload."""
    summed = np.zeros((len(WORKLOADS), *p_mw.shape[1:]))
    for name, rows in zip(campus.classes, p_mw, strict=True):
        summed[WORKLOADS.index(name)] += rows
    return summed


def _blocks(
    campus: SizedCampus, draws: Draws, hours: Hours, asked: Uncertainty, seed: int, block: int
) -> Iterator[tuple[slice, SiteLoad]]:
    for first in range(0, draws.scenarios, block):
        part = slice(first, min(first + block, draws.scenarios))
        yield part, _computed(campus, draws.part(part), tuple(range(part.start, part.stop)), hours, asked, seed)


def _computed(
    campus: SizedCampus, draws: Draws, scenarios: tuple[int, ...], hours: Hours, asked: Uncertainty, seed: int
) -> SiteLoad:
    own = hours.on_clock(campus.model.timezone)
    if asked.hourly_noise == "off":
        return site_load(campus, draws, own)
    streams = Streams(seed=seed, campus=campus.model.campus, scenarios=scenarios)
    noise = hourly_noise(
        streams,
        len(hours),
        sd=draws["noise.hourly_sd"],
        memory_h=draws["noise.hours"],
        shared_frac=asked.correlation.service,
    )
    return site_load(campus, draws, own, Chance(noise=noise, streams=streams))


def _trajectories(
    campuses: Sequence[SizedCampus],
    draws: Sequence[Draws],
    hours: Hours,
    asked: Uncertainty,
    seed: int,
    scenarios: Sequence[int],
) -> FloatArray:
    """Load of chosen scenarios by class, dims (medoid, campus, class, time) [MW]: computed again, the same numbers."""
    result = np.empty((len(scenarios), len(campuses), len(WORKLOADS), len(hours)))
    for k, scenario in enumerate(scenarios):
        for c, (campus, own) in enumerate(zip(campuses, draws, strict=True)):
            load = _computed(campus, own.part(slice(scenario, scenario + 1)), (scenario,), hours, asked, seed)
            result[k, c] = by_class(campus, load.p_mw)[:, 0]
    return result


def _column(scope: str, campus: str, key: str) -> str:
    owner = campus if scope == "campus" else EVERY_CAMPUS
    return f"{owner}:{key}"
