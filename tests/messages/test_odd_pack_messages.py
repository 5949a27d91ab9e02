"""What a planner reads when a driver pack, its campus or its movable work says what nobody can mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridplan.campus.drivers.table import PARAMETERS
from tests.messages.test_load_model_messages import model, told


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            ("name: own\n", f"name: {'x' * 5000}\n"),
            f"error[GP-VAL-001]: '{'x' * 56}... has 5,000 letters\n"
            "  --> own.yaml:2:1 name\n"
            "  do: write one line of 1 to 120 letters",
        ),
        (
            ("name: own\n", "name: '  '\n"),
            "error[GP-VAL-001]: '  ' is empty\n  --> own.yaml:2:1 name\n  do: write one line of 1 to 120 letters",
        ),
        (
            ('release: "1"', 'release: "a\\nb"'),
            "error[GP-VAL-001]: 'a\\nb' has a line break\n"
            "  --> own.yaml:3:1 release\n"
            "  do: write one line of 1 to 120 letters",
        ),
        (
            ("hardware: h100", f"hardware: {'[' * 40}{']' * 40}"),
            "error[GP-SIZ-001]: the driver pack is nested more than 32 levels deep\n"
            "  --> own.yaml:6:43\n"
            "  do: check brackets and indentation",
        ),
        (
            ("parameters:\n", "---\nparameters:\n"),
            "error[GP-YML-001]: a second document begins here\n"
            "  --> own.yaml:13:1\n"
            "  do: keep one driver pack per file, remove the ---",
        ),
        (
            ("llama_70b: 1", "llama_70b: 1.5"),
            "error[GP-VAL-005]: 1.5 must be at most 1\n"
            "  --> own.yaml:8:13 models.general.llama_70b\n"
            "  do: give a value at most 1",
        ),
        (
            ("serving.local_share: {low: 0.2, mode: 0.4, high: 0.7}", "energy.ln_j_decode: 1e9"),
            "error[GP-CAM-014]: energy.ln_j_decode: 1e+09; the parameter runs from -12 to 5\n"
            "  --> own.yaml:14:3 parameters.energy.ln_j_decode\n"
            "  do: correct the value",
        ),
    ],
    ids=["long", "empty", "lines", "deep", "documents", "share", "overflow"],
)
def test_texts_and_numbers_that_nobody_means(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    assert told(tmp_path, pack=change) == words


def test_a_name_too_long_for_the_system_is_told(tmp_path: Path) -> None:
    text = told(tmp_path, study=("own.yaml", "x" * 5000))
    assert text == (
        "error[GP-ENC-002]: the name of the file is too long for any disk\n"
        "  --> s.yaml:15:7 campuses.0.workloads.pack\n"
        "  do: check the name; the file lies in the folder of the study"
    )


def test_a_day_in_service_without_expected_delivery_is_told_of(tmp_path: Path) -> None:
    assert told(tmp_path, study=model("in_service: 2028-06-01")).startswith(
        "warning[GP-STU-009]: campus mesa: in_service has no effect, because delivery is contract\n"
        "  --> s.yaml:16:15 campuses.0.workloads.model.in_service\n"
        "  do: write delivery: expected, or delete in_service\n"
    )


def test_numbers_that_overflow_are_told_and_never_become_infinite(tmp_path: Path) -> None:
    huge = ("chat.tasks_per_user_h", "chat.calls_per_task", "chat.input_tokens", "chat.output_tokens")
    known = {p.key for p in PARAMETERS}
    keys = [key for key in huge if key in known] + ["serving.answers_per_call", "serving.compute_factor"]
    lines = "".join(f"  {key}: 1e9\n" for key in keys)
    text = told(
        tmp_path,
        study=("years: [2028]", "years: [2200]"),
        pack=(
            "  serving.local_share: {low: 0.2, mode: 0.4, high: 0.7}\n",
            f"{lines}  energy.trend_per_year: 2\n  energy.software_drift_per_year: 0.5\n  energy.ln_j_decode: 5\n"
            "  demand.growth_per_year: 10\n",
        ),
    )
    assert text == (
        "error[GP-CAM-017]: campus mesa in 2200: users, accelerators and parameters of the driver pack multiply beyond "
        "what can be computed\n"
        "  --> s.yaml:14:5 campuses.0.workloads\n"
        "  do: look for a parameter far from the one of docs/load-model.md, and for years far from the pack's"
    )


def flexible(words: str) -> tuple[str, str]:
    return ("pack: own.yaml\n", f"pack: own.yaml\n      flexibility: {{{words}}}\n")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            "deadline_h: {batch: 1e30}",
            "error[GP-VAL-005]: 1e+30 must be at most 8784 h\n"
            "  --> s.yaml:16:34 campuses.0.workloads.flexibility.deadline_h.batch\n"
            "  do: give a value at most 8784 h",
        ),
        (
            "geo_shift: {to: [mesa], max_frac: {batch: 0.5}}",
            "error[GP-MOV-001]: campus mesa: work cannot move to 'mesa', which is the campus itself\n"
            "  --> s.yaml:16:38 campuses.0.workloads.flexibility.geo_shift.to.0\n"
            "  do: name other campuses of the study, each once",
        ),
        (
            "geo_shift: {to: [tempe], max_frac: {}}",
            "warning[GP-STU-009]: campus mesa: geo_shift moves nothing, because no class has a share above 0\n"
            "  --> s.yaml:16:46 campuses.0.workloads.flexibility.geo_shift.max_frac\n"
            "  do: write max_frac: {batch: 0.5}, or delete geo_shift",
        ),
    ],
    ids=["deadline", "itself", "nothing"],
)
def test_movable_work_that_nobody_means(tmp_path: Path, asked: str, words: str) -> None:
    assert words in told(tmp_path, study=flexible(asked))


METER = "file: m.csv, column: mw, unit: MW, timezone: America/Phoenix, stamp: hour_beginning, scaling: as_measured"


def metered(folder: Path, words: str) -> str:
    rows = "".join(f"2020-07-01T{hour:02d}:00,50\n" for hour in range(24))
    (folder / "m.csv").write_text(f"hour,mw\n{rows}")
    return told(folder, study=("pack: own.yaml\n", f"pack: own.yaml\n      measured: {words}\n"))


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (f"{{batch: {{{METER}}}}}", "name a class that the driver pack computes, or delete the profile"),
        (f"{{interactive: {{{METER}}}}}", "write scaling: clip or scale_to_contract, or raise the contract"),
    ],
    ids=["no share", "above"],
)
def test_a_meter_beside_a_pack_is_told_what_can_be_done(tmp_path: Path, words: str, remedy: str) -> None:
    text = metered(tmp_path, words)
    assert "error[GP-CAM-003]" in text
    assert text.endswith(f"do: {remedy}")


def test_a_meter_of_the_whole_campus_leaves_the_pack_to_explain(tmp_path: Path) -> None:
    assert (
        "warning[GP-STU-009]: campus mesa: the load of the schedule is the measured profile; the driver pack explains "
        "the contract alone, and profile shows the pack\n"
        "  --> s.yaml:16:7 campuses.0.workloads.measured\n"
        "  do: delete the driver pack, or the measured profile"
    ) in metered(tmp_path, f"{{{METER.replace('as_measured', 'clip')}}}")


def test_off_is_one_of_the_choices_and_no_old_yaml(tmp_path: Path) -> None:
    text = told(tmp_path, study=("campuses:\n", "uncertainty: {hourly_noise: off}\ncampuses:\n"))
    assert "GP-YML-002" not in text
    assert "error" not in text


def test_per_cent_is_no_number_and_both_readings_are_offered(tmp_path: Path) -> None:
    assert told(tmp_path, pack=("{low: 0.2, mode: 0.4, high: 0.7}", "40%")) == (
        "error[GP-UNT-001]: '40%' carries '%', but this is a number without unit text\n"
        "  --> own.yaml:14:3 parameters.serving.local_share\n"
        "  do: write 0.4 for a share, 40 for a number"
    )
