"""What a study says about contingencies: kinds of single outages, files of named sets, rules by category."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, StrictBool, Tag

from gridplan.study.fields import Part, about, default
from gridplan.study.quantity import Flag, Name

_CATEGORIES = "criteria.contingencies.categories"

LoadLoss = Annotated[
    Annotated[StrictBool, Tag("flag")] | Annotated[Literal["hv_only"], Tag("word")],
    Discriminator(lambda value: "word" if isinstance(value, str) else "flag"),
]
AfterRating = Literal["normal", "emergency", "short_time"]
CategoryName = Literal["P1", "P2", "P3", "P4", "P5", "P6", "P7"]


class CategoryP1(Part):
    """Loss of one element."""

    rating: AfterRating = default(f"{_CATEGORIES}.P1.rating")
    load_loss: LoadLoss = default(f"{_CATEGORIES}.P1.load_loss")


class CategoryP2(Part):
    """Bus fault, breaker fault, or a line opened at one end."""

    rating: AfterRating = default(f"{_CATEGORIES}.P2.rating")
    load_loss: LoadLoss = default(f"{_CATEGORIES}.P2.load_loss")


class CategoryP3(Part):
    """Second outage after a unit."""

    rating: AfterRating = default(f"{_CATEGORIES}.P3.rating")
    load_loss: LoadLoss = default(f"{_CATEGORIES}.P3.load_loss")


class CategoryP4(Part):
    """Fault with a stuck breaker."""

    rating: AfterRating = default(f"{_CATEGORIES}.P4.rating")
    load_loss: LoadLoss = default(f"{_CATEGORIES}.P4.load_loss")


class CategoryP5(Part):
    """Fault with a relay that fails."""

    rating: AfterRating = default(f"{_CATEGORIES}.P5.rating")
    load_loss: LoadLoss = default(f"{_CATEGORIES}.P5.load_loss")


class CategoryP6(Part):
    """Second outage after another element."""

    rating: AfterRating = default(f"{_CATEGORIES}.P6.rating")
    load_loss: LoadLoss = default(f"{_CATEGORIES}.P6.load_loss")


class CategoryP7(Part):
    """Circuits on a common structure, or both poles of a dc line."""

    rating: AfterRating = default(f"{_CATEGORIES}.P7.rating")
    load_loss: LoadLoss = default(f"{_CATEGORIES}.P7.load_loss")


class Categories(Part):
    """Rating and load loss after the contingencies of each category of TPL-001."""

    P1: CategoryP1 = Field(default_factory=CategoryP1)
    P2: CategoryP2 = Field(default_factory=CategoryP2)
    P3: CategoryP3 = Field(default_factory=CategoryP3)
    P4: CategoryP4 = Field(default_factory=CategoryP4)
    P5: CategoryP5 = Field(default_factory=CategoryP5)
    P6: CategoryP6 = Field(default_factory=CategoryP6)
    P7: CategoryP7 = Field(default_factory=CategoryP7)


class ContingencyFile(Part):
    """File of named contingencies; the category holds where the file states none."""

    path: Annotated[Name, about("path of a .csv or .con file in the folder of the study")]
    category: CategoryName | None = default("criteria.contingencies.files.category")


def _as_file(value: object) -> object:
    return {"path": value} if isinstance(value, (str, int)) and not isinstance(value, bool) else value


class Contingencies(Part):
    """Kinds of single outages in the list, and named sets from files."""

    branches: Flag = default("criteria.contingencies.branches")
    units: Flag = default("criteria.contingencies.units")
    dc_poles: Flag = default("criteria.contingencies.dc_poles")
    campuses: Flag = default("criteria.contingencies.campuses")
    dataset: Flag = default("criteria.contingencies.dataset")
    files: Annotated[
        tuple[Annotated[ContingencyFile, BeforeValidator(_as_file)], ...], about("files of named contingencies")
    ] = ()
    categories: Categories = Field(default_factory=Categories)

    @property
    def has_sets(self) -> bool:
        """Whether named contingencies are read from any file."""
        return self.dataset or bool(self.files)
