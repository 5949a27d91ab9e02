"""A batch from sweep file to tables: what is finished is kept, what failed is tried anew.

Comes in: a sweep and a folder. Goes out: a ``BatchResult``. Results do not depend on the count of workers, nor on how
often the batch was interrupted.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gridplan import __version__
from gridplan.batch.comparison import Compared, comparison_campus_csv, comparison_csv
from gridplan.batch.folder import BatchFolder, locked
from gridplan.batch.member import Member, build_members
from gridplan.batch.process import Ending, Task, run_tasks
from gridplan.batch.sweep import SweepFile, read_sweep
from gridplan.dispatch.farm import Crew
from gridplan.solution import SCHEMA_VERSION
from gridplan.store.folder import write_whole

RUNNER = "gridplan.pipeline:run_study"
COMPARISON_CSV = "comparison.csv"
COMPARISON_CAMPUS_CSV = "comparison_campus.csv"

MemberStatus = Literal["finished", "failed", "not_run"]
Progress = Callable[[str], None]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a study of the batch ended; ``is_reused`` where an earlier batch had finished it."""

    status: MemberStatus
    reason: str = ""
    is_reused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult:
    """Members of a batch in the order of its axes and how they ended."""

    folder: Path
    axes: tuple[str, ...]
    members: tuple[Member, ...]
    outcomes: Mapping[str, Outcome]
    is_interrupted: bool

    @property
    def comparison(self) -> Path:
        """Table of the studies."""
        return self.folder / COMPARISON_CSV

    def named_values(self, member: Member) -> Mapping[str, Any]:
        """Value of every axis for a member."""
        return dict(zip(self.axes, member.values, strict=True))

    def count(self, status: MemberStatus) -> int:
        """Members that ended so."""
        return sum(self.outcomes[member.key].status == status for member in self.members)

    @property
    def status(self) -> Literal["finished", "failed", "interrupted"]:
        """Word for the whole batch: failed if any study did."""
        if self.is_interrupted:
            return "interrupted"
        return "failed" if self.count("failed") else "finished"

    def to_json(self) -> dict[str, Any]:
        """Give the result as one JSON object."""
        return {
            "schema_version": SCHEMA_VERSION,
            "status": self.status,
            "folder": str(self.folder),
            "comparison": str(self.comparison),
            "finished": self.count("finished"),
            "failed": self.count("failed"),
            "not_run": self.count("not_run"),
            "members": [self._member_json(member) for member in self.members],
        }

    def _member_json(self, member: Member) -> dict[str, Any]:
        outcome = self.outcomes[member.key]
        return {
            "key": member.key,
            "values": self.named_values(member),
            "status": outcome.status,
            "is_reused": outcome.is_reused,
            "reason": outcome.reason,
        }


def run_batch(
    path: Path,
    out: Path | None = None,
    *,
    workers: int = 1,
    progress: Progress | None = None,
    runner: str = RUNNER,
    crew: Crew | None = None,
) -> BatchResult:
    """Run every study of a sweep that is not finished yet, and write the tables.

    Parameters
    ----------
    path : Path
        Sweep file.
    out : Path, optional
        Folder of the batch; default ``reports/<stem of the sweep>``.
    workers : int
        Studies at a time; with 1 they run in this process.
    progress : callable, optional
        Told in words how far the batch is.
    runner : str
        ``module:function`` that runs one study.
    crew : Crew, optional
        Who does the work of each study instead of processes of this machine; the studies then run one by one.

    Raises
    ------
    InputError
        If the sweep, its base or one of its combinations is wrong; nothing has run then.
    FileError
        If the folder is in use by another batch, or cannot be written.
    """
    file = read_sweep(path)
    members = build_members(file)
    with locked(out or Path("reports") / path.stem) as folder:
        outcomes, is_interrupted = _run(folder, members, _Hands(workers, runner, crew), progress or _silent)
        result = BatchResult(
            folder=folder.path,
            axes=_axes(file),
            members=members,
            outcomes={member.key: outcomes.get(member.key, Outcome(status="not_run")) for member in members},
            is_interrupted=is_interrupted,
        )
        _write_tables(folder, result)
    return result


@dataclass(frozen=True, slots=True)
class _Hands:
    """Who runs the studies, and with what."""

    workers: int
    runner: str
    crew: Crew | None


def _run(
    folder: BatchFolder, members: Sequence[Member], hands: _Hands, progress: Progress
) -> tuple[dict[str, Outcome], bool]:
    by_key = {member.key: member for member in members}
    outcomes = {key: Outcome(status="finished", is_reused=True) for key in by_key if folder.is_finished(key)}
    folder.clear_leftovers(unfinished=by_key.keys() - outcomes.keys())
    tasks = [_task(folder, member) for key, member in by_key.items() if key not in outcomes]
    progress(f"{len(by_key)} studies, {len(outcomes)} of them finished before")
    begin_s = time.monotonic()
    try:
        with closing(run_tasks(tasks, workers=hands.workers, runner=hands.runner, crew=hands.crew)) as endings:
            for task, ending in endings:
                outcomes[task.key] = _outcome(folder, task, ending)
                folder.log(_record(task, outcomes[task.key]))
                failed = sum(outcome.status == "failed" for outcome in outcomes.values())
                progress(f"{len(outcomes)} of {len(by_key)} done{f', {failed} failed' if failed else ''}")
    except KeyboardInterrupt:
        return outcomes, True
    _log.info("ran %d studies in %.1f s", len(tasks), time.monotonic() - begin_s)
    return outcomes, False


def _task(folder: BatchFolder, member: Member) -> Task:
    folder.discard(member.key)
    study = folder.study_file(member.key)
    write_whole(study, member.study_text)
    folder.runs.mkdir(exist_ok=True)
    return Task(key=member.key, study=study, run_dir=folder.run_dir(member.key), folder=member.folder)


def _outcome(folder: BatchFolder, task: Task, ending: Ending) -> Outcome:
    reason, failure = ending.reason, folder.failure_file(task.key)
    if not reason and not folder.is_finished(task.key):
        reason = "it ended without a whole result: manifest.json is missing or does not fit its files"
    if not reason:
        failure.unlink(missing_ok=True)
        return Outcome(status="finished")
    write_whole(failure, f"{ending.detail or reason}\n")
    return Outcome(status="failed", reason=reason)


def _record(task: Task, outcome: Outcome) -> dict[str, Any]:
    return {"key": task.key, "status": outcome.status, "reason": outcome.reason, "gridplan": __version__}


def _write_tables(folder: BatchFolder, result: BatchResult) -> None:
    studies = [_compared(folder, member, result.outcomes[member.key]) for member in result.members]
    write_whole(folder.path / COMPARISON_CSV, comparison_csv(result.axes, studies))
    write_whole(folder.path / COMPARISON_CAMPUS_CSV, comparison_campus_csv(result.axes, studies))


def _compared(folder: BatchFolder, member: Member, outcome: Outcome) -> Compared:
    run_dir = folder.run_dir(member.key) if outcome.status == "finished" else None
    return Compared(key=member.key, values=member.values, status=outcome.status, reason=outcome.reason, run_dir=run_dir)


def _axes(file: SweepFile) -> tuple[str, ...]:
    return tuple(axis.name for axis in file.sweep.axes)


def _silent(text: str) -> None:
    """No progress."""
    del text
