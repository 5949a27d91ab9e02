"""A balanced dispatch that is not secure: generation moved between two units, flows and angles to match."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.defects.damage import NotThere, Run

_HOURS = 50


def redispatch_towards_overload(run: Run) -> None:
    """Move generation in one hour so that a branch outage, and only that, overloads another branch.

    Flows and angles follow the DC laws, so that balance and flow law still hold.
    """
    grid = run.json("network.json")
    branch = grid["tables"]["branch"]
    ends = np.array([branch["from_bus"], branch["to_bus"]])
    n_bus = len(grid["tables"]["bus"]["id"])
    b = grid["base_mva"] / (np.array(branch["x_pu"]) * np.array(branch["tap_ratio"]))
    incidence = np.zeros((len(b), n_bus))
    incidence[np.arange(len(b)), ends[0]], incidence[np.arange(len(b)), ends[1]] = 1.0, -1.0
    angle = np.zeros((n_bus, n_bus))
    angle[1:, 1:] = np.linalg.inv((incidence.T @ (b[:, None] * incidence))[1:, 1:])
    per_bus = b[:, None] * (incidence @ angle)
    hour, up, down, moved_mw = _worst_move(run, per_bus @ incidence.T, per_bus, grid["tables"]["generator"])
    unit_bus = grid["tables"]["generator"]["bus"]
    change = moved_mw * (np.eye(n_bus)[unit_bus[up]] - np.eye(n_bus)[unit_bus[down]])
    for name, index, step in (
        ("p_generator_mw", (hour, up), moved_mw),
        ("p_generator_mw", (hour, down), -moved_mw),
        ("p_branch_mw", (hour,), per_bus @ change),
        ("va_rad", (hour,), angle @ change),
    ):
        values = run.get(name)
        values[index] += step
        run.put(name, values)


def _worst_move(
    run: Run, between: np.ndarray, per_bus: np.ndarray, unit: dict[str, Any]
) -> tuple[int, int, int, float]:
    """Hour, unit up, unit down and MW that overload most after an outage while the intact grid holds."""
    flow, output = run.get("p_branch_mw"), run.get("p_generator_mw")
    normal, emergency = run.get("rating_normal_mw"), run.get("rating_emergency_mw")
    through = 1.0 - np.diag(between)
    stays = np.flatnonzero(through > 1e-6)
    share = between[:, stays] / through[stays]
    share[stays, np.arange(len(stays))] = -1.0
    hours = np.argsort(-np.abs(flow).sum(axis=1), kind="stable")[:_HOURS]
    movable = [g for g, fixed in enumerate(unit["is_fixed"]) if not fixed]
    room = run.get("p_max_mw") - output
    best = (0.0, (0, 0, 0, 0.0))
    for hour in hours:
        ups = sorted(movable, key=lambda g: -room[hour, g])[:8]
        downs = sorted(movable, key=lambda g: -output[hour, g])[:8]
        for up, down in ((u, d) for u in ups for d in downs if u != d):
            step = per_bus[:, unit["bus"][up]] - per_bus[:, unit["bus"][down]]
            most = min(room[hour, up], output[hour, down])
            with np.errstate(divide="ignore", invalid="ignore"):
                until = np.where(np.abs(step) > 1e-6, (normal - flow[hour] * np.sign(step)) / np.abs(step), np.inf)
            moved = 0.999 * min(most, float(until.min()))
            intact = flow[hour] + moved * step
            loading = np.abs(intact[:, None] + share * intact[stays]) / emergency[:, None]
            if moved > 0.01 and float(loading.max()) > best[0]:
                best = (float(loading.max()), (int(hour), up, down, moved))
    if best[0] < 1.002:
        raise NotThere("a move that makes this dispatch insecure")
    return best[1]
