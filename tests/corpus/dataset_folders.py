"""Damaged dataset folders: the folder ``west`` with one table or its dataset.json damaged."""

from __future__ import annotations

from tests.corpus.damage import Change, Damaged, cut, drop, field_of, swap

BASE = "west"
JSON = "dataset.json"


def table(name: str, code: str, file: str, *changes: Change) -> Damaged:
    return Damaged(name=name, code=code, base=BASE, file=f"{BASE}/{file}", changes=changes)


def warned(name: str, code: str, file: str, *changes: Change) -> Damaged:
    return Damaged(name=name, code=code, base=BASE, file=f"{BASE}/{file}", changes=changes, severity="warning")


def data(name: str, code: str, file: str, content: bytes) -> Damaged:
    return Damaged(name=name, code=code, base=BASE, file=f"{BASE}/{file}", data=content)


LOAD = "area_load_mw.csv"
AVAILABLE = "availability_mw.csv"

FOLDERS = (
    table("no JSON", "GP-NET-002", JSON, cut(0.5)),
    data("JSON that is no object", "GP-NET-002", JSON, b"[1, 2]"),
    table("key missing", "GP-NET-002", JSON, drop('"hours"')),
    table("hours below 1", "GP-NET-002", JSON, swap('"hours": 24', '"hours": 0')),
    table("text for base power", "GP-NET-002", JSON, swap("100.0", '"100"')),
    table("base power of zero", "GP-PU-001", JSON, swap("100.0", "0")),
    table("unknown zone", "GP-TIM-001", JSON, swap("America/Phoenix", "America/Fenix")),
    table("no full hour", "GP-TIM-002", JSON, swap("T00:00", "T00:30")),
    Damaged(name="table missing", code="GP-ENC-002", base=BASE, file="west/branch.csv", is_missing=True),
    data("table empty", "GP-ENC-002", "branch.csv", b""),
    data("table UTF-16", "GP-ENC-001", "branch.csv", "id,from_bus".encode("utf-16")),
    data("hourly table damaged", "GP-ENC-002", f"{LOAD}.gz", b"\x1f\x8b\x08\x00 cut"),
    table("column missing", "GP-TAB-001", "branch.csv", swap("x_pu", "reactance")),
    table("column twice", "GP-TAB-002", "branch.csv", swap("b_pu", "x_pu")),
    table("decimal comma", "GP-TAB-003", "branch.csv", field_of("A1", "x_pu", "0,08")),
    table("row cut off", "GP-TAB-003", "branch.csv", swap(",false,22", "")),
    table("text for a number", "GP-VAL-001", "branch.csv", field_of("A1", "x_pu", "N/A")),
    table("NaN for a number", "GP-VAL-001", "branch.csv", field_of("A1", "x_pu", "nan")),
    table("text for a flag", "GP-VAL-001", "branch.csv", field_of("A1", "is_transformer", "no")),
    table(
        "bus twice",
        "GP-BUS-002",
        "bus.csv",
        swap("30,Cedar", "20,Twin,138,1,33.4,-112.1,0,0,0,0,1\n30,Cedar"),
    ),
    table("branch twice", "GP-BUS-002", "branch.csv", field_of("A2", "id", "A1")),
    table("branch to nowhere", "GP-TOP-005", "branch.csv", field_of("A2", "to_bus", "33")),
    table("unit at nowhere", "GP-TOP-005", "generator.csv", field_of("10_CC_1", "bus", "11")),
    table("branch to itself", "GP-TOP-005", "branch.csv", field_of("A2", "to_bus", "20")),
    table("no impedance", "GP-TOP-004", "branch.csv", field_of("A2", "x_pu", "0"), field_of("A2", "r_pu", "0")),
    table("rating below zero", "GP-LIM-002", "branch.csv", field_of("A2", "rating_normal_mva", "-170")),
    table("emergency below normal", "GP-LIM-005", "branch.csv", field_of("A2", "rating_emergency_mva", "150")),
    table("ratio of zero", "GP-TRF-001", "branch.csv", field_of("A2", "tap_ratio", "0")),
    table("Pmin above Pmax", "GP-LIM-004", "generator.csv", field_of("10_CC_1", "p_min_mw", "210")),
    table("costs that fall", "GP-CST-001", "generator.csv", field_of("10_CC_1", "block_cost_2_usd_per_mwh", "20")),
    table("blocks that do not add up", "GP-CST-001", "generator.csv", field_of("10_CC_1", "block_width_2_mw", "90")),
    table("dc loss in percent", "GP-DCL-001", "dc_line.csv", field_of("DC1", "loss_frac", "2")),
    table(
        "efficiency in percent", "GP-VAL-001", "storage.csv", field_of("20_STORE_1", "efficiency_roundtrip_frac", "85")
    ),
    table("latitude beyond the pole", "GP-GEO-001", "bus.csv", field_of("20", "latitude_degree", "95")),
    table("kW for MW", "GP-VAL-003", "bus.csv", field_of("20", "p_load_mw", "90000")),
    table("load beyond any grid", "GP-VAL-001", "bus.csv", field_of("20", "p_load_mw", "1e300")),
    table("ratio in kV", "GP-TRF-001", "branch.csv", field_of("A2", "tap_ratio", "138")),
    table("dc limits crossed", "GP-LIM-004", "dc_line.csv", field_of("DC1", "p_min_mw", "100")),
    table("reactive limits crossed", "GP-LIM-004", "generator.csv", field_of("10_CC_1", "q_min_mvar", "999")),
    table("dc line that loses all", "GP-DCL-001", "dc_line.csv", field_of("DC1", "loss_frac", "1")),
    warned("setpoint without its point", "GP-VAL-005", "generator.csv", field_of("10_CC_1", "vm_setpoint_pu", "102")),
    warned("emergency without its point", "GP-LIM-005", "branch.csv", field_of("A2", "rating_emergency_mva", "1900")),
    warned("shift in degrees", "GP-TRF-002", "branch.csv", field_of("A2", "shift_rad", "30")),
    table("hour missing", "GP-TIM-003", LOAD, swap("\n148\n", "\n")),
    table("load below zero", "GP-VAL-002", LOAD, swap("\n148\n", "\n-148\n")),
    table("NaN hour", "GP-VAL-001", LOAD, swap("\n148\n", "\nnan\n")),
    table("unknown area", "GP-TIM-004", LOAD, swap("1\n", "2\n")),
    table("unknown unit", "GP-GEN-001", AVAILABLE, swap("10_PV_1", "10_PV_2")),
    table("more than the unit has", "GP-LIM-004", AVAILABLE, swap("55", "65")),
)
