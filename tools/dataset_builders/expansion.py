"""Datasets of transmission expansion planning: a snapshot grid, candidate circuits and generation plans.

Comes in: the tables of a publication. Goes out: a dataset folder without hourly files, with candidate.csv
and generation_plan.csv beside the grid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tools.dataset_builders.files import csv_bytes, write_source, write_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Corridor:
    """Right of way: circuits there are, and what one more is and costs."""

    from_bus: int
    to_bus: int
    x_pu: float
    rating_mva: float
    capital_cost_musd: float
    existing: int


@dataclass(frozen=True, kw_only=True)
class ExpansionCase:
    """Tables of one published case; ``plans_mw`` gives MW of every unit in the order of ``capacity_mw``."""

    name: str
    title: str
    credit: str
    base_kv: Mapping[int, float]
    load_mw: Mapping[int, float]
    capacity_mw: Mapping[int, float]
    corridors: Sequence[Corridor]
    most_circuits: int
    plans_mw: Mapping[str, Sequence[float]]
    notes: Sequence[str]
    source: str
    licence: str


def corridors(text: str) -> tuple[Corridor, ...]:
    """Rows ``from to x_pu rating_mva cost existing``."""
    rows = [line.split() for line in text.strip().splitlines()]
    return tuple(
        Corridor(
            from_bus=int(row[0]),
            to_bus=int(row[1]),
            x_pu=float(row[2]),
            rating_mva=float(row[3]),
            capital_cost_musd=float(row[4]),
            existing=int(row[5]),
        )
        for row in rows
    )


def build_case(case: ExpansionCase, out: Path) -> None:
    """Write the dataset folder of one case."""
    tables = {
        "bus": _bus_table(case),
        "branch": _branch_table(case),
        "generator": _generator_table(case),
        "dc_line": pd.DataFrame(columns=["id", "from_bus", "to_bus", "p_min_mw", "p_max_mw", "loss_frac"]),
        "storage": pd.DataFrame(columns=["id", "bus", "p_mw", "e_mwh", "efficiency_roundtrip_frac"]),
        "candidate": _candidate_table(case),
        "generation_plan": _plan_table(case),
    }
    for name, table in tables.items():
        (out / f"{name}.csv").write_bytes(csv_bytes(table))
    facts = {
        "name": case.name,
        "title": case.title,
        "base_mva": 100.0,
        "timezone": "UTC",
        "first_hour_local": "2026-01-01T00:00",
        "hours": 1,
        "is_synthetic": True,
        "losses": "included_in_load",
        "credit": case.credit,
        "notes": list(case.notes),
    }
    write_words(out, facts)
    (out / "LICENSE").write_text(case.licence, encoding="utf-8")
    write_source(out, f"# Source of the dataset {case.name}\n\n{case.source}", out, [])


def _bus_table(case: ExpansionCase) -> pd.DataFrame:
    names = [str(bus) for bus in case.base_kv]
    return pd.DataFrame(
        {
            "id": names,
            "name": names,
            "base_kv": list(case.base_kv.values()),
            "area": "1",
            "latitude_degree": np.nan,
            "longitude_degree": np.nan,
            "p_load_mw": [case.load_mw.get(bus, 0.0) for bus in case.base_kv],
            "q_load_mvar": 0.0,
            "gs_mw": 0.0,
            "bs_mvar": 0.0,
            "vm_pu": 1.0,
        }
    )


def _branch_table(case: ExpansionCase) -> pd.DataFrame:
    rows = [(corridor, k + 1) for corridor in case.corridors for k in range(corridor.existing)]
    return pd.DataFrame(
        [
            {
                "id": f"{corridor.from_bus}-{corridor.to_bus}_{k}",
                "from_bus": str(corridor.from_bus),
                "to_bus": str(corridor.to_bus),
                "r_pu": 0.0,
                "x_pu": corridor.x_pu,
                "b_pu": 0.0,
                "tap_ratio": 1.0,
                "shift_rad": 0.0,
                "rating_normal_mva": corridor.rating_mva,
                "rating_emergency_mva": corridor.rating_mva,
                "rating_short_time_mva": corridor.rating_mva,
                "is_transformer": case.base_kv[corridor.from_bus] != case.base_kv[corridor.to_bus],
                "length_km": np.nan,
            }
            for corridor, k in rows
        ]
    )


def _generator_table(case: ExpansionCase) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": [f"{bus}_1" for bus in case.capacity_mw],
            "bus": [str(bus) for bus in case.capacity_mw],
            "unit_type": "unknown",
            "fuel": "unknown",
            "p_min_mw": 0.0,
            "p_max_mw": list(case.capacity_mw.values()),
            "q_min_mvar": 0.0,
            "q_max_mvar": 0.0,
            "vm_setpoint_pu": 1.0,
            "forced_outage_rate_frac": 0.0,
            "is_dispatchable": True,
            "is_fixed": False,
            "block_width_1_mw": list(case.capacity_mw.values()),
            "block_cost_1_usd_per_mwh": 0.0,
        }
    )


def _candidate_table(case: ExpansionCase) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "from_bus": str(corridor.from_bus),
                "to_bus": str(corridor.to_bus),
                "x_pu": corridor.x_pu,
                "rating_mva": corridor.rating_mva,
                "capital_cost_musd": corridor.capital_cost_musd,
                "max_count": case.most_circuits,
            }
            for corridor in case.corridors
        ]
    )


def _plan_table(case: ExpansionCase) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"plan": plan, "generator": f"{bus}_1", "p_mw": mw}
            for plan, values in case.plans_mw.items()
            for bus, mw in zip(case.capacity_mw, values, strict=True)
        ]
    )
