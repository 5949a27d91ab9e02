"""The table of servers: its figures hang together, and an unknown name is refused with the near ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridplan.campus.hardware import HARDWARE, Hardware, find_hardware, hardware_names
from gridplan.errors import InputError, Place


@pytest.mark.parametrize("hardware", HARDWARE, ids=lambda hardware: hardware.name)
def test_server_holds_its_accelerators(hardware: Hardware) -> None:
    server_w = 1000 * hardware.rated_kw
    assert hardware.accelerators * hardware.tdp_w < server_w
    assert hardware.accelerators * hardware.idle_w < hardware.idle_over_rating * server_w
    assert 0.05 < hardware.idle_w / hardware.tdp_w < 0.2
    assert set(hardware.assumed) <= set(Hardware.__slots__)


def test_names_are_unique() -> None:
    assert len(set(hardware_names())) == len(HARDWARE)


def test_rating_of_a_large_campus() -> None:
    assert find_hardware("gb200").rated_mw(110_000) == pytest.approx(110_000 / 72 * 0.132)
    assert find_hardware("h100").rated_mw(8) == pytest.approx(0.0102)


def test_unknown_hardware_names_place_and_near_names() -> None:
    place = Place(file=Path("pack.yaml"), line=7, column=3, key="workloads.0.hardware")
    with pytest.raises(InputError) as caught:
        find_hardware("h1000", place)
    (found,) = caught.value.findings
    assert (found.code, found.place) == ("GP-CAM-010", place)
    assert "h1000" in found.message
    assert "'h100'" in found.message
    assert "gb200" in found.remedy
