"""The rules on grids applied to a dataset folder: the same faults are found whichever way a grid comes.

Comes in: the folder and the Network read from it. Goes out: errors as an InputError, and warnings.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from gridplan.errors import Finding, InputError
from gridplan.network.case import TABLES, GridCase, Origin, TableName
from gridplan.network.case_of_network import case_of_network
from gridplan.network.model import IntArray, Network
from gridplan.network.policy import Policy
from gridplan.network.rules import check_case

#: A dataset states no kinds of buses, and means it where it writes an infinite rating or a cost of 0.
_NOT_ASKED = frozenset(("GP-TOP-002", "GP-TOP-003", "GP-LIM-001", "GP-CST-003"))
#: Loads and shunts stand in the table of buses.
_FILES: dict[TableName, str] = {"load": "bus", "shunt": "bus"}
_WORDS = {
    "load.p_mw": "p_load_mw",
    "load.q_mvar": "q_load_mvar",
    "branch.shift_degree": "shift_rad",
    "generator.cost": "block_cost_1_usd_per_mwh",
}


def dataset_findings(folder: Path, network: Network, policy: Policy | None = None) -> tuple[Finding, ...]:
    """Warnings of the rules on the grid of a dataset folder.

    Parameters
    ----------
    folder : Path
    network : Network
        What ``read_network`` made of it.
    policy : Policy, optional
        What may be assumed.

    Raises
    ------
    InputError
        If a rule finds an error; all findings stand in it.
    """
    case = case_of_network(network)
    case = replace(case, origin=_origin(folder, case))
    found = tuple(f for f in check_case(case, policy) if f.severity != "note" and f.code not in _NOT_ASKED)
    if any(finding.severity == "error" for finding in found):
        raise InputError(found)
    return found


def _origin(folder: Path, case: GridCase) -> Origin:
    """Places of a dataset: one file a table, rows in order below the header."""
    line_of_bus = {name: i + 2 for i, name in enumerate(case.bus.id)}
    lines: dict[str, IntArray] = {table: np.arange(len(getattr(case, table))) + 2 for table in TABLES}
    for table, elements in (("load", case.load), ("shunt", case.shunt)):
        lines[table] = np.array([line_of_bus[name] for name in elements.bus], dtype=np.int64)
    return Origin(
        file=folder / "dataset.json",
        format="gridplan",
        lines=lines,
        words=_WORDS,
        files={table: folder / f"{_FILES.get(table, table)}.csv" for table in TABLES},
    )
