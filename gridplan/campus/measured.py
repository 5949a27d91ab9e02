"""Metered profile of a campus, or of a workload class, as its demand: the shape of the meter, at the MW connected.

Comes in: profiles in MW, their peaks, the contract and the rule of the study. Goes out: demand by class as part of the
connected MW of the class, and a note of what was scaled or cut. Both never happen to one profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from gridplan.errors import Finding, Place
from gridplan.solution import WORKLOADS
from gridplan.study.schema import Campus
from gridplan.study.series_request import measured_key

FloatArray = npt.NDArray[np.float64]
Scaling = Literal["as_measured", "scale_to_contract", "clip"]
_TOLERANCE_FRAC = 1e-9


class Profile(Protocol):
    """What is needed of a metered profile: MW of the studied hours and the largest MW of all its hours."""

    @property
    def campus(self) -> str:
        """Id of the campus."""

    @property
    def workload(self) -> str:
        """Workload class; empty: the whole campus."""

    @property
    def p_mw(self) -> FloatArray:
        """Metered load, dims (time,) [MW]."""

    @property
    def peak_mw(self) -> float:
        """Largest hour of the whole file [MW]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a profile may ask for: its share of the contract of the studied year.

    Parameters
    ----------
    contract_mw : float [MW]
        Contract of the campus; nothing is asked for where it is 0.
    share_frac : float [1]
        Share of the metered class; 1 for the whole campus.
    place : Place
        Key of the profile in the study.
    has_pack : bool
        Whether the share follows from a driver pack, so that the study cannot change it.
    """

    contract_mw: float
    share_frac: float
    place: Place
    has_pack: bool = False

    @property
    def most_mw(self) -> float:
        """Largest MW the profile may ask for."""
        return self.share_frac * self.contract_mw


def metered_frac(
    campus: Campus,
    position: int,
    contract_mw: float,
    share_frac: Mapping[str, float],
    profiles: Mapping[str, Profile],
) -> tuple[dict[str, FloatArray], list[Finding]]:
    """Demand of every metered class as part of its connected MW, dims (time,); a class that is modelled is absent.

    A profile of the whole campus is that of each of its classes.

    Parameters
    ----------
    campus : Campus
        Campus of the study.
    position : int
        Its position there; for the place of findings.
    contract_mw : float [MW]
        Contract of the studied year.
    share_frac : mapping of workload class to share of the contract [1]
        From the study, or from its driver pack.
    profiles : mapping of workload class to Profile
        Its metered profiles; the empty name stands for the whole campus.
    """
    found: dict[str, FloatArray] = {}
    findings: list[Finding] = []
    for workload, wanted in campus.workloads.metered.items():
        if workload not in profiles:
            raise ValueError(f"the measured profile of campus {campus.id} {workload} is not given")
        share = share_frac[workload] if workload else 1.0
        allowance = Allowance(
            contract_mw=contract_mw,
            share_frac=share,
            place=Place(key=measured_key(position, workload)),
            has_pack=campus.workloads.has_pack,
        )
        frac, told = measured_frac(profiles[workload], allowance, wanted.scaling)
        found |= dict.fromkeys((workload,) if workload else WORKLOADS, frac)
        findings += told
    return found, findings


def measured_frac(profile: Profile, allowance: Allowance, scaling: Scaling) -> tuple[FloatArray, list[Finding]]:
    """Demand as part of the connected MW, dims (time,), at most 1.

    ``scale_to_contract``: ``p_t / peak``. ``as_measured`` and ``clip``: ``p_t / (share * contract)``, which ``clip``
    cuts at 1 and ``as_measured`` refuses above 1. A campus that is connected with a part of its contract has that part
    of the profile.
    """
    most_mw = allowance.most_mw
    if allowance.share_frac <= 0:
        return np.zeros_like(profile.p_mw), [_without_share(profile, allowance)]
    if scaling == "scale_to_contract":
        return profile.p_mw / profile.peak_mw, [_scaled(profile, allowance)] if most_mw > 0 else []
    if most_mw <= 0:
        return np.zeros_like(profile.p_mw), []
    frac = profile.p_mw / most_mw
    over = frac > 1 + _TOLERANCE_FRAC
    findings: list[Finding] = []
    if over.any():
        cut_mwh = float((frac[over] - 1.0).sum() * most_mw)
        tell = _above if scaling == "as_measured" else _cut
        findings.append(tell(profile, allowance, int(over.sum()), cut_mwh))
    return np.minimum(frac, 1.0), findings


def _without_share(profile: Profile, allowance: Allowance) -> Finding:
    message = f"{_whose(profile)} belongs to a class with share 0 of the campus, so it may ask for no MW"
    remedy = "give the class its share of the contract, or delete the profile"
    if allowance.has_pack:
        remedy = "name a class that the driver pack computes, or delete the profile"
    return Finding(code="GP-CAM-003", severity="error", message=message, remedy=remedy, place=allowance.place)


def _scaled(profile: Profile, allowance: Allowance) -> Finding:
    message = f"{_whose(profile)} is scaled by {allowance.most_mw / profile.peak_mw:.4g}, so that its largest hour, "
    message += f"{profile.peak_mw:,.1f} MW, becomes {_limit(profile, allowance)}"
    remedy = "write scaling: as_measured if the MW of the meter are meant"
    return Finding(code="GP-CAM-003", severity="note", message=message, remedy=remedy, place=allowance.place)


def _above(profile: Profile, allowance: Allowance, hours: int, cut_mwh: float) -> Finding:
    message = f"{_whose(profile)} reaches {float(profile.p_mw.max()):,.1f} MW, above {_limit(profile, allowance)}, in "
    message += f"{_count(hours)} ({cut_mwh:,.1f} MWh)"
    remedy = f"write scaling: clip or scale_to_contract, or raise {_what_to_raise(profile, allowance)}"
    return Finding(code="GP-CAM-003", severity="error", message=message, remedy=remedy, place=allowance.place)


def _cut(profile: Profile, allowance: Allowance, hours: int, cut_mwh: float) -> Finding:
    message = f"{_whose(profile)} is cut at {_limit(profile, allowance)}, in {_count(hours)}, {cut_mwh:,.1f} MWh in "
    message += "all, which no other hour makes up"
    remedy = f"raise {_what_to_raise(profile, allowance)} if the peaks must stay"
    return Finding(code="GP-CAM-003", severity="warning", message=message, remedy=remedy, place=allowance.place)


def _whose(profile: Profile) -> str:
    owner = f"campus {profile.campus}, {profile.workload}" if profile.workload else f"campus {profile.campus}"
    return f"{owner}: the measured profile"


def _limit(profile: Profile, allowance: Allowance) -> str:
    contract = f"the contract of {allowance.contract_mw:,.1f} MW"
    if not profile.workload:
        return contract
    return f"{allowance.most_mw:,.1f} MW, its share {allowance.share_frac:g} of {contract}"


def _what_to_raise(profile: Profile, allowance: Allowance) -> str:
    if not profile.workload or allowance.has_pack:
        return "the contract"
    return f"the contract or shares.{profile.workload}"


def _count(hours: int) -> str:
    return f"{hours:,} hour{'' if hours == 1 else 's'}"
