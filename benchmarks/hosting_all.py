"""Hosting capacity of every bus of Texas 2000 from 100 kV on, N-1 secure, one snapshot: what each part costs.

Run as ``python benchmarks/hosting_all.py [BLOCKS]``: all blocks of buses, or some of them spread over the grid. Times
are those of this process; the ratio is against the same bus asked alone, which is what there was before.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import numpy as np

from gridplan.bus_table import buses_from
from gridplan.dispatch.hosting_all import BusBlock, blocks_of
from gridplan.plan.all_buses import most_mw_of, room_of, shared_questions
from gridplan.plan.case import year_case
from gridplan.plan.poi import poi_capacity
from gridplan.study_ground import snapshot_ground

ALONE = 2


def main(count: int | None) -> None:
    """Print one line for each part, in ms a bus: median of the blocks."""
    given = snapshot_ground(Path("texas2000"), None)
    begun = time.process_time()
    case = year_case(given.study, 2026, given.network, given.series)
    print(f"grid without campuses {time.process_time() - begun:.1f} s")
    begun = time.process_time()
    shared = shared_questions(case, most_mw_of(case))
    print(f"sieve {time.process_time() - begun:.1f} s, {len(shared.secure.sieve.branch):,} pairs kept")
    buses = [case.network.bus_index(bus) for bus in buses_from(case.network, 100.0)]
    blocks = blocks_of(case.plain, buses)
    chosen = blocks if count is None else [blocks[i] for i in np.linspace(0, len(blocks) - 1, count).astype(int)]
    room = room_of(shared)
    cost: dict[str, list[float]] = {"n-1": [], "n-0": [], "headroom": []}
    for block in chosen:
        for name, work in (
            ("n-1", lambda own: BusBlock(shared.secure).solve(own)),
            ("n-0", lambda own: BusBlock(shared.intact).solve(own)),
            ("headroom", lambda own: [room.of(bus) for bus in own]),
        ):
            begun = time.process_time()
            work(block)
            cost[name].append(1e3 * (time.process_time() - begun) / len(block))
    each = {name: statistics.median(values) for name, values in cost.items()}
    print(", ".join(f"{name} {value:.1f} ms" for name, value in each.items()), f"for each of {len(buses)} buses")
    begun = time.process_time()
    for bus in chosen[0][:ALONE]:
        poi_capacity(case, case.network.bus.id[bus], most_mw_of(case))
    alone = 1e3 * (time.process_time() - begun) / ALONE
    print(f"a bus alone {alone:.0f} ms, {alone / sum(each.values()):.0f} times as much")
    print(f"all buses {sum(each.values()) * len(buses) / 1e3:.0f} s on one core")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else None)
