"""The verb ``screen``: what every single outage, and chosen pairs of outages, would overload in a year of flows.

Comes in: a study file or a network. Goes out: the JSON shape of the command contract, and tables. Nothing is planned:
the flows are those of a dispatch without campuses, or of one that feeds them as asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gridplan.dispatch.farm import Farm
from gridplan.dispatch.grid import Grid, PlanPoint
from gridplan.dispatch.headroom import transfer
from gridplan.dispatch.rows import INTACT
from gridplan.dispatch.screen_year import StateOf, YearScreen, block_hours, pairs_that_fit, screen_year
from gridplan.network.contingency import Rating
from gridplan.network.contingency_files.pairs import of_branches, pairs_of_words, read_pairs
from gridplan.network.model import FloatArray, Network
from gridplan.network.outage_effects import without_pickup
from gridplan.network.policy import Policy
from gridplan.plan.base_case import base_dispatch
from gridplan.plan.case import listed_outages, year_grid
from gridplan.plan.pair_outages import Pair, both_at_once, one_after_the_other, without_supply
from gridplan.series.model import GridSeries
from gridplan.snapshot import SNAPSHOT_BASIS
from gridplan.solution import SCHEMA_VERSION
from gridplan.store.folder import write_together
from gridplan.store.screen_tables import (
    PAIR_COLUMNS,
    PAIRS_CSV,
    SCREEN_COLUMNS,
    SCREEN_CSV,
    Row,
    pair_row,
    screen_rows,
    table_text,
)
from gridplan.study_ground import StudyGround, open_ground

Progress = Callable[[str], None]
Dispatch = Literal["unsecured", "secure", "requested"]

#: Memory a screen takes unless told otherwise, beside the grid and its dispatch [MiB].
MEMORY_MB = 512.0
#: Pairs in the answer; the table holds them all.
ANSWER_ROWS = 1_000
DISPATCH_WORDS = {
    "unsecured": "least cost with everything in service, no outage thought of, without campuses",
    "secure": "least cost secure against every single outage, without campuses",
    "requested": "the secure dispatch with every campus at its contract, fed by all units in proportion to p_max_mw",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PairChoice:
    """Which pairs of outages are looked at, and how."""

    words: Sequence[tuple[str, str]] = ()
    file: Path | None = None
    worst: int = 0
    is_adjusted: bool = True
    rating_between: Rating = "normal"

    @property
    def is_any(self) -> bool:
        """Whether any pair is asked for."""
        return bool(self.words or self.file or self.worst)


@dataclass(frozen=True, kw_only=True)
class _Flows:
    """A year of flows: the grid they are screened on, their states, and the grid whose load holds the campuses."""

    grid: Grid
    state_of: StateOf
    loaded: Grid
    not_screened: tuple[str, ...] = ()


def screen_target(
    target: Path | str,
    *,
    dispatch: Dispatch = "secure",
    above_percent: float = 100.0,
    pairs: PairChoice | None = None,
    out: Path | None = None,
    memory_mb: float = MEMORY_MB,
    workers: int | None = None,
    progress: Progress | None = None,
    policy: Policy | None = None,
) -> dict[str, Any]:
    """Screen every studied year of a study, or the snapshot of a network.

    Parameters
    ----------
    target : path
        Study file, network file, dataset folder, or name of an embedded dataset.
    dispatch : {"unsecured", "secure", "requested"}
        Whose flows; ``requested`` needs a study.
    above_percent : float
        Loading from which on a pair is listed.
    pairs : PairChoice, optional
        Pairs of outages for N-1-1.
    out : Path, optional
        Folder for the tables.
    memory_mb : float
        What the screen may hold at a time beside the grid and its dispatch [MiB].

    Raises
    ------
    InputError, FileError, InfeasibleError
        See ``gridplan.errors``.
    """
    tell, chosen = progress or (lambda _: None), pairs or PairChoice()
    asked = _Asked(dispatch=dispatch, above_frac=above_percent / 100.0, memory_mb=memory_mb, pairs=chosen, tell=tell)
    tell("reading the grid")
    given = open_ground(Path(target), policy)
    named = _named_pairs(given, chosen, Path(target))
    with Farm(workers or given.study.solve.workers) as farm:
        found = [_screened_year(given, year, asked, named, farm) for year in given.study.years]
    hidden = ("year", "hour_local") if given.is_network else ()
    single = [row for year in found for row in year.single]
    double = [row for year in found for row in year.double]
    files = _write(out, hidden, single, double, is_paired=chosen.is_any) if out else []
    return {
        "schema_version": SCHEMA_VERSION,
        "status": "screened",
        "dispatch": dispatch,
        "basis": _basis(asked) | (SNAPSHOT_BASIS if given.is_network else {}),
        "years": [year.counts for year in found],
        "n_listed": len(single),
        "pairs": [_shown(row, hidden) for row in single[:ANSWER_ROWS]],
        "outage_pairs": [_shown(row, hidden) for row in double[:ANSWER_ROWS]],
        "files": files,
        "findings": [finding.to_json() for finding in given.findings],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is asked of every year."""

    dispatch: Dispatch
    above_frac: float
    memory_mb: float
    pairs: PairChoice
    tell: Progress


def _basis(asked: _Asked) -> dict[str, Any]:
    basis: dict[str, Any] = {
        "dispatch": DISPATCH_WORDS[asked.dispatch],
        "above_percent": 100.0 * asked.above_frac,
    }
    if asked.pairs.is_any and asked.pairs.is_adjusted:
        basis["rating_between_outages"] = asked.pairs.rating_between
    return basis


@dataclass(frozen=True, slots=True, kw_only=True)
class _YearRows:
    """Counts of a year, its rows of single outages and of pairs of outages."""

    counts: dict[str, Any]
    single: list[Row]
    double: list[Row]


def _screened_year(given: StudyGround, year: int, asked: _Asked, named: Sequence[Pair], farm: Farm) -> _YearRows:
    before = "" if given.is_network else f"{year}: "
    asked.tell(f"{before}{asked.dispatch} dispatch")
    flows = _flows(given, year, asked.dispatch, farm)
    grid, block_h = flows.grid, block_hours(flows.grid, asked.memory_mb)
    asked.tell(f"{before}screen of {len(grid.outages.contingencies)} outages")
    most = pairs_that_fit(asked.memory_mb)
    found = screen_year(grid, flows.state_of, above_frac=asked.above_frac, block_h=block_h, most_pairs=most)
    pairs = named or _worst_pairs(given.network, grid, found, asked.pairs.worst)
    dropped = without_supply(grid, pairs)
    pairs = [pair for pair in pairs if pair not in dropped]
    if pairs:
        asked.tell(f"{before}{len(pairs)} pairs of outages" if len(pairs) > 1 else f"{before}one pair of outages")
    return _YearRows(
        counts=_counts(year, flows, found) | {"not_looked_at": [f"{a.id} and {b.id}" for a, b in dropped]},
        single=screen_rows(grid, found.pairs, year, given.timezone),
        double=_double_rows(given, year, flows, pairs, asked, block_h, farm) if pairs else [],
    )


def _named_pairs(given: StudyGround, chosen: PairChoice, target: Path) -> list[Pair]:
    found = pairs_of_words(chosen.words, given.network, given.case, target)
    return found + (read_pairs(chosen.file, given.network, given.case) if chosen.file else [])


def _worst_pairs(network: Network, grid: Grid, found: YearScreen, count: int) -> list[Pair]:
    """Every two of the branches with the highest loading while everything is in service."""
    loading = found.most_mw / np.maximum(grid.limits.normal_mw, 1e-9)
    order = np.argsort(-np.round(loading, 9), kind="stable")
    return of_branches(network, [int(k) for k in order[:count]])


def _flows(given: StudyGround, year: int, dispatch: Dispatch, farm: Farm) -> _Flows:
    """Dispatch a year; a study that is n-0 is screened for its outages all the same."""
    study = given.study
    rules = study.criteria.model_copy(update={"pre_existing": "no_worsening"})
    looked_at = study.model_copy(update={"criteria": rules})
    grid = year_grid(looked_at, year, given.network, given.series, given.sets, security="n-1")
    lost = without_pickup(grid.outages)
    if lost:
        kept = [c for c in grid.outages.contingencies if c not in lost]
        grid = Grid(grid.network, grid.series, grid.limits, grid.prices, contingencies=kept, factors=grid.factors)
    base, _, _ = base_dispatch(looked_at, grid.with_outages(()) if dispatch == "unsecured" else grid, farm)
    not_screened = tuple(c.id for c in lost)
    if dispatch != "requested":
        return _Flows(
            grid=grid,
            state_of=lambda part: grid.state(base.column_mw[part], base.u_mw[part], part),
            loaded=grid,
            not_screened=not_screened,
        )
    asked, mw = _with_campuses(given, year, grid)
    moved = sum((mw[i] * transfer(asked, i) for i in range(len(mw))), np.zeros(len(asked.outages.layout)))
    u_mw = np.zeros((len(grid), len(mw)))
    return _Flows(
        grid=asked,
        state_of=lambda part: asked.state(base.column_mw[part], u_mw[part], part) + moved,
        loaded=grid.with_series(_with_load(grid.series, asked, mw)),
        not_screened=not_screened,
    )


def _with_campuses(given: StudyGround, year: int, grid: Grid) -> tuple[Grid, FloatArray]:
    campuses = [c for c in given.study.campuses if c.contract_mw_in(year) > 0]
    points = [PlanPoint(id=c.id, bus=grid.network.bus_index(c.poi[0])) for c in campuses]
    listed = listed_outages(given.study, grid.network, [p.id for p in points], "n-1", given.sets)
    lost = [c for c in listed if c.campuses and c not in grid.outages.contingencies]
    return grid.with_points(points, lost), np.array([c.contract_mw_in(year) for c in campuses], dtype=float)


def _with_load(series: GridSeries, asked: Grid, mw: FloatArray) -> GridSeries:
    load = series.load_mw.copy()
    np.add.at(load.T, asked.point_bus, np.repeat(mw[:, None], len(load), axis=1))
    return replace(series, load_mw=load)


def _counts(year: int, flows: _Flows, found: YearScreen) -> dict[str, Any]:
    over = found.pairs.hours_over > 0
    return {
        "year": year,
        "hours": found.n_hours,
        "outages": len(flows.grid.outages.contingencies),
        "pairs": found.n_pair,
        "looked_at": found.n_looked_at,
        "ruled_out": found.n_ruled_out,
        "listed": len(found.pairs),
        "overloaded": int(over.sum()),
        "overloaded_intact": int((over & (found.pairs.contingency == INTACT)).sum()),
        "mwh_at_risk": float(found.pairs.over_mwh.sum()),
        "block_hours": found.block_h,
        "not_screened": list(flows.not_screened),
    }


def _double_rows(
    given: StudyGround,
    year: int,
    flows: _Flows,
    pairs: Sequence[Pair],
    asked: _Asked,
    block_h: int,
    farm: Farm,
) -> list[Row]:
    found = both_at_once(flows.grid, flows.state_of, pairs, block_h)
    if asked.pairs.is_adjusted:
        found += one_after_the_other(
            flows.loaded,
            flows.state_of,
            pairs,
            rating=asked.pairs.rating_between,
            is_dispatch_kept=asked.dispatch != "requested",
            block_h=block_h,
            farm=farm,
        )
    return [pair_row(flows.loaded, one, year, given.timezone) for one in found]


def _shown(row: Row, hidden: Sequence[str]) -> Row:
    return {name: value for name, value in row.items() if name not in hidden}


def _write(
    out: Path, hidden: Sequence[str], single: Sequence[Row], double: Sequence[Row], *, is_paired: bool
) -> list[str]:
    files = {out / SCREEN_CSV: table_text(single, [c for c in SCREEN_COLUMNS if c not in hidden])}
    if is_paired:
        files[out / PAIRS_CSV] = table_text(double, [c for c in PAIR_COLUMNS if c not in hidden])
    write_together(files)
    return [str(path) for path in files]
