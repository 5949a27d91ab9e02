"""What a solve begins with: a study that has been read and checked, its grid and its weather year.

Comes in: a study file. Goes out: ``Inputs``, or every finding with its place in the file. Nothing is solved here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from gridplan.campus.build import build_campuses, unknown_shape_findings
from gridplan.campus.climate import unknown_climate_findings
from gridplan.campus_loads import YearModel, read_campus_loads
from gridplan.candidates import find_candidates
from gridplan.errors import Finding, InputError, refuse_errors
from gridplan.network.contingency import Contingency
from gridplan.network.fault_zones import check_fed
from gridplan.network.model import Network
from gridplan.network.open_grid import OpenGrid, grid_path, open_grid
from gridplan.network.policy import Policy
from gridplan.outage_sets import read_sets
from gridplan.plan.local_hour import local_time
from gridplan.series.dataset import read_series
from gridplan.series.from_files import Setting, read_file_series, read_measured
from gridplan.series.model import GridSeries
from gridplan.series.snapshot_hour import snapshot_series
from gridplan.study.check_network import check_against_grid
from gridplan.study.named_files import named_files
from gridplan.study.read import StudyFile, read_study
from gridplan.study.schema import Study
from gridplan.study.source import StudySource
from gridplan.text_file import missing_file, path_inside

#: Options of the command line that a study states in its section ``network_file``.
_OPTION = re.compile(
    r"--(?P<name>merge-zero-impedance|accept-odd-units|unrated|islands)(?: (?P<value>ignore|error|derive|main)\b)?"
)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """A study that has been read and checked, with its grid and weather year; ``findings`` are no errors.

    The study of ``file`` names the buses that were found by place. ``files`` are all files behind the numbers, the
    study itself left out; those it names lie in ``folder``. ``contingencies`` are those of the files it names and, if
    asked for, of the dataset. ``load_models`` are those of the campuses with a driver pack, whose shares the study of
    ``file`` names.
    """

    file: StudyFile
    path: Path
    grid: OpenGrid
    series: GridSeries
    folder: Path
    files: tuple[Path, ...]
    findings: tuple[Finding, ...]
    contingencies: tuple[Contingency, ...] = ()
    load_models: tuple[YearModel, ...] = ()

    @property
    def network(self) -> Network:
        """The grid that is studied."""
        return self.grid.network


def read_inputs(path: Path, *, folder: Path | None = None) -> Inputs:
    """Read a study and everything it names.

    Parameters
    ----------
    path : Path
        Study file.
    folder : Path, optional
        Folder in which the files it names lie; default that of the study.

    Raises
    ------
    InputError, FileError
        If the study, its grid or its weather year is unsound; every finding carries its place.
    """
    return load_inputs(read_study(path), path, folder=folder)


def load_inputs(file: StudyFile, path: Path, *, folder: Path | None = None) -> Inputs:
    """Read what a study names, and check the study against it; a path in it starts at ``folder`` and stays there.

    Raises
    ------
    InputError
        As ``read_inputs``; warnings found before stand beside the errors.
    """
    base = path.parent if folder is None else folder
    named = (*unknown_shape_findings(file.study), *unknown_climate_findings(file.study))
    findings = [*file.findings, *_placed(file, named)]
    try:
        grid = open_study_grid(file, base)
        files = input_files(file.study, base, file.source)
    except InputError as error:
        raise InputError([*findings, *_in_study_words(_placed(file, error.findings, "network"))]) from None
    findings += [*_in_study_words(grid.findings), *_against_grid(file, grid.network)]
    refuse_errors(findings)
    try:
        places = find_candidates(file, grid.network, base)
    except InputError as error:
        raise InputError([*findings, *error.findings]) from None
    file, findings = replace(file, study=places.study), [*findings, *places.findings]
    try:
        _check_faults(file, grid.network)
        sets, more = read_sets(file, base, grid)
    except InputError as error:
        raise InputError([*findings, *error.findings]) from None
    findings += more
    try:
        series, found = _series(file.study, grid, base)
    except InputError as error:
        raise InputError([*findings, *_placed(file, error.findings, "" if file.study.series else "network")]) from None
    findings += [*_placed(file, found), *_against_series(file, series)]
    refuse_errors(findings)
    try:
        series, found = _with_measured(file.study, series, base)
    except InputError as error:
        raise InputError([*findings, *_placed(file, error.findings)]) from None
    findings += _placed(file, found)
    try:
        loads = read_campus_loads(file.study, grid.network, series, base, _zone_of_bus(grid))
    except InputError as error:
        raise InputError([*findings, *_placed(file, error.findings)]) from None
    file, series = replace(file, study=loads.study), replace(series, modelled=loads.modelled)
    findings += [*_placed(file, loads.findings), *_against_campuses(file, series)]
    refuse_errors(findings)
    return Inputs(
        file=file,
        path=path,
        grid=grid,
        series=series,
        folder=base,
        files=files,
        findings=tuple(findings),
        contingencies=sets,
        load_models=loads.years,
    )


def open_study_grid(file: StudyFile, folder: Path) -> OpenGrid:
    """Grid of a study, read as its ``network_file`` section says; raises as ``open_grid``."""
    path = grid_path(file.study.network, inside=folder, place=file.source.place("network"))
    return open_grid(path, _policy(file.study))


def input_files(study: Study, folder: Path, source: StudySource | None = None) -> tuple[Path, ...]:
    """Every file behind a study's numbers: those of its grid, then the ones it names, each once.

    Raises
    ------
    InputError
        If the grid or a named file does not exist, or a path leads out of ``folder``.
    """
    path = grid_path(study.network, inside=folder)
    grid = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
    at = source or StudySource()
    named = {key: path_inside(folder, name, at.place(key)) for key, name in named_files(study)}
    missing = [
        replace(finding, place=at.place(key))
        for key, path in named.items()
        if not path.exists()
        for finding in missing_file(path, "check the name; the file lies in the folder of the study").findings
    ]
    if missing:
        raise InputError(missing)
    return tuple(dict.fromkeys([*grid, *named.values()]))


def input_names(files: Iterable[Path], folder: Path) -> dict[str, Path]:
    """Files by their names in a manifest: the path in ``folder``, else the names of their own folder and file."""
    root = folder.absolute()
    named = {}
    for path in files:
        whole = path.absolute()
        is_inside = whole.is_relative_to(root)
        named[whole.relative_to(root).as_posix() if is_inside else f"{whole.parent.name}/{whole.name}"] = path
    return named


def _policy(study: Study) -> Policy:
    return Policy(**study.network_file.model_dump())


def _series(study: Study, grid: OpenGrid, folder: Path) -> tuple[GridSeries, tuple[Finding, ...]]:
    """Hours from the files of the study, else the weather year of a dataset, else the one hour of a network file."""
    criteria, must_run = study.criteria, tuple(study.criteria.must_run)
    if study.series is not None:
        return read_file_series(
            study.series,
            grid.network,
            _setting(study, folder),
            commitment=criteria.commitment,
            must_run=must_run,
            zone_of_bus=_zone_of_bus(grid),
        )
    if grid.info is not None:
        return read_series(grid.path, grid.network, commitment=criteria.commitment, must_run=must_run), ()
    hour = snapshot_series(
        grid.network,
        timezone=study.timezone,
        year=study.base_case.weather_years[0],
        least="relaxed",
        must_run=must_run if criteria.commitment == "must_run" else (),
    )
    return hour, ()


def _with_measured(study: Study, series: GridSeries, folder: Path) -> tuple[GridSeries, tuple[Finding, ...]]:
    """Series with the measured profiles of the campuses beside the load."""
    profiles, found = read_measured(study.campuses, series.time_utc, _setting(study, folder))
    return (replace(series, measured=profiles) if profiles else series), found


def _setting(study: Study, folder: Path) -> Setting:
    return Setting(folder=folder, timezone=study.timezone, weather_year=study.base_case.weather_years[0])


def _zone_of_bus(grid: OpenGrid) -> dict[str, str]:
    """Zone of every bus, where a file gave them."""
    if grid.built is None:
        return {}
    zone = grid.built.case.bus.zone
    return {bus: zone[row] for bus, row in zip(grid.network.bus.id, grid.built.rows["bus"], strict=True)}


def _against_grid(file: StudyFile, network: Network) -> tuple[Finding, ...]:
    return check_against_grid(
        file.study,
        bus_ids=network.bus.id,
        branch_ids=network.branch.id,
        generator_ids=network.generator.id,
        total_p_max_mw=float(network.generator.p_max_mw.sum()),
        branch_rating_normal_mva=network.branch.rating_normal_mva.tolist(),
        positions=file.source,
    )


def _check_faults(file: StudyFile, network: Network) -> None:
    """Refuse a limit on tripped load where no machine feeds a candidate bus."""
    limit = file.study.criteria.load_loss
    if limit is None:
        return
    buses = [network.bus_index(poi) for campus in file.study.campuses for poi in campus.poi]
    try:
        check_fed(network, tuple(dict.fromkeys(buses)), limit.x_subtransient_pu)
    except InputError as error:
        raise InputError(_placed(file, error.findings, "criteria.load_loss")) from None


def _against_series(file: StudyFile, series: GridSeries) -> Iterator[Finding]:
    """Studied hours and weather year against the hours there are."""
    study, count = file.study, len(series)
    if study.hours != "all" and study.hours.first + study.hours.count > count:
        message = f"hours up to {study.hours.first + study.hours.count - 1} are asked for, but the series of network "
        message += f"{study.network} have {count} hours"
        yield file.source.error("GP-TIM-003", "hours", message, f"end at hour {count - 1} or earlier")
    year, asked = local_time(series.time_utc[0], series.timezone).year, study.base_case.weather_years[0]
    if asked != year:
        is_stated = "weather_years" in study.base_case.model_fields_set
        stated = f"weather year {asked} is stated" if is_stated else f"no weather year is stated, which means {asked}"
        message = f"{stated}, but the series of network {study.network} begin in {year}"
        yield file.source.warning("GP-TIM-003", "base_case.weather_years", message, f"write [{year}]")


def _against_campuses(file: StudyFile, series: GridSeries) -> list[Finding]:
    """Errors of jobs and shapes at the full contract; what is no error is told by the plan of the year."""
    study = file.study
    studied = series.hours(study.hour_slice(len(series)))
    found: list[Finding] = []
    for year in study.years:
        contract = {campus.id: campus.contract_mw_in(year) for campus in study.campuses}
        try:
            build_campuses(study, year, contract, studied.time_utc, studied.measured, studied.modelled)
        except InputError as error:
            found += _placed(file, error.findings)
    return [finding for finding in dict.fromkeys(found) if finding.severity == "error"]


def _placed(file: StudyFile, findings: Iterable[Finding], key: str = "") -> list[Finding]:
    """Findings without a file at their key, or at ``key``, in the study file."""
    return [f if f.place.file else replace(f, place=file.source.place(key or f.place.key)) for f in findings]


def _in_study_words(findings: Iterable[Finding]) -> list[Finding]:
    """Findings with the key of a study where a remedy names an option, which ``gridplan run`` does not have."""
    return [replace(finding, remedy=_OPTION.sub(_key_of_option, finding.remedy)) for finding in findings]


def _key_of_option(option: re.Match[str]) -> str:
    name, value = option["name"].replace("-", "_"), option["value"] or "true"
    return f"network_file: {{{name}: {value}}}"
