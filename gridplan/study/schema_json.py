"""JSON schema of a study file for editors: types, limits, units, meanings and defaults.

Comes in: the Study model. Goes out: a JSON-ready dict (draft 7, which YAML editors read).
"""

from __future__ import annotations

from typing import Any

from gridplan.study.quantity import UNITS
from gridplan.study.schema import Study

_DRAFT = "http://json-schema.org/draft-07/schema#"
_LOCAL_HOUR = r"^\d{4}-\d\d-\d\d([T ]\d\d(:00){0,2})?$"


def study_json_schema() -> dict[str, Any]:
    """Build the schema of a study file."""
    schema = {"$schema": _DRAFT, **Study.model_json_schema()}
    for part in (schema, *schema["$defs"].values()):
        part.pop("title", None)
        part["properties"] = {name: _property(facts) for name, facts in part["properties"].items()}
    return schema


def _property(facts: dict[str, Any]) -> dict[str, Any]:
    """Words an editor shows beside a key, and forms the reader takes besides the plain one."""
    unit = facts.pop("unit", "")
    source, status = facts.pop("source", ""), facts.pop("status", "")
    facts.pop("title", None)
    meaning = facts.pop("description", "")
    words = f"{meaning} [{unit}]" if unit not in ("", "1") else meaning
    text = f"{words}. Default is {status}: {source}" if status else words
    return {**_also_read(facts, unit), **({"description": text} if text else {})}


def _also_read(facts: Any, unit: str) -> Any:
    if isinstance(facts, list):
        return [_also_read(fact, unit) for fact in facts]
    if not isinstance(facts, dict):
        return facts
    if facts.get("type") == "number" and unit in UNITS:
        kept, number = _split(facts, "default")
        return {**kept, "anyOf": [number, {"type": "string", "pattern": _with_unit(unit)}]}
    if "prefixItems" in facts:
        items, rest = _split(facts, "prefixItems")
        return {**rest, "items": items["prefixItems"]}
    if facts.get("format") == "date-time":
        return {**_split(facts, "format")[1], "pattern": _LOCAL_HOUR}
    return {key: _also_read(value, unit) if key != "default" else value for key, value in facts.items()}


def _split(facts: dict[str, Any], key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return {k: v for k, v in facts.items() if k == key}, {k: v for k, v in facts.items() if k != key}


def _with_unit(unit: str) -> str:
    return rf"^\s*[-+]?[0-9.eE+-]+\s*({'|'.join(UNITS[unit])})?\s*$"
