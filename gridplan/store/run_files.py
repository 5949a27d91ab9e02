"""All result files of a run, from the plans of its years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gridplan.network.model import Network
from gridplan.plan.study_year import YearPlan
from gridplan.solution import (
    MW_BY_YEAR_COLUMNS,
    NETWORK_JSON,
    PLAN_JSON,
    SCHEDULE_CSV_COLUMNS,
    STUDY_JSON,
    STUDY_YAML,
    TABLE_COLUMNS,
    schedule_csv,
)
from gridplan.store.folder import RunWriter
from gridplan.store.hourly import Hourly, hourly_results
from gridplan.store.limit_tables import branch_worth_rows, limit_hour_rows, limit_rows
from gridplan.store.netcdf import write_schedule, write_series
from gridplan.store.plan_json import plan_document
from gridplan.store.security_tables import redispatch_rows, violation_rows
from gridplan.store.tables import (
    curve_rows,
    dependence_rows,
    mw_by_year_rows,
    poi_capacity_rows,
    reinforcement_rows,
    schedule_rows,
)
from gridplan.study.resolved import resolved
from gridplan.study.schema import Study


def write_inputs(writer: RunWriter, study: Study, text: str, network: Network) -> None:
    """The study as given and resolved, and the normalised network."""
    writer.text(STUDY_YAML, text)
    writer.json(STUDY_JSON, resolved(study))
    writer.json(NETWORK_JSON, network_document(study, network))


def write_results(
    writer: RunWriter, study: Study, plans: Sequence[YearPlan], extra: Mapping[str, Any]
) -> dict[str, Any]:
    """Results of all years; returns plan.json's document, ``extra`` entries included."""
    years: dict[int, tuple[YearPlan, Hourly]] = {p.case.year: (p, hourly_results(p)) for p in plans}
    document = {**plan_document(study, years), **extra}
    writer.json(PLAN_JSON, document)
    for plan, hourly in years.values():
        write_series(writer.folder, plan)
        write_schedule(writer.folder, plan, hourly)
        writer.csv(schedule_csv(plan.case.year), schedule_rows(plan, hourly), SCHEDULE_CSV_COLUMNS)
    both = list(years.values())
    writer.csv("mw_by_year.csv", [r for p, h in both for r in mw_by_year_rows(p, h)], MW_BY_YEAR_COLUMNS)
    tables = {
        "poi_capacity.csv": poi_capacity_rows,
        "curtailment_curve.csv": curve_rows,
        "reinforcements.csv": reinforcement_rows,
        "unit_dependence.csv": dependence_rows,
        "violations.csv": violation_rows,
        "redispatch.csv": redispatch_rows,
        "branch_worth.csv": branch_worth_rows,
        "limits.csv": limit_rows,
        "limit_hours.csv": limit_hour_rows,
    }
    for name, rows in tables.items():
        writer.csv(name, [row for plan in plans for row in rows(plan)], TABLE_COLUMNS[name])
    return document


def network_document(study: Study, network: Network) -> dict[str, Any]:
    """network.json: every table with its columns."""
    return {
        "name": network.name,
        "base_mva": network.base_mva,
        "is_synthetic": network.is_synthetic,
        "dc_convention": study.criteria.dc_convention,
        "dc_rating_factor": study.criteria.dc_rating_factor,
        "dc_rating_factor_by_branch": dict(study.criteria.dc_rating_factor_by_branch),
        "tables": {
            name: _table(getattr(network, name)) for name in ("bus", "branch", "generator", "dc_line", "storage")
        },
    }


def _table(table: Any) -> dict[str, Any]:
    columns = {name: getattr(table, name) for name in table.__dataclass_fields__}
    return {name: c.tolist() if isinstance(c, np.ndarray) else list(c) for name, c in columns.items()}
