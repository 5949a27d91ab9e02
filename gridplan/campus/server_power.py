"""Power of training servers by state, and the load of so many busy accelerators.

Comes in: hardware, parameters by scenario, busy accelerators by hour. Goes out: MW by hour, MWh by part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws
from gridplan.campus.hardware import Hardware
from gridplan.campus.workloads.load import ItLoad

FloatArray = npt.NDArray[np.float64]
_W_PER_MW = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPower:
    """Power per accelerator, its share of the server with it, dims (scenario,) [MW].

    Parameters
    ----------
    busy_mw, idle_mw : float [MW]
        Server power of an accelerator at work, and without work.
    busy_accelerator_mw, idle_accelerator_mw : float [MW]
        What of that the accelerator draws; the host draws the rest.
    network_storage_mw : float [MW]
        Network and storage, drawn in every hour.
    """

    busy_mw: FloatArray
    idle_mw: FloatArray
    busy_accelerator_mw: FloatArray
    idle_accelerator_mw: FloatArray
    network_storage_mw: FloatArray

    @property
    def installed_mw(self) -> FloatArray:
        """Power of an accelerator at work, network and storage with it, dims (scenario,) [MW]."""
        return self.busy_mw + self.network_storage_mw

    @property
    def floor_mw(self) -> FloatArray:
        """Power of an accelerator without work, network and storage with it, dims (scenario,) [MW]."""
        return self.idle_mw + self.network_storage_mw


def server_power(hardware: Hardware, draws: Draws) -> ServerPower:
    """Power of the servers of a training workload by scenario.

    ``busy = p_rated f``, ``idle = p_rated i s``, ``network and storage = kappa busy``, each over the accelerators of a
    server. Source: docs/load-model.md, Training, and its table of servers.
    """
    rated_mw = hardware.rated_mw(1)
    busy = rated_mw * draws["train.node_power_frac"]
    idle = np.minimum(rated_mw * hardware.idle_over_rating * draws["train.idle_scale"], busy)
    return ServerPower(
        busy_mw=busy,
        idle_mw=idle,
        busy_accelerator_mw=np.minimum(hardware.tdp_w / _W_PER_MW * draws["train.accelerator_over_tdp"], busy),
        idle_accelerator_mw=np.minimum(hardware.idle_w / _W_PER_MW, idle),
        network_storage_mw=busy * draws["train.network_storage_frac"],
    )


def load_of_busy(
    name: str,
    movable: str,
    power: ServerPower,
    accelerators: float,
    busy_accelerators: FloatArray,
    counts: Mapping[str, FloatArray],
) -> ItLoad:
    """IT load of a pool of which so many accelerators work.

    ``P = n (idle + network and storage) + busy (p_busy - p_idle)``

    Parameters
    ----------
    name, movable : str
        As in ``ItLoad``.
    power : ServerPower
    accelerators : float
        ``n``, installed.
    busy_accelerators : float, dims (scenario, time)
        Mean over the hour, within 0 and ``accelerators``.
    counts : mapping of str to float, dims (scenario,)
        Counts beside ``accelerators``.
    """
    hours = busy_accelerators.shape[1]
    busy_h = busy_accelerators.sum(axis=1)
    idle_h = accelerators * hours - busy_h
    step_mw = power.busy_mw - power.idle_mw
    p_it_mw = busy_accelerators * step_mw[:, None]
    p_it_mw += (accelerators * power.floor_mw)[:, None]
    host_busy_mw = power.busy_mw - power.busy_accelerator_mw
    host_idle_mw = power.idle_mw - power.idle_accelerator_mw
    return ItLoad(
        name=name,
        movable=movable,
        p_it_mw=p_it_mw,
        parts_mwh={
            "accelerator_active": busy_h * power.busy_accelerator_mw,
            "accelerator_idle": idle_h * power.idle_accelerator_mw,
            "host": busy_h * host_busy_mw + idle_h * host_idle_mw,
            "network_storage": accelerators * hours * power.network_storage_mw,
        },
        installed_mw=accelerators * power.installed_mw,
        counts={"accelerators": np.full(len(busy_h), float(accelerators)), **counts},
    )
