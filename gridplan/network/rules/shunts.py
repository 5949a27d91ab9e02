"""What the DC model makes of shunts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridplan.errors import Finding
from gridplan.network.case import GridCase
from gridplan.network.policy import Policy
from gridplan.network.rules.selection import counted, in_service


def shunts_in_dc(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-SHN-001: shunts draw their MW at 1 pu in DC results; their Mvar appear in the AC check only."""
    del policy
    rows = np.flatnonzero(in_service(case, "shunt"))
    gs_mw, bs_mvar = np.nan_to_num(case.shunt.gs_mw[rows]), np.nan_to_num(case.shunt.bs_mvar[rows])
    if gs_mw.any() or bs_mvar.any():
        message = f"{counted(rows.size, 'shunt')}: {gs_mw.sum():,.1f} MW are drawn at 1 pu, "
        message += f"{bs_mvar.sum():,.1f} Mvar count in the AC check only"
        yield case.finding("GP-SHN-001", "note", message, "nothing to do", ("shunt", int(rows[0]), "gs_mw"))
