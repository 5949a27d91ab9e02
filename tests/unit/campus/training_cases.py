"""Hours, draws and specs that tests of training share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws, base_draws, sampled_draws
from gridplan.campus.drivers.rows_training import TRAINING
from gridplan.campus.hardware import find_hardware
from gridplan.campus.streams import Streams
from gridplan.campus.workloads.campaign import CampaignSpec
from gridplan.campus.workloads.cluster import ClusterSpec, cluster_load
from gridplan.campus.workloads.finetune import FinetuneSpec, finetune_load
from gridplan.campus.workloads.load import Hours, ItLoad
from gridplan.campus.workloads.pretrain import pretrain_load

FloatArray = npt.NDArray[np.float64]
Spec = CampaignSpec | ClusterSpec | FinetuneSpec
H100 = find_hardware("h100")
LLAMA_ACCELERATORS = 16_384

SPECS: tuple[Spec, ...] = (
    CampaignSpec(name="pretrain", hardware=H100, accelerators=LLAMA_ACCELERATORS, campaigns_per_year=2, days=54.0),
    ClusterSpec(name="cluster", hardware=find_hardware("a100"), accelerators=1_000),
    FinetuneSpec(name="finetune", hardware=find_hardware("gb200"), accelerators=720, users=40),
)


def hours_of(begin: str, end: str, timezone: str = "America/Chicago") -> Hours:
    """Hours from a day to another one, the second left out; the studied year is that of the first."""
    time_utc = np.arange(begin, end, dtype="datetime64[h]").astype("datetime64[s]")
    return Hours(time_utc=time_utc, timezone=timezone, year=int(begin[:4]))


def year_of(year: int) -> Hours:
    """All hours of a UTC year."""
    return hours_of(f"{year}-01-01", f"{year + 1}-01-01")


def base(scenarios: int = 1, **changed: float) -> Draws:
    """Scenarios all at the modes, but for what is given, with ``__`` for the dot of a key."""
    values = {key: np.repeat(value, scenarios) for key, value in base_draws(TRAINING).items()}
    for key, value in changed.items():
        assert key.replace("__", ".") in values
        values[key.replace("__", ".")] = np.full(scenarios, value)
    return Draws(values)


def sampled(scenarios: int, seed: int) -> Draws:
    """Scenarios with every parameter drawn."""
    rng = np.random.default_rng(seed)
    return sampled_draws(TRAINING, {p.key: rng.random(scenarios) for p in TRAINING if p.is_spread})


def streams_of(scenarios: int, seed: int = 1) -> Streams:
    """Streams of scenarios 0, 1, ..."""
    return Streams(seed=seed, campus="north", scenarios=tuple(range(scenarios)))


def load_of(spec: Spec, draws: Draws, hours: Hours, streams: Streams | None = None) -> ItLoad:
    """IT load of any training workload."""
    if isinstance(spec, CampaignSpec):
        return pretrain_load(spec, draws, hours, streams)
    if isinstance(spec, ClusterSpec):
        return cluster_load(spec, draws, hours, streams)
    return finetune_load(spec, draws, hours, streams)
