"""Small grids and RTS-GMLC hours for the AC tests, built in code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from scipy.optimize import linprog

from gridplan.network.dataset import read_network
from gridplan.network.embedded import dataset_folder
from gridplan.network.model import Branches, Buses, DcLines, FloatArray, Generators, Network, Storages
from gridplan.series.dataset import read_series
from gridplan.series.model import GridSeries
from gridplan.verify.ac_state import AcInjections, AcState, served_injections
from tests.oracles.dense_factors import ptdf

WIDE = 1e4


def grid(
    loads: Sequence[tuple[float, float]],
    branches: Sequence[tuple[int, int, float]],
    units: Sequence[tuple[int, float, float]],
    **branch_columns: Sequence[float],
) -> Network:
    """Grid from loads (MW, Mvar) by bus, branches (from, to, x) and units (bus, p_max, q_max = -q_min)."""
    n_bus, n_branch, n_unit = len(loads), len(branches), len(units)
    zeros, ones = np.zeros(n_branch), np.ones(n_branch)
    columns = {"r_pu": zeros, "b_pu": zeros, "tap_ratio": ones, "shift_rad": zeros}
    columns |= {"rating_normal_mva": ones * WIDE, "rating_emergency_mva": ones * WIDE}
    columns |= {name: np.array(values, dtype=float) for name, values in branch_columns.items()}
    p_max, q_max = np.array([u[1] for u in units], dtype=float), np.array([u[2] for u in units], dtype=float)
    names = tuple("ABCDEFGH"[:n_bus])
    empty, nowhere = np.zeros(0), np.zeros(0, dtype=np.int64)
    return Network(
        name="small",
        base_mva=100.0,
        bus=Buses(
            id=names,
            name=names,
            base_kv=np.full(n_bus, 230.0),
            area=("1",) * n_bus,
            latitude_degree=np.zeros(n_bus),
            longitude_degree=np.zeros(n_bus),
            p_load_mw=np.array([load[0] for load in loads], dtype=float),
            q_load_mvar=np.array([load[1] for load in loads], dtype=float),
            gs_mw=np.zeros(n_bus),
            bs_mvar=np.zeros(n_bus),
            vm_pu=np.ones(n_bus),
        ),
        branch=Branches(
            id=tuple(f"L{i + 1}" for i in range(n_branch)),
            from_bus=np.array([b[0] for b in branches], dtype=np.int64),
            to_bus=np.array([b[1] for b in branches], dtype=np.int64),
            x_pu=np.array([b[2] for b in branches], dtype=float),
            rating_short_time_mva=ones * WIDE,
            is_transformer=columns["tap_ratio"] != 1.0,
            length_km=ones,
            **columns,
        ),
        generator=Generators(
            id=tuple(f"G{i + 1}" for i in range(n_unit)),
            bus=np.array([u[0] for u in units], dtype=np.int64),
            unit_type=("CT",) * n_unit,
            fuel=("NG",) * n_unit,
            p_min_mw=np.zeros(n_unit),
            p_max_mw=p_max,
            q_min_mvar=-q_max,
            q_max_mvar=q_max,
            vm_setpoint_pu=np.ones(n_unit),
            forced_outage_rate_frac=np.zeros(n_unit),
            block_width_mw=p_max[:, None],
            block_cost_usd_per_mwh=np.ones((n_unit, 1)),
            is_dispatchable=p_max > 0,
            is_fixed=np.zeros(n_unit, dtype=bool),
        ),
        dc_line=DcLines(id=(), from_bus=nowhere, to_bus=nowhere, p_min_mw=empty, p_max_mw=empty, loss_frac=empty),
        storage=Storages(id=(), bus=nowhere, p_mw=empty, e_mwh=empty, efficiency_roundtrip_frac=empty),
    )


def snapshot(network: Network, p_generator_mw: Sequence[float] | FloatArray) -> AcInjections:
    """Snapshot load with a given dispatch."""
    return AcInjections(
        p_generator_mw=np.array(p_generator_mw, dtype=float),
        p_dc_line_mw=np.zeros(len(network.dc_line)),
        p_load_mw=network.bus.p_load_mw.copy(),
        q_load_mvar=network.bus.q_load_mvar.copy(),
    )


def state(network: Network, injections: AcInjections, **changes: object) -> AcState:
    """State without campuses."""
    nothing = np.zeros(len(network.bus))
    return AcState(injections=injections, **({"p_campus_mw": nothing, "q_campus_mvar": nothing} | changes))


@cache
def rts() -> tuple[Network, GridSeries]:
    """RTS-GMLC and its year."""
    folder = dataset_folder("rts_gmlc")
    network = read_network(folder)
    return network, read_series(folder, network, commitment="relaxed")


@cache
def rts_hour(time: int) -> AcInjections:
    """Least-cost DC dispatch of one hour within 70 % of the normal ratings, which is about N-1 secure."""
    network, series = rts()
    unit, line, load_mw = network.generator, network.dc_line, series.load_mw[time]
    available = series.p_max_mw[time]
    at_bus = np.zeros((len(network.bus), len(unit) + len(line)))
    at_bus[unit.bus, np.arange(len(unit))] = 1.0
    at_bus[line.from_bus, len(unit)], at_bus[line.to_bus, len(unit)] = -1.0, 1.0
    factors = ptdf(network)
    limit, own = 0.7 * network.branch.rating_normal_mva, factors @ load_mw
    least = np.where(unit.is_fixed, available, 0.0)
    result = linprog(
        np.append(unit.block_cost_usd_per_mwh.mean(axis=1), 0.01),
        A_ub=np.vstack([factors @ at_bus, -factors @ at_bus]),
        b_ub=np.concatenate([limit + own, limit - own]),
        A_eq=[np.append(np.ones(len(unit)), 0.0)],
        b_eq=[load_mw.sum()],
        bounds=[*zip(least, available, strict=True), (line.p_min_mw[0], line.p_max_mw[0])],
    )
    return served_injections(
        network,
        p_generator_mw=result.x[:-1],
        p_dc_line_mw=result.x[-1:],
        load_mw=load_mw,
        p_available_mw=available,
    )


def rts_peak() -> int:
    """Hour of the year's highest load."""
    return int(rts()[1].load_mw.sum(axis=1).argmax())
