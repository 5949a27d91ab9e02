"""Random connected grids of a few buses with rising cost blocks, drawn by hypothesis."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.oracles.small_grids import branch, grid, hours_of, unit


def random_grid(seed: int, *, n_bus: int = 6, n_chord: int = 3, hours: int = 2) -> tuple[Network, GridSeries]:
    """Spanning tree and chords, a unit at every bus, tight ratings, a dc line; loads differ by hour."""
    rng = np.random.default_rng(seed)
    names = [str(k) for k in range(n_bus)]
    ends = [(names[int(rng.integers(0, k))], names[k]) for k in range(1, n_bus)]
    while len(ends) < n_bus - 1 + n_chord:
        a, b = rng.choice(n_bus, 2, replace=False)
        ends.append((names[a], names[b]))
    lines = [_line(rng, end) for end in ends]
    units = [_unit(rng, name) for name in names] + [_other_unit(rng, name) for name in names if rng.random() < 0.4]
    load = {name: float(rng.uniform(5, 60)) for name in names}
    dc_line = (names[0], names[-1], float(rng.uniform(5, 30)), float(rng.choice([0.0, 0.04])))
    network = grid(load, lines, units, [dc_line])
    load_mw = network.bus.p_load_mw * rng.uniform(0.5, 1.3, (hours, n_bus))
    p_max_mw = network.generator.p_max_mw * rng.uniform(0.4, 1.0, (hours, len(units)))
    return network, hours_of(network, load_mw, p_max_mw)


def _line(rng: np.random.Generator, ends: tuple[str, str]) -> dict[str, object]:
    normal_mw = float(rng.uniform(15, 90))
    return branch(
        ends,
        x_pu=float(rng.uniform(0.02, 0.5)),
        r_pu=float(rng.uniform(0.0, 0.05)),
        normal_mw=normal_mw,
        emergency_mw=normal_mw * float(rng.uniform(1.0, 1.3)),
        tap_ratio=float(rng.choice([1.0, rng.uniform(0.9, 1.1)])),
        shift_rad=float(rng.choice([0.0, 0.0, rng.uniform(-0.1, 0.1)])),
    )


def _unit(rng: np.random.Generator, bus: str) -> dict[str, object]:
    cost = np.sort(rng.uniform(0, 80, 2))
    return unit(bus, [(float(width), float(usd)) for width, usd in zip(rng.uniform(10, 60, 2), cost, strict=True)])


def _other_unit(rng: np.random.Generator, bus: str) -> dict[str, object]:
    """Unit that picks nothing up: rooftop solar, or a plant on its own schedule."""
    return unit(bus, [(float(rng.uniform(5, 40)), 0.0)], is_dispatchable=False, is_fixed=bool(rng.random() < 0.5))


@st.composite
def grids(draw: st.DrawFn) -> tuple[Network, GridSeries]:
    """Grid of 2 to 8 buses with its hours."""
    n_bus = draw(st.integers(2, 8))
    return random_grid(draw(st.integers(0, 10**6)), n_bus=n_bus, n_chord=draw(st.integers(0, 4)))
