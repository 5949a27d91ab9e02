"""The workloads there are, one line each: what describes one, and what computes its load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gridplan.campus.drivers.draws import Draws
from gridplan.campus.streams import Streams
from gridplan.campus.workloads.campaign import CampaignSpec
from gridplan.campus.workloads.cluster import ClusterSpec, cluster_load
from gridplan.campus.workloads.finetune import FinetuneSpec, finetune_load
from gridplan.campus.workloads.inference import InferenceSpec, inference_by_chance
from gridplan.campus.workloads.load import Chance, Hours, ItLoad
from gridplan.campus.workloads.pretrain import pretrain_load

Load = Callable[[Any, Draws, Hours, Chance], ItLoad]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of workload: the key of a driver pack that asks for it, its description and its load."""

    pack_key: str
    spec: type
    load: Load


def _by_streams(load: Callable[[Any, Draws, Hours, Streams | None], ItLoad]) -> Load:
    """Load of a workload that draws its own events."""
    return lambda spec, draws, hours, chance: load(spec, draws, hours, chance.streams)


KINDS: tuple[Kind, ...] = (
    Kind(pack_key="services", spec=InferenceSpec, load=inference_by_chance),
    Kind(pack_key="campaigns", spec=CampaignSpec, load=_by_streams(pretrain_load)),
    Kind(pack_key="clusters", spec=ClusterSpec, load=_by_streams(cluster_load)),
    Kind(pack_key="finetuning", spec=FinetuneSpec, load=_by_streams(finetune_load)),
)
_BY_SPEC = {kind.spec: kind for kind in KINDS}


def workload_load(spec: object, draws: Draws, hours: Hours, chance: Chance) -> ItLoad:
    """IT load of any workload, by the type of what describes it."""
    return _BY_SPEC[type(spec)].load(spec, draws, hours, chance)
