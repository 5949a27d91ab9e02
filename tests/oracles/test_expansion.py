"""Published optima of transmission expansion from the embedded datasets: the proof that their numbers are right."""

from __future__ import annotations

import pytest

from gridplan.network.dataset import read_network
from gridplan.network.embedded import dataset_folder
from tests.oracles.expansion import least_investment, rows

GARVER = [
    (None, 110, {"3-5": 1, "4-6": 3}),
    ("fixed", 200, {"2-6": 4, "3-5": 1, "4-6": 2}),
]
IEEE24 = [
    (None, 152, {"6-10": 1, "7-8": 2, "10-12": 1, "14-16": 1}),
    ("G1", 390, None),
    ("G2", 392, None),
    ("G3", 218, {"6-10": 1, "7-8": 2, "10-12": 1, "14-16": 1, "16-17": 1, "20-23": 1}),
    ("G4", 342, None),
]


@pytest.mark.parametrize(("plan", "investment", "circuits"), GARVER)
def test_garver_reproduces_the_published_optimum(plan: str | None, investment: float, circuits: dict[str, int]) -> None:
    found, built = least_investment(dataset_folder("garver6"), plan)
    assert found == pytest.approx(investment, abs=1e-6)
    assert built == circuits


@pytest.mark.slow
@pytest.mark.parametrize(("plan", "investment", "circuits"), IEEE24)
def test_ieee24_reproduces_the_published_optimum(
    plan: str | None, investment: float, circuits: dict[str, int] | None
) -> None:
    found, built = least_investment(dataset_folder("ieee24_tep"), plan)
    assert found == pytest.approx(investment, abs=1e-6)
    assert circuits is None or built == circuits


@pytest.mark.parametrize(
    ("name", "sizes", "load_mw", "capacity_mw", "candidates"),
    [("garver6", (6, 6, 3), 760, 1110, (15, 75)), ("ieee24_tep", (24, 38, 10), 8550, 10215, (41, 123))],
)
def test_expansion_grids_have_the_published_sizes(
    name: str, sizes: tuple[int, int, int], load_mw: float, capacity_mw: float, candidates: tuple[int, int]
) -> None:
    network = read_network(dataset_folder(name))
    assert (len(network.bus), len(network.branch), len(network.generator)) == sizes
    assert network.bus.p_load_mw.sum() == pytest.approx(load_mw)
    assert network.generator.p_max_mw.sum() == pytest.approx(capacity_mw)
    table = rows(dataset_folder(name) / "candidate.csv")
    assert (len(table), sum(int(row["max_count"]) for row in table)) == candidates
    for plan in {row["plan"] for row in rows(dataset_folder(name) / "generation_plan.csv")}:
        planned = [r for r in rows(dataset_folder(name) / "generation_plan.csv") if r["plan"] == plan]
        assert sum(float(row["p_mw"]) for row in planned) == pytest.approx(load_mw)
        assert [row["generator"] for row in planned] == list(network.generator.id)
