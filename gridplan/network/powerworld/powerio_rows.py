"""The one place where powerio is used: its balanced network as rows of a case.

Comes in: a file that a scanner of our own has read before. Goes out: tables. The caller compares them with what the
scanner found, row by row: a reader that leaves something out without a word is worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.errors import Place, input_error
from gridplan.network.cost import CostCurve

_KINDS = {"PQ": "pq", "PV": "pv", "REF": "ref", "ISOLATED": "isolated"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTables:
    """Rows as powerio gives them, by table, and the base power."""

    base_mva: float
    rows: Mapping[str, Sequence[Mapping[str, Any]]]


def read_with_powerio(path: Path, form: str) -> RawTables:
    """Tables of a file in a format of powerio.

    Raises
    ------
    InputError
        GP-NET-004 if powerio is not installed, GP-ENC-002 if it cannot read the file.
    """
    try:
        import powerio
    except ImportError:
        message = f"{path.name} is read by the library powerio, which is not installed"
        remedy = "install it from the checkout of gridplan: pip install '.[formats]'"
        raise input_error("GP-NET-004", message, remedy, Place(file=path)) from None
    try:
        network = powerio.parse(str(path), format=form).value
    except (powerio.PowerIOError, OSError, UnicodeError) as reason:
        message = f"powerio cannot read the file: {str(reason)[:300]}"
        raise input_error("GP-ENC-002", message, "save it again in its own program", Place(file=path)) from None
    if not isinstance(network, powerio.BalancedNetwork):
        message = f"the file holds a {type(network).__name__}, not a network"
        raise input_error("GP-ENC-002", message, "give a file with a network", Place(file=path))
    return RawTables(
        base_mva=float(network.base_mva),
        rows={
            "bus": network.buses,
            "load": network.loads,
            "shunt": network.shunts,
            "generator": network.generators,
            "branch": network.branches,
        },
    )


def bus_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of a bus without its name."""
    return {
        "id": str(row["id"]),
        "kind": _KINDS[row["kind"]],
        "base_kv": row["base_kv"],
        "area": str(row["area"]),
        "zone": str(row["zone"]),
        "vm_pu": row["vm"],
        "va_degree": row["va"],
        "vm_min_pu": row["vmin"],
        "vm_max_pu": row["vmax"],
        "latitude_degree": np.nan,
        "longitude_degree": np.nan,
    }


def generator_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of a generator without its id, kind and fuel."""
    return {
        "bus": str(row["bus"]),
        "p_mw": row["pg"],
        "q_mvar": row["qg"],
        "p_min_mw": row["pmin"],
        "p_max_mw": row["pmax"],
        "q_min_mvar": row["qmin"],
        "q_max_mvar": row["qmax"],
        "vm_setpoint_pu": row["vg"],
        "mbase_mva": row["mbase"],
        "in_service": row["in_service"],
        "cost": _cost(row["cost"]),
    }


def branch_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of a branch without its id, kind and length; a ratio of 0 is none."""
    return {
        "from_bus": str(row["from_id"]),
        "to_bus": str(row["to_id"]),
        "r_pu": row["r"],
        "x_pu": row["x"],
        "b_pu": row["b"],
        "tap_ratio": row["tap"] or 1.0,
        "shift_degree": row["shift"],
        "rating_normal_mva": row["rate_a"],
        "rating_emergency_mva": row["rate_b"],
        "rating_short_time_mva": row["rate_c"],
        "angle_min_degree": -np.inf,
        "angle_max_degree": np.inf,
        "in_service": row["in_service"],
    }


def _cost(cost: Mapping[str, Any] | None) -> CostCurve | None:
    """Curve of MATPOWER's columns, highest coefficient first; None where powerio has none."""
    if cost is None:
        return None
    values = list(cost["coeffs"])
    if cost["model"] == 1:
        points = tuple(zip(values[::2], values[1::2], strict=True))
        return CostCurve(kind="piecewise", points=points, startup_usd=cost["startup"], shutdown_usd=cost["shutdown"])
    while len(values) > 1 and values[0] == 0:
        values.pop(0)
    return CostCurve(
        kind="polynomial",
        coefficients=tuple(reversed(values)),
        startup_usd=cost["startup"],
        shutdown_usd=cost["shutdown"],
    )
