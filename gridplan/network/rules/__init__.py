"""Rules on a grid case: one rule, one function, findings with code, place and way out.

Comes in: a GridCase and the policy of whoever reads it. Goes out: findings; nothing is repaired. A new rule is one
function and one entry in ``RULES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gridplan.errors import Finding
from gridplan.network.case import GridCase
from gridplan.network.policy import Policy
from gridplan.network.rules.coordinates import COORDINATE_RULES

Rule = Callable[[GridCase, Policy], Iterator[Finding]]

RULES: tuple[Rule, ...] = (*COORDINATE_RULES,)


def check_case(case: GridCase, policy: Policy | None = None) -> tuple[Finding, ...]:
    """Apply every rule to a case; the reader's own findings come first."""
    chosen = policy or Policy()
    return (*case.findings, *(finding for rule in RULES for finding in rule(case, chosen)))
