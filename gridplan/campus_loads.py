"""The load models of a study: every campus with a driver pack, sized for every studied year.

Comes in: a checked study, its grid and its hours. Goes out: ``YearModel`` by year, the same study with the shares that
follow from the packs, and hourly load for the plan. Nothing is solved here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gridplan.campus.campus_model import CampusModel, campus_model
from gridplan.campus.climate import campus_temperature_c, climate_name, region_column
from gridplan.campus.drivers.draws import base_draws
from gridplan.campus.drivers.read_pack import PackFile, preset_path, read_pack
from gridplan.campus.facility.delivery import delivered_frac, refreshed_contract_mw
from gridplan.campus.modelled import central_class_mw, energy_shares
from gridplan.campus.numbers import finite_numbers
from gridplan.campus.site import SizedCampus
from gridplan.campus.size import LEAST_MW, size_campus
from gridplan.campus.uncertainty.ensemble import BLOCK, Ensemble, Sink, run_ensemble
from gridplan.campus.workloads.load import Hours
from gridplan.errors import Finding, InputError, Place, Severity, refuse_errors
from gridplan.network.model import Network
from gridplan.series.model import GridSeries, ModelledLoad
from gridplan.study.campus_request import Shares
from gridplan.study.schema import Campus, Study
from gridplan.text_file import path_inside

FloatArray = npt.NDArray[np.float64]
_OVER_FRAC = 1e-6
_COARSE_FRAC = 0.01
"""A scaled campus this far from its contract is told of: its accelerators and runs are too coarse."""


@dataclass(frozen=True, kw_only=True)
class YearModel:
    """Load models of one studied year.

    Parameters
    ----------
    hours : Hours
        All hours of the weather year; ``hours.year`` is the studied year.
    campuses : tuple of SizedCampus
        Campuses with a driver pack and a contract in the year.
    temperature : mapping of campus to words
        Where the temperature of each comes from.
    """

    hours: Hours
    campuses: tuple[SizedCampus, ...]
    temperature: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class CampusLoads:
    """What the driver packs of a study come to; ``findings`` are no errors and carry keys of the study."""

    study: Study
    years: tuple[YearModel, ...]
    modelled: tuple[ModelledLoad, ...]
    findings: tuple[Finding, ...]


def read_campus_loads(
    study: Study, network: Network, series: GridSeries, folder: Path, zone_of_bus: Mapping[str, str]
) -> CampusLoads:
    """Load models of every campus that names a driver pack.

    Parameters
    ----------
    study : Study
    network : Network
        For the region of each campus, where temperature is given by region.
    series : GridSeries
        The whole weather year.
    folder : Path
        Where packs of the user's lie.
    zone_of_bus : mapping of bus to zone

    Raises
    ------
    InputError
        With the faults of all packs, or of a load above its contract that nothing scales or cuts.
    """
    findings: list[Finding] = []
    models = _models(study, folder, findings)
    refuse_errors(findings)
    weather = {i: _temperature(study, i, network, series, zone_of_bus, findings) for i in models}
    refuse_errors(findings)
    years = tuple(_year_model(study, year, models, weather, series, findings) for year in study.years)
    refuse_errors(findings)
    central = [[central_class_mw(campus, year.hours) for campus in year.campuses] for year in years]
    return CampusLoads(
        study=_with_shares(study, years, central),
        years=years,
        modelled=tuple(load for year, own in zip(years, central, strict=True) for load in _modelled(study, year, own)),
        findings=tuple(dict.fromkeys(findings)),
    )


def year_ensemble(study: Study, year: YearModel, *, sink: Sink | None = None, block: int = BLOCK) -> Ensemble:
    """Scenarios of a year; without a sink the hours of each are not kept.

    Raises
    ------
    InputError
        If a scenario multiplies to more than can be computed.
    """
    with finite_numbers(f"a scenario of {year.hours.year}", "campuses"):
        return run_ensemble(year.campuses, year.hours, study.uncertainty, study.solve.seed, sink=sink, block=block)


def _models(study: Study, folder: Path, findings: list[Finding]) -> dict[int, CampusModel]:
    models: dict[int, CampusModel] = {}
    for i, campus in enumerate(study.campuses):
        if not campus.workloads.has_pack:
            continue
        try:
            file = _pack(campus, folder, f"campuses.{i}.workloads")
            findings += file.findings
            models[i] = campus_model(
                campus.id, file, campus.workloads.model, study.timezone, key=f"campuses.{i}.workloads.model"
            )
        except InputError as error:
            findings += error.findings
    return models


def _pack(campus: Campus, folder: Path, key: str) -> PackFile:
    workloads = campus.workloads
    if workloads.preset:
        return read_pack(preset_path(workloads.preset, Place(key=f"{key}.preset")))
    return read_pack(path_inside(folder, workloads.pack, Place(key=f"{key}.pack")))


def _temperature(
    study: Study,
    i: int,
    network: Network,
    series: GridSeries,
    zone_of_bus: Mapping[str, str],
    findings: list[Finding],
) -> tuple[FloatArray, str]:
    """Temperature of a campus by hour, and where it comes from."""
    campus, place = study.campuses[i], Place(key=f"campuses.{i}.poi")
    try:
        name = climate_name(campus.climate, study.network, Place(key=f"campuses.{i}.climate"))
        column, words = _measured_c(study, campus, network, series, zone_of_bus)
        temperature, found = campus_temperature_c(column, name, series.time_utc, campus=campus.id, place=place)
    except InputError as error:
        findings += error.findings
        return np.zeros(len(series)), ""
    findings += found
    return temperature, words or (f"climate normals of {name}" if name else "constant, none is known")


def _measured_c(
    study: Study, campus: Campus, network: Network, series: GridSeries, zone_of_bus: Mapping[str, str]
) -> tuple[FloatArray | None, str]:
    columns = series.temperature_degc
    asked = study.series.temperature if study.series is not None else None
    if columns is None or asked is None:
        return None, ""
    bus = campus.poi[0]
    area = network.bus.area[network.bus_index(bus)]
    column = region_column(columns.names, asked.by, area=str(area), zone=zone_of_bus.get(bus), place=Place(
        key="series.temperature"
    ))  # fmt: skip
    return columns.values[:, column], f"{asked.file}, {columns.names[column]}"


def _year_model(
    study: Study,
    year: int,
    models: Mapping[int, CampusModel],
    weather: Mapping[int, tuple[FloatArray, str]],
    series: GridSeries,
    findings: list[Finding],
) -> YearModel:
    hours = Hours(time_utc=series.time_utc, timezone=study.timezone, year=year)
    sized = []
    for i, model in models.items():
        campus = study.campuses[i]
        contract_mw = campus.contract_mw_in(year)
        if contract_mw <= 0:
            continue
        asked = campus.workloads.model
        own = hours.on_clock(model.timezone)
        try:
            with finite_numbers(f"campus {campus.id} in {year}", f"campuses.{i}.workloads"):
                found = size_campus(
                    model,
                    contract_mw,
                    own,
                    weather[i][0],
                    is_scaled=asked.scaling == "scale_to_contract",
                    start=_start(campus, study.years[0]) if asked.delivery == "expected" else None,
                )
        except InputError as error:
            findings += error.findings
            continue
        findings += [*_against_contract(campus, i, found, year), *_against_delivery(campus, i, found, own)]
        findings += _after_refresh(campus, i, found, year)
        sized.append(found)
    words = {study.campuses[i].id: source for i, (_, source) in weather.items()}
    return YearModel(hours=hours, campuses=tuple(sized), temperature=words)


def _start(campus: Campus, first_year: int) -> np.datetime64:
    """First energisation: the stated day, or New Year of the first year with a contract."""
    stated = campus.workloads.model.in_service
    if stated is not None:
        return np.datetime64(stated.isoformat(), "s")
    contract = campus.contract_mw
    begun = [year for year, mw in contract.items() if mw > 0] if isinstance(contract, dict) else [first_year]
    return np.datetime64(f"{min(begun, default=first_year):04d}-01-01", "s")


def _against_contract(campus: Campus, i: int, sized: SizedCampus, year: int) -> Iterator[Finding]:
    """What was done to users, accelerators or hours so that the contract holds."""
    asked, key = campus.workloads.model, f"campuses.{i}.workloads.model.scaling"
    who, pack = f"campus {campus.id} in {year}", sized.model.pack
    peak_mw, contract_mw = sized.peak_mw, sized.contract_mw
    over = f"{who}: the load model reaches {_mw(peak_mw)}, above the contract of {_mw(contract_mw)}"
    if sized.servers_mw <= LEAST_MW:
        message = f"{who}: the driver pack {pack} asks for no computing at all"
        yield _finding("error", message, "give it users or accelerators", key)
    elif asked.scaling == "as_stated" and peak_mw > contract_mw * (1 + _OVER_FRAC):
        yield _finding("error", over, "write scaling: clip or scale_to_contract, or raise the contract", key)
    elif asked.scaling == "clip" and peak_mw > contract_mw * (1 + _OVER_FRAC):
        remedy = "raise the contract if that computing must be done"
        yield _finding("warning", f"{over}; it is cut there, and the computing is not done", remedy, key)
    elif asked.scaling == "scale_to_contract" and abs(peak_mw - contract_mw) > _COARSE_FRAC * contract_mw:
        message = (
            f"{who}: {pack} comes no nearer to the contract of {_mw(contract_mw)} than {_mw(peak_mw)}, because "
            "training takes whole accelerators and whole runs; what lies above is cut"
        )
        yield _finding("warning", message, "give it fewer accelerators per run, or a larger contract", key)
    elif asked.scaling == "scale_to_contract":
        message = (
            f"{who}: users and accelerators of {pack} are multiplied by {sized.scale:.4g}, so that the largest hour "
            f"becomes the contract of {_mw(contract_mw)}"
        )
        yield _finding("note", message, "write scaling: as_stated if the users of the study are meant", key)


def _mw(value: float) -> str:
    return f"{value:,.1f} MW" if value >= 1 else f"{value:.3g} MW"


def _against_delivery(campus: Campus, i: int, sized: SizedCampus, hours: Hours) -> Iterator[Finding]:
    """A year in which nothing is energised yet, which would pass for a campus without any load."""
    if sized.start is None:
        return
    delivered = delivered_frac(hours, sized.start, base_draws(sized.model.parameters))
    if delivered.any():
        return
    message = (
        f"campus {campus.id} in {hours.year}: with delivery: expected and a first energisation asked for on "
        f"{sized.start.astype('datetime64[D]')}, nothing is energised in this year, and the load is 0 MW in every hour"
    )
    key = f"campuses.{i}.workloads.model.{'in_service' if campus.workloads.model.in_service else 'delivery'}"
    yield _finding("warning", message, "write an earlier in_service, a later year, or delivery: contract", key)


def _after_refresh(campus: Campus, i: int, sized: SizedCampus, year: int) -> Iterator[Finding]:
    """Whether the contract still holds what the halls hold once their hardware was renewed."""
    draws = base_draws(sized.model.parameters)
    renewed = int(draws["facility.refresh_year"][0])
    needed_mw = float(refreshed_contract_mw(campus.contract_mw_in(renewed - 1), year, draws)[0])
    if needed_mw > sized.contract_mw * (1 + _OVER_FRAC):
        message = (
            f"campus {campus.id} in {year}: hardware renewed in {renewed} asks for {needed_mw:,.1f} MW at the same "
            f"floor space, above the contract of {sized.contract_mw:,.1f} MW"
        )
        remedy = f"raise the contract from {renewed} on if all floor space is to be used"
        yield _finding("warning", message, remedy, f"campuses.{i}.contract_mw")


def _finding(severity: Severity, message: str, remedy: str, key: str) -> Finding:
    return Finding(code="GP-CAM-017", severity=severity, message=message, remedy=remedy, place=Place(key=key))


def _modelled(study: Study, year: YearModel, central: Sequence[FloatArray]) -> Iterator[ModelledLoad]:
    """Hourly load of the trajectory the study plans with; the central one is given."""
    asked = study.uncertainty.trajectory
    if not year.campuses:
        return
    chosen = central if asked == 0 else year_ensemble(study, year).trajectory_mw[asked - 1]
    for campus, class_mw in zip(year.campuses, chosen, strict=True):
        yield _per_contract(campus, year, class_mw)


def _per_contract(campus: SizedCampus, year: YearModel, class_mw: FloatArray) -> ModelledLoad:
    demand = class_mw / campus.contract_mw
    return ModelledLoad(campus=campus.model.campus, year=year.hours.year, demand_frac=demand)


def _with_shares(study: Study, years: Sequence[YearModel], central: Sequence[Sequence[FloatArray]]) -> Study:
    """Study whose campuses with a pack have the shares of its central load in the first year that draws any."""
    shares: dict[str, Shares] = {}
    for year, loads in zip(years, central, strict=True):
        for campus, class_mw in zip(year.campuses, loads, strict=True):
            found = energy_shares(class_mw)
            if campus.model.campus not in shares and sum(found) > 0:
                shares[campus.model.campus] = Shares(**dict(zip(Shares.model_fields, found, strict=True)))
    campuses = tuple(_with_own(campus, shares.get(campus.id)) for campus in study.campuses)
    return study.model_copy(update={"campuses": campuses})


def _with_own(campus: Campus, shares: Shares | None) -> Campus:
    if shares is None:
        return campus
    return campus.model_copy(update={"workloads": campus.workloads.model_copy(update={"shares": shares})})
