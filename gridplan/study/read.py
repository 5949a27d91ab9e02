"""Reading a study file: bytes, text, tree, Study, rules; every finding of one stage at once.

Comes in: a path or a text. Goes out: a ``StudyFile``, or an InputError (wrong study) or FileError (no access).
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from gridplan.errors import FileError, Finding, InputError, Place, did_you_mean, refuse_errors
from gridplan.study.check import check_study
from gridplan.study.load_model_request import ON_OFF_KEYS
from gridplan.study.messages import schema_findings
from gridplan.study.schema import Study
from gridplan.study.source import StudySource, Tree, read_tree
from gridplan.text_file import is_utf16, refused

MAX_BYTES = 1 << 20
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\r") + b"\x7f"
_STUDY_ENDINGS = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFile:
    """A checked study, the places of its keys, its text as given, and the warnings found on the way."""

    study: Study
    source: StudySource
    text: str
    findings: tuple[Finding, ...]


def read_study(path: Path) -> StudyFile:
    """Read and check a study file.

    Raises
    ------
    InputError
        If the file is missing, no text, or not a sound study; every finding carries its place.
    FileError
        If the file exists and may not be read.
    """
    text, findings = read_text_file(path)
    return load_study_text(text, file=path, findings=findings)


def read_text_file(path: Path) -> tuple[str, tuple[Finding, ...]]:
    """Text of a small YAML file, and a warning where it is not UTF-8.

    Raises
    ------
    InputError
        If the file is missing, empty, too large, or no text.
    FileError
        If the file exists and may not be read.
    """
    return _decode(_read_bytes(path), path)


def load_study_text(text: str, *, file: Path | None = None, findings: tuple[Finding, ...] = ()) -> StudyFile:
    """Read and check a study held as text; ``findings`` are warnings already found.

    Raises
    ------
    InputError
        If it is not a sound study.
    """
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise refused("GP-SIZ-001", file, f"the study holds more than {MAX_BYTES:,} bytes", "split the study")
    tree = read_tree(text, file)
    warned = (*findings, *(found for found in tree.findings if found.place.key not in ON_OFF_KEYS))
    study = _validated(tree, warned)
    warned += check_study(study, tree.source)
    refuse_errors(warned)
    ordered = sorted(warned, key=lambda finding: (finding.place.line, finding.place.column))
    return StudyFile(study=study, source=tree.source, text=text, findings=tuple(ordered))


def _validated(tree: Tree, warned: tuple[Finding, ...]) -> Study:
    if not isinstance(tree.value, dict):
        finding = tree.source.error(
            "GP-VAL-001", (), "a study is a group of keys, one 'key: value' per line", "begin with schema_version: 1"
        )
        raise InputError([*warned, finding])
    try:
        return Study.model_validate(tree.value)
    except ValidationError as reason:
        raise InputError([*warned, *schema_findings(reason, Study, tree.source)]) from None


def _read_bytes(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise refused("GP-ENC-002", path, f"{path} is a folder, not a study file", _folder_remedy(path))
        if not stat.S_ISREG(mode):
            raise refused("GP-ENC-002", path, f"{path} is not a regular file", "give a study file")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise _missing(path) from None
    except OSError as reason:
        message = f"{path} cannot be read: {reason.strerror or reason}"
        raise FileError(message) from reason
    if len(data) > MAX_BYTES:
        raise refused("GP-SIZ-001", path, f"the file holds more than {MAX_BYTES:,} bytes", "split the study")
    return data


def _decode(data: bytes, path: Path) -> tuple[str, tuple[Finding, ...]]:
    if not data.strip():
        raise refused("GP-ENC-002", path, "the file is empty", "begin with a copy from `gridplan init`")
    if is_utf16(data):
        raise refused("GP-ENC-001", path, "the file is UTF-16 text", "save it as UTF-8")
    if len(data.translate(None, _CONTROL)) != len(data):
        raise refused("GP-ENC-002", path, "the file is binary, not text", "give a YAML text file")
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as reason:
        line = data.count(b"\n", 0, reason.start) + 1
        return _decode_cp1252(data, path, line)


def _decode_cp1252(data: bytes, path: Path, line: int) -> tuple[str, tuple[Finding, ...]]:
    place = Place(file=path, line=line, column=1)
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise refused("GP-ENC-002", path, "the file is binary, not text", "give a YAML text file") from None
    message = "the file is not UTF-8; it was read as Windows-1252 (Latin-1) text"
    return text, (
        Finding(code="GP-ENC-001", severity="warning", message=message, remedy="save it as UTF-8", place=place),
    )


def _missing(path: Path) -> InputError:
    folder = path.parent
    if not folder.is_dir():
        return refused("GP-ENC-002", path, f"{path} does not exist, nor does its folder", "check the path")
    files = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    message = f"{path} does not exist.{did_you_mean(path.name, files)}"
    return refused("GP-ENC-002", path, message, "check the name, or make a study with `gridplan init`")


def _folder_remedy(folder: Path) -> str:
    studies = sorted(entry.name for entry in folder.iterdir() if entry.suffix in _STUDY_ENDINGS)[:3]
    return f"give a file in it, such as {', '.join(studies)}" if studies else "give a study file"
