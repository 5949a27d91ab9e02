"""The table of drivers against parameters, packs and the study, and the sign of every effect it states."""

from __future__ import annotations

from typing import Any

import pytest

from gridplan.campus.drivers.driver_row import DriverRow, Effect
from gridplan.campus.drivers.driver_table import DRIVERS
from gridplan.campus.drivers.pack import DriverPack
from gridplan.campus.drivers.read_pack import PackFile, preset_names, preset_path, read_pack
from gridplan.campus.drivers.table import PARAMETERS
from gridplan.study.fields import walk_fields
from gridplan.study.schema import Study
from tests.unit.campus.driver_trials import TRIALS, Trial
from tests.unit.campus.small_campus import CAMPUS, MEASURES

BY_ID = {row.id: row for row in DRIVERS}
MODELLED = [row for row in DRIVERS if row.is_modelled]
SIGNS = [
    pytest.param(row, effect, trial, id=f"{row.id}-{effect}-{k}")
    for row in MODELLED
    for effect in row.effects
    for k, trial in enumerate(TRIALS.get(row.id, ()))
]
PACKS = {name: read_pack(preset_path(name)) for name in preset_names()}


def test_every_driver_stands_there_once() -> None:
    assert [row.id for row in DRIVERS] == [f"C{k:02d}" for k in range(1, 67)]
    assert len({row.name for row in DRIVERS}) == len(DRIVERS)


@pytest.mark.parametrize("row", MODELLED, ids=lambda row: row.id)
def test_every_target_exists(row: DriverRow) -> None:
    assert set(row.parameters) <= {parameter.key for parameter in PARAMETERS}
    assert set(row.pack_fields) <= {key for key, _ in walk_fields(DriverPack)}
    assert set(row.study_fields) <= {key for key, _ in walk_fields(Study)}
    assert set(row.presets) <= set(PACKS)


@pytest.mark.parametrize("name", PACKS)
def test_pack_and_table_name_each_other(name: str) -> None:
    pack = PACKS[name].pack
    assert pack.name == name
    assert [known for known in pack.drivers if known not in BY_ID] == []
    assert len(set(pack.drivers)) == len(pack.drivers)
    in_table = {row.id for row in DRIVERS if name in row.presets}
    assert in_table <= set(pack.drivers)
    assert [known for known in pack.drivers if not BY_ID[known].is_modelled and not BY_ID[known].elsewhere] == []


@pytest.mark.parametrize("name", PACKS)
def test_pack_has_what_its_drivers_need(name: str) -> None:
    """A driver that a pack names is set by the pack: by a parameter, by a field it gives, or by the table's preset."""
    file: PackFile = PACKS[name]
    given = file.pack.model_dump(exclude_unset=True)
    for known in file.pack.drivers:
        row = BY_ID[known]
        by_parameter = set(row.parameters) & set(given.get("parameters", {}))
        by_field = [path for path in row.pack_fields if _gives(given, path)]
        uses = {spec["service"] for spec in given.get("services", ())} & {key.split(".")[0] for key in row.parameters}
        shared = [key for key in row.parameters if key.split(".")[0] in ("serving", "energy", "fleet", "train")]
        assert by_parameter or by_field or uses or shared or row.elsewhere or name in row.presets, known


def _gives(node: Any, path: str) -> bool:
    first, _, rest = path.partition(".")
    if isinstance(node, (list, tuple)):
        return any(_gives(part, path) for part in node)
    return isinstance(node, dict) and first in node and (not rest or _gives(node[first], rest))


def test_every_modelled_driver_has_a_trial_and_no_other_has() -> None:
    assert set(TRIALS) == {row.id for row in MODELLED}


@pytest.mark.parametrize("row", MODELLED, ids=lambda row: row.id)
def test_every_parameter_of_a_driver_is_tried(row: DriverRow) -> None:
    tried = {
        key
        for low, high in TRIALS[row.id]
        for key in {**low.get("parameters", {}), **high.get("parameters", {})}
        if low.get("parameters", {}).get(key) != high.get("parameters", {}).get(key)
        or low.get("year") != high.get("year")
    }
    follows_year = row.id == "C34"  # the year itself is the change, from the one share to the other
    together = {"serving.users_factor"} if row.id == "C40" else set()  # the study's correlation is of this parameter
    assert set(row.parameters) - tried - together == (set(row.parameters) if follows_year else set())


@pytest.mark.parametrize(("row", "effect", "trial"), SIGNS)
def test_sign(row: DriverRow, effect: Effect, trial: Trial) -> None:
    low, high = (MEASURES[effect]({**CAMPUS, **setting}) for setting in trial)
    words = f"{row.name}: {effect} from {low:g} to {high:g}"
    if row.effects[effect] == "0":
        assert high == pytest.approx(low, rel=1e-9), words
    else:
        change = high - low if row.effects[effect] == "+" else low - high
        assert change > 1e-4 * max(abs(low), abs(high)), words
