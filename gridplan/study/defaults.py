"""The one table of default values: what gridplan assumes where a study is silent.

A row is value, unit, source and status; the schema takes its defaults from here and the report lists the rows used.
Status: measured (computed from raw public data), literature (read in the named source), derived (follows from
stated numbers), assumption (no public value found, or one chosen among many), choice (a setting, not a fact).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gridplan.solution import WORKLOADS

Status = Literal["measured", "literature", "derived", "assumption", "choice"]
Value = str | float | int | bool | tuple[float, ...] | tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultRow:
    """One default: dotted key (without list positions), value, unit, source, status, meaning."""

    key: str
    value: Value
    unit: str
    source: str
    status: Status
    meaning: str


_Row = tuple[str, Value, str, str, Status, str]

_SET = "setting of gridplan"
_JUDGED = "engineering judgement"
_ONE_TO_ONE = "cautious: measured accelerators lose less work than power (arXiv 2507.00909)"
_P1 = "NERC TPL-001 category P1"
_TPL = "NERC TPL-001-5 Table 1"
_WITHIN = f"{_TPL}: applicable facility ratings are not exceeded; the emergency rating is usual, use the utility's own"
_CRITERION = "common in US transmission planning criteria; use the utility's own"
_BUDGET = "headroom studies use 0.25, 0.5 and 1 % curtailed energy (Norris et al., Duke University, 2025)"
_RENT = (
    "no public value by class; renting about 700 accelerators per MW at about 2 USD/h is some 1,400 USD/MWh, "
    "scaled by the urgency of the class"
)
_LOST_LOAD = (
    "order of the values of lost load of ERCOT and MISO; published figures run from 5,000 (ERCOT since 2022) "
    "to 35,685 USD/MWh (survey adopted in Texas, 2024)"
)
_LOAD_FACTOR = (
    "busy 8-GPU nodes draw 0.76 of their rating, 0.70 to 0.82 (arXiv 2506.14551), rounded up; realised use of "
    "contracted MW is nearer 0.5 (LBNL 2024, ERCOT)"
)
_PHOENIX = "power-cap trial in Phoenix 2025: tiers that lose 0, 10, 25 and 50 % of throughput (arXiv 2507.00909)"
_IDLE = "Acme clusters: idle server 1,512 W of 6,554 W maximum (0.23), of 5,418 W p99 (0.28)"
_OF_PACK = "absent: as the driver pack has it"
_STORAGE = "upper end of lithium-ion figures; the US battery fleet measured 0.82 in 2019 (EIA)"
_FIBRE = "single-mode fibre (ITU-T G.652) at 1,550 nm: 299,792 km/s / 1.468 = 204,218 km/s"
_ROUTE = (
    "fibre follows roads and rails: ITU-T Y.1541 reckons 1.5 km of route per km of air distance below 1,000 km; "
    "ask the carrier for the route"
)
_ITIC = "ITI (CBEMA) curve 2000: equipment rides through 0.7 pu for 0.5 s, lower voltage for 20 ms only"
_TURBINE_X = (
    "no dataset holds it; averages of 0.12 (Kimbark 1956) to 0.25 are printed, the upper part widens zones; add the "
    "step-up transformer where the grid holds none"
)
_HYDRO_X = "no dataset holds it; average with damper windings (Kimbark 1956); add the step-up transformer likewise"
_TRIPPED = (
    "0.6 of the load in a fault zone trips (0.2 to 1.0): about 1,500 MW went on a 230 kV fault of July 2024 (NERC); "
    "ask the applicant"
)
_UNCONNECTED = "above the production cost of a MW-year, so that connecting wins wherever the grid allows it"


def _category_rows() -> Iterator[_Row]:
    for name, load_loss, source, what in _BY_CATEGORY:
        key = f"criteria.contingencies.categories.{name}"
        yield f"{key}.rating", "emergency", "", _WITHIN, "assumption", f"rating every branch keeps after {what}"
        meaning = f"load cut off by {what} may be lost; hv_only: where all that is lost stands at 300 kV or below"
        yield f"{key}.load_loss", load_loss, "", f"{_TPL}: {source}", "literature", meaning


_NONE_NON_CONSEQUENTIAL = "no non-consequential load loss; what only the lost element feeds is consequential"
_BY_VOLTAGE = "non-consequential load loss allowed at HV (300 kV and below), not at EHV"
# category | load_loss | source | meaning
_BY_CATEGORY: tuple[tuple[str, Value, str, str], ...] = (
    ("P1", True, _NONE_NON_CONSEQUENTIAL, "the loss of one element"),
    ("P2", "hv_only", f"{_BY_VOLTAGE} (bus section and breaker faults)", "a bus or breaker fault"),
    ("P3", False, "no non-consequential load loss", "a second outage after a unit"),
    ("P4", "hv_only", f"{_BY_VOLTAGE} (stuck breaker other than bus-tie)", "a fault with a stuck breaker"),
    ("P5", "hv_only", _BY_VOLTAGE, "a fault with a relay that fails"),
    ("P6", True, "non-consequential load loss allowed", "a second outage after another element"),
    ("P7", True, "non-consequential load loss allowed", "the loss of a common structure"),
)
_CATEGORIES = tuple(_category_rows())

_GRID: tuple[_Row, ...] = (
    # key | value | unit | source | status | meaning
    ("network_file.unrated", "error", "", _SET, "choice", "branches without normal rating: refuse, unlimited, derive"),
    ("network_file.islands", "error", "", _SET, "choice", "several parts with load and units: refuse, or the main one"),
    ("network_file.merge_zero_impedance", False, "", _SET, "choice", "join the ends of branches without impedance"),
    ("network_file.accept_odd_units", False, "", _SET, "choice", "take numbers that look like kW or A at face value"),
    ("hours", "all", "", _SET, "choice", "hours of the weather year that are studied"),
    ("hours.first", 0, "h", _SET, "choice", "first studied hour, counted from 0"),
    ("base_case.load_growth_frac_per_year", None, "1/year", "absent: no growth, with a warning", "assumption",
     "yearly growth of native load"),
    ("base_case.reference_year", 2026, "", _SET, "assumption", "year whose native load the base case holds"),
    ("base_case.weather_years", (2020,), "", "year of the embedded RTS-GMLC series", "choice",
     "weather years of the hourly series"),
    ("criteria.security", "n-1", "", _P1, "choice", "n-1: every limit also holds after each listed outage"),
    ("criteria.contingencies.branches", True, "", _P1, "choice", "outage of every branch"),
    ("criteria.contingencies.units", True, "", _P1, "choice", "outage of every unit"),
    ("criteria.contingencies.dc_poles", True, "", _P1, "choice", "outage of every dc line"),
    ("criteria.contingencies.campuses", True, "", "loss of a large load is studied: ERCOT Planning Guide 6.10(1)",
     "choice", "sudden loss of every campus"),
    ("criteria.contingencies.dataset", False, "", _SET, "choice", "the dataset's own contingency.csv"),
    ("criteria.contingencies.files.category", None, "", "absent: as the file states; P1 for one element", "choice",
     "category of the contingencies of a file that states none"),
    *_CATEGORIES,
    ("criteria.commitment", "relaxed", "", "optimistic: a unit may run anywhere below its capability", "choice",
     "commitment of units: relaxed, or must_run with a list"),
    ("criteria.pre_existing", "no_worsening", "", _SET, "choice", "treatment of overloads found without campuses"),
    ("criteria.dc_convention", "matpower", "", "MATPOWER: susceptance 1/(x tap)", "choice", "DC model of a branch"),
    ("criteria.dc_rating_factor", 0.95, "1", "leaves sqrt(1 - 0.95^2) = 31 % of a rating to reactive power", "derived",
     "part of an MVA rating usable for MW in the DC model"),
    ("criteria.short_time_min", 15.0, "min", "IEEE RTS-96 and RTS-GMLC: short-time emergency rating of 15 minutes",
     "literature", "time for which a short-time rating holds"),
    ("criteria.distribution_factor_cutoff_frac", 0.03, "1", _CRITERION, "assumption",
     "least distribution factor that counts in headroom without redispatch"),
    ("criteria.voltage_pu.intact", (0.95, 1.05), "pu", _CRITERION, "assumption", "voltage band, intact network"),
    ("criteria.voltage_pu.after_outage", (0.90, 1.05), "pu", _CRITERION, "assumption", "voltage band after an outage"),
    ("criteria.voltage_pu.step_max", 0.03, "pu", "Dominion: instantaneous voltage change up to 3 %", "literature",
     "largest voltage step"),
    ("criteria.reserve_mw", "largest_unit", "MW", "loss of the largest unit", "choice",
     "reserve kept in the adequacy table"),
    ("criteria.accept_radial_supply", False, "", _SET, "choice", "a POI lost by one outage may be called firm"),
    ("criteria.load_basis", "contract", "", "the full contract in every hour is the cautious basis", "choice",
     "campus load in capacity studies"),
    ("criteria.load_loss.voltage_trip_pu", 0.7, "pu", _ITIC, "literature", "voltage below which campus load trips"),
    ("criteria.load_loss.x_subtransient_pu.turbine", 0.2, "pu", _TURBINE_X, "assumption",
     "X'' of steam and gas machines and those of no known kind, on their own MVA (p_max / 0.85)"),
    ("criteria.load_loss.x_subtransient_pu.hydro", 0.24, "pu", _HYDRO_X, "assumption",
     "X'' of hydro machines, on their own MVA (p_max / 0.85)"),
    ("prices.unserved_usd_per_mwh", 10_000.0, "USD/MWh", _LOST_LOAD, "assumption", "native load not served"),
    ("prices.overload_usd_per_mwh", 20_000.0, "USD/MWh", "twice unserved load, so that limits hold first",
     "assumption", "MW above a branch limit for one hour"),
    ("prices.renewable_curtailment_usd_per_mwh", 0.0, "USD/MWh", "unused renewable output costs nothing",
     "assumption", "renewable output not used"),
    ("prices.unconnected_usd_per_mw_year", 3_000_000.0, "USD/(MW year)", _UNCONNECTED, "assumption",
     "contract left without connection"),
)  # fmt: skip

_CAMPUS: tuple[_Row, ...] = (
    ("campuses.near.min_kv", 100.0, "kV", "bulk electric system of NERC: 100 kV and above", "literature",
     "least nominal voltage of a candidate"),
    ("campuses.near.max_kv", None, "kV", "absent: no upper limit", "choice", "highest nominal voltage of a candidate"),
    ("campuses.near.max_count", 5, "", _SET, "choice", "candidates taken at most, nearest first"),
    ("campuses.latency.max_round_trip_ms", None, "ms", "absent: one way is given", "choice",
     "longest time there and back"),
    ("campuses.latency.max_one_way_ms", None, "ms", "absent: a round trip is given", "choice",
     "longest time one way, instead of the round trip"),
    ("campuses.latency.group_index", 1.468, "1", _FIBRE, "literature", "speed of light per speed in the fibre"),
    ("campuses.latency.route_factor", 1.5, "1", _ROUTE, "assumption", "length of the fibre per geodesic distance"),
    ("campuses.block_mw", 50.0, "MW", _SET, "choice", "step of the sizes the siting may choose"),
    ("campuses.power_factor.operating", 0.98, "1", "0.95 to 1.0; inputs of UPS are near 0.99", "assumption",
     "lagging power factor at the meter in operation"),
    ("campuses.power_factor.min_lag", 0.95, "1", "Ameren: 0.95 lagging to leading", "literature",
     "lowest lagging power factor"),
    ("campuses.service.kind", "firm", "", _SET, "choice", "service asked for: firm or conditional"),
    ("campuses.service.curtailment_mode", "preventive", "", _SET, "choice",
     "preventive: the campus is down before the outage; post_contingency: it runs back after it"),
    ("campuses.service.runback_min", 10.0, "min", _JUDGED, "assumption",
     "time within which the campus runs back after an outage"),
    ("campuses.service.terms.max_energy_frac", 0.005, "1", _BUDGET, "literature",
     "curtailed energy allowed, as part of the asked energy"),
    ("campuses.service.terms.max_hours", 120.0, "h", "between 85 h (0.25 %) and 177 h (0.5 %) of the same studies",
     "assumption", "curtailed hours allowed in a year"),
    ("campuses.service.terms.max_event_h", 6.0, "h", "trials held 3 h (Phoenix) and up to 10 h (London)", "assumption",
     "longest run of curtailed hours"),
    ("campuses.service.terms.notice_min", 30.0, "min", _JUDGED, "assumption", "notice before a curtailment"),
    ("campuses.ride_through_frac", 0.4, "1", _TRIPPED, "assumption",
     "part of the campus that stays on during a fault which takes its voltage below the trip voltage"),
    ("campuses.workloads.load_factor", 0.8, "1", _LOAD_FACTOR, "assumption", "mean demand as part of the contract"),
    ("campuses.workloads.shape", "azure_conversation", "",
     "requests by hour of week, Azure LLM inference trace 2024, conversation (CC BY 4.0)", "measured",
     "day and week shape of interactive requests"),
    ("campuses.workloads.model.concurrent_users", None, "1", _OF_PACK, "choice",
     "mean users at work at once, over all services"),
    ("campuses.workloads.model.accelerators", None, "1", _OF_PACK, "choice",
     "accelerators of training and fine-tuning together"),
    ("campuses.workloads.model.cooling", "", "", _OF_PACK, "choice", "cooling of the halls"),
    ("campuses.workloads.model.local_share", None, "1", _OF_PACK, "choice", "requests of users nearby"),
    ("campuses.workloads.model.autoscale_frac", None, "1", _OF_PACK, "choice", "part of the fleet that follows demand"),
    ("campuses.workloads.model.small_domain_frac", None, "1", _OF_PACK, "choice", "calls of small domain models"),
    ("campuses.workloads.model.edge_offload_frac", None, "1", _OF_PACK, "choice", "calls answered on devices"),
    ("campuses.workloads.model.reprompt_probability", None, "1", _OF_PACK, "choice", "answers asked for again"),
    ("campuses.workloads.model.prefix_cache_frac", None, "1", _OF_PACK, "choice", "input found in the cache"),
    ("campuses.workloads.model.efficiency_trend_per_year", None, "1", _OF_PACK, "choice",
     "yearly factor on the energy of a token"),
    ("campuses.workloads.model.scaling", "scale_to_contract", "", "the contract is what was asked for", "choice",
     "scale_to_contract: users and accelerators are scaled until the peak is the contract; as_stated; clip"),
    ("campuses.workloads.model.delivery", "contract", "", "the full contract is the cautious basis", "choice",
     "contract: the contract of the year; expected: with delay, ramp and realisation"),
    ("uncertainty.samples", 256, "", "a power of two; 1,024 for reports", "choice", "scenarios of the modelled load"),
    ("uncertainty.method", "latin_hypercube", "", _SET, "choice", "how scenarios fill the space of parameters"),
    ("uncertainty.quantiles", (0.1, 0.5, 0.9), "1", _SET, "choice", "quantiles of every hour"),
    ("uncertainty.trajectories", 4, "", _SET, "choice", "years that stand for all scenarios, 3 to 5"),
    ("uncertainty.trajectory", 0, "", "0: every parameter at its central value", "choice",
     "trajectory that is planned with: 0 the central one, 1 to 5 a medoid in order of energy"),
    ("uncertainty.hourly_noise", "on", "", _SET, "choice", "hourly noise, failures and jobs by chance"),
    ("uncertainty.correlation.service", 0.3, "1", "no public measurement", "assumption",
     "correlation of the hourly noise of two campuses"),
    ("uncertainty.correlation.users", 0.3, "1", "no public measurement", "assumption",
     "rank correlation of the users of two campuses"),
    ("campuses.workloads.flexibility.idle_floor_frac", 0.25, "1", _IDLE, "measured",
     "least computing power as part of the asked power of the hour"),
    ("campuses.workloads.flexibility.power_cap", "linear", "", _ONE_TO_ONE, "choice",
     "work lost with power given up: linear, one to one; measured, along the throughput of capped accelerators"),
    ("campuses.workloads.flexibility.rebound_frac", None, "1",
     "absent: up to the installed power; in Phoenix load came back to 0.92 to 0.96 without overshoot", "choice",
     "largest power of work that catches up, as part of what its class asks for in the hour"),
    ("campuses.workloads.flexibility.geo_shift.max_round_trip_ms", None, "ms", "absent: the targets named decide",
     "choice", "longest time there and back between the two campuses"),
    ("campuses.workloads.flexibility.geo_shift.cost_usd_per_mwh", 1.0, "USD/MWh",
     "work stays at home where moving it gains nothing; ask the applicant", "assumption",
     "price of one MWh of work done at another campus"),
    ("campuses.storage.efficiency_roundtrip_frac", 0.86, "1", _STORAGE, "assumption",
     "energy out per energy in, at the grid side"),
    ("campuses.failover.share_frac", 1.0, "1", "all of it, the cautious end; ask the applicant", "choice",
     "part of what the lost campus drew that the other takes over"),
    ("reinforcements.life_years", 40.0, "year", "usual book life of transmission plant; use the utility's own",
     "assumption", "years over which the capital cost is spread"),
    ("solve.gap_schedule_frac", 0.001, "1", _SET, "choice", "proven gap at which a schedule stops"),
    ("solve.gap_siting_frac", 0.01, "1", _SET, "choice", "proven gap at which siting stops"),
    ("solve.workers", 1, "", _SET, "choice", "processes at work; results do not depend on it"),
    ("solve.seed", 0, "", _SET, "choice", "seed of every random draw"),
    ("solve.discount_rate_frac", 0.07, "1/year", "real rate of OMB Circular A-94 (1992); use the utility's own",
     "literature", "yearly discount rate of capital cost"),
    ("report.paper", "letter", "", _SET, "choice", "paper size: letter or a4"),
)  # fmt: skip

_FLEXIBILITY = "campuses.workloads.flexibility"
# key | interactive relaxed batch finetune pretrain | unit | source | status | meaning
_BY_CLASS: tuple[tuple[str, tuple[float, ...], str, str, Status, str], ...] = (
    ("prices.computing_value_usd_per_mwh", (5000.0, 3000.0, 500.0, 800.0, 1500.0), "USD/MWh", _RENT, "assumption",
     "lost work of the class"),
    ("campuses.workloads.shares", (0.35, 0.15, 0.15, 0.10, 0.25), "1", "no public split by class; ask the applicant",
     "assumption", "share of campus energy; a class left out of a given mix has none"),
    (f"{_FLEXIBILITY}.deadline_h", (0, 0, 24, 72, 24), "h", "waiting typical of the class; ask the applicant",
     "assumption", "longest wait of arrived work; 0 = served in its hour"),
    (f"{_FLEXIBILITY}.shed_frac", (0.10, 0.25, 0.50, 0.50, 0.25), "1", _PHOENIX, "literature",
     "largest part of the asked power that may be lost"),
    (f"{_FLEXIBILITY}.min_power_frac", (0.0, 0.0, 0.0, 0.0, 0.75), "1",
     "pausing loses no batch work; pretraining held 25 % less power for 3 h in Phoenix (arXiv 2507.00909)",
     "literature", "least power as part of what is asked for less lost work"),
)  # fmt: skip


def _moved_rows() -> Iterator[_Row]:
    for workload in ("interactive", "relaxed", "batch"):
        key, meaning = f"{_FLEXIBILITY}.geo_shift.max_frac.{workload}", "part of the asked power that may move"
        yield key, 0.0, "1", "a class stays unless the study says otherwise", "choice", meaning


def _class_rows() -> Iterator[_Row]:
    for key, values, unit, source, status, meaning in _BY_CLASS:
        for workload, value in zip(WORKLOADS, values, strict=True):
            yield f"{key}.{workload}", value, unit, source, status, meaning


_REFUSED = "refused unless the study says what is meant"
_HOURLY_FILES = ("series.load", "series.availability", "series.temperature", "campuses.workloads.measured")
_HOURLY: tuple[tuple[str, str, str], ...] = (
    # key | value | meaning
    ("time_format", "iso", "order of day and month in text stamps"),
    ("dst_duplicates", "error", "hour that the clock shows twice, in stamps without offset"),
    ("resample", "error", "steps of less than an hour"),
    ("leap_day", "error", "29 February that the file lacks, or the weather year"),
    ("other_year", "error", "file of another calendar year than the weather year"),
)


def _hourly_rows() -> Iterator[_Row]:
    """Choices of every hourly file."""
    for file in _HOURLY_FILES:
        for key, value, meaning in _HOURLY:
            yield f"{file}.{key}", value, "", _REFUSED, "choice", meaning


DEFAULTS: tuple[DefaultRow, ...] = tuple(
    DefaultRow(key=key, value=value, unit=unit, source=source, status=status, meaning=meaning)
    for key, value, unit, source, status, meaning in (*_GRID, *_CAMPUS, *_class_rows(), *_moved_rows(), *_hourly_rows())
)
_BY_KEY = {row.key: row for row in DEFAULTS}


def default_row(key: str) -> DefaultRow:
    """Row of a dotted key; asking for a missing one is a mistake in the schema."""
    return _BY_KEY[key]


def has_default_row(key: str) -> bool:
    """Whether the table holds the key."""
    return key in _BY_KEY
