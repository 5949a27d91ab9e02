"""What the auditor hands back: measures, checks and the certificate.

A measure is the worst value of one quantity with its tolerance and place; a check is the verdict on
all measures of one demand; the certificate is the tuple of checks with its scope. Nothing is read here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from gridplan.solution import SCHEMA_VERSION

FloatArray = npt.NDArray[np.float64]
Verdict = Literal["pass", "fail", "not_applicable"]

SCOPE = (
    "The network, the hourly data and what each campus asks for are taken as written in the run folder; "
    "importers and the campus model are proved separately. The cost of the base case (base_usd) is taken as stated. "
    "Reserve, AC voltages, ramps and unit commitment are outside this certificate."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Worst value of one quantity; it passes when ``worst <= tolerance`` (a value that is no number fails)."""

    quantity: str
    unit: str
    worst: float
    tolerance: float
    place: str
    note: str = ""

    @property
    def is_failed(self) -> bool:
        """Whether the worst value is beyond its tolerance."""
        return not self.worst <= self.tolerance

    @property
    def severity(self) -> float:
        """Worst value in tolerances, infinite where it is no number."""
        return math.inf if math.isnan(self.worst) else self.worst / self.tolerance


def worst_of(
    quantity: str,
    unit: str,
    excess: FloatArray,
    tolerance: FloatArray | float,
    place: Callable[[tuple[int, ...]], str],
    *,
    note: str = "",
) -> Measure:
    """Entry of ``excess`` that is largest in tolerances, with its place in words."""
    if excess.size == 0:
        return Measure(
            quantity=quantity,
            unit=unit,
            worst=0.0,
            tolerance=float(np.max(tolerance, initial=1e-9)),
            place="nothing to check",
            note=note,
        )
    ratio = excess / tolerance
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(ratio)), ratio.shape))
    limit = np.broadcast_to(np.asarray(tolerance, dtype=np.float64), ratio.shape)
    return Measure(
        quantity=quantity,
        unit=unit,
        worst=float(np.broadcast_to(excess, ratio.shape)[index]),
        tolerance=float(limit[index]),
        place=place(index),
        note=note,
    )


def single(quantity: str, unit: str, value: float, tolerance: float, place: str, *, note: str = "") -> Measure:
    """Measure of one number."""
    return Measure(quantity=quantity, unit=unit, worst=float(value), tolerance=tolerance, place=place, note=note)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Verdict on one demand: the worst measure, its place and the reason in words."""

    id: str
    title: str
    quantity: str
    unit: str
    worst: float
    tolerance: float
    place: str
    verdict: Verdict
    reason: str
    seconds: float

    def to_json(self, *, seconds: bool = True) -> dict[str, Any]:
        """Check as a flat JSON object; numbers that JSON cannot hold become null."""
        row: dict[str, Any] = {
            "id": self.id,
            "title": self.title,
            "verdict": self.verdict,
            "quantity": self.quantity,
            "unit": self.unit,
            "worst": self.worst if math.isfinite(self.worst) else None,
            "tolerance": self.tolerance if math.isfinite(self.tolerance) else None,
            "place": self.place,
            "reason": self.reason,
        }
        if seconds:
            row["seconds"] = round(self.seconds, 3)
        return row


def check_of_measures(
    id_: str, title: str, measures: Sequence[Measure], problems: Sequence[str], seconds: float
) -> Check:
    """Check whose verdict is the worst of the measures and of the parts that could not be read."""
    failed = [m for m in measures if m.is_failed]
    head = max(measures, key=lambda m: m.severity, default=None)
    reasons = [
        *problems,
        *(
            f"{m.quantity}: {m.worst:.6g} {m.unit} (tolerance {m.tolerance:.3g}) at {m.place}"
            for m in sorted(failed, key=lambda m: -m.severity)
        ),
    ]
    notes = dict.fromkeys(m.note for m in measures if m.note)
    return Check(
        id=id_,
        title=title,
        quantity=head.quantity if head else "presence of its inputs",
        unit=head.unit if head else "1",
        worst=head.worst if head else math.nan,
        tolerance=head.tolerance if head else 0.0,
        place=head.place if head else "run folder",
        verdict="fail" if reasons else "pass",
        reason="; ".join(reasons or notes),
        seconds=seconds,
    )


def check_not_applicable(id_: str, title: str, reason: str, seconds: float) -> Check:
    """Check of something this run does not have."""
    return Check(
        id=id_,
        title=title,
        quantity="",
        unit="1",
        worst=0.0,
        tolerance=0.0,
        place="",
        verdict="not_applicable",
        reason=reason,
        seconds=seconds,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """All checks of one run folder, and what they do not cover."""

    run: str
    scope: str
    checks: tuple[Check, ...]

    @property
    def is_passed(self) -> bool:
        """Whether no check failed."""
        return not self.failed_ids

    @property
    def failed_ids(self) -> tuple[str, ...]:
        """Ids of the failed checks, in order."""
        return tuple(check.id for check in self.checks if check.verdict == "fail")

    @property
    def seconds(self) -> float:
        """Time of all checks [s]."""
        return sum(check.seconds for check in self.checks)

    def to_json(self, *, seconds: bool = True) -> dict[str, Any]:
        """Certificate as JSON; without ``seconds`` the same run gives the same bytes."""
        return {
            "schema_version": SCHEMA_VERSION,
            "status": "passed" if self.is_passed else "failed",
            "run": self.run,
            "scope": self.scope,
            "checks": [check.to_json(seconds=seconds) for check in self.checks],
        }

    def to_text(self) -> str:
        """Certificate as a text table, failed checks spelled out below it."""
        lines = [f"{'check':5} {'verdict':14} {'worst':>12} {'tolerance':>10} {'unit':8} {'s':>6}  title"]
        lines += [
            f"{c.id:5} {c.verdict:14} {c.worst:12.4g} {c.tolerance:10.2g} {c.unit:8} {c.seconds:6.2f}  {c.title}"
            for c in self.checks
        ]
        lines += [f"{c.id} {c.verdict}: {c.reason}" for c in self.checks if c.verdict != "pass"]
        verdict = "passed" if self.is_passed else f"failed ({', '.join(self.failed_ids)})"
        return "\n".join([*lines, f"Certificate {verdict}. Scope: {self.scope}"])
