"""The ledger: parts register signed MW at a point; closing it states every meter once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

#: Gives the Pyomo term of a part at time t.
Term = Callable[[Any, Any], Any]


def meter_row(point: str) -> str:
    """Name of the meter constraint of a point."""
    return f"meter_mw[{point}]"


@dataclass(kw_only=True)
class Ledger:
    """Withdrawals by point; what is withdrawn whatever the plan decides is the side of the meter row."""

    points: Sequence[str]
    terms: dict[str, list[tuple[float, Term]]] = field(default_factory=dict)

    def withdraw(self, point: str, term: Term, sign: float = 1.0) -> None:
        """Register a variable withdrawal (sign +1) or injection (-1) at a point."""
        self.terms.setdefault(point, []).append((sign, term))

    def close(self, m: Any) -> None:
        """State ``p_point_mw = sum of registered terms + data`` for every point and hour."""
        import pyomo.environ as pyo

        m.point = pyo.Set(initialize=list(range(len(self.points))), ordered=True)
        m.p_point_mw = pyo.Var(m.point, m.time)
        for i, point in enumerate(self.points):
            m.add_component(meter_row(point), pyo.Constraint(m.time, rule=_meter_rule(i, self.terms.get(point, []))))


def _meter_rule(point: int, terms: list[tuple[float, Term]]) -> Callable[[Any, Any], Any]:
    def rule(m: Any, t: Any) -> Any:
        # A plain loop: inside a templatized rule sum() of a generator means a sum over an index set.
        balance = m.p_point_mw[point, t]
        for sign, term in terms:
            balance = balance - sign * term(m, t)
        return balance == 0

    return rule
