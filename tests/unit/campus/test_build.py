from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from gridplan.campus.build import build_campuses
from gridplan.campus.model import Campuses
from gridplan.campus.modelled import central_class_mw
from gridplan.errors import InputError
from gridplan.series.model import CampusProfile
from gridplan.solution import WORKLOADS
from gridplan.study.schema import Study
from tests.property.modelled_campuses import CHAT, TRAINING, sized
from tests.property.modelled_campuses import hours as few_hours

YEAR = np.datetime64("2020-01-01T07:00:00") + np.arange(8784) * np.timedelta64(3600, "s")
JOB = {
    "id": "tune",
    "kind": "finetune",
    "energy_mwh": 500,
    "p_max_mw": 20,
    "release": "2020-03-01T06:00",
    "deadline": "2020-03-03T06:00",
}


def study(
    *, load_basis: str = "modelled", hours: Any = "all", timezone: str = "America/Phoenix", **campus: Any
) -> Study:
    mesa = {"id": "mesa", "poi": [107], "contract_mw": 400, **campus}
    tempe = {"id": "tempe", "poi": [113], "contract_mw": 100, "workloads": {"shape": "flat", "load_factor": 0.6}}
    return Study.model_validate(
        {
            "schema_version": 1,
            "name": "two campuses",
            "network": "rts_gmlc",
            "timezone": timezone,
            "years": [2027],
            "hours": hours,
            "criteria": {"load_basis": load_basis},
            "campuses": [mesa, tempe],
        }
    )


def built(given: Study, connected_mw: dict[str, float] | None = None, hours: int = 8784) -> Campuses:
    return build_campuses(given, 2027, connected_mw or {"mesa": 400.0, "tempe": 100.0}, YEAR[:hours])


@pytest.mark.parametrize("hours", [48, 336, 8784])
def test_modelled_energy_is_load_factor_times_connected_share(hours: int) -> None:
    campuses = built(study(), hours=hours)
    shares = np.array(study().campuses[0].workloads.shares.values())
    wanted_mwh = np.outer([400.0 * 0.8, 100.0 * 0.6], np.ones(5)) * shares * hours
    assert campuses.baseline_mw.sum(axis=2) == pytest.approx(wanted_mwh, rel=1e-9)
    assert (campuses.baseline_mw <= campuses.installed_mw[:, :, None] + 1e-9).all()


def test_contract_basis_is_the_share_of_the_connected_power_in_every_hour() -> None:
    campuses = built(study(load_basis="contract"), {"mesa": 250.0})
    assert campuses.connected_mw == pytest.approx([250.0, 0.0])
    assert campuses.baseline_mw.sum(axis=1)[0] == pytest.approx(np.full(8784, 250.0))
    assert campuses.baseline_mw[0] == pytest.approx(np.repeat(campuses.installed_mw[0][:, None], 8784, axis=1))
    assert not campuses.baseline_mw[1].any()
    assert campuses.findings == ()


def test_only_interactive_classes_follow_the_shape() -> None:
    baseline_mw = built(study()).baseline_mw[0]
    varies = {w: float(np.ptp(baseline_mw[c])) > 1.0 for c, w in enumerate(WORKLOADS)}
    assert varies == {"interactive": True, "relaxed": True, "batch": False, "finetune": False, "pretrain": False}


def test_cut_peaks_are_told() -> None:
    notes = built(study()).findings
    assert [note.code for note in notes] == ["GP-CAM-002", "GP-CAM-002"]
    assert "it is cut at the installed 140.0 MW" in notes[0].message
    assert "the mean stays 112.0 MW" in notes[0].message
    assert notes[0].place.key == "campuses.0.workloads.shape"
    assert built(study(workloads={"load_factor": 0.5})).findings == ()


def test_flexibility_is_taken_from_the_study_and_its_prices() -> None:
    own = {"flexibility": {"deadline_h": {"batch": 6}, "idle_floor_frac": 0.3}}
    campuses = built(study(workloads=own, service={"kind": "conditional", "terms": {"max_energy_frac": 0.01}}))
    assert campuses.deadline_h.tolist() == [[0, 0, 6, 72, 24], [0, 0, 24, 72, 24]]
    assert campuses.idle_floor_frac == pytest.approx([0.3, 0.25])
    assert campuses.value_usd_per_mwh[1] == pytest.approx([5000.0, 3000.0, 500.0, 800.0, 1500.0])
    assert campuses.is_conditional.tolist() == [True, False]
    assert campuses.max_energy_frac == pytest.approx([0.01, 0.0])
    assert campuses.installed_mw.sum(axis=1) == pytest.approx([400.0, 100.0])


def test_store_belongs_to_a_connected_campus() -> None:
    given = study(storage={"p_mw": 100, "e_mwh": 400})
    (store,) = built(given).storage
    assert (store.label, store.p_mw, store.e_mwh, store.efficiency_roundtrip_frac) == ("mesa:storage", 100, 400, 0.86)
    assert built(given, {"tempe": 100.0}).storage == ()


@pytest.mark.parametrize(
    ("timezone", "release"), [("America/Phoenix", 1446), ("America/New_York", 1444), ("UTC", 1439)]
)
def test_job_hours_are_local_clock(timezone: str, release: int) -> None:
    given = study(timezone=timezone, workloads={"load_factor": 0.5, "jobs": [JOB]})
    (job,) = built(given).jobs
    assert (job.label, job.workload, job.release_position, job.deadline_position) == (
        "mesa:tune",
        "finetune",
        release,
        release + 48,
    )


def test_clock_of_a_half_hour_zone_makes_the_window_shorter() -> None:
    (job,) = built(study(timezone="Asia/Kolkata", workloads={"load_factor": 0.5, "jobs": [JOB]})).jobs
    assert job.deadline_position - job.release_position == 47


def test_job_outside_a_part_of_the_year_is_left_out_with_a_warning() -> None:
    given = study(hours={"first": 0, "count": 48}, workloads={"load_factor": 0.5, "jobs": [JOB]})
    campuses = built(given, hours=48)
    assert campuses.jobs == ()
    (warning,) = campuses.findings
    assert (warning.severity, warning.place.key) == ("warning", "campuses.0.workloads.jobs.0")
    assert "job tune is left out: its window 2020-03-01T06:00 to 2020-03-03T06:00" in warning.message


def test_job_outside_the_whole_year_is_an_error() -> None:
    late = {**JOB, "release": "2021-03-01T06:00", "deadline": "2021-03-03T06:00"}
    with pytest.raises(InputError, match="is not inside the hours of the network's series"):
        built(study(workloads={"load_factor": 0.5, "jobs": [late]}))


def test_job_ending_with_the_year_is_studied() -> None:
    last = {**JOB, "release": "2020-12-30T00:00", "deadline": "2021-01-01T00:00"}
    (job,) = built(study(workloads={"load_factor": 0.5, "jobs": [last]})).jobs
    assert job.deadline_position == 8784


def test_jobs_need_room_beside_the_contract() -> None:
    with pytest.raises(InputError, match="campus mesa in 2027: its jobs need 500 MWh together, and its 400 MW meter"):
        built(study(load_basis="contract", workloads={"jobs": [JOB]}))


def test_job_needs_room_in_its_own_window() -> None:
    shares = {"interactive": 1.0}
    big = {**JOB, "energy_mwh": 9000, "p_max_mw": 200}
    with pytest.raises(InputError, match=r"job tune needs 9,000 MWh, and its 400 MW meter leaves 7,\d\d\d MWh"):
        built(study(workloads={"shares": shares, "shape": "flat", "load_factor": 0.6, "jobs": [big]}))


def test_jobs_of_an_unconnected_campus_are_not_studied() -> None:
    campuses = built(study(workloads={"load_factor": 0.5, "jobs": [JOB]}), {"tempe": 50.0})
    assert campuses.jobs == ()
    assert campuses.findings == ()


def test_unknown_shapes_are_all_told() -> None:
    with pytest.raises(InputError) as caught:
        built(study(load_basis="contract", workloads={"shape": "flatt"}))
    assert [finding.code for finding in caught.value.findings] == ["GP-CAM-001"]
    assert caught.value.findings[0].place.key == "campuses.0.workloads.shape"


def test_unknown_campus_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="campuses the study does not have: nobody"):
        built(study(), {"nobody": 1.0})


def test_study_without_campuses_has_empty_arrays() -> None:
    given = study().model_copy(update={"campuses": ()})
    campuses = build_campuses(given, 2027, {}, YEAR)
    assert campuses.baseline_mw.shape == (0, 5, 8784)
    assert campuses.n_time == 8784
    assert campuses.to_dataset().sizes["campus"] == 0


def test_dataset_has_one_scenario_and_units() -> None:
    campuses = built(study(), hours=48)
    dataset = campuses.to_dataset()
    assert dataset["p_baseline_mw"].dims == ("campus", "workload", "scenario", "time")
    assert dataset.sizes == {"campus": 2, "workload": 5, "scenario": 1, "time": 48}
    assert dataset["p_baseline_mw"].attrs["units"] == "MW"
    assert dataset["deadline_h"].sel(campus="mesa", workload="batch") == 24
    assert dataset["p_baseline_mw"].sel(scenario="base").values == pytest.approx(campuses.baseline_mw)


def test_arrays_are_read_only_and_checked_at_birth() -> None:
    campuses = built(study(), hours=48)
    with pytest.raises(ValueError, match="read-only"):
        campuses.baseline_mw[0, 0, 0] = 1.0
    with pytest.raises(ValueError, match="baseline_mw of mesa interactive is 1000 MW above installed_mw"):
        replace(campuses, baseline_mw=campuses.installed_mw[:, :, None] + np.full((2, 5, 48), 1000.0) * [[[1]], [[0]]])
    with pytest.raises(ValueError, match="shed_frac has shape"):
        replace(campuses, shed_frac=np.zeros((2, 4)))
    with pytest.raises(ValueError, match="connected_mw holds a value that is negative"):
        replace(campuses, connected_mw=np.array([-1.0, 0.0]))


@dataclass(frozen=True)
class Told:
    """Load of a driver pack as the plan is told of it."""

    campus: str
    year: int
    demand_frac: npt.NDArray[np.float64]


def told(preset: str, hours: int, contract_mw: float = 400.0) -> Told:
    of = few_hours(hours)
    campus = sized("mesa", preset, of, contract_mw=contract_mw)
    return Told("mesa", 2027, central_class_mw(campus, of) / contract_mw)


@pytest.mark.parametrize("preset", [CHAT, TRAINING])
def test_baseline_of_a_preset_is_its_demand_per_mw_times_the_mw_connected(preset: str) -> None:
    given = study(workloads={"preset": preset})
    load = told(preset, 168)
    for connected in (400.0, 130.0, 0.0):
        both = {"mesa": connected, "tempe": 100.0}
        campuses = build_campuses(given, 2027, both, few_hours(168).time_utc, modelled=(load,))
        assert campuses.baseline_mw[0] == pytest.approx(load.demand_frac * connected, rel=1e-12)
        total = campuses.baseline_mw[0].sum(axis=0)
        assert (total <= connected * (1 + 1e-9)).all()
        assert total.max() == pytest.approx(connected, rel=1e-4)
        assert (campuses.baseline_mw[0] <= campuses.installed_mw[0][:, None]).all()
        assert campuses.findings == ()


def test_contract_basis_keeps_a_campus_with_a_preset_flat() -> None:
    given = study(load_basis="contract", workloads={"preset": CHAT})
    campuses = build_campuses(given, 2027, {"mesa": 400.0}, few_hours(24).time_utc, modelled=(told(CHAT, 24),))
    assert campuses.baseline_mw[0].sum(axis=0) == pytest.approx(np.full(24, 400.0))


def test_a_meter_of_the_whole_campus_stands_in_place_of_the_pack() -> None:
    meter = {"file": "m.csv", "timezone": "UTC", "stamp": "hour_beginning", "unit": "MW", "column": "p"}
    given = study(workloads={"preset": TRAINING, "measured": {**meter, "scaling": "as_measured"}})
    p_mw = 100.0 + np.arange(24.0)
    campuses = build_campuses(
        given,
        2027,
        {"mesa": 400.0},
        few_hours(24).time_utc,
        [CampusProfile(campus="mesa", workload="", p_mw=p_mw, peak_mw=123.0)],
        (told(TRAINING, 24),),
    )
    assert campuses.baseline_mw[0].sum(axis=0) == pytest.approx(p_mw, rel=1e-9)


def test_a_year_without_the_load_of_a_pack_is_refused() -> None:
    given = study(workloads={"preset": CHAT})
    with pytest.raises(ValueError, match="modelled load of campus mesa is not given"):
        build_campuses(given, 2027, {"mesa": 400.0}, few_hours(24).time_utc)
