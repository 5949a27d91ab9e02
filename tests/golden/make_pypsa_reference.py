"""Costs of the days of ``pypsa_cases`` by PyPSA's security-constrained optimisation, with its seconds and memory.

PyPSA is told the same arrays, cost block by cost block, and states and solves the problem its own way: cycle flows
instead of angles, every branch after every outage as a row from the start. It is no dependency of gridplan.

Usage, with pypsa 1.2 installed: python -m tests.golden.make_pypsa_reference [--only DAY ...] [--out FILE]
Each day runs in a process of its own, one after another; the largest holds about 3 GiB.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from tests.golden.pypsa_cases import DAYS, Day

REFERENCE = Path(__file__).with_name("pypsa_reference.json")
CHECKOUT = Path(__file__).resolve().parents[2]
LIBRARIES = ("pypsa", "linopy", "highspy", "pandas", "xarray", "numpy")
#: Kind of passive branch in PyPSA by ``is_transformer``.
KIND = {False: "Line", True: "Transformer"}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", nargs="*", choices=list(DAYS), help="days to solve; default all")
    arguments.add_argument("--out", type=Path, default=REFERENCE)
    arguments.add_argument("--here", choices=list(DAYS), help="solve one day in this process and print it")
    given = arguments.parse_args()
    if given.here:
        sys.stdout.write(json.dumps(solved_day(DAYS[given.here]())) + "\n")
        return
    kept = json.loads(given.out.read_text(encoding="utf-8"))["days"] if given.out.is_file() else {}
    days = kept | {name: in_own_process(name) for name in given.only or DAYS}
    made = {
        "made_by": f"tests/golden/{Path(__file__).name}",
        "versions": versions(),
        "days": {name: days[name] for name in DAYS if name in days},
    }
    given.out.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8", newline="\n")


def versions() -> dict[str, str]:
    """Versions that a reference rests on."""
    return {name: version(name) for name in LIBRARIES} | {"python": platform.python_version()}


def in_own_process(name: str) -> dict[str, Any]:
    """Solve one day in a new process, so that its memory is its own."""
    command = [sys.executable, "-m", "tests.golden.make_pypsa_reference", "--here", name]
    paths = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": paths}
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    # The solver prints its own log before the answer.
    return json.loads(done.stdout.splitlines()[-1])


def solved_day(day: Day) -> dict[str, Any]:
    """Solve a day and say what it cost, in USD and in seconds."""
    network, outages = pypsa_network(day), outage_index(day)
    begin, begin_cpu = time.perf_counter(), time.process_time()
    status, condition = network.optimize.optimize_security_constrained(
        network.snapshots,
        branch_outages=outages,
        extra_functionality=emergency_limits(day),
        solver_name="highs",
        io_api="direct",  # a third faster than the default, which writes a file
        include_objective_constant=False,
    )
    seconds, cpu_seconds = time.perf_counter() - begin, time.process_time() - begin_cpu
    if (status, condition) != ("ok", "optimal"):
        raise SystemExit(f"PyPSA ended with {status}, {condition}")
    units = network.generators
    cost_usd = (network.generators_t.p[units.index] * units.marginal_cost).sum(axis=1).to_numpy()
    return {
        "hours": len(day.series),
        "load_mwh": day.load_mwh,
        "branches": len(day.network.branch),
        "not_lost": [name for k, name in enumerate(day.network.branch.id) if k not in set(day.outages)],
        "cost_usd": cost_usd.tolist(),
        "total_usd": float(cost_usd.sum()),
        "objective_usd": float(network.objective),
        "rows": int(network.model.ncons),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu_seconds, 2),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def pypsa_network(day: Day) -> Any:
    """The day as a PyPSA network; every label begins with what it is, so that no two are alike."""
    import pandas as pd
    import pypsa

    grid = day.network
    # PyPSA's optimisation leaves phase shifts out, and shunts and units that draw power are not stated here.
    assert not grid.branch.shift_rad.any()
    assert not grid.bus.gs_mw.any()
    assert (grid.generator.p_min_mw >= 0).all()
    network = pypsa.Network()
    network.set_snapshots(pd.DatetimeIndex(day.series.time_utc))
    buses = [f"bus {name}" for name in grid.bus.id]
    network.add("Bus", buses, v_nom=grid.bus.base_kv)
    loads = pd.DataFrame(day.series.load_mw, index=network.snapshots, columns=[f"load {name}" for name in grid.bus.id])
    network.add("Load", loads.columns, bus=buses, p_set=loads)
    for bus, mw in day.campus_mw.items():
        network.add("Load", f"campus {bus}", bus=f"bus {bus}", p_set=mw)
    add_branches(network, day, np.array(buses))
    add_units(network, day, np.array(buses))
    return network


def branch_labels(day: Day) -> Any:
    """Component and label of every branch, as PyPSA indexes them."""
    import pandas as pd

    table = day.network.branch
    pairs = [(KIND[bool(t)], f"branch {name}") for t, name in zip(table.is_transformer, table.id, strict=True)]
    return pd.MultiIndex.from_tuples(pairs)


def outage_index(day: Day) -> Any:
    """Branches to lose, as pairs: a plain list would be taken for lines alone.

    Bridges stay out. PyPSA's outage factors of one are NaN or 0, and its rows vanish or bind nothing without a word.
    """
    return branch_labels(day)[list(day.outages)]


def add_branches(network: Any, day: Day, buses: Any) -> None:
    """Lines in ohms, transformers in pu of their own rating; dc lines as links."""
    grid, table = day.network, day.network.branch
    label = branch_labels(day).get_level_values(1).to_numpy()
    # The default T model changes the reactance of a transformer with shunts: it is "pi", and r and b stay out.
    x_mva = table.x_pu / grid.base_mva
    line, transformer = ~table.is_transformer, table.is_transformer
    # A line has no tap in PyPSA; the reactance holds it where a file gives one to a line.
    ohm = x_mva * table.tap_ratio * grid.bus.base_kv[table.from_bus] ** 2
    network.add(
        "Line",
        label[line],
        bus0=buses[table.from_bus[line]],
        bus1=buses[table.to_bus[line]],
        x=ohm[line],
        s_nom=day.normal_mw[line],
    )
    network.add(
        "Transformer",
        label[transformer],
        bus0=buses[table.from_bus[transformer]],
        bus1=buses[table.to_bus[transformer]],
        model="pi",
        x=(x_mva * day.normal_mw)[transformer],
        tap_ratio=table.tap_ratio[transformer],
        s_nom=day.normal_mw[transformer],
    )
    for d, name in enumerate(grid.dc_line.id):
        network.add(
            "Link",
            f"dc line {name}",
            bus0=buses[grid.dc_line.from_bus[d]],
            bus1=buses[grid.dc_line.to_bus[d]],
            p_nom=1.0,
            p_min_pu=grid.dc_line.p_min_mw[d],
            p_max_pu=grid.dc_line.p_max_mw[d],
            efficiency=1.0 - grid.dc_line.loss_frac[d],
        )


def add_units(network: Any, day: Day, buses: Any) -> None:
    """Every cost block as a generator of 1 MW whose limits in pu are the block's hourly MW.

    Units that produce what the weather gives may be spilled at no cost, so they are generators from 0 MW at no cost.
    """
    import pandas as pd

    unit, hours = day.network.generator, network.snapshots
    for g, name in enumerate(unit.id):
        most_mw = day.series.p_max_mw[:, g]
        if unit.is_fixed[g]:
            blocks = [(0.0, float(most_mw.max()), 0.0)]
            least_mw = np.zeros(len(hours))
        else:
            end = np.cumsum(unit.block_width_mw[g])
            blocks = list(zip(end - unit.block_width_mw[g], end, unit.block_cost_usd_per_mwh[g], strict=True))
            least_mw = day.series.p_min_mw[:, g]
        for k, (start, stop, usd) in enumerate(blocks):
            if stop > start:
                upper = np.maximum(np.minimum(most_mw, stop) - start, 0.0)
                lower = np.minimum(np.maximum(least_mw - start, 0.0), upper)
                network.add(
                    "Generator",
                    f"unit {name} block {k}",
                    bus=buses[unit.bus[g]],
                    p_nom=1.0,
                    p_min_pu=pd.Series(lower, index=hours),
                    p_max_pu=pd.Series(upper, index=hours),
                    marginal_cost=usd,
                )


def emergency_limits(day: Day) -> Callable[[Any, Any], None]:
    """Callback that gives the rows after outages their own rating.

    PyPSA holds a branch to ``s_nom`` after an outage as before it; only the right-hand sides of its rows
    ``...-security-for-...`` are changed here, from the normal rating to the emergency rating.
    """
    import xarray as xr

    pairs = branch_labels(day)

    def change(network: Any, _: Any) -> None:
        rows = {name: network.model.constraints[name] for name in network.model.constraints if "-security-for-" in name}
        assert rows, "PyPSA names its security rows differently"
        for name, row in rows.items():
            side = -1.0 if "-s-lower-" in name else 1.0
            own = pairs.get_level_values(0) == name.partition("-")[0]
            at = {"name": pairs.get_level_values(1)[own].to_numpy()}
            before_mw, after_mw = (
                xr.DataArray(side * limit[own], dims="name", coords=at).sel(name=row.rhs.indexes["name"])
                for limit in (day.normal_mw, day.emergency_mw)
            )
            assert bool((row.rhs == before_mw).all()), "PyPSA states the limit after an outage differently"
            row.rhs = after_mw.broadcast_like(row.rhs).transpose(*row.rhs.dims)

    return change


if __name__ == "__main__":
    main()
