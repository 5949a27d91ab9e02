"""A campus of the study as the load model sees it: workloads, parameters, cooling.

Comes in: a driver pack and what the study sets itself. Goes out: ``CampusModel``, or every fault of the pack with its
place. Names are looked up here; nothing is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from gridplan.campus.drivers.pack import DriverPack, Models, PackCampaign, PackCluster, PackService, Spread
from gridplan.campus.drivers.parameter import Parameter, fixed
from gridplan.campus.drivers.read_pack import PackFile
from gridplan.campus.drivers.table import PARAMETERS, find_parameter
from gridplan.campus.hardware import Hardware, find_hardware
from gridplan.campus.language_models import find_language_model
from gridplan.campus.services import Service, find_service, segment_shape
from gridplan.campus.shape import find_shape
from gridplan.campus.workloads.campaign import CampaignSpec
from gridplan.campus.workloads.cluster import ClusterSpec
from gridplan.campus.workloads.finetune import FinetuneSpec
from gridplan.campus.workloads.inference import InferenceSpec, MixPart
from gridplan.errors import Finding, InputError, Place, refuse_errors
from gridplan.study.load_model_request import LoadModel
from gridplan.study.source import Key, StudySource

_T = TypeVar("_T")
_SUM_TOLERANCE = 1e-6
_PER_CENT = 100.0
_LEAST_PER_CENT = 2.0  # 1.4 is no per cent, 40 is
AUXILIARY = "auxiliary"
"""Label of the load that follows no workload; no workload may have it."""

LARGEST = 1e9
"""Largest number a pack may set: beyond it nothing is meant, and products overflow."""

STUDY_KEYS: Mapping[str, str] = {
    "local_share": "serving.local_share",
    "autoscale_frac": "fleet.autoscale_frac",
    "small_domain_frac": "serving.small_domain_frac",
    "edge_offload_frac": "serving.edge_offload_frac",
    "reprompt_probability": "serving.reprompt_probability",
    "efficiency_trend_per_year": "energy.trend_per_year",
}
"""Field of the study -> parameter it sets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampusModel:
    """Load model of one campus.

    Parameters
    ----------
    campus : str
    pack, release, title : str
        Driver pack and version of its data.
    specs : tuple
        Workloads, each as its kind describes it.
    parameters : tuple of Parameter
        The whole table with what pack and study set otherwise.
    cooling : {"liquid", "air"}
    timezone : str
        IANA zone of the users nearby.
    reference_year : int
        Year of the users of the pack.
    follows_training_share : bool
        Whether training has the share of the studied year.
    """

    campus: str
    pack: str
    release: str
    title: str
    specs: tuple[Any, ...]
    parameters: tuple[Parameter, ...]
    cooling: str
    timezone: str
    reference_year: int
    follows_training_share: bool = False


def scaled_spec(spec: Any, factor: float) -> Any:
    """Workload with ``factor`` times the users or accelerators."""
    if isinstance(spec, InferenceSpec):
        installed = None if spec.installed is None else spec.installed * factor
        return replace(spec, concurrent_users=spec.concurrent_users * factor, installed=installed)
    accelerators = round(spec.accelerators * factor)
    if isinstance(spec, FinetuneSpec):
        accelerators = max(accelerators, spec.accelerators_per_run)
        return replace(spec, accelerators=accelerators, users=spec.users * accelerators / spec.accelerators)
    return replace(spec, accelerators=max(accelerators, 1))


def campus_model(campus: str, file: PackFile, asked: LoadModel, timezone: str, *, key: str) -> CampusModel:
    """Load model of a campus from its pack and the study.

    Parameters
    ----------
    campus : str
    file : PackFile
    asked : LoadModel
        What the study sets itself.
    timezone : str
        Zone of the study.
    key : str
        Dotted key of ``model`` in the study, for findings about it.

    Raises
    ------
    InputError
        With every unknown name and every value out of range.
    """
    reader = _Reader(file, asked, key)
    parameters = reader.parameters()
    specs = (*reader.services(), *reader.training())
    reader.judge_labels()
    reader.judge_sizes()
    refuse_errors(dict.fromkeys(reader.findings))
    pack = file.pack
    return CampusModel(
        campus=campus,
        pack=pack.name,
        release=pack.release,
        title=pack.title,
        specs=specs,
        parameters=parameters,
        cooling=asked.cooling or pack.cooling,
        timezone=asked.timezone or timezone,
        reference_year=pack.reference_year,
        follows_training_share=pack.follows_training_share,
    )


class _Reader:
    """Looks up the names of a pack and keeps the findings of all."""

    def __init__(self, file: PackFile, asked: LoadModel, key: str) -> None:
        self.pack: DriverPack = file.pack
        self.at: StudySource = file.source
        self.asked = asked
        self.key = key
        self.findings: list[Finding] = []
        self.of_study: Hardware | None = self._hardware_of_study()

    def found(self, look_up: Callable[..., _T], name: str, key: Key) -> _T | None:
        """What a name stands for; a finding where it stands for nothing."""
        try:
            return look_up(name, self.at.place(key))
        except InputError as error:
            self.findings += error.findings
            return None

    def parameters(self) -> tuple[Parameter, ...]:
        """The table with the values of the pack, then those of the study."""
        changed: dict[str, Parameter] = {}
        for key, spread in self.pack.parameters.items():
            row = self.found(find_parameter, key, ("parameters", key))
            if row is not None:
                changed |= self._of_pack(row, spread)
        changed |= {row.key: row for row in self._of_study()}
        return tuple(changed.get(row.key, row) for row in PARAMETERS)

    def _of_pack(self, row: Parameter, spread: Spread) -> dict[str, Parameter]:
        low = spread.mode if spread.low is None else spread.low
        high = spread.mode if spread.high is None else spread.high
        words = f"{row.key}: {_words(low, spread.mode, high)}"
        if not low <= spread.mode <= high:
            self._out_of_range(row.key, f"{words} do not ascend", "write low <= mode <= high")
            return {}
        least, most = row.least, min(row.most, LARGEST)
        if low < least or high > most:
            message = f"{words}; the parameter runs from {least:g} to {most:g}"
            self._out_of_range(row.key, message, _remedy(spread, most))
            return {}
        if low <= 0 and low < high and row.distribution in ("lognormal", "loguniform"):
            self._out_of_range(row.key, f"{words}; it spreads by factors, so P10 lies above 0", "raise low")
            return {}
        source = spread.source or f"driver pack {self.pack.name} {self.pack.release}"
        if low == high:
            return {row.key: fixed(row, spread.mode, source=source, status=spread.status)}
        kind = row.distribution if row.distribution not in ("fixed", "normal") else "triangular"
        return {row.key: replace(row, low=low, mode=spread.mode, high=high, distribution=kind, source=source,
                                 status=spread.status)}  # fmt: skip

    def _out_of_range(self, key: str, message: str, remedy: str) -> None:
        self.findings.append(self.at.error("GP-CAM-014", ("parameters", key), message, remedy))

    def _of_study(self) -> Iterator[Parameter]:
        for name, key in STUDY_KEYS.items():
            value = getattr(self.asked, name)
            if value is not None:
                yield fixed(find_parameter(key), value, source="study", status="study")
        if self.asked.prefix_cache_frac is not None:
            for row in PARAMETERS:
                if row.key.endswith(".prefix_cache_frac"):
                    yield fixed(row, self.asked.prefix_cache_frac, source="study", status="study")

    def judge_labels(self) -> None:
        """Every workload needs a label of its own, for results are kept by label; a pack without any explains none."""
        pack = self.pack
        parts = {
            "services": [stated.name or stated.service for stated in pack.services],
            "campaigns": [stated.name for stated in pack.campaigns],
            "clusters": [stated.name for stated in pack.clusters],
            "finetuning": [stated.name for stated in pack.finetuning],
        }
        taken = {AUXILIARY: "the load that follows no computing"}
        for kind, labels in parts.items():
            for k, label in enumerate(labels):
                if label in taken:
                    message = f"the label {label!r} is taken by {taken[label]}"
                    remedy = "give it a name of its own, as in name: second"
                    self.findings.append(self.at.error("GP-CAM-019", f"{kind}.{k}.name", message, remedy))
                taken.setdefault(label, f"{kind}.{k}")
        if len(taken) == 1:
            message = f"the driver pack {pack.name} holds no workload"
            remedy = "add services, campaigns, clusters or finetuning"
            self.findings.append(self.at.error("GP-CAM-019", (), message, remedy))

    def judge_sizes(self) -> None:
        """Users or accelerators of the study need a workload of the pack that takes them in proportion."""
        pack = self.pack
        training: tuple[Any, ...] = (*pack.campaigns, *pack.clusters, *pack.finetuning)
        asked = (
            ("concurrent_users", self.asked.concurrent_users, sum(s.concurrent_users for s in pack.services), "users"),
            ("accelerators", self.asked.accelerators, sum(t.accelerators for t in training), "training"),
        )
        for name, wanted, stated, what in asked:
            if wanted and stated <= 0:
                message = f"{name}: {wanted:g} has no effect, because the driver pack {pack.name} holds no {what}"
                self.findings.append(StudySource().error("GP-STU-009", f"{self.key}.{name}", message,
                                                         f"delete {name}, or take a pack with {what}"))  # fmt: skip

    def services(self) -> Iterator[InferenceSpec]:
        """Inference of the pack, its users scaled to those of the study."""
        factor = _factor(self.asked.concurrent_users, (s.concurrent_users for s in self.pack.services))
        for k, stated in enumerate(self.pack.services):
            key = f"services.{k}"
            service = self.found(find_service, stated.service, f"{key}.service")
            hardware = self.hardware(stated.hardware, f"{key}.hardware")
            if service is None or hardware is None:
                continue
            mix = self.mix(stated, service, key)
            shapes = [
                self.found(find_shape, name, f"{key}.{which}") and name
                for which, name in (
                    ("shape_local", _local(stated, service)),
                    ("shape_global", _global(stated, service)),
                )
            ]
            if mix is None or None in shapes:
                continue
            yield InferenceSpec(
                name=stated.name or stated.service,
                service=service,
                concurrent_users=stated.concurrent_users * factor,
                hardware=hardware,
                mix=mix,
                token_interval_ms=stated.token_interval_ms or service.token_interval_ms,
                movable=stated.movable or service.movable,
                shape_local=str(shapes[0]),
                shape_global=str(shapes[1]),
                reference_year=self.pack.reference_year,
            )

    def training(self) -> Iterator[Any]:
        """Campaigns, clusters and fine-tuning of the pack, their accelerators scaled to those of the study."""
        pack = self.pack
        parts = (("campaigns", pack.campaigns), ("clusters", pack.clusters), ("finetuning", pack.finetuning))
        stated: list[tuple[str, Any]] = [(f"{key}.{k}", part) for key, found in parts for k, part in enumerate(found)]
        factor = _factor(self.asked.accelerators, (part.accelerators for _, part in stated))
        if factor <= 0:
            return
        for key, part in stated:
            hardware = self.hardware(part.hardware, f"{key}.hardware")
            if hardware is not None and factor > 0:
                yield scaled_spec(self._training_spec(part, hardware, key), factor)

    def _training_spec(self, part: Any, hardware: Hardware, key: str) -> Any:
        given = {name: getattr(part, name) for name in type(part).model_fields if name != "hardware"}
        if isinstance(part, PackCampaign):
            given["days"] = "perpetual" if part.days is None else part.days
            return CampaignSpec(**given, reference_year=self.pack.reference_year, hardware=hardware)
        if isinstance(part, PackCluster):
            return ClusterSpec(**given, hardware=hardware)
        if part.accelerators_per_run > part.accelerators:
            message = f"a run takes {part.accelerators_per_run} accelerators, and {part.accelerators} are kept for it"
            self.findings.append(self.at.error("GP-CAM-014", f"{key}.accelerators", message, "keep more, or use less"))
            given["accelerators"] = part.accelerators_per_run
        return FinetuneSpec(**given, reference_year=self.pack.reference_year, hardware=hardware)

    def _hardware_of_study(self) -> Hardware | None:
        if not self.asked.hardware:
            return None
        try:
            return find_hardware(self.asked.hardware, Place(key=f"{self.key}.hardware"))
        except InputError as error:
            self.findings += error.findings
            return None

    def hardware(self, stated: str, key: str) -> Hardware | None:
        """Hardware of a workload: the study's, its own, or the pack's."""
        if self.asked.hardware:
            return self.of_study
        return self.found(find_hardware, stated or self.pack.hardware, key if stated else "hardware")

    def mix(self, stated: PackService, service: Service, key: str) -> tuple[MixPart, ...] | None:
        """Models that answer; none for pictures and clips."""
        if service.measure == "items":
            return ()
        models, where = (stated.models, f"{key}.models") if stated.models else (self.pack.models, "models")
        if models is None or not models.general:
            message = f"service {stated.service} has no general model"
            remedy = "add models: {general: {llama_70b: 1}} to the service or the pack"
            self.findings.append(self.at.error("GP-CAM-016", key, message, remedy))
            return None
        return self._mix_parts(models, where)

    def _mix_parts(self, models: Models, where: str) -> tuple[MixPart, ...] | None:
        parts: list[MixPart] = []
        for kind, shares in (("small_domain", models.small_domain), ("general", models.general)):
            if shares and abs(sum(shares.values()) - 1.0) > _SUM_TOLERANCE:
                message = f"the shares of the {kind.replace('_', ' ')} models sum to {sum(shares.values()):g}, not to 1"
                self.findings.append(
                    self.at.error("GP-CAM-016", f"{where}.{kind}", message, "change the shares so that they sum to 1")
                )
                return None
            for name, share in shares.items():
                model = self.found(find_language_model, name, (*where.split("."), kind, name))
                if model is None:
                    return None
                parts.append(MixPart(model=model, share=share, is_small_domain=kind == "small_domain"))
        return tuple(parts)


def _words(low: float, mode: float, high: float) -> str:
    return f"{mode:g}" if low == high else f"P10 {low:g}, mode {mode:g}, P90 {high:g}"


def _remedy(spread: Spread, most: float) -> str:
    """Way out of a value beyond its bounds; a share above 1 was often meant in per cent."""
    if most == 1 and _LEAST_PER_CENT <= spread.mode <= _PER_CENT:
        return f"a share runs from 0 to 1; {spread.mode:g} looks like per cent, write {spread.mode / _PER_CENT:g}"
    return "correct the value"


def _local(stated: PackService, service: Service) -> str:
    return stated.shape_local or segment_shape(service, stated.segment)


def _global(stated: PackService, service: Service) -> str:
    return stated.shape_global or service.shape_global


def _factor(asked: float | None, stated: Iterable[float]) -> float:
    """What users or accelerators of a pack are multiplied with, so that their sum is what the study asks for."""
    total = sum(stated)
    return 1.0 if asked is None or total <= 0 else asked / total
