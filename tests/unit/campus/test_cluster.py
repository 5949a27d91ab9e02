"""Shared clusters: mean, two-humped power, moments of the job mix against jobs followed one by one, Acme's figures."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gridplan.campus.hardware import find_hardware
from gridplan.campus.workloads.cluster import ClusterSpec, cluster_load
from gridplan.campus.workloads.job_mix import Lognormal, hourly_overlap_squared_h2, job_mix, tail_share
from tests.unit.campus.training_cases import H100, FloatArray, base, hours_of, streams_of, year_of

A100 = find_hardware("a100")
CLUSTER = ClusterSpec(name="acme", hardware=A100, accelerators=2_000)
YEAR = year_of(2026)
WEEK = hours_of("2026-05-04", "2026-05-11")
ACME = Path(os.environ.get("GRIDPLAN_TEST_DATA", "")) / "tables" / "acme_power_quantiles.csv"


def test_expected_cluster_is_level_at_its_mean() -> None:
    load = cluster_load(CLUSTER, base(), WEEK)
    assert np.ptp(load.p_it_mw) == 0
    server_kw = (load.p_it_mw[0, 0] - CLUSTER.accelerators / 8 * 6.5e-3 * 0.76 * 0.12) / CLUSTER.accelerators * 8e3
    assert server_kw == pytest.approx(0.45 * 6.5)


def test_mean_powers_of_acme() -> None:
    """Server 2,930 W and accelerators 168 to 191 W were measured; only their ratio to the rating goes in."""
    load = cluster_load(CLUSTER, base(), WEEK)
    parts = load.parts_mwh
    accelerator_w = (parts["accelerator_active"] + parts["accelerator_idle"]) * 1e6 / (CLUSTER.accelerators * len(WEEK))
    server_w = 8e6 * (load.p_it_mw.sum(axis=1) - parts["network_storage"]) / (CLUSTER.accelerators * len(WEEK))
    assert server_w == pytest.approx(2930, rel=0.01)
    assert 168 < accelerator_w[0] < 200


@pytest.mark.skipif(
    "GRIDPLAN_TEST_DATA" not in os.environ or not ACME.is_file(),
    reason="GRIDPLAN_TEST_DATA names no folder with the quantiles of Acme",
)
def test_table_of_servers_agrees_with_acme() -> None:
    rows = [line.split(",") for line in ACME.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    table = {row[0]: dict(zip(rows[0][1:], map(float, row[1:]), strict=True)) for row in rows[1:]}
    server, accelerator = table["gpu_server_w_seren_8xa100"], table["gpu_w_seren_a100"]
    assert 1000 * A100.rated_kw * A100.idle_over_rating == pytest.approx(server["p10"], rel=0.02)
    assert 1000 * A100.rated_kw == pytest.approx(server["p100"], rel=0.01)
    assert accelerator["p5"] <= A100.idle_w <= accelerator["p10"]


def test_drawn_cluster_keeps_the_mean_and_has_two_humps() -> None:
    scenarios = 60
    load = cluster_load(CLUSTER, base(scenarios), YEAR, streams_of(scenarios))
    busy = load.counts["accelerator_h"] / (CLUSTER.accelerators * len(YEAR))
    expected = cluster_load(CLUSTER, base(), YEAR).counts["accelerator_h"] / (CLUSTER.accelerators * len(YEAR))
    assert abs(busy.mean() - expected[0]) < 4 * busy.std(ddof=1) / math.sqrt(scenarios)
    assert busy.std(ddof=1) / math.sqrt(scenarios) < 0.02
    rel = load.p_it_mw / load.installed_mw[:, None]
    floor = rel.min()
    low, middle, high = (np.mean((rel >= a) & (rel <= b)) for a, b in ((0, floor + 0.1), (0.65, 0.75), (0.9, 1)))
    assert low > 2 * middle
    assert high > middle


def test_cluster_has_no_beginning() -> None:
    scenarios = 150
    busy = cluster_load(CLUSTER, base(scenarios), YEAR, streams_of(scenarios)).p_it_mw
    first, last = busy[:, :336].mean(axis=1), busy[:, -336:].mean(axis=1)
    error = math.hypot(first.std(ddof=1), last.std(ddof=1)) / math.sqrt(scenarios)
    assert abs(first.mean() - last.mean()) < 4 * error


@pytest.mark.parametrize("accelerators", [1, 2, 7, 8, 1_000, 100_000])
def test_any_cluster_stays_in_its_bounds(accelerators: int) -> None:
    load = cluster_load(replace(CLUSTER, accelerators=accelerators), base(8), WEEK, streams_of(8))
    assert (load.p_it_mw <= load.installed_mw[:, None] * (1 + 1e-12)).all()
    assert (load.p_it_mw > 0).all()
    assert load.p_it_mw.std() > 0


def test_cluster_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one accelerator, not 0"):
        replace(CLUSTER, accelerators=0)


def test_mean_below_idle_is_an_idle_cluster() -> None:
    load = cluster_load(CLUSTER, base(2, cluster__mean_over_rating=0.1), WEEK, streams_of(2))
    assert load.counts["accelerator_h"] == pytest.approx(0)
    assert np.ptp(load.p_it_mw) == 0


def test_sizes_have_half_at_one_and_the_mean_of_acme() -> None:
    sizes = 2.0 ** np.arange(11)
    share = tail_share(sizes, np.array([27.0]))[0]
    assert share[0] == 0.5
    assert share.sum() == pytest.approx(1)
    assert share @ sizes == pytest.approx(27)
    assert (np.diff(share[1:]) < 0).all()
    assert share[-1] > 0


def test_small_cluster_has_the_nearest_mean() -> None:
    share = tail_share(2.0 ** np.arange(4), np.array([27.0]))[0]
    assert share[1:] == pytest.approx([1 / 6] * 3, rel=1e-6)


def test_durations_of_short_jobs() -> None:
    short = job_mix(1_000, 8, base()).short
    assert 60 * short.mean_h()[0] == pytest.approx(21)
    assert 60 * math.exp(short.mu[0]) == pytest.approx(2)


def test_moments_of_a_lognormal_by_quadrature() -> None:
    law = Lognormal(mu=np.array([-1.0]), sigma=np.array([0.8]))
    z = np.linspace(-9, 9, 200_001)
    d = np.exp(law.mu[0] + law.sigma[0] * z)
    weight = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    for power in range(4):
        for limit in (1.0, np.inf):
            by_sum = float((weight * d**power)[d <= limit].sum())
            assert law.moment_below(power, limit)[0] == pytest.approx(by_sum, rel=1e-4)
    overlap = np.where(d <= 1, d**2 - d**3 / 3, d - 1 / 3)
    assert hourly_overlap_squared_h2(law)[0] == pytest.approx(float(weight @ overlap), rel=1e-4)


def followed_jobs(law: Lognormal, per_h: float, hours: int) -> FloatArray:
    """Hourly mean of jobs under way, job by job; the first tenth is thrown away."""
    rng = np.random.default_rng(11)
    begin = rng.random(rng.poisson(per_h * hours)) * hours
    end = begin + rng.lognormal(law.mu[0], law.sigma[0], len(begin))
    mean = np.array([np.clip(np.minimum(end, t + 1) - np.maximum(begin, t), 0, None).sum() for t in range(hours)])
    return mean[hours // 10 :]


def test_variance_of_short_jobs_against_jobs_followed_one_by_one() -> None:
    law = Lognormal(mu=np.array([math.log(0.5)]), sigma=np.array([0.9]))
    followed = followed_jobs(law, per_h=3.0, hours=6_000)
    assert followed.mean() == pytest.approx(3.0 * law.mean_h()[0], rel=0.03)
    assert followed.var() == pytest.approx(3.0 * hourly_overlap_squared_h2(law)[0], rel=0.08)


def test_server_of_72_leaves_long_jobs_a_rack() -> None:
    mix = job_mix(1_000, 72, base())
    assert list(mix.sizes[mix.long_share[0] > 0]) == [64, 128, 256, 512]
    assert mix.sizes[-1] <= 1_000 < 2 * mix.sizes[-1]
    assert job_mix(4, H100.accelerators, base()).long_share[0, -1] == 1
