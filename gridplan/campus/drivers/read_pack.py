"""Reading a driver pack: an embedded preset by name, or a file of the user's.

Comes in: a name or a path. Goes out: ``PackFile``, the checked pack with the places of its keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from gridplan.campus.drivers.pack import DriverPack
from gridplan.errors import Finding, InputError, Place, find_by_name, refuse_errors
from gridplan.network.embedded import embedded_root
from gridplan.study.messages import schema_findings
from gridplan.study.source import StudySource, read_tree
from gridplan.text_file import read_text_file

_FOLDER = "driver_packs"
_MAX_BYTES = 1 << 20
_REMEDY = "name a YAML text file beside the study; docs/load-model.md shows one"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFile:
    """A driver pack, where its keys stand, and warnings of its text."""

    pack: DriverPack
    source: StudySource
    path: Path
    findings: tuple[Finding, ...] = ()


def preset_names() -> tuple[str, ...]:
    """Names of the embedded driver packs."""
    return tuple(_presets())


def preset_path(name: str, place: Place | None = None) -> Path:
    """File of an embedded driver pack.

    Raises
    ------
    InputError
        GP-CAM-015, if there is none; the text offers the nearest names.
    """
    known = _presets()
    remedy = f"use one of {', '.join(known)}, or give a file of your own with pack:"
    return find_by_name(known, name, code="GP-CAM-015", what="preset", place=place, remedy=remedy)


def _presets() -> dict[str, Path]:
    """Files of the embedded driver packs by name, in its order."""
    paths = (embedded_root("datasets") / _FOLDER).glob("*.yaml")
    return {path.stem: path for path in sorted(paths, key=lambda path: path.stem)}


def read_pack(path: Path) -> PackFile:
    """Read and check a driver pack.

    Raises
    ------
    InputError
        If the file is missing, no text, or no driver pack; every finding carries its place.
    FileError
        If the file exists and may not be read.
    """
    text, findings = read_text_file(path, what="driver pack", remedy=_REMEDY, max_bytes=_MAX_BYTES)
    tree = read_tree(text, path, what="driver pack")
    findings += tree.findings
    refuse_errors(findings)
    if not isinstance(tree.value, dict):
        what = "a driver pack is a group of keys, one 'key: value' per line"
        raise InputError([tree.source.error("GP-VAL-001", (), what, "begin with pack_version: 1")])
    try:
        pack = DriverPack.model_validate(tree.value)
    except ValidationError as reason:
        raise InputError(schema_findings(reason, DriverPack, tree.source)) from None
    return PackFile(pack=pack, source=tree.source, path=path, findings=findings)
