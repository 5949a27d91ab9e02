"""The chain from users to accelerators: large numbers in a row, each with its words below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridplan.report.amount_words import amount_words
from gridplan.report.figures.row_places import draw_lines, text_width_pt
from gridplan.report.figures.style import QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NUMBER_PT, _WORDS_PT, _JOINT_PT = 9.5, 6.8, 10.0
_LEAST_GAP_PT = 16.0


@dataclass(frozen=True, slots=True)
class Link:
    """One link: number, words below it, and the sign that leads to it."""

    number: str
    words: str
    joint: str = "→"


def work_links(counts: Mapping[str, float]) -> list[Link]:
    """Links that a campus has, from its users to its accelerators."""
    read = "tokens read\nan hour"
    if counts["input_tokens_per_h"] > 0 and counts["cached_tokens_per_h"] > 0:
        read += f"\n{100 * counts['cached_tokens_per_h'] / counts['input_tokens_per_h']:.0f} % cached"
    wanted = (
        ("concurrent_users", "users\nat once", "→"),
        ("tasks_per_h", "requests\nan hour", "→"),
        ("calls_per_h", "model calls\nan hour", "→"),
        ("input_tokens_per_h", read, "→"),
        ("output_tokens_per_h", "tokens written\nan hour", "+"),
        ("items_per_h", "pictures, clips\nan hour", "+"),
        ("inference_accelerators", "accelerators\nserve", "→"),
        ("training_accelerators", "accelerators\ntrain", "+"),
    )
    found = [Link(amount_words(counts[name]), words, joint) for name, words, joint in wanted if counts[name] > 0]
    return found[:1] + [_after_users(link, counts) for link in found[1:]]


def _after_users(link: Link, counts: Mapping[str, float]) -> Link:
    """Pictures follow from calls where no token does."""
    is_first_product = link.words.startswith("pictures") and counts["output_tokens_per_h"] <= 0
    return Link(link.number, link.words) if is_first_product else link


def draw_chain(axes: Axes, links: list[Link], width_pt: float) -> None:
    """Draw the chain over the whole width; the letters shrink until it fits."""
    axes.set_axis_off()
    axes.set_xlim(0, width_pt)
    axes.set_ylim(0, 1)
    scale = 1.0
    while (gap := _gap_pt(links, scale, width_pt)) < _LEAST_GAP_PT * scale and scale > 0.5:
        scale -= 0.02
    gap = min(gap, 5 * _LEAST_GAP_PT)
    left = 0.0
    for k, link in enumerate(links):
        width = _width_pt(link, scale)
        if k:
            axes.text(left - gap / 2, 0.72, link.joint, size=_JOINT_PT * scale, ha="center", va="center", color=QUIET)
        axes.text(left, 0.72, link.number, size=_NUMBER_PT * scale, weight="bold", va="center")
        draw_lines(axes, link.words, (left, 0.46), size_pt=_WORDS_PT * scale, align="left", colour=QUIET)
        left += width + gap


def _width_pt(link: Link, scale: float) -> float:
    number = text_width_pt(link.number, _NUMBER_PT, is_bold=True)
    return scale * max(number, text_width_pt(link.words, _WORDS_PT))


def _gap_pt(links: list[Link], scale: float, width_pt: float) -> float:
    return (width_pt - 4.0 - sum(_width_pt(link, scale) for link in links)) / max(len(links) - 1, 1)
