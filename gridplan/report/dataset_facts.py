"""Title, label and notes of the grid: from network.json, else from the embedded dataset of the same name."""

from __future__ import annotations

from dataclasses import dataclass

from gridplan.network.embedded import embedded_datasets
from gridplan.report.run_folder import Object, RunFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFacts:
    """What a reader must know about the grid."""

    title: str
    is_synthetic: bool
    credit: str
    notes: tuple[str, ...]

    @property
    def label(self) -> str:
        """Title with the word synthetic where it applies."""
        return f"{self.title} (synthetic grid)" if self.is_synthetic else self.title


def dataset_facts(run: RunFolder) -> DatasetFacts:
    """Facts of the grid of a run."""
    name = str(run.network.get("name") or run.study.get("network") or "grid")
    found = run.network.get("dataset") or _embedded(name)
    return DatasetFacts(
        title=str(found.get("title") or name),
        is_synthetic=bool(found.get("is_synthetic", False)),
        credit=str(found.get("credit") or ""),
        notes=tuple(str(note) for note in found.get("notes") or ()),
    )


def _embedded(name: str) -> Object:
    info = next((info for info in embedded_datasets() if info.name == name), None)
    if info is None:
        return {}
    return {"title": info.title, "is_synthetic": info.is_synthetic, "credit": info.credit, "notes": info.notes}
