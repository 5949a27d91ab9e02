"""RAW to .m and back, .m to RAW and back: admittances to 1e-9, ratings, costs and statuses, on every sample file."""

from __future__ import annotations

import re
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from gridplan.errors import InputError
from gridplan.network.case import GridCase
from gridplan.network.formats import export_case, read_case
from gridplan.network.policy import Policy
from gridplan.network.ybus import ybus
from tests.unit.network.refused_ratings import built

SPEC = find_spec("powerfulcases")
if SPEC is None or SPEC.origin is None:
    pytest.skip("the sample files come with powerfulcases", allow_module_level=True)
CASES = Path(SPEC.origin).parent / "cases"
RAW = sorted(CASES.glob("*/*.raw"))
#: Units without an upper limit, for which no network is built; RAW writes such limits as 9999.
UNLIMITED = ("case59",)
CASE_FILES = [path for path in sorted(CASES.glob("*/*.m")) if path.stem not in UNLIMITED]
#: Larger files take seconds each.
SMALL_BYTES = 60_000
SMALL = [path for path in CASE_FILES if path.stat().st_size <= SMALL_BYTES]
LARGE = [path for path in CASE_FILES if path.stat().st_size > SMALL_BYTES]
#: A statement that would have to be run: such cases are refused by the reader of .m.
CALCULATES = re.compile(r"^\s*mpc\.\w+\(.*\)\s*=|baseMVA = \d+/", re.MULTILINE)
POLICY = Policy(islands="main")


def passed_through(case: GridCase, folder: Path, ending: str) -> GridCase:
    """Case written in another format and read again."""
    path = folder / f"passed{ending}"
    for name, content in export_case(case, path).files.items():
        (folder / name).write_bytes(content)
    return read_case(path)


def assert_same_grid(case: GridCase, back: GridCase) -> None:
    first, second = built(case, POLICY), built(back, POLICY, case.name)
    assert first.bus.id == second.bus.id
    assert np.abs(ybus(first) - ybus(second)).max() < 1e-9
    np.testing.assert_allclose(first.bus.p_load_mw, second.bus.p_load_mw, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(first.bus.q_load_mvar, second.bus.q_load_mvar, rtol=1e-12, atol=1e-9)
    assert branches(case) == branches(back)
    assert units(case) == units(back)


def branches(case: GridCase) -> Counter[tuple[object, ...]]:
    """Ends, status and the three ratings of every branch; formats order lines and transformers differently."""
    branch = case.branch
    ratings = zip(
        branch.rating_normal_mva.tolist(),
        branch.rating_emergency_mva.tolist(),
        branch.rating_short_time_mva.tolist(),
        strict=True,
    )
    return Counter(zip(branch.from_bus, branch.to_bus, branch.in_service.tolist(), ratings, strict=True))


def units(case: GridCase) -> Counter[tuple[object, ...]]:
    """Bus, status, limits and cost of every unit."""
    unit = case.generator
    numbers = zip(unit.p_mw.tolist(), unit.p_min_mw.tolist(), unit.p_max_mw.tolist(), strict=True)
    return Counter(zip(unit.bus, unit.in_service.tolist(), numbers, unit.cost, strict=True))


@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem)
def test_raw_through_m(path: Path, tmp_path: Path) -> None:
    case = read_case(path)
    assert_same_grid(case, passed_through(case, tmp_path, ".m"))


def through_raw(path: Path, folder: Path) -> None:
    if CALCULATES.search(path.read_text(encoding="utf-8", errors="replace")):
        with pytest.raises(InputError):
            read_case(path)
        return
    case = read_case(path)
    assert_same_grid(case, passed_through(case, folder, ".raw"))


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.stem)
def test_m_through_raw(path: Path, tmp_path: Path) -> None:
    through_raw(path, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("path", LARGE, ids=lambda path: path.stem)
def test_large_m_through_raw(path: Path, tmp_path: Path) -> None:
    through_raw(path, tmp_path)


def test_there_are_samples() -> None:
    assert len(RAW) >= 12
    assert len(SMALL) >= 30
