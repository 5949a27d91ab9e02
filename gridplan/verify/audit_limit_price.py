"""A18: prices of buses and limits by the conditions of an optimum, in every hour.

In: one studied year. Out: measures. A limit with a price is reached; the limits' prices explain the differences between
buses; at those prices no unit and no dc line would rather give more or less; the yearly tables are their sums.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from gridplan.solution import INTACT, TABLE_COLUMNS, ContingencyKind
from gridplan.verify.audit_certificate import Measure, worst_of
from gridplan.verify.audit_flow import intact_map
from gridplan.verify.audit_grid import BoolArray, FloatArray, IntArray
from gridplan.verify.audit_hour import LimitedFlow, flow_after
from gridplan.verify.audit_limits import limit_after_mw
from gridplan.verify.audit_read import RunYear
from gridplan.verify.audit_record import MissingPartError
from gridplan.verify.audit_security import outage_screen

_PART_TOLERANCE_USD_PER_MWH = 1e-6
_PRICE_TOLERANCE_FRAC = 1e-3
_PRICE_TOLERANCE_USD_PER_MWH = 0.01
_REACHED_TOLERANCE_FRAC = 1e-4
_INSIDE_MW = 1e-4
_ROUNDING_USD = 1e-6
_NEARLY = 1.0 - 1e-6
_SET_BY = {"rating": "worth", "raised_limit": "raised", "penalty": "penalty"}

Pair = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Rows of limit_hours.csv, dims (entry,); ``pairs`` are the (branch, contingency) that ``pair`` counts by."""

    pairs: tuple[Pair, ...]
    pair: IntArray
    hour: IntArray
    usd_per_mwh: FloatArray
    set_by: tuple[str, ...]


def limit_prices(year: RunYear) -> Iterator[Measure]:
    """A18: parts of the LMP, priced limits reached, differences of buses, units and dc lines at their optimum, sums."""
    yield from _parts(year)
    prices = _read_prices(year)
    flows = [_flow(year, pair) for pair in prices.pairs]
    if flows:
        yield _reached(year, prices, flows)
    pull = _pull(year, prices, flows)
    yield _congestion(year, pull, flows)
    yield from _indifference(year, pull, flows)
    yield _flags(year, prices)
    if flows:
        yield _reasons(year, prices, flows)
    yield from _sums(year, prices)


def _parts(year: RunYear) -> Iterator[Measure]:
    lmp, energy = year.array("lmp_usd_per_mwh"), year.array("lmp_energy_usd_per_mwh")
    off = np.abs(lmp - energy[:, None] - year.array("lmp_congestion_usd_per_mwh"))
    place = _place(year, "bus")
    yield worst_of("LMP less its two parts", "USD/MWh", off, _PART_TOLERANCE_USD_PER_MWH, place)
    off = np.abs(energy - (lmp * _load_share(year)).sum(axis=1))
    tolerance = _PART_TOLERANCE_USD_PER_MWH + 1e-9 * np.abs(lmp).max(axis=1)
    quantity = "energy part away from the average over native load"
    yield worst_of(quantity, "USD/MWh", off, tolerance, lambda i: f"{year.year}: {year.hour(i[0])}")


def _load_share(year: RunYear) -> FloatArray:
    load = np.maximum(year.array("load_mw"), 0.0)
    total = load.sum(axis=1, keepdims=True)
    return np.asarray(np.where(total > 0, load / np.where(total > 0, total, 1.0), 1.0 / load.shape[1]))


def _read_prices(year: RunYear) -> Prices:
    rows = _rows(year, "limit_hours.csv")
    hours = {_stamp(int(s)): h for h, s in enumerate(year.time_utc)}
    unknown = next((row["time_utc"] for row in rows if row["time_utc"] not in hours), None)
    if unknown is not None:
        raise MissingPartError(f"limit_hours.csv: {unknown} is no hour of {year.year}")
    pairs = tuple(sorted({(row["branch"], row["contingency"]) for row in rows}))
    at = {pair: k for k, pair in enumerate(pairs)}
    return Prices(
        pairs=pairs,
        pair=np.array([at[row["branch"], row["contingency"]] for row in rows], dtype=np.int64),
        hour=np.array([hours[row["time_utc"]] for row in rows], dtype=np.int64),
        usd_per_mwh=np.array([_number(row, "price_usd_per_mwh", "limit_hours.csv") for row in rows]),
        set_by=tuple(row["set_by"] for row in rows),
    )


def _stamp(seconds: int) -> str:
    return f"{np.datetime64(seconds, 's')}Z"


def _rows(year: RunYear, file: str) -> list[dict[str, str]]:
    """Rows of the year in a table."""
    path = year.run.path / file
    if not path.is_file():
        raise MissingPartError(f"file {file} is missing")
    with path.open(encoding="utf-8", newline="") as text:
        rows = csv.DictReader(text)
        missing = [name for name in TABLE_COLUMNS[file] if name not in (rows.fieldnames or ())]
        if missing:
            raise MissingPartError(f"{file}: column {', '.join(missing)} is missing")
        return [row for row in rows if row["year"] == year.year]


def _number(row: dict[str, str], column: str, file: str) -> float:
    try:
        return float(row[column])
    except ValueError:
        raise MissingPartError(f"{file}: {column} {row[column]!r} is not a number") from None


@dataclass(frozen=True, kw_only=True)
class PricedFlow:
    """A flow that has a price in some hour, its value and limit in every hour, dims (time,) [MW], and its rating."""

    flow: LimitedFlow
    flow_mw: FloatArray
    limit_mw: FloatArray
    rating_mw: float


def _flow(year: RunYear, pair: Pair) -> PricedFlow:
    """The limited flow of a pair; a pair nowhere near its limit has no business with a price."""
    branch, label = pair
    if branch not in year.grid.branch:
        raise MissingPartError(f"limit_hours.csv: branch {branch} is no branch of network.json")
    k = year.grid.branch.index(branch)
    if label == INTACT:
        row = intact_map(year)[k]
        rating = float(year.array("rating_normal_mw")[k])
        limit = np.maximum(np.full(len(year), rating), limit_after_mw(year).get((INTACT, k), -np.inf))
        flow = LimitedFlow(per_bus=row[:-1], constant_mw=float(row[-1]), limit_mw=float(limit.min()))
    else:
        screen = outage_screen(year)
        near = next((p for p in screen.near if (p.outage.label, p.branch) == (label, k)), None)
        if near is None:
            raise MissingPartError(f"limit_hours.csv: {branch} after loss of {label} is never near its limit")
        limit, rating = screen.pair_limit_mw(near.outage, k), float(screen.rating_mw(near.outage)[k])
        flow = flow_after(year, near, float(limit.min()))
    lost_mw = sum((per_mw * year.array(_POWER[kind])[:, i] for kind, i, per_mw in flow.lost), np.zeros(len(year)))
    raised_mw = 0.0 if flow.raised_mw is None else flow.raised_mw
    return PricedFlow(
        flow=flow,
        flow_mw=year.injection_mw @ flow.per_bus + flow.constant_mw + lost_mw + raised_mw,
        limit_mw=limit,
        rating_mw=rating,
    )


_POWER: dict[ContingencyKind, str] = {"unit": "p_generator_mw", "dc_line": "p_dc_line_mw", "campus": "p_campus_mw"}


def _reached(year: RunYear, prices: Prices, flows: list[PricedFlow]) -> Measure:
    """What is left to the limit of each priced flow in its hour."""
    flow = np.array([f.flow_mw for f in flows])[prices.pair, prices.hour]
    limit = np.array([f.limit_mw for f in flows])[prices.pair, prices.hour]
    left = 1.0 - np.abs(flow) / np.maximum(limit, 1e-9)
    quantity = "limit with a price but not reached"
    return worst_of(quantity, "of limit", left, _REACHED_TOLERANCE_FRAC, _row_place(year, prices))


def _row_place(year: RunYear, prices: Prices) -> Callable[[tuple[int, ...]], str]:
    """Place of a row of limit_hours.csv."""

    def place(i: tuple[int, ...]) -> str:
        branch, label = prices.pairs[prices.pair[i[0]]]
        return f"{year.year}: {branch}, {label}, {year.hour(int(prices.hour[i[0]]))}"

    return place


def _pull(year: RunYear, prices: Prices, flows: list[PricedFlow]) -> FloatArray:
    """Price of each flow with the sign it runs in, dims (time, pair): what one MW more of flow costs."""
    pull = np.zeros((len(year), len(flows)))
    np.add.at(pull, (prices.hour, prices.pair), prices.usd_per_mwh)
    return np.asarray(pull * np.sign(np.array([f.flow_mw for f in flows]).reshape(len(flows), len(year)).T))


def _congestion(year: RunYear, pull: FloatArray, flows: list[PricedFlow]) -> Measure:
    """One MW more load at a bus takes its share off every flow: ``lmp_b = lambda - sum_r pull_r h_rb``."""
    per_bus = np.array([f.flow.per_bus for f in flows]).reshape(len(flows), len(year.grid.bus))
    own = -pull @ per_bus
    own -= (own * _load_share(year)).sum(axis=1, keepdims=True)
    written = year.array("lmp_congestion_usd_per_mwh")
    tolerance = _tolerance(np.abs(own).max(axis=1, keepdims=True))
    quantity = "congestion part against the prices of the limits"
    return worst_of(
        quantity, "USD/MWh", np.abs(written - own), np.broadcast_to(tolerance, own.shape), _place(year, "bus")
    )


def _indifference(year: RunYear, pull: FloatArray, flows: list[PricedFlow]) -> Iterator[Measure]:
    """Units and dc lines: nothing gained by one MW more or less at these prices, pickup after their loss included."""
    grid, lmp = year.grid, year.array("lmp_usd_per_mwh")
    value = lmp[:, grid.unit_bus] - pull @ _per_mw_lost(flows, "unit", len(grid.generator))
    up, down = _unit_slopes(year)
    for quantity, gain in (("unit should give more", value - up), ("unit should give less", down - value)):
        yield worst_of(quantity, "USD/MWh", gain, _tolerance(np.abs(value)), _place(year, "generator"))
    if not grid.dc_line:
        return
    sent = (1.0 - grid.dc_loss_frac) * lmp[:, grid.dc_to] - lmp[:, grid.dc_from]
    sent = sent - pull @ _per_mw_lost(flows, "dc_line", len(grid.dc_line))
    p = year.array("p_dc_line_mw")
    gain = np.where(p < grid.dc_p_max_mw - _INSIDE_MW, sent, 0.0)
    gain = np.maximum(gain, np.where(p > grid.dc_p_min_mw + _INSIDE_MW, -sent, 0.0))
    tolerance = _tolerance(np.abs(lmp[:, grid.dc_to]) + np.abs(lmp[:, grid.dc_from]))
    yield worst_of("dc line should carry more or less", "USD/MWh", gain, tolerance, _place(year, "dc_line"))


def _per_mw_lost(flows: list[PricedFlow], kind: ContingencyKind, count: int) -> FloatArray:
    """Flow per MW of an element that is lost itself, dims (pair, element)."""
    per_mw = np.zeros((len(flows), count))
    for r, priced in enumerate(flows):
        for lost_kind, element, flow in priced.flow.lost:
            if lost_kind == kind:
                per_mw[r, element] += flow
    return per_mw


def _unit_slopes(year: RunYear) -> tuple[FloatArray, FloatArray]:
    """Cost of the next MW and of the last one, dims (time, generator); infinite where there is none to give."""
    grid, p = year.grid, year.array("p_generator_mw")
    end = np.cumsum(grid.block_width_mw, axis=1) + grid.unit_start_mw[:, None]
    up, down = np.full(p.shape, np.inf), np.full(p.shape, -np.inf)
    for k in range(end.shape[1]):
        start, cost, is_block = end[:, k] - grid.block_width_mw[:, k], grid.block_cost_usd_per_mwh[:, k], _used(year, k)
        is_next = is_block & np.isinf(up) & (p < end[:, k] - _INSIDE_MW)
        up = np.where(is_next, cost, up)
        down = np.where(is_block & (p > start + _INSIDE_MW), cost, down)
    up = np.where(p < year.array("p_max_mw") - _INSIDE_MW, up, np.inf)
    return up, np.where(p > year.array("p_min_mw") + _INSIDE_MW, down, -np.inf)


def _used(year: RunYear, block: int) -> BoolArray:
    """Units that move and have this block, their blocks dearer one by one, dims (generator,)."""
    grid = year.grid
    width = grid.block_width_mw
    filled = np.where(width > 0, grid.block_cost_usd_per_mwh, -np.inf)
    is_rising = (np.maximum.accumulate(filled, axis=1) <= np.where(width > 0, filled, np.inf)).all(axis=1)
    return np.asarray(~grid.is_fixed & is_rising & (width[:, block] > 0))


def _flags(year: RunYear, prices: Prices) -> Measure:
    """Hours in which a penalty enters, by the prices themselves, against the flag."""
    stated = year.plan.record("prices")
    is_loaded = year.array("load_mw") > 0
    dear = year.array("lmp_usd_per_mwh") >= _NEARLY * stated.number("unserved_usd_per_mwh")
    own: BoolArray = np.array((dear & is_loaded).any(axis=1))
    own[prices.hour[prices.usd_per_mwh >= _NEARLY * stated.number("overload_usd_per_mwh")]] = True
    off = np.abs(own - year.array("is_penalty_priced"))
    return worst_of("flag of a penalty", "hours", off, 0.5, lambda i: f"{year.year}: {year.hour(i[0])}")


def _reasons(year: RunYear, prices: Prices, flows: list[PricedFlow]) -> Measure:
    """Whether the rating, a raised limit or a penalty stands behind each price, against what the table says."""
    limit = np.array([f.limit_mw for f in flows])[prices.pair, prices.hour]
    is_raised = limit > np.array([f.rating_mw for f in flows])[prices.pair]
    is_penalty = year.array("is_penalty_priced")[prices.hour] > 0
    own = np.where(is_penalty, "penalty", np.where(is_raised, "raised_limit", "rating"))
    off = (own != np.array(prices.set_by)).astype(np.float64)
    return worst_of("set_by of a price", "rows", off, 0.5, _row_place(year, prices))


def _sums(year: RunYear, prices: Prices) -> Iterator[Measure]:
    """Columns of limits.csv and branch_worth.csv against the hours."""
    for file, width in (("limits.csv", 2), ("branch_worth.csv", 1)):
        rows = {_key(row, width): row for row in _rows(year, file)}
        own: dict[tuple[Pair, str], float] = {}
        for e, by in enumerate(prices.set_by):
            where = (prices.pairs[prices.pair[e]][:width], _SET_BY.get(by, by))
            own[where] = own.get(where, 0.0) + float(prices.usd_per_mwh[e])
        off, keys = [], sorted({*rows, *(key for key, _ in own)})
        for key in keys:
            for name in _SET_BY.values():
                column = f"{name}_usd_per_mw_year"
                written = _number(rows[key], column, file) if key in rows else 0.0
                off.append(abs(written - own.get((key, name), 0.0)))
        place = _sum_place(year, file, keys)
        tolerance = _ROUNDING_USD * (len(year) + 1)
        yield worst_of(f"worth in {file} against its hours", "USD/MW", np.array(off), tolerance, place)


def _key(row: dict[str, str], width: int) -> Pair:
    return (row["branch"], row["contingency"]) if width == 2 else (row["branch"],)


def _sum_place(year: RunYear, file: str, keys: list[Pair]) -> Callable[[tuple[int, ...]], str]:
    return lambda i: f"{file}: {year.year} {', '.join(keys[i[0] // len(_SET_BY)])}"


def _tolerance(price: FloatArray) -> FloatArray:
    return np.asarray(_PRICE_TOLERANCE_USD_PER_MWH + _PRICE_TOLERANCE_FRAC * price)


def _place(year: RunYear, dim: str) -> Callable[[tuple[int, ...]], str]:
    return lambda i: year.at(dim, i[1], i[0])
