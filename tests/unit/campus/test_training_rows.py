"""Parameters of training: complete rows, and figures as in the table of defaults they come from."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from gridplan.campus.drivers.parameter import Parameter, value_at
from gridplan.campus.drivers.rows_training import TRAINING

TABLE = Path(os.environ.get("GRIDPLAN_TEST_DATA", "")) / "tables" / "load_model_defaults.csv"
NAMES = {
    "node_power_over_rating_busy": "train.node_power_frac",
    "network_storage_overhead": "train.network_storage_frac",
    "failures_per_gpu_hour": "train.failures_per_accelerator_h",
    "checkpoint_blocking_time": "train.checkpoint_s",
    "restart_time": "train.restart_min",
}


def test_keys_are_unique() -> None:
    assert len({row.key for row in TRAINING}) == len(TRAINING)


@pytest.mark.parametrize("row", TRAINING, ids=lambda row: row.key)
def test_row_says_what_it_is_worth(row: Parameter) -> None:
    assert row.source
    assert row.meaning
    assert row.unit
    assert ("judged" in row.source or "no public value" in row.source) <= (row.status in ("assumption", "literature"))
    values = value_at(row, np.linspace(0.001, 0.999, 99))
    assert (np.diff(values) >= 0).all()
    assert ((values >= row.least) & (values <= row.most)).all()


@pytest.mark.parametrize(
    "row", [row for row in TRAINING if row.is_spread and row.distribution != "uniform"], ids=lambda row: row.key
)
def test_p10_and_p90_are_those_of_the_row(row: Parameter) -> None:
    assert value_at(row, np.array([0.1, 0.9])) == pytest.approx([row.low, row.high], abs=1e-9)


@pytest.mark.skipif(
    "GRIDPLAN_TEST_DATA" not in os.environ or not TABLE.is_file(),
    reason="GRIDPLAN_TEST_DATA names no folder with the table of defaults",
)
@pytest.mark.parametrize("name", NAMES)
def test_figures_of_the_table_of_defaults(name: str) -> None:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    (table,) = (row for row in csv.DictReader(lines) if row["name"] == name)
    (own,) = (row for row in TRAINING if row.key == NAMES[name])
    assert [own.low, own.mode, own.high] == [float(table[column]) for column in ("low", "mode", "high")]
    assert (own.unit, own.distribution, own.status) == (table["unit"], table["distribution"], table["status"])
