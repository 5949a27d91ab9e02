"""The grid as maps need it: places, ends, loading, POIs, chosen campuses, reinforcements.

Comes in: network.json with the results of the last year. Goes out: one value object for drawing and for the GeoPackage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridplan.network.geography.layout import schematic_layout
from gridplan.network.geography.places import has_place
from gridplan.report.dataset_facts import dataset_facts
from gridplan.report.run_folder import FloatArray, NotStudiedError, Object, RunFolder, table_column
from gridplan.solution import NETWORK_JSON

IntArray = npt.NDArray[np.int64]
_LEAST_PLACED_FRAC = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A campus at its POI in the last year."""

    campus: str
    name: str
    bus: str
    contract_mw: float
    firm_mw: float
    conditional_mw: float
    connected_mw: float


@dataclass(frozen=True, kw_only=True)
class GridView:
    """Places of buses (longitude and latitude, or a schematic layout) and what stands on them.

    ``has_coordinates`` says that most buses have a place; those that have none then are NaN and stand on no map.
    Else ``x`` and ``y`` are a schematic layout of all.

    ``loading_percent``, dims (branch,), is the highest loading of the year, nothing lost; NaN where unlimited.
    """

    title: str
    year: str
    is_synthetic: bool
    has_coordinates: bool
    bus_ids: tuple[str, ...]
    bus_names: tuple[str, ...]
    base_kv: FloatArray
    x: FloatArray
    y: FloatArray
    branch_ids: tuple[str, ...]
    ends: IntArray
    is_transformer: npt.NDArray[np.bool_]
    rating_normal_mva: FloatArray
    rating_emergency_mva: FloatArray
    dc_ids: tuple[str, ...]
    dc_ends: IntArray
    loading_percent: FloatArray | None
    candidates: tuple[str, ...]
    campuses: tuple[Site, ...]
    built: tuple[int, ...]
    reinforcement_words: tuple[str, ...]

    @property
    def is_placed(self) -> npt.NDArray[np.bool_]:
        """Whether a bus has a place in the drawing, dims (bus,)."""
        found: npt.NDArray[np.bool_] = np.isfinite(self.x)
        return found

    @property
    def without_place(self) -> int:
        """Count of buses that the drawing leaves out."""
        return int((~self.is_placed).sum())

    def position(self, bus: str) -> int:
        """Position of a bus; -1 where the drawing has none of that name."""
        k = self.bus_ids.index(bus) if bus in self.bus_ids else -1
        return k if k >= 0 and np.isfinite(self.x[k]) else -1

    def most_loaded(self, count: int) -> list[int]:
        """Branches by loading, highest first; none without loading."""
        if self.loading_percent is None:
            return []
        order = np.argsort(-np.nan_to_num(self.loading_percent, nan=-1.0), kind="stable")
        return [int(k) for k in order[:count]]


def read_grid_view(run: RunFolder) -> GridView:
    """Grid of a run with the results of its last year.

    Raises
    ------
    NotStudiedError
        If the run holds no grid.
    """
    tables = run.network.get("tables") or {}
    bus, branch, dc = (tables.get(name) or {} for name in ("bus", "branch", "dc_line"))
    if not bus.get("id"):
        raise NotStudiedError(f"the run has no {NETWORK_JSON}")
    facts = dataset_facts(run)
    x, y = table_column(bus, "longitude_degree"), table_column(bus, "latitude_degree")
    is_placed = has_place(y, x)
    has_coordinates = bool(is_placed.mean() >= _LEAST_PLACED_FRAC)
    ends = _ends(branch)
    x, y = np.where(is_placed, x, np.nan), np.where(is_placed, y, np.nan)
    if not has_coordinates:
        x, y = schematic_layout(len(bus["id"]), ends)
    year = run.years[-1] if run.years else ""
    built = _built(run, year, branch)
    return GridView(
        title=facts.title,
        year=year,
        is_synthetic=facts.is_synthetic,
        has_coordinates=has_coordinates,
        bus_ids=tuple(map(str, bus["id"])),
        bus_names=tuple(str(name) for name in bus.get("name") or bus["id"]),
        base_kv=table_column(bus, "base_kv"),
        x=x,
        y=y,
        branch_ids=tuple(map(str, branch.get("id") or ())),
        ends=ends,
        is_transformer=np.array(branch.get("is_transformer") or np.zeros(len(ends)), dtype=bool),
        rating_normal_mva=table_column(branch, "rating_normal_mva", missing=np.inf),
        rating_emergency_mva=table_column(branch, "rating_emergency_mva", missing=np.inf),
        dc_ids=tuple(map(str, dc.get("id") or ())),
        dc_ends=_ends(dc),
        loading_percent=_loading(run, year),
        candidates=tuple(dict.fromkeys(str(b) for c in run.study.get("campuses") or () for b in c["poi"])),
        campuses=_sites(run, year),
        built=tuple(position for position, _ in built),
        reinforcement_words=tuple(words for _, words in built),
    )


def _ends(table: Object) -> IntArray:
    pairs = zip(table.get("from_bus") or (), table.get("to_bus") or (), strict=True)
    return np.array(list(pairs), dtype=np.int64).reshape(-1, 2)


def _loading(run: RunFolder, year: str) -> FloatArray | None:
    if year not in run.schedule_years():
        return None
    try:
        flow, limit = run.schedule(year, "p_branch_mw"), run.series(year, "rating_normal_mw")
    except NotStudiedError:
        return None
    most = np.abs(flow).max(axis=0, initial=0.0)
    usable = np.where(np.isfinite(limit) & (limit > 0), limit, np.nan)
    loading: FloatArray = 100.0 * most / usable
    return loading


def _sites(run: RunFolder, year: str) -> tuple[Site, ...]:
    campuses = run.campuses(year) if year else []
    return tuple(
        Site(
            campus=str(c["id"]),
            name=run.campus_names.get(c["id"], str(c["id"])),
            bus=str(c["bus"]),
            contract_mw=float(c["contract_mw"]),
            firm_mw=float(c["firm_mw"]),
            conditional_mw=float(c["conditional_mw"]),
            connected_mw=float(c["connected_mw"]),
        )
        for c in campuses
        if c["bus"] is not None
    )


def _built(run: RunFolder, year: str, branch: Object) -> list[tuple[int, str]]:
    position = {str(name): k for k, name in enumerate(branch.get("id") or ())}
    entries = (run.year(year).get("reinforcements") or ()) if year else ()
    return [
        (position[str(r["branch"])], f"{r['id']}: {r['branch']} to {float(r['rating_normal_mva']):,.0f} MVA")
        for r in entries
        if r.get("built") and str(r["branch"]) in position
    ]
