"""PyPSA files made by hand with h5netcdf, in the layout PyPSA 1.2 writes, and a case that uses every column."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5netcdf
import h5py
import numpy as np

from gridplan.network.case import (
    CaseBranches,
    CaseBuses,
    CaseDcLines,
    CaseGenerators,
    CaseLoads,
    CaseShunts,
    CaseStorages,
    GridCase,
)
from gridplan.network.cost import CostCurve

SMALL: dict[str, dict[str, Any]] = {
    "buses": {"i": ["a", "b", "c"], "v_nom": [230.0, 230.0, 110.0], "x": [-99.0, -98.5, 0.0], "y": [31.0, 31.5, 0.0]},
    "lines": {"i": ["l"], "bus0": ["a"], "bus1": ["b"], "r": [2.0], "x": [20.0], "b": [1e-4], "s_nom": [300.0]},
    "transformers": {
        "i": ["t"], "bus0": ["b"], "bus1": ["c"], "x": [0.1], "r": [0.01], "g": [0.001], "b": [-0.02],
        "s_nom": [200.0], "tap_ratio": [1.05], "tap_side": [1], "phase_shift": [30.0],
    },
    "generators": {
        "i": ["g"], "bus": ["a"], "control": ["Slack"], "p_nom": [400.0], "p_min_pu": [0.25], "p_set": [150.0],
        "marginal_cost": [20.0], "marginal_cost_quadratic": [0.01], "carrier": ["gas"],
    },
    "loads": {"i": ["d"], "bus": ["c"], "p_set": [140.0], "q_set": [30.0]},
    "links": {"i": ["k"], "bus0": ["a"], "bus1": ["c"], "p_nom": [50.0], "efficiency": [0.96], "p_min_pu": [-1.0]},
    "shunt_impedances": {"i": ["s"], "bus": ["c"], "b": [2e-3], "g": [1e-4]},
    "storage_units": {
        "i": ["u"], "bus": ["c"], "p_nom": [30.0], "max_hours": [4.0], "efficiency_store": [0.9],
        "efficiency_dispatch": [0.95],
    },
}  # fmt: skip


def write(path: Path, lists: Mapping[str, Mapping[str, Any]], series: Mapping[str, Any] | None = None) -> Path:
    """File of these component lists; ``series`` holds values (snapshot, component) by ``list_t_column``."""
    with h5netcdf.File(path, "w") as file:
        file.attrs["network_name"] = "hand"
        file.dimensions = {"snapshots": 2} | {f"{name}_i": len(part["i"]) for name, part in lists.items()}
        for name, part in lists.items():
            for column, values in part.items():
                put(file, f"{name}_{column}", (f"{name}_i",), values)
        for name, values in (series or {}).items():
            file.dimensions[f"{name}_i"] = np.shape(values)[1]
            put(file, name, ("snapshots", f"{name}_i"), values)
    return path


def put(file: Any, name: str, dims: tuple[str, ...], values: Any) -> None:
    """Write one variable, text as text of any length."""
    if len(values) and isinstance(values[0], str):
        texts = np.array([text.encode() for text in values], dtype=object)
        file.create_variable(name, dims, dtype=h5py.string_dtype(), data=texts)
    else:
        file.create_variable(name, dims, data=np.array(values))


def changed(lists: Mapping[str, Mapping[str, Any]], name: str, **columns: Any) -> dict[str, dict[str, Any]]:
    """Copy with columns of one list replaced; None removes a column."""
    copy = {key: dict(part) for key, part in lists.items()}
    for column, values in columns.items():
        if values is None:
            copy[name].pop(column, None)
        else:
            copy[name][column] = values
    return copy


def full_case() -> GridCase:
    """Meshed case on 100 MVA with taps at both kinds of ends, shifts, statuses, all ratings and all kinds of costs."""
    no, yes = False, True
    floats = np.array
    return GridCase(
        name="full",
        base_mva=100.0,
        bus=CaseBuses(
            id=("1", "2", "3", "4", "x5"),
            name=("One", "", "Drei", "4", "gone"),
            kind=("ref", "pq", "pv", "pq", "isolated"),
            base_kv=floats([230.0, 230.0, 115.0, 115.0, 13.8]),
            area=("1", "1", "2", "2", ""),
            zone=("a", "", "b", "b", ""),
            vm_pu=floats([1.02, 1.0, 1.01, 0.99, 1.0]),
            va_degree=floats([0.0, -3.0, -31.0, -33.0, 0.0]),
            vm_min_pu=floats([0.9, 0.9, 0.9, 0.95, 0.9]),
            vm_max_pu=floats([1.1, 1.1, 1.1, 1.05, 1.1]),
            latitude_degree=floats([31.0, 31.5, np.nan, 32.0, np.nan]),
            longitude_degree=floats([-99.0, -98.0, np.nan, -97.0, np.nan]),
        ),
        load=CaseLoads(
            id=("2_1", "4_1", "4_2"),
            bus=("2", "4", "4"),
            p_mw=floats([80.0, 60.0, 500.0]),
            q_mvar=floats([20.0, 15.0, 5.0]),
            in_service=np.array([yes, yes, no]),
        ),
        shunt=CaseShunts(
            id=("4_s", "2_s"),
            bus=("4", "2"),
            gs_mw=floats([0.5, 0.0]),
            bs_mvar=floats([12.0, -30.0]),
            in_service=np.array([yes, yes]),
        ),
        generator=CaseGenerators(
            id=("1_1", "3_1", "3_2", "4_1"),
            bus=("1", "3", "3", "4"),
            p_mw=floats([90.0, 50.0, 0.0, 7.0]),
            q_mvar=floats([10.0, 5.0, 0.0, -1.0]),
            p_min_mw=floats([20.0, 0.0, 5.0, -7.0]),
            p_max_mw=floats([150.0, 80.0, 60.0, 21.0]),
            q_min_mvar=floats([-90.0, -40.0, -30.0, -1.0]),
            q_max_mvar=floats([90.0, 60.0, 30.0, -1.0]),
            vm_setpoint_pu=floats([1.02, 1.01, 1.01, 1.0]),
            mbase_mva=floats([170.0, 100.0, 70.0, 25.0]),
            in_service=np.array([yes, yes, no, yes]),
            unit_type=("ST", "CT", "CT", "PV"),
            fuel=("coal", "gas", "gas", "solar"),
            cost=(
                CostCurve(kind="polynomial", coefficients=(110.0, 12.0, 0.11), startup_usd=1500.0, shutdown_usd=20.0),
                CostCurve(kind="piecewise", points=((0.0, 0.0), (40.0, 800.0), (80.0, 2000.0))),
                CostCurve(kind="polynomial", coefficients=(0.0, 33.0)),
                None,
            ),
        ),
        branch=CaseBranches(
            id=("1-2_1", "1-2_2", "2-3_1", "3-4_1", "4-2_1", "1-3_1"),
            from_bus=("1", "1", "2", "3", "4", "1"),
            to_bus=("2", "2", "3", "4", "2", "3"),
            r_pu=floats([0.01, 0.011, 0.0, 0.02, 0.003, 0.001]),
            x_pu=floats([0.1, 0.11, 0.08, 0.15, 0.09, 0.07]),
            b_pu=floats([0.02, 0.021, -0.01, 0.03, 0.004, 0.0]),
            tap_ratio=floats([1.0, 1.0, 0.98, 1.0, 1.04, 1.0]),
            shift_degree=floats([0.0, 0.0, 30.0, 0.0, -30.0, 30.0]),
            rating_normal_mva=floats([120.0, 0.0, 130.0, 90.0, 0.0, 110.0]),
            rating_emergency_mva=floats([140.0, 0.0, 150.0, 0.0, 99.0, 0.0]),
            rating_short_time_mva=floats([160.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
            angle_min_degree=floats([-30.0, -np.inf, -np.inf, -np.inf, -np.inf, -np.inf]),
            angle_max_degree=floats([30.0, np.inf, np.inf, np.inf, np.inf, np.inf]),
            in_service=np.array([yes, yes, yes, yes, yes, no]),
            is_transformer=np.array([no, no, yes, no, yes, yes]),
            length_km=floats([40.0, 41.0, 0.0, np.nan, np.nan, 0.0]),
        ),
        dc_line=CaseDcLines(
            id=("1-4_1",),
            from_bus=("1",),
            to_bus=("4",),
            p_mw=floats([15.0]),
            p_min_mw=floats([-20.0]),
            p_max_mw=floats([40.0]),
            loss_mw=floats([0.2]),
            loss_frac=floats([0.03]),
            vm_from_pu=floats([1.02]),
            vm_to_pu=floats([0.99]),
            q_min_from_mvar=floats([-5.0]),
            q_max_from_mvar=floats([6.0]),
            q_min_to_mvar=floats([-7.0]),
            q_max_to_mvar=floats([8.0]),
            in_service=np.array([yes]),
        ),
        storage=CaseStorages(
            id=("4_b",),
            bus=("4",),
            p_mw=floats([25.0]),
            e_mwh=floats([90.0]),
            efficiency_roundtrip_frac=floats([0.86]),
            in_service=np.array([yes]),
        ),
        is_synthetic=True,
    )
