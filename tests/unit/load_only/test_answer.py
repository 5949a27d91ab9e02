"""Load-only headroom of a file: what its header says, what is assumed, what is refused, and what stands beside it."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridplan.errors import InputError
from gridplan.load_only.answer import load_only_hosting
from gridplan.load_only.published import NORRIS_2025, read_reference
from gridplan.load_only.reading import SaidOfFile
from gridplan.load_only.rule import LoadOnlyRule
from tests.oracles.load_only import largest_new_load_mw, season_thresholds

HOURS = 8760


def year_csv(
    path: Path, head: str = "utc_hour_beginning,north,south", first: str = "2023-01-01T00:00", **change: Any
) -> Path:
    """A year of two areas; ``change`` maps ``row_N`` to the text of that row."""
    times = np.datetime64(first, "m") + np.arange(HOURS) * np.timedelta64(60, "m")
    rows = [f"{t},{1000 + i % 240},{500 + i % 311}" for i, t in enumerate(times)]
    for name, text in change.items():
        rows[int(name.removeprefix("row_"))] = text
    text = "\n".join([head, *(row for row in rows if row != "gone")]) + "\n"
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def codes(answer: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in answer["findings"]]


def refusal(path: Path, **said: Any) -> str:
    with pytest.raises(InputError) as caught:
        load_only_hosting(path, **said)
    return str(caught.value)


def test_areas_add_up_and_agree_with_bisection(tmp_path: Path) -> None:
    answer = load_only_hosting(year_csv(tmp_path / "load.csv"), budgets_frac=(0.01,))
    months = (np.datetime64("2023-01-01T00", "h") + np.arange(HOURS)).astype("datetime64[M]").astype(int) % 12 + 1
    for area, load in (
        ("north", [1000 + i % 240 for i in range(HOURS)]),
        ("south", [500 + i % 311 for i in range(HOURS)]),
    ):
        row = next(row for row in answer["areas"] if row["area"] == area)["budgets"][0]
        limit = season_thresholds(load, months.tolist(), range(5, 11))
        assert row["load_only_mw"] == pytest.approx(largest_new_load_mw(load, limit, 0.01), abs=1e-6)
        assert row["energy_frac"] == pytest.approx(0.01, rel=1e-9)
        assert row["hours"] == sum(s["hours"] for s in row["seasons"].values()) == row["hours_per_year"]
        assert [year["year"] for year in row["years"]] == [2023]
        assert row["mean_of_years_mw"] == pytest.approx(row["load_only_mw"])
    [total] = answer["totals"]
    assert total["load_only_mw"] == pytest.approx(sum(a["budgets"][0]["load_only_mw"] for a in answer["areas"]))
    assert answer["status"] == "optimal"
    assert answer["schema_version"] == 1
    assert answer["comparison"] is None
    assert codes(answer) == []


def test_header_says_the_clock(tmp_path: Path) -> None:
    basis = load_only_hosting(year_csv(tmp_path / "a.csv", head="utc_hour_ending,x,y", first="2023-01-01T01:00"))[
        "basis"
    ]
    assert basis["timezone"] == "UTC (named by column utc_hour_ending)"
    assert basis["stamp"] == "hour_ending (named by column utc_hour_ending)"
    assert basis["first_hour_utc"] == "2023-01-01T00:00Z"


def test_silent_header_is_assumed_with_a_warning(tmp_path: Path) -> None:
    answer = load_only_hosting(year_csv(tmp_path / "a.csv", head="time,x,y"))
    assert codes(answer) == ["GP-TIM-007"]
    assert "--timezone UTC and --stamp hour_beginning assumed" in answer["findings"][0]["message"]
    said = load_only_hosting(tmp_path / "a.csv", said=SaidOfFile(timezone="Etc/GMT+7", stamp="hour_beginning"))
    assert codes(said) == []
    assert said["basis"]["seasons_on_clock_of"] == "Etc/GMT+7"
    assert said["basis"]["first_hour_utc"] == "2023-01-01T07:00Z"


@pytest.mark.parametrize("zone", ["America/Chicgo", "../etc"])
def test_unknown_zone_is_refused(tmp_path: Path, zone: str) -> None:
    said = refusal(year_csv(tmp_path / "load.csv"), said=SaidOfFile(timezone=zone))
    assert f"timezone {zone!r} does not exist" in said
    assert "--timezone" in said


def test_packed_file_and_folder_give_the_same(tmp_path: Path) -> None:
    plain = load_only_hosting(year_csv(tmp_path / "load.csv"))
    (tmp_path / "folder").mkdir()
    packed = year_csv(tmp_path / "folder" / "load.csv.gz")
    assert load_only_hosting(packed)["totals"] == plain["totals"]
    assert load_only_hosting(packed.parent)["totals"] == plain["totals"]
    year_csv(packed.parent / "other.csv")
    assert "folder that holds load.csv.gz, other.csv" in refusal(packed.parent)
    (tmp_path / "empty").mkdir()
    assert "holds no .csv" in refusal(tmp_path / "empty")


def test_netcdf_and_parquet_give_the_same(tmp_path: Path) -> None:
    import pandas as pd

    plain = load_only_hosting(year_csv(tmp_path / "load.csv"))
    table = pd.read_csv(tmp_path / "load.csv", parse_dates=["utc_hour_beginning"])
    table = table.rename(columns={"utc_hour_beginning": "time"})
    table.to_parquet(tmp_path / "load.parquet", index=False)
    table.set_index("time").to_xarray().to_netcdf(tmp_path / "load.nc", engine="h5netcdf")
    for name in ("load.parquet", "load.nc"):
        answer = load_only_hosting(tmp_path / name, said=SaidOfFile(timezone="UTC", stamp="hour_beginning"))
        assert answer["totals"] == plain["totals"]
        assert codes(answer) == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("gone", "gap of 1 steps of 1 h: expected 2023-01-05T04:00Z"),
        ("2023-01-05T04:00,,3", "column north: the value is empty"),
        ("2023-01-05T04:00,nan,3", "'nan' stands where a number is expected"),
        ("2023-01-05T03:00,1,2", "duplicate: 2023-01-05T03:00Z"),
        ("2023-01-05T04:00,1", "the line has 2 fields, the header has 3"),
    ],
)
def test_faults_of_the_file_are_named_with_line_and_remedy(tmp_path: Path, row: str, words: str) -> None:
    said = refusal(year_csv(tmp_path / "load.csv", row_100=row))
    assert words in said
    assert "load.csv:10" in said
    assert "do: " in said


def test_cut_off_gzip_is_named(tmp_path: Path) -> None:
    path = year_csv(tmp_path / "load.csv.gz")
    path.write_bytes(path.read_bytes()[:-2000])
    assert "the gzip file is cut off" in refusal(path)
    path.write_bytes(b"time,x\n")
    assert "no gzip file, or is damaged" in refusal(path)


def test_negative_load_and_an_area_of_zeros_are_warnings(tmp_path: Path) -> None:
    path = year_csv(tmp_path / "load.csv", row_7="2023-01-01T07:00,-12,500")
    text = path.read_text().splitlines()
    path.write_text("\n".join([f"{text[0]},none", *(f"{row},0" for row in text[1:])]))
    answer = load_only_hosting(path)
    assert codes(answer) == ["GP-VAL-002", "GP-VAL-005"]
    assert "column none is 0 in every hour" in answer["findings"][1]["message"]
    assert [b["load_only_mw"] for b in answer["areas"][2]["budgets"]] == [0.0] * 4
    assert answer["areas"][2]["load_factor_frac"] is None


def test_part_of_a_year_is_told(tmp_path: Path) -> None:
    text = year_csv(tmp_path / "load.csv").read_text().splitlines()
    (tmp_path / "part.csv").write_text("\n".join(text[: 24 * 60 + 1]))
    answer = load_only_hosting(tmp_path / "part.csv")
    assert [f["message"].split(":")[0] for f in answer["findings"]] == [
        "incomplete years",
        "the file has no hour of summer",
    ]
    assert "2023 (1,440 of 8,760 hours)" in answer["findings"][0]["message"]
    assert answer["totals"][0]["mean_of_years_mw"] is None
    said = refusal(tmp_path / "part.csv", rule=LoadOnlyRule(averaging="yearly_rates"))
    assert "no complete calendar year" in said
    assert "--averaging all-hours" in said


def test_spike_at_the_peak_is_told(tmp_path: Path) -> None:
    path = year_csv(tmp_path / "load.csv", row_4000="2023-06-16T16:00,9000,500")
    answer = load_only_hosting(path)
    assert codes(answer) == ["GP-VAL-007"]
    assert "area north: the summer peak of 9,000 MW stands between hours of" in answer["findings"][0]["message"]
    dropped = load_only_hosting(path, rule=LoadOnlyRule(outliers="drop"))
    assert codes(dropped) == []
    assert dropped["areas"][0]["hours_left_out"] >= 1
    assert dropped["areas"][0]["budgets"][0]["load_only_mw"] < answer["areas"][0]["budgets"][0]["load_only_mw"]


def test_a_budget_of_one_has_no_answer(tmp_path: Path) -> None:
    assert "write 0.5 % as 0.005" in refusal(year_csv(tmp_path / "load.csv"), budgets_frac=(1.0,))


def test_a_table_stands_beside_the_result(tmp_path: Path) -> None:
    table = tmp_path / "theirs.csv"
    table.write_text("area,curtailment_budget_frac,load_only_mw\nnorth,0.01,100\ntotal,0.01,0\nwest,0.01,5\n")
    answer = load_only_hosting(year_csv(tmp_path / "load.csv"), budgets_frac=(0.01,), compare=table)
    first, total = answer["comparison"]["rows"]
    assert first["deviation_mw"] == pytest.approx(first["load_only_mw"] - 100)
    assert first["deviation_frac"] == pytest.approx(first["load_only_mw"] / 100 - 1)
    assert total["deviation_frac"] is None
    table.write_text("area,curtailment_budget_frac,load_only_mw\nnorht,0.01,100\n")
    assert "Did you mean 'north'" in refusal(tmp_path / "load.csv", compare=table)
    table.write_text("area,load_only_mw\nnorth,100\n")
    assert "curtailment_budget_frac" in refusal(tmp_path / "load.csv", compare=table)


def test_published_table_adds_up() -> None:
    published = read_reference(NORRIS_2025)
    assert len(published.areas) == 22
    areas_mw = sum(mw for (area, budget), mw in published.load_only_mw.items() if area != "total" and budget == 0.005)
    assert areas_mw == pytest.approx(published.load_only_mw["total", 0.005], abs=22 * 50)
