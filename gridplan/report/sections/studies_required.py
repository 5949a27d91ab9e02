"""Chapter: what others must still study before a campus may connect."""

from __future__ import annotations

from gridplan.report.ac_result import ac_of_year
from gridplan.report.blocks import Block, Column, Paragraph, build_table
from gridplan.report.cells import Cell
from gridplan.report.load_loss import is_studied
from gridplan.report.outage_sets import absent_words, studied_words
from gridplan.report.run_folder import RunFolder

_NOT = Cell("not studied", None, "bad")

# study | what it settles
_NEVER: tuple[tuple[str, str], ...] = (
    ("N-1-1 (P3, P6)", "A second outage after the system was readjusted"),
    ("Short circuit and breaker duty", "Fault currents with the campus, its generation and the reinforcements"),
    ("Transient and voltage stability", "Angle and voltage after faults; loss of the whole campus at once"),
    ("Short-circuit ratio", "Weak-grid operation of converters and power supplies near the POI"),
    ("EMT and oscillation", "Control interaction, subsynchronous and forced oscillation, with validated models"),
    ("Power quality and ramps", "Flicker, harmonics, MW per minute (Southern Company: 20 MW/min)"),
    ("Protection and facility study", "Substation layout, relays, metering, cost estimate, construction schedule"),
    ("Loss-of-load expectation", "Probabilistic adequacy; this report counts hours without reserve only"),
    ("Unit commitment and ramping", "Start-up, minimum output and ramp limits of units between hours"),
    ("Further base cases and weather years", "Light load, later years, other weather"),
)  # fmt: skip


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Table of studies with what this report did for each."""
    lines = [*_multiple_lines(run), *((name, why, _NOT) for name, why in _NEVER)]
    lines += [_ride_through_line(run), _reactive_line(run), _outage_line(run)]
    columns = (Column(head="Study", share=1.0), Column(head="What it settles", share=2.0), Column(head="Here"))
    intro = Paragraph(
        text="The MW in this report hold only once these studies, by the utility or others, confirm them."
    )
    return intro, build_table("studies_required", "What this report leaves to others", columns, lines)


def _multiple_lines(run: RunFolder) -> list[tuple[str, str, Cell]]:
    """What contingency files covered of the multiple outages, and the categories nothing was studied of."""
    why = "Bus faults, stuck breakers, failed relays and common towers (NERC TPL-001)"
    studied, absent = studied_words(run), absent_words(run).replace(" and ", ", ")
    found = [(f"Multiple outages {absent}", why, _NOT)] if absent else []
    if studied:
        what = "Completeness of the list, voltages after each; only the sets of the files given were looked at"
        found.append((f"Named contingencies ({studied})", what, Cell("screened, DC", None, "warn")))
    return found


def _ride_through_line(run: RunFolder) -> tuple[str, str, Cell]:
    here = Cell("screened, static", None, "warn") if is_studied(run) else _NOT
    why = "Load lost on voltage dips: about 1,500 MW on a 230 kV fault in July 2024 (NERC)"
    return "Ride-through and recovery", why, here


def _reactive_line(run: RunFolder) -> tuple[str, str, Cell]:
    is_checked = bool(run.years) and bool(ac_of_year(run, run.last_year))
    here = Cell("screened by AC check", None, "warn") if is_checked else _NOT
    return "Reactive power and voltage control", "Shunts, taps, power factor at the meter, control settings", here


def _outage_line(run: RunFolder) -> tuple[str, str, Cell]:
    is_n1 = bool(run.years) and run.basis.get("security", "n-1") == "n-1"
    here = Cell("screened, DC", None, "warn") if is_n1 else _NOT
    return "Single outages (P1) in AC, all hours", "Thermal limits and voltages after every single outage", here
