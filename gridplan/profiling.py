"""The verb ``profile``: the load of every campus by hour and scenario, with quantiles, in files and in a figure.

Comes in: a study file. Goes out: netCDF of all scenarios, the record behind the figures, the drivers in force, and the
figures. Nothing is solved.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.campus.modelled import central_load
from gridplan.campus.site import STAGES
from gridplan.campus.uncertainty.bands import pointwise_quantiles
from gridplan.campus.uncertainty.ensemble import BLOCK, Ensemble
from gridplan.campus_loads import YearModel, year_ensemble
from gridplan.errors import FileError, input_error
from gridplan.inputs import Inputs, read_inputs
from gridplan.load_record import load_record
from gridplan.report.load_figures import write_profile_figures
from gridplan.solution import SCHEMA_VERSION, WORKLOADS, load_model_file
from gridplan.store.folder import put_in_place, write_together
from gridplan.store.lock import FolderLock
from gridplan.store.profile_file import ProfileFile
from gridplan.study.read import StudyFile
from gridplan.study.schema import Study

Progress = Callable[[str], None]

DRIVER_COLUMNS = (
    "year",
    "campus",
    "key",
    "value",
    "low",
    "high",
    "unit",
    "distribution",
    "status",
    "source",
    "meaning",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChoice:
    """What of a study is profiled: years (absent: all), scenarios and seed (absent: the study's)."""

    years: tuple[int, ...] = ()
    samples: int | None = None
    seed: int | None = None
    block: int = BLOCK


def profile_study(
    path: Path, out: Path | None = None, *, choice: ProfileChoice | None = None, progress: Progress = lambda _: None
) -> dict[str, Any]:
    """Load of the campuses with a driver pack, as the ``profile`` command prints it.

    Parameters
    ----------
    path : Path
        Study file.
    out : Path, optional
        Folder of the files; default ``profiles/<name of the study file>``.
    choice : ProfileChoice, optional
    progress : callable

    Raises
    ------
    InputError
        If the study is unsound, has no campus with a driver pack, or the years asked for are not studied.
    """
    chosen = choice or ProfileChoice()
    progress("reading the study, its grid and its driver packs")
    inputs = read_inputs(path)
    study = _with_choice(inputs.file, chosen)
    years = _years(inputs, chosen)
    folder = out or Path("profiles") / path.stem
    _make_folder(folder)
    records, files = [], []
    drivers = folder / "drivers.csv"
    lock = FolderLock(folder, what=str(folder))  # two at once would leave files of both
    try:
        for year in years:
            progress(_stage(study, year))
            record, written = _year(study, year, folder, chosen.block)
            records.append(record)
            files += written
        write_together({drivers: _drivers_csv(records)})
    finally:
        lock.release(remove=True)
    return {
        "schema_version": SCHEMA_VERSION,
        "status": "solved",
        "years": records,
        "files": [str(name) for name in (*files, drivers)],
        "findings": [finding.to_json() for finding in inputs.findings],
    }


def _make_folder(folder: Path) -> None:
    """Make the folder of the files before minutes are spent on what goes into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise FileError(f"{folder} cannot be made, because a file is in its way; give another --out") from None
    except OSError as reason:
        raise FileError(f"{folder} cannot be made: {reason.strerror or reason}; give another --out") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FileError(f"{folder} cannot be written to; give another --out")


def _with_choice(file: StudyFile, choice: ProfileChoice) -> Study:
    study = file.study
    if choice.samples is not None:
        asked = study.uncertainty
        if asked.method == "sobol" and choice.samples & (choice.samples - 1):
            message = f"--samples {choice.samples}: Sobol' sequences are balanced for powers of two"
            remedy = f"write --samples {1 << choice.samples.bit_length()}, or method: latin_hypercube in the study"
            raise input_error("GP-VAL-005", message, remedy, file.source.place("uncertainty.method"))
        fewer = min(asked.trajectories, choice.samples)
        changed = asked.model_copy(update={"samples": choice.samples, "trajectories": fewer})
        study = study.model_copy(update={"uncertainty": changed})
    if choice.seed is not None:
        study = study.model_copy(update={"solve": study.solve.model_copy(update={"seed": choice.seed})})
    return study


def _years(inputs: Inputs, choice: ProfileChoice) -> list[YearModel]:
    years = [year for year in inputs.load_models if year.campuses]
    if not years:
        raise input_error(
            "GP-CAM-018",
            "no campus of the study has a driver pack, so there is no load model to profile",
            "write workloads: {preset: chat_general_large} for a campus, or pack: with a file of your own",
            inputs.file.source.place("campuses"),
        )
    missing = sorted(set(choice.years) - {year.hours.year for year in years})
    if missing:
        is_studied = missing[0] in inputs.file.study.years
        why = "has no campus with a driver pack and a contract" if is_studied else "is not a year of the study"
        remedy = f"ask for {' or '.join(str(year.hours.year) for year in years)}"
        key = "campuses" if is_studied else "years"
        raise input_error("GP-CAM-018", f"{missing[0]} {why}", remedy, inputs.file.source.place(key))
    return [year for year in years if not choice.years or year.hours.year in choice.years]


def _stage(study: Study, year: YearModel) -> str:
    count = len(year.campuses)
    campuses = f"{count} campus{'' if count == 1 else 'es'}"
    hours = f"{len(year.hours):,} hour{'' if len(year.hours) == 1 else 's'}"
    return f"{year.hours.year}: {study.uncertainty.samples:,} scenarios of {campuses} in {hours}"


def _year(study: Study, year: YearModel, folder: Path, block: int) -> tuple[dict[str, Any], list[Path]]:
    """Scenarios of a year in a file of their own, then the record and the figures behind them."""
    name = folder / f"profile_{year.hours.year}.nc"
    staged = name.with_name(f".{name.name}.{os.getpid()}.tmp")
    try:
        ensemble = _write_scenarios(staged, study, year, block)
        put_in_place(staged, name)
    finally:
        staged.unlink(missing_ok=True)
    record = load_record(study, year, ensemble)
    path = folder / load_model_file(year.hours.year)
    write_together({path: json.dumps(record, indent=1) + "\n"})
    return record, [name, path, *write_profile_figures(folder, record)]


def _write_scenarios(path: Path, study: Study, year: YearModel, block: int) -> Ensemble:
    asked, campuses = study.uncertainty, year.campuses
    labels = {
        "campus": [campus.model.campus for campus in campuses],
        "workload": list(dict.fromkeys(name for campus in campuses for name in campus.workloads)),
    }
    with ProfileFile(path, labels=labels, time_utc=year.hours.time_utc, samples=asked.samples, block=block) as file:
        ensemble = year_ensemble(study, year, sink=file, block=block)
        _write_sums(file, year, ensemble, labels)
        file.attributes(
            {
                "title": f"modelled load of {study.name}, {year.hours.year}",
                "seed": study.solve.seed,
                "samples": asked.samples,
                "method": asked.method,
                "packs": ", ".join(f"{c.model.campus}: {c.model.pack} {c.model.release}" for c in campuses),
            }
        )
    return ensemble


def _write_sums(file: ProfileFile, year: YearModel, ensemble: Ensemble, labels: dict[str, list[str]]) -> None:
    names = labels["workload"]
    central = np.zeros((len(year.campuses), len(names), len(year.hours)))
    bands = np.zeros((len(year.campuses), len(names), len(ensemble.quantiles), len(year.hours)))
    for c, campus in enumerate(year.campuses):
        load = central_load(campus, year.hours)
        for k, name in enumerate(campus.workloads):
            central[c, names.index(name)] = load.p_mw[k, 0]
            scenarios = file.read(campus.model.campus, name)
            bands[c, names.index(name)] = pointwise_quantiles(scenarios, ensemble.quantiles)
    quantile = {"quantile": list(ensemble.quantiles)}
    medoid: dict[str, list[Any]] = {
        "medoid": list(range(1, len(ensemble.medoids.scenario) + 1)),
        "class": list(WORKLOADS),
    }
    stage = {"stage": list(STAGES)}
    file.variable("central_mw", ("campus", "workload", "time"), central, {})
    file.variable("workload_band_mw", ("campus", "workload", "quantile", "time"), bands, quantile)
    file.variable("band_mw", ("campus", "quantile", "time"), ensemble.band_mw, quantile)
    file.variable("total_band_mw", ("quantile", "time"), ensemble.total_band_mw, quantile)
    file.variable("scenario_energy_mwh", ("campus", "scenario"), ensemble.energy_mwh, {})
    file.variable("scenario_peak_mw", ("campus", "scenario"), ensemble.peak_mw, {})
    file.variable("unserved_frac", ("campus", "scenario"), ensemble.unserved_frac, {})
    file.variable("stage_mwh", ("campus", "stage", "scenario"), ensemble.stages_mwh, stage)
    file.variable("trajectory_mw", ("medoid", "campus", "class", "time"), ensemble.trajectory_mw, medoid)
    file.variable("medoid_scenario", ("medoid",), np.array(ensemble.medoids.scenario), {})
    file.variable("medoid_weight_frac", ("medoid",), np.array(ensemble.medoids.weight), {})


def _drivers_csv(records: Sequence[dict[str, Any]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(DRIVER_COLUMNS)
    for record in records:
        for campus in record["campuses"]:
            for row in campus["parameters"]:
                writer.writerow([record["year"], campus["id"], *(row[name] for name in DRIVER_COLUMNS[2:])])
    return stream.getvalue()
