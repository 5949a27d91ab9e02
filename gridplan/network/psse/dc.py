"""Two-terminal dc lines of a PSS/E RAW file at their scheduled power.

The dc circuit is solved in closed form: ``vd_rectifier = vschd + (rdc - rcomp) i`` and ``loss = rdc i^2``, where
``vschd = vd_inverter + rcomp i`` is the scheduled compounded voltage. Tap and angle limits of the converters are not
checked, and their reactive power is not carried; both are told.
Source: Siemens PTI, PSS/E Program Operation Manual, two-terminal dc transmission line data.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from gridplan.network.psse.text import Faults, Record
from gridplan.network.psse.values import ValueReader


@dataclass(frozen=True, slots=True, kw_only=True)
class DcLine:
    """A line from its rectifier to its inverter: power drawn at the rectifier and lost on the way [MW]."""

    line: int
    name: str
    from_bus: str
    to_bus: str
    p_mw: float
    loss_mw: float
    in_service: bool


def scheduled_dc_lines(records: list[Record], values: ValueReader) -> list[DcLine]:
    """Dc lines without a fault."""
    found = [_dc_line(record, values) for record in records if record]
    return [line for line in found if line is not None]


def _dc_line(record: Record, values: ValueReader) -> DcLine | None:
    head = values.read("two-terminal dc", record[0])
    rectifier, inverter = values.read("converter", record[1]), values.read("converter", record[2])
    if head is None or rectifier is None or inverter is None:
        return None
    number = record[0].number
    power = _power(head, number, values.faults)
    if power is None:
        return None
    return DcLine(
        line=number,
        name=head["NAME"],
        from_bus=str(rectifier["IP"]),
        to_bus=str(inverter["IP"]),
        p_mw=power[0],
        loss_mw=power[1],
        in_service=head["MDC"] != 0,
    )


def _power(head: dict[str, Any], number: int, faults: Faults) -> tuple[float, float] | None:
    """Power at the rectifier and loss [MW]; None after a finding."""
    mode, demand, voltage = head["MDC"], head["SETVL"], head["VSCHD"]
    resistance, compounding = head["RDC"], head["RCOMP"] or 0.0
    key, name = "two-terminal dc", f"dc line {head['NAME']}"
    if mode not in (0, 1, 2):
        faults.error(
            "GP-DCL-001", f"{name}: MDC is {mode}", "write 0 (blocked), 1 (MW) or 2 (A)", number, 1, f"{key} MDC"
        )
        return None
    if resistance < 0:
        message = f"{name}: RDC is {resistance:g} ohm"
        faults.error("GP-DCL-001", message, "write a resistance of 0 or more", number, 1, f"{key} RDC")
        return None
    if mode == 0:
        return 0.0, 0.0
    if voltage <= 0:
        return _power_without_voltage(head, number, faults)
    current_ka: float | None = abs(demand) / 1000 if mode == 2 else None
    if current_ka is None:
        slope = resistance - compounding if demand >= 0 else -compounding
        current_ka = _current_ka(abs(demand), voltage, slope)
    if current_ka is None:
        message = f"{name} cannot carry {abs(demand):g} MW at {voltage:g} kV over {resistance:g} ohm"
        faults.error("GP-DCL-001", message, "lower SETVL, or raise VSCHD", number, 1, f"{key} SETVL")
        return None
    loss_mw = resistance * current_ka**2
    p_mw = (voltage + (resistance - compounding) * current_ka) * current_ka
    return (abs(demand) if mode == 1 and demand >= 0 else p_mw), loss_mw


def _power_without_voltage(head: dict[str, Any], number: int, faults: Faults) -> tuple[float, float] | None:
    name = f"dc line {head['NAME']}"
    if head["MDC"] == 2:
        message = f"{name} is set in A and its VSCHD is {head['VSCHD']:g} kV: its MW are unknown"
        faults.error("GP-DCL-001", message, "state VSCHD", number, 1, "two-terminal dc VSCHD")
        return None
    message = f"{name}: VSCHD is {head['VSCHD']:g} kV; its loss is unknown and was left out"
    faults.warning("GP-DCL-002", message, "state VSCHD", number, "two-terminal dc VSCHD")
    return abs(head["SETVL"]), 0.0


def _current_ka(p_mw: float, voltage_kv: float, slope_ohm: float) -> float | None:
    """Smaller root of ``p = (v + slope i) i``; None where no current carries that power."""
    inside = voltage_kv**2 + 4 * slope_ohm * p_mw
    if inside < 0:
        return None
    # The stable form of the quadratic formula; it holds for a slope of 0, too.
    return 2 * p_mw / (voltage_kv + math.sqrt(inside))
