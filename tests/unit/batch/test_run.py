from __future__ import annotations

import csv
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from gridplan.batch.folder import BatchFolder, is_whole, locked
from gridplan.batch.run import BatchResult, run_batch
from gridplan.errors import FileError
from tests.unit.batch.workshop import Workshop

ALL = ["n-1 100", "n-1 50", "n-1 200", "n-0 100", "n-0 50", "n-0 200"]


def batch(workshop: Workshop, *, workers: int = 1, out: Path | None = None) -> BatchResult:
    return run_batch(workshop.sweep, out or workshop.out, workers=workers, runner=workshop.runner)


def statuses(result: BatchResult) -> list[str]:
    return [result.outcomes[member.key].status for member in result.members]


def rows(workshop: Workshop, name: str = "comparison.csv") -> list[dict[str, str]]:
    with (workshop.out / name).open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_study_runs_once_and_is_compared(workshop: Workshop) -> None:
    told: list[str] = []
    result = run_batch(workshop.sweep, workshop.out, progress=told.append, runner=workshop.runner)
    assert result.status == "finished"
    assert workshop.calls() == ALL
    assert told == ["6 studies, 0 of them finished before", *(f"{n} of 6 done" for n in range(1, 7))]
    table = rows(workshop)
    assert [(row["security"], row["west_mw"]) for row in table] == [tuple(pair.split()) for pair in ALL]
    assert table[0] | {"key": ""} == {
        "key": "",
        "security": "n-1",
        "west_mw": "100",
        "status": "finished",
        "reason": "",
        "solve_status": "optimal",
        "objective_usd": "6057",
        "gap_frac": "0.0005",
        "audit": "passed",
        "ac": "failed",
        "contract_mw_2027": "250",
        "firm_mw_2027": "190",
        "conditional_mw_2027": "40",
        "unconnected_mw_2027": "20",
        "curtailed_mwh_2027": "4",
        "curtailed_hours_2027": "6",
        "reinforcement_usd_2027": "7",
        "contract_mw_2029": "500",
        "firm_mw_2029": "440",
        "conditional_mw_2029": "40",
        "unconnected_mw_2029": "20",
        "curtailed_mwh_2029": "4",
        "curtailed_hours_2029": "6",
        "reinforcement_usd_2029": "7",
    }
    assert list(table[0])[:4] == ["key", "security", "west_mw", "status"]
    by_campus = rows(workshop, "comparison_campus.csv")
    assert len(by_campus) == 6 * 2 * 2
    assert (by_campus[1]["campus"], by_campus[1]["year"], by_campus[1]["firm_mw"]) == ("mesa.west", "2027", "70.0")


def test_finished_studies_are_not_run_again(workshop: Workshop) -> None:
    batch(workshop)
    first = {path.name: path.read_bytes() for path in workshop.out.iterdir() if path.suffix == ".csv"}
    result = batch(workshop)
    assert workshop.calls() == ALL
    assert all(outcome.is_reused for outcome in result.outcomes.values())
    assert first == {path.name: path.read_bytes() for path in workshop.out.iterdir() if path.suffix == ".csv"}


@pytest.mark.parametrize("harm", ["change", "remove", "manifest"])
def test_harmed_run_is_run_again(workshop: Workshop, harm: str) -> None:
    result = batch(workshop)
    run_dir = workshop.out / "runs" / result.members[2].key
    if harm == "change":
        (run_dir / "plan.json").write_text("{}")
    elif harm == "remove":
        (run_dir / "mw_by_year.csv").unlink()
    else:
        (run_dir / "manifest.json").write_text("{")
    assert not is_whole(run_dir)
    assert batch(workshop).status == "finished"
    assert workshop.calls()[6:] == ["n-1 200"]


def test_newer_certificate_does_not_harm_a_run(workshop: Workshop) -> None:
    result = batch(workshop)
    run_dir = workshop.out / "runs" / result.members[2].key
    (run_dir / "certificate.json").write_text('{"status": "failed"}')
    assert is_whole(run_dir)
    batch(workshop)
    assert len(workshop.calls()) == 6
    assert rows(workshop)[2]["audit"] == "failed"


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("infeasible", "12 MW of load cannot be served at bus 107"),
        ("input", "GP-X: first (and 1 more)"),
        ("crash", "unexpected KeyError: 'nobody knows'"),
        ("torn", "it ended without a whole result: manifest.json is missing or does not fit its files"),
    ],
)
def test_failing_study_is_recorded_and_the_others_go_on(workshop: Workshop, word: str, reason: str) -> None:
    workshop.order("n-1_50", word)
    result = batch(workshop)
    assert result.status == "failed"
    assert statuses(result) == ["finished", "failed", *["finished"] * 4]
    row = rows(workshop)[1]
    assert (row["status"], row["reason"], row["firm_mw_2027"]) == ("failed", reason, "")
    failure = workshop.out / "failures" / f"{result.members[1].key}.txt"
    assert failure.is_file()
    assert ("Traceback" in failure.read_text()) == (word == "crash")
    workshop.relent()
    assert batch(workshop).status == "finished"
    assert workshop.calls()[6:] == ["n-1 50"]
    assert not failure.exists()


def test_log_has_a_line_for_every_study_that_ran(workshop: Workshop) -> None:
    workshop.order("n-0_100", "infeasible")
    result = batch(workshop)
    lines = [json.loads(line) for line in (workshop.out / "runs.jsonl").read_text().splitlines()]
    assert [line["key"] for line in lines] == [member.key for member in result.members]
    assert [line["status"] for line in lines] == ["finished"] * 3 + ["failed"] + ["finished"] * 2


def test_interrupt_keeps_what_is_done(workshop: Workshop) -> None:
    workshop.order("n-1_200", "interrupt")
    result = batch(workshop)
    assert result.status == "interrupted"
    assert statuses(result) == ["finished"] * 2 + ["not_run"] * 4
    assert [row["status"] for row in rows(workshop)] == statuses(result)
    workshop.relent()
    assert batch(workshop).status == "finished"
    assert workshop.calls() == ["n-1 100", "n-1 50", "n-1 200", *ALL[2:]]


def test_equal_members_run_once(workshop: Workshop) -> None:
    workshop.write_sweep(
        """\
        - {name: mesa, path: campuses.mesa.contract_mw, values: [400, 400 MW]}
        - {name: west, path: campuses.mesa.west.contract_mw, values: [100]}
        """
    )
    result = batch(workshop)
    assert len({member.key for member in result.members}) == 1
    assert len(workshop.calls()) == 1
    assert [row["mesa"] for row in rows(workshop)] == ["400", "400 MW"]


def test_leftovers_of_killed_studies_are_removed(workshop: Workshop) -> None:
    leftover = workshop.out / "runs" / ".0123456789abcdef.tmp"
    leftover.mkdir(parents=True)
    (leftover / "plan.json").write_text("{}")
    other = workshop.out / "runs" / "0123456789abcdef"
    other.mkdir()
    batch(workshop)
    assert not leftover.exists()
    assert other.is_dir()


def test_processes_give_the_same_bytes_with_one_thread_each(workshop: Workshop) -> None:
    workshop.order("n-0_50", "infeasible")
    batch(workshop)
    alone = {path: path.read_bytes() for path in sorted(workshop.out.rglob("*")) if path.is_file()}
    (workshop.path / "calls.txt").unlink()
    result = batch(workshop, workers=2, out=workshop.path / "other")
    assert statuses(result).count("finished") == 5
    for path, content in alone.items():
        other = workshop.path / "other" / path.relative_to(workshop.out)
        if path.name not in ("runs.jsonl", ".lock"):
            assert other.read_bytes() == content, path
    calls = [line.split() for line in (workshop.path / "calls.txt").read_text().splitlines()]
    assert len({call[2] for call in calls}) == 6
    assert str(os.getpid()) not in {call[2] for call in calls}
    assert {call[3] for call in calls} == {"1"}


def test_killed_study_is_tried_again_and_others_go_on(workshop: Workshop) -> None:
    workshop.order("n-1_100", "kill once")
    workshop.order("n-1_50", "kill")
    workshop.order("n-0_100", "exit")
    result = batch(workshop, workers=2)
    assert statuses(result) == ["finished", "failed", "finished", "failed", "finished", "finished"]
    reasons = [row["reason"] for row in rows(workshop)]
    assert reasons[1] == "its process was killed by SIGKILL, 2 times; this is often a lack of memory"
    assert reasons[3] == "its process ended with code 7 and no result, 2 times"
    assert sorted(workshop.calls()) == sorted([*ALL, "n-1 100", "n-1 50", "n-0 100"])


def test_interrupt_ends_the_processes(workshop: Workshop) -> None:
    workshop.order("n-1_50", "sleep")
    workshop.order("n-1_200", "sleep")

    def interrupt() -> None:
        while not (workshop.path / "asleep").exists():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    begin_s = time.monotonic()
    result = batch(workshop, workers=2)
    thread.join()
    assert result.status == "interrupted"
    assert time.monotonic() - begin_s < 30
    assert multiprocessing.active_children() == []
    workshop.relent()
    assert batch(workshop).status == "finished"


def test_processes_end_with_their_coordinator(workshop: Workshop) -> None:
    workshop.order("n-1_100", "sleep")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\nfrom gridplan.batch.run import run_batch\n"
        "if __name__ == '__main__':\n"
        "    run_batch(Path(sys.argv[2]), Path(sys.argv[3]), workers=2, runner='batch_fake_runner:run')\n"
    )
    script = workshop.path / "coordinator.py"
    script.write_text(code)
    coordinator = subprocess.Popen(
        [sys.executable, str(script), str(workshop.path), str(workshop.sweep), str(workshop.out)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
    )
    while not (workshop.path / "asleep").exists():
        time.sleep(0.02)
    coordinator.kill()
    coordinator.wait()
    pid = next(
        int(line.split()[2])
        for line in (workshop.path / "calls.txt").read_text().splitlines()
        if line.startswith("n-1 100")
    )
    deadline_s = time.monotonic() + 10
    while is_alive(pid) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert not is_alive(pid)
    workshop.relent()
    assert batch(workshop).status == "finished"


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0]
    except OSError:
        return False


def test_second_batch_in_a_folder_names_the_first(workshop: Workshop) -> None:
    with (
        locked(workshop.out),
        pytest.raises(
            FileError, match=rf"is in use by process {os.getpid()} on .* since 20\d\d-.*Z; wait until it ends"
        ),
    ):
        batch(workshop)
    assert workshop.calls() == []
    assert batch(workshop).status == "finished"


def test_folder_that_cannot_be_written_is_an_io_error(workshop: Workshop) -> None:
    workshop.out.write_text("a file")
    with pytest.raises(FileError, match="cannot be written"):
        batch(workshop)


def test_folder_without_manifest_is_not_whole(tmp_path: Path) -> None:
    assert not is_whole(tmp_path)
    (tmp_path / "manifest.json").write_text('{"outputs": {}}')
    assert not is_whole(tmp_path)
    assert not BatchFolder(tmp_path).is_finished("0" * 16)


def test_result_is_one_json_object(workshop: Workshop) -> None:
    workshop.order("n-1_50", "infeasible")
    found = json.loads(json.dumps(batch(workshop).to_json()))
    assert (found["schema_version"], found["status"], found["finished"], found["failed"]) == (1, "failed", 5, 1)
    assert found["members"][1] == {
        "key": found["members"][1]["key"],
        "values": {"security": "n-1", "west_mw": 50},
        "status": "failed",
        "is_reused": False,
        "reason": "12 MW of load cannot be served at bus 107",
    }
