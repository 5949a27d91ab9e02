"""Cases whose emergency or short-time ratings lie below the normal one: refused by name, compared without them."""

from __future__ import annotations

import numpy as np
import pytest

from gridplan.errors import InputError
from gridplan.network.build import build_network
from gridplan.network.case import GridCase
from gridplan.network.model import Network
from gridplan.network.policy import Policy

#: Public cases that the rules refuse for it, and nothing else.
REFUSED = ("case3120sp",)


def built(case: GridCase, policy: Policy, name: str = "") -> Network:
    """Network of a case; one of REFUSED is refused first, then built with the ratings in question left out."""
    if not (name or case.name).startswith(REFUSED):
        return build_network(case, policy).network
    with pytest.raises(InputError) as error:
        build_network(case, policy)
    assert {f.code for f in error.value.findings if f.severity == "error"} == {"GP-LIM-005"}
    none = np.zeros(len(case.branch))
    without = case.with_table("branch", rating_emergency_mva=none, rating_short_time_mva=none)
    return build_network(without, policy).network
