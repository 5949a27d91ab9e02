"""Who makes up for what is lost, and the outages nobody makes up for."""

from __future__ import annotations

import pytest

from gridplan.errors import InfeasibleError
from gridplan.network.contingency import single_outages
from gridplan.network.factors import Factors
from gridplan.network.model import Network
from gridplan.network.outage_effects import outage_table, without_pickup
from gridplan.plan.base_case import check_pickup
from tests.equality.secure_grid import dispatch_grid
from tests.oracles import small_grids
from tests.oracles.small_grids import hours_of


def two_units(*, dispatchable: tuple[bool, bool], lines: int = 2) -> Network:
    units = [
        small_grids.unit(bus, [(300, cost)], is_dispatchable=is_dispatchable)
        for bus, cost, is_dispatchable in zip("12", (10, 30), dispatchable, strict=True)
    ]
    return small_grids.grid({"1": 0, "2": 100}, [small_grids.branch(("1", "2"))] * lines, units)


@pytest.mark.parametrize(
    ("dispatchable", "lines", "unanswered"),
    [
        ((True, True), 2, []),
        ((True, False), 2, ["G0"]),
        ((False, False), 2, ["G0", "G1", "campus a"]),
        ((True, False), 1, ["L0", "G0"]),
    ],
)
def test_outages_nobody_makes_up_for(dispatchable: tuple[bool, bool], lines: int, unanswered: list[str]) -> None:
    network = two_units(dispatchable=dispatchable, lines=lines)
    table = outage_table(network, Factors(network), single_outages(network, campus_ids=("a",)), [1])
    assert [lost.id for lost in without_pickup(table)] == unanswered


def test_such_outages_are_refused_by_name() -> None:
    network = two_units(dispatchable=(True, False))
    with pytest.raises(InfeasibleError, match=r"no unit is left to make up for the loss of G0\. Let more units"):
        check_pickup(dispatch_grid(network, hours_of(network), {}, contingencies=single_outages(network)))
    check_pickup(dispatch_grid(network, hours_of(network), {}, contingencies=()))


def test_network_without_branches_has_outages() -> None:
    network = small_grids.grid({"1": 100}, [], [small_grids.unit("1", [(300, 10)])] * 2)
    table = outage_table(network, Factors(network), single_outages(network))
    assert table.is_monitored([]).shape == (0, 2)
    assert table.effect([]).shape[0] == 0
