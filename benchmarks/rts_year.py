"""The embedded weather year as a dispatch grid with every single outage, without campuses."""

from __future__ import annotations

from gridplan.dispatch.grid import Grid, Limits, Prices
from gridplan.network.contingency import single_outages
from gridplan.network.dataset import read_network
from gridplan.network.embedded import dataset_folder
from gridplan.network.model import Network
from gridplan.series.dataset import read_series
from gridplan.series.model import GridSeries

RATING_FACTOR = 0.95
PRICES = Prices(unserved_usd_per_mwh=10_000.0, overload_usd_per_mwh=20_000.0)


def rts(hours: int | None = None) -> tuple[Network, GridSeries]:
    """Network and the first hours of its weather year (None = all), every unit free from 0 MW."""
    folder = dataset_folder("rts_gmlc")
    network = read_network(folder)
    series = read_series(folder, network, commitment="relaxed")
    return network, series if hours is None else series.hours(slice(0, hours))


def secure_grid(network: Network, series: GridSeries) -> Grid:
    """Grid with all branch, unit and dc line outages."""
    limits = Limits(
        normal_mw=network.branch.rating_normal_mva * RATING_FACTOR,
        emergency_mw=network.branch.rating_emergency_mva * RATING_FACTOR,
    )
    return Grid(network, series, limits, PRICES, contingencies=single_outages(network))
