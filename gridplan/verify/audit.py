"""The auditor: checks a finished run by other means than the ones that made it.

Comes in: a run folder. Goes out: a Certificate. It reads nothing outside the folder, shares no code with
planner or dispatch, and states every constraint again; a missing file or array is a failed check.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gridplan.errors import FileError
from gridplan.verify.audit_campus import energy, power_bounds, stores, windows
from gridplan.verify.audit_certificate import (
    SCOPE,
    Certificate,
    Check,
    Measure,
    check_not_applicable,
    check_of_measures,
)
from gridplan.verify.audit_files import hashes, hours_and_sums
from gridplan.verify.audit_flow import flow_law, limits, nodal_balance
from gridplan.verify.audit_limit_price import limit_prices
from gridplan.verify.audit_load_loss import load_loss
from gridplan.verify.audit_plan import bound_and_gap, budgets, sizes, unserved
from gridplan.verify.audit_price import cost, prices
from gridplan.verify.audit_read import RunFolder, RunYear
from gridplan.verify.audit_record import MissingPartError, NotApplicableError
from gridplan.verify.audit_security import secure_flows


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One demand on a run and the function that measures it."""

    id: str
    title: str
    measure: Callable[[RunYear], Iterator[Measure]]


DEMANDS: tuple[Demand, ...] = (
    Demand(id="A01", title="Power balance of every bus", measure=nodal_balance),
    Demand(id="A02", title="Flow law", measure=flow_law),
    Demand(id="A03", title="Limits of branches, units, dc lines", measure=limits),
    Demand(id="A04", title="Secure after every listed outage", measure=secure_flows),
    Demand(id="A05", title="Work and energy conserved", measure=energy),
    Demand(id="A06", title="Windows and deadlines", measure=windows),
    Demand(id="A07", title="Power bounds of campuses", measure=power_bounds),
    Demand(id="A08", title="Stores", measure=stores),
    Demand(id="A09", title="Sizes, places and terms as asked", measure=sizes),
    Demand(id="A10", title="Curtailment budgets", measure=budgets),
    Demand(id="A11", title="Cost from the units' blocks", measure=cost),
    Demand(id="A12", title="Bound and gap", measure=bound_and_gap),
    Demand(id="A13", title="Prices by re-solving hours", measure=prices),
    Demand(id="A14", title="No load lost in silence", measure=unserved),
    Demand(id="A15", title="Hours and sums of tables", measure=hours_and_sums),
    Demand(id="A18", title="Prices of buses and limits at an optimum", measure=limit_prices),
    Demand(id="A19", title="Load that one fault trips", measure=load_loss),
)
HASHES = ("A17", "Files as the manifest says")
CHECK_IDS: tuple[str, ...] = (*(demand.id for demand in DEMANDS), HASHES[0])


def audit(run_dir: Path) -> Certificate:
    """Certificate of a finished run.

    Parameters
    ----------
    run_dir : Path
        Run folder with network.json, plan.json, study.resolved.json, series and schedule of each year, CSV files.

    Raises
    ------
    FileError
        If the folder does not exist.
    """
    if not run_dir.is_dir():
        message = f"run folder {run_dir} does not exist; give the folder that `gridplan run --out` wrote"
        raise FileError(message)
    ledgers = {demand.id: _Ledger() for demand in DEMANDS}
    with RunFolder(run_dir) as run:
        for year in _years(run, ledgers):
            for demand in DEMANDS:
                ledgers[demand.id].collect(demand.measure(year))
            year.forget()
        files = _Ledger()
        files.collect(hashes(run))
    checks = [ledgers[demand.id].check(demand.id, demand.title) for demand in DEMANDS]
    return Certificate(run=run_dir.resolve().name, scope=SCOPE, checks=(*checks, files.check(*HASHES)))


@dataclass(slots=True, kw_only=True)
class _Ledger:
    """What one demand has found over the years."""

    measures: list[Measure] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def collect(self, source: Iterator[Measure]) -> None:
        """Take in the measures of one year; what cannot be read is a problem with a name."""
        begin = time.perf_counter()
        try:
            self.measures.extend(source)
        except MissingPartError as error:
            self.problems.append(str(error))
        except NotApplicableError as error:
            self.absent.append(str(error))
        except Exception as error:  # a check that breaks on what it reads has not passed
            self.problems.append(f"could not be evaluated ({type(error).__name__}: {error})")
        self.seconds += time.perf_counter() - begin

    def check(self, id_: str, title: str) -> Check:
        """Verdict over all years."""
        if not self.measures and not self.problems:
            return check_not_applicable(id_, title, "; ".join(self.absent), self.seconds)
        return check_of_measures(id_, title, self.measures, self.problems, self.seconds)


def _years(run: RunFolder, ledgers: dict[str, _Ledger]) -> tuple[RunYear, ...]:
    """Studied years; where they cannot be read every check fails by that name."""
    try:
        return run.years
    except MissingPartError as error:
        for ledger in ledgers.values():
            ledger.problems.append(str(error))
        return ()
