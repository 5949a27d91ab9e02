"""One driver of AI load as this model sees it: where it is set, what it changes, and in which direction.

Comes in: a row of ``driver_table``. Goes out: the same, as a line of docs/load-model.md and a case of the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal["parameter", "pack field", "preset", "study field", "elsewhere", "not modelled"]
Effect = Literal[
    "contract_mw", "mean_mw", "peak_mw", "load_factor", "coincidence", "spread", "ramp", "movable_frac", "poi_set",
    "year", "unserved_frac", "regional_mwh",
]  # fmt: skip
Sign = Literal["+", "-", "0"]

EFFECTS: Mapping[Effect, str] = {
    "contract_mw": "contract MW",
    "mean_mw": "energy",
    "peak_mw": "peak MW",
    "load_factor": "load factor",
    "coincidence": "coincidence of campuses",
    "spread": "spread of scenarios",
    "ramp": "largest hourly step",
    "movable_frac": "movable share",
    "poi_set": "POIs that may be chosen",
    "year": "year of the MW",
    "unserved_frac": "work left undone",
    "regional_mwh": "load of the region outside the campus",
}
"""What a driver may change, in words."""

if set(EFFECTS) != set(get_args(Effect)):
    raise ValueError("an effect has no words")


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverRow:
    """A driver.

    Parameters
    ----------
    id : str
        C01 to C66.
    name : str
        The driver as a change, in few words: the signs are those of this change.
    parameters, pack_fields, presets, study_fields : tuple of str
        What sets it: keys of parameters, dotted fields of a driver pack, embedded packs, dotted fields of a study.
    effects : mapping of EFFECTS to "+", "-" or "0"
        What the change does; "0": nothing, where one might expect something.
    elsewhere : str
        Part of gridplan that has it, where the load model does not.
    because : str
        Why it is not modelled.
    """

    id: str
    name: str
    parameters: tuple[str, ...] = ()
    pack_fields: tuple[str, ...] = ()
    presets: tuple[str, ...] = ()
    study_fields: tuple[str, ...] = ()
    effects: Mapping[Effect, Sign] = field(default_factory=dict)
    elsewhere: str = ""
    because: str = ""

    def __post_init__(self) -> None:
        if bool(self.effects) != bool(self.targets) or bool(self.targets) + bool(self.elsewhere or self.because) != 1:
            raise ValueError(f"{self.id}: give what sets it and its effects, or where else it is, or why it is not")

    @property
    def targets(self) -> tuple[str, ...]:
        """Everything that sets it."""
        return self.parameters + self.pack_fields + self.presets + self.study_fields

    @property
    def is_modelled(self) -> bool:
        """Whether the load model has it."""
        return bool(self.targets)

    @property
    def kind(self) -> Kind:
        """First of what sets it."""
        kinds: tuple[tuple[object, Kind], ...] = (
            (self.parameters, "parameter"),
            (self.pack_fields, "pack field"),
            (self.presets, "preset"),
            (self.study_fields, "study field"),
            (self.elsewhere, "elsewhere"),
        )
        return next((kind for found, kind in kinds if found), "not modelled")
