"""Published figures of training: campuses, servers, and how much of its time a job makes progress."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws
from gridplan.campus.hardware import find_hardware
from gridplan.campus.published.check import Case, Check, Model, Published, figure
from gridplan.campus.server_power import server_power
from gridplan.campus.streams import Streams
from gridplan.campus.workloads.campaign import CampaignSpec
from gridplan.campus.workloads.load import Hours
from gridplan.campus.workloads.pretrain import pretrain_load
from gridplan.campus.young import checkpoint_interval_h, effective_frac

FloatArray = npt.NDArray[np.float64]

PUE = 1.2
_LLAMA = 16_384
_KW_PER_MW, _S_PER_H, _MIN_PER_H = 1000.0, 3600.0, 60.0

_META = "Llama 3 405B on 16,384 H100 for 54 days (arXiv 2407.21783)"
_COLOSSUS = "xAI Colossus, first phase: substation of 150 MW (Tom's Hardware, May 2025)"
_NODE = "8 x H100 server rated 10.2 kW (arXiv 2506.14551)"


def _campaign(accelerators: int, hardware: str) -> CampaignSpec:
    return CampaignSpec(name="pretrain", hardware=find_hardware(hardware), accelerators=accelerators)


def _hours(*, days: int) -> Hours:
    begin = np.datetime64("2026-01-01T00:00:00", "s")
    time_utc = begin + np.arange(days * 24) * np.timedelta64(3600, "s")
    return Hours(time_utc=time_utc, timezone="UTC", year=2026)


def _computing_mw(accelerators: int, hardware: str) -> Model:
    """MW at the meter while the job computes."""

    def model(case: Case) -> FloatArray:
        one = server_power(find_hardware(hardware), case.draws).installed_mw
        return np.asarray(accelerators * one * PUE)

    return model


def _mean_mw(accelerators: int, hardware: str) -> Model:
    """Mean MW at the meter, restarts counted: expected, so the same in every hour."""

    def model(case: Case) -> FloatArray:
        load = pretrain_load(_campaign(accelerators, hardware), case.draws, _hours(days=1))
        return np.asarray(load.p_it_mw.mean(axis=1) * PUE)

    return model


def _first_order(case: Case) -> FloatArray:
    """Share of time with progress by Young's closed form [1]."""
    draws = case.draws
    failures_per_h = _LLAMA * draws["train.failures_per_accelerator_h"]
    checkpoint_h = draws["train.checkpoint_s"] / _S_PER_H
    interval_h = checkpoint_interval_h(failures_per_h, checkpoint_h)
    return effective_frac(failures_per_h, checkpoint_h, draws["train.restart_min"] / _MIN_PER_H, interval_h)


def _effective_frac(draws: Draws, hours: Hours, streams: Streams | None) -> FloatArray:
    counts = pretrain_load(_campaign(_LLAMA, "h100"), draws, hours, streams).counts
    return np.asarray(counts["effective_accelerator_h"] / counts["accelerator_h"])


def _expected(case: Case) -> FloatArray:
    """Share of time with progress by the renewal form, the same in every hour [1]."""
    return _effective_frac(case.draws, _hours(days=1), None)


def _simulated(case: Case) -> FloatArray:
    """Share of a year with progress, a year at random for every scenario [1]."""
    streams = Streams(seed=case.seed, campus="published", scenarios=tuple(range(case.draws.scenarios)))
    return _effective_frac(case.draws, _hours(days=365), streams)


def _node_frac(case: Case) -> FloatArray:
    """Power of a busy server over its rating [1]."""
    hardware = find_hardware("h100")
    kw = server_power(hardware, case.draws).busy_mw * hardware.accelerators * _KW_PER_MW
    return np.asarray(kw / hardware.rated_kw)


_ABOVE = Published(low=0.90, high=1.0, decimals=2, words="above 0.90", source=_META, year=2024)
_CALIBRATED = "checkpoint 30 s and restart 5 min are calibrated to this figure"

TRAINING: tuple[Check, ...] = (
    Check(
        key="campus_100k_h100",
        title="campus of 100,000 H100, computing",
        unit="MW",
        published=Published(low=130.0, high=150.0, decimals=0, words="150 MW substation, loaded to 87 % or more",
                            source=_COLOSSUS,
                            year=2025),
        inputs=f"one campaign of 100,000 h100, shipped servers and network, PUE {PUE:g}",
        model=_computing_mw(100_000, "h100"),
        note="a substation is a capacity, not a metered load",
    ),
    Check(
        key="campus_100k_h100_mean",
        title="campus of 100,000 H100, mean of a year",
        unit="MW",
        published=Published(low=130.0, high=150.0, decimals=0, words="150 MW substation",
                            source=_COLOSSUS, year=2025),
        inputs=f"one campaign of 100,000 h100 as shipped, restarts counted, PUE {PUE:g}",
        model=_mean_mw(100_000, "h100"),
        incomparable="a mean is no capacity",
    ),
    Check(
        key="campus_110k_gb200",
        title="campus of 110,000 GB200, computing",
        unit="MW",
        published=figure(170.0, 0, "about 170", "xAI Colossus 2, first building (press, 2025)", 2025),
        inputs=f"one campaign of 110,000 gb200 (132 kW racks), shipped network, PUE {PUE:g}",
        model=_computing_mw(110_000, "gb200"),
        note="132 kW is what a rack is supplied with, 120 kW its load; the 76 % were measured on H100 servers",
    ),
    Check(
        key="effective_first_order",
        title="effective time of 16,384 H100, first order",
        unit="1",
        published=_ABOVE,
        inputs="Young's interval and overhead, shipped failure rate, checkpoint and restart",
        model=_first_order,
        note=_CALIBRATED,
    ),
    Check(
        key="effective_expected",
        title="effective time of 16,384 H100, a year in expectation",
        unit="1",
        published=_ABOVE,
        inputs="perpetual campaign of 16,384 h100, renewal form, planned stops counted",
        model=_expected,
        note=_CALIBRATED,
    ),
    Check(
        key="effective_simulated",
        title="effective time of 16,384 H100, years at random",
        unit="1",
        published=_ABOVE,
        inputs="perpetual campaign of 16,384 h100, failures at random, parameters at their modes",
        model=_simulated,
        spread="chance",
        note=_CALIBRATED,
    ),
    Check(
        key="node_power",
        title="power of a training server over its rating",
        unit="1",
        published=Published(low=0.76, high=0.82, figure=0.76, decimals=2, words="0.76; 0.82 at most", source=_NODE,
                            year=2025),
        inputs="h100 server in training",
        model=_node_frac,
        is_input=True,
    ),
)  # fmt: skip
