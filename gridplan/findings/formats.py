"""Findings on what a network format says otherwise than gridplan, or does not say."""

from __future__ import annotations

from gridplan.findings.kind import FindingKind

FORMAT_FINDINGS: tuple[FindingKind, ...] = (
    FindingKind(
        "GP-TOP-008",
        "Element twice",
        "warning",
        "Two elements of a PSS/E file have one id; both are kept, the second under a new id.",
        "Give each its own id.",
    ),
    FindingKind(
        "GP-GEN-002",
        "Voltage held elsewhere",
        "note",
        "Units hold the voltage of another bus in their file; here they hold that of their own.",
        "Check the voltage setpoints of these units.",
    ),
    FindingKind(
        "GP-LOD-001",
        "Load that depends on voltage",
        "warning",
        "Parts of constant current or admittance are taken at the voltages of the file and are constant power "
        "from there on.",
        "Check that constant power is meant.",
    ),
    FindingKind(
        "GP-LOD-002",
        "Generation behind a load",
        "note",
        "A load states generation of its own; it was subtracted.",
        "Nothing to do.",
    ),
    FindingKind(
        "GP-DCL-002",
        "dc line without a voltage",
        "warning",
        "The scheduled voltage of a dc line is not given; its loss is unknown and left out.",
        "State VSCHD.",
    ),
    FindingKind(
        "GP-DCL-003",
        "dc lines as MW",
        "note",
        "The converters of dc lines move MW; the Mvar they draw are left out.",
        "Add the Mvar as loads for an AC study.",
    ),
    FindingKind(
        "GP-TRF-004",
        "Impedance on another base",
        "warning",
        "The impedance of a transformer stands on another voltage than that of its bus, or follows its tap; what "
        "was taken is said.",
        "State impedances on the base of the system, at the tap in use.",
    ),
    FindingKind(
        "GP-SHN-002",
        "Switched shunts stay",
        "note",
        "Switched shunts stay at their initial value.",
        "Nothing to do.",
    ),
    FindingKind(
        "GP-CST-004",
        "No costs in the format",
        "warning",
        "The format has no costs and no cost file stands beside the file: energy costs 0 USD/MWh.",
        "Write the cost file that is named.",
    ),
    FindingKind(
        "GP-CST-005",
        "Costs beside the file",
        "note",
        "Costs were read from the cost file beside the network file.",
        "Nothing to do.",
    ),
    FindingKind(
        "GP-CST-006",
        "Cost file",
        "error",
        "A row of the cost file names no unit, stands twice, or holds something else than numbers.",
        "Correct the row named.",
    ),
    FindingKind(
        "GP-PU-003",
        "No base power",
        "note",
        "The file names no base power; the usual one was taken.",
        "Check the base power.",
    ),
    FindingKind(
        "GP-VAL-006",
        "Default of the format",
        "warning",
        "Fields are empty in a format that has defaults; each default taken is told with a count.",
        "Write the values.",
    ),
    FindingKind(
        "GP-TOP-009",
        "Branch open at one end",
        "note",
        "A branch that a switch opens at one end is out of service; its charging stays at the other end as a shunt.",
        "Nothing to do.",
    ),
    FindingKind(
        "GP-SHN-003",
        "Charging that differs between ends",
        "note",
        "Branches with losses or charging that differ between their ends carry the difference as shunts at their "
        "buses, also while a branch is out.",
        "Nothing to do.",
    ),
    FindingKind(
        "GP-LIM-007",
        "Limits of a unit not stated",
        "warning",
        "Units state no limit of their output, or 9999 MW, as PSS/E writes it; what is taken instead is said.",
        "State the limits: how much a unit can give decides every result.",
    ),
    FindingKind(
        "GP-LIM-008",
        "One rating only",
        "note",
        "The format has one rating; emergency and short-time ratings are missing.",
        "State emergency ratings in the study.",
    ),
    FindingKind(
        "GP-STO-001",
        "Store without efficiency",
        "warning",
        "The format states no efficiency of a store, or its power is its state; what is taken is said.",
        "State the efficiency in the study if it matters.",
    ),
)
