from __future__ import annotations

import numpy as np
import pytest

from gridplan.campus.shape import find_shape, shape_names, shape_rel, shaped_demand_mw
from gridplan.campus.shape_table import SHAPES, Shape
from gridplan.errors import InputError
from gridplan.study.defaults import default_row

YEAR = np.datetime64("2020-01-01T07:00:00") + np.arange(8784) * np.timedelta64(3600, "s")


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_every_shape_is_whole_positive_and_sourced(shape: Shape) -> None:
    assert len(shape.weekday_rel) == 24
    assert min(shape.weekday_rel) > 0
    assert shape.weekend_per_weekday > 0
    assert shape.source
    assert shape.licence


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
@pytest.mark.parametrize("hours", [1, 24, 100, 168, 8784])
def test_mean_is_one_over_the_studied_hours(shape: Shape, hours: int) -> None:
    assert shape_rel(shape, YEAR[:hours]).mean() == pytest.approx(1.0, abs=1e-13)


def test_default_shape_of_a_study_exists() -> None:
    assert default_row("campuses.workloads.shape").value in shape_names()


def test_conversation_shape_is_the_published_day_and_week() -> None:
    monday = np.datetime64("2020-01-06T00:00:00") + np.arange(168) * np.timedelta64(3600, "s")
    rel = shape_rel(find_shape("azure_conversation"), monday)
    assert int(rel[:24].argmax()) == 14
    assert rel[14] / rel[0] == pytest.approx(1.53 / 1.02)
    assert rel[:24] == pytest.approx(rel[96:120])
    assert rel[120:144] == pytest.approx(0.57 * rel[:24])
    # The source states 0.60 for the mean of the week relative to its peak.
    assert 1.0 / rel.max() == pytest.approx(0.60, abs=0.06)


def test_flat_shape_is_flat() -> None:
    assert shape_rel(find_shape("flat"), YEAR) == pytest.approx(np.ones(8784))


def test_unknown_shape_offers_the_nearest() -> None:
    with pytest.raises(InputError, match=r"there is no shape 'azure_conversion'. Did you mean 'azure_conversation'\?"):
        find_shape("azure_conversion")


@pytest.mark.parametrize("load_factor", [0.01, 0.5, 0.8, 0.95, 0.999, 1.0])
def test_demand_keeps_its_mean_below_the_installed_power(load_factor: float) -> None:
    rel = shape_rel(find_shape("azure_conversation"), YEAR)
    demand_mw = shaped_demand_mw(rel, load_factor * 140.0, 140.0)
    assert demand_mw.sum() == pytest.approx(load_factor * 140.0 * 8784, rel=1e-12)
    assert demand_mw.max() <= 140.0
    assert demand_mw.min() > 0


def test_cut_peaks_raise_the_other_hours_in_proportion() -> None:
    demand_mw = shaped_demand_mw(np.array([2.0, 0.5, 0.5, 1.0]), 60.0, 100.0)
    # 120 MW is cut to 100; the 20 MWh go to 30, 30 and 60 MW in proportion: times 140/120.
    assert demand_mw == pytest.approx([100.0, 35.0, 35.0, 70.0])


def test_raised_hours_are_cut_again_where_they_reach_the_limit() -> None:
    demand_mw = shaped_demand_mw(np.array([2.0, 1.2, 0.4, 0.4]), 80.0, 100.0)
    assert demand_mw == pytest.approx([100.0, 100.0, 60.0, 60.0])


def test_nothing_installed_is_no_demand() -> None:
    assert shaped_demand_mw(np.array([1.5, 0.5]), 0.0, 0.0) == pytest.approx([0.0, 0.0])
