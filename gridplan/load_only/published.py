"""A table of load-only headroom by somebody else, to stand beside ours.

Comes in: a CSV file of areas, budgets and MW; the published one is built in. Goes out: rows with deviations. The area
``total`` is the sum of all areas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridplan.errors import Place, did_you_mean, input_error
from gridplan.network.csv_table import read_columns

TOTAL = "total"
#: Totals: text beside figure 7. Areas at 0.5 %: figure 8, one decimal of GW; DEC is DUK in EIA-930, DEP CPLE, DEF FPC,
#: SCP SC, DESC SCEG.
NORRIS_2025 = Path(__file__).with_name("norris2025.csv")
NORRIS_2025_SOURCE = (
    "Norris, Profeta, Patino-Echeverri and Cowie-Haskell: Rethinking Load Growth, Nicholas Institute, Duke University, "
    "2025, https://hdl.handle.net/10161/32077"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """MW by area and budget of somebody else."""

    source: str
    load_only_mw: Mapping[tuple[str, float], float]

    @property
    def areas(self) -> frozenset[str]:
        """Areas of it, the total left out."""
        return frozenset(area for area, _ in self.load_only_mw) - {TOTAL}


def read_reference(path: Path, source: str = "") -> Reference:
    """Table with columns ``area``, ``curtailment_budget_frac`` and ``load_only_mw``.

    Raises
    ------
    InputError
        If the file has not these columns, or a value is no number.
    """
    table = read_columns(path, {"area": "text", "curtailment_budget_frac": "number", "load_only_mw": "number"})
    keys = zip(table["area"], map(float, table["curtailment_budget_frac"]), strict=True)
    return Reference(
        source=source or path.name, load_only_mw=dict(zip(keys, map(float, table["load_only_mw"]), strict=True))
    )


def reference_for(areas: Sequence[str], compare: Path | None) -> Reference | None:
    """The table asked for, or the published one where the areas are its areas.

    Raises
    ------
    InputError
        If the table asked for shares no area with the file.
    """
    if compare is None:
        published = read_reference(NORRIS_2025, NORRIS_2025_SOURCE)
        return published if published.areas == set(areas) else None
    given = read_reference(compare)
    if not (given.areas | {area for area, _ in given.load_only_mw}) & {*areas, TOTAL}:
        other = next(iter(given.areas))
        message = f"{compare.name} has none of the areas {', '.join(areas[:10])}.{did_you_mean(other, areas)}"
        raise input_error("GP-TAB-001", message, "use the names of the load file", Place(file=compare, key="area"))
    return given


def comparison(reference: Reference, ours_mw: Mapping[tuple[str, float], float]) -> dict[str, Any]:
    """Rows of both, with the deviation of ours; what only one of them has is left out."""
    return {
        "source": reference.source,
        "rows": [
            {
                "area": area,
                "curtailment_budget_frac": budget,
                "published_mw": published,
                "load_only_mw": ours_mw[area, budget],
                "deviation_mw": ours_mw[area, budget] - published,
                "deviation_frac": ours_mw[area, budget] / published - 1.0 if published else None,
            }
            for (area, budget), published in reference.load_only_mw.items()
            if (area, budget) in ours_mw
        ],
    }
