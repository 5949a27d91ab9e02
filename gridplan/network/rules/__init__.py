"""Rules on a grid case: one rule, one function, findings with code, place and way out.

Comes in: a GridCase and the policy of whoever reads it. Goes out: findings; nothing is repaired. A new rule is one
function and one entry in ``RULES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from gridplan.errors import Finding
from gridplan.network.case import GridCase
from gridplan.network.policy import Policy
from gridplan.network.rules import costs, dc_lines, limits, per_unit, shunts, topology, transformers, values
from gridplan.network.rules.coordinates import COORDINATE_RULES

Rule = Callable[[GridCase, Policy], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    topology.no_bus,
    topology.duplicate_ids,
    topology.unknown_buses,
    topology.self_loops,
    topology.on_isolated_buses,
    topology.branches_to_isolated_buses,
    topology.stranded_load,
    topology.no_reference,
    topology.several_references,
    topology.reference_without_unit,
    topology.zero_impedance,
    topology.resistance_only,
    topology.two_voltages,
    per_unit.base_power,
    per_unit.odd_reactances,
    per_unit.no_base_voltage,
    values.not_a_number,
    values.negative_load,
    values.one_load_in_kw,
    values.all_loads_in_kw,
    values.too_little_generation,
    values.odd_storage,
    limits.unrated_branches,
    limits.bad_ratings,
    limits.odd_currents,
    limits.units_without_limit,
    limits.crossed_limits,
    limits.emergency_below_normal,
    limits.no_emergency_rating,
    limits.emergency_far_above_normal,
    limits.odd_voltages,
    transformers.odd_ratio,
    transformers.exchanged_windings,
    transformers.large_shift,
    transformers.shift_in_radians,
    dc_lines.odd_losses,
    dc_lines.setpoint_above_limit,
    shunts.shunts_in_dc,
    costs.not_finite_cost,
    costs.falling_polynomial,
    costs.falling_pieces,
    costs.all_costs_zero,
    costs.some_costs_missing,
    *COORDINATE_RULES,
)


def check_case(case: GridCase, policy: Policy | None = None) -> tuple[Finding, ...]:
    """Apply every rule to a case; the reader's own findings come first."""
    chosen = policy or Policy()
    # Rules compare whatever a file holds, infinities and NaN among it.
    with np.errstate(all="ignore"):
        return (*case.findings, *(finding for rule in RULES for finding in rule(case, chosen)))
