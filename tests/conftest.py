"""Grids and a run that many tests share.

Networks and series are immutable and the run folder is only read, so one of each serves the whole session.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gridplan.network.dataset import read_network
from gridplan.network.embedded import dataset_folder
from gridplan.network.model import Network
from gridplan.series.dataset import read_series
from gridplan.series.model import GridSeries
from tests.oracles import small_grids
from tests.real_run import run_small_study


@pytest.fixture(scope="session")
def two_bus() -> Network:
    """Two lines of 60 MW; cheap unit (10 USD/MWh) at 1, dear unit (30 USD/MWh) and 100 MW of load at 2."""
    return small_grids.two_bus(lines=2, emergency_mw=70)


@pytest.fixture(scope="session")
def triangle() -> Network:
    """Three branches of equal reactance (1-2, 1-3, 2-3); unit at 1, load at 3."""
    ends = [("1", "2"), ("1", "3"), ("2", "3")]
    units = [small_grids.unit("1", [(200, 10)]), small_grids.unit("3", [(200, 40)])]
    return small_grids.grid({"1": 0, "2": 0, "3": 90}, [small_grids.branch(end) for end in ends], units)


@pytest.fixture(scope="session")
def rts() -> Network:
    """Embedded RTS-GMLC grid: 73 buses, 120 branches."""
    return read_network(dataset_folder("rts_gmlc"))


@pytest.fixture(scope="session")
def rts_series(rts: Network) -> GridSeries:
    """Its weather year of 8,784 hours."""
    return read_series(dataset_folder("rts_gmlc"), rts, commitment="relaxed")


@pytest.fixture(scope="session")
def real_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run folder of a small real study; a test that changes files works on a copy."""
    return run_small_study(tmp_path_factory.mktemp("real"))
