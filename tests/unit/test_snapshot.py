"""One snapshot of a network against the program with every row in it, and what it says when it cannot be served."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gridplan.errors import InfeasibleError, InputError
from gridplan.network.embedded import dataset_folder
from gridplan.snapshot import Convention, Security, dispatch_network, snapshot
from tests.oracles.btheta import listed_outages
from tests.oracles.grid_block import GridRules
from tests.oracles.hourly import HourResult, solve_hour

Edit = Callable[..., Path]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """Copy of the embedded dataset with cells changed, each given as (table, id, column, value)."""

    def change(*cells: tuple[str, str, str, str]) -> Path:
        folder = Path(shutil.copytree(dataset_folder("rts_gmlc"), tmp_path / "grid"))
        for table, row, column, value in cells:
            path = folder / f"{table}.csv"
            head, *lines = (line.split(",") for line in path.read_text(encoding="utf-8").splitlines())
            (line,) = [line for line in lines if line[0] == row]
            line[head.index(column)] = value
            path.write_text("".join(f"{','.join(line)}\n" for line in (head, *lines)), encoding="utf-8")
        return folder

    return change


def all_rows(convention: Convention, security: Security, load_scale: float = 1.0) -> HourResult:
    hour = snapshot("rts_gmlc", load_scale)
    network, series = hour.network, hour.series
    outages = tuple(listed_outages(network)) if security == "n-1" else ()
    rules = GridRules(rating_factor=1.0, convention=convention, outages=outages, has_unserved=False, has_overload=False)
    return solve_hour(network, series, 0, None, rules)


@pytest.mark.parametrize("convention", ["matpower", "powermodels"])
@pytest.mark.parametrize("security", ["n-0", "n-1"])
def test_cost_is_the_optimum_with_all_rows(convention: Convention, security: Security) -> None:
    found = dispatch_network("rts_gmlc", security=security, convention=convention)
    wanted = all_rows(convention, security)
    assert found["status"] == "optimal"
    assert found["objective_usd_per_hour"] == pytest.approx(wanted.objective_usd_per_hour, rel=1e-9)
    assert found["bound"] == found["objective_usd_per_hour"]


def test_outputs_prices_and_flows_belong_together() -> None:
    found = dispatch_network("rts_gmlc")
    network = snapshot("rts_gmlc").network
    p_mw = np.array(list(found["p_gen_mw"].values()))
    assert list(found["p_gen_mw"]) == list(network.generator.id)
    assert p_mw.sum() == pytest.approx(8550)
    assert (p_mw >= network.generator.p_min_mw - 1e-6).all()
    assert (p_mw <= network.generator.p_max_mw + 1e-6).all()
    flow = np.array(list(found["p_branch_mw"].values()))
    assert (np.abs(flow) <= network.branch.rating_normal_mva + 1e-6).all()
    at_bus = -network.bus.p_load_mw.copy()
    np.add.at(at_bus, network.generator.bus, p_mw)
    np.add.at(at_bus, network.branch.from_bus, -flow)
    np.add.at(at_bus, network.branch.to_bus, flow)
    dc = np.array(list(found["p_dc_line_mw"].values()))
    np.add.at(at_bus, network.dc_line.from_bus, -dc)
    np.add.at(at_bus, network.dc_line.to_bus, dc)
    assert_allclose(at_bus, 0.0, atol=1e-6)


def test_binding_limits_have_a_price_and_are_reached() -> None:
    found = dispatch_network("rts_gmlc", security="n-1")
    first = found["binding"][0]
    assert (first["branch"], first["contingency"]) == ("A27", "branch:CB-1")
    assert abs(first["flow_mw"]) == pytest.approx(first["limit_mw"])
    prices = [row["price_usd_per_mwh"] for row in found["binding"]]
    assert prices == sorted(prices, reverse=True)
    assert np.ptp(list(found["lmp_usd_per_mwh"].values())) > 1.0


def test_price_of_a_bus_is_the_cost_of_one_more_mw_there(edited: Edit) -> None:
    more = edited(("bus", "101", "p_load_mw", "108.01"))
    found, other = dispatch_network("rts_gmlc"), dispatch_network(more)
    step_usd = (other["objective_usd_per_hour"] - found["objective_usd_per_hour"]) / 0.01
    assert found["lmp_usd_per_mwh"]["101"] == pytest.approx(step_usd, rel=1e-5)


@pytest.mark.parametrize("security", ["n-0", "n-1"])
def test_price_is_the_sum_of_its_parts_and_load_pays_the_energy_part(security: Security) -> None:
    found = dispatch_network("rts_gmlc", security=security)
    lmp, energy, congestion = (
        np.array(list(found[f"{name}_usd_per_mwh"].values())) for name in ("lmp", "lmp_energy", "lmp_congestion")
    )
    load_mw = snapshot("rts_gmlc").network.bus.p_load_mw
    assert list(found["lmp_congestion_usd_per_mwh"]) == list(found["lmp_usd_per_mwh"])
    assert (energy + congestion == lmp).all()
    assert_allclose(energy, lmp @ load_mw / load_mw.sum(), rtol=1e-9)
    assert np.ptp(congestion) > 1.0
    assert found["is_penalty_priced"] is False


def test_load_the_units_cannot_carry_is_named() -> None:
    with pytest.raises(InfeasibleError, match=r"17,100\.0 MW of load meet 14,499\.8 MW of generation"):
        dispatch_network("rts_gmlc", load_scale=2.0)


def test_limits_that_keep_generation_from_load_are_named() -> None:
    with pytest.raises(InfeasibleError) as error:
        dispatch_network("rts_gmlc", security="n-1", load_scale=1.2)
    text = str(error.value)
    # Buses 207 and 208 hang on the same two lines: either may stay short, behind the one left after the other's loss.
    assert re.search(r"37\.2 MW of load cannot be served \(37\.2 MW at bus 20[78]\)", text)
    assert re.search(r"B12-1 after loss of B13-2|B13-2 after loss of B12-1", text)
    assert all_rows("matpower", "n-1", 1.2).status == "infeasible"


def test_minima_above_the_load_are_named() -> None:
    with pytest.raises(InfeasibleError, match=r"p_min_mw add up to 3,775\.0 MW, the load is 1,710\.0 MW"):
        dispatch_network("rts_gmlc", load_scale=0.2)


def test_overload_no_dispatch_can_avoid_is_named(edited: Edit) -> None:
    """Without its load, bus 207 must send at least the minima of its units (44 MW) over its one branch of 1 MVA."""
    ratings = [("branch", "B11", f"rating_{kind}_mva", "1") for kind in ("normal", "emergency", "short_time")]
    folder = edited(("bus", "207", "p_load_mw", "0"), *ratings)
    with pytest.raises(
        InfeasibleError, match=r"cannot be dispatched: B11 is 43\.0 MW above its limit\. Cause: no output"
    ):
        dispatch_network(folder)


def test_unknown_network_offers_the_nearest() -> None:
    with pytest.raises(InputError, match=r"GP-NET-001.*Did you mean 'rts_gmlc'"):
        dispatch_network("rts_gmcl")
