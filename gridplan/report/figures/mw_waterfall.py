"""Waterfall of a campus: from accelerators at work to the mean and the peak at the meter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridplan.report.cells import mw_text
from gridplan.report.figures.row_places import draw_lines
from gridplan.report.figures.style import INK, LOST, QUIET, RULE
from gridplan.report.load_model import CampusLoad

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# stage | words | group | colour
_STEPS = (
    ("accelerator_active", "at work", "accelerators", "#3d5468"),
    ("accelerator_idle", "idle", "accelerators", "#3d5468"),
    ("host", "hosts", "rest of the IT", "#8496a4"),
    ("network_storage", "network,\nstorage", "rest of the IT", "#8496a4"),
    ("electrical_loss", "electrical\nlosses", "building", "#bcc7cf"),
    ("fans_pumps", "fans,\npumps", "building", "#bcc7cf"),
    ("cooling", "cooling", "building", "#bcc7cf"),
    ("auxiliary", "auxiliary", "building", "#bcc7cf"),
)
_WIDTH = 0.72
_TEXT_PT, _NUMBER_PT = 6.6, 7.0
_MOST_ABOVE_PEAK = 1.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One bar from ``base_mw`` up by ``mw``; a sum stands on the ground."""

    words: str
    group: str
    colour: str
    base_mw: float
    mw: float
    is_sum: bool = False


def waterfall_steps(campus: CampusLoad) -> list[Step]:
    """Bars from left to right; the stages end at the mean, the last step at the peak."""
    steps: list[Step] = []
    base = 0.0
    for stage, words, group, colour in _STEPS:
        mw = campus.stages_mw[stage]
        if mw > 0:
            steps.append(Step(words=words, group=group, colour=colour, base_mw=base, mw=mw))
            base += mw
    mean, peak = campus.mean_mw, campus.peak_mw
    return [
        *steps,
        Step(
            words="mean of\nthe year" if campus.is_year else "mean of\nthe hours",
            group="",
            colour=INK,
            base_mw=0.0,
            mw=mean,
            is_sum=True,
        ),
        Step(words="to the\npeak", group="", colour="#ffffff", base_mw=mean, mw=max(peak - mean, 0.0)),
        Step(words="peak\nhour", group="", colour=INK, base_mw=0.0, mw=peak, is_sum=True),
    ]


def mw_words(value_mw: float, peak_mw: float) -> str:
    """MW with the digits that a campus of this size asks for."""
    decimals = 0 if peak_mw >= 1000 else 1 if peak_mw >= 20 else 2
    least = 0.5 * 10.0**-decimals
    return f"<{10.0**-decimals:.{decimals}f}" if 0 < value_mw < least else f"{value_mw:,.{decimals}f}"


def mw_axis(axes: Axes, words: str) -> None:
    """Few ticks with thousands separators, the words at the left edge whatever the width of the ticks."""
    from matplotlib.ticker import FuncFormatter

    axes.locator_params(axis="y", nbins=4)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.tick_params(length=2.5)
    left_pt = axes.bbox.x0 / axes.figure.dpi * 72.0
    axes.annotate(words, (0, 0.5), (7.0 - left_pt, 0), xycoords="axes fraction", textcoords="offset points",
                  rotation=90, ha="center", va="center", size=7.0, annotation_clip=False)  # fmt: skip


def draw_waterfall(axes: Axes, campus: CampusLoad, height_pt: float) -> None:
    """Draw the bars, their numbers, the words below and the contract."""
    steps = waterfall_steps(campus)
    top = max(campus.peak_mw, campus.mean_mw, 1e-9)
    is_near = campus.contract_mw <= _MOST_ABOVE_PEAK * top
    most = 1.15 * max(top, campus.contract_mw if is_near else 0.0)
    axes.set_ylim(0, most)
    axes.set_xlim(-0.5, len(steps) - 0.5)
    room_mw = most * (_NUMBER_PT + 3.0) / height_pt
    for k, step in enumerate(steps):
        edge = QUIET if step.colour == "#ffffff" else "none"
        axes.bar(k, step.mw, bottom=step.base_mw, width=_WIDTH, color=step.colour, edgecolor=edge, linewidth=0.7)
        _draw_number(axes, k, step, campus.peak_mw, room_mw)
        if k:
            end = step.base_mw if not step.is_sum else step.mw
            axes.plot([k - 1 + _WIDTH / 2, k - _WIDTH / 2], [end, end], color=QUIET, linewidth=0.6)
    _draw_contract(axes, campus.contract_mw, is_near=is_near)
    _draw_words(axes, steps, height_pt)
    mw_axis(axes, "MW at the meter")


def _draw_number(axes: Axes, k: int, step: Step, peak_mw: float, room_mw: float) -> None:
    """Number inside a bar that stands on the ground, below one that hangs, above where neither has room."""
    text = mw_words(step.mw, peak_mw)
    text = text if step.group or step.is_sum else f"+{text}"
    top = step.base_mw + step.mw
    weight = "bold" if step.is_sum else "normal"
    if step.base_mw == 0.0 and step.mw > room_mw:
        axes.text(k, top - 0.2 * room_mw, text, ha="center", va="top", color="white", size=_NUMBER_PT, weight=weight)
    elif step.base_mw > room_mw:
        axes.text(k, step.base_mw - 0.2 * room_mw, text, ha="center", va="top", size=_NUMBER_PT)
    else:
        axes.text(k, top + 0.1 * room_mw, text, ha="center", va="bottom", size=_NUMBER_PT, weight=weight)


def _draw_contract(axes: Axes, contract_mw: float, *, is_near: bool) -> None:
    text = f"contract {mw_text(contract_mw)}"
    if not is_near:
        axes.text(-0.45, axes.get_ylim()[1], f"{text}, above this scale", va="top", color=LOST, size=_NUMBER_PT)
        return
    axes.axhline(contract_mw, color=LOST, linewidth=0.9, linestyle=(0, (5, 2)))
    axes.annotate(text, (-0.45, contract_mw), (0, 2), textcoords="offset points", color=LOST, size=_NUMBER_PT)


def _draw_words(axes: Axes, steps: list[Step], height_pt: float) -> None:
    axes.set_xticks([])
    for k, step in enumerate(steps):
        draw_lines(axes, step.words, (k, -2.0 / height_pt), size_pt=_TEXT_PT, align="center", colour=INK)
    for name in dict.fromkeys(step.group for step in steps if step.group):
        at = [k for k, step in enumerate(steps) if step.group == name]
        level = -22.0 / height_pt
        axes.plot([at[0] - 0.4, at[-1] + 0.4], [level, level], color=RULE, linewidth=0.8, clip_on=False,
                  transform=axes.get_xaxis_transform())  # fmt: skip
        axes.text((at[0] + at[-1]) / 2, level - 2.0 / height_pt, name, ha="center", va="top", size=_TEXT_PT,
                  color=QUIET, transform=axes.get_xaxis_transform())  # fmt: skip
