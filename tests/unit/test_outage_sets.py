"""Contingency files of a study: where they may lie, what is told about them, and what the plan makes of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from gridplan.errors import Finding, InputError
from gridplan.inputs import Inputs, read_inputs
from gridplan.network.contingency import single_outages
from gridplan.network.embedded import dataset_folder
from gridplan.plan.case import listed_outages, radial_buses

STUDY = """schema_version: 1
name: North
network: {network}
timezone: America/Phoenix
years: [2027]
hours: {{first: 0, count: 24}}
base_case: {{load_growth_frac_per_year: 0.0, committed_loads: []}}
criteria: {{security: {security}, contingencies: {{{keys}}}}}
campuses:
  - {{id: mesa, poi: [121], contract_mw: 50}}
"""
SETS = """contingency,category,element_kind,element,rating,load_loss
tower,P7,branch,A25-1,,
tower,P7,branch,A25-2,,
my A1,P1,branch,A1,normal,
island,P4,branch,A2,,false
island,P4,branch,A6,,
island,P4,branch,A7,,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sets.csv").write_text(SETS, encoding="utf-8")
    return tmp_path


def read(folder: Path, keys: str, *, security: str = "n-1", network: str = "rts_gmlc") -> Inputs:
    text = STUDY.format(keys=keys, security=security, network=network)
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    return read_inputs(folder / "study.yaml")


def refused(folder: Path, keys: str, **more: str) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as caught:
        read(folder, keys, **more)
    return caught.value.findings


def test_a_study_without_files_lists_what_it_did(folder: Path) -> None:
    inputs = read(folder, "branches: true")
    assert inputs.contingencies == ()
    listed = listed_outages(inputs.file.study, inputs.network, ["mesa"])
    assert listed == single_outages(inputs.network, campus_ids=["mesa"])


def test_sets_stand_before_campuses_and_replace_single_outages_of_the_same_content(folder: Path) -> None:
    inputs = read(folder, "files: [sets.csv]")
    listed = listed_outages(inputs.file.study, inputs.network, ["mesa"], sets=inputs.contingencies)
    ids = [lost.id for lost in listed]
    assert ids[-4:] == ["tower", "my A1", "island", "campus mesa"]
    assert "A1" not in ids
    assert len(listed) == len(single_outages(inputs.network, campus_ids=["mesa"])) + 2
    assert [lost.rating for lost in listed[-4:]] == ["emergency", "normal", "emergency", "emergency"]
    assert inputs.files[-1] == folder / "sets.csv"


def test_categories_of_the_study_rule_what_the_file_leaves_open(folder: Path) -> None:
    rules = "files: [sets.csv], categories: {P1: {rating: short_time}, P7: {rating: normal, load_loss: false}}"
    inputs = read(folder, rules)
    tower, mine, island = inputs.contingencies
    assert (tower.rating, tower.is_load_loss_allowed) == ("normal", False)
    assert (mine.rating, mine.stated) == ("normal", ("rating",))
    assert (island.rating, island.is_load_loss_allowed) == ("emergency", False)
    listed = listed_outages(inputs.file.study, inputs.network, ["mesa"], sets=inputs.contingencies)
    assert listed[0].rating == listed[-1].rating == "short_time"


def test_no_outage_is_listed_under_n_0_and_the_study_is_told(folder: Path) -> None:
    inputs = read(folder, "files: [sets.csv]", security="n-0")
    assert listed_outages(inputs.file.study, inputs.network, ["mesa"], sets=inputs.contingencies) == ()
    assert [(f.code, f.severity, f.place.line) for f in inputs.findings] == [("GP-CON-020", "warning", 8)]


def test_a_bus_that_a_set_may_not_cut_off_is_radial(folder: Path) -> None:
    inputs = read(folder, "files: [sets.csv]")
    network = inputs.network
    more = radial_buses(network, inputs.contingencies) & ~radial_buses(network)
    assert [network.bus.id[b] for b in np.flatnonzero(more)] == ["103"]


def test_the_dataset_brings_its_own_sets(folder: Path) -> None:
    grid = Path(shutil.copytree(dataset_folder("rts_gmlc"), folder / "grid"))
    (found,) = refused(folder, "dataset: true", network="grid")
    assert (found.code, found.place.key) == ("GP-CON-019", "criteria.contingencies.dataset")
    (grid / "contingency.csv").write_text(SETS, encoding="utf-8")
    assert [c.id for c in read(folder, "dataset: true", network="grid").contingencies] == ["tower", "my A1", "island"]
    assert read(folder, "dataset: false", network="grid").contingencies == ()


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ("files: [../sets.csv]", "GP-SEC-001"),
        ("files: [/etc/hosts]", "GP-SEC-001"),
        ("files: [link.csv]", "GP-SEC-001"),
        ("files: [set.csv]", "GP-ENC-002"),
        ("files: [study.yaml]", "GP-CON-014"),
        ("files: [{path: sets.csv, category: P8}]", "GP-STU-002"),
        ("files: [{file: sets.csv}]", "GP-YML-001"),
        ("categories: {P7: {rating: fast}}", "GP-STU-002"),
        ("categories: {P7: {load_loss: ehv}}", "GP-STU-002"),
        ("categories: {P9: {rating: normal}}", "GP-YML-001"),
    ],
)
def test_wrong_keys_and_paths_are_refused(folder: Path, keys: str, code: str) -> None:
    (folder / "link.csv").symlink_to("/etc/hosts")
    findings = refused(folder, keys)
    assert code in [f.code for f in findings]
    assert all(f.place.file and f.remedy for f in findings)


def test_faults_of_every_file_are_told_together(folder: Path) -> None:
    (folder / "bad.csv").write_text(SETS.replace("A25-2", "A99"), encoding="utf-8")
    (folder / "bad.con").write_text("CONTINGENCY X\nSET BUS 101 LOAD TO 0\nEND\nEND\n", encoding="utf-8")
    findings = refused(folder, "files: [bad.csv, bad.con]")
    places = [(f.code, Path(str(f.place.file)).name, f.place.line) for f in findings]
    assert places == [("GP-CON-018", "bad.con", 2), ("GP-CON-001", "bad.csv", 3)]


CASE = """function mpc = small
mpc.version = '2';
mpc.baseMVA = 100;
mpc.bus = [
  1 3 0 0 0 0 1 1 0 345 1 1.1 0.9;
  2 1 50 0 0 0 1 1 0 345 1 1.1 0.9;
  3 1 40 0 0 0 1 1 0 138 1 1.1 0.9;
  4 4 0 0 0 0 1 1 0 138 1 1.1 0.9;
];
mpc.gen = [
  1 90 0 50 -50 1 100 1 200 0;
  2 0 0 50 -50 1 100 1 100 0;
  2 0 0 50 -50 1 100 0 80 0;
];
mpc.branch = [
  1 2 0.01 0.1 0 100 120 130 0 0 1 -360 360;
  2 1 0.01 0.1 0 100 120 130 0 0 1 -360 360;
  1 2 0.01 0.1 0 100 120 130 0 0 0 -360 360;
  2 3 0.01 0.1 0 100 120 130 0 0 1 -360 360;
  1 3 0.01 0.1 0 100 120 130 0 0 1 -360 360;
];
mpc.gencost = [
  2 0 0 2 10 0;
  2 0 0 2 20 0;
  2 0 0 2 30 0;
];
"""


def test_elements_out_of_service_are_counted_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "small.m").write_text(CASE, encoding="utf-8")
    (tmp_path / "sets.con").write_text(
        "/ category: P7\n"
        "CONTINGENCY 'three circuits'\nOPEN BRANCH FROM BUS 1 TO BUS 2 CKT 1\nOPEN BRANCH FROM BUS 1 TO BUS 2 CKT 2\n"
        "OPEN BRANCH FROM BUS 2 TO BUS 1 CKT 3\nEND\n"
        "CONTINGENCY 'idle unit'\nREMOVE MACHINE 2 FROM BUS 2\nEND\n"
        "CONTINGENCY 'isolated bus'\nDISCONNECT BUS 4\nEND\n"
        "CONTINGENCY 'live'\nREMOVE MACHINE 1 FROM BUS 2\nOPEN LINE FROM BUS 3 TO BUS 2\nEND\nEND\n",
        encoding="utf-8",
    )
    text = STUDY.format(keys="files: [sets.con]", security="n-1", network="small.m").replace("[121]", "[2]")
    text = text.replace("{first: 0, count: 24}", "{first: 0, count: 1}")
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    inputs = read_inputs(tmp_path / "study.yaml")
    branch, unit = inputs.network.branch, inputs.network.generator
    named = [([branch.id[k] for k in c.branches], [unit.id[g] for g in c.generators]) for c in inputs.contingencies]
    assert named == [(["1-2_1", "2-1_2"], []), (["2-3_1"], ["2_1"])]
    warnings = [f for f in inputs.findings if f.code == "GP-CON-008"]
    assert [f.place.line for f in warnings] == [2, 7, 10]
    assert "1 of 3 elements are out of service" in warnings[0].message
    assert "branch 1-2_3" in warnings[0].message
    assert "it is not studied" in warnings[2].message
