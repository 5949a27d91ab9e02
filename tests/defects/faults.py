"""Faults seeded into the files of a finished run, each with the check that must catch it.

``FAULTS[name].seed(run_dir)`` changes a copy of any run folder (first year, connected campus) and brings the
manifest up to date, so that only the fault itself can be found. A run that lacks what a fault needs (a job, a
store) raises ``NotThere``.
"""

from __future__ import annotations

import json
from typing import Any

import h5netcdf
import numpy as np

from gridplan import solution
from tests.defects.damage import FAULTS, NotThere, Run, busiest, fault
from tests.defects.dc_flow import redispatch_towards_overload

__all__ = ["FAULTS", "NotThere"]

WORTH = "worth_usd_per_mw_year"


# -- A01 to A04: grid ------------------------------------------------------------------------------
@fault("A01")
def unit_produces_2_mw_less(run: Run) -> None:
    run.add("p_generator_mw", busiest(run, "p_generator_mw"), -2.0)


@fault("A01")
def two_buses_swapped_in_load(run: Run) -> None:
    load = run.get("load_mw")
    order = np.argsort(load.sum(axis=0))
    swapped = load.copy()
    swapped[:, [order[-1], order[-3]]] = load[:, [order[-3], order[-1]]]
    run.put("load_mw", swapped)


@fault("A01")
def dc_line_sign_turned(run: Run) -> None:
    if not np.abs(run.get("p_dc_line_mw")).max() > 1.0:
        raise NotThere("a used dc line")
    run.put("p_dc_line_mw", -run.get("p_dc_line_mw"))


@fault("A01")
def one_mw_unserved_out_of_nothing(run: Run) -> None:
    run.add("p_unserved_mw", busiest(run, "load_mw"), 1.0)


@fault("A02")
def one_flow_1_mw_higher(run: Run) -> None:
    run.add("p_branch_mw", busiest(run, "p_branch_mw"), 1.0)


@fault("A02")
def one_angle_off(run: Run) -> None:
    run.add("va_rad", busiest(run, "va_rad"), 0.001)


@fault("A02")
def flow_signs_turned_on_one_branch(run: Run) -> None:
    flow = run.get("p_branch_mw")
    flow[:, busiest(run, "p_branch_mw")[1]] *= -1.0
    run.put("p_branch_mw", flow)


@fault("A03")
def one_unit_above_p_max(run: Run) -> None:
    hour, unit = busiest(run, "p_generator_mw")
    run.add("p_generator_mw", (hour, unit), float(run.get("p_max_mw")[hour, unit]))


@fault("A03")
def one_unit_below_zero(run: Run) -> None:
    hour, unit = (int(i) for i in np.argwhere(run.get("p_generator_mw") < 1.0)[0])
    run.add("p_generator_mw", (hour, unit), -3.0)


@fault("A03")
def ratings_raised_without_reinforcement(run: Run) -> None:
    run.put("rating_normal_mw", run.get("rating_normal_mw") * 1.3)


@fault("A03")
def flow_above_its_rating(run: Run) -> None:
    rating, flow = run.get("rating_normal_mw"), run.get("p_branch_mw")
    branch = int(np.argmin(rating))
    flow[0, branch] = rating[branch] * 1.01
    run.put("p_branch_mw", flow)


@fault("A03")
def dc_line_beyond_its_limit(run: Run) -> None:
    values = run.get("p_dc_line_mw")
    values[0, 0] = 1.1 * float(run.json(solution.NETWORK_JSON)["tables"]["dc_line"]["p_max_mw"][0])
    run.put("p_dc_line_mw", values)


@fault("A03")
def spill_without_sun_or_wind(run: Run) -> None:
    run.add("p_spill_mw", (0, 0), 1.0)


@fault("A04")
def dispatch_not_secure_after_an_outage(run: Run) -> None:
    redispatch_towards_overload(run)


@fault("A04")
def emergency_rating_lower_than_planned_with(run: Run) -> None:
    run.put("rating_emergency_mw", run.get("rating_emergency_mw") * 0.6)


# -- named sets of outages -------------------------------------------------------------------------
def _set_of(run: Run, word: str) -> dict[str, Any]:
    """First named set whose file does not state ``word``."""
    for lost in run.entry["outage_sets"]:
        if word not in lost["stated"]:
            return lost
    raise NotThere(f"a set whose {word} its category gives")


@fault("A09")
def set_held_to_a_softer_rating_than_asked(run: Run) -> None:
    _set_of(run, "rating")["rating"] = "short_time"
    run.save_plan()


@fault("A09")
def set_allowed_to_lose_load_the_study_forbids(run: Run) -> None:
    lost = _set_of(run, "load_loss")
    lost["is_load_loss_allowed"] = not lost["is_load_loss_allowed"]
    run.save_plan()


@fault("A09")
def sets_left_out(run: Run) -> None:
    run.entry["outage_sets"] = []
    run.save_plan()


@fault("A09")
def failover_nobody_asked_for(run: Run) -> None:
    names = [campus["id"] for campus in run.entry["campuses"]]
    pair = {"campus": names[-1], "to": names[0], "share_frac": 0.5, "raised_max_mw": 0.0}
    run.entry["failovers"] = [*run.entry.get("failovers", []), pair]
    run.save_plan()


@fault("A09")
def failover_with_a_smaller_share_than_asked(run: Run) -> None:
    if not run.entry.get("failovers"):
        raise NotThere("a failover")
    run.entry["failovers"][0]["share_frac"] *= 0.5
    run.save_plan()


@fault("A04")
def failover_said_to_raise_more(run: Run) -> None:
    if not run.entry.get("failovers"):
        raise NotThere("a failover")
    run.entry["failovers"][0]["raised_max_mw"] += 5.0
    run.save_plan()


@fault("A09")
def single_outages_held_to_a_softer_rating(run: Run) -> None:
    run.entry["contingencies"]["rating"] = "short_time"
    run.save_plan()


@fault("A14")
def load_cut_off_not_listed(run: Run) -> None:
    run.entry["lost_load"] = run.entry["lost_load"][1:]
    run.save_plan()


@fault("A14")
def load_cut_off_called_less(run: Run) -> None:
    run.entry["lost_load"][-1]["load_mw"] *= 0.9
    run.save_plan()


@fault("A14")
def forbidden_load_loss_called_allowed(run: Run) -> None:
    last = run.entry["lost_load"][-1]
    last["is_allowed"] = not last["is_allowed"]
    run.save_plan()


@fault("A04")
def set_that_loses_one_line_more(run: Run) -> None:
    """Plan.json as it would stand had the lines of a tower been forgotten in the dispatch."""
    branch = run.json(solution.NETWORK_JSON)["tables"]["branch"]["id"]
    flow = np.abs(run.get("p_branch_mw")).max(axis=0)
    most = [branch[k] for k in np.argsort(-flow, kind="stable")[:3]]
    entry = {"category": "P7", "rating": "normal", "is_load_loss_allowed": True, "stated": ["rating"]}
    empty: dict[str, list[str]] = {"generators": [], "dc_lines": [], "buses": []}
    pairs = [(a, b) for i, a in enumerate(most) for b in most[i + 1 :]]
    run.entry["outage_sets"] += [{"name": f"{a} {b}", "branches": [a, b], **entry, **empty} for a, b in pairs]
    run.save_plan()


# -- A19: load that one fault trips ----------------------------------------------------------------
def _load_loss(run: Run) -> dict[str, Any]:
    if run.entry.get("load_loss") is None:
        raise NotThere("a limit of the load one fault may trip")
    return run.entry["load_loss"]


@fault("A19")
def more_load_in_a_zone_than_one_fault_may_trip(run: Run) -> None:
    """As planned with every campus riding through: the study allows less than a zone of the plan trips."""
    most = max(zone["tripped_mw"] for zone in _load_loss(run)["zones"])
    study = run.json(solution.STUDY_JSON)
    study["criteria"]["load_loss"]["limit_mw"] = run.entry["load_loss"]["limit_mw"] = most - 0.1
    run.save_plan()
    (run.folder / solution.STUDY_JSON).write_text(json.dumps(study), encoding="utf-8")


@fault("A19")
def zone_that_trips_load_left_out(run: Run) -> None:
    zones = _load_loss(run)["zones"]
    zones.remove(max(zones, key=lambda zone: zone["tripped_mw"]))
    run.save_plan()


@fault("A19")
def campus_said_to_ride_through(run: Run) -> None:
    _load_loss(run)
    run.campus[1]["ride_through_frac"] = 1.0
    run.save_plan()


@fault("A19")
def tripped_load_told_1_mw_short(run: Run) -> None:
    zones = _load_loss(run)["zones"]
    max(zones, key=lambda zone: zone["tripped_mw"])["tripped_mw"] -= 1.0
    run.save_plan()


@fault("A19")
def limit_of_tripped_load_raised(run: Run) -> None:
    _load_loss(run)["limit_mw"] += 100.0
    run.save_plan()


@fault("A19")
def fault_put_at_another_bus(run: Run) -> None:
    zone = max(_load_loss(run)["zones"], key=lambda zone: zone["tripped_mw"])
    far = [bus for bus in run.json(solution.NETWORK_JSON)["tables"]["bus"]["id"] if bus not in zone["pois"]]
    zone["faulted_bus"] = far[0]
    run.save_plan()


@fault("A19")
def machines_stronger_than_the_study_says(run: Run) -> None:
    """Plan.json as it would stand had X'' been taken too low: fewer POIs in a zone, higher voltages."""
    for zone in _load_loss(run)["zones"]:
        zone["voltage_pu"] = [v + 0.3 * (1.0 - v) * (v > 0) for v in zone["voltage_pu"]]
        keep = [k for k, v in enumerate(zone["voltage_pu"]) if v < run.entry["load_loss"]["voltage_trip_pu"]]
        zone["pois"], zone["voltage_pu"] = ([zone[key][k] for k in keep] for key in ("pois", "voltage_pu"))
    if all(zone["voltage_pu"] == [0.0] for zone in _load_loss(run)["zones"]):
        raise NotThere("a zone of several POIs")
    run.save_plan()


# -- A05 to A08: campuses --------------------------------------------------------------------------
@fault("A05")
def one_job_1_percent_short(run: Run) -> None:
    job = run.get("p_job_mw")
    job[:, 0] *= 0.99
    run.put("p_job_mw", job)


@fault("A05")
def served_power_without_backlog(run: Run) -> None:
    run.add("p_workload_mw", busiest(run, "p_workload_mw"), -1.0)


@fault("A05")
def backlog_forgets_work(run: Run) -> None:
    backlog = run.get("backlog_mwh")
    if not backlog.max() > 0.1:
        raise NotThere("work that waits")
    run.put("backlog_mwh", backlog * 0.9)


@fault("A05")
def lost_work_written_down(run: Run) -> None:
    lost = run.get("lost_work_mw")
    if not lost.max() > 0.1:
        raise NotThere("lost work")
    run.put("lost_work_mw", lost * 0.9)


@fault("A05")
def moved_work_that_arrives_nowhere(run: Run) -> None:
    run.add("p_shift_mw", (0, 0), 1.0)


@fault("A07")
def more_work_moved_than_the_part_that_may(run: Run) -> None:
    """Both meters' classes follow, so that only the limit is broken."""
    shift = run.entry["shifts"][0]
    campus, to = ([c["id"] for c in run.entry["campuses"]].index(shift[end]) for end in ("campus", "to"))
    workload = solution.WORKLOADS.index(shift["workload"])
    most = shift["max_frac"] * run.get("p_baseline_mw")[0, campus, workload]
    more = most + 1.0 - run.get("p_shift_mw")[0, 0]
    run.add("p_shift_mw", (0, 0), more)
    run.add("p_workload_mw", (0, campus, workload), -more)
    run.add("p_workload_mw", (0, to, workload), more)


@fault("A06")
def one_hour_of_a_job_past_its_deadline(run: Run) -> None:
    job = run.get("p_job_mw")
    used = np.flatnonzero(job[:, 0] > 0)
    if not 0 < used.size < len(job):
        raise NotThere("a job with power")
    late = int(used[-1]) + 1
    while _inside(run, late):
        late += 1
    job[late, 0], job[used[-1], 0] = job[used[-1], 0], 0.0
    run.put("p_job_mw", job)


def _inside(run: Run, hour: int) -> bool:
    job = next(job for campus in run.entry["campuses"] for job in campus["jobs"])
    stamp = np.datetime64(int(run.get("time_utc")[hour]), "s")
    return bool(stamp < np.datetime64(job["deadline_utc"].rstrip("Z"), "s"))


@fault("A06")
def a_class_served_after_its_deadline(run: Run) -> None:
    campus, entry = run.campus
    waits = [entry["classes"][w]["deadline_h"] for w in solution.WORKLOADS]
    served = run.get("p_workload_mw")
    if not any(waits):
        raise NotThere("a class that may wait")
    c = max((i for i, wait in enumerate(waits) if wait > 0), key=lambda i: served[:, campus, i].sum())
    length = min(len(served) // 2, 3 * waits[c])
    served[:length, campus, c], served[length : 2 * length, campus, c] = (
        0.0,
        served[:length, campus, c] + served[length : 2 * length, campus, c],
    )
    run.put("p_workload_mw", served)


@fault("A07")
def meter_above_the_connected_mw(run: Run) -> None:
    campus, entry = run.campus
    meter = run.get("p_campus_mw")
    meter[0, campus] = entry["connected_mw"] + 1.0
    run.put("p_campus_mw", meter)


@fault("A07")
def class_above_its_installed_power(run: Run) -> None:
    campus, entry = run.campus
    served = run.get("p_workload_mw")
    served[5, campus, 2] = entry["connected_mw"]
    run.put("p_workload_mw", served)


@fault("A07")
def firm_campus_curtailed(run: Run) -> None:
    _, entry = run.campus
    entry["service"] = "firm"
    if not run.get("p_curtailed_mw").max() > 0.1:
        raise NotThere("lost work")
    run.save_plan()


@fault("A07")
def work_that_catches_up_above_its_rebound(run: Run) -> None:
    _, entry = run.campus
    entry["rebound_frac"] = 1.0
    run.save_plan()


@fault("A08")
def stored_energy_wrong_in_one_hour(run: Run) -> None:
    run.add("e_storage_mwh", (len(run.get("e_storage_mwh")) // 2, 0), 1.0)


@fault("A08")
def store_ends_empty(run: Run) -> None:
    energy = run.get("e_storage_mwh")
    energy[-1, 0] = 0.0
    run.put("e_storage_mwh", energy)


@fault("A08")
def store_charges_beyond_its_power(run: Run) -> None:
    run.add("p_charge_mw", (0, 0), 1e4)


# -- A09, A10, A12, A14: plan ----------------------------------------------------------------------
@fault("A09")
def connected_mw_no_whole_block(run: Run) -> None:
    _, entry = run.campus
    step = 0.3 * entry["block_mw"]
    entry["connected_mw"] -= step
    entry["conditional_mw"] -= step
    entry["unconnected_mw"] += step
    run.save_plan()


@fault("A09")
def poi_nobody_asked_for(run: Run) -> None:
    _, entry = run.campus
    entry["candidates"] = [c for c in entry["candidates"] if c != entry["bus"]]
    run.save_plan()


@fault("A09")
def deadline_longer_than_the_study_allows(run: Run) -> None:
    run.campus[1]["classes"]["batch"]["deadline_h"] += 24
    run.save_plan()


@fault("A09")
def more_work_may_move_than_the_study_says(run: Run) -> None:
    run.entry["shifts"][0]["max_frac"] += 0.1
    run.save_plan()


@fault("A09")
def work_moved_farther_than_the_round_trip(run: Run) -> None:
    study = run.json(solution.STUDY_JSON)
    shift = run.entry["shifts"][0]
    asked = next(campus for campus in study["campuses"] if campus["id"] == shift["campus"])
    asked["workloads"]["flexibility"]["geo_shift"]["max_round_trip_ms"] = 0.1
    (run.folder / solution.STUDY_JSON).write_text(json.dumps(study), encoding="utf-8")


@fault("A09")
def work_loses_by_another_curve_than_asked(run: Run) -> None:
    entry = run.campus[1]["classes"]["batch"]
    entry["power_cap"] = "linear" if entry["power_cap"] == "measured" else "measured"
    run.save_plan()


@fault("A09")
def reinforcement_nobody_offered(run: Run) -> None:
    entry = next((e for e in run.entry["reinforcements"] if e["built"]), None)
    if entry is None:
        raise NotThere("a built reinforcement")
    entry["rating_normal_mva"] *= 2.0
    run.save_plan()


@fault("A10")
def curtailment_budget_exceeded(run: Run) -> None:
    campus, entry = run.campus
    terms = entry["terms"]
    if terms is None or terms["max_energy_frac"] is None:
        raise NotThere("a curtailment budget")
    lost = run.get("p_curtailed_mw")
    budget = terms["max_energy_frac"] * run.get("p_baseline_mw")[:, campus].sum()
    lost[0, campus, 2] += budget + 1.0 - lost[:, campus].sum()
    run.put("p_curtailed_mw", lost)


@fault("A10")
def event_longer_than_its_limit(run: Run) -> None:
    campus, entry = run.campus
    if entry["terms"] is None or entry["terms"]["max_event_h"] is None:
        raise NotThere("a limit on events")
    lost = run.get("p_curtailed_mw")
    lost[: int(entry["terms"]["max_event_h"]) + 1, campus, 3] = max(1.0, 0.005 * entry["contract_mw"]) + 0.1
    run.put("p_curtailed_mw", lost)


@fault("A11")
def cost_of_hours_up_by_0_1_percent(run: Run) -> None:
    run.put("cost_usd", run.get("cost_usd") * 1.001)


@fault("A11")
def objective_up_by_0_1_percent(run: Run) -> None:
    run.attr("objective_usd", lambda value: value * 1.001)


@fault("A11")
def reinforcement_for_nothing(run: Run) -> None:
    run.entry["objective"]["reinforcement_usd"] -= 1e6
    run.save_plan()


@fault("A12")
def bound_above_objective(run: Run) -> None:
    run.attr("bound_usd", lambda value: value * 1.01)


@fault("A12")
def gap_prettier_than_it_is(run: Run) -> None:
    run.attr("gap_frac", lambda value: value / 2.0 - 1e-6)


@fault("A13")
def prices_5_percent_too_high(run: Run) -> None:
    run.put("lmp_usd_per_mwh", run.get("lmp_usd_per_mwh") * 1.05)


@fault("A13")
def prices_with_the_other_sign(run: Run) -> None:
    run.put("lmp_usd_per_mwh", -run.get("lmp_usd_per_mwh"))


@fault("A14")
def unserved_load_listed_elsewhere(run: Run) -> None:
    bus = run.json(solution.NETWORK_JSON)["tables"]["bus"]["id"][1]
    run.entry["unserved"] = [*run.entry["unserved"], {"bus": bus, "energy_mwh": 5.0}]
    run.save_plan()


@fault("A14")
def overload_bought(run: Run) -> None:
    run.entry["overload_slack_max_mw"] = 0.5
    run.save_plan()


@fault("A14")
def island_not_listed(run: Run) -> None:
    if not run.entry["islanding"]:
        raise NotThere("an outage that cuts buses off")
    run.entry["islanding"] = run.entry["islanding"][1:]
    run.save_plan()


@fault("A14")
def firm_service_on_a_radial_line(run: Run) -> None:
    if not run.entry["islanding"]:
        raise NotThere("a radial bus")
    run.campus[1]["bus"] = run.entry["islanding"][0]["buses"][0]
    run.campus[1]["firm_mw"] = max(run.campus[1]["firm_mw"], 1.0)
    run.save_plan()


# -- A18: prices at an optimum ----------------------------------------------------------------------
@fault("A18")
def limit_prices_5_percent_too_high(run: Run) -> None:
    run.csv("limit_hours.csv", "price_usd_per_mwh", lambda value: value * 1.05)


@fault("A18")
def price_of_a_limit_in_the_wrong_hour(run: Run) -> None:
    """The price of the first row is told of the hour without prices, or of that with the least load."""
    path = run.folder / "limit_hours.csv"
    head, first, *rest = path.read_text(encoding="utf-8").splitlines()
    cells = first.split(",")
    quiet = int(run.get("load_mw").sum(axis=1).argmin())
    cells[1] = f"{np.datetime64(int(run.get('time_utc')[quiet]), 's')}Z"
    path.write_text("\n".join([head, ",".join(cells), *rest, ""]), encoding="utf-8")


@fault("A18")
def worth_of_a_branch_without_its_dearest_hour(run: Run) -> None:
    run.csv("branch_worth.csv", WORTH, lambda value: value * 0.9)


@fault("A18")
def worth_of_a_limit_counted_twice(run: Run) -> None:
    run.csv("limits.csv", WORTH, lambda value: value * 2.0)


@fault("A18")
def penalty_hour_not_flagged(run: Run) -> None:
    run.put("is_penalty_priced", 1.0 - run.get("is_penalty_priced"))


@fault("A18")
def energy_part_is_the_price_of_one_bus(run: Run) -> None:
    lmp = run.get("lmp_usd_per_mwh")
    hub = int(np.abs(lmp - lmp.mean(axis=1, keepdims=True)).max(axis=0).argmax())
    run.put("lmp_energy_usd_per_mwh", lmp[:, hub])
    run.put("lmp_congestion_usd_per_mwh", lmp - lmp[:, [hub]])


@fault("A18")
def prices_of_all_buses_1_usd_too_high(run: Run) -> None:
    """The differences between buses stay right; only the units show it."""
    for name in ("lmp_usd_per_mwh", "lmp_energy_usd_per_mwh"):
        run.put(name, run.get(name) + 1.0)


# -- A15, A17: files -------------------------------------------------------------------------------
@fault("A15")
def one_hour_missing(run: Run) -> None:
    path = run.folder / solution.schedule_file(run.year)
    with h5netcdf.File(path, "r") as data:
        found = {name: (v.dimensions, np.array(v[...])) for name, v in data.variables.items()}
        sizes = {name: int(dim.size) for name, dim in data.dimensions.items()}
        attrs = dict(data.attrs)
    with h5netcdf.File(path, "w") as data:
        data.dimensions = {name: size - (name == "time") for name, size in sizes.items()}
        for name, (dims, values) in found.items():
            kept = values[:-1] if "time" in dims else values
            text = h5netcdf.core.h5py.string_dtype() if kept.dtype == object else kept.dtype
            data.create_variable(name, dims, dtype=text)[...] = kept
        data.attrs.update(attrs)


@fault("A15")
def clock_half_an_hour_late(run: Run) -> None:
    run.put("time_utc", run.get("time_utc") + 1800)


@fault("A15")
def total_of_the_hourly_table_wrong(run: Run) -> None:
    run.csv(solution.schedule_csv(run.year), "p_campus_mw", lambda value: value + 1.0)


@fault("A15")
def energy_of_the_year_table_wrong(run: Run) -> None:
    run.csv(solution.MW_BY_YEAR_CSV, "energy_mwh", lambda value: value * 1.001)


@fault("A15")
def curtailed_hours_counted_down(run: Run) -> None:
    run.csv(solution.MW_BY_YEAR_CSV, "curtailed_hours", lambda value: value - 1.0)


@fault("A17", is_rehashed=False)
def file_changed_after_the_run(run: Run) -> None:
    path = run.folder / solution.PLAN_JSON
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")


@fault("A17", is_rehashed=False)
def result_missing_from_the_manifest(run: Run) -> None:
    manifest = run.json(solution.MANIFEST_JSON)
    manifest["outputs"].pop(solution.schedule_file(run.year))
    (run.folder / solution.MANIFEST_JSON).write_text(json.dumps(manifest), encoding="utf-8")
