"""What every workload gives: IT power by scenario and hour, and where its energy goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from gridplan.campus.streams import Streams

FloatArray = npt.NDArray[np.float64]
TimeArray = npt.NDArray[np.datetime64]

PARTS = ("accelerator_active", "accelerator_idle", "host", "network_storage")
"""Where IT energy goes, in the order of the waterfall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The hours of a run and the clock of the campus.

    Parameters
    ----------
    time_utc : datetime64[s], dims (time,)
        Beginning of each hour, without gaps.
    timezone : str
        IANA zone of the users and of the campus.
    year : int
        Studied year: trends count from their reference year to it.
    """

    time_utc: TimeArray
    timezone: str
    year: int

    def __len__(self) -> int:
        """Count of hours."""
        return len(self.time_utc)

    def on_clock(self, timezone: str) -> Hours:
        """The same hours by the clock of another zone."""
        return replace(self, timezone=timezone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """What is left to chance within a scenario; without it every workload gives its expected course.

    Parameters
    ----------
    noise : float, dims (scenario, time), optional
        Multiplier of requests.
    streams : Streams, optional
        Random streams of the campus for failures, jobs and runs.
    """

    noise: FloatArray | None = None
    streams: Streams | None = None


NO_CHANCE = Chance()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItLoad:
    """IT load of one workload.

    Parameters
    ----------
    name : str
        Label on the dim ``workload`` of a profile, unique in its campus: ``chat``, ``pretrain``.
    movable : str
        Class of ``gridplan.solution.WORKLOADS``: what of it can move.
    p_it_mw : float, dims (scenario, time) [MW]
        Power of accelerators, hosts, network and storage.
    parts_mwh : mapping of PARTS to float, dims (scenario,) [MWh]
        Energy of all hours by where it goes; its sum is that of ``p_it_mw``.
    installed_mw : float, dims (scenario,) [MW]
        IT power with every installed accelerator of the workload busy.
    counts : mapping of name to float, dims (scenario,)
        Work behind the MW, over all hours: ``tasks``, ``calls``, ``input_tokens``, ``output_tokens``, ``items``,
        ``accelerators``, ``device_mwh`` and what else the workload counts.
    """

    name: str
    movable: str
    p_it_mw: FloatArray
    parts_mwh: Mapping[str, FloatArray]
    installed_mw: FloatArray
    counts: Mapping[str, FloatArray] = field(default_factory=dict)
