"""MW of single buses: the numbers against the oracle, and what a study or a bare network stands for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridplan.campus.build import build_campuses
from gridplan.errors import InfeasibleError, InputError
from gridplan.hosting import hosting_study
from gridplan.inputs import read_inputs
from gridplan.snapshot import snapshot
from gridplan.study.schema import Campus
from gridplan.study_ground import is_study
from tests.corpus.damage import lay_out
from tests.corpus.study_files import PACK
from tests.oracles.btheta import listed_outages
from tests.oracles.capacity import conditional_capacity_mw, curtailment, hosting_capacity_mw
from tests.oracles.grid_block import GridRules
from tests.oracles.load_only import largest_new_load_mw
from tests.oracles.post_contingency import post_contingency_capacity_mw

STUDY = """
schema_version: 1
name: Hosting
network: rts_gmlc
timezone: America/Phoenix
years: [2028]
hours: {first: 5422, count: 4}
base_case: {reference_year: 2028, load_growth_frac_per_year: 0.0, committed_loads: []}
campuses:
  - {id: mesa, poi: [203], contract_mw: 100}
  - {id: verde, poi: [203, 207], contract_mw: 50, service: {kind: conditional, terms: {max_energy_frac: 0.1}}}
"""
UNBUILT = """
schema_version: 1
name: Nothing energised
network: west
timezone: America/Phoenix
years: [2028]
base_case: {load_growth_frac_per_year: 0.0, committed_loads: []}
criteria: {load_basis: modelled, security: n-0}
campuses:
  - id: mesa
    poi: [20]
    contract_mw: 20
    block_mw: 20
    climate: phoenix
    workloads: {pack: own.yaml, model: {delivery: expected, in_service: 2035-01-01}}
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.yaml"
    path.write_text(STUDY)
    return path


def row_of(answer: dict[str, Any], bus: str) -> dict[str, Any]:
    (row,) = [row for row in answer["buses"] if row["bus"] == bus]
    return row


@pytest.mark.parametrize("security", ["n-0", "n-1"])
def test_bus_of_a_network_takes_what_the_program_with_all_rows_says(security: Any) -> None:
    hour = snapshot("rts_gmlc")
    network, series = hour.network, hour.series
    outages = tuple(listed_outages(network, 1, ("branch", "unit", "dc_line"))) if security == "n-1" else ()
    rules = GridRules(rating_factor=1.0, outages=outages)
    answer = hosting_study("rts_gmlc", buses=("106", "203", "323"), security=security)
    assert answer["basis"]["security"] == security
    for bus in ("106", "203", "323"):
        (wanted,) = hosting_capacity_mw(network, series, bus, [0], rules)
        assert row_of(answer, bus)["hosting_capacity_mw"] == pytest.approx(wanted, abs=1e-4)


def test_bare_network_is_one_snapshot_without_years() -> None:
    answer = hosting_study("rts_gmlc", buses=("203",))
    assert (answer["status"], answer["basis"]["hours"], answer["basis"]["campus_outage"]) == ("optimal", 1, False)
    row = row_of(answer, "203")
    assert row["binding"] == "B6 after loss of B26"
    assert not {"year", "binding_hour_local"} & row.keys()


def test_study_asks_for_its_candidates_in_all_its_hours(study: Path) -> None:
    inputs = read_inputs(study)
    hours = inputs.series.hours(inputs.file.study.hour_slice(8784))
    rules = GridRules(outages=tuple(listed_outages(inputs.network, 1)))
    capacity = hosting_capacity_mw(inputs.network, hours, "203", range(4), rules)
    answer = hosting_study(study, service="conditional", budget_frac=0.02)
    assert [row["bus"] for row in answer["buses"]] == ["203", "207"]
    row = row_of(answer, "203")
    assert row["year"] == 2028
    assert row["hosting_capacity_mw"] == pytest.approx(capacity.min(), abs=1e-4)
    total = conditional_capacity_mw(capacity, max_energy_frac=0.02)
    assert row["total_mw"] == pytest.approx(total, abs=0.011)
    assert row["conditional_mw"] == pytest.approx(row["total_mw"] - row["hosting_capacity_mw"])
    lost = curtailment(row["total_mw"], capacity)
    assert row["energy_mwh"] == pytest.approx(lost.energy_mwh, abs=1e-3)
    assert row["depth_mw"] == pytest.approx(lost.depth_mw, abs=1e-3)


def test_load_only_stands_beside_the_number_of_the_network(study: Path) -> None:
    inputs = read_inputs(study)
    native = inputs.series.hours(inputs.file.study.hour_slice(8784)).load_mw.sum(axis=1).tolist()
    answer = hosting_study(study, buses=("203",), service="conditional", budget_frac=0.6)
    wanted = largest_new_load_mw(native, [max(native)] * len(native), 0.6)
    assert wanted > 100
    assert row_of(answer, "203")["load_only_mw"] == pytest.approx(wanted, abs=1e-6)
    assert "May-Oct" in answer["basis"]["load_only"]
    assert "load_only_mw" not in row_of(hosting_study(study, buses=("203",)), "203")


def test_radial_bus_of_a_study_takes_nothing_firm(study: Path) -> None:
    row = row_of(hosting_study(study), "207")
    assert (row["hosting_capacity_mw"], row["is_radial"]) == (0.0, True)
    assert row["binding"].startswith("radial supply")
    assert row["secure_mw"] > 0
    study.write_text(STUDY + "criteria: {accept_radial_supply: true}\n")
    accepted = row_of(hosting_study(study), "207")
    assert accepted["hosting_capacity_mw"] == accepted["secure_mw"] == row["secure_mw"]


def test_budget_is_the_least_that_a_request_at_the_bus_accepts(study: Path) -> None:
    answer = hosting_study(study, buses=("203", "207", "113"), service="conditional")
    assert [row["curtailment_budget_frac"] for row in answer["buses"]] == [0.005, 0.1, 0.005]


def test_outages_can_be_left_out(study: Path) -> None:
    answer = hosting_study(study, buses=("203",), security="n-0")
    assert answer["basis"]["security"] == "n-0"
    row = row_of(answer, "203")
    assert row["hosting_capacity_mw"] == pytest.approx(row["intact_mw"], abs=1e-6)


def test_more_mw_than_any_request_are_found(study: Path) -> None:
    """The answer is the grid's, not cut off at a multiple of what is asked for."""
    assert row_of(hosting_study(study, buses=("113",)), "113")["hosting_capacity_mw"] > 500


def test_workers_do_not_change_the_answer(study: Path) -> None:
    assert hosting_study(study, workers=2) == hosting_study(study, workers=1)


def test_unknown_bus_and_study_without_candidates_are_findings(study: Path) -> None:
    with pytest.raises(InputError, match=r"GP-BUS-001.*bus 2030 does not exist"):
        hosting_study(study, buses=("2030",))
    with pytest.raises(InputError) as error:
        hosting_study("rts_gmlc", buses=("2030", "203", "999"))
    assert [str(f.place) + " " + f.place.key for f in error.value.findings] == ["rts_gmlc --bus"] * 2
    study.write_text(STUDY.partition("campuses:")[0])
    with pytest.raises(InputError, match=r"GP-BUS-003.*names no candidate bus"):
        hosting_study(study)
    assert hosting_study(study, buses=("203",))["buses"]


def test_grid_that_cannot_serve_its_own_load_is_infeasible(study: Path) -> None:
    study.write_text(
        STUDY.replace("load_growth_frac_per_year: 0.0", "load_growth_frac_per_year: 0.2").replace(
            "reference_year: 2028", "reference_year: 2020"
        )
    )
    with pytest.raises(InfeasibleError, match="cannot serve its load"):
        hosting_study(study)


def test_folder_and_name_mean_a_network_and_a_file_a_study(tmp_path: Path, study: Path) -> None:
    (tmp_path / "dataset.json").touch()
    assert is_study(study)
    assert is_study(Path("missing.yaml"))
    assert not any(is_study(Path(path)) for path in ("rts_gmlc", tmp_path, tmp_path / "dataset.json"))


def test_named_contingencies_limit_a_bus(tmp_path: Path) -> None:
    """Without both lines to 123 bus 120 hangs on 119; with either line left it takes more than twice as much."""
    head = "schema_version: 1\nname: Towers\nnetwork: rts_gmlc\ntimezone: America/Phoenix\nyears: [2028]\n"
    head += "hours: {first: 5724, count: 1}\nbase_case: {load_growth_frac_per_year: 0.0}\n"
    rows = "contingency,category,element_kind,element\ntower,P7,branch,A33-1\ntower,P7,branch,A33-2\n"
    (tmp_path / "towers.csv").write_text(rows, encoding="utf-8")
    found = {}
    for files in ("", "towers.csv"):
        path = tmp_path / f"study{len(files)}.yaml"
        path.write_text(f"{head}criteria: {{contingencies: {{files: [{files}]}}}}\n", encoding="utf-8")
        found[files] = hosting_study(path, buses=["120"])
    (plain,), (secured,) = found[""]["buses"], found["towers.csv"]["buses"]
    assert "named_contingencies" not in found[""]["basis"]
    assert found["towers.csv"]["basis"]["named_contingencies"] == 1
    assert secured["hosting_capacity_mw"] < 0.5 * plain["hosting_capacity_mw"]
    assert "after loss of tower" in secured["binding"]


def test_runback_keeps_more_connected_and_counts_armed_hours(study: Path) -> None:
    before = row_of(hosting_study(study, buses=["203"], service="conditional", budget_frac=0.02), "203")
    assert before["curtailment_mode"] == "preventive"
    row = row_of(
        hosting_study(
            study, buses=["203"], service="conditional", budget_frac=0.02, curtailment_mode="post_contingency"
        ),
        "203",
    )
    inputs = read_inputs(study)
    hours = inputs.series.hours(inputs.file.study.hour_slice(8784))
    rules = GridRules(outages=tuple(listed_outages(inputs.network, 1)))
    short_time = 0.95 * inputs.network.branch.rating_short_time_mva
    whole = post_contingency_capacity_mw(inputs.network, hours, "203", range(4), rules, short_time)
    assert row["runback_depth_frac"] == pytest.approx(depth_of(inputs.file.study.campuses[1]))
    assert row["hosting_capacity_mw"] == pytest.approx(before["hosting_capacity_mw"])
    assert before["total_mw"] <= row["total_mw"] <= conditional_capacity_mw(whole, max_energy_frac=0.02) + 0.011
    assert row["energy_mwh"] <= 0.02 * row["total_mw"] * 4 + 1e-6
    assert row["preventive_energy_mwh"] == pytest.approx(row["energy_mwh"] + row["armed_energy_mwh"], abs=1e-6)
    assert row["armed_hours"] >= 1


def depth_of(campus: Campus) -> float:
    shed = campus.workloads.flexibility.shed_frac
    return float(sum(share * getattr(shed, name) for name, share in campus.workloads.shares))


def test_requests_say_how_they_are_curtailed_unless_the_call_does(study: Path) -> None:
    study.write_text(STUDY.replace("kind: conditional", "kind: conditional, curtailment_mode: post_contingency"))
    rows = hosting_study(study, service="conditional")["buses"]
    assert {row["curtailment_mode"] for row in rows} == {"post_contingency"}
    rows = hosting_study(study, service="conditional", curtailment_mode="preventive")["buses"]
    assert {row["curtailment_mode"] for row in rows} == {"preventive"}
    slow = STUDY.replace("kind: conditional", "kind: conditional, runback_min: 30")
    study.write_text(slow)
    with pytest.raises(InputError, match="verde runs back within 30 min; short-time ratings hold for 15 min"):
        hosting_study(study, service="conditional", curtailment_mode="post_contingency")


def test_bare_network_runs_all_of_it_back() -> None:
    answer = hosting_study("rts_gmlc", buses=("203",), service="conditional", curtailment_mode="post_contingency")
    hour = snapshot("rts_gmlc")
    outages = tuple(listed_outages(hour.network, 1, ("branch", "unit", "dc_line")))
    rules = GridRules(rating_factor=1.0, outages=outages)
    short_time = hour.network.branch.rating_short_time_mva
    (wanted,) = post_contingency_capacity_mw(hour.network, hour.series, "203", [0], rules, short_time)
    row = row_of(answer, "203")
    assert row["runback_depth_frac"] == 1.0
    assert row["total_mw"] == pytest.approx(wanted / (1.0 - row["curtailment_budget_frac"]), abs=0.02)


def test_a_load_with_a_shape_takes_the_least_ratio(study: Path) -> None:
    """Capacity of every hour by the program with all rows, over what the campus asks for per MW of contract."""
    inputs = read_inputs(study)
    hours = inputs.series.hours(inputs.file.study.hour_slice(8784))
    rules = GridRules(outages=tuple(listed_outages(inputs.network, 1)))
    capacity = hosting_capacity_mw(inputs.network, hours, "203", range(4), rules)
    criteria = inputs.file.study.criteria.model_copy(update={"load_basis": "modelled"})
    mesa = inputs.file.study.campuses[0]
    own = inputs.file.study.model_copy(update={"campuses": (mesa,), "criteria": criteria})
    shape = build_campuses(own, 2028, {"mesa": 100.0}, hours.time_utc).baseline_mw[0].sum(axis=0) / 100.0
    assert len(set(shape.round(6))) > 1
    row = row_of(hosting_study(study, buses=("203",), shape="mesa"), "203")
    assert row["shaped_mw"] == pytest.approx((capacity / shape).min(), abs=1e-4)
    assert row["shaped_peak_mw"] == pytest.approx(row["shaped_mw"] * shape.max())
    assert row["shaped_binding"]


def test_a_campus_without_load_shapes_nothing(tmp_path: Path) -> None:
    """Nothing is energised in the year: no contract follows from hours of 0 MW, neither 0 nor infinite."""
    lay_out(tmp_path)
    (tmp_path / "own.yaml").write_text(PACK)
    (tmp_path / "s.yaml").write_text(UNBUILT)
    row = row_of(hosting_study(tmp_path / "s.yaml", buses=("20",), shape="mesa"), "20")
    assert np.isnan(row["shaped_mw"])
    assert row["shaped_peak_mw"] == 0
    assert row["shaped_binding"] == "campus mesa asks for no MW in 2028"
    assert row["hosting_capacity_mw"] > 0


def test_unknown_shape_is_a_finding(study: Path) -> None:
    with pytest.raises(InputError, match=r"campus mess is not in the study\. Did you mean 'mesa'"):
        hosting_study(study, buses=("203",), shape="mess")


def test_units_are_named_where_they_are_asked_for(study: Path) -> None:
    row = row_of(hosting_study(study, buses=("203",), units=True), "203")
    assert all(unit["mw_lost"] > 0.5 for unit in row["units"])
    assert "units" not in row_of(hosting_study(study, buses=("203",)), "203")
