"""Findings on grids: topology, limits, values, transformers, dc lines, costs, per unit."""

from __future__ import annotations

from gridplan.findings.kind import FindingKind

GRID_FINDINGS: tuple[FindingKind, ...] = (
    FindingKind(
        "GP-TOP-001",
        "Load without a source",
        "error, warning",
        "A connected part of the grid has load and no unit in service, so its load could never be served. Open "
        "branches that would join it to another part are named. A warning where `--islands main` leaves the part "
        "out.",
        "Close the missing branch, give the part a unit, or take its load out of service.",
    ),
    FindingKind(
        "GP-TOP-002",
        "No reference bus",
        "warning",
        "A connected part with units has no reference bus. DC results do not depend on it; for AC the bus with "
        "the largest unit is taken.",
        "Make that bus the reference (type 3) in the file.",
    ),
    FindingKind(
        "GP-TOP-003",
        "Several reference buses, or one without a unit",
        "warning",
        "Any reference bus works in DC; the AC check needs one reference with a unit in each part.",
        "Keep one reference bus, and choose one with a unit.",
    ),
    FindingKind(
        "GP-TOP-004",
        "Branch without impedance",
        "error, warning, note",
        "A branch with r = x = 0 has no flow law. With `--merge-zero-impedance` its ends become one bus, and a "
        "note names them. A branch with a resistance and no reactance is a warning: its flow is not defined in "
        "the DC model.",
        "Give the reactance, or say `--merge-zero-impedance`.",
    ),
    FindingKind(
        "GP-TOP-005",
        "End that cannot be",
        "error, warning",
        "An element names a bus that does not exist, a branch joins a bus to itself, or load or units in service "
        "hang on an isolated bus (type 4). A warning for elements out of service and for branches to isolated "
        "buses, which carry nothing.",
        "Correct the bus, or take the element out of service.",
    ),
    FindingKind(
        "GP-TOP-006",
        "Line between two voltages",
        "warning",
        "A branch joins two base voltages, has charging like a line, and neither tap nor shift. It is computed as"
        " it stands.",
        "Correct the ends, or write the tap ratio if it is a transformer.",
    ),
    FindingKind(
        "GP-TOP-007",
        "Part of the grid left out",
        "error, warning, note",
        "Several connected parts have load and supply of their own. gridplan studies one: the others are refused,"
        " or left out by name with `--islands main`. Buses with neither load nor units are left out with a note.",
        "Close the branch that is missing, or say `--islands main`.",
    ),
    FindingKind(
        "GP-BUS-001",
        "Unknown bus",
        "error",
        "A study or a command names a bus that the network does not have; near ids are offered.",
        "Use an id of the network.",
    ),
    FindingKind(
        "GP-BUS-002",
        "Duplicate id",
        "error",
        "Two elements of one table have the same id; both places are named. Nothing tells which one a reference means.",
        "Give the second its own id, or delete it.",
    ),
    FindingKind(
        "GP-BUS-003",
        "No candidate bus",
        "error",
        "A hosting study is asked for without any bus.",
        "Give `--bus BUS` or `--all`.",
    ),
    FindingKind(
        "GP-BUS-004",
        "No bus",
        "error",
        "The grid holds no bus, or none that is in service.",
        "Give the buses of the grid.",
    ),
    FindingKind(
        "GP-BUS-005",
        "Joint capacity of one bus",
        "error",
        "`gridplan hosting --joint` looks at what several buses take together, and only one is given.",
        "Give `--bus` at least twice, with different buses.",
    ),
    FindingKind(
        "GP-BRA-001",
        "Unknown branch",
        "error",
        "A study names a branch that the network does not have; near ids are offered.",
        "Use an id of the network.",
    ),
    FindingKind(
        "GP-GEN-001",
        "Unknown unit",
        "error",
        "A study or an hourly table names a unit that the network does not have.",
        "Use an id of the network.",
    ),
    FindingKind(
        "GP-LIM-001",
        "Branch without a rating",
        "error, warning",
        "MATPOWER means unlimited by a rating of 0. `--unrated ignore` (default) takes it so and counts them, "
        "`error` refuses them, `derive` rates them by impedance, voltage limits and angle limit.",
        "Give the ratings in MVA, or choose with `--unrated`.",
    ),
    FindingKind(
        "GP-LIM-002",
        "Rating that is none",
        "error",
        "A rating is below 0, or not above it where it must be.",
        "Give the rating in MVA.",
    ),
    FindingKind(
        "GP-LIM-003",
        "Ratings that no conductor carries",
        "warning",
        "The median rating of the lines of a voltage class means less than 0.05 or more than 5 kA: A may have "
        "been written as MVA, or the base voltage is wrong. Needs five rated lines; 1 kV and ratings of 9,900 MVA"
        " and more are taken as placeholders. `--accept-odd-units` silences it.",
        "Check the unit of ratings and the base voltages.",
    ),
    FindingKind(
        "GP-LIM-004",
        "Lowest above highest",
        "error",
        "A lowest value lies above its highest: output, reactive power, voltage, angle, dc power.",
        "Exchange or correct the two.",
    ),
    FindingKind(
        "GP-LIM-005",
        "Emergency rating missing, too small or far too large",
        "error, warning",
        "An emergency or short-time rating below the normal one contradicts it (error). Where there is none, the "
        "normal rating is used after outages (warning, once, with the count). Ten times the normal rating is doubted "
        "(warning).",
        "Give at least the normal rating, or 0 where there is none.",
    ),
    FindingKind(
        "GP-LIM-006",
        "Upgrade that adds nothing",
        "warning",
        "The new rating of a branch in a study is not above the present one.",
        "Check rating and branch.",
    ),
    FindingKind(
        "GP-VAL-001",
        "Not a number",
        "error",
        "A value is text, an expression, NaN or infinite, or has a decimal comma, where a finite number belongs, "
        "or lies beyond 1e15. Infinity is read where it means no limit.",
        "Write a finite number with a decimal point.",
    ),
    FindingKind(
        "GP-VAL-002",
        "Negative load",
        "error, warning",
        "Load below zero feeds in. In a grid it is taken as it stands (warning); an hourly table may not hold it "
        "(error).",
        "If it is generation, write it as units.",
    ),
    FindingKind(
        "GP-VAL-003",
        "kW where MW belong",
        "error, warning",
        "One load above a fifth of all generation and a hundred times the median of the others is doubted; above "
        "all generation it is refused, and so is a grid whose load is ten times its generation, or a campus "
        "larger than all units together. `--accept-odd-units` takes the numbers at face value.",
        "Check the unit: 1,000 kW are 1 MW.",
    ),
    FindingKind(
        "GP-VAL-004",
        "More load than generation",
        "warning",
        "All load together is above all units together. The file is sound, but nothing can serve it: commands "
        "that dispatch it end with exit code 3.",
        "Scale the load, or add units.",
    ),
    FindingKind(
        "GP-VAL-005",
        "Value out of range",
        "error, warning",
        "A number lies outside what the quantity can be, as an efficiency above 1 or a voltage of 105 pu.",
        "Give a value inside the range named.",
    ),
    FindingKind(
        "GP-TRF-001",
        "Tap ratio that no transformer has",
        "error",
        "A ratio above 2, below 0.5 or not above 0: often kV were written where a ratio in per unit belongs.",
        "Write the ratio in per unit of the base voltages, 1 where nominal.",
    ),
    FindingKind(
        "GP-TRF-002",
        "Odd phase shift",
        "warning",
        "A shift beyond 180 degrees, or all shifts of a file below 0.6 degrees as where radians were written "
        "(`--accept-odd-units` silences the second).",
        "Write degrees.",
    ),
    FindingKind(
        "GP-TRF-003",
        "Windings exchanged",
        "error, note",
        "A ratio outside 0.5 to 2 is about the square of the ratio of the base voltages: high and low side look "
        "exchanged. A note tells of a transformer of three windings that became a star with a bus of its own.",
        "Exchange the ends or the winding voltages.",
    ),
    FindingKind(
        "GP-DCL-001",
        "dc line with odd numbers",
        "error",
        "The loss share is outside 0 to 1, a constant loss below 0, or the setpoint outside the limits.",
        "Correct loss or setpoint.",
    ),
    FindingKind(
        "GP-SHN-001",
        "Shunts in the DC model",
        "note",
        "The MW of shunts are drawn at 1 pu; their Mvar count in the AC check only.",
        "Nothing to do.",
    ),
    FindingKind(
        "GP-CST-001",
        "Cost that falls",
        "error",
        "Dispatch needs costs per MWh that never fall: a polynomial must be convex between the unit's limits, the"
        " corner points of a piecewise curve must ascend with slopes that do not fall, blocks must add up. A row "
        "that announces more values than it has is refused, too.",
        "Write a convex curve.",
    ),
    FindingKind(
        "GP-CST-002",
        "Cost rows do not fit the units",
        "error",
        "MATPOWER takes one cost row a unit, or two with reactive costs.",
        "Give one cost row a unit.",
    ),
    FindingKind(
        "GP-CST-003",
        "Units that cost nothing",
        "warning",
        "All units cost nothing, so that the cheapest dispatch is not unique, or some have a cost and others "
        "none, which are taken as free.",
        "Give the costs.",
    ),
    FindingKind(
        "GP-PU-001",
        "Base power or reactances",
        "error, warning",
        "Base power must be above 0. A median reactance above 10 or below 1e-5 pu is doubted: ohm may have been "
        "written as per unit.",
        "Give base power in MVA and reactances in per unit.",
    ),
    FindingKind(
        "GP-PU-002",
        "Base voltage",
        "error, note",
        "A base voltage below 0 is refused. Buses with 0 have no voltage class, and currents in kA are unknown there.",
        "Give the nominal voltages in kV.",
    ),
    FindingKind(
        "GP-OOS-001",
        "Out of service",
        "note",
        "Numbers of an element out of service are never judged and never change a result; they are carried into "
        "exports.",
        "Nothing to do.",
    ),
)
