"""Schema errors in a planner's words: each becomes a Finding with code, place and way out.

Comes in: the errors of pydantic. Goes out: findings; the wording stands here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from gridplan.errors import Finding, did_you_mean
from gridplan.study.fields import Part, choices, field_unit, model_at
from gridplan.study.quantity import FAULT, collection_words, shown
from gridplan.study.source import StudySource

NOT_YET: dict[str, tuple[str, ...]] = {"commitment": ("given",)}
"""Choices gridplan knows of and does not compute yet."""

_LEAST_PER_CENT = 2  # 1.1 is no per cent, 40 is
_KINDS = {
    "model_type": "a group of keys",
    "dict_type": "a group of keys",
    "tuple_type": "a list",
    "list_type": "a list",
    "bool_type": "true or false",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """One schema error beside the place and field it belongs to."""

    error: ErrorDetails
    path: tuple[str, ...]
    owner: type[Part] | None
    field: FieldInfo | None
    key: str
    source: StudySource

    @property
    def given(self) -> object:
        return self.error["input"]

    @property
    def limits(self) -> dict[str, Any]:
        return self.error.get("ctx", {})

    @property
    def unit(self) -> str:
        return field_unit(self.field) if self.field else ""

    def finding(self, code: str, message: str, remedy: str) -> Finding:
        return self.source.error(code, self.path, message, remedy)


def schema_findings(reason: ValidationError, model: type[Part], source: StudySource) -> list[Finding]:
    """Translate every schema error into a finding, without repeats."""
    errors = reason.errors(include_url=False)
    faults = (_fault(error, model, source) for error in errors if not _is_short_of_wrong_entries(error, errors))
    return list(dict.fromkeys(_WORDING.get(fault.error["type"], _other)(fault) for fault in faults))


def _is_short_of_wrong_entries(error: ErrorDetails, errors: Sequence[ErrorDetails]) -> bool:
    """Whether a list only counts as too short because entries of it are wrong; those speak for themselves."""
    place = error["loc"]
    below = (other["loc"] for other in errors if len(other["loc"]) > len(place))
    return error["type"] == "too_short" and any(other[: len(place)] == place for other in below)


def _fault(error: ErrorDetails, model: type[Part], source: StudySource) -> _Fault:
    path = source_path(error["loc"], source.positions)
    if error["type"] == "missing":
        path = (*path, str(error["loc"][-1]))
    named = [n for n, step in enumerate(path) if not step.isdigit()]
    cut = named[-1] if named else 0
    owner = model_at(model, path[:cut], [str(step) for step in error["loc"]])
    key = path[cut] if path else ""
    field = owner.model_fields.get(key) if owner else None
    return _Fault(error=error, path=path, owner=owner, field=field, key=key, source=source)


def source_path(location: Sequence[str | int], positions: Container[tuple[str, ...]]) -> tuple[str, ...]:
    """Path of an error in the file: steps that name no key (kinds of a value) are left out."""
    path: tuple[str, ...] = ()
    for step in location:
        longer = (*path, str(step))
        if longer in positions:
            path = longer
    return path


def _own_words(fault: _Fault) -> Finding:
    return fault.finding(fault.limits["code"], fault.limits["message"], fault.limits["remedy"])


def _missing(fault: _Fault) -> Finding:
    if fault.path[-1].isdigit():
        return fault.finding("GP-STU-001", f"{fault.key} holds too few values", "write it as [low, high]")
    unit = f" [{fault.unit}]" if fault.unit else ""
    only = choices(fault.field.annotation) if fault.field else ()
    if len(only) == 1:
        return fault.finding("GP-STU-001", f"key {fault.key!r} is missing", f"add {fault.key}: {only[0]}")
    meaning = f": {fault.field.description}{unit}" if fault.field and fault.field.description else ""
    return fault.finding("GP-STU-001", f"key {fault.key!r} is missing", f"add {fault.key!r}{meaning}")


def _unknown_key(fault: _Fault) -> Finding:
    known = tuple(fault.owner.model_fields) if fault.owner else ()
    message = f"unknown key {fault.key!r}.{did_you_mean(fault.key, known)}"
    return fault.finding("GP-YML-001", message, f"keys known here: {', '.join(known)}")


def _wrong_word(fault: _Fault) -> Finding:
    words = choices(fault.field.annotation) if fault.field else ()
    known = " or ".join(words) or fault.limits["expected"]
    if fault.given in NOT_YET.get(fault.key, ()):
        return fault.finding("GP-STU-003", f"{fault.key}: {fault.given} is not available yet", f"write {known}")
    message = f"{shown(fault.given)} is not one of the choices.{did_you_mean(str(fault.given), words)}"
    return fault.finding("GP-STU-002", message, f"write {known}{_other_form(fault)}")


def _other_form(fault: _Fault) -> str:
    if fault.key == "hours":
        return ", or {first: 0, count: 336}"
    return f", or a number in {fault.unit}" if fault.unit else ""


def _wrong_kind(fault: _Fault) -> Finding:
    expected = _KINDS[fault.error["type"]]
    given = collection_words(fault.given) or shown(fault.given)
    hint = "" if fault.given is not None else ", or delete the line"
    return fault.finding("GP-VAL-001", f"{given} stands where {expected} is expected", f"write {expected}{hint}")


def _limit(words: str, limit: str) -> Callable[[_Fault], Finding]:
    def wording(fault: _Fault) -> Finding:
        unit = f" {fault.unit}" if fault.unit not in ("", "1") else ""
        bound = fault.limits[limit]
        remedy = f"give a value {words} {bound:g}{unit}"
        if bound == 1 and isinstance(fault.given, (int, float)) and _LEAST_PER_CENT <= fault.given <= 100:
            remedy += f"; {fault.given:g} looks like per cent, write {fault.given / 100:g}"
        return fault.finding("GP-VAL-005", f"{shown(fault.given)} must be {words} {bound:g}{unit}", remedy)

    return wording


def _count(fault: _Fault) -> Finding:
    least, most = fault.limits.get("min_length"), fault.limits.get("max_length")
    bound = f"at least {least}" if least is not None else f"at most {most}"
    found = fault.limits.get("actual_length", 0)
    return fault.finding("GP-STU-001", f"{fault.key} holds {found} values, {bound} needed", f"give {bound}")


def _empty_text(fault: _Fault) -> Finding:
    return fault.finding("GP-STU-001", f"{fault.key} is empty", f"write the {fault.key}")


def _other(fault: _Fault) -> Finding:
    return fault.finding("GP-VAL-001", f"{shown(fault.given)}: {fault.error['msg']}", "correct the value")


_WORDING: dict[str, Callable[[_Fault], Finding]] = {
    FAULT: _own_words,
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "literal_error": _wrong_word,
    "greater_than": _limit("above", "gt"),
    "greater_than_equal": _limit("at least", "ge"),
    "less_than": _limit("below", "lt"),
    "less_than_equal": _limit("at most", "le"),
    "too_short": _count,
    "too_long": _count,
    "string_too_short": _empty_text,
    **dict.fromkeys(_KINDS, _wrong_kind),
}
