"""How schema fields get their default, unit and meaning, and how the tree of models is walked.

Comes in: a key of the defaults table. Goes out: pydantic fields, and (dotted key, field) pairs of the whole schema.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from gridplan.solution import WORKLOADS
from gridplan.study.defaults import default_row


class Part(BaseModel):
    """Frozen part of a study; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PerClass(Part):
    """One value for each workload class."""

    def values(self) -> tuple[float, ...]:
        """Values in the order of the workload classes."""
        return tuple(getattr(self, workload) for workload in WORKLOADS)


def default(key: str) -> Any:
    """Field whose default, unit, source and meaning are the row of the defaults table."""
    row = default_row(key)
    facts: dict[str, Any] = {"source": row.source, "status": row.status}
    return Field(default=row.value, description=row.meaning, json_schema_extra=_with_unit(row.unit, facts))


def about(meaning: str, unit: str = "") -> Any:
    """Meaning and unit of a field without a default value."""
    return Field(description=meaning, json_schema_extra=_with_unit(unit, {}))


def field_unit(field: FieldInfo) -> str:
    """Return the unit of a field; empty where it has none."""
    facts = field.json_schema_extra
    return str(facts.get("unit", "")) if isinstance(facts, dict) else ""


def nested_model(annotation: Any) -> type[Part] | None:
    """Model inside an annotation (of a list, an option or the model itself), if there is one; the first of several."""
    return next(iter(nested_models(annotation)), None)


def nested_models(annotation: Any) -> tuple[type[Part], ...]:
    """Every model inside an annotation, in the order of its choices."""
    if get_origin(annotation) is None and isinstance(annotation, type) and issubclass(annotation, Part):
        return (annotation,)
    return tuple(model for inner in get_args(annotation) for model in nested_models(inner))


def choices(annotation: Any) -> tuple[str, ...]:
    """Words a field may take; empty where it is no choice."""
    if get_origin(annotation) is Literal:
        return tuple(str(word) for word in get_args(annotation))
    return tuple(word for inner in get_args(annotation) for word in choices(inner))


def walk_fields(model: type[Part], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every field of the tree below ``model`` with its dotted key (lists leave no position)."""
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}", field
        inner = nested_model(field.annotation)
        if inner is not None:
            yield from walk_fields(inner, f"{prefix}{name}.")


def model_at(model: type[Part], path: Sequence[str], kinds: Container[str] = ()) -> type[Part] | None:
    """Model that holds the keys at ``path``; positions in lists are stepped over, ``kinds`` names it among several."""
    here: tuple[type[Part], ...] = (model,)
    for step in path:
        if not step.isdigit():
            fields = [known.model_fields[step] for known in here if step in known.model_fields]
            here = tuple(inner for field in fields for inner in nested_models(field.annotation))
    return next((known for known in here if known.__name__ in kinds), here[0] if here else None)


def _with_unit(unit: str, facts: dict[str, Any]) -> dict[str, Any]:
    return {"unit": unit, **facts} if unit else facts
