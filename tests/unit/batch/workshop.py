from __future__ import annotations

import textwrap
from pathlib import Path

STUDY = """\
schema_version: 1
name: two days
network: rts_gmlc
timezone: America/Phoenix
years: [2027, 2029]
hours: {first: 0, count: 48}
base_case: {load_growth_frac_per_year: 0.01, committed_loads: []}
campuses:
  - id: mesa
    poi: [107, "113"]
    contract_mw: {2027: 150, 2029: 400}
  - {id: mesa.west, poi: [310], contract_mw: 100}
"""

SWEEP = """\
schema_version: 1
name: security and size
base: small.yaml
axes:
  - {name: security, path: criteria.security, values: [n-1, n-0]}
  - {name: west_mw, path: campuses.mesa.west.contract_mw, values: [100, 50, 200]}
"""

# One runner for all tests: it writes what a run writes, and misbehaves where a file next to it says so.
RUNNER = """
import hashlib, json, os, signal, time
from pathlib import Path

from gridplan.errors import InfeasibleError, InputError, Finding
from gridplan.study.read import read_study

HERE = Path(__file__).parent


def run(path, out, *, workers, progress, folder):
    study = read_study(path).study
    west = study.campuses[1].contract_mw_in(2029)
    with (HERE / "calls.txt").open("a") as calls:
        calls.write(f"{study.criteria.security} {west:g} {os.getpid()} {os.environ.get('OMP_NUM_THREADS')}\\n")
    todo = HERE / f"{study.criteria.security}_{west:g}.todo"
    word = todo.read_text() if todo.is_file() else ""
    if word == "kill once":
        todo.unlink()
        (HERE / "leftover").write_text("torn")
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "exit":
        os._exit(7)
    if word == "infeasible":
        raise InfeasibleError("12 MW of load cannot be served at bus 107")
    if word == "input":
        raise InputError([Finding(code="GP-X", severity="error", message=m, remedy="") for m in ("first", "second")])
    if word == "crash":
        raise KeyError("nobody knows")
    if word == "interrupt":
        raise KeyboardInterrupt
    if word == "sleep":
        (HERE / "asleep").touch()
        time.sleep(60)
    if word == "torn":
        out.mkdir()
        return
    write(study, out)


def write(study, out):
    temporary = out.with_name(f"{out.name}.part")
    temporary.mkdir()
    years = {
        str(year): {
            "objective": {"total_usd": 1000.5 + year, "reinforcement_usd": 7.0},
            "schedule": {"status": "optimal", "gap_frac": 0.0005},
        }
        for year in study.years
    }
    head = "year,campus,bus,service,contract_mw,connected_mw,firm_mw,conditional_mw,unconnected_mw,energy_mwh,"
    rows = [head + "curtailed_mwh,curtailed_hours,longest_event_h,depth_mw"]
    for year in study.years:
        for campus in study.campuses:
            asked = campus.contract_mw_in(year)
            rows.append(f"{year},{campus.id},107,firm,{asked},{asked - 10},{asked - 30},20,10,1,2,3,4,5")
    files = {
        "plan.json": json.dumps({"years": years}),
        "certificate.json": json.dumps({"status": "passed"}),
        "ac.json": json.dumps({"years": {"2027": {"is_passed": True}, "2029": {"is_passed": False}}}),
        "mw_by_year.csv": "\\n".join(rows) + "\\n",
    }
    for name, text in files.items():
        (temporary / name).write_text(text)
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    (temporary / "manifest.json").write_text(json.dumps({"inputs": {}, "outputs": digests}))
    temporary.rename(out)
"""


class Workshop:
    """A folder with a study, a sweep and a runner whose misdeeds are ordered by files."""

    runner = "batch_fake_runner:run"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sweep = path / "sweep.yaml"
        self.out = path / "out"
        (path / "batch_fake_runner.py").write_text(RUNNER)
        (path / "small.yaml").write_text(STUDY)
        self.sweep.write_text(SWEEP)

    def order(self, member: str, word: str) -> None:
        (self.path / f"{member}.todo").write_text(word)

    def relent(self) -> None:
        for order in self.path.glob("*.todo"):
            order.unlink()

    def calls(self) -> list[str]:
        path = self.path / "calls.txt"
        return [" ".join(line.split()[:2]) for line in path.read_text().splitlines()] if path.is_file() else []

    def write_sweep(self, axes: str) -> None:
        self.sweep.write_text(
            f"schema_version: 1\nbase: small.yaml\naxes:\n{textwrap.indent(textwrap.dedent(axes), '  ')}"
        )
