"""Columns of netCDF files with several dims: campus and workload by label, the scenario by its own key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from gridplan.errors import Finding
from gridplan.series import netcdf_columns
from gridplan.store.profile_file import ProfileFile
from tests.unit.series.hourly_files import read_with_findings, refused

TIMES = np.datetime64("2020-01-01T07:00", "ns") + np.arange(48) * np.timedelta64(3600, "s")
VALUES = 1.0 + np.arange(2 * 3 * 4 * 48).reshape(2, 3, 4, 48)
DIMS = ("campus", "workload", "scenario", "time")
LABELS = {"campus": ["mesa", "tempe"], "workload": ["interactive", "batch", "pretrain"], "scenario": [10, 11, 12, 13]}


def profile(**more: Any) -> xr.Dataset:
    return xr.Dataset({"p_mw": (DIMS, VALUES), **more}, coords={**LABELS, "time": TIMES})


def written(folder: Path, data: xr.Dataset) -> Path:
    data.to_netcdf(folder / "p.nc", engine="h5netcdf")
    return folder / "p.nc"


def column(path: Path, name: str, scenario: str = "") -> np.ndarray[Any, np.dtype[np.float64]]:
    table, found = read_with_findings(path, kind="campus", columns={name: name}, scenario=scenario)
    assert found == ()
    np.testing.assert_array_equal(table.time_utc, TIMES.astype("datetime64[s]"))
    return table.values[:, 0]


def fault(path: Path, name: str, scenario: str = "") -> Finding:
    (found,) = refused(path, kind="campus", columns={name: name}, scenario=scenario)
    return found


@pytest.mark.parametrize("order", [DIMS, ("time", "campus", "scenario", "workload"), DIMS[::-1]])
def test_column_is_chosen_by_campus_workload_and_scenario(tmp_path: Path, order: tuple[str, ...]) -> None:
    """In whatever order the dims stand, the labels of one column do not: they stand as the dims of the variable."""
    path = written(tmp_path, profile().transpose(*order))
    labels = {"campus": "tempe", "workload": "batch"}
    name = "/".join(labels[dim] for dim in order if dim in labels)
    np.testing.assert_array_equal(column(path, name, "12"), VALUES[1, 1, 2])


def test_scenarios_without_labels_count_from_zero(tmp_path: Path) -> None:
    path = written(tmp_path, profile().drop_vars("scenario"))
    np.testing.assert_array_equal(column(path, "mesa/pretrain", "3"), VALUES[0, 2, 3])


def test_the_only_scenario_needs_no_key(tmp_path: Path) -> None:
    path = written(tmp_path, profile().isel(scenario=[1]))
    np.testing.assert_array_equal(column(path, "mesa/batch"), VALUES[0, 1, 1])
    np.testing.assert_array_equal(column(path, "p_mw/mesa/batch"), VALUES[0, 1, 1])


def test_scenario_that_is_not_chosen_or_not_there(tmp_path: Path) -> None:
    path = written(tmp_path, profile())
    found = fault(path, "mesa/batch")
    assert (found.code, found.message, found.remedy) == (
        "GP-TAB-001",
        "variable p_mw holds 4 scenarios, and the study does not choose one",
        "write scenario: with one of 10, 11, 12, 13",
    )
    found = fault(path, "mesa/batch", "14")
    assert found.message.startswith("variable p_mw has no scenario '14'. Did you mean '1")
    assert found.remedy == "write one of 10, 11, 12, 13"


def test_scenario_of_a_variable_without_any_is_a_warning(tmp_path: Path) -> None:
    path = written(tmp_path, profile().isel(scenario=0, drop=True))
    _, (told,) = read_with_findings(path, kind="campus", columns={"p": "mesa/batch"}, scenario="3")
    assert (told.code, told.severity) == ("GP-STU-009", "warning")


def test_label_of_two_variables_needs_the_variable(tmp_path: Path) -> None:
    path = written(tmp_path, profile(q_mw=(DIMS, 2 * VALUES)))
    found = fault(path, "mesa/batch", "10")
    assert (found.code, found.message) == ("GP-TAB-002", "column 'mesa/batch' stands in 2 variables: p_mw, q_mw")
    assert found.remedy == "name the variable, too, as in p_mw/mesa/batch"
    np.testing.assert_array_equal(column(path, "q_mw/mesa/batch", "10"), 2 * VALUES[0, 1, 0])


def test_wrong_name_has_its_neighbour_and_a_variable_its_labels(tmp_path: Path) -> None:
    path = written(tmp_path, profile())
    assert "Did you mean 'mesa/batch'" in fault(path, "mesa/bath", "10").message
    found = fault(path, "p_mw", "10")
    assert found.message == "variable 'p_mw' holds 6 columns, one a label"
    assert found.remedy.startswith("name one of mesa/interactive, mesa/batch")


def test_other_kinds_take_scenarios_as_labels(tmp_path: Path) -> None:
    """A load file has no key for it: its columns are named by every label."""
    path = written(tmp_path, profile())
    table, _ = read_with_findings(path, columns={"north": "mesa/batch/11", "south": "tempe/pretrain/13"})
    np.testing.assert_array_equal(table.values, np.column_stack([VALUES[0, 1, 1], VALUES[1, 2, 3]]))
    assert read_with_findings(path)[0].values.shape == (48, 24)


def test_one_column_of_a_variable_too_large_to_hold_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, profile())
    monkeypatch.setattr(netcdf_columns, "MAX_VALUES", 100)
    np.testing.assert_array_equal(column(path, "tempe/batch", "12"), VALUES[1, 1, 2])
    table, _ = read_with_findings(path, columns={"a": "mesa/batch/11", "b": "tempe/pretrain/13"})
    np.testing.assert_array_equal(table.values, np.column_stack([VALUES[0, 1, 1], VALUES[1, 2, 3]]))
    found = refused(path)
    assert [f.code for f in found] == ["GP-SIZ-001"]


def test_labels_beyond_reason_are_refused(tmp_path: Path) -> None:
    labels = {"a": np.arange(200), "b": np.arange(200), "time": TIMES[:1]}
    path = written(tmp_path, xr.Dataset({"p": (("a", "b", "time"), np.ones((200, 200, 1)))}, coords=labels))
    assert "more than 20,000 columns" in fault(path, "3/4").message


def test_scale_and_missing_values_hold_for_a_part_of_a_variable(tmp_path: Path) -> None:
    data = profile()
    packed = {"dtype": "int16", "scale_factor": 0.5, "add_offset": 3.0, "_FillValue": -1}
    data.to_netcdf(tmp_path / "p.nc", engine="h5netcdf", encoding={"p_mw": packed})
    assert column(tmp_path / "p.nc", "tempe/batch", "12") == pytest.approx(VALUES[1, 1, 2], abs=0.25)


def test_time_may_have_another_name_than_its_dim(tmp_path: Path) -> None:
    data = profile().isel(scenario=0, drop=True).drop_indexes("time").rename_dims(time="hour").reset_coords("time")
    path = written(tmp_path, data)
    assert column(path, "mesa/batch") == pytest.approx(VALUES[0, 1, 0])


def test_profile_that_gridplan_writes_is_a_meter(tmp_path: Path) -> None:
    """Also where a workload rests: 0 MW is a value, not a missing one."""
    time_utc = TIMES.astype("datetime64[s]")
    labels = {"campus": ("mesa", "tempe"), "workload": ("interactive", "batch")}
    p_mw = np.arange(3 * 48, dtype=np.float32).reshape(3, 48)
    with ProfileFile(tmp_path / "p.nc", labels=labels, time_utc=time_utc, samples=3, block=2) as file:
        file.write("tempe", "batch", 0, p_mw)
        central = (("campus", "workload", "time"), np.full((2, 2, 48), 7.0))
        file.variable("central_mw", *central, {})
        file.variable("band_mw", ("campus", "quantile", "time"), np.ones((2, 1, 48)), {"quantile": [0.5]})
    np.testing.assert_array_equal(column(tmp_path / "p.nc", "tempe/batch", "0"), p_mw[0])
    np.testing.assert_array_equal(column(tmp_path / "p.nc", "p_profile_mw/tempe/batch", "2"), p_mw[2])
    np.testing.assert_array_equal(column(tmp_path / "p.nc", "central_mw/tempe/batch"), np.full(48, 7.0))
    np.testing.assert_array_equal(column(tmp_path / "p.nc", "tempe/0.5"), np.ones(48))
    assert fault(tmp_path / "p.nc", "tempe/batch").message.endswith("stands in 2 variables: central_mw, p_profile_mw")
