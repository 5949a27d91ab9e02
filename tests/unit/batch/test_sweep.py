from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gridplan.batch.member import Member, build_members, input_sha256, run_key
from gridplan.batch.sweep import is_sweep, read_sweep, value_text
from gridplan.errors import Finding, InputError
from gridplan.inputs import read_inputs
from gridplan.network.embedded import dataset_folder, embedded_root
from gridplan.study.read import read_study
from tests.unit.batch.workshop import Workshop


def members(workshop: Workshop) -> tuple[Member, ...]:
    return build_members(read_sweep(workshop.sweep))


def faults(workshop: Workshop, axes: str) -> list[Finding]:
    workshop.write_sweep(axes)
    with pytest.raises(InputError) as caught:
        members(workshop)
    return list(caught.value.findings)


def test_members_are_the_product_of_the_axes_last_fastest(workshop: Workshop) -> None:
    assert [member.values for member in members(workshop)] == [
        ("n-1", 100), ("n-1", 50), ("n-1", 200), ("n-0", 100), ("n-0", 50), ("n-0", 200),
    ]  # fmt: skip


def test_member_study_is_the_base_with_its_changes(workshop: Workshop, tmp_path: Path) -> None:
    file = tmp_path / "member.json"
    file.write_text(members(workshop)[4].study_text)
    base, study = read_study(workshop.path / "small.yaml").study, read_study(file).study
    assert study.criteria.security == "n-0"
    assert study.campuses[1].contract_mw == 50
    assert study.campuses[0] == base.campuses[0]
    assert study.digest != base.digest


def test_member_without_change_is_the_base(workshop: Workshop, tmp_path: Path) -> None:
    file = tmp_path / "member.json"
    file.write_text(members(workshop)[0].study_text)
    assert read_study(file).study == read_study(workshop.path / "small.yaml").study


def test_contingency_files_change_the_key(workshop: Workshop) -> None:
    base = workshop.path / "small.yaml"
    plain = members(workshop)[0]
    file = workshop.path / "sets" / "towers.csv"
    file.parent.mkdir()
    base.write_text(base.read_text() + "criteria: {contingencies: {files: [sets/towers.csv]}}\n")
    file.write_text("contingency,category,element_kind,element\na,P1,branch,A1\n")
    first = members(workshop)[0]
    file.write_text(file.read_text().replace("A1", "A2"))
    assert len({plain.key, first.key, members(workshop)[0].key}) == 3


def test_keys_follow_study_data_and_nothing_else(workshop: Workshop) -> None:
    keys = [member.key for member in members(workshop)]
    assert len(set(keys)) == 6
    assert all(len(key) == 16 for key in keys)
    workshop.sweep.write_text(workshop.sweep.read_text().replace("security and size", "another title"))
    text = (workshop.path / "small.yaml").read_text()
    (workshop.path / "small.yaml").write_text("# a comment\n" + text.replace("poi: [310]", 'poi: "310"'))
    assert [member.key for member in members(workshop)] == keys
    study = read_study(workshop.path / "small.yaml").study
    digests = input_sha256(study, workshop.path)
    assert run_key(study, digests) == keys[0]
    assert run_key(study, {**digests, "bus.csv": "another"}) != keys[0]


def test_keys_follow_every_area_file(workshop: Workshop) -> None:
    base = workshop.path / "small.yaml"
    base.write_text(base.read_text().replace("poi: [310]", "poi: [310], exclude: [a/flood.geojson, b/flood.geojson]"))
    for name in "ab":
        (workshop.path / name).mkdir()
        (workshop.path / name / "flood.geojson").write_text("{}")
    keys = {members(workshop)[0].key}
    for name in "ab":
        (workshop.path / name / "flood.geojson").write_text(f'{{"of": "{name}"}}')
        keys.add(members(workshop)[0].key)
    assert len(keys) == 3
    (workshop.path / "a" / "flood.geojson").unlink()
    with pytest.raises(InputError, match="does not exist"):
        members(workshop)


def test_dataset_of_ones_own_is_named_from_the_study_folder(workshop: Workshop, tmp_path: Path) -> None:
    own = tmp_path / "grid"
    shutil.copytree(dataset_folder("rts_gmlc"), own)
    base = workshop.path / "small.yaml"
    base.write_text(base.read_text().replace("network: rts_gmlc", "network: grid"))
    member = members(workshop)[0]
    assert json.loads(member.study_text)["network"] == "grid"
    assert member.folder == tmp_path
    out = tmp_path / "elsewhere" / "study.yaml"
    out.parent.mkdir()
    out.write_text(member.study_text)
    assert read_inputs(out, folder=member.folder).grid.path == own


def test_sweep_is_known_by_its_axes(workshop: Workshop) -> None:
    assert is_sweep(workshop.sweep)
    assert not is_sweep(workshop.path / "small.yaml")


@pytest.mark.parametrize(
    ("value", "text"), [("n-1", "n-1"), (100, "100"), (0.5, "0.5"), ({"2029": 4}, '{"2029": 4}'), (None, "null")]
)
def test_values_are_shown_as_text_or_json(value: object, text: str) -> None:
    assert value_text(value) == text


def test_wrong_value_stands_at_its_line(workshop: Workshop) -> None:
    (fault,) = faults(
        workshop,
        """\
        - {name: west_mw, path: campuses.mesa.west.contract_mw, values: [100, 50]}
        - name: security
          path: criteria.security
          values:
            - n-1
            - n-2
        """,
    )
    assert (fault.code, fault.place.line, fault.place.column) == ("GP-STU-002", 9, 9)
    assert fault.message.startswith("with security = n-2: 'n-2' is not one of the choices.")
    assert fault.place.file == workshop.sweep


def test_combination_that_fails_together_names_all_values(workshop: Workshop) -> None:
    found = faults(
        workshop,
        """\
        - {name: unserved, path: prices.unserved_usd_per_mwh, values: [10000, 18000]}
        - {name: overload, path: prices.overload_usd_per_mwh, values: [20000, 15000]}
        """,
    )
    (fault,) = found
    assert fault.message.startswith("with unserved = 18000, overload = 15000: overload at 15000 USD/MWh is not above")
    assert (fault.place.line, fault.place.key) == (3, "axes")


def test_each_fault_is_told_once(workshop: Workshop) -> None:
    found = faults(
        workshop,
        """\
        - {name: security, path: criteria.security, values: [n-1, n-0]}
        - {name: mw, path: campuses.west.contract_mw, values: [100, 50]}
        - {name: key2, path: criteria.securty, values: [n-1]}
        """,
    )
    assert [(fault.code, fault.place.key) for fault in found] == [
        ("GP-SWP-003", "axes.1.values.0"),
        ("GP-SWP-003", "axes.1.values.1"),
    ]
    assert "campuses has no entry 'west'. Did you mean 'mesa.west', 'mesa'?" in found[0].message


def test_unknown_key_is_told_with_its_neighbours(workshop: Workshop) -> None:
    (fault,) = faults(workshop, "- {name: s, path: criteria.securty, values: [n-1]}\n")
    assert "with s = n-1: unknown key 'securty'. Did you mean 'security'? (criteria.securty)" in fault.message


@pytest.mark.parametrize(
    ("axes", "code", "text"),
    [
        ("- {name: a, path: name, values: []}\n", "GP-STU-001", "values holds 0 values, at least 1 needed"),
        ("- {name: a, path: name, values: [x, x]}\n", "GP-SWP-002", "value x stands twice"),
        ("- {name: status, path: name, values: [x]}\n", "GP-SWP-001", "is a column of the comparison"),
        ("- {name: a, path: name, values: [x]}\n- {name: a, path: years, values: [[2027]]}\n", "GP-SWP-001", "twice"),
        (
            "- {name: a, path: criteria, values: [{}]}\n- {name: b, path: criteria.security, values: [n-1]}\n",
            "GP-SWP-001",
            "criteria.security and criteria change the same key",
        ),
        ("- {name: a, pth: name, values: [x]}\n", "GP-YML-001", "unknown key 'pth'. Did you mean 'path'?"),
        (f"- {{name: a, path: solve.seed, values: [{', '.join(map(str, range(10_001)))}]}}\n", "GP-SIZ-001", "10,001"),
    ],
)
def test_wrong_axes_are_told(workshop: Workshop, axes: str, code: str, text: str) -> None:
    found = [fault for fault in faults(workshop, axes) if fault.code == code]
    assert text in found[0].message
    assert found[0].place.line >= 3


def test_wrong_base_is_told_at_the_base(workshop: Workshop) -> None:
    base = workshop.path / "small.yaml"
    base.write_text(
        base.read_text().replace("n: two days", "n: two days").replace("timezone: America", "timezone: Amrica")
    )
    with pytest.raises(InputError) as caught:
        read_sweep(workshop.sweep)
    assert caught.value.findings[0].place.file == base


def test_missing_base_offers_its_neighbour(workshop: Workshop) -> None:
    workshop.sweep.write_text(workshop.sweep.read_text().replace("small.yaml", "smal.yaml"))
    with pytest.raises(InputError, match=r"Did you mean 'small.yaml'"):
        read_sweep(workshop.sweep)


def test_shipped_sweep_is_sound() -> None:
    path = embedded_root("cases") / "rts_gmlc_sweep.yaml"
    if not (path.parent / "rts_gmlc.yaml").is_file():
        pytest.skip("its base study is not in this checkout")
    assert members_of(path)


def members_of(path: Path) -> tuple[Member, ...]:
    return build_members(read_sweep(path))
