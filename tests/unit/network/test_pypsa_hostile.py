"""Damaged and hostile netCDF files: an InputError with file, variable and way out, never a traceback or a flood."""

from __future__ import annotations

import resource
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from gridplan.errors import InputError
from gridplan.network.pypsa.read import read_pypsa
from tests.unit.network import pypsa_files as files

ROOT = Path(__file__).resolve().parents[3]
NAN = float("nan")

# name -> list, columns, code, a word of the place or the message
DAMAGED: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "load is NaN": ("loads", {"p_set": [NAN]}, "GP-VAL-001", "loads_p_set[d]"),
    "voltage is NaN": ("buses", {"v_nom": [230.0, NAN, 110.0]}, "GP-VAL-001", "buses_v_nom[b]"),
    "reactance is NaN": ("lines", {"x": [NAN]}, "GP-VAL-001", "lines_x[l]"),
    "rating is NaN": ("lines", {"s_nom": [NAN]}, "GP-VAL-001", "lines_s_nom[l]"),
    "cost is NaN": ("generators", {"marginal_cost": [NAN]}, "GP-VAL-001", "generators_marginal_cost[g]"),
    "efficiency is NaN": ("links", {"efficiency": [NAN]}, "GP-VAL-001", "links_efficiency[k]"),
    "status is NaN": ("loads", {"active": [NAN]}, "GP-VAL-001", "loads_active[d]"),
    "load as text": ("loads", {"p_set": ["140"]}, "GP-VAL-001", "loads_p_set"),
    "line to unknown bus": ("lines", {"bus1": ["B"]}, "GP-TOP-005", "lines_bus1[l]"),
    "line without bus1": ("lines", {"bus1": None}, "GP-TOP-005", "lines_bus1[l]"),
    "load at unknown bus": ("loads", {"bus": ["z"]}, "GP-TOP-005", "loads_bus[d]"),
    "unit at unknown bus": ("generators", {"bus": [""]}, "GP-TOP-005", "generators_bus[g]"),
    "heat bus": ("buses", {"carrier": ["AC", "AC", "heat"]}, "GP-NET-003", "buses_carrier[c]"),
    "dc bus": ("buses", {"carrier": ["AC", "DC", "AC"]}, "GP-NET-003", "buses_carrier[b]"),
    "third bus": ("links", {"bus2": ["b"]}, "GP-NET-003", "third bus"),
    "unit that draws": ("generators", {"sign": [-1.0]}, "GP-NET-003", "generators_sign[g]"),
    "type without values": ("lines", {"type": ["NAYY"], "x": [0.0]}, "GP-NET-003", "calculate_dependent_values"),
    "transformer without power": ("transformers", {"s_nom": [0.0]}, "GP-TRF-004", "transformers_s_nom[t]"),
    "unlimited transformer": ("transformers", {"s_nom": [float("inf")]}, "GP-TRF-004", "transformers_s_nom[t]"),
    "nameless unit": ("generators", {"i": [""]}, "GP-VAL-001", "no name"),
    "odd cost curve": ("generators", {"cost_curve": ["{'a': os.system}"]}, "GP-CST-001", "cost_curve"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_values_are_named(name: str, tmp_path: Path) -> None:
    part, columns, code, word = DAMAGED[name]
    path = files.write(tmp_path / "x.nc", files.changed(files.SMALL, part, **columns))
    refuses(path, code, word)


def refuses(path: Path, code: str, word: str = "") -> None:
    with pytest.raises(InputError) as caught:
        read_pypsa(path)
    findings = [f for f in caught.value.findings if f.code == code]
    assert findings, str(caught.value)
    assert all(f.place.file == path and f.message and f.remedy for f in caught.value.findings)
    assert any(word in f.place.key or word in f.message or word in f.remedy for f in findings), str(caught.value)


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    lists = files.changed(files.SMALL, "loads", p_set=[NAN])
    lists = files.changed(lists, "lines", bus1=["q"])
    with pytest.raises(InputError) as caught:
        read_pypsa(files.write(tmp_path / "x.nc", lists))
    assert {f.code for f in caught.value.findings} == {"GP-VAL-001", "GP-TOP-005"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"CDF\x01" + b"\0" * 100,
        b"\x89HDF\r\n\x1a\n",
        b"\x89HDF\r\n\x1a\n" + b"\xff" * 5000,
        b"\x80\x04K.",
    ],
    ids=["empty", "text", "classic netCDF", "head alone", "garbage", "pickle"],
)
def test_no_netcdf(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.nc"
    path.write_bytes(data)
    refuses(path, "GP-ENC-002")


def test_missing_file_and_folder(tmp_path: Path) -> None:
    files.write(tmp_path / "texas.nc", files.SMALL)
    refuses(tmp_path / "texa.nc", "GP-ENC-002", "texas.nc")
    refuses(tmp_path, "GP-ENC-002", "folder")


def test_file_of_more_than_256_mib_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "x.nc"
    with path.open("wb") as stream:
        stream.truncate(256 * 1024 * 1024 + 1)
    refuses(path, "GP-SIZ-001")


def _external_link(file: Any, folder: Path) -> None:
    file["lines_x2"] = h5py.ExternalLink(str(folder / "other.nc"), "/secret")


def _soft_link(file: Any, folder: Path) -> None:  # noqa: ARG001
    file["lines_x2"] = h5py.SoftLink("/lines_x")


def _external_storage(file: Any, folder: Path) -> None:
    (folder / "raw").write_bytes(b"12345678")
    file.create_dataset("lines_x2", (1,), dtype="f8", external=[(str(folder / "raw"), 0, 8)])


def _virtual(file: Any, folder: Path) -> None:
    layout = h5py.VirtualLayout((1,), dtype="f8")
    layout[0:1] = h5py.VirtualSource(str(folder / "other.nc"), "x", (1,))
    file.create_virtual_dataset("lines_x2", layout)


def _huge(file: Any, folder: Path) -> None:  # noqa: ARG001
    del file["loads_p_set"]
    file.create_dataset("loads_p_set", (2_000_000_000,), dtype="f8", chunks=(1_000_000,), compression="gzip")


def _two_dimensions(file: Any, folder: Path) -> None:  # noqa: ARG001
    del file["loads_p_set"]
    file.create_dataset("loads_p_set", data=np.ones((1, 3)))


def _too_many_values(file: Any, folder: Path) -> None:  # noqa: ARG001
    del file["loads_p_set"]
    file.create_dataset("loads_p_set", data=np.ones(7))


def _scenarios(file: Any, folder: Path) -> None:  # noqa: ARG001
    file.create_dataset("scenario", data=np.arange(2))


def _compound(file: Any, folder: Path) -> None:  # noqa: ARG001
    del file["loads_p_set"]
    file.create_dataset("loads_p_set", data=np.zeros(1, dtype=[("a", "f8"), ("b", "i4")]))


def _references(file: Any, folder: Path) -> None:  # noqa: ARG001
    del file["loads_bus"]
    file.create_dataset("loads_bus", (1,), dtype=h5py.ref_dtype)


def _no_buses(file: Any, folder: Path) -> None:  # noqa: ARG001
    del file["buses_i"]


def _flood_of_names(file: Any, folder: Path) -> None:  # noqa: ARG001
    for k in range(20_100):
        file.attrs.get("x")
        file[f"n{k}"] = file["buses_i"]


HOSTILE: dict[str, tuple[Callable[[Any, Path], None], str, str]] = {
    "external link": (_external_link, "GP-SEC-002", "lines_x2"),
    "soft link": (_soft_link, "GP-SEC-002", "lines_x2"),
    "values in another file": (_external_storage, "GP-SEC-002", "lines_x2"),
    "virtual dataset": (_virtual, "GP-SEC-002", "lines_x2"),
    "bomb": (_huge, "GP-SIZ-001", "loads_p_set"),
    "two dimensions": (_two_dimensions, "GP-NET-003", "loads_p_set"),
    "too many values": (_too_many_values, "GP-TAB-003", "7 values for 1 loads"),
    "scenarios": (_scenarios, "GP-NET-003", "scenario"),
    "compound type": (_compound, "GP-VAL-001", "loads_p_set"),
    "references": (_references, "GP-VAL-001", "loads_bus"),
    "no buses": (_no_buses, "GP-ENC-002", "buses_i"),
    "flood of names": (_flood_of_names, "GP-SIZ-001", "names"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name: str, tmp_path: Path) -> None:
    change, code, word = HOSTILE[name]
    path = files.write(tmp_path / "x.nc", files.SMALL)
    with h5py.File(path, "a") as file:
        change(file, tmp_path)
    refuses(path, code, word)


def test_long_text_is_refused_without_filling_the_memory(tmp_path: Path) -> None:
    path = files.write(tmp_path / "x.nc", files.SMALL)
    with h5py.File(path, "a") as file:
        del file["loads_bus"]
        text = file.create_dataset("loads_bus", (1,), dtype=h5py.string_dtype(), chunks=(1,), maxshape=(None,))
        text[0] = "a" * (8 * 1024 * 1024)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refuses(path, "GP-SIZ-001", "loads_bus")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


def test_nothing_is_imported_for_reading(tmp_path: Path) -> None:
    path = files.write(tmp_path / "x.nc", files.SMALL)
    for name in ("pypsa", "xarray", "netCDF4"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    code = textwrap.dedent(f"""
        import sys; sys.path[:0] = [".", {str(ROOT)!r}]
        from pathlib import Path
        from gridplan.network.pypsa.read import read_pypsa
        print(len(read_pypsa(Path({str(path)!r})).bus))
    """)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["3"], done.stderr
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("seed", range(40))
def test_bytes_changed_at_random(seed: int, tmp_path: Path) -> None:
    """Either the file still holds a network, or the error is one for people."""
    path = files.write(tmp_path / "x.nc", files.SMALL)
    data = bytearray(path.read_bytes())
    random = np.random.default_rng(seed)
    for at in random.integers(8, len(data), size=20):
        data[at] = random.integers(256)
    path.write_bytes(bytes(data[: len(data) // 2]) if seed % 4 == 0 else bytes(data))
    try:
        findings = read_pypsa(path).findings
    except InputError as error:
        findings = error.findings
    assert all(f.message and f.remedy and f.place.file == path for f in findings)
