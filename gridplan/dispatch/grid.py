"""The grid of one hour as linear maps: columns of the dispatch, state of the network, hourly data.

Comes in: Network, GridSeries, limits, prices, outages and the buses where a plan withdraws.
Goes out: ``Grid``, from which rows, blocks, screens and prices are made. Nothing is solved here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from gridplan.dispatch.columns import balance_of, bounds_mw, columns_of, unit_start_mw
from gridplan.dispatch.limits import Limits
from gridplan.dispatch.reach import Reach
from gridplan.network.contingency import Contingency, Rating
from gridplan.network.factors import Factors
from gridplan.network.model import FloatArray, IntArray, Network
from gridplan.network.outage_effects import outage_table, with_campuses
from gridplan.network.outage_table import OutageTable
from gridplan.network.sensitivity import DcConvention
from gridplan.series.model import GridSeries


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Prices of the elastic dispatch [USD/MWh]; overload > unserved > any computing value."""

    unserved_usd_per_mwh: float
    overload_usd_per_mwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPoint:
    """A bus where the plan withdraws; a campus is an outage of its own, a grid store is not."""

    id: str
    bus: int
    is_campus: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Runback:
    """A campus that runs back after outages.

    Parameters
    ----------
    point : int
        Its plan point.
    depth_frac : float
        Part of its MW that it can give back.
    of_contingency : mapping of int to int
        Contingency with a runback -> its place among the runbacks of the state.
    """

    point: int
    depth_frac: float
    of_contingency: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failover:
    """Losing the campus of one plan point raises another by ``raised_mw``, dims (time,) [MW]: data, not a decision."""

    lost: int
    raised: int
    raised_mw: FloatArray


#: Cached arrays that belong to the hours of a grid.
_HOURLY = ("_kept_injection_mw", "balance_mw", "varying_columns")
#: Cached arrays that belong to the columns of a grid.
_OF_COLUMNS = ("injection_of_columns", "balance_of_columns", "varying_columns")
#: Hours worked on at a time where memory would grow with the year.
CHUNK_HOURS = 366
#: Injections of all hours are kept below this many values, made anew above it.
KEPT_INJECTIONS = 8_000_000


class Grid:
    """Everything about a year of dispatch that does not change between solves.

    Parameters
    ----------
    points : sequence of PlanPoint
        Where plan withdrawals ``u_mw`` (time, point) enter.
    contingencies : sequence of Contingency
        Outages to secure against; campuses refer to the campus points in order.
    factors : Factors, optional
        Transfer factors of the network where they are known already; they bring their convention.
    """

    def __init__(
        self,
        network: Network,
        series: GridSeries,
        limits: Limits,
        prices: Prices,
        *,
        points: Sequence[PlanPoint] = (),
        contingencies: Sequence[Contingency] = (),
        convention: DcConvention = "matpower",
        factors: Factors | None = None,
    ) -> None:
        self.network, self.series, self.limits, self.prices = network, series, limits, prices
        self.points = tuple(points)
        self.factors = Factors(network, convention) if factors is None else factors
        self.failover_mw = np.zeros((len(series), 0))
        self._set_outages(contingencies)
        self.columns = columns_of(network, series, prices.unserved_usd_per_mwh)

    outages: OutageTable
    reach: Reach
    #: Where the campus runs back after outages, see ``runback``.
    runback: Runback | None = None
    #: What each failover would put on the campus that takes over, dims (time, failover) [MW].
    failover_mw: FloatArray

    def __len__(self) -> int:
        """Count of hours."""
        return len(self.series)

    def __getstate__(self) -> dict[str, object]:
        """What another process needs; hourly arrays that can be made again stay behind."""
        return {name: value for name, value in self.__dict__.items() if name not in _HOURLY}

    def part(self, hours: slice) -> Grid:
        """Same grid over some of its hours; what does not depend on the hour is shared."""
        other = copy(self)
        other.series = self.series.hours(hours)
        other.failover_mw = self.failover_mw[hours]
        return other

    def with_series(self, series: GridSeries) -> Grid:
        """Same grid, which has no failovers, in other hours, whose units may be available otherwise."""
        if self.failover_mw.shape[1]:
            raise ValueError("failovers belong to the hours of their grid")
        other = copy(self)
        other.series, other.failover_mw = series, np.zeros((len(series), 0))
        other._set_columns()
        return other

    def with_points(
        self, points: Sequence[PlanPoint], lost: Sequence[Contingency] = (), failovers: Sequence[Failover] = ()
    ) -> Grid:
        """Same grid, which has no campus of its own, with plan points and outages ``lost`` of their campuses.

        A failover follows every outage of its campus among ``lost``; without any it has no effect.
        """
        other = copy(self)
        other.points = tuple(points)
        campuses = other.campus_points
        campus_bus = [other.points[i].bus for i in campuses]
        kept = [f for f in failovers if any(campuses.index(f.lost) in outage.campuses for outage in lost)]
        followed = [_followed(outage, [campuses.index(f.lost) for f in kept]) for outage in lost]
        failover_bus = [other.points[f.raised].bus for f in kept]
        other.failover_mw = np.array([f.raised_mw for f in kept], dtype=np.float64).reshape(len(kept), len(self)).T
        other.outages = with_campuses(self.outages, self.network, followed, campus_bus, failover_bus)
        other.reach = self.reach.of(other.outages)
        return other

    def with_outages(self, contingencies: Sequence[Contingency]) -> Grid:
        """Same grid with other contingencies; none are none."""
        other = copy(self)
        other._set_outages(contingencies)
        return other

    def _set_outages(self, contingencies: Sequence[Contingency]) -> None:
        campus_bus = [self.points[i].bus for i in self.campus_points]
        self.outages = outage_table(self.network, self.factors, contingencies, campus_bus)
        self.reach = Reach(self.outages, self.limits)

    def with_limits(self, limits: Limits) -> Grid:
        """Same grid with other branch limits (a reinforcement that leaves reactances as they are)."""
        other = copy(self)
        other.limits = limits
        other.reach = self.reach.with_limits(limits)
        return other

    def with_cost_blocks(self, width_mw: FloatArray, cost_usd_per_mwh: FloatArray) -> Grid:
        """Same grid with other cost blocks, each dims (generator, block) [MW], [USD/MWh]."""
        other = copy(self)
        unit = replace(self.network.generator, block_width_mw=width_mw, block_cost_usd_per_mwh=cost_usd_per_mwh)
        other.network = replace(self.network, generator=unit)
        other._set_columns()
        return other

    def with_prices(self, prices: Prices) -> Grid:
        """Same grid with other prices of unserved load and overload."""
        other = copy(self)
        other.prices = prices
        other._set_columns()
        return other

    def _set_columns(self) -> None:
        self.columns = columns_of(self.network, self.series, self.prices.unserved_usd_per_mwh)
        for name in _OF_COLUMNS:
            self.__dict__.pop(name, None)

    @property
    def n_point(self) -> int:
        """Count of plan points."""
        return len(self.points)

    @property
    def campus_points(self) -> tuple[int, ...]:
        """Points that are campuses, in order: the campuses of the state."""
        return tuple(i for i, p in enumerate(self.points) if p.is_campus)

    @property
    def point_bus(self) -> IntArray:
        """Bus of each plan point, dims (point,)."""
        return np.array([p.bus for p in self.points], dtype=np.int64)

    @cached_property
    def injection_of_columns(self) -> sp.csr_matrix:
        """Net injection at each bus per MW of each column, sparse, dims (column, bus)."""
        columns, net = self.columns, self.network
        blocks, dc = columns.of("generator"), columns.of("dc_line")
        unserved, spill = columns.of("unserved"), columns.of("spill")
        line = columns.owner[dc]
        column = np.concatenate([blocks, dc, dc, unserved, spill])
        bus = np.concatenate(
            [
                net.generator.bus[columns.owner[blocks]],
                net.dc_line.to_bus[line],
                net.dc_line.from_bus[line],
                columns.owner[unserved],
                columns.owner[spill],
            ]
        )
        received = 1.0 - net.dc_line.loss_frac[line]
        values = [np.ones(len(blocks)), received, -np.ones(len(dc)), np.ones(len(unserved)), -np.ones(len(spill))]
        shape = (len(columns.kind), len(net.bus))
        return sp.csr_matrix((np.concatenate(values), (column, bus)), shape=shape)

    @cached_property
    def _of_fixed(self) -> sp.csr_matrix:
        """Which fixed unit stands at which bus, dims (generator, bus)."""
        unit = self.network.generator
        fixed = np.flatnonzero(unit.is_fixed)
        entries = (np.ones(len(fixed)), (fixed, unit.bus[fixed]))
        return sp.csr_matrix(entries, shape=(len(unit), len(self.network.bus)))

    @cached_property
    def _kept_injection_mw(self) -> FloatArray:
        return self._made_injection_mw(slice(None))

    def _made_injection_mw(self, hours: IntArray | slice) -> FloatArray:
        net, series = self.network, self.series
        start = np.bincount(net.generator.bus, weights=unit_start_mw(net), minlength=len(net.bus))
        return np.asarray(start - net.bus.gs_mw - series.load_mw[hours] + series.p_max_mw[hours] @ self._of_fixed)

    def fixed_injection_mw(self, hours: IntArray | slice) -> FloatArray:
        """Output of fixed units, first blocks' start, less native load and shunt conductance, dims (time, bus) [MW]."""
        is_kept = len(self) * len(self.network.bus) <= KEPT_INJECTIONS
        return self._kept_injection_mw[hours] if is_kept else self._made_injection_mw(hours)

    @cached_property
    def balance_mw(self) -> FloatArray:
        """Native load less fixed units, dims (time,) [MW]: what the columns must deliver."""
        return np.concatenate(
            [np.zeros(0), *(-self.fixed_injection_mw(part).sum(axis=1) for part in chunks(len(self)))]
        )

    @cached_property
    def balance_of_columns(self) -> FloatArray:
        """Net injection per MW of each column, dims (column,)."""
        return balance_of(self.columns, self.network)

    def column_bounds_mw(self, hours: IntArray | slice) -> tuple[FloatArray, FloatArray]:
        """Lower and upper bounds of the columns in some hours, each dims (time, column) [MW]."""
        return bounds_mw(self.network, self.series, self.columns, hours)

    def supply_range_mw(self) -> tuple[FloatArray, FloatArray]:
        """Least and most that all plan points can withdraw together, each dims (time,) [MW].

        Overload can be bought, energy cannot: outside this range an hour has no dispatch at all.
        """
        least, most = np.zeros(len(self)), np.zeros(len(self))
        for part in chunks(len(self)):
            ends = [bound * self.balance_of_columns for bound in self.column_bounds_mw(part)]
            least[part], most[part] = np.minimum(*ends).sum(axis=1), np.maximum(*ends).sum(axis=1)
        return least - self.balance_mw, most - self.balance_mw

    @cached_property
    def varying_columns(self) -> npt.NDArray[np.int32]:
        """Columns whose bounds differ between hours."""
        first = self.column_bounds_mw(slice(0, 1))
        varies = np.zeros(len(self.columns.kind), dtype=bool)
        for part in chunks(len(self)):
            for bound, at_first in zip(self.column_bounds_mw(part), first, strict=True):
                varies |= (bound != at_first).any(axis=0)
        return np.flatnonzero(varies).astype(np.int32)

    def state(
        self, column_mw: FloatArray, u_mw: FloatArray, hours: IntArray | slice, runback_mw: FloatArray | None = None
    ) -> FloatArray:
        """State of solved hours, dims (time, state) [MW], from columns (time, column) and u (time, point).

        ``runback_mw``, dims (time, runback), is what the campus of a grid with runbacks gives back after each outage.
        """
        layout, columns = self.outages.layout, self.columns
        injection = self.fixed_injection_mw(hours) + column_mw @ self.injection_of_columns
        for i, bus in enumerate(self.point_bus):
            injection[:, bus] -= u_mw[:, i]
        state = np.empty((len(injection), len(layout)))
        state[:, : layout.n_branch] = self.factors.flow_mw(injection) + self.factors.shift_mw
        state[:, layout.generator : layout.dc_line] = unit_output_mw(self, column_mw, hours)
        dc = columns.of("dc_line")
        state[:, layout.dc_line + columns.owner[dc]] = column_mw[:, dc]
        n_campus = len(self.campus_points)
        state[:, layout.campus : layout.campus + n_campus] = u_mw[:, list(self.campus_points)]
        state[:, layout.campus + n_campus :] = 0.0 if runback_mw is None else runback_mw
        if layout.n_failover:
            state[:, layout.failover :] = self.failover_mw[hours]
        return state

    def limits_after_mw(self, branches: IntArray | Sequence[int]) -> FloatArray:
        """Limits after each contingency, dims (given branch, contingency) [MW]; infinite where not monitored."""
        limit = self.limits.after_mw(self.outages.rating_of, branches)
        return np.where(self.outages.is_monitored(branches), limit, np.inf)

    def rating_of(self, contingency: int) -> Rating:
        """Rating that holds with everything in service (-1) or after a contingency."""
        return "normal" if contingency < 0 else self.outages.contingencies[contingency].rating


def _followed(outage: Contingency, campuses: Sequence[int]) -> Contingency:
    """Outage with the failovers that it sets off; ``campuses`` is the lost campus of each failover."""
    own = tuple(i for i, campus in enumerate(campuses) if campus in outage.campuses)
    return replace(outage, failovers=own) if own else outage


def chunks(n_time: int, hours: int = CHUNK_HOURS) -> list[slice]:
    """Hours in runs of at most ``hours``."""
    return [slice(first, min(first + hours, n_time)) for first in range(0, n_time, hours)]


def unit_output_mw(grid: Grid, column_mw: FloatArray, hours: slice | IntArray) -> FloatArray:
    """Output of every unit, fixed ones included, dims (time, generator) [MW]."""
    blocks = grid.columns.of("generator")
    entries = (np.ones(len(blocks)), (blocks, grid.columns.owner[blocks]))
    of_unit = sp.csr_matrix(entries, shape=(len(grid.columns.kind), len(grid.network.generator)))
    output = unit_start_mw(grid.network) + column_mw @ of_unit
    fixed = np.flatnonzero(grid.network.generator.is_fixed)
    output[:, fixed] = grid.series.p_max_mw[hours][:, fixed]
    return np.asarray(output)
