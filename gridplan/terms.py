"""The nomenclature: one row for every quantity that leaves a room.

A row names the quantity, its dimensions, unit, sign and meaning. Result files, document pages and
table heads take their words from here; nothing is computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gridplan.errors import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One quantity: its name, dimensions, unit, sign and meaning."""

    name: str
    dims: tuple[str, ...]
    unit: str
    sign: str
    meaning: str


DIMS = (
    ("time", "hour, named by its beginning in UTC"),
    ("bus", "bus of the network"),
    ("branch", "line or transformer"),
    ("generator", "generating unit"),
    ("dc_line", "two-terminal dc line"),
    ("campus", "data-center campus of the study"),
    ("workload", "computing class: interactive, relaxed, batch, finetune, pretrain"),
    ("scenario", "draw of the uncertain parameters and of hourly noise"),
    ("quantile", "probability of a pointwise quantile"),
    ("medoid", "scenario that stands for others, in order of energy"),
    ("class", "movable class: interactive, relaxed, batch, finetune, pretrain"),
    ("stage", "where energy goes: accelerators, hosts, network and storage, losses, fans, cooling, auxiliary"),
    ("job", "single computing job of a campus, named campus:job"),
    ("shift", "class and pair of campuses that exchange work, named from>to:workload"),
    ("storage", "stores of campuses in campus order, named campus:storage, then grid stores by id"),
)

_NOT_NEGATIVE = ">= 0"
_INJECTS = "+ injects at its bus"
_WITHDRAWS = ">= 0, withdraws"
_FROM_TO = "+ from -> to"

# name | dims | unit | sign | meaning
_ROWS: tuple[tuple[str, str, str, str, str], ...] = (
    ("time_utc", "time", "s", "since 1970-01-01T00:00:00Z", "beginning of the hour"),
    ("load_mw", "time bus", "MW", _WITHDRAWS, "native and committed load with losses; campuses and gs_mw stand apart"),
    ("p_max_mw", "time generator", "MW", _INJECTS, "available capacity of a unit; 0 for a retired unit"),
    ("p_min_mw", "time generator", "MW", _INJECTS, "least output under the commitment assumption"),
    ("rating_normal_mw", "branch", "MW", _NOT_NEGATIVE, "limit of the intact network, inf where unlimited"),
    ("rating_emergency_mw", "branch", "MW", _NOT_NEGATIVE, "limit after an outage, inf where unlimited"),
    ("p_generator_mw", "time generator", "MW", _INJECTS, "output of a unit"),
    ("p_dc_line_mw", "time dc_line", "MW", _FROM_TO, "power withdrawn at the from end of a dc line"),
    ("p_unserved_mw", "time bus", "MW", _INJECTS, "native load not served"),
    ("p_spill_mw", "time bus", "MW", _WITHDRAWS, "output of fixed units thrown away"),
    ("va_rad", "time bus", "rad", "relative to the reference bus", "voltage angle of the DC model"),
    ("p_branch_mw", "time branch", "MW", _FROM_TO, "flow of the intact network"),
    ("p_campus_mw", "time campus", "MW", _WITHDRAWS, "power at the POI meter, charging of the campus store included"),
    ("p_workload_mw", "time campus workload", "MW", _WITHDRAWS, "power of a class run here, its own or moved here"),
    ("p_baseline_mw", "time campus workload", "MW", _WITHDRAWS, "power a class asks for, at the meter"),
    ("p_profile_mw", "campus workload scenario time", "MW", _WITHDRAWS, "modelled load of a workload, at the meter"),
    ("band_mw", "campus quantile time", "MW", _WITHDRAWS, "quantile of a campus over the scenarios, hour by hour"),
    ("workload_band_mw", "campus workload quantile time", "MW", _WITHDRAWS, "quantile of a workload, hour by hour"),
    ("total_band_mw", "quantile time", "MW", _WITHDRAWS, "quantile of the sum of all campuses, hour by hour"),
    ("central_mw", "campus workload time", "MW", _WITHDRAWS, "load with every parameter at its central value"),
    ("trajectory_mw", "medoid campus class time", "MW", _WITHDRAWS, "load of a scenario that stands for others"),
    ("medoid_scenario", "medoid", "", _NOT_NEGATIVE, "number of the scenario of a trajectory"),
    ("medoid_weight_frac", "medoid", "1", "0..1", "part of the scenarios a trajectory stands for"),
    ("scenario_energy_mwh", "campus scenario", "MWh", _WITHDRAWS, "energy of a campus over all hours"),
    ("scenario_peak_mw", "campus scenario", "MW", _WITHDRAWS, "largest hour of a campus"),
    ("stage_mwh", "campus stage scenario", "MWh", _WITHDRAWS, "energy by where it goes, accelerators to meter"),
    ("unserved_frac", "campus scenario", "1", "0..1", "part of the computing asked for beyond servers or contract"),
    ("p_curtailed_mw", "time campus workload", "MW", _NOT_NEGATIVE, "power of a class given up by curtailment"),
    ("lost_work_mw", "time campus workload", "MW", _NOT_NEGATIVE, "work of a class lost, as power at full speed"),
    ("p_shift_mw", "time shift", "MW", _NOT_NEGATIVE, "work of a class done at another campus in its hour"),
    ("backlog_mwh", "time campus workload", "MWh", _NOT_NEGATIVE, "work arrived and not yet done, end of the hour"),
    ("p_job_mw", "time job", "MW", _WITHDRAWS, "power of a job, at the meter"),
    ("p_charge_mw", "time storage", "MW", _WITHDRAWS, "charging power of a store, at the grid side"),
    ("p_discharge_mw", "time storage", "MW", _INJECTS, "discharging power of a store, at the grid side"),
    ("e_storage_mwh", "time storage", "MWh", _NOT_NEGATIVE, "energy in a store, end of the hour"),
    ("lmp_usd_per_mwh", "time bus", "USD/MWh", "cost of one more MW of load", "locational marginal price"),
    ("lmp_energy_usd_per_mwh", "time", "USD/MWh", "cost of one more MW of load", "LMP averaged over the native load"),
    ("lmp_congestion_usd_per_mwh", "time bus", "USD/MWh", "+ dearer than the average", "LMP less its energy part"),
    ("is_penalty_priced", "time", "flag", "0 or 1", "whether a price of unserved load or overload enters the LMP"),
    ("cost_usd", "time", "USD", _NOT_NEGATIVE, "production cost of the hour, from the cost blocks of the units"),
    ("objective_usd", "", "USD", _NOT_NEGATIVE, "production + unserved + overload + lost work + moved work + wear"),
    ("bound_usd", "", "USD", _NOT_NEGATIVE, "proven lower bound on the objective"),
    ("base_usd", "", "USD", _NOT_NEGATIVE, "cost of the same hours without campuses and with idle grid stores"),
    ("gap_frac", "", "1", _NOT_NEGATIVE, "(objective - bound) / (objective - base)"),
    ("contract_mw", "campus", "MW", _WITHDRAWS, "maximum demand asked for at the POI meter"),
    ("connected_mw", "campus", "MW", _WITHDRAWS, "part of the contract that is connected: firm + conditional"),
    ("firm_mw", "campus", "MW", _WITHDRAWS, "largest MW taken in every hour with every contingency secure"),
    ("conditional_mw", "campus", "MW", _WITHDRAWS, "MW above firm, taken under the stated curtailment terms"),
    ("unconnected_mw", "campus", "MW", _NOT_NEGATIVE, "contract_mw - connected_mw"),
    ("block_mw", "campus", "MW", _NOT_NEGATIVE, "step of the sizes the siting may choose"),
    ("installed_mw", "campus workload", "MW", _NOT_NEGATIVE, "share of a class in connected_mw"),
    ("share_frac", "campus workload", "1", "0..1", "share of a class in the campus"),
    ("deadline_h", "workload", "h", _NOT_NEGATIVE, "longest wait of arrived work; 0 = served in its hour"),
    ("shed_frac", "workload", "1", "0..1", "largest part of the asked power that may be given up"),
    (
        "min_power_frac",
        "workload",
        "1",
        "0..1",
        "least power of a class as part of what it asks for less what is given up or moved",
    ),
    ("idle_floor_frac", "campus", "1", "0..1", "least computing power as part of the asked power of the hour"),
    ("value_usd_per_mwh", "workload", "USD/MWh", _NOT_NEGATIVE, "price of lost work"),
    ("max_energy_frac", "campus", "1", "0..1", "curtailed energy allowed, as part of the asked energy"),
    ("max_hours", "campus", "h", _NOT_NEGATIVE, "count of curtailed hours allowed in a year"),
    ("max_event_h", "campus", "h", _NOT_NEGATIVE, "longest run of curtailed hours allowed"),
    ("energy_mwh", "campus", "MWh", _WITHDRAWS, "energy at the POI meter over all hours"),
    ("curtailed_mwh", "campus", "MWh", _NOT_NEGATIVE, "power given up by curtailment, over all hours and classes"),
    ("curtailed_hours", "campus", "h", _NOT_NEGATIVE, "hours whose power given up counts by the counting rule"),
    ("longest_event_h", "campus", "h", _NOT_NEGATIVE, "longest run of counted hours"),
    ("depth_mw", "campus", "MW", _NOT_NEGATIVE, "largest power given up in one hour"),
)

TERMS: tuple[Term, ...] = tuple(
    Term(name=name, dims=tuple(dims.split()), unit=unit, sign=sign, meaning=meaning)
    for name, dims, unit, sign, meaning in _ROWS
)
_BY_NAME = {term.name: term for term in TERMS}


def term(name: str) -> Term:
    """Row of the table; an unknown name is a KeyError that offers the nearest ones."""
    if name not in _BY_NAME:
        message = f"no term is called {name!r}.{did_you_mean(name, _BY_NAME)}"
        raise KeyError(message)
    return _BY_NAME[name]


def terms(names: Iterable[str]) -> tuple[Term, ...]:
    """Rows of the table in the order of the names."""
    return tuple(term(name) for name in names)


def netcdf_attrs(name: str) -> dict[str, str]:
    """Attributes a result file gives to a variable."""
    row = term(name)
    return {"units": row.unit, "sign": row.sign, "long_name": row.meaning}
