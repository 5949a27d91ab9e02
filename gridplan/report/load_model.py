"""What the load models say of their campuses in one year, as the report and ``gridplan profile`` read it.

Comes in: ``load_model_<year>.json``. Goes out: plain values; a damaged file is refused with the place of the damage.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from gridplan.report.json_node import Node
from gridplan.report.run_folder import FloatArray, RunFolder, TimeArray
from gridplan.solution import SCHEMA_VERSION, WORKLOADS, load_model_file

STAGES = (
    "accelerator_active", "accelerator_idle", "host", "network_storage", "electrical_loss", "fans_pumps", "cooling",
    "auxiliary",
)  # fmt: skip
COUNTS = (
    "concurrent_users", "tasks_per_h", "calls_per_h", "input_tokens_per_h", "cached_tokens_per_h",
    "output_tokens_per_h", "items_per_h", "inference_accelerators", "training_accelerators", "device_mw",
)  # fmt: skip
ASSUMPTION = "assumption"
_YEAR_H = 8760
_ROUNDING_MW = 1e-6
"""What the sum of a year may leave of a stage that has nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Medoid:
    """A scenario that stands for ``weight_frac`` of all."""

    scenario: int
    weight_frac: float
    energy_mwh: float
    peak_mw: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadLoad:
    """One workload of a campus in the central run; 0 where it counts no users or accelerators."""

    name: str
    movable: str
    mean_mw: float
    peak_mw: float
    share_frac: float
    concurrent_users: float
    accelerators: float
    calls_per_h: float
    j_per_call: float
    hardware: str


@dataclass(frozen=True, kw_only=True)
class Band:
    """Pointwise quantiles: the first, the middle and the last of those asked for, dims (time,) [MW]."""

    low_mw: FloatArray
    middle_mw: FloatArray
    high_mw: FloatArray


@dataclass(frozen=True, kw_only=True)
class Week:
    """One week of the central run by movable class.

    Parameters
    ----------
    time_local : datetime64, dims (time,)
        Beginning of each hour on the clock of the campus.
    class_mw : mapping of class to float, dims (time,) [MW]
        Classes the campus has, in the order of ``WORKLOADS``.
    band : Band, optional
    """

    time_local: TimeArray
    class_mw: Mapping[str, FloatArray]
    band: Band | None

    @property
    def total_mw(self) -> FloatArray:
        """Load of all classes, dims (time,) [MW]."""
        total = np.zeros(len(self.time_local))
        for values in self.class_mw.values():
            total += values
        return total


@dataclass(frozen=True, kw_only=True)
class Duration:
    """Sorted hours: ``central_mw`` is reached or passed in ``frac`` of them."""

    frac: FloatArray
    central_mw: FloatArray
    band: Band | None


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Quantiles over the scenarios, dims (quantile,)."""

    peak_mw: FloatArray
    energy_mwh: FloatArray
    load_factor: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """One parameter in force: central value, P10 and P90, unit, how good it is and where it is from."""

    key: str
    value: float
    low: float
    high: float
    unit: str
    distribution: str
    status: str
    source: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Course:
    """A load in the central run, and the spread about it: of a campus, or of all together."""

    year: int
    name: str
    contract_mw: float
    timezone: str
    peak_mw: float
    mean_mw: float
    load_factor: float
    energy_mwh: float
    week: Week
    duration: Duration
    spread: Spread | None
    quantiles: tuple[float, ...]

    @property
    def hours(self) -> int:
        """Count of studied hours, from energy and mean."""
        return round(self.energy_mwh / self.mean_mw) if self.mean_mw > 0 else 0

    @property
    def is_year(self) -> bool:
        """Whether the hours are a whole year; a campus without load counts as one."""
        return self.hours >= _YEAR_H or self.hours == 0


@dataclass(frozen=True, kw_only=True)
class TotalLoad(Course):
    """Several campuses together; ``share_frac`` is the part of their energy by movable class, in order."""

    share_frac: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class CampusLoad(Course):
    """A campus: what its load is for, made of and resting on.

    ``unserved_spread_frac`` has a quantile of what is left out for each of ``quantiles``, none without scenarios.
    """

    id: str
    pack: str
    release: str
    title: str
    scale: float
    scaling: str
    delivery: str
    cooling: str
    temperature: str
    unserved_frac: float
    unserved_spread_frac: tuple[float, ...]
    counts: Mapping[str, float]
    workloads: tuple[WorkloadLoad, ...]
    stages_mw: Mapping[str, float]
    drivers: tuple[Driver, ...]

    @property
    def assumed(self) -> int:
        """Count of drivers that are assumptions."""
        return sum(driver.status == ASSUMPTION for driver in self.drivers)

    @property
    def share_frac(self) -> dict[str, float]:
        """Share of the energy by movable class, those with none left out, in the order of ``WORKLOADS``."""
        found = {name: sum(w.share_frac for w in self.workloads if w.movable == name) for name in WORKLOADS}
        return {name: share for name, share in found.items() if share > 0}


@dataclass(frozen=True, kw_only=True)
class LoadModels:
    """Load models of one year."""

    year: int
    samples: int
    method: str
    seed: int
    quantiles: tuple[float, ...]
    trajectory: int
    medoids: tuple[Medoid, ...]
    campuses: tuple[CampusLoad, ...]
    total: TotalLoad | None = None


def read_load_models(run: RunFolder, year: int | str) -> LoadModels:
    """Load models of a run in a year.

    Raises
    ------
    NotStudiedError
        If the run has no such file.
    FileError
        If the file is damaged; the text names the place in it.
    """
    name = load_model_file(year)
    return load_models(Node(run.json(name), str(run.path / name)))


def load_models(node: Node) -> LoadModels:
    """Load models of a parsed file."""
    version = node.whole("schema_version")
    if version != SCHEMA_VERSION:
        raise node.damaged("schema_version", f"is {version}, and this gridplan reads {SCHEMA_VERSION}")
    year, samples = node.whole("year"), node.whole("samples")
    quantiles = tuple(float(q) for q in node.numbers("quantiles"))
    return LoadModels(
        year=year,
        samples=samples,
        method=node.text("method"),
        seed=node.whole("seed"),
        quantiles=quantiles,
        trajectory=node.whole("trajectory"),
        medoids=tuple(_medoid(part) for part in node.parts("medoids")) if samples else (),
        campuses=tuple(_campus(part, year, quantiles) for part in node.parts("campuses")),
        total=_total(node.part("total"), year, quantiles) if node.has("total") else None,
    )


def _medoid(node: Node) -> Medoid:
    return Medoid(
        scenario=node.whole("scenario"),
        weight_frac=node.number("weight_frac", least=0.0),
        energy_mwh=node.number("energy_mwh", least=0.0),
        peak_mw=node.number("peak_mw", least=0.0),
    )


def _total(node: Node, year: int, quantiles: tuple[float, ...]) -> TotalLoad:
    shares = node.part("share_frac")
    found = {name: shares.amount(name) for name in WORKLOADS}
    return TotalLoad(
        name="All campuses with a driver pack",
        share_frac={name: share for name, share in found.items() if share > 0},
        **_course(node, year, quantiles),
    )


def _course(node: Node, year: int, quantiles: tuple[float, ...]) -> dict[str, Any]:
    """Fields of ``Course`` but its name."""
    amounts = ("contract_mw", "peak_mw", "mean_mw", "load_factor", "energy_mwh")
    return {
        "year": year,
        "timezone": node.text("timezone"),
        **{name: node.number(name, least=0.0) for name in amounts},
        "week": _week(node),
        "duration": _duration(node.part("duration")),
        "spread": _spread(node, len(quantiles)),
        "quantiles": quantiles,
    }


def _campus(node: Node, year: int, quantiles: tuple[float, ...]) -> CampusLoad:
    counts, stages = node.part("counts"), node.part("stages_mw")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", node.text("id")):
        raise node.damaged("id", "is no id of a campus")  # it becomes part of file names
    texts = ("id", "name", "pack", "release", "title", "scaling", "delivery", "cooling", "temperature")
    words: dict[str, str] = {name: node.text(name) for name in texts}
    return CampusLoad(
        **_course(node, year, quantiles),
        **words,  # type: ignore[arg-type]
        scale=node.number("scale", least=0.0),
        unserved_frac=node.number("unserved_frac", least=0.0),
        unserved_spread_frac=_unserved_spread(node, len(quantiles)),
        counts={name: counts.amount(name) for name in COUNTS},
        workloads=tuple(_workload(part) for part in node.parts("workloads")),
        stages_mw={name: max(stages.number(name, least=-_ROUNDING_MW), 0.0) for name in STAGES},
        drivers=tuple(_driver(part) for part in node.parts("parameters")),
    )


def _unserved_spread(node: Node, count: int) -> tuple[float, ...]:
    """Quantiles of what is left out; none without scenarios, or in a file from before they were kept."""
    if not node.has("unserved_spread_frac") or node.value["unserved_spread_frac"] == []:
        return ()
    return tuple(float(frac) for frac in node.numbers("unserved_spread_frac", count))


def _workload(node: Node) -> WorkloadLoad:
    movable = node.text("class")
    if movable not in WORKLOADS:
        raise node.damaged("class", f"is {movable!r}, none of {', '.join(WORKLOADS)}")
    return WorkloadLoad(
        name=node.text("name"),
        movable=movable,
        mean_mw=node.number("mean_mw", least=0.0),
        peak_mw=node.number("peak_mw", least=0.0),
        share_frac=node.number("share_frac", least=0.0),
        concurrent_users=node.amount("concurrent_users"),
        accelerators=node.amount("accelerators"),
        calls_per_h=node.amount("calls_per_h"),
        j_per_call=node.amount("j_per_call"),
        hardware=node.text("hardware") if node.has("hardware") else "",
    )


def _week(campus: Node) -> Week:
    node = campus.part("week")
    by_class = node.part("class_mw")
    strange = [name for name in by_class.value if name not in WORKLOADS]
    if strange:
        raise by_class.damaged(str(strange[0]), f"is no class; the classes are {', '.join(WORKLOADS)}")
    names = [name for name in WORKLOADS if by_class.has(name)]
    if not names:
        raise node.damaged("class_mw", "has no class")
    count = len(by_class.numbers(names[0]))
    if count == 0:
        raise by_class.damaged(names[0], "is empty")
    found = {name: by_class.numbers(name, count) for name in names}
    return Week(
        time_local=_local_hours(campus, node, count),
        class_mw={name: values for name, values in found.items() if values.any()} or found,
        band=_band(node, count),
    )


def _local_hours(campus: Node, week: Node, count: int) -> TimeArray:
    zone, stamp = campus.text("timezone"), week.text("first_utc")
    try:
        at = ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        raise campus.damaged("timezone", f"is {zone!r}, no zone of the IANA list") from None
    try:
        first = datetime.fromisoformat(stamp.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError:
        raise week.damaged("first_utc", f"is {stamp!r}, no time as in 2020-08-24T07:00") from None
    hours = ((first + timedelta(hours=k)).astimezone(at).replace(tzinfo=None) for k in range(count))
    return np.array(list(hours), dtype="datetime64[s]")


def _duration(node: Node) -> Duration:
    frac = node.numbers("frac")
    if not frac.size or np.any(np.diff(frac) < 0) or frac[0] < 0 or frac[-1] > 1:
        raise node.damaged("frac", "does not ascend from 0 to 1")
    return Duration(frac=frac, central_mw=node.numbers("central_mw", len(frac)), band=_band(node, len(frac)))


def _band(node: Node, count: int) -> Band | None:
    if not node.has("low_mw"):
        return None
    names = ("low_mw", "middle_mw", "high_mw")
    return Band(**{name: node.numbers(name, count) for name in names})


def _spread(campus: Node, count: int) -> Spread | None:
    """Spread of a campus; none where it is absent or empty, as without scenarios."""
    if not campus.has("spread") or campus.value["spread"] == {}:
        return None
    node = campus.part("spread")
    return Spread(**{name: node.numbers(name, count) for name in ("peak_mw", "energy_mwh", "load_factor")})


def _driver(node: Node) -> Driver:
    return Driver(
        **{name: node.text(name) for name in ("key", "unit", "distribution", "status", "source", "meaning")},  # type: ignore[arg-type]
        **{name: node.number(name) for name in ("value", "low", "high")},  # type: ignore[arg-type]
    )
