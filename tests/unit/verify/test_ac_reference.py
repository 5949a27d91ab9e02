"""RTS-GMLC's published AC solution, from its published injections."""

from __future__ import annotations

import csv
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gridplan.network.model import FloatArray, Network
from gridplan.verify.ac_flow import solve_ac
from gridplan.verify.ac_newton import AcOptions
from tests.unit.verify.ac_grid import rts, snapshot, state

TABLE = "tables/ac_reference/case_RTS_GMLC_ac_solution.csv"
PARTLY_LOADED_MW = {
    "221_CC_1": 296.97,
    "301_CT_3": 44.0,
    "301_CT_4": 44.0,
    "223_CT_4": 22.0,
    "223_CT_5": 22.0,
    "223_CT_6": 22.0,
}


def published_mw(network: Network) -> FloatArray:
    """Column "MW Inj" of gen.csv: renewables 0, oil units partly loaded, all others at p_max but for six."""
    unit = network.generator
    rule = {("CT", "Oil"): 8.0, ("STEAM", "Oil"): 5.0}
    p_mw = np.array(
        [rule.get(kind, p) for kind, p in zip(zip(unit.unit_type, unit.fuel, strict=True), unit.p_max_mw, strict=True)]
    )
    p_mw[np.isin(np.array(unit.unit_type), ["PV", "RTPV", "WIND", "CSP"])] = 0.0
    for name, value in PARTLY_LOADED_MW.items():
        p_mw[unit.id.index(name)] = value
    return p_mw


@pytest.mark.skipif("GRIDPLAN_TEST_DATA" not in os.environ, reason="GRIDPLAN_TEST_DATA names no folder")
def test_voltages_equal_the_published_solution() -> None:
    network, _ = rts()
    slack_bus = network.bus_index("113")
    network = replace(network, generator=replace(network.generator, is_dispatchable=network.generator.bus == slack_bus))
    p_mw = published_mw(network)
    assert p_mw.sum() == pytest.approx(8703.97)
    asked = state(network, snapshot(network, p_mw))
    flows = solve_ac(network, [asked], AcOptions(enforce_q_limits=False, support="dispatched"))
    with (Path(os.environ["GRIDPLAN_TEST_DATA"]) / TABLE).open() as file:
        rows = {row["bus"]: row for row in csv.DictReader(file)}
    vm_pu = [float(rows[bus]["vm_pu"]) for bus in network.bus.id]
    va_rad = np.deg2rad([float(rows[bus]["va_deg"]) for bus in network.bus.id])
    np.testing.assert_allclose(flows.vm_pu[0], vm_pu, atol=1e-8)
    np.testing.assert_allclose(flows.va_rad[0] - flows.va_rad[0, slack_bus], va_rad, atol=1e-8)
    assert abs(flows.slack_mw[0]) < 0.01
