"""What a planner reads when a study is wrong, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridplan.errors import EXIT_INPUT, EXIT_IO, FileError, InputError
from gridplan.study.check_network import check_against_grid
from gridplan.study.read import load_study_text, read_study

STUDY = """\
schema_version: 1
name: Two campuses
network: rts_gmlc
timezone: America/Phoenix
years: [2027, 2029]
base_case: {load_growth_frac_per_year: 0.01, committed_loads: []}
campuses:
  - id: mesa
    poi: [107, 113]
    contract_mw: {2027: 150, 2029: 400}
    workloads:
      jobs:
        - id: run1
          kind: pretrain
          energy_mwh: 500
          p_max_mw: 50
          release: 2020-03-01T00:00
          deadline: 2020-03-02T00:00
  - id: tempe
    poi: 118
    contract_mw: 200 MW
"""
FILE = Path("north.yaml")


def message(old: str, new: str) -> str:
    """Text shown for the study with one change, made sure to be a change."""
    changed = STUDY.replace(old, new, 1)
    assert changed != STUDY
    with pytest.raises(InputError) as caught:
        load_study_text(changed, file=FILE)
    assert caught.value.exit_code == EXIT_INPUT
    return str(caught.value)


def test_the_study_without_a_change_is_sound() -> None:
    assert load_study_text(STUDY).findings == ()


def test_unknown_key() -> None:
    assert message("contract_mw: 200", "contract_nw: 200") == (
        "error[GP-STU-001]: key 'contract_mw' is missing\n"
        "  --> north.yaml:19:5 campuses.1.contract_mw\n"
        "  do: add 'contract_mw': maximum demand at the meter, one number or one per year [MW]\n"
        "error[GP-YML-001]: unknown key 'contract_nw'. Did you mean 'contract_mw'?\n"
        "  --> north.yaml:21:5 campuses.1.contract_nw\n"
        "  do: keys known here: id, name, near, poi, latency, residency, exclude, contract_mw, block_mw, power_factor, "
        "service, ride_through_frac, workloads, storage, climate, failover"
    )


def test_wrong_unit() -> None:
    assert message("200 MW", "350 MVA") == (
        "error[GP-UNT-001]: '350 MVA' is in 'MVA', expected MW\n"
        "  --> north.yaml:21:5 campuses.1.contract_mw\n"
        '  do: write the value in MW, as in "350 MW" (units read: kW, MW, GW)'
    )
    assert "'350 EUR' is in 'EUR', expected MW" in message("200 MW", "350 EUR")
    assert "'500 MW' is in 'MW', expected MWh" in message("energy_mwh: 500", "energy_mwh: 500 MW")


def test_unit_where_none_is_read() -> None:
    assert "'1 %' carries '%', but this is a number without unit text" in message(
        "load_growth_frac_per_year: 0.01", "load_growth_frac_per_year: 1 %"
    )


def test_wrong_type() -> None:
    assert message("200 MW", "lots") == (
        "error[GP-VAL-001]: 'lots' is not a number\n"
        "  --> north.yaml:21:5 campuses.1.contract_mw\n"
        "  do: write a number in MW, with a decimal point and without thousands separators"
    )
    assert "a list is not a number" in message("200 MW", "[200]")
    for token in ("150,5", "900/3", "1 500", "1_000", "--"):
        assert f"'{token}' is not a number" in message("200 MW", token)
    assert "the value is empty" in message("200 MW", "")
    assert "true or false is not a number" in message("200 MW", "true")
    assert "'1e400' is not a finite number" in message("200 MW", "1e400")
    assert "inf is not a finite number" in message("200 MW", ".inf")
    assert "107 stands where a group of keys is expected" in message("  - id: tempe\n", "  - 107\n  - id: tempe\n")
    assert "nothing stands where a list is expected" in message("[2027, 2029]", "")


def test_wrong_choice() -> None:
    assert message("200 MW", "200\n    service: {kind: conditonal}") == (
        "error[GP-STU-002]: 'conditonal' is not one of the choices. Did you mean 'conditional'?\n"
        "  --> north.yaml:22:15 campuses.1.service.kind\n"
        "  do: write firm or conditional"
    )


def test_what_is_not_available_yet_is_said_so() -> None:
    assert "commitment: given is not available yet" in message(
        "base_case: {", "criteria: {commitment: given}\nbase_case: {"
    )
    assert "2 weather years are given; studies of several weather years are not available yet" in message(
        "base_case: {", "base_case: {weather_years: [2019, 2020], "
    )


def test_runback_is_used_by_hosting_and_must_be_fast_enough() -> None:
    service = "200\n    service: {kind: conditional, curtailment_mode: post_contingency"
    (warned,) = load_study_text(STUDY.replace("200 MW", service + "}")).findings
    assert (warned.code, warned.severity) == ("GP-STU-011", "warning")
    assert "campus tempe runs back after outages in `gridplan hosting --service conditional` alone" in warned.message
    shown = message("200 MW", service + ", runback_min: 20}")
    assert "error[GP-STU-012]: campus tempe runs back within 20 min; short-time ratings hold for 15 min" in shown
    (idle,) = load_study_text(STUDY.replace("200 MW", service.replace("conditional", "firm") + "}")).findings
    assert (idle.code, idle.severity) == ("GP-STU-009", "warning")


def test_load_that_one_fault_may_trip() -> None:
    def limited(terms: str) -> str:
        return message("base_case: {", f"criteria: {{load_loss: {terms}}}\nbase_case: {{")

    assert limited("{voltage_trip_pu: 0.6}") == (
        "error[GP-STU-001]: key 'limit_mw' is missing\n"
        "  --> north.yaml:6:12 criteria.load_loss.limit_mw\n"
        "  do: add 'limit_mw': most campus load one fault may trip; ERCOT studies a loss of 2,600 MW [MW]"
    )
    assert "70 must be at most 1 pu" in limited("{limit_mw: 100, voltage_trip_pu: 70}")
    assert "-1 must be at least 0 MW" in limited("{limit_mw: -1}")
    assert "0 must be above 0 pu" in limited("{limit_mw: 1, x_subtransient_pu: {hydro: 0}}")
    assert "2600 stands where a group of keys is expected" in limited("2600")
    warned = load_study_text(STUDY.replace("base_case: {", "criteria: {load_loss: {limit_mw: 120}}\nbase_case: {"))
    assert [f.message for f in warned.findings] == [
        "campus mesa: a fault at its bus trips 240 of 400 MW (ride_through_frac 0.4), more than "
        "criteria.load_loss.limit_mw 120"
    ]
    assert warned.findings[0].remedy == "the contract fits with ride_through_frac 0.7 or more"


def test_per_cent_given_as_fraction() -> None:
    shown = message("200 MW", "200\n    storage: {p_mw: 10, e_mwh: 40, efficiency_roundtrip_frac: 86}")
    assert shown == (
        "error[GP-VAL-005]: 86 must be at most 1\n"
        "  --> north.yaml:22:36 campuses.1.storage.efficiency_roundtrip_frac\n"
        "  do: give a value at most 1; 86 looks like per cent, write 0.86"
    )


def grid_message(old: str, new: str) -> str:
    changed = STUDY.replace(old, new, 1)
    assert changed != STUDY
    read = load_study_text(changed, file=FILE)
    findings = check_against_grid(
        read.study,
        bus_ids=("106", "107", "113", "118", "308"),
        branch_ids=("A27",),
        generator_ids=("101_CT_1",),
        total_p_max_mw=1500.0,
        branch_rating_normal_mva=(500.0,),
        positions=read.source,
    )
    return "\n".join(finding.render() for finding in findings if finding.severity == "error")


def test_unknown_bus() -> None:
    assert grid_message("[107, 113]", "[107, 1113]") == (
        "error[GP-BUS-001]: bus 1113 does not exist in network rts_gmlc. Did you mean '113', '118'?\n"
        "  --> north.yaml:9:16 campuses.0.poi.1\n"
        "  do: use one of the network's 5 bus ids"
    )


def test_request_larger_than_all_generation() -> None:
    assert grid_message("200 MW", "2000") == (
        "error[GP-VAL-003]: campus tempe asks for 2000 MW, all generation together is 1500 MW\n"
        "  --> north.yaml:21:5 campuses.1.contract_mw\n"
        "  do: check the unit: 2000 kW would be 2 MW"
    )


def test_kw_given_as_mw() -> None:
    assert message("200 MW", "200000") == (
        "error[GP-VAL-003]: campus tempe asks for 200000 MW, more than 5000 MW at one meter\n"
        "  --> north.yaml:21:5 campuses.1.contract_mw\n"
        "  do: if kW were meant, write 200; a larger site is entered as several campuses"
    )


def test_deadline_before_release() -> None:
    assert message("deadline: 2020-03-02", "deadline: 2020-02-02") == (
        "error[GP-TIM-004]: job run1: deadline 2020-02-02 00:00 is not after release 2020-03-01 00:00\n"
        "  --> north.yaml:18:11 campuses.0.workloads.jobs.0.deadline\n"
        "  do: give a deadline after the release"
    )


def test_energy_larger_than_its_window() -> None:
    assert message("energy_mwh: 500", "energy_mwh: 2 GWh") == (
        "error[GP-TIM-004]: job run1 asks for 2000 MWh, but its window holds 24 hours: "
        "1200 MWh are possible at 50 MW\n"
        "  --> north.yaml:15:11 campuses.0.workloads.jobs.0.energy_mwh\n"
        "  do: lengthen the window or ask for less"
    )


def test_job_times() -> None:
    assert "carries an offset, but job times are local clock" in message("03-01T00:00", "03-01T00:00:00-07:00")
    assert "is not a full hour" in message("03-01T00:00", "03-01T00:30")
    assert "'2020-02-30T00:00' is not a date and hour" in message("2020-03-01T00:00", "2020-02-30T00:00")


def test_duplicate_ids() -> None:
    assert message("id: tempe", "id: mesa") == (
        "error[GP-STU-004]: duplicate campus id 'mesa'; it stands first at north.yaml:8:5 campuses.0.id\n"
        "  --> north.yaml:19:5 campuses.1.id\n"
        "  do: rename one of them, or delete it"
    )


def test_timezone_typo() -> None:
    shown = message("America/Phoenix", "America/Pheonix")
    assert shown.startswith("error[GP-TIM-005]: timezone 'America/Pheonix' does not exist. Did you mean 'America/Ph")
    assert "'America/Phoenix'" in shown
    assert "--> north.yaml:4:1 timezone" in shown


def test_yaml_tag() -> None:
    assert message("name: Two", "name: !!python/object:os.system Two") == (
        "error[GP-YML-001]: tag tag:yaml.org,2002:python/object:os.system is not read\n"
        "  --> north.yaml:2:7\n"
        "  do: remove the tag; values are text, numbers and lists"
    )


def test_yaml_anchor_and_alias() -> None:
    changed = STUDY.replace("[107, 113]", "&poi [107, 113]").replace("poi: 118", "poi: *poi")
    with pytest.raises(InputError) as caught:
        load_study_text(changed, file=FILE)
    assert str(caught.value) == (
        "error[GP-YML-001]: anchor &poi is not read\n"
        "  --> north.yaml:9:10\n"
        "  do: remove it and write values out in full\n"
        "error[GP-YML-001]: alias *poi is not read\n"
        "  --> north.yaml:20:10\n"
        "  do: write the value out in full"
    )


def test_duplicate_key() -> None:
    assert message("    poi: 118", "    id: gila\n    poi: 118") == (
        "error[GP-YML-001]: key 'id' stands twice; the other is at line 19, column 5\n"
        "  --> north.yaml:20:5 campuses.1.id\n"
        "  do: keep one of the two"
    )


def test_tab_indentation() -> None:
    assert message("    poi: 118", "\tpoi: 118") == (
        "error[GP-YML-001]: the line is indented with a tab\n  --> north.yaml:20:1\n  do: indent with spaces only"
    )


def test_open_bracket() -> None:
    assert message("[107, 113]", "[107, 113").startswith("error[GP-YML-001]: this is not YAML: ")


def test_deep_nesting() -> None:
    assert "error[GP-SIZ-001]: the study is nested more than 32 levels deep" in message("[107, 113]", "[" * 10_000)


def file_message(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_study(path)
    return str(caught.value)


def test_binary_file(tmp_path: Path) -> None:
    shown = file_message(tmp_path / "map.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe")
    assert "error[GP-ENC-002]: the file is binary, not text" in shown
    assert "map.png" in shown


def test_utf_16_file(tmp_path: Path) -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        shown = file_message(tmp_path / "study.yaml", STUDY.encode(encoding))
        assert "error[GP-ENC-001]: the file is UTF-16 text" in shown
        assert "do: save it as UTF-8" in shown


@pytest.mark.parametrize("content", [b"", b" \n\n", b"# only a comment\n"])
def test_empty_file(tmp_path: Path, content: bytes) -> None:
    shown = file_message(tmp_path / "study.yaml", content)
    assert shown.startswith("error[GP-ENC-002]: the ")
    assert "is empty" in shown
    assert "do: begin with a copy from `gridplan init`" in shown


def test_folder(tmp_path: Path) -> None:
    (tmp_path / "north.yaml").write_text(STUDY, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_study(tmp_path)
    assert f"error[GP-ENC-002]: {tmp_path} is a folder, not a study file" in str(caught.value)
    assert "do: give a file in it, such as north.yaml" in str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    for name in ("north.yaml", "south.yaml", "notes.txt"):
        (tmp_path / name).write_text(STUDY, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_study(tmp_path / "norht.yaml")
    assert "norht.yaml does not exist. Did you mean 'north.yaml'" in str(caught.value)
    with pytest.raises(InputError, match="nor does its folder"):
        read_study(tmp_path / "nowhere" / "north.yaml")


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "north.yaml"
    path.write_text(STUDY, encoding="utf-8")

    def refuse(self: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileError) as caught:
        read_study(path)
    assert caught.value.exit_code == EXIT_IO
    assert str(caught.value) == f"{path} cannot be read: Permission denied"


def test_list_of_wrong_entries_is_not_called_empty() -> None:
    assert message("years: [2027, 2029]", "years: [soon]") == (
        "error[GP-VAL-001]: 'soon' is not a year\n"
        "  --> north.yaml:5:9 years.0\n"
        "  do: write the year with four digits, 1950 to 2200"
    )
