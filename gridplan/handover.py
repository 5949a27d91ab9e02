"""The grid of a finished run as a case: the chosen campuses and reinforcements in it, for the planner's own tool.

Comes in: a run folder, and the planner's original file where the changes should go into that. Goes out: a GridCase
at the operating point of one hour. The run folder is only read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.errors import FileError, Finding, Place, input_error
from gridplan.network.case import CaseLoads, GridCase
from gridplan.network.case_of_network import case_of_network
from gridplan.network.model import FloatArray, Network, positions
from gridplan.solution import NETWORK_JSON, PLAN_JSON, STUDY_JSON
from gridplan.store.hour_of_run import RunHour, read_hour
from gridplan.store.network_json import read_network_json


@dataclass(frozen=True, kw_only=True)
class Handover:
    """The changed case and what was changed, in words; ``p_campus_mw`` by campus id."""

    case: GridCase
    year: int
    hour_local: str
    changes: tuple[str, ...]
    p_campus_mw: Mapping[str, float]


def run_case(
    run_dir: Path, *, year: int | None = None, hour: int | None = None, onto: GridCase | None = None
) -> Handover:
    """Case of a run with its campuses at their connected MW and its reinforcements built.

    Parameters
    ----------
    run_dir : Path
        Folder of a finished run.
    year : int, optional
        Studied year; default the last.
    hour : int, optional
        Studied hour, counted from 0, whose load and dispatch are taken; default the hour of highest load. Without the
        hourly files of the run the static loads of the network are kept.
    onto : GridCase, optional
        Original case to change; its bus, branch and unit ids must be those of the run. Default the network of the run.

    Raises
    ------
    FileError
        If the folder holds no finished run.
    InputError
        If the year or hour was not studied, or ``onto`` lacks an element the run changes.
    """
    plan, study = _document(run_dir, PLAN_JSON), _document(run_dir, STUDY_JSON)
    network = read_network_json(run_dir / NETWORK_JSON)
    chosen = _year(plan, year, run_dir)
    entry = plan["years"][str(chosen)]
    moment = read_hour(run_dir, chosen, hour)
    case = case_of_network(network) if onto is None else onto
    changes: list[str] = []
    case = _with_operating_point(case, network, moment, changes)
    case = _with_retirements(case, entry, changes)
    case = _with_upgrades(case, entry, changes)
    case, p_campus_mw = _with_campuses(case, entry, study, changes)
    case = _balanced(case, moment, p_campus_mw, changes)
    label = f"{chosen} {moment.local}" if moment else f"{chosen}"
    return Handover(
        case=replace(case, name=f"{case.name}_{chosen}"),
        year=chosen,
        hour_local=label,
        changes=tuple(changes),
        p_campus_mw=p_campus_mw,
    )


def is_run(path: Path) -> bool:
    """Whether a path is the folder of a run."""
    return path.is_dir() and (path / PLAN_JSON).is_file() and (path / NETWORK_JSON).is_file()


def _document(run_dir: Path, name: str) -> dict[str, Any]:
    path = run_dir / name
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as reason:
        raise FileError(f"{path} cannot be read: {reason}; give the folder of a finished run") from None
    if not isinstance(document, dict):
        raise FileError(f"{path} holds no object; give the folder of a finished run")
    return document


def _year(plan: Mapping[str, Any], year: int | None, run_dir: Path) -> int:
    studied = [int(y) for y in plan["years"]]
    if year is None:
        return studied[-1]
    if year not in studied:
        words = ", ".join(map(str, studied))
        raise input_error("GP-CNV-002", f"year {year} was not studied", f"give one of {words}", Place(file=run_dir))
    return year


def _with_operating_point(case: GridCase, network: Network, moment: RunHour | None, changes: list[str]) -> GridCase:
    """Load, units and dc lines at the hour; Mvar of a bus follow its MW."""
    if moment is None:
        changes.append("loads and units as the network states them: the run holds no hourly files")
        return case
    at = positions(case.load.bus, network.bus.id)
    counts = (at >= 0) & case.load.in_service
    n_bus = len(network.bus)
    static = np.bincount(at[counts], weights=case.load.p_mw[counts], minlength=n_bus).astype(np.float64)
    factor = np.divide(moment.p_load_mw, static, out=np.ones(n_bus), where=static != 0)
    scale = np.where(counts, factor[at], 1.0)
    case = case.with_table("load", p_mw=case.load.p_mw * scale, q_mvar=case.load.q_mvar * scale)
    case = _with_new_loads(case, network, moment.p_load_mw, static)
    case = case.with_table("generator", p_mw=_taken(case.generator.id, case.generator.p_mw, moment.p_generator_mw))
    case = case.with_table("dc_line", p_mw=_taken(case.dc_line.id, case.dc_line.p_mw, moment.p_dc_line_mw))
    total = float(moment.p_load_mw.sum())
    changes.append(f"load of {total:,.1f} MW and dispatch of the hour {moment.local}")
    return case


def _taken(ids: tuple[str, ...], default: FloatArray, values: Mapping[str, float]) -> FloatArray:
    return np.array([values.get(name, d) for name, d in zip(ids, default, strict=True)], dtype=np.float64)


def _with_new_loads(case: GridCase, network: Network, p_load_mw: FloatArray, static: FloatArray) -> GridCase:
    """Loads of the prior queue at buses that have no load of their own."""
    for b in np.flatnonzero((static == 0) & (p_load_mw > 0)):
        case = _with_load(case, f"{network.bus.id[b]}_queue", network.bus.id[b], float(p_load_mw[b]), 0.0)
    return case


def _with_retirements(case: GridCase, entry: Mapping[str, Any], changes: list[str]) -> GridCase:
    gone = set(entry.get("retired_generators") or ())
    if not gone:
        return case
    off = np.array([name in gone for name in case.generator.id], dtype=bool)
    changes += [f"unit {name} out of service: retired" for name in sorted(gone)]
    in_service, p_mw = case.generator.in_service & ~off, np.where(off, 0.0, case.generator.p_mw)
    return case.with_table("generator", in_service=in_service, p_mw=p_mw)


def _with_upgrades(case: GridCase, entry: Mapping[str, Any], changes: list[str]) -> GridCase:
    row = {name: k for k, name in enumerate(case.branch.id)}
    normal, emergency = case.branch.rating_normal_mva.copy(), case.branch.rating_emergency_mva.copy()
    short_time = case.branch.rating_short_time_mva.copy()
    for upgrade in entry["reinforcements"]:
        if not upgrade["built"]:
            continue
        name = upgrade["branch"]
        if name not in row:
            raise _missing(case, "branch", name)
        k = row[name]
        changes.append(
            f"branch {name}: {normal[k]:g}/{emergency[k]:g} MVA -> {upgrade['rating_normal_mva']:g}/"
            f"{upgrade['rating_emergency_mva']:g} MVA ({upgrade['id']})"
        )
        normal[k], emergency[k] = upgrade["rating_normal_mva"], upgrade["rating_emergency_mva"]
        short_time[k] = max(short_time[k], emergency[k])
    return case.with_table(
        "branch", rating_normal_mva=normal, rating_emergency_mva=emergency, rating_short_time_mva=short_time
    )


def _with_campuses(
    case: GridCase, entry: Mapping[str, Any], study: Mapping[str, Any], changes: list[str]
) -> tuple[GridCase, dict[str, float]]:
    factor = {campus["id"]: campus["power_factor"]["operating"] for campus in study["campuses"]}
    p_campus_mw: dict[str, float] = {}
    for campus in entry["campuses"]:
        p_mw, bus, name = float(campus["connected_mw"]), campus["bus"], campus["id"]
        if not bus or p_mw <= 0:
            changes.append(f"campus {name} is not connected")
            continue
        if bus not in case.bus_row:
            raise _missing(case, "bus", bus)
        q_mvar = p_mw * math.tan(math.acos(factor.get(name, 1.0)))
        case = _with_load(case, f"{bus}_{name}", bus, p_mw, q_mvar)
        p_campus_mw[name] = p_mw
        changes.append(f"campus {name}: {p_mw:g} MW and {q_mvar:.1f} Mvar at bus {bus}")
    return case, p_campus_mw


def _with_load(case: GridCase, name: str, bus: str, p_mw: float, q_mvar: float) -> GridCase:
    load = case.load
    more = CaseLoads(
        id=(*load.id, name),
        bus=(*load.bus, bus),
        p_mw=np.append(load.p_mw, p_mw),
        q_mvar=np.append(load.q_mvar, q_mvar),
        in_service=np.append(load.in_service, True),
    )
    return replace(case, load=more)


def _balanced(case: GridCase, moment: RunHour | None, p_campus_mw: Mapping[str, float], changes: list[str]) -> GridCase:
    """Dispatch raised by what the campuses draw at contract above their schedule, in proportion to free capacity."""
    if moment is None:
        return case
    missing_mw = sum(p_campus_mw.values()) - sum(moment.p_campus_mw.values())
    unit = case.generator
    free = np.where(unit.in_service & (unit.p_max_mw > unit.p_mw), unit.p_max_mw - unit.p_mw, 0.0)
    if abs(missing_mw) < 1e-6 or free.sum() <= 0:
        return case
    share = free / free.sum() if missing_mw > 0 else unit.p_mw.clip(0.0) / max(unit.p_mw.clip(0.0).sum(), 1e-9)
    changes.append(f"units share {missing_mw:,.1f} MW by which contracts differ from the schedule of the hour")
    return case.with_table("generator", p_mw=unit.p_mw + share * missing_mw)


def _missing(case: GridCase, kind: str, name: str) -> Exception:
    message = f"{kind} {name} of the run does not exist in {case.origin.file or case.name}"
    remedy = "give the file that the study was run on"
    return input_error("GP-CNV-003", message, remedy, Place(file=case.origin.file))


def findings_of_changes(handover: Handover) -> tuple[Finding, ...]:
    """One note a change, so that a reader of the exported case sees what is new in it."""
    remedy = "nothing to do"
    return tuple(
        Finding(code="GP-CNV-001", severity="note", message=words, remedy=remedy) for words in handover.changes
    )
