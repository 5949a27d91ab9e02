"""Numbers and labels as the report prints them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gridplan.report.cells import cell, column_cells, day_text, hour_text, number_text
from gridplan.report.figures.label_places import Wanted, place_labels
from gridplan.report.grid_view import schematic_layout
from gridplan.report.words import binding_words, contingency_counts, counted, hours_in_words, joined, outage_words


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (1200.0, "mw", "1,200"), (187.5, "mw", "187.5"), (-1044.0, "mw", "−1,044"), (-0.01, "mw", "0"),
        (0.0126, "frac", "1.26"), (1.05e6, "musd", "1.05"), (24.5, "price", "24.50"), (2029, "year", "2029"),
        (math.inf, "mw", "unlimited"), (4.2, "mwh", "4.2"), (4200.4, "mwh", "4,200"), (0.8874, "pu", "0.8874"),
    ],
)  # fmt: skip
def test_numbers_as_text(value: float, kind: str, text: str) -> None:
    assert number_text(value, kind) == text  # type: ignore[arg-type]


def test_column_has_one_count_of_decimals() -> None:
    assert [c.text for c in column_cells([300.0, 187.5, None, 0.0], "mw")] == ["300.0", "187.5", "–", "0.0"]
    assert [c.text for c in column_cells([300.0, 200.0], "mw")] == ["300", "200"]


def test_cell_keeps_the_raw_value() -> None:
    assert cell(187.46, "mw").value == 187.46
    assert cell(math.nan, "mw").to_json() == {"text": "–", "value": None, "mark": "quiet"}


def test_hours_and_days_in_words() -> None:
    assert hour_text("2020-08-26T17:00") == "26 Aug 17:00"
    assert day_text("2026-06-01") == "1 June 2026"
    assert hour_text("every hour") == "every hour"
    assert hours_in_words("worst at 2020-07-30T18:00; 3 cases") == "worst at 30 Jul 18:00; 3 cases"


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("A27 | branch:A25-1", "A27 under loss of branch A25-1"),
        ("A27 | intact", "A27 with everything in service"),
        ("branch A27 under loss of branch:A25-1", "branch A27 under loss of branch A25-1"),
        ("A27 under branch:A25-1", "A27 under loss of branch A25-1"),
        ("A27 under loss of unit:118_CC_1", "A27 under loss of unit 118_CC_1"),
        ("A27 after loss of A25-1", "A27 after loss of A25-1"),
        ("A27", "A27 with everything in service"),
        ("all available generation", "all available generation"),
    ],
)
def test_binding_element_in_words(label: str, text: str) -> None:
    assert binding_words(label) == text


def test_lists_and_counts_in_words() -> None:
    assert outage_words("dc_line:DC1") == "loss of dc line DC1"
    assert outage_words("A25-1") == "loss of A25-1"
    assert outage_words("intact") == "nothing lost"
    assert joined(["a", "b", "c"]) == "a, b and c"
    assert counted(8784, "hour") == "8,784 hours"
    assert contingency_counts({"branch": 120, "unit": 96, "dc_line": 1}) == "120 branches, 96 units and 1 dc pole"


def test_labels_do_not_cover_each_other() -> None:
    wanted = [Wanted(x=100.0 + 3 * k, y=100.0, width=40.0, height=10.0) for k in range(4)]
    boxes = place_labels(wanted, [], (0.0, 0.0, 400.0, 400.0))
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert min(a[2], b[2]) <= max(a[0], b[0]) or min(a[3], b[3]) <= max(a[1], b[1])


def test_schematic_layout_keeps_neighbours_near() -> None:
    ends = np.array([(0, 1), (1, 2), (2, 3), (3, 4)])
    x, _ = schematic_layout(5, ends)
    assert abs(np.argsort(x)[0] - np.argsort(x)[-1]) == 4
    assert list(np.argsort(x)) in ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0])
