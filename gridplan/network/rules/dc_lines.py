"""Rules on dc lines: losses and setpoints."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridplan.errors import Finding
from gridplan.network.case import GridCase
from gridplan.network.policy import Policy
from gridplan.network.rules.selection import in_service

_ROUNDING_MW = 1e-6


def odd_losses(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-DCL-001: a loss share outside 0 to 1, or a constant loss below 0."""
    del policy
    line, is_on = case.dc_line, in_service(case, "dc_line")
    for i in np.flatnonzero(is_on & ((line.loss_frac < 0) | (line.loss_frac >= 1))):
        message = f"dc line {line.id[i]}: loss share is {line.loss_frac[i]:g}, must be 0 or more and below 1"
        is_percent = 1 <= line.loss_frac[i] <= 100
        hint = f": {line.loss_frac[i]:g} % would be {line.loss_frac[i] / 100:g}" if is_percent else ""
        remedy = f"write it as a share of the power{hint}"
        yield case.finding("GP-DCL-001", "error", message, remedy, ("dc_line", int(i), "loss_frac"))
    for i in np.flatnonzero(is_on & (line.loss_mw < 0)):
        message = f"dc line {line.id[i]}: constant loss is {line.loss_mw[i]:g} MW, must be 0 or more"
        yield case.finding("GP-DCL-001", "error", message, "correct the loss", ("dc_line", int(i), "loss_mw"))


def setpoint_above_limit(case: GridCase, policy: Policy) -> Iterator[Finding]:
    """GP-DCL-001: a setpoint outside the limits of its line."""
    del policy
    line = case.dc_line
    is_out = (line.p_mw > line.p_max_mw + _ROUNDING_MW) | (line.p_mw < line.p_min_mw - _ROUNDING_MW)
    for i in np.flatnonzero(in_service(case, "dc_line") & is_out & (line.p_min_mw <= line.p_max_mw)):
        message = f"dc line {line.id[i]}: setpoint {line.p_mw[i]:g} MW is outside its limits, "
        message += f"{line.p_min_mw[i]:g} to {line.p_max_mw[i]:g} MW"
        remedy = "correct the setpoint or the limits"
        yield case.finding("GP-DCL-001", "error", message, remedy, ("dc_line", int(i), "p_mw"))
