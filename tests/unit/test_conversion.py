"""Grids handed over: what crosses, what does not, and that a run comes back with its campuses and flows in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import h5netcdf
import numpy as np
import pytest

from gridplan.conversion import convert_network
from gridplan.errors import FileError, InputError
from gridplan.network.build import build_network
from gridplan.network.matpower.read import read_matpower
from gridplan.snapshot import dispatch_network
from tests.oracles.dense_factors import ptdf
from tests.real_run import run_small_study

STUDY = """\
schema_version: 1
name: Four hours
network: rts_gmlc
timezone: America/Phoenix
years: [2028]
hours: {first: 5724, count: 4}
base_case:
  source_date: 2026-06-01
  load_growth_frac_per_year: 0.01
  committed_loads: [{id: before, bus: "112", p_mw: 20, from_year: 2027}]
  retirements: [{generator: 123_STEAM_3, from_year: 2027}]
campuses:
  - {id: mesa, poi: [118], contract_mw: 60, power_factor: {operating: 0.96, min_lag: 0.95}}
  - {id: sage, poi: [207], contract_mw: 50}
reinforcements:
  - id: b6
    branch: B6
    rating_normal_mva: 275
    rating_emergency_mva: 310
    capital_cost_musd: 0.0001
    cost_year: 2026
    earliest_in_service: 2027-06-01
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_small_study(tmp_path_factory.mktemp("handover"), text=STUDY)


def test_flows_of_the_exported_hour_are_those_of_the_schedule(run: Path, tmp_path: Path) -> None:
    answer = convert_network(run, tmp_path / "case.m", hour=2)
    case = read_matpower(tmp_path / "case.m")
    network = build_network(case).network
    injection = -network.bus.p_load_mw - network.bus.gs_mw
    on = {
        name: p
        for name, p, ok in zip(case.generator.id, case.generator.p_mw, case.generator.in_service, strict=True)
        if ok
    }
    np.add.at(injection, network.generator.bus, [on[name] for name in network.generator.id])
    dc_mw = case.dc_line.p_mw
    np.add.at(injection, network.dc_line.from_bus, -dc_mw)
    np.add.at(injection, network.dc_line.to_bus, dc_mw)
    assert injection.sum() == pytest.approx(0.0, abs=1e-6)
    with h5netcdf.File(run / "schedule_2028.nc") as data:
        planned = np.asarray(data.variables["p_branch_mw"][2])
    np.testing.assert_allclose(ptdf(network) @ injection, planned, atol=1e-6)
    assert any("campus mesa: 60 MW" in finding["message"] for finding in answer["findings"])


def test_campus_retirement_and_upgrade_are_in_the_case(run: Path, tmp_path: Path) -> None:
    answer = convert_network(run, tmp_path / "case.m")
    case = read_matpower(tmp_path / "case.m")
    built = {
        u["branch"]
        for u in json.loads((run / "plan.json").read_text())["years"]["2028"]["reinforcements"]
        if u["built"]
    }
    k = case.branch.id.index("B6")
    assert (case.branch.rating_normal_mva[k] == 275) == ("B6" in built)
    assert not case.generator.in_service[case.generator.id.index("123_STEAM_3")]
    said = [finding["message"] for finding in answer["findings"]]
    assert "unit 123_STEAM_3 out of service: retired" in said
    assert "campus sage is not connected" in said
    assert any(row["section"] == "storage" for row in answer["not_carried"])


def test_changes_go_into_the_original_file(run: Path, tmp_path: Path) -> None:
    original = tmp_path / "original.m"
    convert_network("rts_gmlc", original)
    text = original.read_text().replace("mpc.version", "% the planner's own remark\nmpc.version")
    original.write_text(text)
    convert_network(run, tmp_path / "onto.m", onto=original, hour=2)
    convert_network(run, tmp_path / "own.m", hour=2)
    one, other = (build_network(read_matpower(tmp_path / name)).network for name in ("onto.m", "own.m"))
    np.testing.assert_allclose(one.bus.p_load_mw, other.bus.p_load_mw)
    np.testing.assert_allclose(one.branch.rating_normal_mva, other.branch.rating_normal_mva)
    assert one.bus.q_load_mvar[one.bus_index("118")] == pytest.approx(other.bus.q_load_mvar[other.bus_index("118")])


def test_a_dataset_written_and_read_dispatches_at_the_same_cost(tmp_path: Path) -> None:
    answer = convert_network("rts_gmlc", tmp_path / "rts.m")
    one, other = dispatch_network("rts_gmlc", security="n-1"), dispatch_network(tmp_path / "rts.m", security="n-1")
    assert other["objective_usd_per_hour"] == pytest.approx(one["objective_usd_per_hour"], rel=1e-9)
    tables = {row["table"]: row for row in answer["tables"]}
    assert tables["load"]["before"]["amount"] == pytest.approx(8550.0)
    assert tables["load"]["after"] == tables["load"]["before"]
    assert tables["storage"]["after"]["rows"] == 0


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "rts.m"
    path.write_text("mine")
    yield path
    assert path.read_text() == "mine"


def test_nothing_is_overwritten_unless_asked(there: Path) -> None:
    with pytest.raises(FileError, match=r"rts\.m exists"):
        convert_network("rts_gmlc", there)


def test_a_format_that_is_not_written_is_named(there: Path) -> None:
    with pytest.raises(InputError, match=r"GP-NET-001.*no writer for rts\.aux"):
        convert_network("rts_gmlc", there.with_suffix(".aux"))
    assert [path.name for path in there.parent.iterdir()] == ["rts.m"]


def test_a_year_that_was_not_studied_is_named(run: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"year 2030 was not studied[\s\S]*give one of 2028"):
        convert_network(run, tmp_path / "case.m", year=2030)
    with pytest.raises(InputError, match=r"hour 4 was not studied in 2028[\s\S]*give 0 to 3"):
        convert_network(run, tmp_path / "case.m", hour=4)
    with pytest.raises(InputError, match="no folder of a finished run"):
        convert_network("rts_gmlc", tmp_path / "case.m", hour=4)
    assert not list(tmp_path.iterdir())


def test_a_file_of_another_grid_is_refused(run: Path, tmp_path: Path) -> None:
    convert_network("rts_gmlc", tmp_path / "other.m")
    text = (tmp_path / "other.m").read_text().replace("118", "918")
    (tmp_path / "other.m").write_text(text)
    with pytest.raises(InputError, match="bus 118 of the run does not exist"):
        convert_network(run, tmp_path / "case.m", onto=tmp_path / "other.m")
