"""What the report says of the load that one fault may trip, with and without a limit in the study."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gridplan.report.load_loss import METHOD

Draft = Callable[[], dict[str, Any]]
ZONES = [
    {"faulted_bus": "113", "pois": ["113", "107"], "voltage_pu": [0.0, 0.61], "campuses": ["mesa"], "tripped_mw": 240.0,
     "is_binding": True, "stopped": ["kingman"], "worth_usd_per_mw": 12345.0},
    {"faulted_bus": "316", "pois": ["316"], "voltage_pu": [0.0], "campuses": ["barstow"], "tripped_mw": 180.0,
     "is_binding": False, "stopped": [], "worth_usd_per_mw": 0.0},
    {"faulted_bus": "207", "pois": ["207"], "voltage_pu": [0.0], "campuses": [], "tripped_mw": 0.0,
     "is_binding": False, "stopped": [], "worth_usd_per_mw": 0.0},
]  # fmt: skip
TERMS = {"limit_mw": 250.0, "voltage_trip_pu": 0.7}


def with_limit(folder: Path, zones: list[dict[str, Any]]) -> None:
    plan = json.loads((folder / "plan.json").read_text())
    for year in plan["years"].values():
        year["load_loss"] = {**TERMS, "zones": zones}
    facts = {"binding": "load that one fault may trip, fault at bus 113", "binding_hour_local": None}
    plan["years"]["2029"]["verdict_facts"]["kingman"] |= facts
    (folder / "plan.json").write_text(json.dumps(plan))
    study = json.loads((folder / "study.resolved.json").read_text())
    study["criteria"]["load_loss"] = {**TERMS, "x_subtransient_pu": {"turbine": 0.2, "hydro": 0.31}}
    (folder / "study.resolved.json").write_text(json.dumps(study))


def chapter(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = next(s["blocks"] for s in document["sections"] if s["id"] == name)
    return found


def texts(table: dict[str, Any]) -> list[list[str]]:
    return [[cell["text"] for cell in row["cells"]] for row in table["rows"]]


def ride_through(document: dict[str, Any]) -> str:
    tables = [block for block in chapter(document, "studies_required") if block["kind"] == "table"]
    return {row[0]: row[2] for row in texts(tables[0])}["Ride-through and recovery"]


def test_zones_stand_in_the_chapter_on_security(copy: Path, draft: Draft) -> None:
    with_limit(copy, ZONES)
    document = draft()
    blocks = chapter(document, "security")
    (table,) = [block for block in blocks if block.get("id") == "load_loss"]
    rows = texts(table)
    assert len(rows) == 4
    assert rows[0][1:7] == ["113", "113, 107", "Mesa training park (mesa)", "240", "250", "next block of Kingman"]
    assert rows[0][7] == "12,345"
    assert rows[2][6] == "–"
    assert METHOD in [block.get("text") for block in blocks]
    assert "below 0.70 pu" in table["note"]
    assert ride_through(document) == "screened, static"
    assert "load that one fault may trip, fault at bus 113" in json.dumps(document["verdict"])


def test_assumptions_name_reactances_and_shares(copy: Path, draft: Draft) -> None:
    with_limit(copy, ZONES)
    words = json.dumps(chapter(draft(), "assumptions"))
    assert "stays on during a fault" in words
    assert "hydro machines" in words
    assert "0.31" in words


def test_limit_that_nothing_touches_is_said(copy: Path, draft: Draft) -> None:
    with_limit(copy, ZONES[2:])
    (table,) = [block for block in chapter(draft(), "security") if block.get("id") == "load_loss"]
    assert texts(table)[0][1] == "no fault trips any"


def test_without_a_limit_it_is_not_studied(document: dict[str, Any]) -> None:
    assert not [block for block in chapter(document, "security") if block.get("id") == "load_loss"]
    assert ride_through(document) == "not studied"
    assert "stays on during a fault" not in json.dumps(chapter(document, "assumptions"))
