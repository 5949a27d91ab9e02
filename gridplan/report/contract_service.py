"""Curtailment of the flat contract: what conditional MW mean, campus by campus.

Comes in: the run folder. Goes out: one value object for each campus. The modelled schedule is another matter and
stands in mw_by_year.csv.
"""

from __future__ import annotations

from dataclasses import dataclass

from gridplan.report.run_folder import Object, RunFolder
from gridplan.report.studied_hours import is_snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractCurtailment:
    """Curtailment of one campus that draws its connected MW in every hour.

    Parameters
    ----------
    hours, longest_event_h : float [h]
        Curtailed hours of the year; longest run of them.
    depth_mw, energy_mwh : float [MW], [MWh]
        Largest loss of one hour; loss of the year.
    energy_frac : float or None
        Loss as a share of the flat contract; None where nothing is connected.
    """

    hours: float
    longest_event_h: float
    depth_mw: float
    energy_mwh: float
    energy_frac: float | None


def contract_curtailment(run: RunFolder, year: str, campus: Object) -> ContractCurtailment | None:
    """Curtailment of the flat contract of a conditional campus; None for firm service or an older plan."""
    facts = {**binding_facts(run, year, str(campus["id"])), **campus}
    if campus["conditional_mw"] <= 0 or facts.get("contract_curtailed_hours") is None:
        return None
    energy = float(facts.get("contract_curtailed_mwh") or 0.0)
    asked = float(campus["connected_mw"]) * float(run.year(year).get("hours") or 0)
    return ContractCurtailment(
        hours=float(facts["contract_curtailed_hours"]),
        longest_event_h=float(facts.get("contract_longest_event_h") or 0.0),
        depth_mw=float(facts.get("contract_depth_mw") or 0.0),
        energy_mwh=energy,
        energy_frac=energy / asked if asked > 0 else None,
    )


def binding_facts(run: RunFolder, year: str, campus: str) -> Object:
    """Entry of verdict_facts for a campus, without the hour of a snapshot; empty where the plan says nothing."""
    facts = run.year(year).get("verdict_facts") or {}
    if isinstance(facts, list):
        facts = {entry.get("id") or entry.get("campus"): entry for entry in facts}
    found: Object = facts.get(campus) or {}
    return {**found, "binding_hour_local": ""} if found and is_snapshot(run) else found
