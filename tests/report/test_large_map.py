"""The map of 2,000 buses: small marks, few strokes, few labels; a small grid keeps every branch's own mark."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gridplan.network.dataset import read_dataset_info, read_network
from gridplan.network.embedded import dataset_folder
from gridplan.report.grid_view import GridView, Site
from gridplan.report.maps import draw_map


def view_of(name: str, *, loading_percent: np.ndarray | None = None, candidates: tuple[str, ...] = ()) -> GridView:
    folder = dataset_folder(name)
    network = read_network(folder)
    bus, branch = network.bus, network.branch
    return GridView(
        title=read_dataset_info(folder).title,
        year="2028",
        is_synthetic=True,
        has_coordinates=True,
        bus_ids=bus.id,
        bus_names=bus.name,
        base_kv=bus.base_kv,
        x=bus.longitude_degree,
        y=bus.latitude_degree,
        branch_ids=branch.id,
        ends=np.column_stack([branch.from_bus, branch.to_bus]),
        is_transformer=branch.is_transformer,
        rating_normal_mva=branch.rating_normal_mva,
        rating_emergency_mva=branch.rating_emergency_mva,
        dc_ids=(),
        dc_ends=np.zeros((0, 2), dtype=np.int64),
        loading_percent=loading_percent,
        candidates=candidates,
        campuses=(
            Site(
                campus="one",
                name="One",
                bus=candidates[0],
                contract_mw=500.0,
                firm_mw=500.0,
                conditional_mw=0.0,
                connected_mw=500.0,
            ),
        )
        if candidates
        else (),
        built=(),
        reinforcement_words=(),
    )


@pytest.fixture(scope="module")
def texas_svg() -> str:
    loading = np.full(3206, 20.0)
    loading[[10, 500]] = (97.0, 85.0)
    candidates = read_network(dataset_folder("texas2000")).bus.id[::100]
    return draw_map(view_of("texas2000", loading_percent=loading, candidates=candidates))


def test_quiet_branches_of_a_large_grid_share_a_mark(texas_svg: str) -> None:
    assert set(re.findall(r'<g id="map-branch-(\d+)">', texas_svg)) == {"10", "500"}
    assert len(re.findall(r"<title>", texas_svg)) >= 2
    assert len(texas_svg) < 1_000_000


def test_large_map_is_the_same_twice(texas_svg: str) -> None:
    loading = np.full(3206, 20.0)
    loading[[10, 500]] = (97.0, 85.0)
    candidates = read_network(dataset_folder("texas2000")).bus.id[::100]
    assert draw_map(view_of("texas2000", loading_percent=loading, candidates=candidates)) == texas_svg


def test_every_branch_of_a_small_grid_has_its_own_mark() -> None:
    svg = draw_map(view_of("rts_gmlc", loading_percent=np.full(120, 20.0)))
    assert len(set(re.findall(r'<g id="map-branch-(\d+)">', svg))) == 120
