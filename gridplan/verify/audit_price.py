"""A11 and A13: cost from the units' blocks, and prices by solving single hours again.

In: one studied year. Out: measures. An hour is re-solved as a linear program in angles with the outages
near their limit; the price must lie between the costs of one MW less and one MW more.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridplan.verify.audit_campus_year import campus_year
from gridplan.verify.audit_certificate import Measure, single, worst_of
from gridplan.verify.audit_grid import FloatArray, Grid
from gridplan.verify.audit_hour import HourProgram
from gridplan.verify.audit_read import RunYear

_COST_TOLERANCE_FRAC = 1e-6
_OPTIMUM_TOLERANCE_FRAC = 1e-5
_PRICE_TOLERANCE_FRAC = 1e-3
_PRICE_TOLERANCE_USD_PER_MWH = 0.01
_PLACES = 5
_SEED = 20


def cost(year: RunYear) -> Iterator[Measure]:
    """A11: cost of each hour from the blocks, and the objective from its parts."""
    written = year.array("cost_usd")
    own = production_cost_usd(year.grid, year.array("p_generator_mw"))
    yield worst_of(
        "cost_usd against the units' blocks",
        "of cost",
        np.abs(written - own) / np.maximum(np.abs(own), 1.0),
        _COST_TOLERANCE_FRAC,
        lambda i: f"{year.year}: {year.hour(i[0])}",
    )
    parts = _objective_parts(year, float(own.sum()))
    stated = year.plan.record("objective")
    total = sum(parts.values()) + stated.number("overload_usd")
    scale = max(abs(total), 1.0)
    place = f"{year.year}: objective of the schedule"
    yield single(
        "objective_usd against its parts",
        "of objective",
        abs(year.attr("objective_usd") - total) / scale,
        _COST_TOLERANCE_FRAC,
        place,
    )
    for name, value in (parts | _investment(year)).items():
        yield single(
            f"plan.json {name}", "of objective", abs(stated.number(name) - value) / scale, _COST_TOLERANCE_FRAC, place
        )
    whole = total + sum(_investment(year).values())
    yield single(
        "plan.json total_usd",
        "of objective",
        abs(stated.number("total_usd") - whole) / scale,
        _COST_TOLERANCE_FRAC,
        place,
    )


def production_cost_usd(grid: Grid, output_mw: FloatArray) -> FloatArray:
    """Cost of each hour with the blocks of every unit filled from the cheapest, dims (time,) [USD].

    Parameters
    ----------
    output_mw : float, dims (time, generator) [MW]
    """
    has_width = grid.block_width_mw > 0
    order = np.argsort(np.where(has_width, grid.block_cost_usd_per_mwh, np.inf), axis=1, kind="stable")
    width = np.take_along_axis(grid.block_width_mw, order, axis=1)
    price = np.take_along_axis(grid.block_cost_usd_per_mwh, order, axis=1)
    total = np.zeros(len(output_mw))
    left = output_mw - grid.unit_start_mw
    for k in range(width.shape[1]):
        filled = np.clip(left, 0.0, width[:, k])
        total += filled @ price[:, k]
        left -= filled
    return total


def _objective_parts(year: RunYear, production_usd: float) -> dict[str, float]:
    prices = year.plan.record("prices")
    moved_mwh = year.array("p_charge_mw").sum() + year.array("p_discharge_mw").sum()
    lost_usd = 0.0
    if year.campuses:
        data = campus_year(year)
        lost_usd = float((data.lost_work_mw.sum(axis=0) * data.of_class("value_usd_per_mwh")).sum())
    return {
        "production_usd": production_usd,
        "unserved_usd": float(year.array("p_unserved_mw").sum()) * prices.number("unserved_usd_per_mwh"),
        "curtailment_usd": lost_usd,
        "moved_usd": _moved_usd(year),
        "wear_usd": float(moved_mwh) * prices.number("wear_usd_per_mwh"),
    }


def _moved_usd(year: RunYear) -> float:
    moved_mwh = year.array("p_shift_mw").sum(axis=0)
    price = [entry.number("cost_usd_per_mwh") for entry in year.shifts]
    return float(sum(usd * mwh for usd, mwh in zip(price, moved_mwh, strict=True)))


def _investment(year: RunYear) -> dict[str, float]:
    price = year.plan.record("prices").number("unconnected_usd_per_mw_year")
    share = min(1.0, len(year.time_utc) / 8760.0)
    built = [u.number("annual_cost_usd") for u in year.plan.records("reinforcements") if u.flag("built")]
    return {
        "reinforcement_usd": sum(built),
        "unconnected_usd": share
        * price
        * sum(c.number("contract_mw") - c.number("connected_mw") for c in year.campuses),
    }


def prices(year: RunYear) -> Iterator[Measure]:
    """A13: at five places the price lies between the cost of one MW less and of one MW more."""
    lmp = year.array("lmp_usd_per_mwh")
    places = _places(lmp)
    programs = {hour: HourProgram.of(year, hour) for hour in sorted({hour for hour, _ in places})}
    for hour, program in programs.items():
        written = _written_usd(year, hour)
        off = abs(written - program.optimum_usd) / max(abs(written), 1.0)
        yield single(
            "dispatch cost of an hour against its own optimum",
            "of cost",
            off,
            _OPTIMUM_TOLERANCE_FRAC,
            f"{year.year}: {year.hour(hour)}",
        )
    for hour, bus in places:
        left, right = programs[hour].slopes_usd_per_mwh(bus)
        price, place = float(lmp[hour, bus]), year.at("bus", bus, hour)
        outside = max(left - price, price - right)
        tolerance = _PRICE_TOLERANCE_FRAC * max(abs(left), abs(right)) + _PRICE_TOLERANCE_USD_PER_MWH
        note = f"{place}: {price:.4f} in [{left:.4f}, {right:.4f}]"
        yield single("price outside [1 MW less, 1 MW more]", "USD/MWh", outside, tolerance, place, note=note)


def _places(lmp: FloatArray) -> list[tuple[int, int]]:
    """Places of the highest and the lowest price and three seeded ones, (hour, bus)."""
    extremes = [int(np.argmax(lmp)), int(np.argmin(lmp))]
    seeded = np.random.default_rng(_SEED).integers(0, lmp.size, size=_PLACES - len(extremes))
    flat = dict.fromkeys([*extremes, *(int(i) for i in seeded)])
    return [(i // lmp.shape[1], i % lmp.shape[1]) for i in flat]


def _written_usd(year: RunYear, hour: int) -> float:
    """Cost of an hour as dispatched: units that can move and unserved load."""
    output = np.where(year.grid.is_fixed, 0.0, year.at_hour("p_generator_mw", hour))
    shed_mwh = float(year.at_hour("p_unserved_mw", hour).sum())
    price = year.plan.record("prices").number("unserved_usd_per_mwh")
    return float(production_cost_usd(year.grid, output[None, :])[0]) + price * shed_mwh
