"""What a planner reads about a damaged case of the corpus, word for word: place, message, remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus import CORPUS

MESSAGES: dict[str, tuple[str, str, str]] = {
    "bus cut off": (
        "north.m:13:1 bus BUS_I",
        "40.0 MW of load at 1 bus without any unit in service: 5; branches 3-5_1, 5-6_1, 5-6_2 are out of "
        "service, each would join it",
        "set branch 3-5_1 in service, or take the load out of service",
    ),
    "two buses cut off": (
        "north.m:13:1 bus BUS_I",
        "70.0 MW of load at 2 buses without any unit in service: 5, 6; branches 3-5_1, 4-6_1 are out of "
        "service, each would join it",
        "set branch 3-5_1 in service, or take the load out of service",
    ),
    "bus cut off and left out": (
        "north.m:13:1 bus BUS_I",
        "40.0 MW of load at 1 bus without any unit in service: 5; branches 3-5_1, 5-6_1, 5-6_2 are out of "
        "service, each would join it; left out",
        "set branch 3-5_1 in service, or take the load out of service",
    ),
    "bus cut off for good": (
        "north.m:13:1 bus BUS_I",
        "40.0 MW of load at 1 bus without any unit in service: 5; branch 3-5_1 is out of service and would join it",
        "set branch 3-5_1 in service, or take the load out of service",
    ),
    "no unit in service": (
        "north.m:9:1 bus BUS_I",
        "300.0 MW of load at 6 buses without any unit in service: 1, 2, 3, 4, 5, 6",
        "give the part a unit, connect it, or take its load out of service",
    ),
    "no reference": (
        "north.m:9:1 bus BUS_TYPE",
        "no reference bus among the 6 buses around 1; bus 1 with the largest unit is taken",
        "make it the reference bus (type 3) in the file",
    ),
    "two references": (
        "north.m:10:1 bus BUS_TYPE",
        "2 reference buses in one connected part: 1, 2; DC results do not depend on it, the AC check takes the first",
        "keep one of them",
    ),
    "reference without a unit": (
        "north.m:9:1 bus BUS_TYPE",
        "reference bus 1 has no unit in service",
        "nothing to do for DC results; for AC make a bus with a unit the reference",
    ),
    "no impedance": (
        "north.m:30:1 branch BR_X",
        "branch 2-3_1 between buses 2 and 3 has r = x = 0",
        "give its reactance, or say --merge-zero-impedance, which makes one bus of the two",
    ),
    "no impedance and merged": (
        "north.m:30:1 branch BR_X",
        "branch 2-3_1 has no impedance: buses 2 and 3 became bus 2",
        "nothing to do",
    ),
    "no reactance": (
        "north.m:30:1 branch BR_X",
        "branch 2-3_1 has r = 0.012 pu and x = 0: its DC flow is not defined",
        "give its reactance; with --dc-convention powermodels it carries nothing",
    ),
    "branch to itself": (
        "north.m:30:1 branch T_BUS",
        "branch 2-2_1 joins bus 2 to itself",
        "correct one end, or delete the row",
    ),
    "dc line to itself": (
        "north.m:52:1 dcline T_BUS",
        "dc line 1-1_1 joins bus 1 to itself",
        "correct one end, or delete the row",
    ),
    "branch to nowhere": (
        "north.m:30:1 branch T_BUS",
        "branch 2-33_1: bus 33 does not exist. Did you mean '3'?",
        "give the id of a bus of this file, or delete the row",
    ),
    "unit at nowhere": (
        "north.m:21:1 gen GEN_BUS",
        "unit 22_1: bus 22 does not exist. Did you mean '2'?",
        "give the id of a bus of this file, or delete the row",
    ),
    "dc line to nowhere": (
        "north.m:52:1 dcline T_BUS",
        "dc line 1-44_1: bus 44 does not exist. Did you mean '4'?",
        "give the id of a bus of this file, or delete the row",
    ),
    "idle branch to nowhere": (
        "north.m:37:1 branch T_BUS",
        "branch 5-66_1: bus 66 does not exist. Did you mean '6'?",
        "give the id of a bus of this file, or delete the row",
    ),
    "load on an isolated bus": (
        "north.m:13:1 bus BUS_I",
        "load 5_1 (40.0 MW) is in service at bus 5, which is isolated (type 4)",
        "take it out of service, or give the bus a type that takes part",
    ),
    "unit on an isolated bus": (
        "north.m:22:1 gen GEN_BUS",
        "unit 4_1 (100.0 MW) is in service at bus 4, which is isolated (type 4)",
        "take it out of service, or give the bus a type that takes part",
    ),
    "branch to an isolated bus": (
        "north.m:34:1 branch BR_STATUS",
        "2 branches in service end at an isolated bus (type 4): 3-5_1, 5-6_1; left out",
        "take them out of service, or give the bus a type that takes part",
    ),
    "line between two voltages": (
        "north.m:31:1 branch T_BUS",
        "1 branch with the data of a line joins two voltage levels: 3-5_1; the first joins 138 kV to 69 kV",
        "check the ends; if they are transformers, write their tap ratio",
    ),
    "two grids": (
        "north.m:13:1 bus BUS_I",
        "2 buses (5, 6) not connected to the rest of the grid: 70.0 MW of load and 80.0 MW of units",
        "close the missing branch, or say --islands main to study the part with most load alone",
    ),
    "two grids and one left out": (
        "north.m:13:1 bus BUS_I",
        "2 buses (5, 6) not connected to the rest of the grid: 70.0 MW of load and 80.0 MW of units are left out",
        "study them as a network of their own",
    ),
    "bus that nothing connects": (
        "north.m:13:1 bus BUS_I",
        "1 bus (5) not connected to the rest of the grid, without load or units: left out",
        "close the open branch if they should be part of it",
    ),
    "bus twice": (
        "north.m:11:1 bus BUS_I",
        "duplicate bus id 2, also at north.m:10:1",
        "give the second bus its own id, or delete the row",
    ),
    "every bus isolated": ("north.m", "no bus is in service", "give the buses of the grid"),
    "no rating": (
        "north.m:29:1 branch RATE_A",
        "1 branch without a normal rating, which means unlimited: 1-2_1",
        "give the ratings, or say --unrated error or --unrated derive",
    ),
    "no rating refused": (
        "north.m:29:1 branch RATE_A",
        "branch 1-2_1 has no normal rating",
        "give it in MVA, or say --unrated ignore (unlimited) or --unrated derive",
    ),
    "no rating derived": (
        "north.m:29:1 branch RATE_A",
        "1 branch without a normal rating: rated 1,367 to 1,367 MVA by impedance, voltage and angle limit",
        "give the ratings of the conductors",
    ),
    "no limit of a unit": (
        "north.m:20:1 gen PMAX",
        "1 unit with 9,999.9 MW as p_max_mw, which stands for no limit: 1_1; 10,000 MW in all are taken as they stand",
        "write what they can give: it decides supply, capacity and cost",
    ),
    "rating below zero": (
        "north.m:29:1 branch RATE_A",
        "branch 1-2_1: normal rating is -180 MVA",
        "give it in MVA, above 0; 0 where there is none",
    ),
    "emergency rating below zero": (
        "north.m:29:1 branch RATE_B",
        "branch 1-2_1: emergency rating is -200 MVA",
        "give it in MVA, above 0; 0 where there is none",
    ),
    "ratings in kVA": (
        "north.m:29:1 branch RATE_A",
        "5 branches of 138 kV: the median rating of 8,000 MVA means 33.5 kA; conductors carry 0.05 to 5 kA",
        "check the unit: 8,000 A would be 1,912 MVA",
    ),
    "ratings in GVA": (
        "north.m:29:1 branch RATE_A",
        "5 branches of 138 kV: the median rating of 0.18 MVA means 0.000753 kA; conductors carry 0.05 to 5 kA",
        "check the unit: 0.18 GVA would be 180 MVA",
    ),
    "Pmin above Pmax": (
        "north.m:21:1 gen PMIN",
        "unit 2_1: lowest active power 130 MW is above the highest, 120 MW",
        "exchange or correct the two",
    ),
    "Qmin above Qmax": (
        "north.m:21:1 gen QMIN",
        "unit 2_1: lowest reactive power 70 Mvar is above the highest, 60 Mvar",
        "exchange or correct the two",
    ),
    "Vmin above Vmax": (
        "north.m:10:1 bus VMIN",
        "bus 2: lowest voltage 1.06 pu is above the highest, 1.05 pu",
        "exchange or correct the two",
    ),
    "angmin above angmax": (
        "north.m:29:1 branch ANGMIN",
        "branch 1-2_1: lowest angle 61 degrees is above the highest, 60 degrees",
        "exchange or correct the two",
    ),
    "dc Pmin above Pmax": (
        "north.m:52:1 dcline PMIN",
        "dc line 1-4_1: lowest active power 60 MW is above the highest, 50 MW",
        "exchange or correct the two",
    ),
    "dc Qmin above Qmax": (
        "north.m:52:1 dcline QMINT",
        "dc line 1-4_1: lowest reactive power at the to end 20 Mvar is above the highest, 10 Mvar",
        "exchange or correct the two",
    ),
    "no emergency rating": (
        "north.m:29:1 branch RATE_B",
        "1 branch without an emergency rating: the normal one is used after outages",
        "give the emergency ratings if they are higher",
    ),
    "emergency below normal": (
        "north.m:29:1 branch RATE_B",
        "branch 1-2_1: emergency rating 170 MVA is below the normal one, 180 MVA",
        "give at least the normal rating, or 0 where there is none",
    ),
    "short time below normal": (
        "north.m:29:1 branch RATE_C",
        "branch 1-2_1: short-time rating 170 MVA is below the normal one, 180 MVA",
        "give at least the normal rating, or 0 where there is none",
    ),
    "NaN load": ("north.m:10:1 bus PD", "nan is not a finite number", "write a finite number"),
    "infinite load": ("north.m:10:1 bus PD", "inf is not a finite number", "write a finite number"),
    "load beyond numbers": ("north.m:10:6 bus PD", "'1e400' is beyond the largest number", "write a finite number"),
    "text for a load": ("north.m:10:6 bus PD", "'N/A' is not a number", "write a number with a decimal point"),
    "expression for a load": (
        "north.m:10:6 bus PD",
        "'240/3' is an expression, not a number",
        "write the number it stands for; gridplan calculates nothing in a case file",
    ),
    "NaN rating": ("north.m:30:1 branch RATE_A", "nan is not a finite number", "write 0 for an unlimited rating"),
    "infinite Pmax": (
        "north.m:20:1 gen PMAX",
        "unit 1_1: p_max_mw is inf, not a finite number",
        "write a finite number",
    ),
    "NaN reactance": ("north.m:30:1 branch BR_X", "nan is not a finite number", "write a finite number"),
    "NaN cost": ("north.m:43:1 gencost column 6", "nan is not a finite number", "write a finite number"),
    "half a bus": ("north.m:30:1 branch T_BUS", "2.5 is not a bus number", "write a whole number above 0"),
    "load below zero": (
        "north.m:10:1 bus PD",
        "1 load below zero, 80.0 MW fed in: 2_1",
        "if it is generation, write it as units; load below zero cannot be dispatched",
    ),
    "one load in kW": (
        "north.m:10:1 bus PD",
        "load 2_1 of 80,000.0 MW is 170 times all generation and 1,600 times the median of the others",
        "check the unit: 80,000.0 kW would be 80 MW; --accept-odd-units takes it",
    ),
    "all loads in kW": (
        "north.m:11:1 bus PD",
        "load of 300,000.0 MW is 638 times all generation, 470.0 MW",
        "check the unit: 300,000.0 kW would be 300 MW; --accept-odd-units takes it",
    ),
    "one load that may be in kW": (
        "north.m:10:1 bus PD",
        "load 2_1 of 400.0 MW is 85% of all generation and 100 times the median of the others",
        "check the unit: 400.0 kW would be 0.4 MW; --accept-odd-units takes it",
    ),
    "more load than units": (
        "north.m",
        "load of 1,020.0 MW is above all units in service together, 470.0 MW: 550.0 MW short",
        "scale the load down, or put more units in service",
    ),
    "kV for a ratio": (
        "north.m:34:1 branch TAP",
        "branch 3-5_1: tap ratio is 138, it should be 0.5 to 2 per unit",
        "was kV given as a ratio? write it in per unit of the base voltages, 1 where nominal",
    ),
    "ratio below zero": (
        "north.m:34:1 branch TAP",
        "branch 3-5_1: tap ratio is -1, a ratio must be above 0",
        "write it in per unit of the base voltages, 1 where nominal",
    ),
    "ratio of a tenth": (
        "north.m:34:1 branch TAP",
        "branch 3-5_1: tap ratio is 0.098, it should be 0.5 to 2 per unit",
        "write it in per unit of the base voltages, 1 where nominal",
    ),
    "more than half a turn": (
        "north.m:35:1 branch SHIFT",
        "branch 4-6_1: phase shift of -330 degrees is more than half a turn",
        "write it between -180 and 180 degrees",
    ),
    "radians for degrees": (
        "north.m:34:1 branch SHIFT",
        "2 branches with phase shifts, all below 0.6 degrees, the largest -0.5236 at branch 3-5_1: 3-5_1, 4-6_1",
        "check the unit: -0.5236 rad would be -30 degrees",
    ),
    "windings exchanged": (
        "north.m:34:1 branch TAP",
        "branch 3-5_1: tap ratio 0.25 between 138 kV and 69 kV is about the square of their ratio: its high "
        "and low side look exchanged",
        "exchange its ends or its winding voltages",
    ),
    "windings exchanged from below": (
        "north.m:34:1 branch TAP",
        "branch 3-5_1: tap ratio 4.1 between 138 kV and 69 kV is about the square of their ratio: its high "
        "and low side look exchanged",
        "exchange its ends or its winding voltages",
    ),
    "loss in percent": (
        "north.m:52:1 dcline LOSS1",
        "dc line 1-4_1: loss share is 2, must be 0 or more and below 1",
        "write it as a share of the power: 2 % would be 0.02",
    ),
    "loss share below zero": (
        "north.m:52:1 dcline LOSS1",
        "dc line 1-4_1: loss share is -0.02, must be 0 or more and below 1",
        "write it as a share of the power",
    ),
    "loss below zero": (
        "north.m:52:1 dcline LOSS0",
        "dc line 1-4_1: constant loss is -0.5 MW, must be 0 or more",
        "correct the loss",
    ),
    "setpoint above the limit": (
        "north.m:52:1 dcline PF",
        "dc line 1-4_1: setpoint 60 MW is outside its limits, 0 to 50 MW",
        "correct the setpoint or the limits",
    ),
    "setpoint below the limit": (
        "north.m:52:1 dcline PF",
        "dc line 1-4_1: setpoint -10 MW is outside its limits, 0 to 50 MW",
        "correct the setpoint or the limits",
    ),
    "shunt": (
        "north.m:13:1 bus GS",
        "2 shunts: 3.0 MW are drawn at 1 pu, 5.0 Mvar count in the AC check only",
        "nothing to do",
    ),
    "concave cost": (
        "north.m:43:1 gencost",
        "unit 1_1: its quadratic cost (-0.01 p^2) is not convex from 0 to 250 MW",
        "write a convex curve: costs per MWh must never fall with output",
    ),
    "cubic cost": (
        "north.m:43:1 gencost",
        "unit 1_1: its cubic cost (0.01 p^2, -0.001 p^3) is not convex from 0 to 250 MW",
        "write a convex curve: costs per MWh must never fall with output",
    ),
    "corner points that do not ascend": (
        "north.m:45:1 gencost",
        "unit 4_1: corner point 2 of its cost lies at 0 MW, not above 100 MW",
        "write a convex curve: costs per MWh must never fall with output",
    ),
    "falling pieces": (
        "north.m:45:1 gencost",
        "unit 4_1: its cost falls from 36 to 20 USD/MWh at corner point 2, 50 MW",
        "write a convex curve: costs per MWh must never fall with output",
    ),
    "one corner point": (
        "north.m:45:1 gencost",
        "unit 4_1: its piecewise cost has 1 corner points, at least 2 are needed",
        "write a convex curve: costs per MWh must never fall with output",
    ),
    "unknown cost model": (
        "north.m:43:1 gencost MODEL",
        "cost model 3 is neither 1 (piecewise linear) nor 2 (polynomial)",
        "write 1 or 2",
    ),
    "more coefficients than values": (
        "north.m:43:1 gencost NCOST",
        "the row announces 6 coefficients and has 4 values for them",
        "correct NCOST or add values",
    ),
    "cost row missing": (
        "north.m:42:1 gencost",
        "gencost has 3 rows and gen has 4; MATPOWER takes 4 or 8 rows",
        "give one cost row a unit, in the order of gen, or delete gencost",
    ),
    "no costs": (
        "north.m:43:1 gencost",
        "the cost of all 3 units in service is zero: the dispatch is not unique and prices say nothing",
        "give costs",
    ),
    "base power of zero": (
        "north.m",
        "base power is 0 MVA, must be above 0",
        "give the base power of the per-unit values, often 100 MVA",
    ),
    "base power below zero": (
        "north.m",
        "base power is -100 MVA, must be above 0",
        "give the base power of the per-unit values, often 100 MVA",
    ),
    "ohm for per unit": (
        "north.m:29:1 branch BR_X",
        "the median reactance of 8 branches is 17 pu",
        "check the unit: were ohm given as per unit?",
    ),
    "no base voltage": (
        "north.m:14:1 bus BASE_KV",
        "1 bus without a base voltage: no current in kA and no voltage class is known",
        "give the nominal voltages in kV",
    ),
    "base voltage below zero": (
        "north.m:14:1 bus BASE_KV",
        "bus 6: base voltage is -69 kV, must be above 0",
        "give the nominal voltage in kV",
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_finding_reads(name: str, tmp_path: Path) -> None:
    entry = next(entry for entry in CORPUS if entry.name == name and entry.base == "north.m")
    wanted = (entry.code, entry.severity)
    shown = next(f for f in entry.findings(tmp_path) if (f.code, f.severity) == wanted)
    place, message, remedy = MESSAGES[name]
    at = f"{shown.place} {shown.place.key}".replace(f"{tmp_path}/", "").strip()
    assert (at, shown.message.replace(f"{tmp_path}/", ""), shown.remedy) == (place, message, remedy)
