"""Numbers that leave what can be computed become a finding."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gridplan.campus.numbers import finite_numbers
from gridplan.errors import InputError


@pytest.mark.parametrize(
    "compute",
    [
        lambda: np.array([1e200]) * np.array([1e200]),
        lambda: np.array([np.inf]) - np.array([np.inf]),
        lambda: np.array([1.0]) / np.array([0.0]),
        lambda: math.exp(1e4),
        lambda: 10.0**400,
    ],
    ids=["overflow", "undefined", "division", "exp", "power"],
)
def test_what_cannot_be_computed_is_told(compute: object) -> None:
    assert callable(compute)
    with pytest.raises(InputError) as refused, finite_numbers("campus mesa in 2028", "campuses.0.workloads"):
        compute()
    (finding,) = refused.value.findings
    assert (finding.code, finding.severity, finding.place.key) == ("GP-CAM-017", "error", "campuses.0.workloads")
    assert finding.message.startswith("campus mesa in 2028: ")


def test_small_numbers_and_other_errors_pass() -> None:
    with finite_numbers("a", "b"):
        assert (np.array([1e-200]) * np.array([1e-200]))[0] == 0
    with pytest.raises(KeyError), finite_numbers("a", "b"):
        raise KeyError("c")
