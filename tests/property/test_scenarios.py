"""Invariants of scenarios: seed, block, order, widths, marginals, medoids, contract and energy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from gridplan.campus.campus_model import LARGEST
from gridplan.campus.drivers.draws import Draws
from gridplan.campus.drivers.parameter import Parameter, fixed, value_at
from gridplan.campus.drivers.read_pack import preset_names
from gridplan.campus.drivers.table import PARAMETERS
from gridplan.campus.modelled import central_class_mw, central_load
from gridplan.campus.site import SizedCampus, site_load
from gridplan.campus.size import size_campus
from gridplan.campus.streams import Streams
from gridplan.campus.uncertainty.bands import Features, medoids, pointwise_quantiles
from gridplan.campus.uncertainty.ensemble import Ensemble, by_class, run_ensemble, scenario_draws
from gridplan.campus.uncertainty.noise import hourly_noise
from gridplan.campus.uncertainty.sample import unit_sample, with_rank_correlation
from gridplan.campus.workloads.load import Chance, Hours
from gridplan.study.load_model_request import LoadModel
from tests.oracles import load_draws as oracle
from tests.property.modelled_campuses import CHAT, TRAINING, hours, sized, spread, without_spread

FloatArray = npt.NDArray[np.float64]
HOURS = hours(168)


class Kept:
    """Sink that keeps all scenarios."""

    def __init__(self, samples: int, count: int) -> None:
        self.size = (samples, count)
        self.p_mw: dict[tuple[str, str], npt.NDArray[np.float32]] = {}

    def write(self, campus: str, workload: str, first: int, p_mw: npt.NDArray[np.float32]) -> None:
        kept = self.p_mw.setdefault((campus, workload), np.full(self.size, np.nan, np.float32))
        assert np.isnan(kept[first : first + len(p_mw)]).all(), "a scenario is written twice"
        kept[first : first + len(p_mw)] = p_mw

    def read(self, campus: str, workload: str) -> npt.NDArray[np.float32]:
        return self.p_mw[campus, workload]


@pytest.fixture(scope="module")
def campuses() -> tuple[SizedCampus, SizedCampus]:
    return sized("mesa", CHAT), sized("copper", TRAINING, contract_mw=130.0)


@pytest.fixture(scope="module")
def kept() -> Kept:
    return Kept(17, len(HOURS))


@pytest.fixture(scope="module")
def ensemble(campuses: tuple[SizedCampus, ...], kept: Kept) -> Ensemble:
    return run_ensemble(campuses, HOURS, spread(17), 3, sink=kept, block=7)


def arrays_of(found: Ensemble) -> dict[str, object]:
    values = {f.name: getattr(found, f.name) for f in fields(found)}
    return {name: value.tobytes() if isinstance(value, np.ndarray) else value for name, value in values.items()}


@pytest.mark.parametrize("block", [1, 16, 17, 256])
def test_block_size_changes_no_bit(
    block: int, campuses: tuple[SizedCampus, ...], ensemble: Ensemble, kept: Kept
) -> None:
    again = Kept(17, len(HOURS))
    found = run_ensemble(campuses, HOURS, spread(17), 3, sink=again, block=block)
    assert arrays_of(found) == arrays_of(ensemble)
    assert {key: rows.tobytes() for key, rows in again.p_mw.items()} == {
        key: rows.tobytes() for key, rows in kept.p_mw.items()
    }


def test_another_seed_gives_other_scenarios(campuses: tuple[SizedCampus, ...], ensemble: Ensemble) -> None:
    other = run_ensemble(campuses, HOURS, spread(17), 4)
    assert (other.energy_mwh != ensemble.energy_mwh).all()
    assert not np.array_equal(other.band_mw, ensemble.band_mw)


def test_order_of_campuses_changes_no_bit(campuses: tuple[SizedCampus, ...], ensemble: Ensemble) -> None:
    turned = run_ensemble(campuses[::-1], HOURS, spread(17), 3)
    assert turned.campus == ensemble.campus[::-1]
    back = replace(
        turned,
        campus=turned.campus[::-1],
        band_mw=turned.band_mw[::-1],
        energy_mwh=turned.energy_mwh[::-1],
        peak_mw=turned.peak_mw[::-1],
        stages_mwh=turned.stages_mwh[::-1],
        unserved_frac=turned.unserved_frac[::-1],
        trajectory_mw=turned.trajectory_mw[:, ::-1],
    )
    assert arrays_of(back) == arrays_of(ensemble)


def test_quantiles_ascend_and_lie_within_the_scenarios(ensemble: Ensemble, kept: Kept) -> None:
    assert (np.diff(ensemble.band_mw, axis=1) >= 0).all()
    assert (np.diff(ensemble.total_band_mw, axis=0) >= 0).all()
    for c, campus in enumerate(ensemble.campus):
        total = sum(rows.astype(float) for (name, _), rows in kept.p_mw.items() if name == campus)
        assert ensemble.band_mw[c] == pytest.approx(np.quantile(total, ensemble.quantiles, axis=0), rel=1e-5)


def test_the_contract_holds_in_every_scenario_and_hour(
    campuses: tuple[SizedCampus, ...], ensemble: Ensemble, kept: Kept
) -> None:
    for c, campus in enumerate(campuses):
        assert (ensemble.peak_mw[c] <= campus.contract_mw * (1 + 1e-12)).all()
        total = sum(rows.astype(float) for (name, _), rows in kept.p_mw.items() if name == campus.model.campus)
        assert total.max() <= campus.contract_mw * (1 + 1e-5)
        assert ensemble.peak_mw[c] == pytest.approx(total.max(axis=1), rel=1e-5)
        assert all((rows >= 0).all() for rows in kept.p_mw.values())


def test_energy_of_stages_is_energy_at_the_meter(ensemble: Ensemble, kept: Kept) -> None:
    assert ensemble.stages_mwh.sum(axis=1) == pytest.approx(ensemble.energy_mwh, rel=1e-9)
    assert (ensemble.stages_mwh >= 0).all()
    for c, campus in enumerate(ensemble.campus):
        total = sum(rows.astype(float).sum(axis=1) for (name, _), rows in kept.p_mw.items() if name == campus)
        assert ensemble.energy_mwh[c] == pytest.approx(total, rel=1e-5)


def test_trajectories_are_the_scenarios_that_are_kept(
    campuses: tuple[SizedCampus, ...], ensemble: Ensemble, kept: Kept
) -> None:
    for k, scenario in enumerate(ensemble.medoids.scenario):
        for c, campus in enumerate(campuses):
            stored = np.array([kept.p_mw[campus.model.campus, name][scenario] for name in campus.workloads])
            summed = by_class(campus, stored[:, None].astype(float))[:, 0]
            assert ensemble.trajectory_mw[k, c] == pytest.approx(summed, rel=1e-6, abs=1e-6)
            energy = ensemble.trajectory_mw[k, c].sum()
            assert energy == pytest.approx(ensemble.energy_mwh[c, scenario], rel=1e-9)


@pytest.mark.parametrize("preset", preset_names())
def test_every_preset_keeps_contract_energy_and_bits(preset: str) -> None:
    own = hours(48)
    campus = sized("mesa", preset, own)
    all_at_once, one_by_one = (run_ensemble([campus], own, spread(6), 5, block=block) for block in (6, 1))
    assert arrays_of(all_at_once) == arrays_of(one_by_one)
    assert (all_at_once.peak_mw <= campus.contract_mw * (1 + 1e-12)).all()
    assert all_at_once.stages_mwh.sum(axis=1) == pytest.approx(all_at_once.energy_mwh, rel=1e-9)
    assert (all_at_once.unserved_frac <= 1).all()
    assert campus.peak_mw == pytest.approx(campus.contract_mw, rel=1e-3)


@pytest.mark.parametrize("preset", [CHAT, TRAINING])
def test_no_width_and_no_noise_is_the_central_run_exactly(preset: str) -> None:
    still = without_spread(sized("mesa", preset))
    found = run_ensemble([still], HOURS, spread(8, hourly_noise="off"), 1)
    central = central_load(still, HOURS).p_mw[:, 0].sum(axis=0)
    assert found.band_mw.shape == (1, 3, len(HOURS))
    for rows in (found.band_mw[0], found.total_band_mw):
        assert (rows == central).all()
    assert (found.trajectory_mw[:, 0] == central_class_mw(still, HOURS)).all()
    assert sum(found.medoids.weight) == 1.0


def test_a_campus_without_spread_keeps_its_scenarios_beside_one_with() -> None:
    still = without_spread(sized("copper"))
    draws = scenario_draws([sized("mesa"), still], spread(8), 1)
    assert [own.scenarios for own in draws] == [8, 8]
    found = run_ensemble([sized("mesa"), still], HOURS, spread(8, hourly_noise="off"), 1)
    assert np.ptp(found.energy_mwh[1]) == 0 < np.ptp(found.energy_mwh[0])


def strata(column: FloatArray) -> list[int]:
    return sorted(np.floor(column * len(column)).astype(int).tolist())


@given(samples=st.integers(2, 300), seed=st.integers(0, 2**31 - 1))
@settings(max_examples=30, deadline=None)
def test_each_column_has_one_sample_in_every_stratum(samples: int, seed: int) -> None:
    sample = unit_sample(["a", "b", "c"], samples, seed, "latin_hypercube")
    assert [strata(column) for column in sample.values()] == [list(range(samples))] * 3
    turned = with_rank_correlation(sample, [(["a", "b"], 0.6)])
    assert [strata(column) for column in turned.values()] == [list(range(samples))] * 3
    assert (turned["c"] == sample["c"]).all()


def test_a_further_column_changes_no_other() -> None:
    few = unit_sample(["a", "b"], 64, 5, "latin_hypercube")
    more = unit_sample(["z", "b", "k", "a"], 64, 5, "latin_hypercube")
    assert all((few[name] == more[name]).all() for name in few)
    assert len({column.tobytes() for column in more.values()}) == 4


def test_a_further_campus_changes_no_draw_but_the_order_of_users() -> None:
    """Rank correlation of users needs all campuses; each keeps its own values, and nothing else is touched."""
    mesa, tempe = sized("mesa"), sized("tempe")
    alone = scenario_draws([mesa], spread(32), 9)[0]
    beside = scenario_draws([tempe, mesa], spread(32), 9)[1]
    assert all((alone[key] == beside[key]).all() for key in alone if key != "serving.users_factor")
    assert sorted(alone["serving.users_factor"]) == sorted(beside["serving.users_factor"])


def test_campuses_share_the_state_of_technology_and_not_their_own_draws() -> None:
    mesa, tempe = scenario_draws([sized("mesa"), sized("tempe")], spread(64), 2)
    for p in PARAMETERS:
        if p.is_spread and np.ptp(mesa[p.key]) > 0:
            assert (mesa[p.key] == tempe[p.key]).all() == (p.scope == "world"), p.key


def test_a_rank_correlation_of_one_gives_one_order() -> None:
    turned = with_rank_correlation(unit_sample(["a", "b"], 64, 1, "latin_hypercube"), [(["a", "b"], 1.0)])
    assert (np.argsort(turned["a"]) == np.argsort(turned["b"])).all()


@pytest.mark.parametrize("rho", [0.3, 0.7, -0.2])
@pytest.mark.parametrize("columns", [2, 4])
def test_rank_correlation_is_reached(rho: float, columns: int) -> None:
    names = [f"c{k}" for k in range(columns)]
    turned = with_rank_correlation(unit_sample(names, 256, 11, "latin_hypercube"), [(names, rho)])
    found = spearmanr(np.column_stack([turned[name] for name in names])).statistic
    off = [found] if columns == 2 else found[np.triu_indices(columns, 1)]
    assert off == pytest.approx(np.full(len(off), rho), abs=0.05)


def test_users_of_campuses_are_correlated_as_asked() -> None:
    campuses = [sized(name) for name in ("mesa", "tempe", "yuma")]
    draws = scenario_draws(campuses, spread(256, correlation={"users": 0.5}), 1)
    found = spearmanr(np.column_stack([own["serving.users_factor"] for own in draws])).statistic
    assert found[np.triu_indices(3, 1)] == pytest.approx([0.5] * 3, abs=0.05)


def test_sobol_points_fill_every_stratum_once_and_follow_the_seed() -> None:
    """A scrambled net of a power of two holds one point of each column in every stratum of that size."""
    sample = unit_sample(["a", "b"], 64, 3, "sobol")
    assert [strata(column) for column in sample.values()] == [list(range(64))] * 2
    assert (unit_sample(["b", "a"], 64, 3, "sobol")["a"] == sample["a"]).all()
    assert (unit_sample(["a", "b"], 64, 4, "sobol")["a"] != sample["a"]).any()


SPREAD = [p for p in PARAMETERS if p.is_spread]


def oracle_value(p: Parameter, u: float) -> float:
    row = (p.low, p.mode, p.high)
    if p.distribution == "triangular":
        return oracle.triangle_quantile(u, row, (p.least, p.most))
    if p.distribution == "uniform":
        return p.low + u * (p.high - p.low)
    by_name = {
        "lognormal": oracle.lognormal_quantile,
        "loguniform": oracle.loguniform_quantile,
        "normal": oracle.normal_quantile,
    }
    return min(max(by_name[p.distribution](u, row), p.least), p.most)


@pytest.mark.parametrize("p", SPREAD, ids=lambda p: p.key)
def test_quantiles_of_a_parameter_are_those_of_the_oracle(p: Parameter) -> None:
    u = np.array([1e-6, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1 - 1e-6])
    found = value_at(p, u)
    assert found == pytest.approx([oracle_value(p, x) for x in u], rel=1e-9, abs=1e-12)
    assert (np.diff(found) >= 0).all()
    if p.distribution not in ("uniform", "loguniform"):
        assert (found[2], found[6]) == pytest.approx((p.low, p.high), rel=1e-9, abs=1e-9)
    if p.distribution == "lognormal":
        assert found[4] == pytest.approx(p.mode, rel=1e-12)


points = st.lists(
    st.tuples(st.floats(1, 1000), st.floats(0.5, 2)), min_size=3, max_size=8, unique_by=lambda point: point[0]
)


def cost(chosen: Sequence[int], features: Features) -> float:
    scaled = features.standardised()
    return float(sum(min(np.linalg.norm(row - scaled[k]) for k in chosen) for row in scaled))


@given(rows=points, count=st.integers(1, 5))
@settings(max_examples=80, deadline=None)
def test_medoids_are_the_best_choice(rows: list[tuple[float, float]], count: int) -> None:
    energy, ratio = np.array(rows).T
    features = Features(energy_mwh=energy, peak_mw=energy / 100 * ratio)
    found = medoids(features, count)
    few = min(count, len(rows))
    raw = list(zip(features.energy_mwh, features.peak_mw, features.load_factor, strict=True))
    best = oracle.medoids([tuple(map(float, point)) for point in raw], few)
    assert cost(found.scenario, features) == pytest.approx(cost(best, features), abs=1e-8)
    assert len(set(found.scenario)) == few
    assert sum(found.weight) == pytest.approx(1.0, abs=1e-12)
    assert min(found.weight) > 0
    assert list(features.energy_mwh[list(found.scenario)]) == sorted(features.energy_mwh[list(found.scenario)])


def test_medoids_of_many_scenarios_are_no_worse_than_any_swap() -> None:
    rng = np.random.default_rng(2)
    features = Features(energy_mwh=rng.lognormal(5, 0.4, 64), peak_mw=rng.lognormal(1, 0.3, 64))
    found = medoids(features, 4)
    least = cost(found.scenario, features)
    for k in range(4):
        for other in set(range(64)) - set(found.scenario):
            swapped = [other if i == k else s for i, s in enumerate(found.scenario)]
            assert cost(swapped, features) >= least - 1e-9


@given(p_mw=st.lists(st.lists(st.floats(0, 500), min_size=4, max_size=4), min_size=1, max_size=9))
def test_pointwise_quantiles_are_numpys(p_mw: list[list[float]]) -> None:
    q = (0.0, 0.1, 0.5, 0.9, 1.0)
    rows = np.array(p_mw)
    assert pointwise_quantiles(rows, q) == pytest.approx(np.quantile(rows, q, axis=0), rel=1e-12, abs=1e-12)


def noise_of(campus: str, scenarios: int, count: int, **asked: float) -> FloatArray:
    streams = Streams(seed=4, campus=campus, scenarios=tuple(range(scenarios)))
    sd, memory_h = np.full(scenarios, asked.get("sd", 0.05)), np.full(scenarios, asked.get("memory_h", 6.0))
    return hourly_noise(streams, count, sd=sd, memory_h=memory_h, shared_frac=asked.get("shared_frac", 0.3))


def test_noise_has_its_mean_variance_and_memory() -> None:
    """Over 16 x 8,784 hours the standard errors are below a third of the tolerances."""
    x = np.log(noise_of("mesa", 16, 8784)) + 0.5 * 0.05**2
    assert np.exp(x - 0.5 * 0.05**2).mean() == pytest.approx(1.0, abs=0.0015)
    assert x.std() == pytest.approx(0.05, rel=0.03)
    assert x[:, 0].std() == pytest.approx(0.05, rel=0.6)  # 16 numbers: stationary from the first hour on
    for lag in (1, 6, 12):
        found = np.mean([np.corrcoef(row[:-lag], row[lag:])[0, 1] for row in x])
        assert found == pytest.approx(np.exp(-lag / 6.0), abs=0.03)


@pytest.mark.parametrize("shared", [0.0, 0.3, 1.0])
def test_noise_of_two_campuses_has_the_correlation_asked_for(shared: float) -> None:
    a, b = (np.log(noise_of(name, 16, 8784, shared_frac=shared)).ravel() for name in ("mesa", "copper"))
    assert np.corrcoef(a, b)[0, 1] == pytest.approx(shared, abs=0.03)


def test_noise_is_that_of_the_oracle_hour_by_hour() -> None:
    streams = Streams(seed=4, campus="mesa", scenarios=(0,))
    normals = streams.generator("noise", 0).standard_normal(200)
    phi = float(np.exp(-1 / 6.0))
    x = np.array(oracle.ar1(normals.tolist(), phi, 0.05))
    assert noise_of("mesa", 1, 200, shared_frac=0.0)[0] == pytest.approx(np.exp(x - 0.5 * 0.05**2), rel=1e-12)


def test_noise_moves_requests_and_keeps_their_sum() -> None:
    campus = sized("mesa")
    draws: Draws = scenario_draws([campus], spread(4), 1)[0]
    noise = noise_of("mesa", 4, len(HOURS), sd=0.2)
    still, moved = (site_load(campus, draws, HOURS, chance) for chance in (Chance(), Chance(noise=noise)))
    for name in ("chat", "reasoning"):
        assert moved.counts[name]["calls"] == pytest.approx(still.counts[name]["calls"], rel=1e-12)
    assert (moved.p_mw[0] != still.p_mw[0]).any()


@given(
    contract_mw=st.floats(0.5, 5000),
    users=st.floats(0, 1e10),
    scaling=st.booleans(),
    preset=st.sampled_from([CHAT, TRAINING]),
)
@example(contract_mw=1.0, users=1.1125369292536007e-308, scaling=True, preset=CHAT)
@example(contract_mw=1.0, users=1.1125369292536007e-308, scaling=False, preset=CHAT)
@settings(max_examples=12, deadline=None)
def test_no_size_breaks_the_contract_or_energy(contract_mw: float, users: float, scaling: bool, preset: str) -> None:
    own = hours(48)
    asked = LoadModel(concurrent_users=users)
    campus = sized("mesa", preset, own, contract_mw=contract_mw, asked=asked, is_scaled=scaling)
    load = site_load(campus, scenario_draws([campus], spread(4), 1)[0], own)
    assert np.isfinite(load.p_mw).all()
    assert load.p_mw.sum(axis=0).max() <= contract_mw * (1 + 1e-9)
    assert load.stages_mwh.sum(axis=1) == pytest.approx(load.p_mw.sum(axis=2), rel=1e-9, abs=1e-9)
    assert ((load.unserved_frac >= -1e-12) & (load.unserved_frac <= 1)).all()


@pytest.mark.parametrize(("preset", "contract_mw"), [(CHAT, 3.0), (CHAT, 425.0), (TRAINING, 130.0), (TRAINING, 1500.0)])
def test_a_scaled_campus_peaks_at_its_contract(preset: str, contract_mw: float) -> None:
    """To a millionth, or to the power of an accelerator with its building where training takes whole ones."""
    campus = sized("mesa", preset, contract_mw=contract_mw)
    one_mw = 0.0 if preset == CHAT else 3 * 0.003
    assert campus.peak_mw == pytest.approx(contract_mw, rel=1e-6, abs=one_mw)
    central = central_load(campus, HOURS).p_mw[:, 0].sum(axis=0)
    assert central.max() == pytest.approx(min(campus.peak_mw, contract_mw), rel=1e-6)


def test_users_scale_the_load_in_proportion() -> None:
    one, two = (
        sized("mesa", asked=LoadModel(concurrent_users=users), is_scaled=False, contract_mw=5000.0)
        for users in (1e6, 2e6)
    )
    loads = [central_load(campus, HOURS).p_mw[:-1, 0] for campus in (one, two)]
    assert loads[1] == pytest.approx(2 * loads[0], rel=1e-12)
    assert sum(spec.concurrent_users for spec in one.model.specs) == pytest.approx(1e6)


def at_bound(campus: SizedCampus, changed: dict[str, float], own: Hours, *, is_scaled: bool) -> SizedCampus:
    parameters = tuple(
        fixed(p, changed[p.key], source="test", status="pack") if p.key in changed else p
        for p in campus.model.parameters
    )
    return size_campus(
        replace(campus.model, parameters=parameters), 100.0, own, campus.temperature_c, is_scaled=is_scaled
    )


def assert_sound(campus: SizedCampus, own: Hours) -> None:
    assert np.isfinite([campus.peak_mw, campus.servers_mw, campus.scale]).all()
    found = run_ensemble([campus], own, spread(3), 1)
    assert np.isfinite(found.band_mw).all()
    assert (found.stages_mwh >= -1e-9).all()
    assert found.peak_mw.max() <= 100.0 * (1 + 1e-12)
    assert found.stages_mwh.sum(axis=1) == pytest.approx(found.energy_mwh, rel=1e-9, abs=1e-9)


BOUNDS = [(p.key, value) for p in PARAMETERS for value in sorted({p.least, min(p.most, LARGEST)})]


@given(
    changed=st.dictionaries(*(st.sampled_from(PARAMETERS), st.booleans()), min_size=1, max_size=3),
    preset=st.sampled_from(["multimodal_large", TRAINING]),
    is_scaled=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_parameters_at_their_bounds_break_nothing(changed: dict[Parameter, bool], preset: str, is_scaled: bool) -> None:
    own = hours(24)
    values = {p.key: min(p.most, LARGEST) if is_most else p.least for p, is_most in changed.items()}
    assert_sound(at_bound(sized("mesa", preset, own), values, own, is_scaled=is_scaled), own)


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["multimodal_large", TRAINING])
@pytest.mark.parametrize(("key", "value"), BOUNDS)
def test_each_parameter_at_each_bound_breaks_nothing(key: str, value: float, preset: str) -> None:
    own = hours(24)
    campus = sized("mesa", preset, own)
    for is_scaled in (True, False):
        assert_sound(at_bound(campus, {key: value}, own, is_scaled=is_scaled), own)
