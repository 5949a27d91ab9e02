"""Reinforcements of a studied year: candidates and committed upgrades, built or not."""

from __future__ import annotations

import datetime
from typing import Any

from gridplan.plan.case import annual_cost_usd
from gridplan.plan.study_year import YearPlan
from gridplan.solution import year_share_frac


def upgrade_entries(plan: YearPlan) -> list[dict[str, Any]]:
    """Entries of plan.json: what each is, and whether it serves in the year."""
    case = plan.case
    built = dict(plan.sites.built) if plan.sites else {}
    rate = case.study.solve.discount_rate_frac
    entries = [
        {
            "id": option.id,
            "name": option.name,
            "branch": option.branch,
            "built": built.get(option.id, 0.0) > 0.5,
            "rating_normal_mva": option.rating_normal_mva,
            "rating_emergency_mva": option.rating_emergency_mva,
            "annual_cost_usd": annual_cost_usd(option, rate) * year_share_frac(case.hours),
            "capital_cost_musd": option.capital_cost_musd,
            "in_service_from": option.earliest_in_service.isoformat(),
        }
        for option in case.study.reinforcements
    ]
    entries += [
        {
            "id": f"committed {upgrade.branch}",
            "name": f"committed upgrade of {upgrade.branch}",
            "branch": upgrade.branch,
            "built": upgrade.in_service <= datetime.date(case.year, 6, 1),
            "rating_normal_mva": upgrade.rating_normal_mva,
            "rating_emergency_mva": upgrade.rating_emergency_mva,
            "annual_cost_usd": 0.0,
            "capital_cost_musd": 0.0,
            "in_service_from": upgrade.in_service.isoformat(),
        }
        for upgrade in case.study.base_case.committed_upgrades
    ]
    return entries
