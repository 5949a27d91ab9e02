"""A case of five buses in code: two lines in parallel, a transformer, a bus alone, elements out of service."""

from __future__ import annotations

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

QUADRATIC = CostCurve(kind="polynomial", coefficients=(50.0, 10.0, 0.02))
LINEAR = CostCurve(kind="polynomial", coefficients=(0.0, 30.0))
PIECEWISE = CostCurve(kind="piecewise", points=((0.0, 0.0), (50.0, 1000.0), (80.0, 2200.0)))


def small_case() -> GridCase:
    """Buses 1-2-3-4 in a row, 1-2 twice, 3-4 a transformer; bus 5 hangs on a branch that is open."""
    bus = ("1", "2", "3", "4", "5")
    starts, ends = ("1", "1", "2", "3", "4"), ("2", "2", "3", "4", "5")
    n_bus, n_branch = len(bus), len(starts)
    owners = ("1", "2", "3", "1")
    return GridCase(
        name="small",
        base_mva=100.0,
        bus=CaseBuses(
            id=bus,
            name=tuple(f"Bus {b}" for b in bus),
            kind=("ref", "pv", "pv", "pq", "pq"),
            base_kv=np.array([230.0, 230.0, 230.0, 115.0, 115.0]),
            area=("1",) * n_bus,
            zone=("1",) * n_bus,
            vm_pu=np.ones(n_bus),
            va_degree=np.zeros(n_bus),
            vm_min_pu=np.full(n_bus, 0.95),
            vm_max_pu=np.full(n_bus, 1.05),
            latitude_degree=np.full(n_bus, np.nan),
            longitude_degree=np.full(n_bus, np.nan),
        ),
        load=CaseLoads(
            id=("2_1", "4_1", "4_2", "4_3"),
            bus=("2", "4", "4", "4"),
            p_mw=np.array([40.0, 60.0, 20.0, 500.0]),
            q_mvar=np.array([10.0, 15.0, 5.0, 100.0]),
            in_service=np.array([True, True, True, False]),
        ),
        shunt=CaseShunts(
            id=("3_1",), bus=("3",), gs_mw=np.array([1.0]), bs_mvar=np.array([25.0]), in_service=np.array([True])
        ),
        generator=CaseGenerators(
            id=numbered_ids(owners),
            bus=owners,
            p_mw=np.array([60.0, 30.0, 31.0, 0.0]),
            q_mvar=np.zeros(4),
            p_min_mw=np.array([10.0, 0.0, 0.0, 0.0]),
            p_max_mw=np.array([100.0, 80.0, 80.0, 900.0]),
            q_min_mvar=np.full(4, -50.0),
            q_max_mvar=np.full(4, 50.0),
            vm_setpoint_pu=np.ones(4),
            mbase_mva=np.full(4, 100.0),
            in_service=np.array([True, True, True, False]),
            unit_type=("ST", "GT", "W2", "ST"),
            fuel=("coal", "ng", "wind", "coal"),
            cost=(QUADRATIC, LINEAR, PIECEWISE, None),
        ),
        branch=CaseBranches(
            id=numbered_ids(starts, ends),
            from_bus=starts,
            to_bus=ends,
            r_pu=np.full(n_branch, 0.01),
            x_pu=np.array([0.1, 0.3, 0.2, 0.05, 0.1]),
            b_pu=np.zeros(n_branch),
            tap_ratio=np.array([1.0, 1.0, 1.0, 0.98, 1.0]),
            shift_degree=np.array([0.0, 0.0, 0.0, 30.0, 0.0]),
            rating_normal_mva=np.array([100.0, 50.0, 0.0, 120.0, 10.0]),
            rating_emergency_mva=np.array([110.0, 0.0, 0.0, 130.0, 10.0]),
            rating_short_time_mva=np.array([120.0, 0.0, 0.0, 0.0, 10.0]),
            angle_min_degree=np.full(n_branch, -np.inf),
            angle_max_degree=np.full(n_branch, np.inf),
            in_service=np.array([True, True, True, True, False]),
            is_transformer=np.array([False, False, False, True, False]),
            length_km=np.full(n_branch, np.nan),
        ),
        dc_line=no_dc_lines(),
        storage=no_storages(),
    )
