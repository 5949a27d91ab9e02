"""Closed forms that prove the enumeration of sites."""

from __future__ import annotations

from dataclasses import replace

import pytest
from numpy.testing import assert_allclose

from tests.oracles.grid_block import GridRules
from tests.oracles.siting import (
    SiteCampus,
    SiteReinforcement,
    annual_cost_usd,
    dispatch_hour_cost,
    enumerate_sites,
    list_combinations,
)
from tests.oracles.small_grids import hours_of, two_bus

PLAIN = GridRules(rating_factor=1.0)


class TestSiting:
    """Every choice tried."""

    def test_annual_cost_is_the_level_payment(self) -> None:
        payment = annual_cost_usd(1e6, 0.07, 40)
        assert_allclose(sum(payment / 1.07**n for n in range(1, 41)), 1e6)
        assert_allclose(annual_cost_usd(1e6, 0.0, 40), 25_000)

    def test_all_choices_are_listed(self) -> None:
        campuses = [
            SiteCampus(id="a", poi=("1", "2"), contract_mw=100, block_mw=50),
            SiteCampus(id="b", poi=("2",), contract_mw=30, block_mw=10),
        ]
        wire = SiteReinforcement(id="r", branch="L0", rating_normal_mva=1, rating_emergency_mva=1, annual_cost_usd=1)
        assert len(list_combinations(campuses, [wire])) == (1 + 2 * 2) * (1 + 3) * 2
        with pytest.raises(ValueError, match="at most 64"):
            enumerate_sites(campuses, [wire, replace(wire, id="s")], lambda _choice, _hour: 0.0, [0], 1.0)

    @pytest.mark.parametrize(("wire_usd", "is_built"), [(500.0, True), (700.0, False)])
    def test_wire_is_built_where_it_pays(self, wire_usd: float, *, is_built: bool) -> None:
        """The campus must go to bus 2; 30 MW more line save 30 * 20 USD in the one hour."""
        network = two_bus(load_mw=100)
        campuses = [SiteCampus(id="a", poi=("2",), contract_mw=40, block_mw=40)]
        wires = [
            SiteReinforcement(
                id="r", branch="L0", rating_normal_mva=90, rating_emergency_mva=90, annual_cost_usd=wire_usd
            )
        ]
        hour_cost = dispatch_hour_cost(network, hours_of(network), campuses, wires, PLAIN)
        best, table = enumerate_sites(campuses, wires, hour_cost, [0], unconnected_usd_per_mw_year=1000)
        assert len(table) == 4
        assert best.combination.sites == (("2", 40.0),)
        assert (best.combination.built == {"r"}) is is_built
        flow_mw = 90 if is_built else 60
        assert_allclose(best.total_usd, flow_mw * 10 + (140 - flow_mw) * 30 + (wire_usd if is_built else 0))

    def test_unconnected_costs_and_cheaper_bus_win(self) -> None:
        network = two_bus(load_mw=100)
        campuses = [SiteCampus(id="a", poi=("1", "2"), contract_mw=40, block_mw=40)]
        hour_cost = dispatch_hour_cost(network, hours_of(network), campuses, [], PLAIN)
        best, table = enumerate_sites(campuses, [], hour_cost, [0], unconnected_usd_per_mw_year=50)
        assert best.combination.sites == (("1", 40.0),)
        assert_allclose(sorted(row.total_usd for row in table), [1800 + 400, 1800 + 1200, 1800 + 2000])
