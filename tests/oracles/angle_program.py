"""DC optimal power flow over bus angles, in the form of PowerModels, from the tables of a case.

In: GridCase with linear costs, all of it in one part. Out: least cost [USD/h]. Only the case is gridplan's.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from gridplan.network.case import CaseBranches, GridCase
from tests.oracles.lp import INF, FloatArray, LinearProgram

FAR_RAD = 1e3


def angle_program_usd(case: GridCase) -> float:
    """Flow b (theta_from - theta_to) with b = x / (r^2 + x^2); ratings, angle limits, Gs at 1 pu, constant costs."""
    row = {bus: i for i, bus in enumerate(case.bus.id)}
    branch, unit = case.branch, case.generator
    assert branch.in_service.all()
    assert all(curve is not None and not any(curve.coefficients[2:]) for curve in unit.cost)
    n_bus, n_branch = len(case.bus), len(branch)
    ends = np.array([[row[a], row[b]] for a, b in zip(branch.from_bus, branch.to_bus, strict=True)])
    b_mw = case.base_mva * branch.x_pu / (branch.r_pu**2 + branch.x_pu**2)
    across = sparse.csr_matrix(
        (np.tile([1.0, -1.0], n_branch), (np.repeat(np.arange(n_branch), 2), ends.ravel())), shape=(n_branch, n_bus)
    )
    flow = sparse.diags(b_mw) @ across
    on = np.flatnonzero(unit.in_service)
    at_bus = sparse.csr_matrix(
        (np.ones(len(on)), ([row[unit.bus[g]] for g in on], np.arange(len(on)))), shape=(n_bus, len(on))
    )
    drawn = np.zeros(n_bus)
    for table, column in ((case.load, case.load.p_mw), (case.shunt, case.shunt.gs_mw)):
        np.add.at(drawn, [row[bus] for bus in table.bus], np.where(table.in_service, column, 0.0))
    curves = [unit.cost[g].coefficients for g in on]
    slope = np.array([c[1] if len(c) > 1 else 0.0 for c in curves])
    lp = LinearProgram()
    p = lp.add_columns((len(on),), unit.p_min_mw[on], unit.p_max_mw[on], slope)
    theta = lp.add_columns((n_bus,), -FAR_RAD, FAR_RAD)
    lp.add_rows(drawn, drawn, [], [(at_bus, p), (-across.T @ flow, theta)], shape=(n_bus,))
    rating = np.where(branch.rating_normal_mva > 0, branch.rating_normal_mva, INF)
    lp.add_rows(-rating, rating, [], [(flow, theta)], shape=(n_branch,))
    # As in gridplan, a branch that carries nothing holds no angle.
    limits = [np.where(b_mw == 0, far, np.deg2rad(angle)) for far, angle in _angles(branch)]
    lp.add_rows(limits[0], limits[1], [], [(across, theta)], shape=(n_branch,))
    result = lp.solve()
    assert result.is_optimal
    return result.objective + float(sum(c[0] for c in curves))


def _angles(branch: CaseBranches) -> tuple[tuple[float, FloatArray], tuple[float, FloatArray]]:
    return (-INF, branch.angle_min_degree), (INF, branch.angle_max_degree)
