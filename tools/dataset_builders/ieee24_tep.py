"""datasets/ieee24_tep: the IEEE 24-bus case of transmission expansion, from the literature."""

from __future__ import annotations

from pathlib import Path

from tools.dataset_builders.expansion import ExpansionCase, build_case, corridors

# from, to | x [pu] | rating [MW] | cost of one circuit [million USD] | circuits there are
CORRIDORS = """
 1  2  0.0139 175   3 1
 1  3  0.2112 175  55 1
 1  5  0.0845 175  22 1
 2  4  0.1267 175  33 1
 2  6  0.1920 175  50 1
 3  9  0.1190 175  31 1
 3 24  0.0839 400  50 1
 4  9  0.1037 175  27 1
 5 10  0.0883 175  23 1
 6 10  0.0605 175  16 1
 7  8  0.0614 175  16 1
 8  9  0.1651 175  43 1
 8 10  0.1651 175  43 1
 9 11  0.0839 400  50 1
 9 12  0.0839 400  50 1
10 11  0.0839 400  50 1
10 12  0.0839 400  50 1
11 13  0.0476 500  66 1
11 14  0.0418 500  58 1
12 13  0.0476 500  66 1
12 23  0.0966 500 134 1
13 23  0.0865 500 120 1
14 16  0.0389 500  54 1
15 16  0.0173 500  24 1
15 21  0.0490 500  68 2
15 24  0.0519 500  72 1
16 17  0.0259 500  36 1
16 19  0.0231 500  32 1
17 18  0.0144 500  20 1
17 22  0.1053 500 146 1
18 21  0.0259 500  36 2
19 20  0.0396 500  55 2
20 23  0.0216 500  30 2
21 22  0.0678 500  94 1
 1  8  0.1344 500  35 0
 2  8  0.1267 500  33 0
 6  7  0.1920 500  50 0
13 14  0.0447 500  62 0
14 23  0.0620 500  86 0
16 23  0.0822 500 114 0
19 23  0.0606 500  84 0
"""

NOTES = [
    "The IEEE 24-bus case of transmission expansion is the Reliability Test System of 1979 with three times its load "
    "(8,550 MW) and generation (10,215 MW): one snapshot, no hours, no coordinates, direct-current model, "
    "nothing lost.",
    "Published optima [million USD]: 152 where units may be redispatched between 0 and p_max_mw; with the fixed plans "
    "of generation_plan.csv 390 (G1), 392 (G2), 218 (G3) and 342 (G4).",
    "The existing circuits do not carry the load; candidates of candidate.csv must be built first.",
    "Not given by the publications: resistances, Mvar, energy costs (0), emergency ratings (the normal rating). Base "
    "voltages are those of the Reliability Test System.",
    "The 500 MW of the three new corridors between 138 kV buses (1-8, 2-8, 6-7) decide no published optimum and are "
    "therefore not proved by them.",
]

SOURCE = """\
IEEE 24-bus case of transmission expansion: R. Fang and D.J. Hill, "A new strategy for transmission expansion in
competitive electricity markets," IEEE Transactions on Power Systems, vol. 18, no. 1, pp. 374-380, 2003, and R. Romero,
C. Rocha, J.R.S. Mantovani and I.G. Sanchez, "Constructive heuristic algorithm for the DC model in network transmission
expansion planning," IEE Proceedings - Generation, Transmission and Distribution, vol. 152, no. 2, pp. 277-282, 2005.
Typed in, not downloaded; a mixed-integer program in the tests reproduces all five published optima (152, 390, 392, 218,
342) from these files. Rebuilt with `python tools/build_datasets.py ieee24_tep` (same bytes).

## What the files say

- `bus.csv`, `branch.csv`, `generator.csv`: 24 buses with 8,550 MW of load, 38 circuits in 34 corridors, ten plants with
  10,215 MW. Base power 100 MVA. What the publications do not give is 0, 1 pu, or the normal rating; base voltages are
  those of the Reliability Test System (138 kV for buses 1 to 10, 230 kV above).
- `candidate.csv`: 41 corridors with what one more circuit is and costs (million USD); at most three a corridor.
- `generation_plan.csv`: the fixed generation plans G1 to G4.
- There are no hourly files: the dataset is one snapshot (`hours: 1`).
"""

LICENCE = """\
The numbers are facts from the publications named in SOURCE.md; cite them when you publish results. Their arrangement
in these files is part of gridplan and under its BSD 3-Clause licence.
"""

LOAD_MW = {
    1: 324.0, 2: 291.0, 3: 540.0, 4: 222.0, 5: 213.0, 6: 408.0, 7: 375.0, 8: 513.0, 9: 525.0, 10: 585.0,
    13: 795.0, 14: 582.0, 15: 951.0, 16: 300.0, 18: 999.0, 19: 543.0, 20: 384.0,
}  # fmt: skip
CAPACITY_MW = {
    1: 576.0, 2: 576.0, 7: 900.0, 13: 1773.0, 15: 645.0, 16: 465.0, 18: 1200.0, 21: 1200.0, 22: 900.0, 23: 1980.0,
}  # fmt: skip
PLANS_MW = {
    "G1": (576.0, 576.0, 900.0, 1773.0, 645.0, 465.0, 1200.0, 1200.0, 900.0, 315.0),
    "G2": (465.0, 576.0, 722.0, 1424.0, 645.0, 465.0, 1200.0, 1200.0, 900.0, 953.0),
    "G3": (576.0, 576.0, 900.0, 1457.0, 325.0, 282.0, 603.0, 951.0, 900.0, 1980.0),
    "G4": (520.0, 520.0, 812.0, 1599.0, 581.0, 419.0, 718.0, 1077.0, 900.0, 1404.0),
}

CASE = ExpansionCase(
    name="ieee24_tep",
    title="IEEE 24-bus case of transmission expansion, one snapshot",
    credit="R. Fang and D.J. Hill 2003; R. Romero, C. Rocha, J.R.S. Mantovani and I.G. Sanchez 2005",
    base_kv={bus: 138.0 if bus <= 10 else 230.0 for bus in range(1, 25)},
    load_mw=LOAD_MW,
    capacity_mw=CAPACITY_MW,
    corridors=corridors(CORRIDORS),
    most_circuits=3,
    plans_mw=PLANS_MW,
    notes=NOTES,
    source=SOURCE,
    licence=LICENCE,
)


def build(out: Path) -> None:
    """Write datasets/ieee24_tep."""
    build_case(CASE, out)
