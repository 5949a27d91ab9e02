"""The same grid said another way: each function gives a study whose cost must be what it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from gridplan.network.contingency import Contingency, single_outages
from gridplan.network.model import Network
from gridplan.series.model import GridSeries


@dataclass(frozen=True, kw_only=True)
class Study:
    """Grid, hours, campuses by bus position and outages."""

    network: Network
    series: GridSeries
    campus_bus: tuple[int, ...]
    outages: tuple[Contingency, ...]
    reference_bus: int = 0


def study_of(network: Network, series: GridSeries, campus_bus: Sequence[int]) -> Study:
    """Study of every single outage."""
    names = [str(k) for k in range(len(campus_bus))]
    return Study(
        network=network,
        series=series,
        campus_bus=tuple(campus_bus),
        outages=single_outages(network, campus_ids=names),
    )


def _reordered(table: Any, order: np.ndarray, **columns: Any) -> Any:
    new = {}
    for column in fields(table):
        value = getattr(table, column.name)
        new[column.name] = value[order] if isinstance(value, np.ndarray) else tuple(value[int(k)] for k in order)
    return replace(table, **{**new, **columns})


def relabelled_buses(study: Study, seed: int) -> Study:
    """Buses stand in another order and have other names."""
    order = np.random.default_rng(seed).permutation(len(study.network.bus))
    place, net = np.argsort(order), study.network
    names = tuple(f"renamed {k}" for k in range(len(order)))
    network = replace(
        net,
        bus=_reordered(net.bus, order, id=names),
        branch=replace(net.branch, from_bus=place[net.branch.from_bus], to_bus=place[net.branch.to_bus]),
        generator=replace(net.generator, bus=place[net.generator.bus]),
        dc_line=replace(net.dc_line, from_bus=place[net.dc_line.from_bus], to_bus=place[net.dc_line.to_bus]),
        storage=replace(net.storage, bus=place[net.storage.bus]),
    )
    series = replace(study.series, load_mw=study.series.load_mw[:, order])
    return replace(study, network=network, series=series, campus_bus=tuple(int(place[b]) for b in study.campus_bus))


def shuffled_rows(study: Study, seed: int) -> Study:
    """Branches and units stand in another order, and so do the outages."""
    rng, net, series = np.random.default_rng(seed), study.network, study.series
    branch, unit = rng.permutation(len(net.branch)), rng.permutation(len(net.generator))
    network = replace(net, branch=_reordered(net.branch, branch), generator=_reordered(net.generator, unit))
    series = replace(series, p_max_mw=series.p_max_mw[:, unit], p_min_mw=series.p_min_mw[:, unit])
    return study_of(network, series, study.campus_bus)


def other_reference(study: Study, seed: int) -> Study:
    """Another bus takes up what the factors leave over."""
    return replace(study, reference_bus=int(np.random.default_rng(seed).integers(1, len(study.network.bus))))


def flipped_branches(study: Study, seed: int) -> Study:
    """Half of the branches run the other way; a tap's susceptance is the same from both ends."""
    branch = study.network.branch
    is_flipped = np.random.default_rng(seed).random(len(branch)) < 0.5
    network = study.network.with_branch(
        from_bus=np.where(is_flipped, branch.to_bus, branch.from_bus),
        to_bus=np.where(is_flipped, branch.from_bus, branch.to_bus),
        shift_rad=np.where(is_flipped, -branch.shift_rad, branch.shift_rad),
    )
    return replace(study, network=network)


def other_base_power(study: Study, seed: int) -> Study:
    """Another base power, and every impedance in its terms."""
    factor = float(np.random.default_rng(seed).choice([0.1, 2.5, 10.0]))
    net = study.network
    network = net.with_branch(x_pu=net.branch.x_pu * factor, r_pu=net.branch.r_pu * factor)
    return replace(study, network=replace(network, base_mva=net.base_mva * factor))


def split_unit(study: Study, seed: int) -> Study:
    """One dispatchable unit as two of half its size, lost together."""
    net, series = study.network, study.series
    able = np.flatnonzero(net.generator.is_dispatchable & (net.generator.p_max_mw > 0))
    g = int(np.random.default_rng(seed).choice(able))
    order = np.append(np.arange(len(net.generator)), g)
    table = _reordered(net.generator, order, id=(*net.generator.id, "second half"))
    half = np.where(order == g, 0.5, 1.0)
    sizes = {name: getattr(table, name) * half for name in ("p_min_mw", "p_max_mw", "q_min_mvar", "q_max_mvar")}
    table = replace(table, block_width_mw=table.block_width_mw * half[:, None], **sizes)
    series = replace(series, p_max_mw=series.p_max_mw[:, order] * half, p_min_mw=series.p_min_mw[:, order] * half)
    pair = (g, len(order) - 1)
    outages = tuple(replace(lost, generators=pair) if lost.generators == (g,) else lost for lost in study.outages)
    return replace(study, network=replace(net, generator=table), series=series, outages=outages)


def split_branch(study: Study, seed: int) -> Study:
    """One branch as two parallel ones of half its rating, lost together."""
    net = study.network
    k = int(np.random.default_rng(seed).integers(len(net.branch)))
    order = np.append(np.arange(len(net.branch)), k)
    table = _reordered(net.branch, order, id=(*net.branch.id, "second circuit"))
    half = np.where(order == k, 0.5, 1.0)
    ratings = {name: getattr(table, name) * half for name in ("rating_normal_mva", "rating_emergency_mva")}
    table = replace(table, x_pu=table.x_pu / half, r_pu=table.r_pu / half, **ratings)
    pair = (k, len(order) - 1)
    outages = tuple(replace(lost, branches=pair) if lost.branches == (k,) else lost for lost in study.outages)
    return replace(study, network=replace(net, branch=table), outages=outages)


def bus_in_mid_line(study: Study, seed: int) -> Study:
    """An empty bus in the middle of one branch; both halves are lost together and the second has no limit."""
    net = study.network
    k, n_bus = int(np.random.default_rng(seed).integers(len(net.branch))), len(net.bus)
    bus_order = np.append(np.arange(n_bus), 0)
    bus = _reordered(net.bus, bus_order, id=(*net.bus.id, "middle"))
    bus = replace(bus, p_load_mw=np.append(net.bus.p_load_mw, 0.0))
    order = np.append(np.arange(len(net.branch)), k)
    table = _reordered(net.branch, order, id=(*net.branch.id, "second part"))
    is_half, is_second = order == k, np.arange(len(order)) == len(net.branch)
    table = replace(
        table,
        x_pu=np.where(is_half, table.x_pu / 2, table.x_pu),
        r_pu=np.where(is_half, table.r_pu / 2, table.r_pu),
        shift_rad=np.where(is_second, 0.0, table.shift_rad),
        to_bus=np.where(is_half & ~is_second, n_bus, table.to_bus),
        from_bus=np.where(is_second, n_bus, table.from_bus),
        rating_normal_mva=np.where(is_second, np.inf, table.rating_normal_mva),
        rating_emergency_mva=np.where(is_second, np.inf, table.rating_emergency_mva),
    )
    load_mw = np.hstack([study.series.load_mw, np.zeros((len(study.series), 1))])
    pair = (k, len(net.branch))
    outages = tuple(replace(lost, branches=pair) if lost.branches == (k,) else lost for lost in study.outages)
    network = replace(net, bus=bus, branch=table)
    return replace(study, network=network, series=replace(study.series, load_mw=load_mw), outages=outages)


SAME_COST: dict[str, Callable[[Study, int], Study]] = {
    "buses relabelled": relabelled_buses,
    "rows shuffled": shuffled_rows,
    "other reference bus": other_reference,
    "branches flipped": flipped_branches,
    "other base power": other_base_power,
    "unit split": split_unit,
    "branch split": split_branch,
    "bus in mid line": bus_in_mid_line,
}
