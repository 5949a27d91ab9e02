"""What the AC check found, in numbers and in a planner's words.

Plain values without behaviour beyond counting and wording; ``to_json`` gives what the run folder holds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from gridplan.network.model import FloatArray

ViolationKind = Literal["no_convergence", "voltage_low", "voltage_high", "voltage_step", "branch_loading"]
SCHEMA_VERSION = 1
SCALE = {
    "no_convergence": 1e-9,
    "voltage_low": 0.05,
    "voltage_high": 0.05,
    "voltage_step": 0.03,
    "branch_loading": 10.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One limit exceeded in one hour and outage.

    ``value``, ``limit`` and ``base_value`` are pu for voltages and percent of the MVA rating for
    loading. ``base_value`` is the same place without the campuses (None: not solved or not given).
    ``is_counted`` says that it counts against the campuses, ``campuses`` against which of them.
    """

    hour: str
    time: int
    outage: str
    kind: ViolationKind
    place: str
    value: float
    limit: float
    base_value: float | None
    is_counted: bool
    campuses: tuple[str, ...] = ()

    @property
    def severity(self) -> float:
        """Excess over the limit in units that make kinds comparable."""
        return abs(self.value - self.limit) / SCALE[self.kind]

    def __str__(self) -> str:
        """Return the sentence a planner reads."""
        under = "with everything in service" if self.outage == "intact" else f"under loss of {self.outage}"
        return f"{_excess(self)} {under}, {self.hour}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcCase:
    """One hour and outage with the campuses.

    ``campus_q_mvar``, ``poi_vm_pu``, ``poi_step_pu`` and ``shunt_needed_mvar`` follow the order of the
    POIs; the last is the shunt (Mvar at 1 pu) that brings the POI up to the lower limit of the case,
    NaN where no shunt at the POIs gives a solution. ``n_frozen`` buses are kept at a reactive limit
    because switching there would not settle (0 in a clean solution).
    """

    hour: str
    time: int
    outage: str
    is_converged: bool
    reason: str
    vm_min_pu: float
    vm_min_bus: str
    vm_max_pu: float
    vm_max_bus: str
    loading_max_percent: float
    loading_max_branch: str
    slack_mw: float
    n_frozen: int
    q_reserve_mvar: float
    poi_vm_pu: tuple[float, ...]
    poi_step_pu: tuple[float, ...]
    campus_q_mvar: tuple[float, ...]
    shunt_needed_mvar: tuple[float, ...]
    is_supply_lost: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampusVerdict:
    """AC verdict of one campus; ``text`` is the sentence for the report, ``worst`` its grounds, worst first."""

    campus: str
    bus: str
    is_passed: bool
    n_failed_cases: int
    worst: tuple[Violation, ...]
    largest_step_pu: float
    q_most_mvar: float
    shunt_needed_mvar: float
    text: str


@dataclass(frozen=True, kw_only=True)
class AcCertificate:
    """Outcome of the AC check.

    ``dc_rating_factor``, dims (branch), is what Mvar leave of each MVA rating, see ``dc_rating_factor``;
    ``zero_output_support_mvar`` names the units that gave Mvar at zero MW, with the most they gave.
    """

    is_passed: bool
    verdicts: tuple[CampusVerdict, ...]
    cases: tuple[AcCase, ...]
    violations: tuple[Violation, ...]
    n_hours: int
    n_outages: int
    dc_rating_factor: FloatArray
    branch_ids: tuple[str, ...]
    zero_output_support_mvar: dict[str, float]
    assumptions: tuple[str, ...]
    limits: dict[str, Any]

    @property
    def text(self) -> str:
        """Verdict in one sentence."""
        scope = f"{len(self.cases):,} AC cases ({self.n_hours} hours, {self.n_outages} outages)"
        if self.is_passed:
            return f"AC check passed in {scope}"
        failed = [verdict.campus for verdict in self.verdicts if not verdict.is_passed]
        return f"AC check failed for {', '.join(failed)} in {scope}"

    def to_json(self) -> dict[str, Any]:
        """JSON object; violations are grouped by kind, place and outage with their count and worst case."""
        reduced = {b: round(f, 6) for b, f in zip(self.branch_ids, self.dc_rating_factor, strict=True) if f < 1.0}
        return {
            "schema_version": SCHEMA_VERSION,
            "is_passed": self.is_passed,
            "text": self.text,
            "n_cases": len(self.cases),
            "n_hours": self.n_hours,
            "n_outages": self.n_outages,
            "n_not_converged": sum(not case.is_converged for case in self.cases),
            "verdicts": [_plain(asdict(verdict)) for verdict in self.verdicts],
            "violations_counted": grouped(v for v in self.violations if v.is_counted),
            "violations_pre_existing": grouped(v for v in self.violations if not v.is_counted),
            "dc_rating_factor": reduced,
            "zero_output_support_mvar": _plain(self.zero_output_support_mvar),
            "assumptions": list(self.assumptions),
            "limits": _plain(self.limits),
            "cases": [_plain(asdict(case)) for case in self.cases],
        }


def grouped(violations: Iterable[Violation]) -> list[dict[str, Any]]:
    """Violations grouped by kind, place and outage: worst case, count of hours and sentence, worst first."""
    groups: dict[tuple[str, str, str], list[Violation]] = {}
    for violation in violations:
        place = "" if violation.kind == "no_convergence" else violation.place
        groups.setdefault((violation.kind, place, violation.outage), []).append(violation)
    worst = {key: max(found, key=lambda violation: violation.severity) for key, found in groups.items()}
    ranked = sorted(groups, key=lambda key: (-worst[key].severity, key))
    return [{**_plain(asdict(worst[key])), "n_hours": len(groups[key]), "text": str(worst[key])} for key in ranked]


def campus_verdict(
    campus: str, bus: str, position: int, violations: Sequence[Violation], cases: Sequence[AcCase]
) -> CampusVerdict:
    """Verdict of one campus from the violations that count against it; ``position`` is its place among the POIs."""
    own = sorted((v for v in violations if campus in v.campuses), key=lambda v: (-v.severity, v.time, v.outage))
    n_failed = len({(v.time, v.outage) for v in own})
    text = f"AC passes in all {len(cases):,} cases"
    if own:
        text = f"AC fails: {own[0]}; {n_failed:,} of {len(cases):,} cases fail"
    return CampusVerdict(
        campus=campus,
        bus=bus,
        is_passed=not own,
        n_failed_cases=n_failed,
        worst=tuple(own[:5]),
        largest_step_pu=_largest(case.poi_step_pu[position] for case in cases),
        q_most_mvar=_largest(case.campus_q_mvar[position] for case in cases),
        shunt_needed_mvar=_largest_or_nan(case.shunt_needed_mvar[position] for case in cases),
        text=text,
    )


def _excess(violation: Violation) -> str:
    place, value, limit = violation.place, violation.value, violation.limit
    match violation.kind:
        case "no_convergence":
            return f"no AC solution ({place})"
        case "voltage_low":
            return f"bus {place} at {value:.4f} pu, below {limit:.2f} pu"
        case "voltage_high":
            return f"bus {place} at {value:.4f} pu, above {limit:.2f} pu"
        case "voltage_step":
            return f"voltage step of {value:.4f} pu at bus {place}, limit {limit:.2f} pu"
        case "branch_loading":
            return f"branch {place} at {value:.1f} % of its MVA rating"


def _largest(values: Iterable[float]) -> float:
    return max((value for value in values if math.isfinite(value)), default=0.0)


def _largest_or_nan(values: Iterable[float]) -> float:
    found = list(values)
    return math.nan if any(math.isnan(value) for value in found) else max(found, default=0.0)


def _plain(value: Any) -> Any:
    """Value with floats rounded to 6 digits and NaN as null."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
