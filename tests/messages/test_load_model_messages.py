"""What a planner reads when a driver pack or its campus is wrong, word for word: code, place, value and way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridplan.errors import InputError
from gridplan.inputs import Inputs, read_inputs
from tests.corpus.damage import lay_out
from tests.corpus.study_files import PACK

STUDY = """\
schema_version: 1
name: Packs
network: west
timezone: America/Phoenix
years: [2028]
base_case: {load_growth_frac_per_year: 0.0, committed_loads: []}
criteria: {load_basis: modelled}
campuses:
  - id: mesa
    poi: [20]
    contract_mw: 20
    block_mw: 20
    climate: phoenix
    workloads:
      pack: own.yaml
"""
SCALED = (
    "note[GP-CAM-017]: campus mesa in 2028: users and accelerators of own are multiplied by 7.537, so that the largest "
    "hour becomes the contract of 20.0 MW\n"
    "  --> s.yaml:14:5 campuses.0.workloads.model.scaling\n"
    "  do: write scaling: as_stated if the users of the study are meant"
)


def inputs(
    folder: Path, *, study: tuple[str, str] = ("", ""), pack: tuple[str, str] = ("", ""), data: bytes | None = None
) -> Inputs:
    """Study and pack with a change each, made sure to be one."""
    assert study[0] in STUDY
    assert pack[0] in PACK
    lay_out(folder)
    (folder / "s.yaml").write_text(STUDY.replace(*study, 1) if study[0] else STUDY)
    text = PACK.replace(*pack, 1) if pack[0] else PACK
    if not (folder / "own.yaml").is_symlink():
        (folder / "own.yaml").write_bytes(text.encode() if data is None else data)
    return read_inputs(folder / "s.yaml")


def told(folder: Path, **changes: object) -> str:
    """Findings as they are shown, of a study that is refused or not."""
    try:
        findings = inputs(folder, **changes).findings  # type: ignore[arg-type]
    except InputError as error:
        findings = error.findings
    return "\n".join(finding.render() for finding in findings).replace(f"{folder}/", "")


def model(words: str) -> tuple[str, str]:
    return ("pack: own.yaml\n", f"pack: own.yaml\n      model: {{{words}}}\n")


def test_a_sound_pack_is_told_of_its_scaling(tmp_path: Path) -> None:
    assert told(tmp_path) == SCALED


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            ("llama_70b: 1", "llama_70b: 0.6, llama_8b: 0.3"),
            "error[GP-CAM-016]: the shares of the general models sum to 0.9, not to 1\n"
            "  --> own.yaml:8:3 models.general\n"
            "  do: change the shares so that they sum to 1",
        ),
        (
            ("concurrent_users: 1000000", "concurrent_users: -5"),
            "error[GP-VAL-005]: -5 must be at least 0\n"
            "  --> own.yaml:10:21 services.0.concurrent_users\n"
            "  do: give a value at least 0",
        ),
        (
            ("service: chat", "service: chta"),
            "error[GP-CAM-011]: there is no service 'chta'. Did you mean 'chat'?\n"
            "  --> own.yaml:10:6 services.0.service\n"
            "  do: use one of chat, code, agent, reasoning, image_understanding, image_generation, video_generation, "
            "batch, science, physical",
        ),
        (
            ("hardware: h100", "hardware: h10"),
            "error[GP-CAM-010]: there is no hardware 'h10'. Did you mean 'h100', 'a100'?\n"
            "  --> own.yaml:6:1 hardware\n"
            "  do: use one of a100, h100, b200, b300, gb200",
        ),
        (
            ("{low: 0.2, mode: 0.4, high: 0.7}", "40"),
            "error[GP-CAM-014]: serving.local_share: 40; the parameter runs from 0 to 1\n"
            "  --> own.yaml:14:3 parameters.serving.local_share\n"
            "  do: a share runs from 0 to 1; 40 looks like per cent, write 0.4",
        ),
        (
            ("{low: 0.2, mode: 0.4, high: 0.7}", "1.4"),
            "error[GP-CAM-014]: serving.local_share: 1.4; the parameter runs from 0 to 1\n"
            "  --> own.yaml:14:3 parameters.serving.local_share\n"
            "  do: correct the value",
        ),
        (
            ("low: 0.2", "low: 0.5"),
            "error[GP-CAM-014]: serving.local_share: P10 0.5, mode 0.4, P90 0.7 do not ascend\n"
            "  --> own.yaml:14:3 parameters.serving.local_share\n"
            "  do: write low <= mode <= high",
        ),
        (
            ("serving.local_share: {low: 0.2", "chat.input_tokens: {low: 0"),
            "error[GP-CAM-014]: chat.input_tokens: P10 0, mode 0.4, P90 0.7; it spreads by factors, so P10 lies "
            "above 0\n"
            "  --> own.yaml:14:3 parameters.chat.input_tokens\n"
            "  do: raise low",
        ),
        (
            ("{accelerators: 1000}", "{accelerators: 1000, name: auxiliary}"),
            "error[GP-CAM-019]: the label 'auxiliary' is taken by the load that follows no computing\n"
            "  --> own.yaml:12:26 clusters.0.name\n"
            "  do: give it a name of its own, as in name: second",
        ),
        (
            ("clusters:", "  - {service: code, concurrent_users: 5, name: chat}\nclusters:"),
            "error[GP-CAM-019]: the label 'chat' is taken by services.0\n"
            "  --> own.yaml:11:42 services.1.name\n"
            "  do: give it a name of its own, as in name: second",
        ),
        (
            ("clusters:\n", "finetuning:\n  - {accelerators: 100, users: 10, accelerators_per_run: 512}\nclusters:\n"),
            "error[GP-CAM-014]: a run takes 512 accelerators, and 100 are kept for it\n"
            "  --> own.yaml:12:6 finetuning.0.accelerators\n"
            "  do: keep more, or use less",
        ),
    ],
    ids=lambda value: value[0][:20] if isinstance(value, tuple) else "",
)
def test_faults_of_a_pack(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    assert told(tmp_path, pack=change) == words


def test_unknown_parameter(tmp_path: Path) -> None:
    first, place, remedy = told(tmp_path, pack=("serving.local_share", "serving.local_shar")).splitlines()
    assert first.startswith(
        "error[GP-CAM-013]: there is no parameter 'serving.local_shar'. Did you mean 'serving.local_share'"
    )
    assert place == "  --> own.yaml:14:3 parameters.serving.local_shar"
    assert remedy == "  do: see docs/load-model.md for the parameters a driver pack may set"


def test_a_name_that_many_workloads_take_from_the_pack_is_told_once(tmp_path: Path) -> None:
    assert told(tmp_path, pack=("hardware: h100", "hardware: h10")).count("error[") == 1
    assert told(tmp_path, study=model("hardware: h20")) == (
        "error[GP-CAM-010]: there is no hardware 'h20'. Did you mean 'h100', 'b200', 'gb200'?\n"
        "  --> s.yaml:16:15 campuses.0.workloads.model.hardware\n"
        "  do: use one of a100, h100, b200, b300, gb200"
    )


def test_all_faults_of_all_packs_come_together(tmp_path: Path) -> None:
    text = told(
        tmp_path,
        pack=("{service: chat, concurrent_users: 1000000}", "{service: chta, concurrent_users: 1}"),
        study=("    workloads:\n      pack: own.yaml\n", "    workloads: {pack: own.yaml, model: {hardware: h20}}\n"),
    )
    assert "GP-CAM-011" in text
    assert "GP-CAM-010" in text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "error[GP-ENC-002]: the file is empty"),
        (b"\x00\x01\x02\x03" * 64, "error[GP-ENC-002]: the file is binary, not a driver pack"),
        (PACK.encode("utf-16"), "error[GP-ENC-001]: the file is UTF-16 text"),
        (b"# " + b"x" * (2 << 20), "error[GP-SIZ-001]: the file holds 2,097,154 bytes, the limit is 1,048,576"),
    ],
    ids=["empty", "binary", "utf16", "large"],
)
def test_files_that_are_no_packs(tmp_path: Path, data: bytes, words: str) -> None:
    assert told(tmp_path, data=data).startswith(f"{words}\n  --> own.yaml\n  do: ")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").symlink_to("/etc/passwd")
    assert told(tmp_path).startswith(
        "error[GP-SEC-001]: path 'own.yaml' is a link that leads out of the study's folder"
    )


def test_warnings_of_a_pack_reach_the_planner(tmp_path: Path) -> None:
    words = 'warning[GP-YML-002]: NO was read as the text "NO"\n  --> own.yaml:4:1 title'
    assert words in told(tmp_path, pack=("title: own pack", "title: NO"))
    cafe = PACK.replace("own pack", "caf\xe9").encode("latin1")
    assert "warning[GP-ENC-001]: the file is not UTF-8" in told(tmp_path, data=cafe)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            "efficiency_trend_per_year: 40",
            "error[GP-VAL-005]: 40 must be at most 2\n"
            "  --> s.yaml:16:15 campuses.0.workloads.model.efficiency_trend_per_year\n"
            "  do: give a value at most 2",
        ),
        (
            "autoscale_frac: 40",
            "error[GP-VAL-005]: 40 must be at most 1\n"
            "  --> s.yaml:16:15 campuses.0.workloads.model.autoscale_frac\n"
            "  do: give a value at most 1; 40 looks like per cent, write 0.4",
        ),
        (
            "concurrent_users: 0, accelerators: 0",
            "error[GP-CAM-017]: campus mesa in 2028: the driver pack own asks for no computing at all\n"
            "  --> s.yaml:16:7 campuses.0.workloads.model.scaling\n"
            "  do: give it users or accelerators",
        ),
        (
            "concurrent_users: 1e9, scaling: as_stated",
            "error[GP-CAM-017]: campus mesa in 2028: the load model reaches 1,778.1 MW, above the contract of 20.0 MW\n"
            "  --> s.yaml:16:38 campuses.0.workloads.model.scaling\n"
            "  do: write scaling: clip or scale_to_contract, or raise the contract",
        ),
        (
            "concurrent_users: 1e9, scaling: clip",
            "warning[GP-CAM-017]: campus mesa in 2028: the load model reaches 1,778.1 MW, above the contract of 20.0 "
            "MW; it is cut there, and the computing is not done\n"
            "  --> s.yaml:16:38 campuses.0.workloads.model.scaling\n"
            "  do: raise the contract if that computing must be done",
        ),
        ("scaling: as_stated", ""),
    ],
)
def test_what_the_study_sets_itself(tmp_path: Path, change: str, words: str) -> None:
    assert told(tmp_path, study=model(change)) == words


def test_a_year_before_energisation_is_told_of_and_draws_nothing(tmp_path: Path) -> None:
    asked = model("delivery: expected, in_service: 2035-01-01")
    assert (
        "warning[GP-CAM-017]: campus mesa in 2028: with delivery: expected and a first energisation asked for on "
        "2035-01-01, nothing is energised in this year, and the load is 0 MW in every hour\n"
        "  --> s.yaml:16:35 campuses.0.workloads.model.in_service\n"
        "  do: write an earlier in_service, a later year, or delivery: contract"
    ) in told(tmp_path, study=asked)
    found = inputs(tmp_path, study=asked)
    assert found.series.modelled[0].demand_frac.max() == 0
    assert sum(found.file.study.campuses[0].workloads.shares.values()) == pytest.approx(1.0)


def test_whole_runs_above_a_small_contract_are_told_of(tmp_path: Path) -> None:
    text = told(
        tmp_path,
        study=("contract_mw: 20\n    block_mw: 20", "contract_mw: 0.01\n    block_mw: 0.01"),
        pack=(
            "clusters:\n  - {accelerators: 1000}",
            "finetuning:\n  - {accelerators: 1000, users: 10, accelerators_per_run: 512}",
        ),
    )
    assert text == (
        "warning[GP-CAM-017]: campus mesa in 2028: own comes no nearer to the contract of 0.01 MW than 0.3 MW, because "
        "training takes whole accelerators and whole runs; what lies above is cut\n"
        "  --> s.yaml:14:5 campuses.0.workloads.model.scaling\n"
        "  do: give it fewer accelerators per run, or a larger contract"
    )


@pytest.mark.parametrize(
    ("asked", "old", "new", "what"),
    [
        ("concurrent_users: 5000", "services:\n  - {service: chat, concurrent_users: 1000000}\n", "", "users"),
        ("accelerators: 5000", "clusters:\n  - {accelerators: 1000}\n", "", "training"),
    ],
)
def test_users_or_accelerators_without_a_workload(tmp_path: Path, asked: str, old: str, new: str, what: str) -> None:
    name = asked.partition(":")[0]
    assert told(tmp_path, study=model(asked), pack=(old, new)) == (
        f"error[GP-STU-009]: {name}: 5000 has no effect, because the driver pack own holds no {what}\n"
        f"  --> s.yaml:16:15 campuses.0.workloads.model.{name}\n"
        f"  do: delete {name}, or take a pack with {what}"
    )


def test_no_accelerators_leave_inference_alone(tmp_path: Path) -> None:
    found = inputs(tmp_path, study=model("accelerators: 0"))
    assert found.load_models[0].campuses[0].workloads == ("chat", "auxiliary")


@pytest.mark.parametrize(("asked", "share"), [("shares: {batch: 1}", "shares"), ("shape: flat", "shape")])
def test_what_the_pack_decides_has_no_effect(tmp_path: Path, asked: str, share: str) -> None:
    text = told(tmp_path, study=("pack: own.yaml\n", f"pack: own.yaml\n      {asked}\n"))
    assert text.startswith(
        f"warning[GP-STU-009]: campus mesa: {share} has no effect beside a driver pack, from which it follows\n"
        f"  --> s.yaml:16:7 campuses.0.workloads.{share}\n"
        f"  do: delete {share}, or the driver pack\n"
    )
