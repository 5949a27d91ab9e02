"""Hourly results of a studied year as arrays by the names of ``gridplan.solution``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gridplan.dispatch.grid import unit_output_mw
from gridplan.network.model import FloatArray
from gridplan.network.sensitivity import incidence, series_susceptance_pu
from gridplan.plan.case import YearCase
from gridplan.plan.study_year import YearPlan

#: Size below which a value is written as zero.
ZERO = 1e-9


@dataclass(frozen=True, kw_only=True)
class Hourly:
    """Arrays by variable name with their labels by dim."""

    values: Mapping[str, FloatArray]
    labels: Mapping[str, tuple[str, ...]]


def hourly_results(plan: YearPlan) -> Hourly:
    """All variables of ``schedule_Y.nc``."""
    case, schedule, grid, final = plan.case, plan.schedule, plan.grid, plan.final
    network = case.network
    campus_labels = plan.campuses.campus
    n_campus = len(campus_labels)
    columns = grid.columns
    unserved = np.zeros((case.hours, len(network.bus)))
    spill = np.zeros_like(unserved)
    for kind, at_bus in (("unserved", unserved), ("spill", spill)):
        own = columns.of(kind)
        at_bus[:, columns.owner[own]] = final.column_mw[:, own]
    output = unit_output_mw(grid, final.column_mw, final.hours)
    flow = grid.state(final.column_mw, final.u_mw, final.hours)[:, : len(network.branch)]
    served, lost = _by_class(plan)
    values = {
        "p_generator_mw": output,
        "p_dc_line_mw": final.column_mw[:, columns.of("dc_line")],
        "p_unserved_mw": unserved,
        "p_spill_mw": spill,
        "va_rad": bus_angles_rad(case, flow),
        "p_branch_mw": flow,
        "p_campus_mw": final.u_mw[:, :n_campus],
        "p_workload_mw": served,
        "p_baseline_mw": np.moveaxis(plan.campuses.baseline_mw, 2, 0),
        "p_curtailed_mw": lost,
        "lost_work_mw": _spread(plan, schedule.layout.lossy, schedule.lost_work_mw),
        "p_shift_mw": schedule.p_shift_mw.T,
        "backlog_mwh": _spread(plan, schedule.layout.waiting, schedule.backlog_mwh),
        "p_job_mw": schedule.p_job_mw.T,
        "p_charge_mw": schedule.p_charge_mw.T,
        "p_discharge_mw": schedule.p_discharge_mw.T,
        "e_storage_mwh": schedule.e_storage_mwh.T,
        **_prices(plan),
        "cost_usd": schedule.column_mw[:, columns.of("generator")] @ columns.cost_usd_per_mwh[columns.of("generator")],
    }
    labels = {
        "bus": network.bus.id,
        "branch": network.branch.id,
        "generator": network.generator.id,
        "dc_line": network.dc_line.id,
        "campus": campus_labels,
        "workload": plan.campuses.workload,
        "job": tuple(name for _, name in schedule.layout.jobs),
        "shift": tuple(s.label for s in schedule.layout.shifts),
        "storage": tuple(s.id for s in schedule.layout.stores),
    }
    return Hourly(values={k: np.where(np.abs(v) < ZERO, 0.0, v) for k, v in values.items()}, labels=labels)


def _prices(plan: YearPlan) -> dict[str, FloatArray]:
    """LMP and its parts; what counts as zero is so before the sum, so that the parts add up to the last bit."""
    schedule = plan.schedule
    parts = (schedule.lmp_energy_usd_per_mwh, schedule.lmp_congestion_usd_per_mwh)
    energy, congestion = (np.where(np.abs(part) < ZERO, 0.0, part) for part in parts)
    return {
        "lmp_usd_per_mwh": energy[:, None] + congestion,
        "lmp_energy_usd_per_mwh": energy,
        "lmp_congestion_usd_per_mwh": congestion,
        "is_penalty_priced": schedule.is_penalty_priced.astype(np.float64),
    }


def bus_angles_rad(case: YearCase, flow_mw: FloatArray) -> FloatArray:
    """Bus angles, dims (time, bus) [rad], of DC flows; bus 0 is the reference.

    Solves ``b C theta = f + b phi`` in the least-squares sense, exact for flows that obey the flow law.
    """
    from scipy.sparse.linalg import splu

    network = case.network
    b = series_susceptance_pu(network, case.study.criteria.dc_convention)
    c = incidence(network).toarray()
    shift = 0.0 if case.study.criteria.dc_convention == "powermodels" else network.branch.shift_rad
    drop_rad = flow_mw / network.base_mva / b + shift
    reduced = c[:, 1:]
    theta = np.zeros((len(flow_mw), len(network.bus)))
    from scipy.sparse import csc_matrix

    theta[:, 1:] = splu(csc_matrix(reduced.T @ reduced)).solve(reduced.T @ drop_rad.T).T
    return theta


def _by_class(plan: YearPlan) -> tuple[FloatArray, FloatArray]:
    """Power run and given up, dims (time, campus, workload) [MW]; what does not wait is run, given up or moved."""
    schedule, baseline = plan.schedule, np.moveaxis(plan.campuses.baseline_mw, 2, 0)
    lost = _spread(plan, schedule.layout.lossy, schedule.p_curtailed_mw)
    served = baseline - lost
    for q, (i, c) in enumerate(schedule.layout.waiting):
        served[:, i, c] = schedule.p_workload_mw[q]
    for shift, moved_mw in zip(schedule.layout.shifts, schedule.p_shift_mw, strict=True):
        if shift.source not in schedule.layout.waiting:
            served[:, shift.source[0], shift.source[1]] -= moved_mw
        served[:, shift.target[0], shift.target[1]] += moved_mw
    return served, lost


def _spread(plan: YearPlan, pairs: tuple[tuple[int, int], ...], values: FloatArray) -> FloatArray:
    shape = (plan.case.hours, len(plan.campuses.campus), len(plan.campuses.workload))
    out = np.zeros(shape)
    for q, (i, c) in enumerate(pairs):
        out[:, i, c] = values[q]
    return out
