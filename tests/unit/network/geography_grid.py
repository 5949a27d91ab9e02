"""Small grids for the tests of geography: buses at given places, joined in a chain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridplan.network.case import (
    CaseBranches,
    CaseBuses,
    CaseGenerators,
    CaseLoads,
    CaseShunts,
    GridCase,
    no_dc_lines,
    no_storages,
    numbered_ids,
)
from gridplan.network.cost import CostCurve
from gridplan.network.model import Branches, Buses, DcLines, Generators, Network, Storages

Places = Sequence[tuple[float, float]]


def chain_case(places: Places, *, ids: Sequence[str] | None = None) -> GridCase:
    """Case of a chain of buses at (latitude, longitude), a unit at the first and a load at the last."""
    n = len(places)
    names = tuple(ids or (str(k + 1) for k in range(n)))
    at = np.array(places, dtype=np.float64).reshape(n, 2)
    one, zero = np.ones(n), np.zeros(n)
    ends = (names[:-1], names[1:])
    m = n - 1
    return GridCase(
        name="chain",
        base_mva=100.0,
        bus=CaseBuses(
            id=names, name=names, kind=("ref", *("pq",) * m), base_kv=np.full(n, 138.0), area=("1",) * n,
            zone=("1",) * n, vm_pu=one, va_degree=zero, vm_min_pu=0.9 * one, vm_max_pu=1.1 * one,
            latitude_degree=at[:, 0], longitude_degree=at[:, 1],
        ),
        load=CaseLoads(
            id=(f"{names[-1]}_1",), bus=(names[-1],), p_mw=np.array([50.0]), q_mvar=np.array([10.0]),
            in_service=np.array([True]),
        ),
        shunt=CaseShunts(
            id=(f"{names[0]}_1",), bus=(names[0],), gs_mw=np.array([1.0]), bs_mvar=np.array([2.0]),
            in_service=np.array([True]),
        ),
        generator=CaseGenerators(
            id=(f"{names[0]}_1",), bus=(names[0],), p_mw=np.array([50.0]), q_mvar=np.zeros(1), p_min_mw=np.zeros(1),
            p_max_mw=np.array([100.0]), q_min_mvar=np.full(1, -50.0), q_max_mvar=np.full(1, 50.0),
            vm_setpoint_pu=np.ones(1), mbase_mva=np.full(1, 100.0), in_service=np.array([True]), unit_type=("CC",),
            fuel=("gas",), cost=(CostCurve(kind="polynomial", coefficients=(0.0, 20.0)),),
        ),
        branch=CaseBranches(
            id=numbered_ids(*ends), from_bus=ends[0], to_bus=ends[1], r_pu=np.full(m, 0.01), x_pu=np.full(m, 0.1),
            b_pu=np.zeros(m), tap_ratio=np.ones(m), shift_degree=np.zeros(m), rating_normal_mva=np.full(m, 100.0),
            rating_emergency_mva=np.full(m, 110.0), rating_short_time_mva=np.full(m, 120.0),
            angle_min_degree=np.full(m, -np.inf), angle_max_degree=np.full(m, np.inf),
            in_service=np.ones(m, dtype=bool), is_transformer=np.zeros(m, dtype=bool), length_km=np.full(m, np.nan),
        ),
        dc_line=no_dc_lines(),
        storage=no_storages(),
    )  # fmt: skip


def chain_network(places: Places, *, ids: Sequence[str] | None = None, base_kv: Sequence[float] = ()) -> Network:
    """Network of a chain of buses at (latitude, longitude) without units."""
    n = len(places)
    names = tuple(ids or (str(k + 1) for k in range(n)))
    at = np.array(places, dtype=np.float64).reshape(n, 2)
    m, zero = n - 1, np.zeros(n)
    empty, none = np.zeros(0), np.zeros(0, dtype=np.int64)
    return Network(
        name="chain",
        base_mva=100.0,
        bus=Buses(
            id=names, name=names, base_kv=np.array(base_kv or [138.0] * n), area=("1",) * n,
            latitude_degree=at[:, 0], longitude_degree=at[:, 1], p_load_mw=zero, q_load_mvar=zero, gs_mw=zero,
            bs_mvar=zero, vm_pu=np.ones(n),
        ),
        branch=Branches(
            id=tuple(f"l{k}" for k in range(m)), from_bus=np.arange(m), to_bus=np.arange(1, n), r_pu=np.zeros(m),
            x_pu=np.full(m, 0.1), b_pu=np.zeros(m), tap_ratio=np.ones(m), shift_rad=np.zeros(m),
            rating_normal_mva=np.full(m, 100.0), rating_emergency_mva=np.full(m, 100.0),
            rating_short_time_mva=np.full(m, 100.0), is_transformer=np.zeros(m, dtype=bool),
            length_km=np.full(m, np.nan),
        ),
        generator=Generators(
            id=(), bus=none, unit_type=(), fuel=(), p_min_mw=empty, p_max_mw=empty, q_min_mvar=empty,
            q_max_mvar=empty, vm_setpoint_pu=empty, forced_outage_rate_frac=empty, block_width_mw=np.zeros((0, 1)),
            block_cost_usd_per_mwh=np.zeros((0, 1)), is_dispatchable=none.astype(bool), is_fixed=none.astype(bool),
        ),
        dc_line=DcLines(id=(), from_bus=none, to_bus=none, p_min_mw=empty, p_max_mw=empty, loss_frac=empty),
        storage=Storages(id=(), bus=none, p_mw=empty, e_mwh=empty, efficiency_roundtrip_frac=empty),
    )  # fmt: skip
