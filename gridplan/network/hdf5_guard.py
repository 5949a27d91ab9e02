"""HDF5 files that somebody else made: only plain tables stored in the file itself are read, and never more than fits.

Comes in: a path. Goes out: datasets by name with their shape, and their values on demand. Links to other files, data
kept elsewhere, filters that load plug-ins, and texts that outgrow the file are refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from gridplan.errors import FileError, InputError, Place
from gridplan.network.model import Labels
from gridplan.text_file import MAX_FILE_BYTES, missing_file, refused

#: First bytes of an HDF5 file, and of a classic netCDF file.
_HDF5, _CLASSIC = b"\x89HDF\r\n\x1a\n", b"CDF"
#: Most values of one table, most names in a file, longest text [characters], most text of one table [characters].
MAX_VALUES, MAX_NAMES, MAX_TEXT, MAX_TEXTS = 4_000_000, 20_000, 100_000, 128 * 1024 * 1024
#: Filters that are part of HDF5: deflate, shuffle, checksum, and scale-offset.
_FILTERS = frozenset((1, 2, 3, 6))
_SAFETY = "do not open this file elsewhere before you know its origin; export the network again"


class GuardedFile:
    """Datasets at the top of a file; nothing is read before it is asked for."""

    def __init__(self, file: Any, path: Path) -> None:
        """List the names; a name that leads out of the file is an InputError."""
        import h5py

        self.path = path
        self._size = path.stat().st_size
        self._file = file
        self.sets: dict[str, Any] = {}
        if len(file) > MAX_NAMES:
            raise self.refused("GP-SIZ-001", f"the file holds {len(file):,} names, the limit is {MAX_NAMES:,}", "")
        for name in file:
            if not isinstance(file.get(name, getlink=True), h5py.HardLink):
                raise self.refused("GP-SEC-002", f"{_shown(name)} is a link that leads elsewhere", name)
            found = file[name]
            if isinstance(found, h5py.Dataset):
                self._check(name, found)
                self.sets[name] = found

    def refused(self, code: str, message: str, name: str, remedy: str = _SAFETY) -> InputError:
        """Error at one variable of the file."""
        return refused(code, self.path, message, remedy, Place(file=self.path, key=_shown(name)))

    def attribute(self, name: str) -> str:
        """Text of an attribute of the file, empty where there is none or it is too long."""
        if name not in self._file.attrs or self._file.attrs.get_id(name).get_storage_size() > MAX_TEXT:
            return ""
        value = self._file.attrs[name]
        value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        return value if isinstance(value, str) and len(value) <= MAX_TEXT else ""

    def numbers(self, name: str) -> np.ndarray[Any, np.dtype[Any]]:
        """Numbers or truth values of a table with one dimension."""
        found = self.sets[name]
        if found.dtype.kind not in "biuf":
            raise self.refused("GP-VAL-001", f"{name} is not a table of numbers", name, "export the network again")
        return np.asarray(self._one_dimension(name)[...])

    def texts(self, name: str) -> Labels:
        """Texts of a table with one dimension; numbers are written out."""
        found = self._one_dimension(name)
        if found.dtype.kind in "biuf":
            return tuple(str(value) for value in found[...].tolist())
        if found.dtype.kind not in "OS" or (found.dtype.kind == "O" and not _is_text(found)):
            raise self.refused("GP-VAL-001", f"{name} is not a table of texts", name, "export the network again")
        texts: list[str] = []
        total = 0
        # A text is stored once and may be named by many rows: no block may hold more than the limit.
        block = max(1, min(len(found), MAX_TEXTS // max(1, self._size)))
        for start in range(0, len(found), block):
            for value in found[start : start + block]:
                total += len(value)
                if len(value) > MAX_TEXT or total > MAX_TEXTS:
                    raise self.refused("GP-SIZ-001", f"{name} holds more text than {MAX_TEXTS:,} characters", name)
                texts.append(value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value))
        return tuple(texts)

    def _one_dimension(self, name: str) -> Any:
        found = self.sets[name]
        if len(found.shape) != 1:
            what = "several (investment periods, scenarios?)" if len(found.shape) else "none"
            message = f"{name} should have one dimension and has {what}"
            raise self.refused("GP-NET-003", message, name, "export one scenario and one period")
        if found.shape[0] > MAX_VALUES:
            raise self.refused(
                "GP-SIZ-001", f"{name} holds {found.shape[0]:,} values, the limit is {MAX_VALUES:,}", name
            )
        return found

    def _check(self, name: str, found: Any) -> None:
        plist = found.id.get_create_plist()
        filters = {plist.get_filter(k)[0] for k in range(plist.get_nfilters())}
        if found.external or found.is_virtual:
            raise self.refused("GP-SEC-002", f"{_shown(name)} keeps its values in other files", name)
        if not filters <= _FILTERS:
            raise self.refused("GP-SEC-002", f"{_shown(name)} is packed by a filter that is not part of HDF5", name)


@contextmanager
def guarded_hdf5(path: Path, *, what: str, remedy: str) -> Iterator[GuardedFile]:
    """Open a file for reading.

    Raises
    ------
    InputError
        GP-ENC-002 (missing, folder, no HDF5, damaged), GP-SIZ-001 (too large) or GP-SEC-002 (leads out of the file).
    FileError
        If the file exists and may not be read.
    """
    _check_head(path, what, remedy)
    import h5py

    try:
        with h5py.File(path, "r", locking=False) as file:
            yield GuardedFile(file, path)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as reason:
        message = f"the file is damaged: {str(reason).splitlines()[0][:120]}"
        raise refused("GP-ENC-002", path, message, remedy) from None


def _check_head(path: Path, what: str, remedy: str) -> None:
    try:
        if not path.is_file():
            kind = "a folder" if path.is_dir() else "not a regular file"
            raise (
                refused("GP-ENC-002", path, f"{path} is {kind}", remedy)
                if path.exists()
                else missing_file(path, remedy)
            )
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            message = f"the file holds {size:,} bytes, the limit is {MAX_FILE_BYTES:,}"
            raise refused("GP-SIZ-001", path, message, "export the network without time series")
        with path.open("rb") as stream:
            head = stream.read(len(_HDF5))
    except OSError as reason:
        raise FileError(f"{path} cannot be read: {reason.strerror or reason}") from reason
    if head == _HDF5:
        return
    if head.startswith(_CLASSIC):
        message = "the file is classic netCDF; PyPSA writes netCDF 4"
    else:
        message = f"the file is empty, not a {what}" if not head else f"the file is not a {what}"
    raise refused("GP-ENC-002", path, message, remedy)


def _is_text(found: Any) -> bool:
    import h5py

    return h5py.check_string_dtype(found.dtype) is not None


def _shown(name: str) -> str:
    return name if name.isprintable() and len(name) <= 80 else "a variable"
