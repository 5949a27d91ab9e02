"""Chapter: the words that must not slip, and the rules behind the numbers."""

from __future__ import annotations

from gridplan.report.blocks import Block, Terms
from gridplan.report.cells import number_text
from gridplan.report.run_folder import RunFolder

_PRE_EXISTING = {
    "no_worsening": (
        "Overloads found without the campuses may stay but not grow: the limit of such a pair of branch and outage is "
        "the larger of its rating and its loading in the least-overload dispatch without campuses, hour by hour."
    ),
    "set_aside": "Pairs of branch and outage overloaded without the campuses are left out of the limits and listed.",
    "fix_first": "A grid that is overloaded without the campuses is refused; the rating is the limit.",
}
_CONTRACT = (
    "Largest demand at the POI meter, cooling and auxiliaries included. Capacity studies apply it flat in every hour."
)
_FIRM = (
    "Largest MW taken at the POI in every hour of the year, every listed outage within its rating, by preventive "
    "redispatch of available units only: no unserved load, no overload, no curtailment, and no help from storage, "
    "backup or flexible computing. Printed as firm only if the AC check passes; else as thermal (DC) only."
)
_CONDITIONAL = (
    "MW above firm for which the stated curtailment terms suffice. Existing customers come first, then all redispatch, "
    "and only then the campus; shifted work is no curtailment. Preventive: the campus is down before the outage."
)
_HOURS = (
    "An hour counts as curtailed above max(1 MW, 0.5 % of the contract) of lost work. Depth is the largest loss of one "
    "hour, an event a run of counted hours. The schedule knows the whole year in advance; operation will curtail more."
)
_ADEQUATE = (
    "Firm says that the network can carry the MW, not that there is generation for it. Hours in which generation, not "
    "a branch, limits a campus are counted apart; loss-of-load expectation is not computed."
)
_HEADROOM = "MW before the first limit binds without redispatch; distribution factors below {cutoff} % are left out."


def build_blocks(run: RunFolder) -> tuple[Block, ...]:
    """Definitions with the rules this run used."""
    basis = run.basis
    cutoff = float(basis.get("distribution_factor_cutoff_frac", 0.03))
    factor = float(basis.get("dc_rating_factor") or run.network.get("dc_rating_factor") or 1.0)
    rule = str(basis.get("pre_existing", "no_worsening"))
    is_accepted = bool(basis.get("accept_radial_supply"))
    radial = "The study accepts it as firm." if is_accepted else "It is not called firm."
    entries = (
        ("Contract", _CONTRACT),
        ("Firm MW", _FIRM),
        ("Conditional MW", _CONDITIONAL),
        ("Curtailed hour, event, depth", _HOURS),
        ("Network-firm is not supply-adequate", _ADEQUATE),
        ("Headroom", _HEADROOM.format(cutoff=number_text(cutoff, "frac", 0))),
        (f"Pre-existing overloads ({rule.replace('_', ' ')})", _PRE_EXISTING.get(rule, rule)),
        ("Radial supply", f"A POI that one outage cuts off. {radial}"),
        (
            "Thermal limit",
            f"MW in the DC model up to {number_text(factor, 'frac', 0)} % of the MVA rating, which leaves room for "
            "reactive power: the normal rating with everything in service, the emergency rating after an outage.",
        ),
    )
    return (Terms(entries=entries),)
