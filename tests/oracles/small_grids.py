"""Small grids written down in a few numbers, for closed forms.

In: tuples of buses, branches, units, dc lines. Out: Network and GridSeries.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gridplan.network.model import Branches, Buses, DcLines, Generators, Network, Storages
from gridplan.series.model import GridSeries


def branch(
    ends: tuple[str, str],
    *,
    x_pu: float = 0.1,
    normal_mw: float = 1e4,
    emergency_mw: float | None = None,
    tap_ratio: float = 1.0,
    shift_rad: float = 0.0,
    r_pu: float = 0.0,
) -> dict[str, object]:
    """One branch; the emergency rating is the normal one unless given."""
    return {
        "ends": ends,
        "x_pu": x_pu,
        "r_pu": r_pu,
        "tap_ratio": tap_ratio,
        "shift_rad": shift_rad,
        "normal": normal_mw,
        "emergency": normal_mw if emergency_mw is None else emergency_mw,
    }


def unit(
    bus: str, blocks: Sequence[tuple[float, float]], *, is_dispatchable: bool = True, is_fixed: bool = False
) -> dict[str, object]:
    """One unit from its blocks (width [MW], cost [USD/MWh])."""
    return {"bus": bus, "blocks": list(blocks), "dispatchable": is_dispatchable, "fixed": is_fixed}


def grid(
    load_mw: dict[str, float],
    branches: Sequence[dict[str, object]],
    units: Sequence[dict[str, object]],
    dc_lines: Sequence[tuple[str, str, float, float]] = (),
    storages: Sequence[tuple[str, float, float, float]] = (),
) -> Network:
    """Network at 100 MVA with buses in the order of ``load_mw``.

    A dc line is (from, to, MW, loss), a store (bus, MW, MWh, round-trip efficiency).
    """
    at = {bus: i for i, bus in enumerate(load_mw)}
    return Network(
        name="small",
        base_mva=100.0,
        bus=_buses(load_mw),
        branch=_branches(branches, at),
        generator=_generators(units, at),
        dc_line=DcLines(
            id=tuple(f"D{k}" for k in range(len(dc_lines))),
            from_bus=np.array([at[d[0]] for d in dc_lines], dtype=np.int64),
            to_bus=np.array([at[d[1]] for d in dc_lines], dtype=np.int64),
            p_min_mw=np.array([-d[2] for d in dc_lines], dtype=float),
            p_max_mw=np.array([d[2] for d in dc_lines], dtype=float),
            loss_frac=np.array([d[3] for d in dc_lines], dtype=float),
        ),
        storage=Storages(
            id=tuple(f"S{k}" for k in range(len(storages))),
            bus=np.array([at[s[0]] for s in storages], dtype=np.int64),
            p_mw=np.array([s[1] for s in storages], dtype=float),
            e_mwh=np.array([s[2] for s in storages], dtype=float),
            efficiency_roundtrip_frac=np.array([s[3] for s in storages], dtype=float),
        ),
    )


def two_bus(line_mw: float = 60, lines: int = 1, emergency_mw: float | None = None, load_mw: float = 100) -> Network:
    """Cheap unit (10 USD/MWh) at 1, dear unit (30 USD/MWh) and load at 2."""
    line = branch(("1", "2"), normal_mw=line_mw, emergency_mw=emergency_mw)
    return grid({"1": 0, "2": load_mw}, [line] * lines, [unit("1", [(300, 10)]), unit("2", [(300, 30)])])


def hours_of(
    network: Network,
    load_mw: npt.ArrayLike | None = None,
    p_max_mw: npt.ArrayLike | None = None,
    p_min_mw: npt.ArrayLike = 0.0,
    *,
    count: int = 1,
) -> GridSeries:
    """Series of a small grid; what is not given is the static value, broadcast over the hours."""
    load = np.array(network.bus.p_load_mw if load_mw is None else load_mw, dtype=float)
    count = load.shape[0] if load.ndim == 2 else count
    generator = network.generator
    p_max = np.broadcast_to(
        np.asarray(generator.p_max_mw if p_max_mw is None else p_max_mw, dtype=float), (count, len(generator))
    )
    p_min = np.where(generator.is_fixed, p_max, np.broadcast_to(np.asarray(p_min_mw, dtype=float), p_max.shape))
    return GridSeries(
        time_utc=np.datetime64("2020-01-01T00", "s") + np.arange(count) * np.timedelta64(3600, "s"),
        timezone="UTC",
        load_mw=np.array(np.broadcast_to(load, (count, len(network.bus)))),
        p_max_mw=np.array(p_max),
        p_min_mw=np.array(p_min),
    )


def _buses(load_mw: dict[str, float]) -> Buses:
    zero = np.zeros(len(load_mw))
    names = tuple(load_mw)
    return Buses(
        id=names,
        name=names,
        base_kv=zero + 230.0,
        area=("1",) * len(names),
        latitude_degree=zero,
        longitude_degree=zero,
        p_load_mw=np.array(list(load_mw.values()), dtype=float),
        q_load_mvar=zero,
        gs_mw=zero,
        bs_mvar=zero,
        vm_pu=zero + 1.0,
    )


def _branches(rows: Sequence[dict[str, object]], at: dict[str, int]) -> Branches:
    def column(name: str) -> npt.NDArray[np.float64]:
        return np.array([row[name] for row in rows], dtype=float)

    return Branches(
        id=tuple(f"L{k}" for k in range(len(rows))),
        from_bus=np.array([at[row["ends"][0]] for row in rows], dtype=np.int64),
        to_bus=np.array([at[row["ends"][1]] for row in rows], dtype=np.int64),
        r_pu=column("r_pu"),
        x_pu=column("x_pu"),
        b_pu=np.zeros(len(rows)),
        tap_ratio=column("tap_ratio"),
        shift_rad=column("shift_rad"),
        rating_normal_mva=column("normal"),
        rating_emergency_mva=column("emergency"),
        rating_short_time_mva=column("emergency"),
        is_transformer=np.zeros(len(rows), dtype=bool),
        length_km=np.zeros(len(rows)),
    )


def _generators(rows: Sequence[dict[str, object]], at: dict[str, int]) -> Generators:
    n_block = max(len(row["blocks"]) for row in rows)
    width, price = np.zeros((len(rows), n_block)), np.zeros((len(rows), n_block))
    for k, row in enumerate(rows):
        blocks = np.array(row["blocks"], dtype=float)
        width[k, : len(blocks)], price[k, : len(blocks)] = blocks[:, 0], blocks[:, 1]
        price[k, len(blocks) :] = blocks[-1, 1]
    zero = np.zeros(len(rows))
    return Generators(
        id=tuple(f"G{k}" for k in range(len(rows))),
        bus=np.array([at[row["bus"]] for row in rows], dtype=np.int64),
        unit_type=("CT",) * len(rows),
        fuel=("gas",) * len(rows),
        p_min_mw=zero,
        p_max_mw=width.sum(axis=1),
        q_min_mvar=zero,
        q_max_mvar=zero,
        vm_setpoint_pu=zero + 1.0,
        forced_outage_rate_frac=zero,
        block_width_mw=width,
        block_cost_usd_per_mwh=price,
        is_dispatchable=np.array([row["dispatchable"] for row in rows], dtype=bool),
        is_fixed=np.array([row["fixed"] for row in rows], dtype=bool),
    )
