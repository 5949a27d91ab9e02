"""A grid of five buses with two requests: the data of the tiny run folder, in its own words.

Four buses in a ring with a diagonal, bus 5 hangs on bus 4. One campus is connected at bus 3 under
conditional service, a second one stays unconnected, so it takes nothing over when the first is lost.
"""

from __future__ import annotations

import math

import numpy as np

HOURS = 48
FIRST_UTC = 1593586800  # 2020-07-01T07:00:00Z, midnight in Phoenix
YEAR = "2027"
BUS = ("1", "2", "3", "4", "5")
RATING_FACTOR = 0.95
PRICES = {
    "unserved_usd_per_mwh": 5000.0,
    "overload_usd_per_mwh": 8000.0,
    "wear_usd_per_mwh": 1e-3,
    "unconnected_usd_per_mw_year": 20000.0,
}
WORKLOADS = ("interactive", "relaxed", "batch", "finetune", "pretrain")
CLASSES = {
    "share_frac": (0.3, 0.2, 0.2, 0.1, 0.2),
    "deadline_h": (0, 0, 6, 12, 4),
    "shed_frac": (0.10, 0.25, 0.50, 0.50, 0.25),
    "min_power_frac": (0.0, 0.0, 0.0, 0.0, 0.75),
    "value_usd_per_mwh": (900.0, 500.0, 40.0, 45.0, 150.0),
}
TERMS = {"max_energy_frac": 0.02, "max_hours": 40.0, "max_event_h": 20.0}
IDLE_FLOOR_FRAC = 0.25
JOB = {"id": "tune", "energy_mwh": 200.0, "p_max_mw": 15.0, "first": 10, "end": 40}
CONTRACT_MW = {"mesa": 80.0, "yuma": 40.0}
CONNECTED_MW = {"mesa": 80.0, "yuma": 0.0}
RIDE_THROUGH_FRAC = {"mesa": 0.25, "yuma": 1.0}
LOAD_LOSS = {"limit_mw": 65.0, "voltage_trip_pu": 0.7, "x_subtransient_pu": {"turbine": 0.2, "hydro": 0.3}}
REBOUND_FRAC = 4.0
SHIFT = {"workload": "batch", "max_frac": 0.3, "cost_usd_per_mwh": 1.0}
STORE = {"p_mw": 10.0, "e_mwh": 40.0, "efficiency_roundtrip_frac": 0.86}
FAILOVER = {"to": "yuma", "share_frac": 0.25}
REINFORCEMENT = {"id": "r1", "branch": "L41", "rating_normal_mva": 130.0, "rating_emergency_mva": 150.0}
REINFORCEMENT_TERMS = {"capital_cost_musd": 1.0, "cost_year": 2026, "earliest_in_service": "2027-06-01"}

TABLES: dict[str, dict[str, list[object]]] = {
    "bus": {
        "id": [*BUS],
        "p_load_mw": [0.0, 70.0, 80.0, 60.0, 25.0],
        "base_kv": [345.0, 345.0, 345.0, 230.0, 230.0],
        "gs_mw": [0.0, 0.0, 0.5, 0.0, 0.0],
    },
    "branch": {
        "id": ["L12", "L23", "L34", "L41", "L13", "L45"],
        "from_bus": [0, 1, 2, 3, 0, 3],
        "to_bus": [1, 2, 3, 0, 2, 4],
        "r_pu": [0.01] * 6,
        "x_pu": [0.10, 0.12, 0.10, 0.08, 0.20, 0.10],
        "tap_ratio": [1.0, 1.0, 0.97, 1.0, 1.0, 1.0],
        "shift_rad": [0.0, 0.0, 0.0, 0.0, 0.01, 0.0],
        "rating_normal_mva": [110.0, 90.0, 90.0, 115.0, 80.0, None],
        "rating_emergency_mva": [125.0, 100.0, 105.0, 130.0, 90.0, None],
        "rating_short_time_mva": [150.0, 120.0, 125.0, 140.0, 110.0, None],
    },
    "generator": {
        "id": ["G1", "G2", "G3", "PV"],
        "bus": [0, 1, 2, 4],
        "unit_type": ["CC", "HYDRO", "CT", "PV"],
        "fuel": ["NG", "Hydro", "NG", "Solar"],
        "p_min_mw": [0.0, 0.0, 0.0, 0.0],
        "p_max_mw": [220.0, 120.0, 150.0, 40.0],
        "block_width_mw": [[100.0, 120.0], [60.0, 60.0], [60.0, 90.0], [40.0, 0.0]],
        "block_cost_usd_per_mwh": [[15.0, 22.0], [30.0, 38.0], [50.0, 70.0], [0.0, 0.0]],
        "is_dispatchable": [True, True, True, False],
        "is_fixed": [False, False, False, True],
    },
    "dc_line": {
        "id": ["DC1"],
        "from_bus": [1],
        "to_bus": [3],
        "p_min_mw": [-30.0],
        "p_max_mw": [30.0],
        "loss_frac": [0.02],
    },
    "storage": {"id": ["GS"], "bus": [1], "p_mw": [5.0], "e_mwh": [15.0], "efficiency_roundtrip_frac": [0.95]},
}


SETS: tuple[dict[str, object], ...] = (
    # name, category, rating, permission, what the file states itself; ids of what is lost
    {"name": "tower", "category": "P7", "rating": "emergency", "is_load_loss_allowed": True, "stated": [],
     "branches": ["L12", "L23"], "generators": [], "dc_lines": [], "buses": []},
    {"name": "stuck 23", "category": "P4", "rating": "short_time", "is_load_loss_allowed": False,
     "stated": ["rating"], "branches": ["L23"], "generators": ["G2"], "dc_lines": ["DC1"], "buses": []},
    {"name": "south (bus proxy)", "category": "P2", "rating": "normal", "is_load_loss_allowed": True,
     "stated": ["rating"], "branches": ["L34", "L41", "L45"], "generators": [], "dc_lines": ["DC1"], "buses": ["4"]},
)  # fmt: skip
CATEGORIES = {
    "P1": {"rating": "emergency", "load_loss": True},
    "P2": {"rating": "emergency", "load_loss": "hv_only"},
    "P4": {"rating": "emergency", "load_loss": "hv_only"},
    "P7": {"rating": "emergency", "load_loss": True},
}


def _day(hour: int, peak: float) -> float:
    return 0.5 * (1.0 + math.cos((hour % 24 - peak) * math.pi / 12.0))


def load_mw() -> np.ndarray:
    """Native load, dims (time, bus) [MW]: highest at 17:00, a little higher on the second day."""
    shape = np.array([(0.62 + 0.5 * _day(h, 17.0)) * (1.0 + 0.04 * (h // 24)) for h in range(HOURS)])
    return shape[:, None] * np.array(TABLES["bus"]["p_load_mw"], dtype=float)


def p_max_mw() -> np.ndarray:
    """Available capacity, dims (time, generator) [MW]: thermal units in full, the sun from 6 to 18."""
    sun = np.array([max(0.0, math.sin((h % 24 - 6) * math.pi / 12.0)) for h in range(HOURS)])
    capacity = np.array(TABLES["generator"]["p_max_mw"], dtype=float)
    return np.where(np.array(TABLES["generator"]["is_fixed"]), sun[:, None] * capacity, capacity)


def p_min_mw() -> np.ndarray:
    """Least output: only the fixed unit has one, dims (time, generator) [MW]."""
    return np.where(np.array(TABLES["generator"]["is_fixed"]), p_max_mw(), 0.0)


def asked_mw() -> np.ndarray:
    """Power the classes ask for, dims (time, campus, workload) [MW]: 60 to 85 % of the connected MW."""
    shape = np.array([0.60 + 0.25 * _day(h, 15.0) for h in range(HOURS)])
    connected = np.array([CONNECTED_MW[c] for c in CONTRACT_MW])
    return shape[:, None, None] * connected[None, :, None] * np.array(CLASSES["share_frac"])


def limit_mw(rating: str) -> np.ndarray:
    """Limits under a rating with the reinforcement built, dims (branch,) [MW]."""
    column = TABLES["branch"][f"rating_{rating}_mva"]
    limit = np.array([np.inf if v is None else v for v in column], dtype=float)
    built = {"rating_short_time_mva": REINFORCEMENT["rating_emergency_mva"], **REINFORCEMENT}[f"rating_{rating}_mva"]
    branch = TABLES["branch"]["id"].index(REINFORCEMENT["branch"])
    limit[branch] = max(limit[branch], float(str(built)))
    return limit * RATING_FACTOR


def ratings_mw() -> tuple[np.ndarray, np.ndarray]:
    """Normal and emergency limits with the reinforcement built, dims (branch,) [MW]."""
    return limit_mw("normal"), limit_mw("emergency")
