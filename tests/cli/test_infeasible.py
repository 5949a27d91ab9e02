"""Studies that cannot be met: what is said, the exit code, and that nothing is left behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gridplan.cli.main import cli

Run = Callable[..., Result]

STUDY: dict[str, Any] = {
    "schema_version": 1,
    "name": "Two summer days",
    "network": "rts_gmlc",
    "timezone": "America/Phoenix",
    "years": [2028],
    "hours": {"first": 5700, "count": 24},
    "base_case": {"load_growth_frac_per_year": 0.0, "committed_loads": []},
    "campuses": [{"id": "mesa", "poi": [121], "contract_mw": 100}],
}
LARGE_UNITS = ("107_CC_1", "121_NUCLEAR_1", "213_CC_3", "218_CC_1", "313_CC_1", "318_CC_1", "321_CC_1", "323_CC_1")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the study with some of its keys replaced."""

    def invoke(*options: str, command: str = "run", **changes: Any) -> Result:
        study = {
            key: {**value, **changes.pop(key, {})} if isinstance(value, dict) else value for key, value in STUDY.items()
        }
        path = tmp_path / "study.yaml"
        path.write_text(json.dumps({**study, **changes}))
        out = () if command != "run" or "--out" in options else ("--out", str(tmp_path / "results" / "run"))
        result = CliRunner().invoke(cli, [command, str(path), *out, *options], prog_name="gridplan")
        assert "Traceback" not in result.stderr
        if result.exit_code:
            assert not list((tmp_path / "results").glob("*")) + list((tmp_path / "results").glob(".*"))
        return result

    return invoke


def last_line(result: Result) -> str:
    return result.stderr.splitlines()[-1]


def test_load_beyond_all_generation_is_infeasible(run: Run) -> None:
    result = run(base_case={"load_growth_frac_per_year": 0.3})
    assert result.exit_code == 3
    assert result.stdout == ""
    assert last_line(result) == (
        "error: the grid without campuses cannot serve its load: 1,834.4 MW are short at 25 Aug 17:00, because "
        "11,942 MW of load meet 10,108 MW of available generation. 10 hours of 24 are short. Lower the load growth, "
        "take back retirements or committed loads, or study other hours."
    )


def test_json_says_infeasible(run: Run) -> None:
    result = run("--json", base_case={"load_growth_frac_per_year": 0.3})
    found = json.loads(result.stdout)
    assert (result.exit_code, found["status"], found["exit_code"]) == (3, "infeasible", 3)
    assert "cannot serve its load" in found["message"]


def test_year_is_named_where_there_are_several(run: Run) -> None:
    result = run(base_case={"load_growth_frac_per_year": 0.3}, years=[2026, 2028], command="site")
    assert result.exit_code == 3
    assert last_line(result).startswith("error: 2028: the grid without campuses cannot serve its load")


def test_retirements_that_leave_load_without_generation_are_infeasible(run: Run) -> None:
    retired = [{"generator": unit, "from_year": 2027} for unit in LARGE_UNITS]
    result = run(base_case={"load_growth_frac_per_year": 0.08, "retirements": retired})
    assert result.exit_code == 3
    assert "MW of load meet" in last_line(result)
    assert "take back retirements" in last_line(result)
    assert run(base_case={"load_growth_frac_per_year": 0.08}, command="hosting").exit_code == 0


def test_overload_without_campuses_is_infeasible_only_if_it_must_be_fixed_first(run: Run) -> None:
    """Bus 208 and its neighbour hang on two transformers: one carries too much when the other is lost."""
    growth = {"load_growth_frac_per_year": 0.08}
    result = run(base_case=growth, criteria={"pre_existing": "fix_first"})
    assert result.exit_code == 3
    assert last_line(result) == (
        "error: pre_existing: fix_first is asked for, but 2 limits cannot be kept without campuses: "
        "B12-1 after loss of B13-2 by 25.9 MW at 25 Aug 15:00; B13-2 after loss of B12-1 by 25.9 MW at 25 Aug 15:00. "
        "Raise them by base_case.committed_upgrades, or choose pre_existing: no_worsening or set_aside."
    )
    for rule in ("no_worsening", "set_aside"):
        assert run(base_case=growth, criteria={"pre_existing": rule}, command="hosting").exit_code == 0


def test_committed_upgrades_fix_it(run: Run) -> None:
    rating = {"rating_normal_mva": 400, "rating_emergency_mva": 500, "in_service": "2027-01-01"}
    upgrades = [{"branch": branch, **rating} for branch in ("B12-1", "B13-2")]
    base_case = {"load_growth_frac_per_year": 0.08, "committed_upgrades": upgrades}
    assert run(base_case=base_case, criteria={"pre_existing": "fix_first"}, command="hosting").exit_code == 0


def test_units_that_must_run_above_the_load_are_infeasible(run: Run) -> None:
    result = run(
        base_case={"load_growth_frac_per_year": -0.6}, criteria={"commitment": "must_run", "must_run": LARGE_UNITS}
    )
    assert result.exit_code == 3
    assert "the units that must run give" in last_line(result)


def test_request_above_all_generation_is_a_fault_of_the_study(run: Run) -> None:
    result = run(campuses=[{"id": "mesa", "poi": [121], "contract_mw": 150_000}])
    assert result.exit_code == 2
    assert "campus mesa asks for 150000 MW" in result.stderr
    assert "if kW were meant, write 150" in result.stderr


def test_results_are_never_put_over_something_else(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    result = run("--out", str(tmp_path / "file"))
    assert (result.exit_code, last_line(result)) == (
        4,
        f"error: {tmp_path / 'file'} is a file; give a folder for the results",
    )
    assert run("--out", str(tmp_path / "file" / "below")).exit_code == 4
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "notes.txt").write_text("mine")
    result = run("--out", str(tmp_path / "folder"))
    assert result.exit_code == 4
    assert "holds files that are not a gridplan run; give an empty or new folder with --out" in last_line(result)
    assert (tmp_path / "folder" / "notes.txt").read_text() == (tmp_path / "file").read_text() == "mine"
    assert not list(tmp_path.glob(".*"))
