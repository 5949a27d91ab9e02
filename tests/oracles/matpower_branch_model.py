"""MATPOWER's branch model, line by line from its user's manual (section 3.2), on tables of another reader.

Knows nothing of gridplan: matpowercaseframes reads the file, plain loops add up the admittances.
"""

from __future__ import annotations

import cmath
import math
import warnings
from collections import defaultdict
from pathlib import Path


def matpower_admittances(path: Path) -> dict[tuple[int, int], complex]:
    """Entries of the bus admittance matrix by bus numbers [pu]; branches and buses out of service are left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from matpowercaseframes import CaseFrames

        case = CaseFrames(str(path))
    base_mva = float(case.baseMVA)
    entries: dict[tuple[int, int], complex] = defaultdict(complex)
    isolated = set()
    for row in case.bus.to_dict("records"):
        number = int(row["BUS_I"])
        if row["BUS_TYPE"] == 4:
            isolated.add(number)
        entries[number, number] += complex(row["GS"], row["BS"]) / base_mva
    for row in case.branch.to_dict("records"):
        f, t = int(row["F_BUS"]), int(row["T_BUS"])
        if row["BR_STATUS"] != 1 or isolated & {f, t}:
            continue
        series = 1 / complex(row["BR_R"], row["BR_X"])
        charging = row["BR_B"]
        tau = row["TAP"] or 1.0
        tap = cmath.rect(tau, math.radians(row["SHIFT"]))
        entries[f, f] += (series + 0.5j * charging) / tau**2
        entries[f, t] += -series / tap.conjugate()
        entries[t, f] += -series / tap
        entries[t, t] += series + 0.5j * charging
    return dict(entries)
