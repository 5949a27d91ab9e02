"""Firm MW of a load that follows the hours of a campus instead of staying flat.

In every hour a point takes what lies below its capacity of that hour, so a contract of c MW with shape s fits if
``c s_h <= K_h`` in all hours: the largest is the least ``K_h / s_h``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from gridplan.campus.build import build_campuses
from gridplan.dispatch.grid import PlanPoint
from gridplan.dispatch.hosting import hosting_year
from gridplan.errors import Place, did_you_mean, input_error
from gridplan.network.model import FloatArray
from gridplan.plan.case import YearCase
from gridplan.plan.local_hour import hour_text
from gridplan.plan.poi import PoiCapacity, binding_text
from gridplan.study.schema import Study

#: Below this a shape asks for nothing.
NOTHING = 1.0e-9


def check_shape(study: Study, campus_id: str | None, target: Path) -> None:
    """Refuse a campus, if one is named, that the study does not have.

    Raises
    ------
    InputError
        GP-CAM-004.
    """
    known = [campus.id for campus in study.campuses]
    if campus_id is not None and campus_id not in known:
        raise input_error(
            "GP-CAM-004",
            f"campus {campus_id} is not in the study.{did_you_mean(campus_id, known)}",
            "give --shape one of the campuses of the study",
            place=Place(file=target, key="--shape"),
        )


def shape_of(case: YearCase, campus_id: str) -> FloatArray:
    """MW a campus asks for per MW of contract, dims (time,): its load model or measured profile, jobs left out."""
    study = case.study
    campus = next(c for c in study.campuses if c.id == campus_id)
    alone = campus.model_copy(update={"workloads": campus.workloads.model_copy(update={"jobs": ()})})
    criteria = study.criteria.model_copy(update={"load_basis": "modelled"})
    own = study.model_copy(update={"campuses": (alone,), "criteria": criteria})
    built = build_campuses(
        own, case.year, {campus_id: 1.0}, case.series.time_utc, case.series.measured, case.series.modelled
    )
    return np.asarray(built.baseline_mw[0].sum(axis=0))


def shaped_fields(case: YearCase, poi: PoiCapacity, campus_id: str, firm_mw: float) -> dict[str, Any]:
    """Largest contract with the shape of a campus at a point, its peak, and what limits it in which hour."""
    shape = shape_of(case, campus_id)
    capacity = poi.hosting.capacity_mw
    if float(shape.max(initial=0.0)) <= NOTHING:
        return _without_load(case, campus_id)
    ratio = np.where(shape > NOTHING, capacity / np.maximum(shape, NOTHING), np.inf)
    worst = int(ratio.argmin())
    is_refused = firm_mw <= 0.0 < poi.hosting.firm_mw
    contract = 0.0 if is_refused else float(ratio[worst])
    return {
        "shape": campus_id,
        "shaped_mw": contract,
        "shaped_peak_mw": contract * float(shape.max(initial=0.0)),
        "shaped_binding": _binding(case, poi, worst),
        "shaped_binding_hour_local": hour_text(case.series.time_utc[worst], case.study.timezone),
    }


def _without_load(case: YearCase, campus_id: str) -> dict[str, Any]:
    """Fields of a year in which the campus asks for nothing: no contract follows from such hours."""
    return {
        "shape": campus_id,
        "shaped_mw": np.nan,
        "shaped_peak_mw": 0.0,
        "shaped_binding": f"campus {campus_id} asks for no MW in {case.year}",
        "shaped_binding_hour_local": "",
    }


def _binding(case: YearCase, poi: PoiCapacity, hour: int) -> str:
    """What limits the point in an hour."""
    if hour == poi.hosting.firm_hour:
        return binding_text(poi.hosting)
    grid = case.grid((PlanPoint(id=poi.poi, bus=case.network.bus_index(poi.poi)),))
    found = hosting_year(
        grid,
        0,
        u_mw=np.zeros((case.hours, 1)),
        most_mw=poi.hosting.most_mw,
        rows=poi.hosting.rows,
        raised_mw=case.raised_mw,
        hours=np.array([hour]),
    )
    return binding_text(found)
