"""Load that a contingency cuts off, and whether it may be lost.

A contingency comes in with a grid; buses, kV and a permission go out. Load at a bus that is itself lost is
consequential and always lost; load cut off elsewhere needs the permission of the contingency.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, Protocol

import numpy as np

from gridplan.network.contingency import Contingency, Rating, live_buses
from gridplan.network.model import BoolArray, Network

#: Highest voltage of the class HV of TPL-001-5, Table 1; above it stands EHV [kV].
HV_MAX_KV = 300.0
LoadLoss = bool | Literal["hv_only"]


class CategoryRule(Protocol):
    """What holds after every contingency of a category unless its file says otherwise; part of a study."""

    @property
    def rating(self) -> Rating:
        """Rating every branch keeps."""

    @property
    def load_loss(self) -> LoadLoss:
        """Whether load may be cut off: yes, no, or at 300 kV and below."""


def ruled(network: Network, lost: Contingency, rule: CategoryRule | None) -> Contingency:
    """Contingency with the rating and the permission of its category, except what its file stated."""
    if rule is None or (rule.rating, rule.load_loss) == ("emergency", True):  # as it was born
        return lost
    allowed = is_load_loss_allowed(network, lost, rule.load_loss)
    return replace(
        lost,
        rating=lost.rating if "rating" in lost.stated else rule.rating,
        is_load_loss_allowed=lost.is_load_loss_allowed if "load_loss" in lost.stated else allowed,
    )


def cut_off_buses(network: Network, lost: Contingency) -> BoolArray:
    """Buses that go dark with a contingency without being lost themselves, dims (bus,)."""
    dark = ~live_buses(network, lost)
    dark[list(lost.buses)] = False
    return dark


def is_load_loss_allowed(network: Network, lost: Contingency, rule: LoadLoss) -> bool:
    """Permission of a contingency; ``hv_only`` allows it where everything lost stands at 300 kV or below."""
    return voltage_class_kv(network, lost) <= HV_MAX_KV if rule == "hv_only" else bool(rule)


def voltage_class_kv(network: Network, lost: Contingency) -> float:
    """Highest voltage among what is lost [kV]; of a transformer its lower side, 0 where nothing has a voltage.

    What hangs on a lost bus counts by the bus. Source: NERC TPL-001-5, Table 1, footnotes on EHV, HV and transformers.
    """
    kv, branch, dc = network.bus.base_kv, network.branch, network.dc_line
    gone = set(lost.buses)
    levels = [kv[b] for b in lost.buses]
    for k in lost.branches:
        ends = (int(branch.from_bus[k]), int(branch.to_bus[k]))
        levels += [] if gone & {*ends} else [min(kv[ends[0]], kv[ends[1]])]
    for d in lost.dc_lines:
        ends = (int(dc.from_bus[d]), int(dc.to_bus[d]))
        levels += [] if gone & {*ends} else [max(kv[ends[0]], kv[ends[1]])]
    levels += [kv[b] for b in network.generator.bus[list(lost.generators)] if int(b) not in gone]
    return float(np.max(levels, initial=0.0))
