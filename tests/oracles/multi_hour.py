"""The schedule of all hours as one linear program: grid, workloads, jobs and storage together.

In: Network, GridSeries, campuses with their baselines. Out: optimum, the cost without campuses, the solution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from gridplan.network.model import Network
from gridplan.series.model import GridSeries
from tests.oracles.btheta import FloatArray, IntArray
from tests.oracles.grid_block import GridColumns, GridRules, add_grid
from tests.oracles.hourly import solve_hour
from tests.oracles.lp import INF, LinearProgram, LpResult

CLASSES = ("interactive", "relaxed", "batch", "finetune", "pretrain")


@dataclass(frozen=True, kw_only=True)
class OracleClass:
    """Terms of one workload class: deadline [h], least power, greatest lost share, value of lost work."""

    deadline_h: int
    min_power_frac: float
    shed_frac: float
    value_usd_per_mwh: float


DEFAULT_CLASSES = (
    OracleClass(deadline_h=0, min_power_frac=0.0, shed_frac=0.10, value_usd_per_mwh=5000.0),
    OracleClass(deadline_h=0, min_power_frac=0.0, shed_frac=0.25, value_usd_per_mwh=2000.0),
    OracleClass(deadline_h=24, min_power_frac=0.0, shed_frac=0.50, value_usd_per_mwh=500.0),
    OracleClass(deadline_h=72, min_power_frac=0.0, shed_frac=0.50, value_usd_per_mwh=500.0),
    OracleClass(deadline_h=24, min_power_frac=0.75, shed_frac=0.25, value_usd_per_mwh=1000.0),
)


@dataclass(frozen=True, kw_only=True)
class OracleStorage:
    """Store: power [MW], energy [MWh], round-trip efficiency; it starts and ends half full."""

    p_mw: float
    e_mwh: float
    efficiency_roundtrip_frac: float


@dataclass(frozen=True, kw_only=True)
class OracleJob:
    """Campaign: energy at the meter, greatest power, hours [release, deadline) by position in the series."""

    energy_mwh: float
    p_max_mw: float
    release: int
    deadline: int


@dataclass(frozen=True, kw_only=True)
class OracleCampus:
    """Campus at a bus.

    Parameters
    ----------
    connected_mw : float [MW]
        Greatest withdrawal C.
    baseline_mw : float, dims (class, time) [MW]
        What each class asks for at the meter.
    share_frac : tuple of float, dims (class,)
        Installed share of C of each class.
    is_firm : bool
        No work may be lost.
    max_energy_frac : float
        Lost work over asked work, all classes and hours together; infinite for no budget.
    """

    id: str
    bus: str
    connected_mw: float
    baseline_mw: FloatArray
    share_frac: tuple[float, ...]
    classes: tuple[OracleClass, ...] = DEFAULT_CLASSES
    jobs: tuple[OracleJob, ...] = ()
    storage: OracleStorage | None = None
    is_firm: bool = False
    max_energy_frac: float = INF
    idle_floor_frac: float = 0.25


@dataclass(frozen=True, kw_only=True)
class ScheduleResult:
    """Optimum of all hours, dims as named; objective = sum of cost_usd + lost work + wear."""

    status: str
    objective_usd: float
    lost_work_usd: float
    wear_usd: float
    cost_usd: FloatArray  # (time,) production, unserved and overload
    p_campus_mw: FloatArray  # (time, campus)
    p_workload_mw: tuple[FloatArray, ...]  # per campus (class, time)
    p_curtailed_mw: tuple[FloatArray, ...]  # per campus (class, time)
    backlog_mwh: tuple[FloatArray, ...]  # per campus (class, time)
    p_job_mw: tuple[FloatArray, ...]  # per campus (job, time)
    p_charge_mw: FloatArray  # (time, storage): campus storages, then grid storages
    p_discharge_mw: FloatArray
    e_storage_mwh: FloatArray
    p_generator_mw: FloatArray  # (time, generator)
    p_dc_line_mw: FloatArray  # (time, dc_line)
    flow_mw: FloatArray  # (time, branch)
    unserved_mw: FloatArray  # (time, bus)
    spill_mw: FloatArray  # (time, bus)
    overload_mwh: float
    lmp_usd_per_mwh: FloatArray  # (time, bus), one of the duals


@dataclass(kw_only=True)
class _CampusColumns:
    served: IntArray
    lost: IntArray
    backlog: IntArray
    job: IntArray


@dataclass(kw_only=True)
class _Model:
    lp: LinearProgram
    campuses: list[_CampusColumns] = field(default_factory=list)
    stores: list[tuple[IntArray, IntArray, IntArray]] = field(default_factory=list)


def solve_schedule(
    network: Network,
    series: GridSeries,
    campuses: Sequence[OracleCampus],
    rules: GridRules | None = None,
    *,
    has_grid_storage: bool = True,
    wear_usd_per_mwh: float = 1e-3,
    solver: str = "simplex",
) -> ScheduleResult:
    """Least cost of all hours of ``series``; campus outage k in ``rules.outages`` is the k-th campus."""
    rules = rules if rules is not None else GridRules()
    model, hours = _Model(lp=LinearProgram()), len(series)
    connected = np.array([c.connected_mw for c in campuses])
    meter = model.lp.add_columns((hours, len(campuses)), 0.0, connected)
    for k, campus in enumerate(campuses):
        columns = _add_workloads(model.lp, campus, hours)
        model.campuses.append(columns)
        store = _add_store(model, campus.storage, hours, wear_usd_per_mwh) if campus.storage else None
        _add_meter(model.lp, campus, meter[:, k], columns, store)
    grid_store = []
    if has_grid_storage:
        table = network.storage
        for k in range(len(table)):
            one = OracleStorage(
                p_mw=table.p_mw[k], e_mwh=table.e_mwh[k], efficiency_roundtrip_frac=table.efficiency_roundtrip_frac[k]
            )
            grid_store.append((table.bus[k : k + 1], _add_store(model, one, hours, wear_usd_per_mwh)))
    withdrawals = [(bus, ch[:, None], 1.0) for bus, (ch, _, _) in grid_store]
    withdrawals += [(bus, dis[:, None], -1.0) for bus, (_, dis, _) in grid_store]
    bus = np.array([network.bus_index(c.bus) for c in campuses], dtype=np.int64)
    grid = add_grid(model.lp, network, series, rules, (bus, meter), tuple(withdrawals))
    return _result(network, campuses, rules, model, grid, model.lp.solve(solver), wear_usd_per_mwh)


def base_usd(network: Network, series: GridSeries, rules: GridRules | None = None) -> FloatArray:
    """Cost of each hour without campuses and with grid storage idle, dims (time,) [USD]."""
    rules = rules if rules is not None else GridRules()
    alone = replace(rules, outages=tuple(o for o in rules.outages if o.kind != "campus"))
    return np.array([solve_hour(network, series, h, None, alone).objective_usd_per_hour for h in range(len(series))])


def _add_workloads(lp: LinearProgram, campus: OracleCampus, hours: int) -> _CampusColumns:
    asked = np.asarray(campus.baseline_mw, dtype=float)
    deadline = np.array([c.deadline_h for c in campus.classes])
    value = np.array([c.value_usd_per_mwh for c in campus.classes])[:, None]
    shed = 0.0 if campus.is_firm else np.array([c.shed_frac for c in campus.classes])[:, None]
    installed = np.array(campus.share_frac)[:, None] * campus.connected_mw
    served = lp.add_columns(asked.shape, 0.0, np.maximum(installed, asked))
    lost = lp.add_columns(asked.shape, 0.0, shed * asked, value)
    backlog = lp.add_columns(asked.shape, 0.0, INF)
    before = [(backlog[:, 1:], 1.0), (backlog[:, :-1], -1.0), (served[:, 1:], 1.0), (lost[:, 1:], 1.0)]
    lp.add_rows(asked[:, 1:], asked[:, 1:], before)
    lp.add_rows(asked[:, 0], asked[:, 0], [(backlog[:, 0], 1.0), (served[:, 0], 1.0), (lost[:, 0], 1.0)])
    lp.add_rows(0.0, 0.0, [(backlog[:, -1], 1.0)])
    cumulative = np.cumsum(asked, axis=1)
    for k, delay in enumerate(deadline):
        due = np.concatenate([np.zeros(min(delay, hours)), cumulative[k, : max(hours - delay, 0)]])
        lp.add_rows(-INF, cumulative[k] - due, [(backlog[k], 1.0)])
        least = campus.classes[k].min_power_frac
        if delay > 0:
            lp.add_rows(least * asked[k], INF, [(served[k], 1.0), (lost[k], least)])
    if np.isfinite(campus.max_energy_frac) and not campus.is_firm:
        matrix = sparse.coo_array(np.ones((1, lost.size)))
        lp.add_rows(-INF, campus.max_energy_frac * asked.sum(), [], [(matrix, lost.ravel())], shape=(1,))
    return _CampusColumns(served=served, lost=lost, backlog=backlog, job=_add_jobs(lp, campus, hours))


def _add_jobs(lp: LinearProgram, campus: OracleCampus, hours: int) -> IntArray:
    time = np.arange(hours)
    upper = np.zeros((len(campus.jobs), hours))
    for k, job in enumerate(campus.jobs):
        upper[k] = np.where((time >= job.release) & (time < job.deadline), job.p_max_mw, 0.0)
    columns = lp.add_columns(upper.shape, 0.0, upper)
    for k, job in enumerate(campus.jobs):
        matrix = sparse.coo_array(np.ones((1, hours)))
        lp.add_rows(job.energy_mwh, job.energy_mwh, [], [(matrix, columns[k])], shape=(1,))
    return columns


def _add_store(
    model: _Model, storage: OracleStorage, hours: int, wear_usd_per_mwh: float
) -> tuple[IntArray, IntArray, IntArray]:
    """e_t = e_{t-1} + sqrt(eta) ch - dis / sqrt(eta), half full at both ends."""
    lp, root = model.lp, float(np.sqrt(storage.efficiency_roundtrip_frac))
    charge = lp.add_columns((hours,), 0.0, storage.p_mw, wear_usd_per_mwh)
    discharge = lp.add_columns((hours,), 0.0, storage.p_mw, wear_usd_per_mwh)
    energy = lp.add_columns((hours,), 0.0, storage.e_mwh)
    half = storage.e_mwh / 2
    lp.add_rows(half, half, [(energy[:1], 1.0), (charge[:1], -root), (discharge[:1], 1 / root)])
    later = [(energy[1:], 1.0), (energy[:-1], -1.0), (charge[1:], -root), (discharge[1:], 1 / root)]
    lp.add_rows(0.0, 0.0, later)
    lp.add_rows(half, half, [(energy[-1:], 1.0)])
    model.stores.append((charge, discharge, energy))
    return charge, discharge, energy


def _add_meter(
    lp: LinearProgram,
    campus: OracleCampus,
    meter: IntArray,
    columns: _CampusColumns,
    store: tuple[IntArray, IntArray, IntArray] | None,
) -> None:
    """u = sum of p and q + ch - dis; sum of p and q at or above the idle floor."""
    work = [(row, 1.0) for row in (*columns.served, *columns.job)]
    charge = [(store[0], 1.0), (store[1], -1.0)] if store is not None else []
    lp.add_rows(0.0, 0.0, [*work, *charge, (meter, -1.0)])
    lp.add_rows(campus.idle_floor_frac * np.asarray(campus.baseline_mw).sum(axis=0), INF, work)


def _result(
    network: Network,
    campuses: Sequence[OracleCampus],
    rules: GridRules,
    model: _Model,
    grid: GridColumns,
    solved: LpResult,
    wear_usd_per_mwh: float,
) -> ScheduleResult:
    if not solved.is_optimal:
        msg = f"the schedule is {solved.status}"
        raise ArithmeticError(msg)
    value, hours = solved.value, len(grid.flow)
    store = [np.array([value[s[k]] for s in model.stores]).reshape(-1, hours).T for k in range(3)]
    lost = [value[c.lost] for c in model.campuses]
    prices = [np.array([c.value_usd_per_mwh for c in one.classes]) for one in campuses]
    over_mw = sum((over.sum(axis=1) for _, over in grid.overload_mw(value)), start=np.zeros(hours))
    p_generator, unserved = value[grid.p_generator], value[grid.unserved]
    lost_work_usd = float(sum((price @ x.sum(axis=1) for price, x in zip(prices, lost, strict=True)), start=0.0))
    return ScheduleResult(
        status=solved.status,
        objective_usd=solved.objective,
        lost_work_usd=lost_work_usd,
        wear_usd=wear_usd_per_mwh * float(store[0].sum() + store[1].sum()),
        cost_usd=_production_usd(network, p_generator)
        + rules.unserved_usd_per_mwh * unserved.sum(axis=1)
        + rules.overload_usd_per_mwh * over_mw,
        p_campus_mw=value[grid.campus],
        p_workload_mw=tuple(value[c.served] for c in model.campuses),
        p_curtailed_mw=tuple(lost),
        backlog_mwh=tuple(value[c.backlog] for c in model.campuses),
        p_job_mw=tuple(value[c.job] for c in model.campuses),
        p_charge_mw=store[0],
        p_discharge_mw=store[1],
        e_storage_mwh=store[2],
        p_generator_mw=p_generator,
        p_dc_line_mw=value[grid.p_dc_line],
        flow_mw=value[grid.flow],
        unserved_mw=unserved,
        spill_mw=value[grid.spill],
        overload_mwh=float(over_mw.sum()),
        lmp_usd_per_mwh=solved.row_dual[grid.balance],
    )


def _production_usd(network: Network, p_generator_mw: FloatArray) -> FloatArray:
    """Cost of outputs with blocks filled from the first, dims (time,)."""
    width, price = network.generator.block_width_mw, network.generator.block_cost_usd_per_mwh
    earlier = np.cumsum(width, axis=1) - width
    filled = np.clip(p_generator_mw[:, :, None] - earlier[None], 0.0, width[None])
    return (filled * price[None]).sum(axis=(1, 2))
