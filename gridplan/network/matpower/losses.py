"""What a MATPOWER case file has no place for, element by element, with MW.

Comes in: a GridCase. Goes out: NotCarried rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from gridplan.network.case import GridCase, NotCarried, numbered_ids
from gridplan.network.model import FloatArray


def losses(case: GridCase) -> Iterator[NotCarried]:
    """Rows of a case that MATPOWER's tables do not hold."""
    yield from _bus_elements(case)
    yield from _storages(case)
    yield from _details(case)
    yield from _costs(case)


def _bus_elements(case: GridCase) -> Iterator[NotCarried]:
    """Loads and shunts: MATPOWER has one sum of each a bus, always in service."""
    for table, power, unit in (("load", "p_mw", "MW"), ("shunt", "bs_mvar", "Mvar")):
        elements = getattr(case, table)
        off = ~elements.in_service
        if off.any():
            total = float(getattr(elements, power)[off].sum())
            meaning = f"out of service, {total:,.1f} {unit} in all; MATPOWER knows no {table} out of service"
            yield NotCarried(section=table, rows=int(off.sum()), meaning=meaning)
        live = [bus for bus, is_on in zip(elements.bus, elements.in_service, strict=True) if is_on]
        shared = {bus: count for bus, count in Counter(live).items() if count > 1}
        if shared:
            buses = "1 bus" if len(shared) == 1 else f"{len(shared)} buses"
            meaning = f"{table}s at {buses} with several of them; written as one sum a bus"
            yield NotCarried(section=table, rows=sum(shared.values()), meaning=meaning)
        named = sum(own != plain for own, plain in zip(elements.id, numbered_ids(elements.bus), strict=True))
        if named:
            yield NotCarried(section=f"{table} id", rows=named, meaning=f"MATPOWER has no ids of {table}s")


def _storages(case: GridCase) -> Iterator[NotCarried]:
    storage = case.storage
    if len(storage):
        meaning = f"{storage.p_mw.sum():,.1f} MW and {storage.e_mwh.sum():,.1f} MWh; MATPOWER cases hold no storage"
        yield NotCarried(section="storage", rows=len(storage), meaning=meaning)


def _details(case: GridCase) -> Iterator[NotCarried]:
    bus, branch = case.bus, case.branch
    placed = int((np.isfinite(bus.latitude_degree) & np.isfinite(bus.longitude_degree)).sum())
    if placed:
        yield NotCarried(section="bus coordinates", rows=placed, meaning="MATPOWER has no place for coordinates")
    measured = int((_known(branch.length_km) > 0).sum())
    if measured:
        yield NotCarried(section="branch length_km", rows=measured, meaning="MATPOWER has no place for lengths")


def _costs(case: GridCase) -> Iterator[NotCarried]:
    curves = case.generator.cost
    free = sum(1 for curve in curves if curve is None)
    if 0 < free < len(curves):
        yield NotCarried(
            section="generator cost", rows=free, meaning="units without a cost; written as costing nothing"
        )


def _known(values: FloatArray) -> FloatArray:
    return np.where(np.isfinite(values), values, 0.0)
