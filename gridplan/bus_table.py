"""Hosting capacity of all buses as a table: which buses, one row of each, and the files a planner opens.

Comes in: the case of one year, and buses by voltage. Goes out: rows of ``gridplan hosting --all``; hosting.csv,
hosting.gpkg and the map, all there or none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.dispatch.farm import Farm
from gridplan.dispatch.hosting_all import BusHosting
from gridplan.dispatch.rows import INTACT, RowKey
from gridplan.errors import FileError, Place, input_error
from gridplan.network.contingency import outage_label
from gridplan.network.geography.places import has_place
from gridplan.network.model import Network
from gridplan.plan.adequacy import margin_mw
from gridplan.plan.all_buses import NOTHING, BusCapacity, bus_capacities
from gridplan.plan.case import YearCase
from gridplan.plan.local_hour import hour_text
from gridplan.report.maps_hosting import hosting_layers, hosting_map
from gridplan.solution import INTACT as NO_OUTAGE
from gridplan.store.folder import write_together

#: Buses up to which a network is looked at in full unless a voltage is given; above it only transmission is.
MOST_BUSES, TRANSMISSION_KV = 300, 100.0
CSV, GPKG, SVG, PNG, UNPLACED_CSV = "hosting.csv", "hosting.gpkg", "hosting.svg", "hosting.png", "hosting_unplaced.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class BusTable:
    """Which buses stand in the table of all buses, and where it is written.

    Parameters
    ----------
    min_kv : float, optional [kV]
        Least nominal voltage; default every bus, and ``TRANSMISSION_KV`` above ``MOST_BUSES`` buses.
    folder : Path, optional
        Folder of the files; None writes none.
    is_forced : bool
        Replace such files where they are there already.
    """

    min_kv: float | None = None
    folder: Path | None = None
    is_forced: bool = False

    def prepared(self, network: Network, target: Path) -> float:
        """Least voltage of the buses [kV]; whatever stands against the table is said now, before the work."""
        if self.folder is not None:
            check_folder(self.folder, is_forced=self.is_forced)
        return least_kv(network, self.min_kv, target)


WHOLE_TABLE = BusTable()


def least_kv(network: Network, given_kv: float | None, target: Path) -> float:
    """Least nominal voltage of the buses looked at [kV].

    Raises
    ------
    InputError
        GP-BUS-003 if no bus reaches what was given.
    """
    kv = network.bus.base_kv
    if given_kv is None:
        return TRANSMISSION_KV if len(kv) > MOST_BUSES and (kv >= TRANSMISSION_KV).any() else 0.0
    if not (kv >= given_kv).any():
        raise input_error(
            "GP-BUS-003",
            f"no bus of network {network.name} has {given_kv:g} kV or more; the highest has {kv.max():g} kV",
            f"give --min-kv {kv.max():g} or less",
            place=Place(file=target, key="--min-kv"),
        )
    return given_kv


def buses_from(network: Network, min_kv: float) -> list[str]:
    """Buses of at least this voltage."""
    return [network.bus.id[b] for b in np.flatnonzero(network.bus.base_kv >= min_kv)]


def bus_rows(
    case: YearCase, buses: Sequence[str], most_mw: float, *, farm: Farm, progress: Callable[[str], None], radial: str
) -> list[dict[str, Any]]:
    """Row of every bus: firm MW and what binds it, N-0, headroom, the three rules, supply, place.

    Parameters
    ----------
    radial : str
        What stands as binding at a bus that one outage cuts off, where the study does not accept that.
    """
    found = bus_capacities(case, buses, most_mw, farm=farm, progress=progress)
    kept = _not_worsened(case, buses, most_mw, farm, progress)
    supply = max(0.0, float(margin_mw(case, 0.0).min()))
    rows = []
    for i, answer in enumerate(found):
        bus = case.network.bus_index(answer.bus)
        is_refused = bool(case.is_radial[bus]) and not case.study.criteria.accept_radial_supply
        secure = answer.secure
        row = {
            "year": case.year,
            "bus": answer.bus,
            "hosting_capacity_mw": (0.0 if is_refused else secure.firm_mw) + 0.0,
            "binding": radial if is_refused else answer.binding,
            "binding_hour_local": hour_text(case.series.time_utc[secure.firm_hour], case.study.timezone),
            "is_radial": bool(case.is_radial[bus]),
            "secure_mw": secure.firm_mw,
            "intact_mw": answer.intact.firm_mw,
            "headroom_mw": answer.headroom.p_mw,
            "headroom_binding": answer.headroom_binding,
            "generation_limited_hours": int(secure.is_generation_limited.sum()),
        }
        rows.append(
            row
            | _more(case, answer, kept[i] if kept else secure, is_refused, supply)
            | place_of(case.network, answer.bus)
        )
    return rows


def _not_worsened(
    case: YearCase, buses: Sequence[str], most_mw: float, farm: Farm, progress: Callable[[str], None]
) -> list[BusHosting]:
    """Capacities under ``no_worsening`` where the study sets violations aside; none where that is the study's rule."""
    if case.study.criteria.pre_existing != "set_aside" or not case.raised_mw:
        return []
    progress("the same without worsening what is overloaded already")
    criteria = case.study.criteria.model_copy(update={"pre_existing": "no_worsening"})
    study = case.study.model_copy(update={"criteria": criteria})
    other = replace(case, study=study, **_base_of(study, case, farm))
    found = bus_capacities(other, buses, most_mw, farm=farm.named("no worsening "), progress=progress)
    return [answer.secure for answer in found]


def _base_of(study: Any, case: YearCase, farm: Farm) -> dict[str, Any]:
    from gridplan.plan.base_case import base_dispatch

    base, rows, raised = base_dispatch(study, case.plain, farm.named("no worsening "))
    return {"base": base, "rows": rows, "raised_mw": raised}


def _more(case: YearCase, answer: BusCapacity, kept: BusHosting, is_refused: bool, supply_mw: float) -> dict[str, Any]:
    """What only a table of all buses says."""
    secure = answer.secure
    is_supply = bool(secure.is_generation_limited[secure.firm_hour])
    limited = "radial supply" if is_refused else "supply" if is_supply else "network"
    branch, outage = _pair(case, answer.bus, secure.binding[0] if secure.binding else None)
    return {
        "binding_branch": branch,
        "binding_outage": outage,
        "intact_binding": answer.n0_binding,
        "limited_by": "nothing" if answer.binding == NOTHING and not is_refused else limited,
        "supply_adequate_mw": supply_mw,
        "no_worsening_mw": kept.firm_mw,
        "set_aside_mw": float(kept.set_aside_mw.min()),
        "fix_first_mw": float(kept.fix_first_mw.min()),
    }


def _pair(case: YearCase, bus: str, key: RowKey | None) -> tuple[str, str]:
    """Branch that binds and label of the outage after which it does."""
    if key is None:
        return "", ""
    branch = case.network.branch.id[key[0]]
    if key[1] == INTACT:
        return branch, NO_OUTAGE
    outages = case.plain.outages.contingencies
    return branch, outage_label(case.network, outages[key[1]]) if key[1] < len(outages) else f"campus:{bus}"


def place_of(network: Network, name: str) -> dict[str, Any]:
    """Name, voltage and place of a bus, None where it has no place."""
    table, bus = network.bus, network.bus_index(name)
    known = bool(has_place(table.latitude_degree[bus : bus + 1], table.longitude_degree[bus : bus + 1])[0])
    return {
        "name": table.name[bus],
        "base_kv": float(table.base_kv[bus]),
        "latitude_degree": float(table.latitude_degree[bus]) if known else None,
        "longitude_degree": float(table.longitude_degree[bus]) if known else None,
    }


def check_folder(folder: Path, *, is_forced: bool) -> None:
    """Refuse a folder before any work is done if the files cannot be put there.

    Raises
    ------
    FileError
        If the path is or lies below a file, cannot be written, or holds such files already and ``is_forced`` is off.
    """
    file = next((path for path in (folder, *folder.parents) if path.is_file()), None)
    if file is not None:
        raise FileError(f"{folder} cannot be written: {file} is a file; give another folder with --out")
    there = [name for name in (CSV, GPKG, SVG, PNG, UNPLACED_CSV) if (folder / name).exists()]
    if there and not is_forced:
        raise FileError(f"{folder} holds {', '.join(there)} already; give --force to replace, or another --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".hosting.tmp"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise FileError(
            f"{folder} cannot be written: {error.strerror or error}; give another folder with --out"
        ) from None


def table_heading(title: str, basis: Mapping[str, Any], *, is_synthetic: bool) -> str:
    """Title of table and map."""
    label = " (synthetic grid)" if is_synthetic and "synthetic" not in title.lower() else ""
    when = "one snapshot" if basis["hours"] == 1 else f"firm in {basis['hours']:,} hours"
    return f"Hosting capacity, each bus alone, {str(basis['security']).upper()} secure, {when}: {title}{label}"


def write_table(folder: Path, heading: str, rows: Sequence[Mapping[str, Any]], network: Network) -> list[str]:
    """Write the table, the points and the map of the last year; paths of the files, in order.

    A network without coordinates has a table alone; buses without are in the table and in a list apart.
    """
    placed = [row for row in rows if row["latitude_degree"] is not None]
    apart = [row for row in rows if row["latitude_degree"] is None]
    out: dict[str, str | bytes] = {CSV: _csv(rows)}
    if placed:
        year = max(row.get("year", 0) for row in placed)
        out[GPKG] = hosting_layers(heading, placed)
        out[SVG], out[PNG] = hosting_map(heading, [row for row in placed if row.get("year", 0) == year], network)
    if placed and apart:
        out[UNPLACED_CSV] = _csv(apart)
    write_together({folder / name: data for name, data in out.items()})
    for name in {GPKG, SVG, PNG, UNPLACED_CSV} - set(out):
        (folder / name).unlink(missing_ok=True)
    return [str(folder / name) for name in out]


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    import csv
    import io

    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else "" if value is None else value
