"""Rules on what a study says of the load model, before any driver pack is opened.

Comes in: a Study. Goes out: findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gridplan.errors import Finding, did_you_mean
from gridplan.study.local_time import is_timezone, timezones
from gridplan.study.schema import Study
from gridplan.study.source import StudySource

Findings = Iterator[Finding]


def _one_pack(study: Study, at: StudySource) -> Findings:
    for i, campus in enumerate(study.campuses):
        workloads, key = campus.workloads, f"campuses.{i}.workloads"
        if workloads.preset and workloads.pack:
            message = f"campus {campus.id} names the preset {workloads.preset!r} and a pack of its own"
            yield at.error("GP-STU-009", f"{key}.pack", message, "keep one of them")
        if not workloads.has_pack and workloads.model.model_fields_set:
            message = f"campus {campus.id}: model has no effect without a driver pack"
            yield at.warning("GP-STU-009", f"{key}.model", message, "name a preset or a pack, or delete it")


def _what_the_pack_decides(study: Study, at: StudySource) -> Findings:
    for i, campus in enumerate(study.campuses):
        workloads, key = campus.workloads, f"campuses.{i}.workloads"
        if not workloads.has_pack:
            continue
        for name in ("shares", "load_factor", "shape"):
            if name in workloads.model_fields_set:
                message = f"campus {campus.id}: {name} has no effect beside a driver pack, from which it follows"
                yield at.warning("GP-STU-009", f"{key}.{name}", message, f"delete {name}, or the driver pack")
        if "" in workloads.metered and study.criteria.load_basis == "modelled":
            message = (
                f"campus {campus.id}: the load of the schedule is the measured profile; the driver pack explains the "
                "contract alone, and profile shows the pack"
            )
            yield at.warning(
                "GP-STU-009", f"{key}.measured", message, "delete the driver pack, or the measured profile"
            )
        if study.criteria.load_basis == "contract":
            message = (
                f"campus {campus.id}: the driver pack explains the contract and splits it by class; the load of the "
                "schedule stays flat, because load_basis is contract"
            )
            yield at.warning("GP-STU-009", f"{key}.{_pack_key(workloads.pack)}", message,
                             "write criteria.load_basis: modelled")  # fmt: skip


def _what_delivery_decides(study: Study, at: StudySource) -> Findings:
    for i, campus in enumerate(study.campuses):
        model = campus.workloads.model
        if campus.workloads.has_pack and model.in_service is not None and model.delivery == "contract":
            message = f"campus {campus.id}: in_service has no effect, because delivery is contract"
            key = f"campuses.{i}.workloads.model.in_service"
            yield at.warning("GP-STU-009", key, message, "write delivery: expected, or delete in_service")


def _spread_of_something(study: Study, at: StudySource) -> Findings:
    is_asked = "uncertainty" in study.model_fields_set
    if is_asked and not any(campus.workloads.has_pack for campus in study.campuses):
        message = "uncertainty has no effect, because no campus has a driver pack"
        yield at.warning("GP-STU-009", "uncertainty", message, "name a preset or a pack for a campus, or delete it")


def _users_zone_exists(study: Study, at: StudySource) -> Findings:
    for i, campus in enumerate(study.campuses):
        zone = campus.workloads.model.timezone
        if zone and not is_timezone(zone):
            message = f"timezone {zone!r} does not exist.{did_you_mean(zone, sorted(timezones()))}"
            key = f"campuses.{i}.workloads.model.timezone"
            yield at.error("GP-TIM-005", key, message, "write an IANA zone, as in America/Chicago")


def _spread(study: Study, at: StudySource) -> Findings:
    asked = study.uncertainty
    if list(asked.quantiles) != sorted(set(asked.quantiles)):
        message = f"the quantiles {', '.join(f'{q:g}' for q in asked.quantiles)} do not ascend"
        yield at.error("GP-VAL-005", "uncertainty.quantiles", message, "write them once each, from low to high")
    if asked.method == "sobol" and asked.samples & (asked.samples - 1):
        message = f"Sobol' sequences are balanced for powers of two, and {asked.samples} is none"
        nearest = 1 << asked.samples.bit_length()
        remedy = f"write samples: {nearest}, or method: latin_hypercube"
        yield at.error("GP-VAL-005", "uncertainty.samples", message, remedy)
    if asked.trajectory > asked.trajectories:
        message = f"trajectory {asked.trajectory} is asked for, and there are {asked.trajectories}"
        yield at.error("GP-VAL-005", "uncertainty.trajectory", message, f"write 0 to {asked.trajectories}")
    if asked.trajectories > asked.samples:
        message = f"{asked.trajectories} trajectories cannot be chosen from {asked.samples} samples"
        yield at.error("GP-VAL-005", "uncertainty.trajectories", message, "take more samples")


def _pack_key(pack: str) -> str:
    return "pack" if pack else "preset"


LOAD_MODEL_RULES: tuple[Callable[[Study, StudySource], Findings], ...] = (
    _one_pack,
    _what_the_pack_decides,
    _what_delivery_decides,
    _users_zone_exists,
    _spread_of_something,
    _spread,
)
