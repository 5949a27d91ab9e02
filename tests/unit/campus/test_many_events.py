"""Fleets with more jobs and breaks than can be drawn: the mean stands for them, and energy agrees."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gridplan.campus.drivers.draws import Draws, base_draws
from gridplan.campus.drivers.table import PARAMETERS
from gridplan.campus.hardware import find_hardware
from gridplan.campus.streams import Streams
from gridplan.campus.workloads import cluster, pretrain
from gridplan.campus.workloads.campaign import CampaignSpec
from gridplan.campus.workloads.cluster import ClusterSpec, cluster_load
from gridplan.campus.workloads.finetune import FinetuneSpec, finetune_load
from gridplan.campus.workloads.load import Hours
from gridplan.campus.workloads.pretrain import pretrain_load

H100 = find_hardware("h100")
HOURS = Hours(
    time_utc=np.datetime64("2020-01-01T00", "s") + np.arange(8784) * np.timedelta64(3600, "s"),
    timezone="America/Phoenix",
    year=2028,
)
STREAMS = Streams(seed=1, campus="mesa", scenarios=(0,))


def spec_of(kind: str, accelerators: int) -> Any:
    if kind == "cluster":
        return ClusterSpec(name="c", hardware=H100, accelerators=accelerators)
    if kind == "pretrain":
        return CampaignSpec(name="p", hardware=H100, accelerators=accelerators)
    return FinetuneSpec(name="f", hardware=H100, accelerators=accelerators, users=1e10)


def load_of(kind: str, spec: Any, draws: Draws, streams: Streams | None) -> Any:
    return {"cluster": cluster_load, "pretrain": pretrain_load, "finetune": finetune_load}[kind](
        spec, draws, HOURS, streams
    )


def draws_of(**changes: float) -> Draws:
    rows = [replace(p, low=changes[p.key], mode=changes[p.key], high=changes[p.key]) if p.key in changes else p
            for p in PARAMETERS]  # fmt: skip
    return base_draws(tuple(rows))


@pytest.mark.parametrize("kind", ["cluster", "pretrain", "finetune"])
def test_the_largest_fleet_is_answered_at_once(kind: str) -> None:
    begin = time.monotonic()
    load = load_of(kind, spec_of(kind, 10**9), draws_of(**{"finetune.users_growth_per_year": 3.0}), STREAMS)
    assert time.monotonic() - begin < 5
    assert np.isfinite(load.p_it_mw).all()
    assert (load.p_it_mw >= 0).all()
    mean = load_of(kind, spec_of(kind, 10**9), draws_of(**{"finetune.users_growth_per_year": 3.0}), None)
    assert load.p_it_mw.sum() == pytest.approx(mean.p_it_mw.sum(), rel=0.1)


@pytest.mark.parametrize(("kind", "module"), [("cluster", cluster), ("pretrain", pretrain)])
def test_drawn_events_and_their_mean_agree(kind: str, module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def mean_mw() -> float:
        many = (replace(STREAMS, seed=seed) for seed in range(24))
        loads = [load_of(kind, spec_of(kind, 200_000), base_draws(PARAMETERS), streams) for streams in many]
        return float(np.mean([load.p_it_mw.mean() for load in loads]))

    drawn = mean_mw()
    monkeypatch.setattr(module, "MOST_EVENTS", 10)
    mean = mean_mw()
    assert drawn != mean
    assert drawn == pytest.approx(mean, rel=0.01)
