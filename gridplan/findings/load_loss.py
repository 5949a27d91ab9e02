"""Findings of faults and of the load they trip."""

from __future__ import annotations

from gridplan.findings.kind import FindingKind

LOAD_LOSS_FINDINGS: tuple[FindingKind, ...] = (
    FindingKind(
        "GP-FLT-001",
        "No machine feeds a bus",
        "error",
        "Voltages during a fault are asked for (`criteria.load_loss`), and the part of the grid that holds a candidate "
        "bus has no turbine or hydro unit with MW. Units behind inverters hold their current near the rated one and "
        "count nothing.",
        "Give the units their type, fuel and MW, or leave `criteria.load_loss` out.",
    ),
    FindingKind(
        "GP-FLT-002",
        "Campus larger than one fault may trip",
        "warning",
        "The part of a campus that a fault at its own bus trips, (1 - ride_through_frac) of its contract, is above "
        "`criteria.load_loss.limit_mw`: siting cannot connect the contract in full anywhere.",
        "Raise `ride_through_frac` to the share that is said, split the campus over places that no fault trips "
        "together, or raise the limit if it is not the utility's.",
    ),
    FindingKind(
        "GP-FLT-003",
        "Ride-through without a limit",
        "warning",
        "A campus states `ride_through_frac`, and the study no `criteria.load_loss`, so nothing depends on it.",
        "State `criteria.load_loss: {limit_mw: ...}`, or delete the share.",
    ),
)
