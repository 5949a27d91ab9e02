"""AC check of a studied year: hours, outages and injections chosen from its plan.

Comes in: a YearPlan. Goes out: ac.json's entry for the year. The flat contract MW of the siting
are checked, not the milder modelled schedule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import Grid, unit_output_mw
from gridplan.dispatch.rows import INTACT, RowKey
from gridplan.dispatch.screen import limit_mw, pair_flow_mw, suspicious_pairs
from gridplan.dispatch.year import YearDispatch, YearResult, result_at, state_mw
from gridplan.network.contingency import Contingency
from gridplan.network.model import FloatArray, Network
from gridplan.plan.case import YearCase
from gridplan.plan.local_hour import hour_text
from gridplan.plan.sites import YearSites
from gridplan.plan.study_year import YearPlan
from gridplan.verify.ac_certificate import AcCertificate
from gridplan.verify.ac_check import check_ac, largest_passing_mw
from gridplan.verify.ac_hour import AcCriteria, AcHour, AcPoi
from gridplan.verify.ac_pandapower import second_opinion
from gridplan.verify.ac_selection import critical_hours, outages_near
from gridplan.verify.ac_state import AcInjections, AcState, served_injections

#: Hours and outages in which smaller sizes are tried after a failed check: to search, and to prove.
FEW_HOURS, FEW_OUTAGES, TRIED_HOURS = 2, 10, 6
#: Loading above which a pair can be among the worst [share of the limit].
WORST_FROM = 0.9
WORST_COUNT = 20
BINDING_DUAL_USD_PER_MWH = 1.0e-3


@dataclass(frozen=True, kw_only=True)
class _Setting:
    """What stays the same while MW are tried: grid, connected sites, hours and outages."""

    case: YearCase
    grid: Grid
    network: Network
    connected: tuple[int, ...]
    pois: tuple[AcPoi, ...]
    criteria: AcCriteria
    labels: dict[int, str]
    outages: tuple[Contingency, ...]
    rows: tuple[RowKey, ...]

    def site(self, campus: str) -> int:
        """Position of a campus's chosen site among the plan points."""
        return self.connected[[p.campus for p in self.pois].index(campus)]


def check_year(plan: YearPlan, farm: Farm, progress: Callable[[str], None]) -> dict[str, Any]:
    """AC certificate of a studied year as JSON.

    Where a campus fails, the largest MW of it that pass are looked for, and the others are judged
    again beside that size: the one that fails most often is reduced first.
    """
    sites = plan.sites
    if sites is None or sites.result.sites_mw.sum() <= 0:
        return {"is_passed": True, "text": "no campus is connected: nothing to check", "verdicts": []}
    setting = _setting(plan.case, sites)
    hours = sorted(setting.labels)
    mw = sites.result.sites_mw - sites.result.curtailed_mw
    progress(f"AC check: {len(hours)} hours, {len(setting.outages)} outages")
    dispatch = result_at(sites.result.dispatch, np.asarray(hours))
    certificate = _check(setting, dispatch, mw[hours], farm)
    answer = certificate.to_json()
    answer["hours"] = [{"time": t, "label": setting.labels[t]} for t in hours]
    answer["second_opinion"] = _second_opinion(setting, dispatch, mw[hours])
    final = {v["campus"]: v for v in answer["verdicts"]}
    failed: dict[str, float] = {}
    while failing := [v for v in certificate.verdicts if not v.is_passed and v.campus not in failed]:
        worst = max(failing, key=lambda v: (v.n_failed_cases, v.campus)).campus
        progress(f"AC check: largest MW of {worst} that pass")
        failed[worst] = _largest(setting, certificate, worst, mw, farm)
        final[worst]["largest_passing_mw"] = failed[worst]
        mw[:, setting.site(worst)] = np.minimum(mw[:, setting.site(worst)], failed[worst])
        if len(failed) == len(final):
            break
        certificate = _check(setting, _dispatched(setting, hours, mw[hours]), mw[hours], farm)
        beside = ", ".join(f"{name} at {size:,.0f} MW" for name, size in failed.items())
        for verdict in certificate.to_json()["verdicts"]:
            if verdict["campus"] not in failed:
                final[verdict["campus"]] = {**verdict, "text": f"{verdict['text']} (beside {beside})"}
    answer["verdicts"] = [final[v["campus"]] for v in answer["verdicts"]]
    answer["is_passed"] = not failed
    return answer


def _dispatched(setting: _Setting, hours: Sequence[int], u_mw: FloatArray) -> YearResult:
    year = YearDispatch(setting.grid, raised_mw=setting.case.raised_mw, rows=list(setting.rows))
    return year.evaluate(np.asarray(hours), u_mw)


def _setting(case: YearCase, sites: YearSites) -> _Setting:
    study, network = case.study, case.network
    requests = {c.id: c for c in study.campuses}
    pairs = [tuple(p.id.split("@", 1)) for p in sites.points]
    connected = tuple(int(k) for k in np.flatnonzero(sites.result.sites_mw > 0))
    grid = case.grid(sites.points, limits=sites.limits)
    pois = tuple(
        AcPoi(
            campus=pairs[k][0],
            bus=network.bus_index(pairs[k][1]),
            power_factor=requests[pairs[k][0]].power_factor.operating,
        )
        for k in connected
    )
    labels = _hours(case, sites, grid)
    worst = _worst_pairs(grid, state_mw(grid, sites.result.dispatch))
    voltage = study.criteria.voltage_pu
    criteria = AcCriteria(
        intact_pu=voltage.intact,
        after_outage_pu=voltage.after_outage,
        step_max_pu=voltage.step_max,
        pre_existing=study.criteria.pre_existing,
        is_loss_in_load=True,
    )
    return _Setting(
        case=case,
        grid=grid,
        network=strengthened(network, case, sites),
        connected=connected,
        pois=pois,
        criteria=criteria,
        labels=labels,
        outages=_outages(case, grid, sites, pois, worst),
        rows=sites.result.rows,
    )


def strengthened(network: Network, case: YearCase, sites: YearSites) -> Network:
    """Network with the ratings of the built reinforcements."""
    normal, emergency = network.branch.rating_normal_mva.copy(), network.branch.rating_emergency_mva.copy()
    short_time = network.branch.rating_short_time_mva.copy()
    for option in case.study.reinforcements:
        if sites.built.get(option.id, 0.0) > 0.5:
            k = network.branch.id.index(option.branch)
            normal[k] = max(normal[k], option.rating_normal_mva)
            emergency[k] = max(emergency[k], option.rating_emergency_mva)
            short_time[k] = max(short_time[k], option.rating_emergency_mva)
    return network.with_branch(
        rating_normal_mva=normal, rating_emergency_mva=emergency, rating_short_time_mva=short_time
    )


def _hours(case: YearCase, sites: YearSites, grid: Grid) -> dict[int, str]:
    result = sites.result.dispatch
    campus_mw = result.u_mw.sum(axis=1)
    load = case.series.load_mw.sum(axis=1) + campus_mw
    variable = np.isin(np.array(case.network.generator.unit_type), ("WIND", "PV", "RTPV", "CSP", "HYDRO", "ROR"))
    output = unit_output_mw(grid, result.column_mw, result.hours)
    net = load - output[:, variable].sum(axis=1)
    binding = (np.abs(result.row_dual[:, 1:]) > BINDING_DUAL_USD_PER_MWH).sum(axis=1)
    chosen = critical_hours(load, net, _import_mw(case, sites, output), binding)
    zone = case.study.timezone
    return {h.time: f"{hour_text(case.series.time_utc[h.time], zone)} ({h.label})" for h in chosen}


def _import_mw(case: YearCase, sites: YearSites, output_mw: FloatArray) -> FloatArray:
    """Import of the area that takes most campus MW, dims (time,) [MW]."""
    area = np.array(case.network.bus.area)
    campus = np.zeros((case.hours, len(area)))
    for k, point in enumerate(sites.points):
        campus[:, point.bus] += sites.result.dispatch.u_mw[:, k]
    most = max(sorted(set(area)), key=lambda a: campus[:, area == a].sum())
    inside = area == most
    generated = output_mw[:, inside[case.network.generator.bus]].sum(axis=1)
    return np.asarray(case.series.load_mw[:, inside].sum(axis=1) + campus[:, inside].sum(axis=1) - generated)


def _worst_pairs(grid: Grid, state: FloatArray) -> list[tuple[int, RowKey]]:
    """The most loaded (branch, outage) pairs of the DC screen, each with its worst hour, worst first."""
    found = []
    for key in suspicious_pairs(grid, state, WORST_FROM):
        if key[1] == INTACT:
            continue
        loading = np.abs(pair_flow_mw(grid, state, key)) / limit_mw(grid, key)
        worst = int(loading.argmax())
        found.append((float(loading[worst]), worst, key))
    found.sort(key=lambda item: (-item[0], item[1], item[2]))
    return [(time, key) for _, time, key in found[:WORST_COUNT]]


def _outages(
    case: YearCase, grid: Grid, sites: YearSites, pois: Sequence[AcPoi], worst: Sequence[tuple[int, RowKey]]
) -> tuple[Contingency, ...]:
    """Outages near every POI, those that bind in the dispatch, those of the worst pairs and every connected campus."""
    listed = [c for c in grid.outages.contingencies if not c.campuses]
    rating = case.study.criteria.contingencies.categories.P1.rating
    lost = [Contingency(id=f"campus {poi.campus}", campuses=(k,), rating=rating) for k, poi in enumerate(pois)]
    chosen = {c.id: c for poi in pois for c in outages_near(case.network, poi.bus, listed)}
    dual = np.abs(sites.result.dispatch.row_dual[:, 1:]).max(axis=0, initial=0.0)
    binding = [k for k, d in zip(sites.result.rows, dual, strict=False) if d > BINDING_DUAL_USD_PER_MWH]
    for key in [*binding, *(key for _, key in worst)]:
        if key[1] != INTACT and not grid.outages.contingencies[key[1]].campuses:
            outage = grid.outages.contingencies[key[1]]
            chosen.setdefault(outage.id, outage)
    return (*chosen.values(), *lost)


def injections(case: YearCase, grid: Grid, result: YearResult) -> list[AcInjections]:
    """AC injections of solved hours, campuses apart."""
    output = unit_output_mw(grid, result.column_mw, result.hours)
    columns = grid.columns
    found = []
    for i, hour in enumerate(result.hours):
        by_kind = {kind: np.zeros(len(case.network.bus)) for kind in ("unserved", "spill")}
        for kind, at_bus in by_kind.items():
            own = columns.of(kind)
            at_bus[columns.owner[own]] = result.column_mw[i, own]
        dc = np.zeros(len(case.network.dc_line))
        dc[columns.owner[columns.of("dc_line")]] = result.column_mw[i, columns.of("dc_line")]
        found.append(
            served_injections(
                case.network,
                p_generator_mw=output[i],
                p_dc_line_mw=dc,
                load_mw=case.series.load_mw[hour],
                p_unserved_mw=by_kind["unserved"],
                p_spill_mw=by_kind["spill"],
                p_available_mw=case.series.p_max_mw[hour],
            )
        )
    return found


def _check(
    setting: _Setting,
    dispatch: YearResult,
    u_mw: FloatArray,
    farm: Farm,
    outages: Sequence[Contingency] | None = None,
) -> AcCertificate:
    """Certificate of the given hours at withdrawals ``u_mw``, dims (time, site)."""
    case = setting.case
    base = result_at(case.base_at(setting.grid.n_point), dispatch.hours)
    with_campus = injections(case, setting.grid, dispatch)
    without = injections(case, setting.grid, base)
    hours = [
        AcHour(
            label=f"{setting.labels[int(hour)]}",
            time=int(hour),
            injections=with_campus[i],
            base=without[i],
            p_campus_mw=u_mw[i, list(setting.connected)],
        )
        for i, hour in enumerate(dispatch.hours)
    ]
    return check_ac(setting.network, hours, setting.pois, outages or setting.outages, setting.criteria, farm)


def _second_opinion(setting: _Setting, dispatch: YearResult, u_mw: FloatArray) -> dict[str, Any]:
    """Pandapower's own AC power flow of the first critical hour against ours."""
    first = injections(setting.case, setting.grid, dispatch)[0]
    p, q = np.zeros(len(setting.network.bus)), np.zeros(len(setting.network.bus))
    for poi, mw in zip(setting.pois, u_mw[0, list(setting.connected)], strict=True):
        p[poi.bus] += mw
        q[poi.bus] += mw * np.tan(np.arccos(poi.power_factor))
    found = second_opinion(setting.network, AcState(injections=first, p_campus_mw=p, q_campus_mvar=q))
    return {
        "engine": "pandapower",
        "hour": setting.labels[int(dispatch.hours[0])],
        "max_dvm_pu": float(found.max_dvm_pu),
        "is_agreed": bool(found.is_agreed),
    }


def _largest(setting: _Setting, certificate: AcCertificate, campus: str, mw: FloatArray, farm: Farm) -> float:
    """Largest MW of one campus, in its blocks, that pass where its full MW fail; the other campuses stay.

    Sizes are tried where most failed, and the one found is proved in the ``TRIED_HOURS`` hours with
    most failures against every outage that failed.
    """
    site = setting.site(campus)
    counted = [v for v in certificate.violations if v.is_counted and campus in v.campuses]
    times = [time for time, _ in Counter(v.time for v in counted).most_common(TRIED_HOURS)]
    names = [name for name, _ in Counter(v.outage for v in counted).most_common()]
    block = next(c.block_mw for c in setting.case.study.campuses if c.id == campus)

    def passes(size_mw: float, hours: Sequence[int], outages: Sequence[str]) -> bool:
        trial = mw[sorted(hours)].copy()
        trial[:, site] = np.minimum(trial[:, site], size_mw)
        dispatch = _dispatched(setting, sorted(hours), trial)
        listed = [o for o in setting.outages if o.id in outages] or list(setting.outages[:1])
        verdicts = _check(setting, dispatch, trial, farm, listed).verdicts
        return next(v.is_passed for v in verdicts if v.campus == campus)

    few_hours, few_outages = times[:FEW_HOURS], names[:FEW_OUTAGES]
    size = largest_passing_mw(lambda x: passes(x, few_hours, few_outages), float(mw[:, site].max()), block)
    while size > 0 and not passes(size, times, names):
        size = max(size - block, 0.0)
    return size
