"""Text of a file that somebody else made: size, kind and encoding checked before anything looks inside.

Comes in: a path. Goes out: text and a warning where it is not UTF-8, or a finding that names the file, what it is,
and the way out. Nothing is repaired.
"""

from __future__ import annotations

import stat
import zlib
from pathlib import Path

from gridplan.errors import FileError, Finding, InputError, Place, did_you_mean, nearest_names

#: Largest file of a network, a series or a map [bytes].
MAX_FILE_BYTES = 256 * 1024 * 1024
#: Longest name of a file or folder on common disks [bytes].
_LONGEST_NAME_BYTES = 255
_CHECK_NAME = "check the name; the file lies in the folder of the study"
#: Longest line of a file whose lines are counted [bytes].
MAX_LINE_BYTES = 1024 * 1024
#: Largest text with letters beyond ASCII, which take up to 4 bytes each in memory [bytes].
_MAX_WIDE_BYTES = 64 * 1024 * 1024
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\r\f\v\x1a") + b"\x7f"


def read_text_file(
    path: Path, *, what: str, remedy: str, max_bytes: int = MAX_FILE_BYTES, max_lines: int = 0
) -> tuple[str, tuple[Finding, ...]]:
    """Text of a file, and a warning where it is not UTF-8.

    Parameters
    ----------
    path : Path
        File to read; byte-order marks and CRLF are accepted, and a name that ends in .gz is unpacked.
    what : str
        What the file should be, as in ``"MATPOWER case"``.
    remedy : str
        Way out for a file that is missing, empty or no text.
    max_bytes : int
        Larger files are refused unread.
    max_lines : int
        Files of more lines, or of a line above ``MAX_LINE_BYTES``, are refused before a line is looked at; 0: no limit.

    Raises
    ------
    InputError
        GP-ENC-001 (UTF-16), GP-ENC-002 (missing, empty, folder, binary) or GP-SIZ-001 (too large).
    FileError
        If the file exists and may not be read.
    """
    data = read_file_bytes(path, what=what, remedy=remedy, max_bytes=max_bytes)
    data = _unpacked(data, path, max_bytes) if path.suffix.lower() == ".gz" else data
    if max_lines:
        _refuse_many_lines(data, path, max_lines)
    return decode_text(data, path, what=what, remedy=remedy)


def read_file_bytes(path: Path, *, what: str, remedy: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
    """Bytes of a regular file that is not empty and not above ``max_bytes``; raises as ``read_text_file``."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise refused("GP-ENC-002", path, f"{path} is a folder, not a {what}", remedy)
        if not stat.S_ISREG(mode):
            raise refused("GP-ENC-002", path, f"{path} is not a regular file", remedy)
        size = path.stat().st_size
        if size > max_bytes:
            raise refused("GP-SIZ-001", path, _too_large(size, max_bytes), "give a smaller file")
        with path.open("rb") as stream:
            data = stream.read(size + 1)  # no more than it said, however large the limit
    except (FileNotFoundError, NotADirectoryError):
        raise missing_file(path, remedy) from None
    except OSError as reason:
        raise FileError(f"{path} cannot be read: {reason.strerror or reason}") from reason
    if len(data) > max_bytes:
        raise refused("GP-SIZ-001", path, _too_large(len(data), max_bytes), "give a smaller file")
    if not data.strip():
        raise refused("GP-ENC-002", path, "the file is empty", remedy)
    return data


def decode_text(data: bytes, path: Path, *, what: str, remedy: str) -> tuple[str, tuple[Finding, ...]]:
    """Text of UTF-8 bytes; Windows-1252 is read with a warning, UTF-16 and binary data are refused."""
    if is_utf16(data):
        raise refused("GP-ENC-001", path, "the file is UTF-16 text", "save it as UTF-8")
    if len(data.translate(None, _CONTROL)) != len(data):
        raise refused("GP-ENC-002", path, f"the file is binary, not a {what}", remedy)
    if len(data) > _MAX_WIDE_BYTES and not data.isascii():
        message = f"the file holds {len(data):,} bytes and letters beyond ASCII; the limit of such files is "
        raise refused("GP-SIZ-001", path, f"{message}{_MAX_WIDE_BYTES:,}", "give a smaller file, or plain ASCII names")
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as reason:
        line = data.count(b"\n", 0, reason.start) + 1
        return _decode_cp1252(data, Place(file=path, line=line, column=1), what, remedy)


def missing_file(path: Path, remedy: str) -> InputError:
    """Error of a path that does not exist; the nearest names of its folder are offered."""
    folder = path.parent
    if not folder.is_dir():
        return refused("GP-ENC-002", path, f"{path} does not exist, nor does its folder", "check the path")
    names = sorted(entry.name for entry in folder.iterdir())
    near = nearest_names(path.name, names)
    hint = did_you_mean(path.name, near) if near else ""
    return refused("GP-ENC-002", path, f"{path} does not exist.{hint}", remedy)


def path_inside(folder: Path, name: str, place: Place | None = None) -> Path:
    """Path of a file named in a study, which must lie in the study's folder.

    Parameters
    ----------
    folder : Path
        Folder of the study file.
    name : str
        Relative path as the study writes it.
    place : Place, optional
        Where the study names it.

    Raises
    ------
    InputError
        GP-SEC-001, for an address, an absolute path, a path through ``..``, or a link that leads out of the folder.
    """
    at = place or Place(file=folder)
    remedy = "copy the file into the folder of the study and name it from there"
    given = Path(name)
    if "://" in name:
        raise refused(
            "GP-SEC-001", at.file, f"{name!r} is an address; only files beside the study are read", remedy, at
        )
    if given.is_absolute() or given.drive or name.startswith(("~", "\\")):
        raise refused("GP-SEC-001", at.file, f"path {name!r} is absolute", remedy, at)
    if ".." in given.parts or "\\" in name:
        raise refused("GP-SEC-001", at.file, f"path {name!r} leads out of the folder of the study", remedy, at)
    if any(len(part.encode(errors="replace")) > _LONGEST_NAME_BYTES for part in given.parts):
        raise refused("GP-ENC-002", at.file, "the name of the file is too long for any disk", _CHECK_NAME, at)
    path = folder / given
    if not path.resolve().is_relative_to(folder.resolve()):
        raise refused(
            "GP-SEC-001", at.file, f"path {name!r} is a link that leads out of the study's folder", remedy, at
        )
    return path


def own_member(path: Path) -> Path:
    """Path of a file that belongs to the folder or the file beside it; a link must not lead out of that folder.

    Raises
    ------
    InputError
        GP-SEC-001, for a link that leads elsewhere.
    """
    if path.resolve().is_relative_to(path.parent.resolve()):
        return path
    message = f"{path.name} is a link that leads out of its folder"
    raise refused("GP-SEC-001", path, message, f"copy the file itself into {path.parent}")


def refused(code: str, file: Path | None, message: str, remedy: str, place: Place | None = None) -> InputError:
    """Error of one finding about a file."""
    at = place or Place(file=file)
    return InputError([Finding(code=code, severity="error", message=message, remedy=remedy, place=at)])


def _unpacked(data: bytes, path: Path, max_bytes: int) -> bytes:
    """Content of one gzip member after the other, never more than the limit."""
    text, rest = b"", data
    try:
        while rest:
            member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            text += member.decompress(rest, max_bytes + 1 - len(text))
            if len(text) > max_bytes:
                raise refused("GP-SIZ-001", path, _too_large(len(text), max_bytes), "give a smaller file")
            if not member.eof:
                raise refused("GP-ENC-002", path, "the gzip file is cut off", "copy the file again")
            rest = member.unused_data.strip(b"\0")
    except zlib.error as reason:
        message = f"the file is no gzip file, or is damaged: {reason}"
        raise refused("GP-ENC-002", path, message, "copy the file again") from None
    return text


def _refuse_many_lines(data: bytes, path: Path, max_lines: int) -> None:
    lines = max(data.count(b"\n"), data.count(b"\r"))
    if lines > max_lines:
        message = f"the file holds {lines:,} lines, the limit is {max_lines:,}"
        raise refused("GP-SIZ-001", path, message, "check whether it is the right file, or give a smaller one")
    number, line = max(enumerate(data.split(b"\n"), start=1), key=lambda numbered: len(numbered[1]))
    if len(line) > MAX_LINE_BYTES:
        message = f"the line holds {len(line):,} bytes, the limit is {MAX_LINE_BYTES:,}"
        place = Place(file=path, line=number, column=1)
        raise refused("GP-SIZ-001", path, message, "check whether the ends of lines were lost", place)


def _too_large(size: int, max_bytes: int) -> str:
    return f"the file holds {size:,} bytes, the limit is {max_bytes:,}"


def _decode_cp1252(data: bytes, place: Place, what: str, remedy: str) -> tuple[str, tuple[Finding, ...]]:
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise refused("GP-ENC-002", place.file, f"the file is binary, not a {what}", remedy) from None
    message = "the file is not UTF-8; it was read as Windows-1252 (Latin-1) text"
    return text, (
        Finding(code="GP-ENC-001", severity="warning", message=message, remedy="save it as UTF-8", place=place),
    )


def is_utf16(data: bytes) -> bool:
    """Whether bytes look like UTF-16 text: by their mark, or by zeros at every other place."""
    head = data[:200]
    zeros = (head[0::2].count(0), head[1::2].count(0))
    return data.startswith(_UTF16_MARKS) or (max(zeros) > len(head) * 0.3 and min(zeros) == 0)
