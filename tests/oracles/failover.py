"""One hour of secure dispatch with the loss of a campus written down as a grid of its own, in bus angles.

In: Network, GridSeries, campus MW and what each loss puts on another campus. Out: least cost [USD/h]. After a loss the
withdrawals are stated anew: the lost campus draws nothing, the one that takes over draws more, units give the net.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import sparse

from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.oracles.btheta import FloatArray, incidence, pickup_frac, susceptance_mw_per_rad
from tests.oracles.grid_block import GridColumns, GridRules, add_grid
from tests.oracles.lp import INF, LinearProgram


def failover_hour_usd(
    network: Network,
    series: GridSeries,
    hour: int,
    campus: Sequence[tuple[int, float]],
    raised: Mapping[int, tuple[int, float]],
    rules: GridRules,
) -> float:
    """Least cost of one hour.

    Parameters
    ----------
    campus : sequence of (bus position, MW)
    raised : mapping of lost campus to (campus that takes over, MW)
    rules : GridRules
        Prices, ratings and the outages beside those of campuses.
    """
    taken = np.array([[mw for _, mw in campus]])
    bus = np.array([at for at, _ in campus], dtype=np.int64)
    lp = LinearProgram()
    now = series.hours(slice(hour, hour + 1))
    columns = add_grid(lp, network, now, rules, (bus, lp.add_columns(taken.shape, taken, taken)))
    for lost in range(len(campus)):
        after = taken[0].copy()
        after[lost] = 0.0
        if lost in raised:
            to, mw = raised[lost]
            after[to] += mw
        drawn = np.bincount(bus, weights=after, minlength=len(network.bus))
        net_mw = float(after.sum() - taken.sum())
        _add_grid_after(lp, network, now, rules, columns, drawn - net_mw * pickup_frac(network))
    result = lp.solve()
    assert result.is_optimal
    return result.objective


def _add_grid_after(
    lp: LinearProgram, network: Network, now: GridSeries, rules: GridRules, columns: GridColumns, drawn_mw: FloatArray
) -> None:
    """Angles of the grid with these withdrawals beside native load, and a priced overload for every branch."""
    branch, unit, dc, n_bus = network.branch, network.generator, network.dc_line, len(network.bus)
    b_mw, ends = susceptance_mw_per_rad(network, rules.convention), incidence(network)
    free = np.full(n_bus, INF)
    free[0] = 0.0
    angle = lp.add_columns((n_bus,), -free, free)
    fed = [
        (_at(network, unit.bus, 1.0), columns.p_generator[0]),
        (_at(network, dc.from_bus, -1.0), columns.p_dc_line[0]),
        (_at(network, dc.to_bus, 1.0 - dc.loss_frac), columns.p_dc_line[0]),
        (sparse.eye_array(n_bus), columns.unserved[0]),
        (-sparse.eye_array(n_bus), columns.spill[0]),
    ]
    side = now.load_mw[0] + drawn_mw - ends.T @ (b_mw * branch.shift_rad)
    lp.add_rows(side, side, [], [*fed, (-(ends.T @ sparse.diags_array(b_mw) @ ends), angle)], shape=(n_bus,))
    over = lp.add_columns((len(branch), 2), 0.0, INF, rules.overload_usd_per_mwh)
    limit, shift = rules.emergency_mw(network), b_mw * branch.shift_rad
    terms = [(angle[branch.from_bus], b_mw), (angle[branch.to_bus], -b_mw), (over[:, 0], -1.0), (over[:, 1], 1.0)]
    lp.add_rows(-limit + shift, limit + shift, terms)


def _at(network: Network, bus: FloatArray, value: float | FloatArray) -> sparse.coo_array:
    entries = (np.broadcast_to(value, np.shape(bus)), (bus, np.arange(len(bus))))
    return sparse.coo_array(entries, shape=(len(network.bus), len(bus)))
