"""Rules on a study alone: one rule, one function, findings with code, place and way out.

Comes in: a Study and the places of its keys. Goes out: findings. Rules that need the grid are in ``check_network``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gridplan.errors import Finding, did_you_mean
from gridplan.solution import WORKLOADS
from gridplan.study.check_failover import FAILOVER_RULES
from gridplan.study.check_jobs import JOB_RULES
from gridplan.study.check_load_loss import LOAD_LOSS_RULES
from gridplan.study.check_load_model import LOAD_MODEL_RULES
from gridplan.study.check_movable import MOVABLE_RULES
from gridplan.study.check_places import PLACE_RULES
from gridplan.study.check_series import SERIES_RULES
from gridplan.study.local_time import hours_of_year, is_timezone, timezones
from gridplan.study.schema import CommittedUpgrade, Reinforcement, Study
from gridplan.study.source import StudySource

LARGEST_CONTRACT_MW = 5000.0
"""Largest contract taken at face value; above it kW were probably written as MW."""

_SUM_TOLERANCE = 1e-6
_LEAST_STORAGE_EFFICIENCY = 0.5
_DEAR_MWH_USD = 100.0
_HOURS_PER_YEAR = 8784

Findings = Iterator[Finding]
Rule = Callable[[Study, StudySource], Findings]


def check_study(study: Study, source: StudySource | None = None) -> tuple[Finding, ...]:
    """Apply every rule that needs nothing but the study."""
    at = source or StudySource()
    return tuple(finding for rule in RULES for finding in rule(study, at))


def rated_upgrades(study: Study) -> Iterator[tuple[str, CommittedUpgrade | Reinforcement]]:
    """Every new rating of a branch, decided or offered, with its dotted key."""
    for i, decided in enumerate(study.base_case.committed_upgrades):
        yield f"base_case.committed_upgrades.{i}", decided
    for i, offered in enumerate(study.reinforcements):
        yield f"reinforcements.{i}", offered


def _duplicate_ids(study: Study, at: StudySource) -> Findings:
    yield from _repeated(at, "campus id", [(c.id, f"campuses.{i}.id") for i, c in enumerate(study.campuses)])
    upgrades = [(r.id, f"reinforcements.{i}.id") for i, r in enumerate(study.reinforcements)]
    yield from _repeated(at, "reinforcement id", upgrades)
    loads = [(load.id, f"base_case.committed_loads.{i}.id") for i, load in enumerate(study.base_case.committed_loads)]
    yield from _repeated(at, "committed load id", loads)
    for i, campus in enumerate(study.campuses):
        jobs = [(job.id, f"campuses.{i}.workloads.jobs.{j}.id") for j, job in enumerate(campus.workloads.jobs)]
        yield from _repeated(at, f"job id of campus {campus.id}", jobs)


def _repeated_pois(study: Study, at: StudySource) -> Findings:
    for i, campus in enumerate(study.campuses):
        pois = [(poi, f"campuses.{i}.poi.{k}") for k, poi in enumerate(campus.poi)]
        yield from _repeated(at, f"candidate bus of campus {campus.id}", pois)


def _shares_sum_to_one(study: Study, at: StudySource) -> Findings:
    for i, campus in enumerate(study.campuses):
        total = sum(campus.workloads.shares.values())
        if abs(total - 1.0) > _SUM_TOLERANCE:
            message = f"workload shares of campus {campus.id} sum to {total:g}, must sum to 1"
            yield at.error("GP-STU-005", f"campuses.{i}.workloads.shares", message, "change the shares")


def _years_ascend(study: Study, at: StudySource) -> Findings:
    for i, (earlier, later) in enumerate(zip(study.years, study.years[1:], strict=False)):
        if later <= earlier:
            message = f"studied years must ascend, but {later} follows {earlier}"
            yield at.error("GP-STU-006", f"years.{i + 1}", message, "sort the years and give each of them once")
    first, reference = study.years[0], study.base_case.reference_year
    if first < reference:
        message = f"studied year {first} lies before the reference year {reference} of the native load"
        yield at.warning("GP-STU-006", "years.0", message, "check base_case.reference_year")


def _contract_size(study: Study, at: StudySource) -> Findings:
    for i, campus in enumerate(study.campuses):
        key = f"campuses.{i}.contract_mw"
        largest = campus.largest_contract_mw
        if largest > LARGEST_CONTRACT_MW:
            message = f"campus {campus.id} asks for {largest:g} MW, more than {LARGEST_CONTRACT_MW:g} MW at one meter"
            remedy = f"if kW were meant, write {largest / 1000:g}; a larger site is entered as several campuses"
            yield at.error("GP-VAL-003", key, message, remedy)
        if not any(campus.contract_mw_in(year) > 0 for year in study.years):
            message = f"campus {campus.id} asks for 0 MW in every studied year"
            yield at.error("GP-STU-007", key, message, "give MW for a year up to the last studied year")


def _blocks_fit_the_contract(study: Study, at: StudySource) -> Findings:
    for i, campus in enumerate(study.campuses):
        key, block = f"campuses.{i}.block_mw", campus.block_mw
        for asked in sorted({campus.contract_mw_in(year) for year in study.years} - {0.0}):
            blocks = asked / block
            if blocks < 1 - 1e-9:
                message = f"campus {campus.id}: block of {block:g} MW is larger than the contract of {asked:g} MW"
                yield at.error("GP-STU-008", key, message, f"give block_mw of at most {asked:g}")
            elif abs(blocks - round(blocks)) > 1e-9:
                most = int(blocks) * block
                message = (
                    f"campus {campus.id}: contract of {asked:g} MW is no multiple of the block of {block:g} MW, "
                    f"so {most:g} MW in whole blocks or the full contract can be chosen"
                )
                yield at.warning("GP-STU-008", key, message, "give a block that divides the contract")


def _limits_in_order(study: Study, at: StudySource) -> Findings:
    for key in ("intact", "after_outage"):
        low, high = getattr(study.criteria.voltage_pu, key)
        if not low < high:
            message = f"voltage band {key}: lowest {low:g} pu is not below highest {high:g} pu"
            yield at.error("GP-LIM-004", f"criteria.voltage_pu.{key}", message, "write it as [lowest, highest]")
    for i, campus in enumerate(study.campuses):
        factor = campus.power_factor
        if factor.operating < factor.min_lag:
            message = (
                f"campus {campus.id}: operating power factor {factor.operating:g} is below the lowest allowed "
                f"{factor.min_lag:g}"
            )
            yield at.error("GP-LIM-004", f"campuses.{i}.power_factor.operating", message, "raise it, or lower min_lag")


def _ratings_in_order(study: Study, at: StudySource) -> Findings:
    for key, upgrade in rated_upgrades(study):
        normal, emergency = upgrade.rating_normal_mva, upgrade.rating_emergency_mva
        if emergency < normal:
            message = f"branch {upgrade.branch}: emergency rating {emergency:g} MVA is below normal {normal:g} MVA"
            yield at.error("GP-LIM-005", f"{key}.rating_emergency_mva", message, "give it at least the normal rating")


def _storage_efficiency(study: Study, at: StudySource) -> Findings:
    for i, campus in enumerate(study.campuses):
        efficiency = campus.storage.efficiency_roundtrip_frac if campus.storage else 1.0
        if efficiency < _LEAST_STORAGE_EFFICIENCY:
            key = f"campuses.{i}.storage.efficiency_roundtrip_frac"
            message = f"campus {campus.id}: the store returns {efficiency:.0%} of its energy, which is unusually little"
            yield at.warning("GP-VAL-005", key, message, "check the efficiency; lithium-ion returns about 0.86")


def _timezone_exists(study: Study, at: StudySource) -> Findings:
    if not is_timezone(study.timezone):
        message = f"timezone {study.timezone!r} does not exist.{did_you_mean(study.timezone, sorted(timezones()))}"
        yield at.error("GP-TIM-005", "timezone", message, "write an IANA zone, as in America/Phoenix")


def _hours_within_the_year(study: Study, at: StudySource) -> Findings:
    if study.hours == "all" or not is_timezone(study.timezone):
        return
    year = study.base_case.weather_years[0]
    hours, end = hours_of_year(year, study.timezone), study.hours.first + study.hours.count
    if end > hours:
        message = f"hours {study.hours.first} to {end - 1} are asked for, but weather year {year} has {hours} hours"
        yield at.error("GP-TIM-003", "hours", message, f"end at hour {hours - 1} or earlier")


def _price_order(study: Study, at: StudySource) -> Findings:
    prices = study.prices
    unserved, overload = prices.unserved_usd_per_mwh, prices.overload_usd_per_mwh
    for workload, value in zip(WORKLOADS, prices.computing_value_usd_per_mwh.values(), strict=True):
        if value >= unserved:
            message = f"{workload} work is worth {value:g} USD/MWh, not less than unserved load at {unserved:g} USD/MWh"
            remedy = "keep overload > unserved > every computing value: existing customers come first"
            yield at.error("GP-PRC-001", f"prices.computing_value_usd_per_mwh.{workload}", message, remedy)
    if overload <= unserved:
        message = f"overload at {overload:g} USD/MWh is not above unserved load at {unserved:g} USD/MWh"
        remedy = "keep overload > unserved: otherwise limits are broken to serve load"
        yield at.error("GP-PRC-001", "prices.overload_usd_per_mwh", message, remedy)


def _unconnected_price(study: Study, at: StudySource) -> Findings:
    price, least = study.prices.unconnected_usd_per_mw_year, _HOURS_PER_YEAR * _DEAR_MWH_USD
    if price < least:
        message = (
            f"a MW left unconnected costs {price:g} USD a year, less than a MW-year at {_DEAR_MWH_USD:g} USD/MWh "
            f"({least:g} USD): siting may refuse MW the grid could take"
        )
        yield at.warning("GP-PRC-002", "prices.unconnected_usd_per_mw_year", message, "raise the price")


def _renewable_price(study: Study, at: StudySource) -> Findings:
    if study.prices.renewable_curtailment_usd_per_mwh > 0:
        key = "prices.renewable_curtailment_usd_per_mwh"
        yield at.error("GP-STU-003", key, "a price of unused renewable output is not available yet", "write 0")


def _must_run_list(study: Study, at: StudySource) -> Findings:
    criteria = study.criteria
    if (criteria.commitment == "must_run") != bool(criteria.must_run):
        message = "commitment: must_run and the list must_run belong together; one of them is missing"
        yield at.error("GP-STU-009", "criteria.commitment", message, "list the units, or write commitment: relaxed")


def _service_terms(study: Study, at: StudySource) -> Findings:
    known = [reinforcement.id for reinforcement in study.reinforcements]
    for i, campus in enumerate(study.campuses):
        service, key = campus.service, f"campuses.{i}.service.terms"
        if service.terms.until is not None and service.terms.until not in known:
            message = f"campus {campus.id}: reinforcement {service.terms.until!r} does not exist."
            message += did_you_mean(service.terms.until, known)
            yield at.error("GP-STU-010", f"{key}.until", message, "give the id of a reinforcement of this study")
        if service.kind == "firm" and service.terms.model_fields_set:
            message = f"campus {campus.id} is firm, so its curtailment terms have no effect"
            yield at.warning("GP-STU-009", key, message, "write kind: conditional, or delete the terms")


def _runback(study: Study, at: StudySource) -> Findings:
    for i, campus in enumerate(study.campuses):
        service, key = campus.service, f"campuses.{i}.service"
        if service.curtailment_mode == "preventive":
            continue
        if service.kind == "firm":
            message = f"campus {campus.id} is firm, so curtailment_mode has no effect"
            yield at.warning("GP-STU-009", f"{key}.curtailment_mode", message, "write kind: conditional, or delete it")
            continue
        message = (
            f"campus {campus.id} runs back after outages in `gridplan hosting --service conditional` alone; a run, "
            "siting and schedule curtail it before the outage, which takes at least as many MWh"
        )
        yield at.warning("GP-STU-011", f"{key}.curtailment_mode", message, "read the MW with runback from hosting")
        if service.runback_min > study.criteria.short_time_min:
            message = (
                f"campus {campus.id} runs back within {service.runback_min:g} min; short-time ratings hold for "
                f"{study.criteria.short_time_min:g} min"
            )
            remedy = "give a shorter runback_min, a longer criteria.short_time_min, or curtailment_mode: preventive"
            yield at.error("GP-STU-012", f"{key}.runback_min", message, remedy)


def _base_case_stated(study: Study, at: StudySource) -> Findings:
    base = study.base_case
    if base.load_growth_frac_per_year is None:
        message = f"no load growth is given; native load stays at its level of {base.reference_year} in every year"
        remedy = "add base_case.load_growth_frac_per_year, 0 if none is expected"
        yield at.warning("GP-BASE-001", "base_case.load_growth_frac_per_year", message, remedy)
    if "committed_loads" not in base.model_fields_set:
        message = "no prior queue is given; the grid is studied as if nobody else had asked"
        remedy = "add base_case.committed_loads, [] if there are none"
        yield at.warning("GP-BASE-002", "base_case.committed_loads", message, remedy)


RULES: tuple[Rule, ...] = (
    _duplicate_ids,
    _repeated_pois,
    _shares_sum_to_one,
    _years_ascend,
    _contract_size,
    _blocks_fit_the_contract,
    _limits_in_order,
    _ratings_in_order,
    _storage_efficiency,
    _timezone_exists,
    _hours_within_the_year,
    _price_order,
    _unconnected_price,
    _renewable_price,
    _must_run_list,
    _service_terms,
    _runback,
    _base_case_stated,
    *LOAD_MODEL_RULES,
    *FAILOVER_RULES,
    *JOB_RULES,
    *LOAD_LOSS_RULES,
    *PLACE_RULES,
    *MOVABLE_RULES,
    *SERIES_RULES,
)


def _repeated(at: StudySource, what: str, named: Sequence[tuple[str, str]]) -> Findings:
    first: dict[str, str] = {}
    for name, key in named:
        if name in first:
            other = at.place(first[name])
            message = f"duplicate {what} {name!r}; it stands first at {other} {other.key}"
            yield at.error("GP-STU-004", key, message, "rename one of them, or delete it")
        first.setdefault(name, key)
