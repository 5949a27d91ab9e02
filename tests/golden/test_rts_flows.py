"""DC flows of the embedded RTS-GMLC grid against the published PLEXOS day-ahead solution (336 hours of July 2020)."""

from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from gridplan.network.dataset import read_network
from gridplan.network.embedded import dataset_folder
from gridplan.network.model import Network
from gridplan.series.dataset import read_series

FOLDER = Path(os.environ.get("GRIDPLAN_TEST_DATA", "")) / "data" / "rts_plexos"
FIRST = np.datetime64("2020-07-05T07:00")  # 00:00 in Phoenix
DC_LINE = "113_316_1"

pytestmark = pytest.mark.skipif(
    "GRIDPLAN_TEST_DATA" not in os.environ or not FOLDER.is_dir(),
    reason="GRIDPLAN_TEST_DATA names no folder with the PLEXOS solution",
)


def published(quantity: str) -> dict[str, np.ndarray]:
    with gzip.open(FOLDER / f"allTX_PLEXOS_DA_solution_{quantity}.csv.gz", "rt") as stream:
        rows = list(csv.reader(stream))
    return {name: np.array([float(row[k]) for row in rows[1:]]) for k, name in enumerate(rows[0]) if k}


def dc_flows(network: Network, injection_mw: np.ndarray) -> np.ndarray:
    """Flows by branch from injections by bus, b = 1/x, taps left out as in the published solution."""
    n_bus, n_branch = len(network.bus), len(network.branch)
    incidence = np.zeros((n_branch, n_bus))
    incidence[np.arange(n_branch), network.branch.from_bus] = 1
    incidence[np.arange(n_branch), network.branch.to_bus] = -1
    weighted = incidence / network.branch.x_pu[:, None]
    return (weighted @ np.linalg.pinv(incidence.T @ weighted) @ injection_mw.T).T


def test_flows_equal_the_published_ones() -> None:
    network = read_network(dataset_folder("rts_gmlc"))
    series = read_series(dataset_folder("rts_gmlc"), network, commitment="relaxed")
    generation, flow = published("generation"), published("flow")
    hours = len(flow[DC_LINE])
    start = int(np.searchsorted(series.time_utc, FIRST))
    injection_mw = -series.load_mw[start : start + hours].copy()
    for unit, bus in zip(network.generator.id, network.generator.bus, strict=True):
        injection_mw[:, bus] += generation.get(unit, 0.0)
    injection_mw[:, network.dc_line.from_bus[0]] -= flow[DC_LINE]
    injection_mw[:, network.dc_line.to_bus[0]] += flow[DC_LINE]
    expected = np.column_stack([flow[branch] for branch in network.branch.id])
    np.testing.assert_allclose(dc_flows(network, injection_mw), expected, atol=2e-3)


def test_cost_at_full_output_equals_the_published_one() -> None:
    unit = read_network(dataset_folder("rts_gmlc")).generator
    generation, cost = published("generation"), published("cost")
    full_usd = (unit.block_width_mw * unit.block_cost_usd_per_mwh).sum(axis=1)
    hours, compared = len(generation["101_CT_1"]), 0
    for name, p_max_mw, expected in zip(unit.id, unit.p_max_mw, full_usd, strict=True):
        output_mw = generation.get(name, np.zeros(hours))
        at_full = np.abs(output_mw - p_max_mw) < 1e-6
        at_full[1:] &= output_mw[:-1] > 0  # the published cost of a unit's first hour holds its start
        at_full[0] = False
        if p_max_mw > 0 and expected > 0 and at_full.any():
            np.testing.assert_allclose(cost[name][at_full], expected, rtol=1e-3)
            compared += 1
    assert compared > 20
