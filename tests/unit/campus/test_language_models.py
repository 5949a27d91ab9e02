"""Language models: how many accelerators hold one, and which sizes nobody has published."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan.campus.drivers.draws import base_draws
from gridplan.campus.drivers.table import PARAMETERS
from gridplan.campus.hardware import find_hardware
from gridplan.campus.language_models import LANGUAGE_MODELS, accelerators_per_replica, find_language_model
from gridplan.campus.token_energy import decode_j_per_token
from tests.oracles.load_model import gpus_per_replica


@pytest.mark.parametrize(
    ("total_b", "bits", "memory_gb", "least"),
    [
        *[(8, 16, m, 1) for m in (80, 180)],
        *[(12, 16, 80, 1), (14, 16, 80, 1), (30, 16, 80, 1), (32, 16, 80, 2), (32, 16, 180, 1)],
        *[(70, 16, 80, 4), (70, 16, 180, 2), (109, 16, 80, 4), (235, 16, 80, 8), (235, 8, 80, 4)],
        *[(235, 16, 180, 4), (235, 8, 180, 2), (405, 8, 80, 8), (405, 8, 180, 4), (671, 8, 180, 8)],
    ],
)
def test_replica_takes_the_least_accelerators_it_was_measured_on(
    total_b: float, bits: int, memory_gb: float, least: int
) -> None:
    assert accelerators_per_replica(total_b, bits, memory_gb) == least


@given(
    total_b=st.floats(0.1, 5000),
    bits=st.sampled_from([4, 8, 16]),
    memory_gb=st.floats(16, 300),
)
def test_replica_is_the_smallest_power_of_two_that_holds_it(total_b: float, bits: int, memory_gb: float) -> None:
    assert accelerators_per_replica(total_b, bits, memory_gb) == gpus_per_replica(total_b, bits, memory_gb, 1.3)


def test_model_of_assumed_size_has_no_measured_energy() -> None:
    assumed = [model.name for model in LANGUAGE_MODELS if model.assumed]
    assert assumed == ["large_moe"]
    model = find_language_model("large_moe")
    assert not model.measured_j
    found = decode_j_per_token(model, find_hardware("h100"), base_draws(PARAMETERS))
    assert found == pytest.approx(math.exp(-3.997) * 40**0.352 * 400**0.432)
