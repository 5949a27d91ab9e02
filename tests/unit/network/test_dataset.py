from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gridplan.errors import InputError
from gridplan.network.dataset import read_dataset_info, read_network
from gridplan.network.embedded import dataset_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy of the embedded dataset that a test may damage."""
    return Path(shutil.copytree(dataset_folder("rts_gmlc"), tmp_path / "rts"))


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def test_rts_has_the_published_counts_and_totals() -> None:
    network = read_network(dataset_folder("rts_gmlc"))
    sizes = [len(network.bus), len(network.branch), len(network.generator), len(network.dc_line), len(network.storage)]
    assert sizes == [73, 120, 157, 1, 1]
    assert network.bus.p_load_mw.sum() == 8550
    assert network.branch.is_transformer.sum() == 16
    assert network.generator.p_max_mw.sum() == pytest.approx(14499.8)
    assert network.is_synthetic


def test_rts_rows_carry_the_source_values() -> None:
    network = read_network(dataset_folder("rts_gmlc"))
    a1 = network.branch.id.index("A1")
    assert [network.bus.id[end[a1]] for end in (network.branch.from_bus, network.branch.to_bus)] == ["101", "102"]
    ratings = (
        network.branch.rating_normal_mva,
        network.branch.rating_emergency_mva,
        network.branch.rating_short_time_mva,
    )
    assert [rating[a1] for rating in ratings] == [175, 193, 200]
    assert network.branch.length_km[a1] == pytest.approx(3 * 1.609344, abs=1e-3)
    storage = network.storage
    assert (storage.p_mw[0], storage.e_mwh[0], storage.efficiency_roundtrip_frac[0]) == (50, 150, 0.85)
    assert (network.dc_line.p_min_mw[0], network.dc_line.p_max_mw[0]) == (-100, 100)


def test_cost_blocks_are_convex_and_add_up() -> None:
    unit = read_network(dataset_folder("rts_gmlc")).generator
    np.testing.assert_allclose(unit.block_width_mw.sum(axis=1), unit.p_max_mw, atol=1e-3)
    assert (np.diff(unit.block_cost_usd_per_mwh, axis=1) >= 0).all()


def test_cost_at_full_output_is_the_heat_rate_curve() -> None:
    # 107_CC_1: 355 MW, 3.88722 USD/MMBTU; 7222 BTU/kWh up to 170 MW, then 5970, 6892, 7854 in equal steps.
    unit = read_network(dataset_folder("rts_gmlc")).generator
    row = unit.id.index("107_CC_1")
    step_mw = (355 - 170) / 3
    cost_usd = 3.88722e-3 * (7222 * 170 + (5970 + 6892 + 7854) * step_mw)
    assert unit.block_width_mw[row] @ unit.block_cost_usd_per_mwh[row] == pytest.approx(cost_usd, rel=1e-5)


def test_only_the_stated_types_pick_up_and_are_fixed() -> None:
    unit = read_network(dataset_folder("rts_gmlc")).generator
    by_flag = [
        {kind for kind, is_set in zip(unit.unit_type, flags, strict=True) if is_set}
        for flags in (unit.is_dispatchable, unit.is_fixed)
    ]
    assert by_flag == [{"CT", "CC", "STEAM", "HYDRO"}, {"RTPV"}]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (edit("bus.csv", "p_load_mw", "load"), ["GP-TAB-001", "bus.csv has no column p_load_mw", "bus.csv:1"]),
        (
            edit("bus.csv", "101,Abel,138", "101,Abel,138 kV"),
            ["GP-VAL-001", "bus.csv row 1 column base_kv: '138 kV' is not a number", "bus.csv:2:10"],
        ),
        (edit("bus.csv", "101,Abel,138", "101,Abel,nan"), ["GP-VAL-001", "column base_kv: 'nan'"]),
        (edit("branch.csv", "A1,101,102", "A1,101,1002"), ["GP-TOP-005", "branch.csv row 1", "bus 1002", "'102'"]),
        (edit("branch.csv", "A2,101,103", "A1,101,103"), ["GP-BUS-002", "duplicate branch id A1"]),
        (edit("branch.csv", "A1,101,102,0.003,0.014", "A1,101,102,0.003,0"), ["GP-TOP-004", "A1 has zero reactance"]),
        (edit("branch.csv", ",175,193,", ",175,93,"), ["GP-LIM-005", "A1: emergency rating is below"]),
        (edit("branch.csv", ",175,193,", ",0,193,"), ["GP-LIM-002", "A1: normal rating is not above 0"]),
        (edit("branch.csv", "0.003,0.014", "0,003,0,014"), ["GP-TAB-003", "row 1 has 15 fields, the header has 13"]),
        (edit("branch.csv", "false", "no"), ["GP-VAL-001", "'no' is not true or false"]),
        (edit("generator.csv", "Oil,8,20", "Oil,28,20"), ["GP-LIM-004", "101_CT_1: p_min_mw is above p_max_mw"]),
        (edit("generator.csv", "false,20,", "false,19,"), ["GP-CST-001", "101_CT_1: block widths do not add up"]),
        (edit("generator.csv", "0.1,true", "1.1,true"), ["forced outage rate is outside 0 to 1"]),
        (edit("generator.csv", "block_width_2_mw", "block_width_2"), ["GP-TAB-001", "block_width_2_mw"]),
        (edit("dataset.json", '"base_mva": 100.0', '"base_mva": "x"'), ["GP-NET-002", "base_mva: 'x'"]),
        (edit("dataset.json", "America/Phoenix", "America/Phenix"), ["GP-TIM-001", "'America/Phenix'"]),
        (edit("dataset.json", "2020-01-01T", "2020-02-31T"), ["GP-TIM-002", "2020-02-31"]),
        (edit("dataset.json", "8784,", "8784"), ["GP-NET-002", "dataset.json is not JSON", "dataset.json:8"]),
        (
            lambda folder: (folder / "dc_line.csv").write_text('id,from_bus\n1,"' + "2" * 200_000),
            ["GP-TAB-003", "dc_line.csv line 2", "field larger than field limit"],
        ),
        (lambda folder: (folder / "dc_line.csv").unlink(), ["GP-ENC-002", "dc_line.csv is missing"]),
        (lambda folder: (folder / "bus.csv").write_text(""), ["GP-ENC-002", "bus.csv is empty"]),
        (lambda folder: (folder / "bus.csv").write_bytes(b"id,name\n1,\xff\xfe"), ["GP-ENC-001", "not UTF-8"]),
    ],
)
def test_damaged_dataset_names_the_place(folder: Path, damage: Callable[[Path], None], words: list[str]) -> None:
    damage(folder)
    with pytest.raises(InputError) as caught:
        read_network(folder)
    for word in words:
        assert word in str(caught.value)


def test_every_fault_of_a_table_is_listed(folder: Path) -> None:
    path = folder / "bus.csv"
    path.write_text(path.read_text().replace(",138,", ",high,"))
    with pytest.raises(InputError) as caught:
        read_network(folder)
    assert len(caught.value.findings) == 30


def test_byte_order_mark_and_crlf_change_nothing(folder: Path) -> None:
    before = read_network(folder)
    path = folder / "bus.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_network(folder).bus.id == before.bus.id


def test_info_holds_what_the_report_must_say() -> None:
    info = read_dataset_info(dataset_folder("rts_gmlc"))
    assert (info.hours, info.timezone, info.losses) == (8784, "America/Phoenix", "included_in_load")
    assert any("thermal store is not modelled" in note for note in info.notes)
    assert json.loads((info.folder / "dataset.json").read_text())["title"] == info.title
