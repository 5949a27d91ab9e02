from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gridplan.errors import InputError
from gridplan.network.dataset import read_network
from gridplan.network.embedded import dataset_folder
from gridplan.network.model import Network
from gridplan.series.dataset import AVAILABILITY_FILE, LOAD_FILE, load_share_frac, read_series
from gridplan.series.model import GridSeries


@pytest.fixture(scope="module")
def network() -> Network:
    return read_network(dataset_folder("rts_gmlc"))


@pytest.fixture(scope="module")
def series(network: Network) -> GridSeries:
    return read_series(dataset_folder("rts_gmlc"), network, commitment="relaxed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(dataset_folder("rts_gmlc"), tmp_path / "rts"))


def test_load_has_the_published_peak_and_minimum(series: GridSeries) -> None:
    total_mw = series.load_mw.sum(axis=1)
    assert len(series) == 8784
    assert total_mw.max() == pytest.approx(8191.8, abs=0.05)
    assert total_mw.min() == pytest.approx(2728.5, abs=0.05)
    assert total_mw.sum() == pytest.approx(37_655_798.9, abs=5)
    assert series.time_utc[total_mw.argmax()] == np.datetime64("2020-08-26T21:00")  # 14:00 in Phoenix


def test_year_begins_at_local_midnight(series: GridSeries) -> None:
    assert series.time_utc[0] == np.datetime64("2020-01-01T07:00")
    assert series.time_utc[-1] == np.datetime64("2021-01-01T06:00")


def test_area_load_is_shared_by_bus_load(network: Network) -> None:
    share = load_share_frac(network, ("1", "2", "3"))
    np.testing.assert_allclose(share.sum(axis=1), 1)
    assert share[0, network.bus_index("101")] == pytest.approx(108 / 2850)
    assert share[1, network.bus_index("101")] == 0


def test_availability_and_static_capacity_bound_every_unit(network: Network, series: GridSeries) -> None:
    unit = network.generator
    assert (series.p_max_mw <= unit.p_max_mw + 1e-9).all()
    assert (series.p_max_mw[:, unit.id.index("121_NUCLEAR_1")] == 400).all()
    energy_gwh = {
        kind: series.p_max_mw[:, [t == kind for t in unit.unit_type]].sum() / 1e3 for kind in ("WIND", "PV", "RTPV")
    }
    assert energy_gwh == pytest.approx({"WIND": 7149.4, "PV": 3751.6, "RTPV": 2147.8}, abs=0.1)


def test_relaxed_commitment_frees_all_but_fixed_units(network: Network, series: GridSeries) -> None:
    is_fixed = network.generator.is_fixed
    assert not series.p_min_mw[:, ~is_fixed].any()
    np.testing.assert_array_equal(series.p_min_mw[:, is_fixed], series.p_max_mw[:, is_fixed])


def test_must_run_units_stay_at_their_minimum(network: Network) -> None:
    units = ("121_NUCLEAR_1", "212_CSP_1")
    series = read_series(dataset_folder("rts_gmlc"), network, commitment="must_run", must_run=units)
    nuclear, csp = (network.generator.id.index(unit) for unit in units)
    assert (series.p_min_mw[:, nuclear] == 396).all()
    assert series.p_min_mw[:, csp].max() == 30
    assert (series.p_min_mw <= series.p_max_mw).all()


def test_unknown_must_run_unit_offers_the_nearest(network: Network) -> None:
    with pytest.raises(InputError, match=r"unit 121_NUCLEAR does not exist.*'121_NUCLEAR_1'"):
        read_series(dataset_folder("rts_gmlc"), network, commitment="must_run", must_run=("121_NUCLEAR",))


def rewrite(name: str, change: Callable[[str], str]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / name
        path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()).decode()).encode(), mtime=0))

    return damage


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (
            rewrite(LOAD_FILE, lambda text: text.replace("985.02,", "n/a,", 1)),
            ["GP-VAL-001", "row 1 column 1: 'n/a' is not a number", "area_load_mw.csv.gz:2:1"],
        ),
        (rewrite(LOAD_FILE, lambda text: text.replace("985.02,", "nan,", 1)), ["GP-VAL-001", "row 1 column 1: 'nan'"]),
        (
            rewrite(LOAD_FILE, lambda text: text.replace("985.02,", "-985.02,", 1)),
            ["GP-VAL-002", "-985.02 MW is below"],
        ),
        (rewrite(LOAD_FILE, lambda text: text.replace("985.02,", "", 1)), ["GP-TAB-003", "row 1 has 2 fields"]),
        (
            rewrite(LOAD_FILE, lambda text: text[: text.rindex("\n", 0, -1) + 1]),
            ["GP-TIM-003", "8783 rows, dataset.json says 8784 hours"],
        ),
        (rewrite(LOAD_FILE, lambda text: text.replace("1,2,3", "1,2,4", 1)), ["GP-TIM-004", "area 3", "area 4"]),
        (
            rewrite(AVAILABILITY_FILE, lambda text: text.replace("122_HYDRO_1", "122_HYDRA_1", 1)),
            ["GP-GEN-001", "122_HYDRA_1", "Did you mean '122_HYDRO_1'"],
        ),
        (
            rewrite(AVAILABILITY_FILE, lambda text: text.replace("\n4.2,", "\n54.2,", 1)),
            ["GP-LIM-004", "row 1 unit 122_HYDRO_1: 54.2 MW is above p_max_mw 50"],
        ),
        (
            lambda folder: (folder / LOAD_FILE).write_bytes((folder / LOAD_FILE).read_bytes()[:5000]),
            ["GP-ENC-002", "area_load_mw.csv.gz cannot be read"],
        ),
        (lambda folder: (folder / LOAD_FILE).write_bytes(b"1,2,3\n"), ["GP-ENC-002", "cannot be read"]),
        (lambda folder: (folder / LOAD_FILE).unlink(), ["GP-ENC-002", "area_load_mw.csv.gz is missing"]),
    ],
)
def test_damaged_series_names_the_place(
    folder: Path, network: Network, damage: Callable[[Path], None], words: list[str]
) -> None:
    damage(folder)
    with pytest.raises(InputError) as caught:
        read_series(folder, network, commitment="relaxed")
    for word in words:
        assert word in str(caught.value)
