"""Metered profile of a campus as its demand: the shape of the meter, at the MW it is connected with.

Comes in: a profile in MW, its peak, the contract and the rule of the study. Goes out: demand as part of the connected
MW, and a note of what was scaled or cut. Both never happen to one profile.
"""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from gridplan.errors import Finding, Place

FloatArray = npt.NDArray[np.float64]
Scaling = Literal["as_measured", "scale_to_contract", "clip"]
_TOLERANCE_FRAC = 1e-9


class Profile(Protocol):
    """What is needed of a metered profile: MW of the studied hours and the largest MW of all its hours."""

    @property
    def campus(self) -> str:
        """Id of the campus."""

    @property
    def p_mw(self) -> FloatArray:
        """Metered load, dims (time,) [MW]."""

    @property
    def peak_mw(self) -> float:
        """Largest hour of the whole file [MW]."""


def measured_frac(
    profile: Profile, contract_mw: float, scaling: Scaling, place: Place
) -> tuple[FloatArray, list[Finding]]:
    """Demand as part of the connected MW, dims (time,), at most 1.

    ``scale_to_contract``: ``p_t / peak``. ``as_measured`` and ``clip``: ``p_t / contract``, which ``clip`` cuts at 1
    and ``as_measured`` refuses above 1. A campus that is connected with a part of its contract has that part of the
    profile.

    Parameters
    ----------
    profile : Profile
        Metered load.
    contract_mw : float [MW]
        Contract of the studied year; nothing is asked for where it is 0.
    scaling : {"as_measured", "scale_to_contract", "clip"}
        Rule of the study.
    place : Place
        Key of the profile in the study.
    """
    if scaling == "scale_to_contract":
        return profile.p_mw / profile.peak_mw, [_scaled(profile, contract_mw, place)]
    if contract_mw <= 0:
        return np.zeros_like(profile.p_mw), []
    frac = profile.p_mw / contract_mw
    over = frac > 1 + _TOLERANCE_FRAC
    findings: list[Finding] = []
    if over.any():
        cut_mwh = float((frac[over] - 1.0).sum() * contract_mw)
        tell = _above if scaling == "as_measured" else _cut
        findings.append(tell(profile, contract_mw, int(over.sum()), cut_mwh, place))
    return np.minimum(frac, 1.0), findings


def _scaled(profile: Profile, contract_mw: float, place: Place) -> Finding:
    message = f"campus {profile.campus}: the measured profile is scaled by {contract_mw / profile.peak_mw:.4g}, so "
    message += f"that its largest hour, {profile.peak_mw:,.1f} MW, becomes the contract of {contract_mw:,.1f} MW"
    remedy = "write scaling: as_measured if the MW of the meter are meant"
    return Finding(code="GP-CAM-003", severity="note", message=message, remedy=remedy, place=place)


def _above(profile: Profile, contract_mw: float, hours: int, cut_mwh: float, place: Place) -> Finding:
    most_mw = float(profile.p_mw.max())
    message = f"campus {profile.campus}: the measured profile reaches {most_mw:,.1f} MW, above the contract of "
    message += f"{contract_mw:,.1f} MW, in {hours:,} hours ({cut_mwh:,.1f} MWh)"
    remedy = "write scaling: clip or scale_to_contract, or raise the contract"
    return Finding(code="GP-CAM-003", severity="error", message=message, remedy=remedy, place=place)


def _cut(profile: Profile, contract_mw: float, hours: int, cut_mwh: float, place: Place) -> Finding:
    message = f"campus {profile.campus}: the measured profile is cut at the contract of {contract_mw:,.1f} MW in "
    message += f"{hours:,} hours, {cut_mwh:,.1f} MWh in all, which no other hour makes up"
    remedy = "raise the contract if the peaks must stay"
    return Finding(code="GP-CAM-003", severity="warning", message=message, remedy=remedy, place=place)
