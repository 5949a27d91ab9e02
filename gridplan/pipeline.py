"""The order of everything: a study file in, a run folder out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gridplan import __version__
from gridplan.answers import schedule_answer, site_answer
from gridplan.campus_loads import year_ensemble
from gridplan.conversion import convert_network
from gridplan.dispatch.farm import Crew, Farm
from gridplan.hosting import hosting_study
from gridplan.inputs import Inputs, input_names, read_inputs
from gridplan.joint_hosting import joint_hosting_study
from gridplan.load_only.answer import load_only_hosting
from gridplan.load_record import load_record
from gridplan.plan.case import year_case
from gridplan.plan.study_year import YearPlan, plan_year
from gridplan.profiling import ProfileChoice, profile_study
from gridplan.report.document import build_report_apart
from gridplan.screening import PairChoice, screen_target
from gridplan.snapshot import dispatch_network
from gridplan.solution import CERTIFICATE_JSON, load_model_file
from gridplan.store.checkpoint import Checkpoint, unfinished_folder
from gridplan.store.folder import RunWriter, check_target, remove_stale, sha256
from gridplan.store.run_files import write_inputs, write_results
from gridplan.store.versions import LIBRARIES, installed, makers
from gridplan.study.resolved import defaults_used
from gridplan.study.schema import Study
from gridplan.summary import run_status, run_summary, verdict_lines
from gridplan.verify.ac_study import check_year
from gridplan.verify.audit import audit

__all__ = [
    "PairChoice",
    "ProfileChoice",
    "Result",
    "convert_network",
    "dispatch_network",
    "hosting_study",
    "joint_hosting_study",
    "load_only_hosting",
    "profile_study",
    "run_study",
    "schedule_study",
    "screen_target",
    "site_study",
]

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Result:
    """A finished run: its folder, the verdict lines, a JSON-ready summary and the status."""

    run_dir: Path
    verdict: tuple[str, ...]
    summary: dict[str, Any]
    status: str


@dataclass(kw_only=True)
class Stages:
    """Wall time of every stage, told to ``progress`` as it begins."""

    progress: Progress
    wall_s: dict[str, float] = field(default_factory=dict)
    _name: str = ""
    _begun: float = 0.0

    def begin(self, name: str) -> None:
        """Close the running stage and begin another."""
        self.end()
        self._name, self._begun = name, time.perf_counter()
        self.progress(name)

    def end(self) -> None:
        """Close the running stage."""
        if self._name:
            self.wall_s[self._name] = self.wall_s.get(self._name, 0.0) + time.perf_counter() - self._begun
        self._name = ""


def run_study(
    path: Path | str,
    out: Path | None = None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    folder: Path | None = None,
    crew: Crew | None = None,
    resume: bool = False,
) -> Result:
    """Run a whole study: capacity, siting, schedule, audit, AC check, report.

    Parameters
    ----------
    path : path of a study file
    out : folder of the results; default ``reports/<name of the study file>``
    workers : local processes; default the study's ``solve.workers``. Results do not depend on it.
    progress : called with the name of each stage
    folder : folder in which the files that the study names lie; default that of the study file
    crew : who does the work instead of local processes, for instance ``gridplan.batch.cluster.open_crew``
    resume : go on from what an earlier run of the same study, files and program had finished

    Raises
    ------
    InputError, InfeasibleError, FileError, NoSolutionError, ResourceError
        See ``gridplan.errors``; nothing is left under the final name. What was finished is kept beside it, in
        ``.<name>.unfinished``, and a note on the error names it.
    """
    path = Path(path)
    stages = Stages(progress=progress or (lambda _: None))
    stages.begin("reading the study")
    inputs = read_inputs(path, folder=folder)
    final = out or Path("reports") / path.stem
    check_target(final)
    with _checkpoint(inputs, final, resume, stages.progress) as checkpoint:
        remove_stale(final)
        with Farm(workers or inputs.file.study.solve.workers, crew=crew, keeper=checkpoint) as farm:
            summary = _run(inputs, final, farm, stages)
    return Result(run_dir=final, verdict=verdict_lines(summary), summary=summary, status=summary["status"])


def _run(inputs: Inputs, final: Path, farm: Farm, stages: Stages) -> dict[str, Any]:
    writer = RunWriter(final)
    try:
        return _write(inputs, solve_years(inputs, farm, stages), writer, farm, stages)
    except BaseException:
        writer.abandon()
        raise


def _checkpoint(inputs: Inputs, final: Path, resume: bool, tell: Progress) -> Checkpoint:
    """What a run keeps; how many workers the study asks for does not matter to it."""
    files = {name: sha256(path) for name, path in input_names(inputs.files, inputs.folder).items()}
    belongs_to = {"the study": inputs.file.study.work_digest, **files, **makers()}
    folder = unfinished_folder(final)
    return Checkpoint(folder=folder, belongs_to=belongs_to, is_resumed=resume, what=str(final), tell=tell)


def solve_years(inputs: Inputs, farm: Farm, stages: Stages) -> list[YearPlan]:
    """Plan the studied years one by one; a campus stays where an earlier year put it."""
    study = inputs.file.study
    plans: list[YearPlan] = []
    fixed: dict[str, str] = {}
    built: tuple[str, ...] = ()
    for year in study.years:
        stages.begin(f"{year}: grid without campuses")
        own = farm.named(f"{year} ")
        case = year_case(study, year, inputs.network, inputs.series, own, inputs.contingencies)
        plan = plan_year(case, farm=own, fixed=fixed, built_before=built, progress=stages.begin)
        plans.append(plan)
        if plan.sites:
            fixed |= {s.campus: s.poi for s in plan.sites.sites if s.poi}
            built = tuple(o for o, share in plan.sites.built.items() if share > 0.5)
    return plans


def _write(inputs: Inputs, plans: list[YearPlan], writer: RunWriter, farm: Farm, stages: Stages) -> dict[str, Any]:
    study = inputs.file.study
    stages.begin("writing results")
    write_inputs(writer, study, inputs.file.text, inputs.network)
    provenance = _provenance(inputs)
    document = write_results(writer, study, plans, _extra(inputs, plans, provenance))
    for year in inputs.load_models:
        if year.campuses:
            writer.json(load_model_file(year.hours.year), load_record(study, year, year_ensemble(study, year)))
    stages.begin("AC check")
    ac = {"years": {str(p.case.year): check_year(p, farm.named(f"{p.case.year} "), stages.begin) for p in plans}}
    writer.json("ac.json", ac)
    stages.begin("audit")
    writer.write_manifest(provenance)
    certificate = audit(writer.folder).to_json(seconds=False) | {"run": study.name}
    writer.json(CERTIFICATE_JSON, certificate)
    stages.begin("report")
    build_report_apart(writer.folder)
    stages.end()
    summary = run_summary(study, document, ac, certificate, run_status(document))
    writer.publish({**provenance, "status": summary["status"], "wall_s": stages.wall_s})
    return summary


def _extra(inputs: Inputs, plans: list[YearPlan], provenance: Mapping[str, Any]) -> dict[str, Any]:
    notes = [f.to_json() for f in (*inputs.findings, *(f for p in plans for f in p.campuses.findings))]
    defaults = [
        {"key": d.row.key, "value": d.row.value, "unit": d.row.unit, "source": d.row.source, "status": d.row.status}
        for d in defaults_used(inputs.file)
    ]
    findings = [{**note, "file": _file_name(note["file"], inputs)} for note in notes]
    return {"findings": findings, "defaults_used": defaults, "provenance": dict(provenance)}


def _file_name(path: object, inputs: Inputs) -> str | None:
    """Name of a data file; none for the study itself, which a batch keeps under another name."""
    return Path(str(path)).name if path is not None and Path(str(path)) != inputs.path else None


def _provenance(inputs: Inputs) -> dict[str, Any]:
    """Versions, seed and hashes of the inputs; the same for the same study."""
    hashes = {name: sha256(path) for name, path in input_names(inputs.files, inputs.folder).items()}
    return {
        "study": inputs.file.study.name,
        "study_digest": inputs.file.study.digest,
        "seed": inputs.file.study.solve.seed,
        "inputs": {"study.yaml": sha256(inputs.path), **hashes},
        "versions": {"gridplan-dc": __version__, **{name: installed(name) for name in LIBRARIES}},
    }


def site_study(
    path: Path | str, *, workers: int | None = None, progress: Progress | None = None, crew: Crew | None = None
) -> dict[str, Any]:
    """Sites, MW and reinforcements of every studied year, as the ``site`` command prints them."""
    return _solved(Path(path), workers, progress, crew, site_answer)


def schedule_study(
    path: Path | str, *, workers: int | None = None, progress: Progress | None = None, crew: Crew | None = None
) -> dict[str, Any]:
    """Schedule of the campuses where siting puts them, as the ``schedule`` command prints it."""
    return _solved(Path(path), workers, progress, crew, schedule_answer)


def _solved(
    path: Path,
    workers: int | None,
    progress: Progress | None,
    crew: Crew | None,
    answer: Callable[[Study, list[YearPlan]], dict[str, Any]],
) -> dict[str, Any]:
    stages = Stages(progress=progress or (lambda _: None))
    stages.begin("reading the study")
    inputs = read_inputs(path)
    with Farm(workers or inputs.file.study.solve.workers, crew=crew) as farm:
        plans = solve_years(inputs, farm, stages)
    stages.end()
    return answer(inputs.file.study, plans)
