"""Arrays and class data of the campuses of a studied year, read once for all checks on them.

In: a RunYear. Out: CampusYear. Everything is at the campus meter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gridplan.solution import WORKLOADS
from gridplan.verify.audit_grid import BoolArray, FloatArray
from gridplan.verify.audit_read import RunYear
from gridplan.verify.audit_record import MissingPartError, NotApplicableError, Record


@dataclass(frozen=True, eq=False)
class CampusYear:
    """Arrays and class data of all campuses of a year."""

    year: RunYear

    @cached_property
    def served_mw(self) -> FloatArray:
        """Power p of a class run here, dims (time, campus, workload)."""
        return self.year.array("p_workload_mw")

    @cached_property
    def asked_mw(self) -> FloatArray:
        """Asked power b, dims (time, campus, workload)."""
        return self.year.array("p_baseline_mw")

    @cached_property
    def lost_mw(self) -> FloatArray:
        """Power x given up, dims (time, campus, workload)."""
        return self.year.array("p_curtailed_mw")

    @cached_property
    def lost_work_mw(self) -> FloatArray:
        """Work lost, dims (time, campus, workload)."""
        return self.year.array("lost_work_mw")

    @cached_property
    def is_measured(self) -> BoolArray:
        """Whether a cap slows a class along the measured curve, dims (campus, workload)."""
        rows = [[is_measured(campus, w) for w in WORKLOADS] for campus in self.year.campuses]
        return np.array(rows, dtype=bool).reshape(len(rows), len(WORKLOADS))

    @cached_property
    def shifts(self) -> list[tuple[Record, tuple[int, int], tuple[int, int]]]:
        """Plan entry, source and target (campus, workload) of what may move, in the order of the dim shift."""
        return [(s, self._class_of(s, "campus"), self._class_of(s, "to")) for s in self.year.shifts]

    def _class_of(self, shift: Record, end: str) -> tuple[int, int]:
        names, campus, workload = self.year.labels["campus"], shift.text(end), shift.text("workload")
        if campus not in names or workload not in WORKLOADS:
            message = f"{shift.where} joins a class or campus the plan does not have"
            raise MissingPartError(message)
        return names.index(campus), WORKLOADS.index(workload)

    @cached_property
    def moved_mw(self) -> FloatArray:
        """Work done at another campus, dims (time, shift)."""
        return self.year.array("p_shift_mw")

    @cached_property
    def moved_out_mw(self) -> FloatArray:
        """Work of a class done elsewhere, dims (time, campus, workload)."""
        return self._moved("from")

    @cached_property
    def moved_in_mw(self) -> FloatArray:
        """Work of other campuses done here, dims (time, campus, workload)."""
        return self._moved("to")

    def _moved(self, end: str) -> FloatArray:
        total = np.zeros_like(self.asked_mw)
        for k, shift in enumerate(self.shifts):
            campus, workload = shift[1] if end == "from" else shift[2]
            total[:, campus, workload] += self.moved_mw[:, k]
        return total

    @cached_property
    def done_mw(self) -> FloatArray:
        """What leaves the work of a class: run here or elsewhere, or given up, dims (time, campus, workload)."""
        return np.asarray(self.served_mw + self.lost_mw + self.moved_out_mw - self.moved_in_mw)

    @cached_property
    def own_running_mw(self) -> FloatArray:
        """Machines at work of the campus's own, as power at full speed, dims (time, campus, workload)."""
        return np.asarray(self.served_mw - self.moved_in_mw + self.lost_mw)

    @cached_property
    def connected_mw(self) -> FloatArray:
        """Connected MW, dims (campus,)."""
        return np.array([c.number("connected_mw") for c in self.year.campuses])

    @cached_property
    def is_firm(self) -> BoolArray:
        """Whether a campus has firm service, dims (campus,)."""
        return np.array([c.text("service") == "firm" for c in self.year.campuses], dtype=bool)

    @cached_property
    def scale(self) -> FloatArray:
        """Size that tolerances refer to, dims (campus,): connected MW, at least 1."""
        return np.maximum(self.connected_mw, 1.0)

    def of_class(self, key: str) -> FloatArray:
        """Value of each class, dims (campus, workload)."""
        rows = [[c.record("classes").record(w).number(key) for w in WORKLOADS] for c in self.year.campuses]
        return np.array(rows, dtype=np.float64).reshape(len(self.year.campuses), len(WORKLOADS))

    @cached_property
    def jobs(self) -> list[tuple[int, Record]]:
        """Campus position and plan entry of each job, in the order of the dim job."""
        return [(i, job) for i, c in enumerate(self.year.campuses) for job in c.records("jobs")]

    @cached_property
    def job_mw(self) -> FloatArray:
        """Power of the jobs q, dims (time, job)."""
        return self.year.array("p_job_mw")

    @cached_property
    def job_of_campus_mw(self) -> FloatArray:
        """Sum of a campus's jobs, dims (time, campus)."""
        total = np.zeros(self.asked_mw.shape[:2])
        for column, (campus, _) in enumerate(self.jobs):
            total[:, campus] += self.job_mw[:, column]
        return total

    @cached_property
    def job_energy_mwh(self) -> FloatArray:
        """Energy each job is to use, dims (job,)."""
        return np.array([job.number("energy_mwh") for _, job in self.jobs])

    @cached_property
    def store_power_mw(self) -> FloatArray:
        """Charging less discharging of each campus's store, dims (time, campus)."""
        net = self.year.array("p_charge_mw") - self.year.array("p_discharge_mw")
        total = np.zeros(self.asked_mw.shape[:2])
        names = self.year.labels["campus"]
        for column, (campus, _) in enumerate(self.year.campus_stores):
            total[:, names.index(campus)] += net[:, column]
        return total


def campus_year(year: RunYear) -> CampusYear:
    """Arrays of a year's campuses, read once; a year without campuses is not applicable."""
    if not year.campuses:
        message = f"{year.year}: the study has no campuses"
        raise NotApplicableError(message)
    if "campus" not in year.memory:
        year.memory["campus"] = CampusYear(year)
    found = year.memory["campus"]
    assert isinstance(found, CampusYear)
    return found


def is_measured(campus: Record, workload: str) -> bool:
    """Whether a class loses work along the measured curve."""
    return bool(campus.record("classes").record(workload).data.get("power_cap", "linear") == "measured")
