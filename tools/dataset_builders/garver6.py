"""datasets/garver6: Garver's six-bus case of transmission expansion, from the literature."""

from __future__ import annotations

from pathlib import Path

from tools.dataset_builders.expansion import ExpansionCase, build_case, corridors

# from, to | x [pu] | rating [MW] | cost of one circuit | circuits there are
CORRIDORS = """
1 2  0.40 100 40 1
1 3  0.38 100 38 0
1 4  0.60  80 60 1
1 5  0.20 100 20 1
1 6  0.68  70 68 0
2 3  0.20 100 20 1
2 4  0.40 100 40 1
2 5  0.31 100 31 0
2 6  0.30 100 30 0
3 4  0.59  82 59 0
3 5  0.20 100 20 1
3 6  0.48 100 48 0
4 5  0.63  75 63 0
4 6  0.30 100 30 0
5 6  0.61  78 61 0
"""

NOTES = [
    "Garver's six-bus case is a published benchmark of transmission expansion: one snapshot, no hours, no coordinates, "
    "direct-current model, nothing lost.",
    "Bus 6 has generation but no circuit: until a candidate of candidate.csv is built the grid falls into two parts "
    "and its load of 760 MW cannot be served.",
    "Published optima: 110 where units may be redispatched between 0 and p_max_mw (3-5 once, 4-6 three times), 200 "
    "with the generation plan fixed (2-6 four times, 3-5 once, 4-6 twice).",
    "Costs are the published numbers (20 to 68 a circuit, in thousand USD there); they stand as million USD here so "
    "that totals read like the published ones.",
    "Not given by the publications: voltages, resistances, Mvar, energy costs (0), emergency ratings (the normal "
    "rating); base_kv 230 is a placeholder.",
]

SOURCE = """\
Garver's six-bus case: L.L. Garver, "Transmission network estimation using linear programming," IEEE Transactions on
Power Apparatus and Systems, vol. PAS-89, no. 7, pp. 1688-1697, 1970, in the form with 15 corridors of R. Romero,
A. Monticelli, A. Garcia and S. Haffner, "Test systems and mathematical models for transmission network expansion
planning," IEE Proceedings - Generation, Transmission and Distribution, vol. 149, no. 1, pp. 27-36, 2002.
Typed in, not downloaded; a mixed-integer program in the tests reproduces both published optima (110 and 200) from these
files. Rebuilt with `python tools/build_datasets.py garver6` (same bytes).

## What the files say

- `bus.csv`, `branch.csv`, `generator.csv`: six buses with 760 MW of load, six circuits, three units of 150, 360 and
  600 MW. Base power 100 MVA. What the publications do not give is 0, 1 pu, or the normal rating; base_kv 230 is a
  placeholder.
- `candidate.csv`: one row a corridor with what one more circuit is; at most five a corridor. Costs are the published
  numbers (thousand USD there) read as million USD.
- `generation_plan.csv`: the fixed outputs of the case without redispatch.
- There are no hourly files: the dataset is one snapshot (`hours: 1`).
"""

LICENCE = """\
The numbers are facts from the publications named in SOURCE.md; cite them when you publish results. Their arrangement
in these files is part of gridplan and under its BSD 3-Clause licence.
"""

CASE = ExpansionCase(
    name="garver6",
    title="Garver's six-bus case of transmission expansion, one snapshot",
    credit="L.L. Garver 1970; R. Romero, A. Monticelli, A. Garcia and S. Haffner 2002",
    base_kv=dict.fromkeys(range(1, 7), 230.0),
    load_mw={1: 80.0, 2: 240.0, 3: 40.0, 4: 160.0, 5: 240.0},
    capacity_mw={1: 150.0, 3: 360.0, 6: 600.0},
    corridors=corridors(CORRIDORS),
    most_circuits=5,
    plans_mw={"fixed": (50.0, 165.0, 545.0)},
    notes=NOTES,
    source=SOURCE,
    licence=LICENCE,
)


def build(out: Path) -> None:
    """Write datasets/garver6."""
    build_case(CASE, out)
