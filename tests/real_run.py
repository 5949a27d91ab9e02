"""A real study that takes seconds: three campuses on three days of August, run by the pipeline.

The first campus is conditional and curtailed along measured curves, has a store and a job, sends work to the others,
and stands behind a line that is reinforced;
one is firm; one is connected in part. Its AC check is left out: a slow test runs the shipped case with all of it.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from gridplan.solution import MANIFEST_JSON

STUDY = """\
schema_version: 1
name: Three campuses, three days of August
network: rts_gmlc
timezone: America/Phoenix
years: [2028]
hours: {first: 5400, count: 72}
base_case: {source_date: 2026-06-01, load_growth_frac_per_year: 0.0, reference_year: 2026, committed_loads: []}
criteria: {load_basis: modelled, contingencies: {files: [sets.csv]}, load_loss: {limit_mw: 600, voltage_trip_pu: 0.9}}
prices: {computing_value_usd_per_mwh: {batch: 20}}
campuses:
  - id: verde
    poi: [203, 107]
    contract_mw: 350
    block_mw: 50
    service: {kind: conditional, terms: {max_energy_frac: 0.01, max_hours: 40, max_event_h: 8}}
    workloads:
      load_factor: 0.9
      shares: {interactive: 0.15, relaxed: 0.15, batch: 0.25, finetune: 0.10, pretrain: 0.35}
      flexibility:
        power_cap: measured
        rebound_frac: 1.3
        geo_shift: {to: [mesa, copper], max_frac: {relaxed: 0.2, batch: 0.3}, max_round_trip_ms: 5}
      jobs:
        - id: tune
          kind: finetune
          energy_mwh: 900
          p_max_mw: 60
          release: 2020-08-13T06:00
          deadline: 2020-08-15T12:00
    storage: {p_mw: 50, e_mwh: 200}
  - {id: mesa, poi: [113, 118], contract_mw: 425, block_mw: 50, failover: {to: copper, share_frac: 0.4}}
  - {id: copper, poi: [308], contract_mw: 130, block_mw: 50}
reinforcements:
  - id: b6
    branch: B6
    rating_normal_mva: 180
    rating_emergency_mva: 214
    capital_cost_musd: 1
    cost_year: 2026
    earliest_in_service: 2027-06-01
"""


SETS = """\
contingency,category,element_kind,element,rating,load_loss
tower 115-121,P7,branch,A25-1,,
tower 115-121,P7,branch,A25-2,,
tower 220-223,P7,branch,B33-1,,
tower 220-223,P7,branch,B33-2,,
stuck breaker 208,P4,branch,B11,short_time,false
stuck breaker 208,P4,branch,B8,,
bus 303,P2,bus,303,short_time,
"""
"""Two common towers, a stuck breaker that takes bus 207 along, and a bus fault."""


def run_small_study(folder: Path, *, workers: int = 1, text: str = STUDY) -> Path:
    """Run the study in a folder of its own, its file beside the results; returns the run folder."""
    from gridplan import pipeline  # the rest of the suite does not wait for it

    folder.mkdir(parents=True, exist_ok=True)
    study = folder / "study.yaml"
    study.write_text(text, encoding="utf-8")
    (folder / "sets.csv").write_text(SETS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "check_year", _no_ac_check)
        return pipeline.run_study(study, folder / "run", workers=workers).run_dir


def _no_ac_check(*_: Any) -> dict[str, Any]:
    return {"is_passed": True, "text": "left out", "verdicts": []}


def digests(run_dir: Path) -> dict[str, str]:
    """Hash of every file; of the manifest without its wall times."""
    manifest = json.loads((run_dir / MANIFEST_JSON).read_text(encoding="utf-8"))
    manifest.pop("wall_s")
    found = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(run_dir.iterdir())}
    return found | {MANIFEST_JSON: hashlib.sha256(json.dumps(manifest).encode()).hexdigest()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(digests(run_small_study(Path(sys.argv[1]), workers=int(sys.argv[2])))))
