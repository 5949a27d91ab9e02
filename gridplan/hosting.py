"""The verb ``hosting``: MW that single buses can take, and what limits them.

Comes in: a study file or a network. Goes out: the JSON shape of the command contract. A bare network is
one snapshot: ``p_load_mw`` of its buses, every unit free between ``p_min_mw`` and ``p_max_mw``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gridplan.bus_table import (
    WHOLE_TABLE,
    BusTable,
    bus_rows,
    buses_from,
    place_of,
    table_heading,
    write_table,
)
from gridplan.conditional import Budget, HourlyCapacity, budgets_asked, conditional_curve
from gridplan.dispatch.farm import Crew, Farm
from gridplan.load_only.rule import LocalHours
from gridplan.network.policy import Policy
from gridplan.plan.all_buses import MOST_HOURS, most_mw_of
from gridplan.plan.case import YearCase, year_case
from gridplan.plan.dependence import unit_dependence
from gridplan.plan.local_hour import hour_text
from gridplan.plan.poi import PoiCapacity, binding_text, firm_mw, poi_capacity_of
from gridplan.plan.runback import RunbackCapacity, runback_capacities, runback_fields, runs_back
from gridplan.series.clock import local_clock
from gridplan.shaped_capacity import check_shape, shaped_fields
from gridplan.snapshot import Security
from gridplan.solution import SCHEMA_VERSION
from gridplan.store.checkpoint import Checkpoint, unfinished_folder
from gridplan.store.fingerprint import Fingerprints
from gridplan.store.versions import makers
from gridplan.study.schema import Study, Terms
from gridplan.study_ground import Service, StudyGround, buses_of, check_known, open_ground

Progress = Callable[[str], None]
CurtailmentMode = Literal["preventive", "post_contingency"]

RADIAL = "radial supply: one outage cuts the bus off"


def hosting_study(
    target: Path | str,
    *,
    buses: Sequence[str] = (),
    all_buses: bool = False,
    security: Security | None = None,
    service: Service = "firm",
    budget_frac: float | None = None,
    budget_hours: Sequence[int] = (),
    curtailment_mode: CurtailmentMode | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    policy: Policy | None = None,
    crew: Crew | None = None,
    resume: bool = False,
    table: BusTable = WHOLE_TABLE,
    shape: str | None = None,
    units: bool = False,
) -> dict[str, Any]:
    """Largest MW of single buses, each alone on the grid, flat in every studied hour, before any reinforcement.

    Parameters
    ----------
    target : path
        Study, network file, dataset folder or name of a dataset; a network alone is one snapshot (``snapshot_ground``).
    buses, all_buses :
        Buses to look at, or every bus; default the candidates of the study, or every bus of a network.
    security, service :
        Default what the study says, ``n-1`` for a network; ``conditional`` adds the MW above firm that a budget allows.
    budget_frac, budget_hours, curtailment_mode :
        Of a conditional service: curtailed energy per asked energy, hours for its curve, and how to curtail.
    workers, crew, progress, resume :
        Local processes, or who works instead; called with each stage; go on from what an equal call had finished.
    policy, table :
        What may be assumed of a network file; of all buses the least voltage, and where to write the files.
    shape, units :
        A campus of the study whose hours a load follows; whether to name the units that the MW of a bus depend on.

    Raises
    ------
    InputError, FileError, InfeasibleError, ResourceError
    """
    tell = progress or (lambda _: None)
    tell("reading the grid")
    target = Path(target)
    given = open_ground(target, policy, security)
    check_known(given.network, buses, target)
    check_shape(given.study, shape, target)
    is_all = all_buses or (given.is_network and not buses)
    from_kv = table.prepared(given.network, target) if is_all else 0.0
    names = buses_from(given.network, from_kv) if is_all else buses_of(given.study, buses)
    asked = _Asked(names, service, budget_frac, tuple(budget_hours), curtailment_mode, is_all, from_kv, shape, units)
    keeper = _checkpoint(target, given, resume, tell)
    with keeper, Farm(workers or given.study.solve.workers, crew=crew, keeper=keeper) as farm:
        rows, hours = _rows(given, asked, farm, tell)
    return _finished(given, asked, rows, hours, table if is_all else WHOLE_TABLE, tell)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of each bus."""

    names: Sequence[str]
    service: Service
    budget_frac: float | None
    budget_hours: tuple[int, ...]
    curtailment_mode: CurtailmentMode | None
    is_all: bool
    min_kv: float
    shape: str | None
    units: bool

    def are_together(self, case: YearCase) -> bool:
        """Whether the buses are worked out in one program: all of a grid, in few hours."""
        is_plain = self.service == "firm" and self.shape is None and not self.units
        return self.is_all and is_plain and case.hours <= MOST_HOURS


def _finished(
    given: StudyGround,
    asked: _Asked,
    rows: Sequence[Mapping[str, Any]],
    hours: int,
    table: BusTable,
    tell: Progress,
) -> dict[str, Any]:
    """The answer, and its files if a folder is given."""
    basis = given.basis(hours, asked.service)
    answer = _answer(rows, basis | ({"min_kv": asked.min_kv} if asked.is_all else {}), given.is_network)
    if table.folder is not None:
        tell(f"table and map in {table.folder}")
        answer["files"] = write_table(
            table.folder,
            table_heading(given.title, basis, is_synthetic=given.is_synthetic),
            answer["buses"],
            given.network,
        )
    return answer | {"findings": [finding.to_json() for finding in given.findings]}


def _rows(given: StudyGround, asked: _Asked, farm: Farm, tell: Progress) -> tuple[list[dict[str, Any]], int]:
    """Rows of all years and buses, and the count of hours."""
    study = given.study
    rows: list[dict[str, Any]] = []
    hours = 0
    for year in study.years:
        own = farm if given.is_network else farm.named(f"{year} ")
        tell("grid without campuses" if given.is_network else f"{year}: grid without campuses")
        case = year_case(study, year, given.network, given.series, own, sets=given.sets)
        hours = case.hours
        if asked.are_together(case):
            rows += bus_rows(case, asked.names, most_mw_of(case), farm=own, progress=tell, radial=RADIAL)
            continue
        found = _capacities(case, asked.names, own, tell)
        asking = [
            f for f in found if asked.service == "conditional" and runs_back(study, f.poi, asked.curtailment_mode)
        ]
        back = runback_capacities(case, asking, own, tell)
        local = LocalHours.of(local_clock(case.series.time_utc, study.timezone))
        more = [place_of(case.network, f.poi) if asked.is_all else {} for f in found]
        budgets = [_budget_frac(study, f.poi, asked.budget_frac) for f in found]
        parts = zip(found, budgets, more, strict=True)
        rows += [
            _row(case, local, f, asked, b, back.get(f.poi)) | place | _more(case, f, asked) for f, b, place in parts
        ]
    return rows, hours


def _more(case: YearCase, found: PoiCapacity, asked: _Asked) -> dict[str, Any]:
    """What is asked for beside the flat MW: the units they depend on, MW of a load with a shape."""
    more: dict[str, Any] = {}
    if asked.shape is not None:
        more |= shaped_fields(case, found, asked.shape, firm_mw(case, found))
    if asked.units:
        lost = unit_dependence(case, {found.poi: found})
        more["units"] = [{"generator": u.generator, "fuel": u.fuel, "mw_lost": u.mw_lost} for u in lost]
    return more


def _checkpoint(target: Path, given: StudyGround, resume: bool, tell: Progress) -> Checkpoint:
    """What is kept of an unfinished call, under ``reports``: nothing stands there unless it takes long."""
    fingerprints = Fingerprints()
    belongs_to = {
        "the study": given.study.work_digest,
        "the grid": fingerprints.of(given.network, given.sets),
        "its hours": fingerprints.of(given.series),
        **makers(),
    }
    return Checkpoint(
        folder=unfinished_folder(Path("reports") / f"{target.stem}.hosting"),
        belongs_to=belongs_to,
        is_resumed=resume,
        what=f"hosting of {target}",
        is_needed=False,
        tell=tell,
    )


def _answer(rows: Sequence[Mapping[str, Any]], basis: Mapping[str, Any], is_network: bool) -> dict[str, Any]:
    hidden = ("year", "binding_hour_local") if is_network else ()
    return {
        "schema_version": SCHEMA_VERSION,
        "status": "optimal",
        "bound": None,
        "gap": 0.0,
        "basis": dict(basis),
        "buses": [{name: value for name, value in row.items() if name not in hidden} for row in rows],
    }


def _capacities(case: YearCase, names: Sequence[str], farm: Farm, progress: Progress) -> list[PoiCapacity]:
    most = most_mw_of(case)
    tasks = [(name, most) for name in names]
    progress(f"capacity of {len(tasks)} buses" if len(tasks) > 1 else f"capacity of bus {names[0]}")
    return farm.map_shared(
        poi_capacity_of,
        case,
        tasks,
        lambda i: progress(f"capacity: {i + 1} of {len(tasks)} buses done"),
        name="capacity of buses",
    )


def _budget_frac(study: Study, bus: str, given: float | None) -> float:
    """Curtailed energy per asked energy: as given, else the least that a request at the bus accepts."""
    if given is not None:
        return given
    accepted = [campus.service.terms.max_energy_frac for campus in study.campuses if bus in campus.poi]
    return min(accepted, default=Terms().max_energy_frac)


def _row(
    case: YearCase,
    local: LocalHours,
    found: PoiCapacity,
    asked: _Asked,
    budget_frac: float,
    back: RunbackCapacity | None,
) -> dict[str, Any]:
    hosting = found.hosting
    firm = firm_mw(case, found)
    is_refused = found.is_radial and not case.study.criteria.accept_radial_supply
    row: dict[str, Any] = {
        "year": case.year,
        "bus": found.poi,
        "hosting_capacity_mw": firm + 0.0,
        "binding": RADIAL if is_refused else binding_text(hosting),
        "binding_hour_local": hour_text(case.series.time_utc[hosting.firm_hour], case.study.timezone),
        "is_radial": found.is_radial,
        "secure_mw": hosting.firm_mw,
        "intact_mw": found.firm_n0_mw,
        "headroom_mw": found.headroom_mw,
        "headroom_binding": found.headroom_binding,
        "generation_limited_hours": int(hosting.is_generation_limited.sum()),
    }
    if asked.service == "firm":
        return row
    point = HourlyCapacity(
        capacity_mw=hosting.capacity_mw if back is None else back.capacity_mw,
        is_generation_limited=hosting.is_generation_limited,
        most_mw=hosting.most_mw,
        firm_mw=firm,
    )
    budgets = budgets_asked(budget_frac, asked.budget_hours)
    curve = conditional_curve(point, local, case.series.load_mw.sum(axis=1), budgets)
    total = curve[budgets.index(Budget(energy_frac=budget_frac))]
    figures = ("total_mw", "conditional_mw", "hours", "energy_mwh", "longest_event_h", "depth_mw", "load_only_mw")
    mode = runback_fields(total["total_mw"], hosting.capacity_mw, back) if back else {"curtailment_mode": "preventive"}
    return row | {
        "curtailment_budget_frac": budget_frac,
        **{name: total[name] for name in figures},
        **mode,
        "curve": curve,
    }
