"""Things of a study that the planner names: a short id and a name for reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import model_validator

from gridplan.study.fields import Part, about
from gridplan.study.quantity import Id, Text


class Named(Part):
    """Part with an id and a name; the name is the id where it is absent."""

    id: Annotated[Id, about("short name, used in tables and file names")]
    name: Annotated[Text, about("name in reports; the id where absent")] = ""

    @model_validator(mode="before")
    @classmethod
    def _name_is_id_where_absent(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and "id" in data and "name" not in data:
            return {**data, "name": str(data["id"])}
        return data
