"""netCDF file of modelled load by campus, workload, scenario and hour, written block by block.

Comes in: blocks of scenarios, then what was summed up. Goes out: a file that xarray opens. What a campus does not have
takes no room in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from gridplan.terms import netcdf_attrs

SmallArray = npt.NDArray[np.float32]
_MW = "p_profile_mw"


class ProfileFile:
    """Open netCDF file; the scenarios go in by blocks, the rest at the end.

    Parameters
    ----------
    path : Path
    labels : mapping of dim to labels
        ``campus`` and ``workload``; scenarios are numbered.
    time_utc : datetime64[s], dims (time,)
    samples : int
        Count of scenarios.
    block : int
        Scenarios of a chunk.
    """

    def __init__(
        self,
        path: Path,
        *,
        labels: Mapping[str, Sequence[str]],
        time_utc: npt.NDArray[np.datetime64],
        samples: int,
        block: int,
    ) -> None:
        import h5netcdf

        self._row = {dim: {name: k for k, name in enumerate(names)} for dim, names in labels.items()}
        self._file = h5netcdf.File(path, "w", track_order=False)
        sizes = {dim: len(names) for dim, names in labels.items()} | {"scenario": samples, "time": len(time_utc)}
        self._file.dimensions = sizes
        for dim, names in labels.items():
            self._label(dim, names)
        self._file.create_variable("scenario", ("scenario",), data=np.arange(samples))
        time = self._file.create_variable("time", ("time",), data=time_utc.astype("datetime64[s]").astype(np.int64))
        time.attrs["units"] = "seconds since 1970-01-01T00:00:00Z"
        time.attrs["calendar"] = "proleptic_gregorian"
        time.attrs["long_name"] = "beginning of the hour, UTC"
        chunks = (1, 1, min(block, samples), len(time_utc))
        dims = ("campus", "workload", "scenario", "time")
        # No fill value of its own: 0 MW, which HDF5 has where nothing was written, would be read as missing.
        self._mw = self._file.create_variable(_MW, dims, dtype=np.float32, chunks=chunks)
        self._describe(self._mw, _MW)

    def __enter__(self) -> Self:
        """Return the file itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._file.close()

    def write(self, campus: str, workload: str, first: int, p_mw: SmallArray) -> None:
        """Keep scenarios from ``first`` on of one workload, dims (scenario, time) [MW]."""
        at = self._row["campus"][campus], self._row["workload"][workload]
        self._mw[at[0], at[1], first : first + len(p_mw), :] = p_mw

    def read(self, campus: str, workload: str) -> SmallArray:
        """All scenarios of one workload, dims (scenario, time) [MW]."""
        at = self._row["campus"][campus], self._row["workload"][workload]
        return np.asarray(self._mw[at[0], at[1], :, :], dtype=np.float32)

    def variable(self, name: str, dims: Sequence[str], data: Any, labels: Mapping[str, Sequence[Any]]) -> None:
        """Add a variable of the nomenclature, and the labels of its dims where they are new."""
        for dim, names in labels.items():
            if dim not in self._file.dimensions:
                self._file.dimensions[dim] = len(names)
                self._label(dim, names)
        self._describe(self._file.create_variable(name, tuple(dims), data=np.asarray(data)), name)

    def attributes(self, attrs: Mapping[str, Any]) -> None:
        """Attributes of the whole file."""
        for key, value in attrs.items():
            self._file.attrs[key] = value

    def _label(self, dim: str, names: Sequence[Any]) -> None:
        data = np.array([n.encode() for n in names]) if isinstance(names[0], str) else np.asarray(names)
        self._file.create_variable(dim, (dim,), data=data)

    @staticmethod
    def _describe(variable: Any, name: str) -> None:
        for key, text in netcdf_attrs(name).items():
            variable.attrs[key] = text
