"""The load of a campus in words: the sentence of the chapter, and what replaces the figure for who cannot see it."""

from __future__ import annotations

from collections.abc import Mapping

from gridplan.report.amount_words import amount_words
from gridplan.report.cells import mw_text, percent_text
from gridplan.report.load_model import CampusLoad, Course, LoadModels, TotalLoad
from gridplan.report.words import joined

METHODS: Mapping[str, str] = {"latin_hypercube": "Latin hypercube", "sobol": "Sobol' sequence"}
MOVES: Mapping[str, str] = {
    "interactive": "cannot wait",
    "relaxed": "waits minutes",
    "batch": "waits a day",
    "finetune": "waits days",
    "pretrain": "can pause",
}
"""What each movable class may do, in the fewest words."""
SCALED_SPREAD = (
    "Where users and accelerators are scaled to the contract, the central run fills it in its largest hour; scenarios "
    "that ask for more stop there, and those that ask for less stay below. So no quantile of the peak lies above the "
    "central run, and P50 often lies well below it: quantiles tell how much of the contract is used, not what would be "
    "asked for without one."
)
"""Why P50 is below the central run, where a campus is scaled to its contract."""
_IT = ("accelerator_active", "accelerator_idle", "host", "network_storage")
_BUILDING = ("electrical_loss", "fans_pumps", "cooling", "auxiliary")


def campus_sentence(campus: CampusLoad) -> str:
    """From users to MW in a few sentences."""
    it, building = (sum(campus.stages_mw[stage] for stage in stages) for stages in (_IT, _BUILDING))
    accelerators = campus.stages_mw["accelerator_active"] + campus.stages_mw["accelerator_idle"]
    total = (it + building) or 1.0
    return (
        f"{campus.name} draws {mw_text(campus.mean_mw)} on average and {mw_text(campus.peak_mw)} in its peak hour, of "
        f"a contract of {mw_text(campus.contract_mw)}. {_work_words(campus.counts)}Of the mean "
        f"{percent_text(accelerators / total, 0)} goes to accelerators, {percent_text((it - accelerators) / total, 0)} "
        f"to the computers around them and {percent_text(building / total, 0)} to the building. "
        f"By energy, {_class_words(campus.share_frac)}."
    )


def _work_words(counts: Mapping[str, float]) -> str:
    """Users, requests and tokens; accelerators; each part only where there is one."""
    text = ""
    if counts["concurrent_users"] > 0:
        text += (
            f"{amount_words(counts['concurrent_users'])} users at once send {amount_words(counts['tasks_per_h'])} "
            f"requests an hour, {amount_words(counts['calls_per_h'])} calls of models"
        )
        if counts["input_tokens_per_h"] > 0:
            text += (
                f" that read {amount_words(counts['input_tokens_per_h'])} tokens and write "
                f"{amount_words(counts['output_tokens_per_h'])}"
            )
        if counts["items_per_h"] > 0:
            text += f", and {amount_words(counts['items_per_h'])} pictures and clips"
        text += ". "
    serve, train = counts["inference_accelerators"], counts["training_accelerators"]
    parts = [f"{amount_words(n)} accelerators {verb}" for n, verb in ((serve, "serve"), (train, "train")) if n > 0]
    text += f"{joined(parts)}. " if parts else ""
    if counts["device_mw"] >= _LEAST_DEVICE_MW:
        text += f"Devices of the users draw another {mw_text(counts['device_mw'])}, outside the campus. "
    return text


_LEAST_DEVICE_MW = 0.05


def _class_words(share_frac: Mapping[str, float]) -> str:
    return joined(f"{percent_text(share, 0)} {MOVES[name]} ({name})" for name, share in share_frac.items())


def unserved_sentence(campus: CampusLoad) -> str:
    """What of the computing asked for is left out, centrally and over the scenarios; empty where it rounds to nothing.

    The sums of a year leave a few last digits of what nobody misses.
    """
    if not any(_is_seen(frac) for frac in (campus.unserved_frac, *campus.unserved_spread_frac)):
        return ""
    # Without scenarios there are quantiles asked for and none computed.
    spread = zip(campus.quantiles, campus.unserved_spread_frac, strict=False)
    over = joined(f"P{100 * q:g} {percent_text(frac)}" for q, frac in spread)
    scenarios = f" (over the scenarios {over})" if over else ""
    central = percent_text(campus.unserved_frac) if _is_seen(campus.unserved_frac) else "Nothing"
    return (
        f"{central} of the computing asked for is left out at {campus.name} in the central run{scenarios}: its "
        "accelerators or its contract hold no more."
    )


def _is_seen(frac: float) -> bool:
    """Whether a share does not round to 0.0 %."""
    return round(100 * frac, 1) > 0


def scaling_sentence(campus: CampusLoad) -> str:
    """Pack, scale, delivery, cooling and temperature behind the numbers."""
    scale = f"{campus.scale:.3g}"
    full = ", so these are the users a full contract serves, and no forecast of users"
    users = full if campus.counts["concurrent_users"] > 0 else ""
    how = {
        "scale_to_contract": f"its users and accelerators are scaled by {scale} until the peak is the contract{users}",
        "as_stated": "its users and accelerators are taken as stated",
        "clip": "its users and accelerators are taken as stated, and load above the contract is cut",
    }.get(campus.scaling, f"scaling: {campus.scaling.replace('_', ' ')}, factor {scale}")
    delivery = {
        "contract": "the full contract from the first hour",
        "expected": "what is expected to be energised, with delay, ramp and realisation; what is asked for beyond it "
        "is left out",
    }.get(campus.delivery, campus.delivery)
    return (
        f"Driver pack {campus.pack} {campus.release} ({campus.title}); {how}. Delivery: {delivery}. "
        f"Cooling: {campus.cooling}; temperature: {campus.temperature}. Users nearby live on the clock of "
        f"{campus.timezone}."
    )


def assumed_words(campus: CampusLoad) -> str:
    """How many drivers have no public value behind them."""
    verb = "is an assumption" if campus.assumed == 1 else "are assumptions"
    return f"{campus.assumed} of the {len(campus.drivers)} drivers behind these MW {verb} without a public value"


def method_words(models: LoadModels) -> str:
    """``256 scenarios (Latin hypercube, seed 0)``."""
    method = METHODS.get(models.method, models.method.replace("_", " "))
    return f"{models.samples:,} scenarios ({method}, seed {models.seed})"


def figure_alt(campus: CampusLoad) -> str:
    """The four panels in words."""
    stages = joined(
        f"{_STAGE_WORDS[stage]} {mw_text(mw)}" for stage, mw in campus.stages_mw.items() if round(mw, 1) > 0
    )
    return (
        f"Four panels on {campus.name} in {campus.year}. {_work_words(campus.counts)}Mean MW by stage: {stages}; "
        f"together {mw_text(campus.mean_mw)} on average and {mw_text(campus.peak_mw)} in the peak hour, contract "
        f"{mw_text(campus.contract_mw)}. {_course_words(campus)} By energy, {_class_words(campus.share_frac)}."
    )


def total_alt(total: TotalLoad) -> str:
    """The three panels of several campuses together in words."""
    return (
        f"Three panels on {total.name.lower()} in {total.year}: {mw_text(total.mean_mw)} on average and "
        f"{mw_text(total.peak_mw)} in the peak hour; their contracts sum to {mw_text(total.contract_mw)}. "
        f"{_course_words(total)} By energy, {_class_words(total.share_frac)}."
    )


def _course_words(course: Course) -> str:
    week, duration = course.week.total_mw, course.duration
    band = ""
    if duration.band is not None:
        first = {
            course.quantiles[0]: float(duration.band.low_mw[0]),
            course.quantiles[-1]: float(duration.band.high_mw[0]),
        }
        band = f", {joined(f'P{100 * q:g} {mw_text(mw)}' for q, mw in first.items())} in the first hour"
    return (
        f"A week of {len(week)} hours runs between {mw_text(float(week.min()))} and {mw_text(float(week.max()))}. "
        f"The hours in order fall from {mw_text(float(duration.central_mw[0]))} to "
        f"{mw_text(float(duration.central_mw[-1]))}{band}; load factor {percent_text(course.load_factor, 0)}."
    )


_STAGE_WORDS = {
    "accelerator_active": "accelerators at work",
    "accelerator_idle": "idle accelerators",
    "host": "hosts",
    "network_storage": "network and storage",
    "electrical_loss": "electrical losses",
    "fans_pumps": "fans and pumps",
    "cooling": "cooling",
    "auxiliary": "auxiliary",
}
