"""Figures of docs/movable-work.md are those of the program, and its example is a study."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from gridplan.campus.power_cap import cap_segments, throughput_frac
from gridplan.study.check import check_study
from gridplan.study.schema import Study

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "movable-work.md").read_text(encoding="utf-8")


def test_table_of_throughput() -> None:
    rows = re.findall(r"^\| (\d+) % \| ([\d.]+) % \| ([\d.]+) % \| ([\d.]+) % \|$", PAGE, re.MULTILINE)
    assert [int(row[0]) for row in rows] == [90, 80, 70, 60, 50]
    for power, *printed in rows:
        for workload, percent in zip(("batch", "finetune", "pretrain"), printed, strict=True):
            found = 100.0 * float(throughput_frac(workload, int(power) / 100.0))
            assert f"{found:.1f}" == percent


def test_price_of_the_first_tenth() -> None:
    slope = cap_segments("interactive", 0.1, 0.25)[0].work_per_power
    assert f"{5000.0 * slope:,.0f} USD/MWh" in PAGE


def test_example_is_a_sound_study() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    base = {"load_growth_frac_per_year": 0.0, "committed_loads": []}
    plain = {"schema_version": 1, "name": "t", "network": "rts_gmlc", "timezone": "America/Phoenix", "years": [2027]}
    example = YAML(typ="safe").load(text)["campuses"]
    verde = {"id": "verde", "poi": [203], "contract_mw": 300, "residency": "us-west"}
    study = Study.model_validate({**plain, "base_case": base, "campuses": [*example, verde]})
    assert check_study(study) == ()
    assert study.campuses[0].workloads.flexibility.geo_shift is not None
    assert study.campuses[0].workloads.flexibility.geo_shift.max_frac.batch == pytest.approx(0.3)
