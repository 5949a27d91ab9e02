"""The result schema: names both sides of a run folder use, the writer and those who read it.

File names, variables with their dimensions, columns of CSV files and the fields of plan.json stand
here as frozen tables. Nothing is computed; labels of contingencies and stores have one spelling.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gridplan.terms import Term, terms

SCHEMA_VERSION = 1

# -- files of a run folder ------------------------------------------------------------------------
STUDY_YAML = "study.yaml"
STUDY_JSON = "study.resolved.json"
NETWORK_JSON = "network.json"
PLAN_JSON = "plan.json"
MANIFEST_JSON = "manifest.json"
CERTIFICATE_JSON = "certificate.json"
MW_BY_YEAR_CSV = "mw_by_year.csv"


def series_file(year: int | str) -> str:
    """Name of the hourly data of a studied year."""
    return f"series_{year}.nc"


def schedule_file(year: int | str) -> str:
    """Name of the hourly results of a studied year."""
    return f"schedule_{year}.nc"


def schedule_csv(year: int | str) -> str:
    """Name of the hourly results by campus, for spreadsheets."""
    return f"schedule_{year}.csv"


def load_model_file(year: int | str) -> str:
    """Name of what the load models say of their campuses in a studied year: drivers, work behind the MW, spread."""
    return f"load_model_{year}.json"


# -- words ----------------------------------------------------------------------------------------
WORKLOADS = ("interactive", "relaxed", "batch", "finetune", "pretrain")
Service = Literal["firm", "conditional"]
ContingencyKind = Literal["branch", "unit", "dc_line", "campus", "set"]
INTACT = "intact"
SWITCHES = ("branches", "units", "dc_poles", "campuses")
"""Kinds of single outages a study lists or not."""
WEAR_USD_PER_MWH = 1e-3
"""Price of one MWh charged or discharged, so that a store never cycles for nothing."""


# -- machines in a fault --------------------------------------------------------------------------
INVERTER_WORDS = frozenset(
    ("wind", "wnd", "wt", "pv", "rtpv", "solar", "sun", "battery", "bess", "storage", "mwh", "inverter", "photovoltaic")
)
"""Words of a unit's type or fuel that put it behind an inverter: it feeds no fault current."""
THERMAL_SOLAR_WORD = "csp"
"""Type of a solar unit that drives a steam turbine after all."""
HYDRO_WORDS = frozenset(("hydro", "hydroelectric", "water", "wat", "hy", "ror", "pumped", "ps"))
"""Words that make it a hydro machine, pumped storage too; a unit without any of these words is a turbine."""
RATED_POWER_FACTOR = 0.85
"""p_max_mw per MVA of a machine."""


def contingency_label(kind: ContingencyKind, element: str) -> str:
    """Name of the outage of one element or of a named set, as plan.json and CSV files spell it."""
    return f"{kind}:{element}"


def member_label(campus: str, member: str) -> str:
    """Name of a job or store of a campus on the dims ``job`` and ``storage``."""
    return f"{campus}:{member}"


def shift_label(campus: str, to: str, workload: str) -> str:
    """Name of a pair of campuses and a class on the dim ``shift``."""
    return f"{campus}>{to}:{workload}"


def counted_threshold_mw(contract_mw: float) -> float:
    """Lost work above which an hour counts as curtailed: max(1 MW, 0.5 % of the contract)."""
    return max(1.0, 0.005 * contract_mw)


def year_share_frac(hours: int) -> float:
    """Share of a year that the studied hours stand for: yearly prices count by it, a leap year as one year."""
    return min(1.0, hours / 8760.0)


# -- netCDF ---------------------------------------------------------------------------------------
# Every file also holds the labels of its dims as string variables of the same name (bus, branch, ...),
# and time_utc as whole seconds. A variable one of whose dims is empty is left out of the file.
SERIES_VARIABLES: tuple[Term, ...] = terms(
    ("time_utc", "load_mw", "p_max_mw", "p_min_mw", "rating_normal_mw", "rating_emergency_mw")
)
SCHEDULE_VARIABLES: tuple[Term, ...] = terms(
    (
        "time_utc", "p_generator_mw", "p_dc_line_mw", "p_unserved_mw", "p_spill_mw", "va_rad", "p_branch_mw",
        "p_campus_mw", "p_workload_mw", "p_baseline_mw", "p_curtailed_mw", "lost_work_mw", "backlog_mwh",
        "p_shift_mw", "p_job_mw", "p_charge_mw", "p_discharge_mw", "e_storage_mwh", "lmp_usd_per_mwh",
        "lmp_energy_usd_per_mwh", "lmp_congestion_usd_per_mwh", "is_penalty_priced", "cost_usd",
    )
)  # fmt: skip
SCHEDULE_ATTRS = ("status", "objective_usd", "bound_usd", "base_usd", "gap_frac", "seed")

# -- network.json ---------------------------------------------------------------------------------
NETWORK_FIELDS = ("name", "base_mva", "dc_convention", "dc_rating_factor", "tables")
NETWORK_TABLES = ("bus", "branch", "generator", "dc_line", "storage")

# -- CSV ------------------------------------------------------------------------------------------
# One row per hour and campus, six decimals; time_utc as 2020-01-01T07:00:00Z.
SCHEDULE_CSV_COLUMNS = (
    "time_utc", "time_local", "campus", "bus", "p_baseline_mw", "p_workload_mw", "p_curtailed_mw",
    "p_job_mw", "p_charge_mw", "p_discharge_mw", "p_campus_mw",
)  # fmt: skip
# One row per year and campus; unconnected campuses too, with an empty bus.
MW_BY_YEAR_COLUMNS = (
    "year", "campus", "bus", "service", "contract_mw", "connected_mw", "firm_mw", "conditional_mw",
    "unconnected_mw", "energy_mwh", "curtailed_mwh", "curtailed_hours", "longest_event_h", "depth_mw",
)  # fmt: skip
# Tables beside the central result; one without rows holds its head, so that a reader finds it.
TABLE_COLUMNS: dict[str, tuple[str, ...]] = {
    "poi_capacity.csv": (
        "year", "campus", "poi", "firm_mw", "firm_n0_mw", "headroom_mw", "binding", "binding_hour_local", "n0_binding",
        "headroom_binding", "total_mw", "conditional_mw", "curtailed_hours", "curtailed_mwh", "longest_event_h",
        "depth_mw", "network_limited_hours", "generation_limited_hours", "flexible_mw", "is_radial", "limit_mw",
    ),
    "curtailment_curve.csv": (
        "year", "poi", "total_mw", "curtailed_hours", "curtailed_mwh", "energy_frac", "longest_event_h", "depth_mw",
        "network_limited_hours", "generation_limited_hours",
    ),
    "reinforcements.csv": (
        "year", "id", "name", "branch", "rating_normal_mva_before", "rating_normal_mva_after",
        "rating_emergency_mva_before", "rating_emergency_mva_after", "built", "in_service_from", "capital_cost_musd",
        "annual_cost_usd", "mw_without_it", "needed_for",
    ),
    "unit_dependence.csv": ("year", "campus", "poi", "generator", "fuel", "mw_lost"),
    "violations.csv": (
        "year", "stage", "branch", "contingency", "loading_mw", "limit_mw", "loading_percent", "hour_local",
        "hours_over",
    ),
    "redispatch.csv": ("year", "campus", "energy_mwh", "cost_usd", "hours", "units"),
    "branch_worth.csv": (
        "year", "branch", "from_bus", "to_bus", "worth_usd_per_mw_year", "normal_usd_per_mw_year",
        "emergency_usd_per_mw_year", "short_time_usd_per_mw_year", "binding_hours", "price_max_usd_per_mwh",
        "price_max_hour_local", "raised_usd_per_mw_year", "raised_hours", "penalty_usd_per_mw_year", "penalty_hours",
        "candidate", "is_built", "more_mw", "annual_cost_usd", "cost_usd_per_mw_year", "saves_at_most_usd",
    ),
    "limits.csv": (
        "year", "branch", "contingency", "rating", "worth_usd_per_mw_year", "binding_hours", "price_max_usd_per_mwh",
        "price_max_hour_local", "raised_usd_per_mw_year", "raised_hours", "penalty_usd_per_mw_year", "penalty_hours",
    ),
    "limit_hours.csv": ("year", "time_utc", "branch", "contingency", "price_usd_per_mwh", "set_by"),
}  # fmt: skip


# -- plan.json ------------------------------------------------------------------------------------
# What the auditor needs; the plan may say more (capacity per candidate, binding elements, names).
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanField:
    """One field of plan.json: its path (``*`` any key, ``[]`` every entry), form and meaning."""

    path: str
    form: str
    meaning: str


def _field(path: str, form: str, meaning: str) -> PlanField:
    return PlanField(path=path, form=form, meaning=meaning)


_YEAR = "years.*"
_CAMPUS = "years.*.campuses[]"
_CLASS = "years.*.campuses[].classes.*"
_TERMS = "years.*.campuses[].terms"
_JOB = "years.*.campuses[].jobs[]"
_STORE = "years.*.campuses[].storage"
_SHIFT = "years.*.shifts[]"
_UPGRADE = "years.*.reinforcements[]"
_PRE = "years.*.pre_existing[]"
_SET = "years.*.outage_sets[]"
_FAILOVER = "years.*.failovers[]"
_LOSS = "years.*.lost_load[]"
_TRIP = "years.*.load_loss"
_ZONE = "years.*.load_loss.zones[]"

PLAN_FIELDS: tuple[PlanField, ...] = (
    _field("schema_version", "int", "version of this table"),
    _field("timezone", "str", "IANA zone of local times"),
    _field("years", "{year: ...}", "one entry per studied year, key as text"),
    _field(f"{_YEAR}.hours", "int", "count of hours"),
    _field(f"{_YEAR}.first_hour_utc", "str", "beginning of hour 0, 2020-01-01T07:00:00Z"),
    _field(f"{_YEAR}.security", "n-1 | n-0", "whether outages bind"),
    _field(f"{_YEAR}.contingencies.branches", "bool", "every branch outage is listed"),
    _field(f"{_YEAR}.contingencies.units", "bool", "every outage of a unit with p_max_mw > 0 is listed"),
    _field(f"{_YEAR}.contingencies.dc_poles", "bool", "every dc line outage is listed"),
    _field(f"{_YEAR}.contingencies.campuses", "bool", "the loss of every connected campus is listed"),
    _field(f"{_YEAR}.contingencies.rating", "normal | emergency | short_time", "rating held after single outages"),
    _field(f"{_YEAR}.outage_sets", "[...]", "contingencies of files, in their order; [] if none"),
    _field(f"{_SET}.name", "str", "name in the file; ends with (bus proxy) where buses are lost; label set:name"),
    _field(f"{_SET}.category", "P1 ... P7", "category of TPL-001"),
    _field(f"{_SET}.rating", "normal | emergency | short_time", "rating every branch keeps after it"),
    _field(f"{_SET}.is_load_loss_allowed", "bool", "load may be cut off at buses that are not lost themselves"),
    _field(f"{_SET}.stated", "[str]", "rating, load_loss: what the file states itself; the rest is the category's"),
    _field(f"{_SET}.branches", "[id]", "branches lost, those at lost buses included"),
    _field(f"{_SET}.generators", "[id]", "units lost, those at lost buses included"),
    _field(f"{_SET}.dc_lines", "[id]", "dc lines lost, those at lost buses included"),
    _field(f"{_SET}.buses", "[id]", "buses lost with everything at them (bus proxy)"),
    _field(f"{_YEAR}.failovers", "[...]", "campuses whose loss raises another; [] if none"),
    _field(f"{_FAILOVER}.campus", "id", "campus that is lost"),
    _field(f"{_FAILOVER}.to", "id", "campus that takes over"),
    _field(f"{_FAILOVER}.share_frac", "float", "part of what the lost campus asked for; at most the other's room"),
    _field(f"{_FAILOVER}.raised_max_mw", "float", "largest MW it adds in any hour; 0 = it never does"),
    _field(f"{_YEAR}.lost_load", "[...]", "listed outages that cut native load off at buses not lost; [] if none"),
    _field(f"{_LOSS}.contingency", "label", "branch:id or set:name"),
    _field(f"{_LOSS}.load_mw", "float", "largest native load cut off in any hour"),
    _field(f"{_LOSS}.hour", "int", "position of that hour"),
    _field(f"{_LOSS}.is_allowed", "bool", "whether the contingency may lose load; false is a violation"),
    _field(f"{_YEAR}.accept_radial_supply", "bool", "a POI lost by one branch outage may be called firm"),
    _field(_TRIP, "{...} | null", "campus load that one fault may trip; null where the study states no limit"),
    _field(f"{_TRIP}.limit_mw", "float", "most that may trip at once"),
    _field(f"{_TRIP}.voltage_trip_pu", "float", "voltage below which campus load trips"),
    _field(f"{_TRIP}.zones", "[...]", "largest sets of candidate POIs that one fault takes below it"),
    _field(f"{_ZONE}.faulted_bus", "id", "bus with the three-phase fault"),
    _field(f"{_ZONE}.pois", "[id]", "candidate POIs below the trip voltage"),
    _field(f"{_ZONE}.voltage_pu", "[float]", "their residual voltage, in the same order"),
    _field(f"{_ZONE}.campuses", "[id]", "campuses connected at one of them"),
    _field(f"{_ZONE}.tripped_mw", "float", "sum of (1 - ride_through_frac) * connected_mw of those"),
    _field(f"{_ZONE}.is_binding", "bool", "the limit stops some campus"),
    _field(f"{_ZONE}.stopped", "[id]", "campuses short of their contract whose next block would pass the limit"),
    _field(f"{_ZONE}.worth_usd_per_mw", "float", "saved by one more MW of the limit, sizes not bound to blocks"),
    _field(f"{_YEAR}.retired_generators", "[id]", "units out of the year: no output, no pickup"),
    _field(f"{_YEAR}.prices.unserved_usd_per_mwh", "float", "price of native load not served"),
    _field(f"{_YEAR}.prices.overload_usd_per_mwh", "float", "price of overload slack"),
    _field(f"{_YEAR}.prices.wear_usd_per_mwh", "float", "price of charge and discharge"),
    _field(f"{_YEAR}.prices.unconnected_usd_per_mw_year", "float", "price of contract left unconnected"),
    _field(f"{_YEAR}.objective.production_usd", "float", "sum of cost_usd"),
    _field(f"{_YEAR}.objective.unserved_usd", "float", "unserved energy at its price"),
    _field(f"{_YEAR}.objective.overload_usd", "float", "overload slack at its price"),
    _field(f"{_YEAR}.objective.curtailment_usd", "float", "lost work at the value of its class"),
    _field(f"{_YEAR}.objective.moved_usd", "float", "work done at another campus, at its price"),
    _field(f"{_YEAR}.objective.wear_usd", "float", "charge and discharge at the wear price"),
    _field(f"{_YEAR}.objective.reinforcement_usd", "float", "annual cost of the built reinforcements"),
    _field(f"{_YEAR}.objective.unconnected_usd", "float", "unconnected contract at its price"),
    _field(f"{_YEAR}.objective.total_usd", "float", "sum of the seven; the first five = objective_usd of the schedule"),
    _field(f"{_YEAR}.overload_slack_max_mw", "float", "largest overload slack outside pre_existing"),
    _field(f"{_YEAR}.unserved", "[{bus, energy_mwh}]", "every bus with unserved load; [] if none"),
    _field(f"{_YEAR}.islanding", "[{contingency, buses: [id]}]", "every branch outage and set that cuts buses off"),
    _field(f"{_YEAR}.pre_existing", "[...]", "pairs whose limit is not the rating; [] if none"),
    _field(f"{_PRE}.branch", "id", "loaded branch"),
    _field(f"{_PRE}.contingency", "label", "intact or kind:id"),
    _field(f"{_PRE}.hours", "[int] | null", "positions of the hours it holds in; null = all"),
    _field(f"{_PRE}.limit_mw", "float | [float]", "limit, one value or one per entry of hours"),
    _field(f"{_YEAR}.reinforcements", "[...]", "candidates and committed upgrades; [] if none"),
    _field(f"{_UPGRADE}.id", "str", "name of the reinforcement"),
    _field(f"{_UPGRADE}.branch", "id", "branch whose ratings it replaces"),
    _field(f"{_UPGRADE}.built", "bool", "in service in this year"),
    _field(f"{_UPGRADE}.rating_normal_mva", "float", "rating once built"),
    _field(f"{_UPGRADE}.rating_emergency_mva", "float", "rating once built"),
    _field(f"{_UPGRADE}.annual_cost_usd", "float", "cost of one year; 0 for a committed upgrade"),
    _field(f"{_YEAR}.shifts", "[...]", "what may move between campuses, in the order of the dim shift; [] if nothing"),
    _field(f"{_SHIFT}.campus", "str", "campus whose work it is"),
    _field(f"{_SHIFT}.to", "str", "campus that may do it"),
    _field(f"{_SHIFT}.workload", "workload", "class of the work"),
    _field(f"{_SHIFT}.max_frac", "float", "limit of moved / asked power, all targets together"),
    _field(f"{_SHIFT}.cost_usd_per_mwh", "float", "price of moved work"),
    _field(f"{_YEAR}.campuses", "[...]", "every campus of the study, in the order of the dim campus"),
    _field(f"{_CAMPUS}.id", "str", "name of the campus"),
    _field(f"{_CAMPUS}.bus", "id | null", "its POI; null when nothing is connected"),
    _field(f"{_CAMPUS}.candidates", "[id]", "POIs the study allows"),
    _field(f"{_CAMPUS}.contract_mw", "float", "contract of the year"),
    _field(f"{_CAMPUS}.connected_mw", "float", "firm_mw + conditional_mw"),
    _field(f"{_CAMPUS}.firm_mw", "float", "firm part"),
    _field(f"{_CAMPUS}.conditional_mw", "float", "conditional part"),
    _field(f"{_CAMPUS}.unconnected_mw", "float", "contract_mw - connected_mw"),
    _field(f"{_CAMPUS}.block_mw", "float", "step of sizes"),
    _field(f"{_CAMPUS}.service", "firm | conditional", "service of this year; firm = no lost work at all"),
    _field(f"{_CAMPUS}.ride_through_frac", "float", "share that stays on during a fault in its zone"),
    _field(f"{_CAMPUS}.idle_floor_frac", "float", "least computing power / asked power"),
    _field(f"{_CAMPUS}.rebound_frac", "float | null", "largest power of waiting work / asked power; null = installed"),
    _field(f"{_CAMPUS}.classes", "{workload: ...}", "all five workloads"),
    _field(f"{_CLASS}.share_frac", "float", "share of the class; shares sum to 1"),
    _field(f"{_CLASS}.installed_mw", "float", "share_frac * connected_mw"),
    _field(f"{_CLASS}.deadline_h", "int", "0 = served in its hour"),
    _field(f"{_CLASS}.shed_frac", "float", "limit of power given up / asked power that stays"),
    _field(f"{_CLASS}.power_cap", "linear | measured", "work lost with power: one to one, or along the measured curve"),
    _field(f"{_CLASS}.min_power_frac", "float", "least power / (asked power - given up - moved)"),
    _field(f"{_CLASS}.value_usd_per_mwh", "float", "price of lost work"),
    _field(_TERMS, "{...} | null", "curtailment terms; null for firm service"),
    _field(f"{_TERMS}.max_energy_frac", "float | null", "energy given up / asked energy; null = no such limit"),
    _field(f"{_TERMS}.max_hours", "float | null", "counted hours in the year"),
    _field(f"{_TERMS}.max_event_h", "float | null", "longest run of counted hours"),
    _field(f"{_CAMPUS}.jobs", "[...]", "jobs in the order of the dim job; [] if none"),
    _field(f"{_JOB}.id", "str", "name; label on the dim is campus:id"),
    _field(f"{_JOB}.energy_mwh", "float", "energy to be used"),
    _field(f"{_JOB}.p_max_mw", "float", "largest power"),
    _field(f"{_JOB}.release_utc", "str", "first hour allowed, 2020-03-01T07:00:00Z"),
    _field(f"{_JOB}.deadline_utc", "str", "first hour no longer allowed"),
    _field(_STORE, "{...} | null", "store of the campus; label on the dim is campus:storage"),
    _field(f"{_STORE}.p_mw", "float", "charge and discharge limit"),
    _field(f"{_STORE}.e_mwh", "float", "size; it begins and ends half full"),
    _field(f"{_STORE}.efficiency_roundtrip_frac", "float", "round trip"),
)

STORAGE_MEMBER = "storage"
"""Member name of a campus store: its label is ``campus:storage``."""
