"""Writing MATPOWER cases: exact round trip, a valid file for others, and every loss named with MW."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matpowercaseframes import CaseFrames

from gridplan.errors import InputError
from gridplan.network.case import CaseStorages, GridCase
from gridplan.network.formats import export_case
from gridplan.network.matpower.read import read_matpower
from gridplan.network.matpower.write import bus_numbers, function_name, number, write_matpower
from tests.unit.network.case_equality import differing_columns
from tests.unit.network.matpower_files import CASE, written


@pytest.fixture
def case(tmp_path: Path) -> GridCase:
    return read_matpower(written(tmp_path, CASE))


def text_of(case: GridCase, name: str = "new.m") -> str:
    return write_matpower(case, name).files[name].decode()


def again(case: GridCase, folder: Path) -> GridCase:
    return read_matpower(written(folder, text_of(case), "new.m"))


def losses_of(case: GridCase) -> dict[str, tuple[int, str]]:
    return {row.section: (row.rows, row.meaning) for row in write_matpower(case, "new.m").not_carried}


def test_everything_comes_back_exactly(case: GridCase, tmp_path: Path) -> None:
    assert differing_columns(case, again(case, tmp_path)) == []
    assert write_matpower(case, "new.m").not_carried == ()


def test_the_writer_stands_in_the_registry(case: GridCase) -> None:
    assert list(export_case(case, Path("folder/new.m")).files) == ["new.m"]


def test_the_same_case_gives_the_same_bytes(case: GridCase) -> None:
    assert write_matpower(case, "new.m").files == write_matpower(case, "new.m").files


def test_another_reader_finds_the_same_tables(case: GridCase, tmp_path: Path) -> None:
    path = written(tmp_path, text_of(case), "new.m")
    with pytest.warns(UserWarning, match="Mixed cost models"):
        found = CaseFrames(str(path))
    np.testing.assert_array_equal(found.gen["PMAX"], case.generator.p_max_mw)
    np.testing.assert_array_equal(found.branch["BR_X"], case.branch.x_pu)
    np.testing.assert_array_equal(found.bus["PD"], [0, 300.5, 0, 400, 0])
    np.testing.assert_array_equal(found.bus["BS"], [0, 0, 40, 0, -3])
    np.testing.assert_array_equal(found.gencost["NCOST"], [3, 2, 1, 0])
    assert (found.version, found.baseMVA) == ("2", 100)


def test_a_line_has_no_tap_and_a_transformer_one(case: GridCase) -> None:
    rows = text_of(case).split("mpc.branch = [\n")[1].splitlines()[:5]
    assert [row.split("\t")[9] for row in rows] == ["0", "0", "1", "1", "0.975"]
    assert [row.rstrip(";").split("\t")[12:] for row in rows[:3]] == [["-360", "360"], ["-360", "360"], ["-30", "360"]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (100.0, "100"),
        (0.1, "0.1"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-5, "1e-05"),
        (1e22, "1e+22"),
        (-360.0, "-360"),
        (float("inf"), "Inf"),
        (float("-inf"), "-Inf"),
    ],
)
def test_numbers_read_back_exactly(value: float, text: str) -> None:
    assert number(value) == text
    assert float(text) == value


def test_random_numbers_read_back_exactly() -> None:
    values = np.random.default_rng(7).standard_normal(2000) * 10.0 ** np.arange(-1000, 1000).clip(-200, 200)
    assert all(float(number(value)) == value for value in values.tolist())


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("case9.m", "case9"),
        ("my grid-2.m", "my_grid_2"),
        ("2027.m", "case_2027"),
        ("end.m", "case_end"),
        ("Köln.m", "K_ln"),
        ("x'); system('rm.m", "x____system__rm"),
        (f"{'a' * 80}.m", "a" * 63),
    ],
)
def test_function_names_are_valid(file: str, name: str) -> None:
    assert function_name(file) == name


def test_bus_ids_that_are_no_numbers_are_numbered(case: GridCase, tmp_path: Path) -> None:
    assert bus_numbers(("7", "north", "07", "0", "12")) == {"7": 7, "north": 13, "07": 14, "0": 15, "12": 12}
    renamed = renamed_bus(case, "10", "west")
    told = losses_of(renamed)
    assert told["bus id"] == (1, "bus ids that are no numbers; numbered, and the id kept in bus_name")
    assert told["bus name"] == (1, "names of buses whose id stands in bus_name")
    back = again(renamed, tmp_path)
    assert back.bus.id == ("1", "2", "3", "6", "5")
    assert back.bus.name[3] == "west"
    assert back.branch.to_bus[3] == "6"
    assert back.branch.id[3] == "3-west_1"
    assert back.load.bus == ("2", "3", "6")


def renamed_bus(case: GridCase, old: str, new: str) -> GridCase:
    def swap(column: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if bus == old else bus for bus in column)

    branch_ids = tuple(i.replace(f"-{old}_", f"-{new}_").replace(f"{old}-", f"{new}-") for i in case.branch.id)
    return (
        case.with_table("bus", id=swap(case.bus.id))
        .with_table("load", bus=swap(case.load.bus))
        .with_table("branch", id=branch_ids, from_bus=swap(case.branch.from_bus), to_bus=swap(case.branch.to_bus))
        .with_table("dc_line", to_bus=swap(case.dc_line.to_bus))
    )


def test_names_of_branches_and_dc_lines_come_back(case: GridCase, tmp_path: Path) -> None:
    named = case.with_table("branch", id=("A1", "A2", "B", "C'", "D")).with_table("dc_line", id=("DC1", "DC2"))
    assert differing_columns(named, again(named, tmp_path)) == []
    assert "branch_name" not in text_of(case)
    assert "dcline_name" not in text_of(case)


def with_loads(case: GridCase, **columns: Any) -> GridCase:
    return case.with_table("load", **columns)


def test_loads_of_a_bus_are_summed_and_those_out_of_service_named_with_mw(case: GridCase, tmp_path: Path) -> None:
    many = with_loads(
        case,
        id=("2_1", "2_2", "2_3"),
        bus=("2", "2", "2"),
        p_mw=np.array([100.0, 20.5, 50.0]),
        q_mvar=np.array([10.0, 2.0, 5.0]),
        in_service=np.array([True, True, False]),
    )
    told = [row for row in write_matpower(many, "new.m").not_carried if row.section == "load"]
    assert [(row.rows, row.meaning) for row in told] == [
        (1, "out of service, 50.0 MW in all; MATPOWER knows no load out of service"),
        (2, "loads at 1 bus with several of them; written as one sum a bus"),
    ]
    back = again(many, tmp_path).load
    assert (back.p_mw.tolist(), back.q_mvar.tolist()) == ([120.5], [12.0])


def test_load_ids_shunts_storage_places_and_lengths_are_named(case: GridCase) -> None:
    storage = CaseStorages(
        id=("S",),
        bus=("1",),
        p_mw=np.array([60.0]),
        e_mwh=np.array([240.0]),
        efficiency_roundtrip_frac=np.array([0.85]),
        in_service=np.array([True]),
    )
    latitude, length = np.array([33.0, 34.0, np.nan, 0.0, np.nan]), np.array([10.0, np.nan, 0.0, 5.0, 1.0])
    rich = replace(
        case.with_table("bus", latitude_degree=latitude, longitude_degree=latitude)
        .with_table("branch", length_km=length)
        .with_table("load", id=("L1", "3_1", "10_1"))
        .with_table("shunt", in_service=np.array([False, True])),
        storage=storage,
    )
    assert losses_of(rich) == {
        "load id": (1, "MATPOWER has no ids of loads"),
        "shunt": (1, "out of service, 40.0 Mvar in all; MATPOWER knows no shunt out of service"),
        "storage": (1, "60.0 MW and 240.0 MWh; MATPOWER cases hold no storage"),
        "bus coordinates": (3, "MATPOWER has no place for coordinates"),
        "branch length_km": (3, "MATPOWER has no place for lengths"),
    }


def test_what_is_not_known_is_written_as_said(case: GridCase, tmp_path: Path) -> None:
    unknown = case.with_table("bus", vm_min_pu=np.array([np.nan, 0.9, 0.95, np.nan, 0.9])).with_table(
        "generator", cost=(None, *case.generator.cost[1:]), vm_setpoint_pu=np.full(4, np.nan)
    )
    assert losses_of(unknown) == {
        "bus vm_min_pu": (2, "not stated; written as 0.9"),
        "generator vm_setpoint_pu": (4, "not stated; written as 1"),
        "generator cost": (1, "units without a cost; written as costing nothing"),
    }
    assert again(unknown, tmp_path).generator.cost[0] is not None


def test_areas_that_are_names_are_numbered(case: GridCase, tmp_path: Path) -> None:
    named = case.with_table("bus", area=("AZ", "AZ", "NV", "3", ""))
    assert losses_of(named)["bus area"] == (4, "names written as numbers: AZ = 4, NV = 5, none = 6")
    assert again(named, tmp_path).bus.area == ("4", "4", "5", "3", "6")


def test_limits_matpower_would_take_otherwise(case: GridCase, tmp_path: Path) -> None:
    tight = case.with_table("branch", angle_min_degree=np.zeros(5), angle_max_degree=np.array([0.0, 5, 5, 5, 5]))
    assert losses_of(tight)["branch angle limits"][0] == 1
    unlimited = case.with_table("branch", rating_normal_mva=np.full(5, np.inf))
    assert again(unlimited, tmp_path).branch.rating_normal_mva.tolist() == [0.0] * 5


def test_without_costs_there_is_no_gencost(case: GridCase, tmp_path: Path) -> None:
    free = case.with_table("generator", cost=(None,) * 4)
    assert "gencost" not in text_of(free)
    assert differing_columns(free, again(free, tmp_path)) == []


def test_texts_cannot_become_code(case: GridCase, tmp_path: Path) -> None:
    hostile = replace(case, name="x\nsystem('rm');\n%").with_table(
        "bus", name=("'};\nsystem('rm'); x = {'", "a\rb", "c", "d", "e")
    )
    text = text_of(hostile)
    assert [line for line in text.splitlines() if "system" in line] == [
        "%NEW  x system('rm'); %",
        "\t'''}; system(''rm''); x = {''';",
    ]
    assert again(hostile, tmp_path).bus.name[0] == "'}; system('rm'); x = {'"


def test_an_element_at_an_unknown_bus_is_refused(case: GridCase) -> None:
    lost = case.with_table("generator", bus=("1", "1", "99", "3"))
    with pytest.raises(InputError, match="generator B hangs on bus 99") as refusal:
        write_matpower(lost, "new.m")
    assert refusal.value.findings[0].code == "GP-TOP-005"
