"""RAW records against closed forms worked out by hand."""

from __future__ import annotations

import cmath
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gridplan.errors import InputError
from gridplan.network.build import build_network
from gridplan.network.case import GridCase
from gridplan.network.psse.read import read_psse
from gridplan.network.ybus import ybus
from tests.unit.network.raw_text import (
    BUS_33,
    DC_LINE,
    LINE_33,
    LOAD_33,
    THREE_WINDING,
    TWO_WINDING,
    raw_text,
    write_raw,
)


def read(folder: Path, version: int = 33, **sections: tuple[str, ...]) -> GridCase:
    return read_psse(write_raw(folder, raw_text(version, **sections)))


def codes(case: GridCase) -> list[str]:
    return [finding.code for finding in case.findings]


def lost(case: GridCase) -> dict[str, int]:
    return {row.section: row.rows for row in case.not_carried}


def transformer(*, head: str = "", impedance: str = "", first: str = "", second: str = "") -> tuple[str, ...]:
    return (head or TWO_WINDING[0], impedance or TWO_WINDING[1], first or TWO_WINDING[2], second or TWO_WINDING[3])


def head(*, cw: int = 1, cz: int = 1, cm: int = 1, mag: str = "0.0, 0.0", stat: int = 1) -> str:
    return f"1, 3, 0, '1 ', {cw}, {cz}, {cm}, {mag}, 2, 'TWO', {stat}, 1, 1.0"


def winding(windv: float, nomv: float = 0.0, angle: float = 0.0) -> str:
    return f"{windv}, {nomv}, {angle}, 100, 110, 120, 0, 0, 1.1, 0.9, 1.1, 0.9, 33, 0, 0, 0, 0"


def test_buses_keep_kind_limits_labels_and_line(tmp_path: Path) -> None:
    case = read(tmp_path)
    assert case.bus.id == ("1", "2", "3", "4")
    assert case.bus.name == ("ALPHA", "BETA", "GAMMA", "DELTA")
    assert case.bus.kind == ("ref", "pq", "pq", "pv")
    assert (case.bus.area, case.bus.zone) == (("1", "1", "2", "2"), ("1", "2", "2", "2"))
    assert case.bus.vm_max_pu.tolist() == [1.1, 1.05, 1.1, 1.1]
    assert case.bus.vm_min_pu.tolist() == [0.9, 0.95, 0.9, 0.9]
    assert case.origin.lines["bus"].tolist() == [4, 5, 6, 7]
    assert case.origin.place("load", 0, "p_mw").key == "load PL"
    assert case.origin.place("load", 0, "p_mw").line == 9


def test_isolated_bus_and_absent_limits(tmp_path: Path) -> None:
    buses = tuple(", ".join(row.split(", ")[:9]) for row in BUS_33)
    buses = (*buses[:3], buses[3].replace("13.8, 2", "13.8, 4"))
    case = read(tmp_path, 32, bus=buses)
    assert case.bus.kind[3] == "isolated"
    assert case.bus.vm_max_pu.tolist() == [1.1] * 4
    assert case.bus.vm_min_pu.tolist() == [0.9] * 4


def test_constant_current_and_admittance_count_at_the_voltage_of_the_file(tmp_path: Path) -> None:
    case = read(tmp_path, load=("2, 'A', 1, 1, 1, 100.0, 50.0, 10.0, 5.0, 4.0, -2.0, 1, 1, 0",))
    assert case.load.id == ("2_A",)
    assert case.load.p_mw[0] == pytest.approx(100 + 10 * 0.98 + 4 * 0.98**2, abs=1e-12)
    assert case.load.q_mvar[0] == pytest.approx(50 + 5 * 0.98 + 2 * 0.98**2, abs=1e-12)
    finding = next(finding for finding in case.findings if finding.code == "GP-LOD-001")
    assert finding.severity == "warning"
    assert "13.6416 MW" in finding.message
    assert "6.8208 Mvar" in finding.message


def test_loads_out_of_service_and_with_generation_behind_them(tmp_path: Path) -> None:
    rows = (
        "2, '1', 0, 1, 1, 100.0, 50.0, 10.0, 0.0, 0.0, 0.0, 1, 1, 0, 0.0, 0.0, 0",
        "2, '2', 1, 1, 1, 100.0, 50.0, 0.0, 0.0, 0.0, 0.0, 1, 1, 0, 30.0, 10.0, 1",
        "2, '3', 1, 1, 1, 100.0, 50.0, 0.0, 0.0, 0.0, 0.0, 1, 1, 0, 30.0, 10.0, 0",
    )
    case = read(tmp_path, 34, bus=BUS_33, load=rows)
    assert case.load.in_service.tolist() == [False, True, True]
    assert case.load.p_mw[1:].tolist() == [70.0, 100.0]
    assert case.load.q_mvar[1:].tolist() == [40.0, 50.0]
    assert codes(case) == ["GP-LOD-002", "GP-CST-004"]


def test_generator_fields_of_version_33_and_35(tmp_path: Path) -> None:
    rows_35 = (
        "1, '1 ', 90.0, 5.0, 80.0, -70.0, 1.02, 3, 0, 120.0, 0.0, 1.0, 0.0, 0.1, 1.0, 0, 100.0, 200.0, 10.0, 0, 1, 1.0",
    )
    case, case_35 = read(tmp_path), read(tmp_path, 35, bus=BUS_33, generator=rows_35)
    for unit in (case.generator, case_35.generator):
        values = (unit.p_mw, unit.q_mvar, unit.q_max_mvar, unit.q_min_mvar, unit.p_max_mw, unit.p_min_mw)
        assert [value[0] for value in values] == [90.0, 5.0, 80.0, -70.0, 200.0, 10.0]
        assert (unit.vm_setpoint_pu[0], unit.mbase_mva[0], unit.id) == (1.02, 120.0, ("1_1",))
        assert unit.cost == (None,)
    assert case.generator.in_service.tolist() == [True]
    assert case_35.generator.in_service.tolist() == [False]
    assert "GP-GEN-002" in codes(case_35)
    assert lost(case_35)["generator RT, XT"] == 1


def test_line_ratings_length_and_end_shunts(tmp_path: Path) -> None:
    row = "1, -2, 'C1', 0.01, 0.1, 0.02, 100, 110, 120, 0.001, 0.002, 0.003, 0.004, 1, 1, 10.0, 1, 1.0"
    case = read(tmp_path, branch=(row,))
    branch = case.branch
    assert branch.id[0] == "1-2_C1"
    assert [branch.r_pu[0], branch.x_pu[0], branch.b_pu[0]] == [0.01, 0.1, 0.02]
    ratings = (branch.rating_normal_mva, branch.rating_emergency_mva, branch.rating_short_time_mva)
    assert [rating[0] for rating in ratings] == [100, 110, 120]
    assert branch.length_km[0] == pytest.approx(16.09344, abs=1e-12)
    assert not branch.is_transformer[0]
    assert case.shunt.bus == ("1", "2")
    assert case.shunt.gs_mw.tolist() == pytest.approx([0.1, 0.3], abs=1e-12)
    assert case.shunt.bs_mvar.tolist() == pytest.approx([0.2, 0.4], abs=1e-12)


def test_length_is_kilometres_at_50_hz(tmp_path: Path) -> None:
    text = raw_text(head="0, 100.0, 33, 0, 0, 50.0")
    assert read_psse(write_raw(tmp_path, text)).branch.length_km[0] == 10.0


def test_twelve_ratings_of_version_34(tmp_path: Path) -> None:
    row = ("1, 2, '1', 0.01, 0.1, 0.02, 'NAME', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 0, 0, 0, 0, 2, 0.0, 1, 1.0",)
    case = read(tmp_path, 34, bus=BUS_33, branch=row)
    assert (case.branch.rating_normal_mva[0], case.branch.rating_short_time_mva[0]) == (1.0, 3.0)
    assert not case.branch.in_service[0]


def test_switching_device_is_a_branch_with_its_reactance(tmp_path: Path) -> None:
    row = ("1, 2, '@1', 0.0001, 10, 20, 30, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 'BREAKER'",)
    case = read(tmp_path, 35, bus=BUS_33, switching_device=row)
    assert (case.branch.r_pu[0], case.branch.x_pu[0], case.branch.rating_normal_mva[0]) == (0.0, 0.0001, 10.0)


def test_zero_impedance_branch_is_kept(tmp_path: Path) -> None:
    row = LINE_33[0].replace("0.01, 0.1, 0.02", "0.0, 0.0, 0.0")
    assert read(tmp_path, branch=(row,)).branch.x_pu[0] == 0.0


def test_fixed_and_switched_shunts(tmp_path: Path) -> None:
    case = read(
        tmp_path,
        fixed_shunt=("2, '1 ', 1, 1.5, -30.0", "3, '2', 0, 0.0, 10.0"),
        switched_shunt=(
            "2, 1, 0, 1, 1.1, 0.9, 0, 100.0, '', 25.0, 2, 12.5",
            "3, 1, 0, 0, 1.1, 0.9, 0, 100.0, '', 5.0, 1, 5.0",
        ),
    )
    assert case.shunt.id == ("2_1", "3_2", "2_switched", "3_switched")
    assert case.shunt.gs_mw.tolist() == [1.5, 0.0, 0.0, 0.0]
    assert case.shunt.bs_mvar.tolist() == [-30.0, 10.0, 25.0, 5.0]
    assert case.shunt.in_service.tolist() == [True, False, True, False]
    note = next(finding for finding in case.findings if finding.code == "GP-SHN-002")
    assert "2 switched shunts" in note.message
    assert "25 Mvar" in note.message


def test_switched_shunt_of_version_35(tmp_path: Path) -> None:
    row = ("2, '7', 1, 0, 1, 1.1, 0.9, 0, 0, 100.0, '', 25.0, 1, 2, 12.5",)
    case = read(tmp_path, 35, bus=BUS_33, switched_shunt=row)
    assert (case.shunt.id, case.shunt.bs_mvar.tolist()) == (("2_switched7",), [25.0])


# Two windings: ideal ratios t1 and t2 around an impedance z, v1/t1 - z i = v2/t2.
T1, T2, Z = 1.05, 0.96, 0.002 + 0.08j


def pi_of_ideal_ratios(t1: float, t2: float, z: complex, shift_degree: float) -> np.ndarray:
    """Two-port admittance of the circuit itself, eliminated by hand."""
    a = t1 * cmath.exp(1j * np.deg2rad(shift_degree))
    y = 1 / z
    return np.array([[y / abs(a) ** 2, -y / (a.conjugate() * t2)], [-y / (a * t2), y / t2**2]])


@pytest.mark.parametrize(
    ("cw", "first", "second"),
    [
        (1, winding(T1, 0.0, 30.0), f"{T2}, 0.0"),
        (2, winding(T1 * 230, 0.0, 30.0), f"{T2 * 115}, 0.0"),
        (3, winding(1.0, T1 * 230, 30.0), f"1.0, {T2 * 115}"),
        (3, winding(T1, 0.0, 30.0), f"{T2}, 0.0"),
    ],
)
def test_ratios_on_both_sides_in_every_unit(tmp_path: Path, cw: int, first: str, second: str) -> None:
    case = read(tmp_path, branch=(), transformer=transformer(head=head(cw=cw), first=first, second=second))
    branch = case.branch
    assert branch.tap_ratio[0] == pytest.approx(T1 / T2, rel=1e-12)
    assert branch.shift_degree[0] == 30.0
    assert branch.is_transformer[0]
    network = build_network(only_buses(case, ("1", "3"))).network
    expected = pi_of_ideal_ratios(T1, T2, Z, 30.0)
    assert np.abs(ybus(network).toarray() - expected).max() < 1e-9


def only_buses(case: GridCase, keep: tuple[str, ...]) -> GridCase:
    """Case whose other buses are isolated and whose loads are gone."""
    kind = tuple(kind if bus in keep else "isolated" for bus, kind in zip(case.bus.id, case.bus.kind, strict=True))
    case = case.with_table("bus", kind=kind)
    return replace(case, load=replace(case.load, in_service=np.zeros(len(case.load), dtype=bool)))


@pytest.mark.parametrize(
    ("cz", "impedance"),
    [(1, "0.002, 0.08, 50.0"), (2, "0.001, 0.04, 50.0"), (3, f"50000.0, {abs(0.001 + 0.04j)!r}, 50.0")],
)
def test_impedance_in_every_unit(tmp_path: Path, cz: int, impedance: str) -> None:
    case = read(tmp_path, transformer=transformer(head=head(cz=cz), impedance=impedance))
    assert case.branch.r_pu[-1] == pytest.approx(0.002, rel=1e-12)
    assert case.branch.x_pu[-1] == pytest.approx(0.08, rel=1e-12)
    assert not [code for code in codes(case) if code == "GP-TRF-004"]


def test_impedance_on_another_voltage_is_scaled_and_told(tmp_path: Path) -> None:
    case = read(
        tmp_path,
        transformer=transformer(head=head(cz=2), impedance="0.001, 0.04, 50.0", first=winding(1.0, 235.0)),
    )
    assert case.branch.x_pu[-1] == pytest.approx(0.08 * (235 / 230) ** 2, rel=1e-12)
    assert "GP-TRF-004" in codes(case)


@pytest.mark.parametrize(
    ("cm", "mag"), [(1, "0.0002, -0.001"), (2, f"10000.0, {abs(0.0004 - 0.002j)!r}")], ids=["pu", "W and exciting pu"]
)
def test_magnetising_admittance_stands_at_winding_one(tmp_path: Path, cm: int, mag: str) -> None:
    # 10 kW on 50 MVA are 0.0002 pu of 50 MVA, and 0.0001 of 100 MVA.
    expected = (0.02, -0.1) if cm == 1 else (0.01, -100 * np.sqrt(abs(0.0004 - 0.002j) ** 2 - 0.0002**2) / 2)
    case = read(tmp_path, transformer=transformer(head=head(cm=cm, mag=mag), impedance="0.002, 0.08, 50.0"))
    assert case.shunt.bus == ("1",)
    assert (case.shunt.gs_mw[0], case.shunt.bs_mvar[0]) == pytest.approx(expected, rel=1e-12)
    off = read(tmp_path, transformer=transformer(head=head(cm=cm, mag=mag, stat=0), impedance="0.002, 0.08, 50.0"))
    assert not off.shunt.in_service[0]
    assert not off.branch.in_service[-1]


def test_three_windings_become_a_star(tmp_path: Path) -> None:
    case = read(tmp_path, branch=(), transformer=THREE_WINDING)
    assert case.bus.id[-1] == "11"
    assert case.bus.name[-1] == "STAR THREE"
    assert (case.bus.vm_pu[-1], case.bus.va_degree[-1], case.bus.kind[-1]) == (1.01, -2.0, "pq")
    assert (case.bus.area[-1], case.bus.zone[-1], case.bus.base_kv[-1]) == ("1", "1", 230.0)
    branch = case.branch
    assert branch.id == ("1-11_1", "3-11_1", "4-11_1")
    assert branch.x_pu.tolist() == pytest.approx([0.03, 0.07, 0.13], rel=1e-12)
    assert branch.r_pu.tolist() == pytest.approx([0.01, 0.0, 0.02], abs=1e-15)
    assert branch.tap_ratio.tolist() == [1.02, 1.0, 1.0]
    assert branch.shift_degree.tolist() == [0.0, 0.0, 30.0]
    assert branch.rating_normal_mva.tolist() == [100, 200, 300]
    assert branch.rating_short_time_mva.tolist() == [120, 220, 320]
    assert (case.shunt.bus, case.shunt.gs_mw[0], case.shunt.bs_mvar[0]) == (("1",), 0.1, -0.2)
    note = next(finding for finding in case.findings if finding.code == "GP-TRF-003")
    assert "1, 3, 4" in note.message
    assert "star bus 11" in note.message


def test_impedance_between_windings_is_what_was_stated(tmp_path: Path) -> None:
    case = read(tmp_path, branch=(), transformer=THREE_WINDING)
    z = case.branch.r_pu + 1j * case.branch.x_pu
    assert [z[0] + z[1], z[1] + z[2], z[2] + z[0]] == pytest.approx([0.01 + 0.1j, 0.02 + 0.2j, 0.03 + 0.16j], rel=1e-12)


@pytest.mark.parametrize(
    ("stat", "live"),
    [
        (0, [False, False, False]),
        (1, [True, True, True]),
        (2, [True, False, True]),
        (3, [True, True, False]),
        (4, [False, True, True]),
    ],
)
def test_status_of_each_winding(tmp_path: Path, stat: int, live: list[bool]) -> None:
    rows = (THREE_WINDING[0].replace("', 1, 1, 1.0", f"', {stat}, 1, 1.0"), *THREE_WINDING[1:])
    case = read(tmp_path, branch=(), transformer=rows)
    assert case.branch.in_service.tolist() == live
    assert case.bus.kind[-1] == ("pq" if any(live) else "isolated")
    assert case.shunt.in_service.tolist() == [live[0]]


def test_star_bus_never_takes_a_number_in_use(tmp_path: Path) -> None:
    buses = (*BUS_33, BUS_33[2].replace("3, 'GAMMA", "999997, 'LAST"))
    case = read(tmp_path, bus=buses, transformer=THREE_WINDING)
    assert case.bus.id[-1] == "999996"
    assert len(set(case.bus.id)) == len(case.bus.id)


def test_dc_line_in_power_mode(tmp_path: Path) -> None:
    # (500 + 5 i) i = 100 MW at the rectifier.
    current = (-500 + np.sqrt(500**2 + 4 * 5 * 100)) / (2 * 5)
    dc = read(tmp_path, dc=DC_LINE).dc_line
    assert (dc.id, dc.from_bus, dc.to_bus) == (("1-2_1",), ("1",), ("2",))
    assert dc.p_mw[0] == 100.0
    assert dc.loss_mw[0] == pytest.approx(5 * current**2, rel=1e-9)
    assert (dc.p_min_mw[0], dc.p_max_mw[0], dc.loss_frac[0]) == (100.0, 100.0, 0.0)
    assert dc.in_service[0]


def test_dc_line_with_power_stated_at_the_inverter(tmp_path: Path) -> None:
    rows = (DC_LINE[0].replace("100.0, 500.0", "-100.0, 500.0"), *DC_LINE[1:])
    dc = read(tmp_path, dc=rows).dc_line
    # The scheduled voltage is that of the inverter: 0.2 kA.
    assert dc.p_mw[0] - dc.loss_mw[0] == pytest.approx(100.0, rel=1e-12)
    assert dc.loss_mw[0] == pytest.approx(5 * 0.2**2, rel=1e-12)


def test_dc_line_in_current_mode_and_blocked(tmp_path: Path) -> None:
    current = (DC_LINE[0].replace("1, 5.0, 100.0", "2, 5.0, 800.0"), *DC_LINE[1:])
    dc = read(tmp_path, dc=current).dc_line
    assert dc.p_mw[0] == pytest.approx((500 + 5 * 0.8) * 0.8, rel=1e-12)
    assert dc.loss_mw[0] == pytest.approx(5 * 0.8**2, rel=1e-12)
    blocked = read(tmp_path, dc=(DC_LINE[0].replace("1, 5.0", "0, 5.0"), *DC_LINE[1:])).dc_line
    assert (blocked.p_mw[0], blocked.in_service[0]) == (0.0, False)


def test_what_moves_power_and_is_not_carried_is_a_warning_with_its_mw(tmp_path: Path) -> None:
    case = read(
        tmp_path,
        vsc_dc_line=("'VSC1', 1, 0.7, 1, 1.0", "1, 2, 1, 150.0, 1.0", "2, 1, 1, 320.0, 1.0"),
        facts_device=("'F1', 2, 3, 1, 40.0, 0.0",),
        induction_machine=("2, 'IM', 1, 1, 1, 1, 1, 1, 1, 1, 5.0, 13.8, 1, 4.5",),
        gne_device=("'G', 'M', 1, 2, 0, 0, 0, 1, 1, 1",),
    )
    told = [finding.message for finding in case.findings if finding.code == "GP-NET-003"]
    assert [text.split(": ")[-1] for text in told[:3]] == ["150 MW", "40 MW", "4.5 MW"]
    assert "gne device" in told[3]
    assert {"vsc dc line": 1, "facts device": 1, "induction machine": 1, "gne device": 1}.items() <= lost(case).items()


def test_equipment_out_of_service_is_listed_and_not_warned_of(tmp_path: Path) -> None:
    case = read(tmp_path, facts_device=("'F1', 2, 3, 0, 40.0, 0.0",))
    assert "GP-NET-003" not in codes(case)
    assert lost(case)["facts device"] == 1


def test_labels_and_control_data_are_listed(tmp_path: Path) -> None:
    row = winding(1.0).replace("120, 0, 0", "120, 1, 3")
    case = read(
        tmp_path,
        area=("1, 1, 0.0, 10.0, 'NORTH'", "2, 0, 0.0, 10.0, 'SOUTH'"),
        zone=("1, 'Z1'",),
        owner=("1, 'O1'",),
        multi_section_line=("1, 2, '&1', 1, 3",),
        impedance_correction=("1, 0.9, 1.0, 1.1, 1.0",),
        transformer=transformer(first=row),
    )
    assert lost(case) == {
        "transformer COD": 1,
        "area": 2,
        "zone": 1,
        "owner": 1,
        "multi-section line": 1,
        "impedance correction": 1,
    }


def test_substations_of_version_35_are_listed(tmp_path: Path) -> None:
    text = raw_text(35, bus=BUS_33, substation=("1, 'SUB', 30.0, -97.0, 0.1", "1, 'N1', 1, 1", "0 / END OF NODE DATA"))
    assert lost(read_psse(write_raw(tmp_path, text)))["substation"] == 2


def test_end_records_need_no_words(tmp_path: Path) -> None:
    with_words, without = read(tmp_path), read_psse(write_raw(tmp_path, raw_text(labels=False)))
    assert with_words.branch.id == without.branch.id
    assert with_words.generator.id == without.generator.id


def test_blanks_part_fields_as_commas_do(tmp_path: Path) -> None:
    row = LOAD_33[0].replace(",", " ")
    assert read(tmp_path, load=(row,)).load.p_mw.tolist() == [100.0]


def test_fortran_exponents_and_comments(tmp_path: Path) -> None:
    rows = ("2, '1', 1, 1, 1, 1.0D2, 5.0d+1, 0.0, 0.0, 0.0, 0.0 / a comment, with 'words'",)
    load = read(tmp_path, load=rows).load
    assert (load.p_mw[0], load.q_mvar[0]) == (100.0, 50.0)


def test_empty_fields_are_defaults_that_are_told(tmp_path: Path) -> None:
    row = "1, '1 ', 90.0, 5.0, , , 1.02, 0, 120.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1, 100.0, 200.0, 10.0, 1, 1.0"
    case = read(tmp_path, generator=(row,))
    assert (case.generator.q_max_mvar[0], case.generator.q_min_mvar[0]) == (9999.0, -9999.0)
    told = [finding for finding in case.findings if finding.code == "GP-VAL-006"]
    assert [finding.place.line for finding in told] == [12, 12]
    assert "generator QT = 9999" in told[0].message


def test_elements_with_the_same_id_are_both_kept(tmp_path: Path) -> None:
    case = read(tmp_path, load=(LOAD_33[0], LOAD_33[0]))
    assert case.load.id == ("2_1", "2_2")
    assert case.load.p_mw.sum() == 200.0
    assert "GP-TOP-008" in codes(case)


def test_costs_beside_the_file(tmp_path: Path) -> None:
    assert "GP-CST-004" in codes(read(tmp_path))
    (tmp_path / "north.cost.csv").write_text(
        "generator,kind,startup_usd,shutdown_usd,value_1,value_2,value_3\n1_1,polynomial,10,0,5,20,0.01\n"
    )
    case = read(tmp_path)
    curve = case.generator.cost[0]
    assert curve is not None
    assert (curve.coefficients, curve.startup_usd) == ((5.0, 20.0, 0.01), 10.0)
    assert "GP-CST-004" not in codes(case)
    assert "GP-CST-005" in codes(case)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("9_9,polynomial,0,0,1", "no unit '9_9'"),
        ("1_1,cubic,0,0,1", "neither polynomial nor piecewise"),
        ("1_1,polynomial,0,0,NaN", "'NaN' of unit '1_1' is not a finite number"),
        ("1_1,piecewise,0,0,1,2,3", "two corners"),
        ("1_1,polynomial,0,0", "0 values"),
        ("1_1,polynomial,0,0,1\n1_1,polynomial,0,0,1", "two rows"),
    ],
)
def test_damaged_cost_file_names_row_and_remedy(tmp_path: Path, row: str, says: str) -> None:
    (tmp_path / "north.cost.csv").write_text(f"generator,kind,startup_usd,shutdown_usd,value_1\n{row}\n")
    with pytest.raises(InputError) as raised:
        read(tmp_path)
    finding = raised.value.findings[0]
    assert says in finding.message
    assert (finding.code, finding.place.line) == ("GP-CST-006", 2 + row.count("\n"))


def test_comment_lines_and_settings_of_version_35(tmp_path: Path) -> None:
    settings = (
        "GENERAL, THRSHZ=0.0001, PQBRAK=0.7, BLOWUP=5.0",
        'RATING, 1, "RATE1 ", "RATING SET 1                    "',
        "SOLVER, FNSL, ACTAPS=0, AREAIN=0",
    )
    text = raw_text(35, system_wide=settings, bus=BUS_33)
    lines = text.splitlines()
    lines.insert(0, "@!IC,SBASE,REV,XFRRAT,NXFRAT,BASFRQ")
    at = lines.index(BUS_33[0])
    lines.insert(
        at, "@!   I,'NAME        ', BASKV, IDE,AREA,ZONE,OWNER, VM,        VA,    NVHI,   NVLO,   EVHI,   EVLO"
    )
    case = read_psse(write_raw(tmp_path, "\n".join(lines)))
    assert case.bus.id == ("1", "2", "3", "4")
    assert case.origin.lines["bus"].tolist() == [at + 2, at + 3, at + 4, at + 5]
    assert lost(case) == {"system-wide": 3}


def test_sections_are_read_at_the_right_place_in_every_version(tmp_path: Path) -> None:
    for version in (32, 33, 34, 35):
        rows = {"bus": BUS_33 if version > 32 else tuple(", ".join(row.split(", ")[:9]) for row in BUS_33)}
        case = read(tmp_path, version, **rows, transformer=TWO_WINDING if version < 34 else with_twelve(TWO_WINDING))
        assert len(case.branch) == (2 if version == 33 else 1)
        assert case.branch.is_transformer[-1]
        assert case.branch.rating_short_time_mva[-1] == 120.0


def with_twelve(rows: tuple[str, ...]) -> tuple[str, ...]:
    """Transformer with the twelve ratings of version 34, and nothing behind them."""
    return (*rows[:2], rows[2].partition("120.0")[0] + "120.0" + ", 0.0" * 9, rows[3])
