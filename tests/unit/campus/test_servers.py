"""Servers of a campus in a scenario: the same in number as in the central run, each with the power of the scenario."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from gridplan.campus.campus_model import campus_model
from gridplan.campus.drivers.draws import Draws, base_draws
from gridplan.campus.drivers.read_pack import preset_path, read_pack
from gridplan.campus.site import SiteLoad, SizedCampus, site_load
from gridplan.campus.size import size_campus
from gridplan.campus.workloads.load import PARTS, Hours
from gridplan.study.load_model_request import LoadModel

HOURS = Hours(
    time_utc=np.datetime64("2020-03-02T07", "s") + np.arange(168) * np.timedelta64(3600, "s"),
    timezone="America/Phoenix",
    year=2028,
)
AMPLE_MW = 1000.0


def sized(preset: str, *, start: str | None = None) -> SizedCampus:
    model = campus_model("mesa", read_pack(preset_path(preset)), LoadModel(), HOURS.timezone, key="model")
    begin = None if start is None else np.datetime64(start, "s")
    return size_campus(model, AMPLE_MW, HOURS, np.full(len(HOURS), 20.0), is_scaled=False, start=begin)


def load_of(preset: str, changed: Mapping[str, float], *, start: str | None = None) -> SiteLoad:
    """Load of a preset as stated below an ample contract, sized by its central run, with some parameters changed."""
    campus = sized(preset, start=start)
    central = base_draws(campus.model.parameters)
    return site_load(campus, Draws({**central, **{key: np.array([value]) for key, value in changed.items()}}), HOURS)


def test_servers_that_draw_more_are_not_work_left_undone() -> None:
    """Servers at 0.82 of their rating and not at 0.76: the same training, 0.82/0.76 of the MW, restarts idle."""
    central, hotter = (load_of("perpetual_training", {"train.node_power_frac": f}) for f in (0.76, 0.82))
    idle = {"train.planned_stops_per_day": 0.0, "train.failures_per_accelerator_h": 0.0}
    still, busier = (load_of("perpetual_training", {**idle, "train.node_power_frac": f}) for f in (0.76, 0.82))
    assert hotter.unserved_frac[0] == pytest.approx(0.0, abs=1e-12)
    assert busier.p_mw[0].sum() == pytest.approx(still.p_mw[0].sum() * 0.82 / 0.76)
    assert central.p_mw[0].max() < hotter.p_mw[0].max() < central.p_mw[0].max() * 0.82 / 0.76 * (1 + 1e-9)


def test_hosts_that_draw_more_serve_the_same_requests() -> None:
    """Every accelerator of the central run is there, so nothing is left out while they all draw more."""
    central, hotter = (load_of("llama_8b", {"fleet.host_overhead": h}) for h in (0.43, 0.60))
    assert hotter.unserved_frac[0] == pytest.approx(0.0, abs=1e-12)
    assert hotter.p_mw[:-1].sum() == pytest.approx(central.p_mw[:-1].sum() * 1.60 / 1.43)


def test_more_requests_than_accelerators_are_left_undone() -> None:
    found = load_of("llama_8b", {"serving.users_factor": 2.0})
    assert found.unserved_frac[0] > 0.2


def test_servers_are_energised_in_step_with_the_contract() -> None:
    """Half of an ample contract: half of the servers, which hold the load; the contract alone would not."""
    half = {"facility.realisation_frac": 0.5}
    found = load_of("perpetual_training", half, start="2000-01-01")
    central = sized("perpetual_training")
    it_mwh, whole_mwh = (load.stages_mwh[:, : len(PARTS)].sum() for load in (found, load_of("perpetual_training", {})))
    assert it_mwh == pytest.approx(central.servers_mw / 2 * len(HOURS))
    assert found.unserved_frac[0] == pytest.approx(1 - it_mwh / whole_mwh)
