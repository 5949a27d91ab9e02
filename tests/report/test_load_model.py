"""What the load models say of their campuses: the reader, the words, the figure, the chapter and the files."""

from __future__ import annotations

import copy as copying
import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from gridplan.errors import FileError
from gridplan.report.amount_words import amount_words
from gridplan.report.contents import build_section
from gridplan.report.figures import load_course, mw_waterfall, style
from gridplan.report.figures.campus_load import draw_campus_load
from gridplan.report.figures.row_places import row_places
from gridplan.report.figures.work_chain import work_links
from gridplan.report.json_node import Node
from gridplan.report.load_figures import write_profile_figures
from gridplan.report.load_model import STAGES, CampusLoad, Course, load_models
from gridplan.report.load_words import campus_sentence, figure_alt, scaling_sentence
from gridplan.report.run_folder import RunFolder
from gridplan.report.sections import CHAPTERS
from gridplan.report.sections.assumptions import _is_idle
from gridplan.solution import load_model_file
from tests.report.make_load_model import KINDS, campus, load_model

(CHAPTER,) = [chapter for chapter in CHAPTERS if chapter.id == "load_model"]


@pytest.fixture
def blank(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty drawings, for what is about the words beside them."""
    monkeypatch.setattr(load_course, "render", lambda *_, **__: "<svg></svg>")


def read(*campuses: dict[str, Any], **changes: Any) -> tuple[CampusLoad, ...]:
    return load_models(Node(load_model(campuses, **changes), "load_model_2029.json")).campuses


def one(kind: str = "mixed", **changes: Any) -> CampusLoad:
    (found,) = read({**campus(kind), **changes})
    return found


# -- reader ----------------------------------------------------------------------------------------
def test_reader_keeps_every_number() -> None:
    raw = campus("mixed", workloads=12)
    (found,) = read(raw)
    assert (found.mean_mw, found.peak_mw, found.scale) == (raw["mean_mw"], raw["peak_mw"], 0.81)
    assert dict(found.counts) == raw["counts"]
    assert dict(found.stages_mw) == raw["stages_mw"]
    assert found.week.total_mw.tolist() == pytest.approx(np.sum(list(raw["week"]["class_mw"].values()), axis=0))
    assert [w.name for w in found.workloads] == [w["name"] for w in raw["workloads"]]
    assert sum(found.share_frac.values()) == pytest.approx(1.0)
    assert (found.hours, found.is_year, found.assumed) == (8784, True, 2)
    assert found.spread is not None
    assert found.spread.peak_mw.tolist() == raw["spread"]["peak_mw"]


def test_week_stands_on_the_clock_of_the_campus() -> None:
    week = one().week
    assert str(week.time_local[0]) == "2020-08-24T00:00:00"
    raw = campus("mixed")
    raw["timezone"] = "America/Chicago"
    raw["week"]["first_utc"] = "2020-10-29T05:00"
    (found,) = read(raw)
    local = [str(t)[5:16] for t in found.week.time_local]
    assert local.count("11-01T01:00") == 2, "the hour that the clock goes through twice"
    assert local[-1] == "11-04T22:00"


@pytest.mark.parametrize("spread", [None, {}], ids=["absent", "empty"])
def test_run_without_scenarios_has_no_band(spread: object) -> None:
    raw = campus("mixed", band=False)
    if spread is not None:
        raw["spread"] = spread
    (found,) = read(raw, samples=0)
    assert (found.spread, found.week.band, found.duration.band) == (None, None, None)


def test_rounding_below_zero_is_no_damage() -> None:
    raw = campus("single")
    raw["stages_mw"]["cooling"] = -1e-12
    assert read(raw)[0].stages_mw["cooling"] == 0.0


def _set(*path: Any) -> Callable[[dict[str, Any]], None]:
    *way, last, value = path

    def change(data: dict[str, Any]) -> None:
        node: Any = data
        for key in way:
            node = node[key]
        if value is KeyError:
            del node[last]
        else:
            node[last] = value

    return change


AT = ("campuses", 0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set("schema_version", 2), "schema_version is 2, and this gridplan reads 1"),
        (_set("samples", 2.5), "samples is 2.5, no whole number"),
        (_set("campuses", {}), "campuses is {}, no list of objects"),
        (_set(*AT, "peak_mw", "300"), "campuses[0].peak_mw is '300', no number"),
        (_set(*AT, "mean_mw", float("nan")), "campuses[0].mean_mw is nan, no number"),
        (_set(*AT, "contract_mw", -4.0), "campuses[0].contract_mw is -4, below 0"),
        (_set(*AT, "id", "../../x"), "campuses[0].id is no id of a campus"),
        (_set(*AT, "stages_mw", "host", KeyError), "campuses[0].stages_mw.host is missing"),
        (_set(*AT, "stages_mw", "host", -2.0), "campuses[0].stages_mw.host is -2, below -1e-06"),
        (_set(*AT, "timezone", "Mars/Base"), "campuses[0].timezone is 'Mars/Base', no zone of the IANA list"),
        (_set(*AT, "timezone", "../etc"), "campuses[0].timezone is '../etc', no zone of the IANA list"),
        (_set(*AT, "week", "first_utc", "Monday"), "campuses[0].week.first_utc is 'Monday', no time as in"),
        (_set(*AT, "week", "class_mw", {}), "campuses[0].week.class_mw has no class"),
        (_set(*AT, "week", "class_mw", "idle", [1.0]), "campuses[0].week.class_mw.idle is no class"),
        (
            _set(*AT, "week", "class_mw", "relaxed", [1.0]),
            "campuses[0].week.class_mw.relaxed has 1 numbers where 168",
        ),
        (_set(*AT, "week", "high_mw", [1.0] * 167), "campuses[0].week.high_mw has 167 numbers where 168 are due"),
        (_set(*AT, "duration", "frac", [0.5, 0.2]), "campuses[0].duration.frac does not ascend from 0 to 1"),
        (_set(*AT, "spread", "peak_mw", [1.0]), "campuses[0].spread.peak_mw has 1 numbers where 3 are due"),
        (_set(*AT, "workloads", 0, "class", "urgent"), "campuses[0].workloads[0].class is 'urgent', none of inter"),
        (_set(*AT, "parameters", 1, "status", None), "campuses[0].parameters[1].status is missing"),
        (_set(*AT, "counts", "calls_per_h", True), "campuses[0].counts.calls_per_h is True, no number"),
    ],
)
def test_damaged_file_is_named_with_its_place(change: Callable[[dict[str, Any]], None], words: str) -> None:
    data = load_model([campus("mixed")])
    change(data)
    with pytest.raises(FileError, match=re.escape(f"load_model_2029.json: {words}")):
        load_models(Node(data, "load_model_2029.json"))


# -- words -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.4, "0.4"), (7, "7"), (850, "850"), (9984, "9,984"), (9999.7, "10,000"), (24576, "24,600"),
        (116_432, "116,000"), (999_900, "1 million"), (1_040_000, "1.04 million"), (79_100_000, "79 million"),
        (999_960_000, "1 billion"), (1.0363e9, "1.04 billion"), (5.245e11, "524 billion"), (2.5e12, "2.5 trillion"),
    ],
)  # fmt: skip
def test_amounts_are_rounded_for_the_eye(value: float, text: str) -> None:
    assert amount_words(value) == text


@given(st.floats(min_value=1.0, max_value=1e17))
def test_amount_in_words_is_near_the_amount(value: float) -> None:
    number, _, name = amount_words(value).partition(" ")
    size = {"": 1.0, "million": 1e6, "billion": 1e9, "trillion": 1e12}[name]
    assert float(number.replace(",", "")) * size == pytest.approx(value, rel=0.051)


def test_sentence_of_a_campus_that_serves_and_trains() -> None:
    text = campus_sentence(one("mixed"))
    assert text.startswith("Mesa training park draws 310.9 MW on average and 400 MW in its peak hour, of a contract")
    assert "55 million users at once send 661 million requests an hour" in text
    assert "61 % goes to accelerators, 25 % to the computers around them and 14 % to the building" in text
    assert "31 % can pause (pretrain)" in text


def test_training_alone_speaks_of_no_users() -> None:
    found = one("training")
    for text in (campus_sentence(found), figure_alt(found)):
        assert "118,000 accelerators train" in text
        assert not re.search("users at once|requests|tokens|serve", text)
    assert [link.words for link in work_links(found.counts)] == ["accelerators\ntrain"]


def test_inference_alone_speaks_of_no_training() -> None:
    found = one("inference")
    assert "train" not in figure_alt(found).replace("Mesa training park", "")
    assert [link.joint for link in work_links(found.counts)][1:] == ["→", "→", "→", "+", "+", "→"]


def test_chain_of_pictures_alone_has_no_tokens() -> None:
    counts = {**one("inference").counts, "input_tokens_per_h": 0.0, "output_tokens_per_h": 0.0}
    links = work_links(counts)
    assert not any("tokens" in link.words for link in links)
    assert [link.joint for link in links if link.words.startswith("pictures")] == ["→"]


@pytest.mark.parametrize(
    ("scaling", "words"),
    [("scale_to_contract", "scaled by 0.81 until the peak is the contract"), ("as_stated", "taken as stated"),
     ("clip", "load above the contract is cut")],
)  # fmt: skip
def test_scaling_is_said_in_words(scaling: str, words: str) -> None:
    assert words in scaling_sentence(one("mixed", scaling=scaling))


# -- figure ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
def test_waterfall_stands_on_itself_and_ends_at_mean_and_peak(kind: str) -> None:
    found = one(kind)
    *stages, mean, rise, peak = mw_waterfall.waterfall_steps(found)
    assert [step.base_mw for step in stages] == pytest.approx(
        [0.0, *itertools.accumulate(step.mw for step in stages[:-1])]
    )
    assert sum(step.mw for step in stages) == pytest.approx(mean.mw)
    assert (rise.base_mw, rise.base_mw + rise.mw) == pytest.approx((mean.mw, peak.mw))
    assert peak.mw == found.peak_mw


def test_stage_without_mw_has_no_bar() -> None:
    stages = {**dict.fromkeys(STAGES, 0.0), "accelerator_active": 60.0, "host": 20.0}
    words = [step.words for step in mw_waterfall.waterfall_steps(one("single", stages_mw=stages))]
    assert words[:2] == ["at work", "hosts"]


@pytest.mark.parametrize(
    ("value", "peak", "text"),
    [(914.4, 2000.0, "914"), (12.43, 310.0, "12.4"), (0.084, 5.0, "0.08"), (0.02, 310.0, "<0.1"), (0.0, 310.0, "0.0")],
)
def test_digits_follow_the_size_of_the_campus(value: float, peak: float, text: str) -> None:
    assert mw_waterfall.mw_words(value, peak) == text


def _far_contract() -> dict[str, Any]:
    return {**campus("single"), "contract_mw": 1500.0}


def _short() -> dict[str, Any]:
    found = campus("mixed", band=False)
    week = found["week"]
    week["class_mw"] = {name: values[:24] for name, values in week["class_mw"].items()}
    return {**found, "energy_mwh": found["mean_mw"] * 24}


def _hour() -> dict[str, Any]:
    """One hour without any load."""
    found = campus("single", band=False)
    found |= {name: 0.0 for name in ("mean_mw", "peak_mw", "energy_mwh", "load_factor")}
    found["stages_mw"] = dict.fromkeys(found["stages_mw"], 0.0)
    found["week"]["class_mw"] = {"interactive": [0.0]}
    return {**found, "duration": {"frac": [0.5], "central_mw": [0.0]}}


CASES: dict[str, Callable[[], dict[str, Any]]] = {
    **{kind: lambda kind=kind: campus(kind, workloads=12) for kind in KINDS},  # type: ignore[misc]
    "no spread": lambda: campus("mixed", band=False),
    "contract far above": _far_contract,
    "a day": _short,
    "an hour": _hour,
}


def drawn(course: Course) -> str:
    heading = load_course.Heading("Mesa training park, 2029: 310.9 MW on average, 400 MW at most", "driver pack")
    if isinstance(course, CampusLoad):
        return draw_campus_load("x", course, heading=heading)
    return load_course.draw_total_load("x", course, heading=heading)


def drawn_texts(figure: Figure) -> Iterator[Text]:
    """Texts that are seen: not the ticks beyond the ends of an axis."""
    beyond = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            beyond |= {id(tick.label1) for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high}
    for text in figure.findobj(Text):
        if isinstance(text, Text) and text.get_visible() and text.get_text().strip() and id(text) not in beyond:
            yield text


@pytest.mark.parametrize("case", [*CASES, "sum"])
def test_no_text_covers_another_or_leaves_the_figure(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Figure] = []

    def keep(_: str, size: tuple[float, float], draw: Callable[[Figure], None], **__: Any) -> str:
        kept.append(Figure(figsize=size, layout="constrained"))
        draw(kept[0])
        return ""

    monkeypatch.setattr(load_course, "render", keep)
    campuses = [CASES[case]()] if case in CASES else [campus("mixed"), campus("training", id_="barstow")]
    models = load_models(Node(load_model(campuses), "x"))
    with matplotlib.rc_context(style._RC):  # type: ignore[arg-type]
        drawn(models.total or models.campuses[0])
        (figure,) = kept
        renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw_without_rendering()
        texts = list(drawn_texts(figure))
        boxes = {f"{k} {text.get_text()!r}": text.get_window_extent(renderer) for k, text in enumerate(texts)}
    assert len(boxes) > 12
    for (name, box), (other, beside) in itertools.combinations(boxes.items(), 2):
        width = min(box.x1, beside.x1) - max(box.x0, beside.x0)
        height = min(box.y1, beside.y1) - max(box.y0, beside.y0)
        assert min(width, height) < 1.5, f"{name} covers {other}"
    for name, box in boxes.items():
        assert min(box.x0, box.y0) >= 0, name
        assert box.x1 <= figure.bbox.x1 + 0.5, name
        assert box.y1 <= figure.bbox.y1 + 0.5, name


def test_classes_stay_apart_in_grey() -> None:
    def lightness(colour: str) -> float:
        red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    greys = [lightness(colour) for colour in style.CLASS_COLOURS.values()]
    assert all(b - a > 25 for a, b in itertools.pairwise(greys))


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(5, 70)), min_size=1, max_size=6))
def test_labels_of_a_row_keep_apart_and_inside(labels: list[tuple[float, float]]) -> None:
    marks, widths = sorted(mark for mark, _ in labels), [width for _, width in labels]
    found = row_places(marks, widths, 0.0, 500.0)
    edges = [(c - w / 2, c + w / 2) for c, w in zip(found, widths, strict=True)]
    assert edges[0][0] >= -1e-9
    assert edges[-1][1] <= 500.0 + 1e-9
    assert all(a[1] <= b[0] + 1e-9 for a, b in itertools.pairwise(edges))


@pytest.mark.usefixtures("blank")
def test_one_quantile_alone_is_read() -> None:
    record = load_model([campus("single")])
    record["quantiles"] = [0.5]
    for name, values in record["campuses"][0]["spread"].items():
        record["campuses"][0]["spread"][name] = values[:1]
    (found,) = load_models(Node(record, "x")).campuses
    assert figure_alt(found).count("P50") == 1


def test_labels_with_room_stand_at_their_marks() -> None:
    assert row_places([50.0, 200.0, 350.0], [60.0, 60.0, 60.0], 0.0, 400.0) == [50.0, 200.0, 350.0]
    assert row_places([390.0, 395.0], [40.0, 40.0], 0.0, 400.0) == [340.0, 380.0]


def test_files_of_profile_are_the_same_twice(tmp_path: Path) -> None:
    record = load_model([campus("training", id_="barstow", name="Bar & stow <1>")])
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        folder.mkdir()
        names = [path.name for path in write_profile_figures(folder, record)]
    assert names == ["load_barstow_2029.svg", "load_barstow_2029.png"]
    for name in names:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
    svg = (folders[0] / "load_barstow_2029.svg").read_text(encoding="utf-8")
    assert "<title>Four panels on Bar &amp; stow &lt;1&gt; in 2029." in svg
    assert (folders[0] / "load_barstow_2029.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("blank")
def test_several_campuses_also_have_a_figure_of_their_sum(tmp_path: Path) -> None:
    record = load_model([campus("training"), campus("inference", id_="barstow", name="Barstow")])
    names = [path.name for path in write_profile_figures(tmp_path, record)]
    assert names[4:] == ["load_2029.svg", "load_2029.png"]
    text = (tmp_path / "load_2029.svg").read_text(encoding="utf-8")
    assert "all campuses with a driver pack in 2029: 338.3 MW on average and 450 MW in the peak hour" in text
    assert "contracts sum to 450 MW" in text


@pytest.mark.usefixtures("blank")
def test_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be written"):
        write_profile_figures(tmp_path / "absent", load_model([campus("single")]))


# -- chapter ---------------------------------------------------------------------------------------
def blocks_of(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = build_section(RunFolder(folder), CHAPTER).to_json()["blocks"]
    return found


def with_record(folder: Path, record: dict[str, Any]) -> list[dict[str, Any]]:
    (folder / load_model_file(2029)).write_text(json.dumps(record), encoding="utf-8")
    return blocks_of(folder)


def table(blocks: list[dict[str, Any]], id_: str) -> dict[str, Any]:
    (found,) = [block for block in blocks if block.get("id") == id_]
    return found


@pytest.mark.usefixtures("blank")
def test_chapter_explains_every_campus_with_a_pack(full: Path) -> None:
    blocks = blocks_of(full)
    figures = [block for block in blocks if block["kind"] == "figure"]
    assert [figure["id"] for figure in figures] == ["load_model_mesa", "load_model_barstow", "load_all"]
    assert [figure["alt"].partition(" on ")[0] for figure in figures] == ["Four panels", "Four panels", "Three panels"]
    assert len(table(blocks, "load_workloads_mesa")["rows"]) == 11
    spread = [[cell["text"] for cell in row["cells"]] for row in table(blocks, "load_spread")["rows"]]
    assert spread[0] == ["Mesa training park"]
    assert spread[2] == ["P10", "364", "2,266,409", "69.9"]
    note = table(blocks, "load_spread")["note"]
    assert "pointwise" in note
    assert "no year runs along it" in note
    assert blocks[0]["text"].startswith("Capacity of POIs, firm MW and siting apply every contract flat")
    assert [row["cells"][1]["text"] for row in table(blocks, "load_trajectories")["rows"]] == ["85", "12", "201", "144"]


@pytest.mark.usefixtures("blank")
def test_assumptions_are_marked_and_counted(full: Path) -> None:
    blocks = blocks_of(full)
    drivers = table(blocks, "load_drivers")
    assert drivers["caption"].startswith("Drivers in force (2 assumption, 1 calibrated")
    rows = [row["cells"] for row in drivers["rows"] if row["style"] != "group"]
    assert len(rows) == 7, "both campuses hold the same drivers"
    marked = [cells[0]["value"] for cells in rows if cells[4].get("mark") == "warn"]
    assert marked == ["chat.requests_per_user_h", "fleet.redundancy_frac"]
    assert [cells[2]["text"] for cells in rows][:2] == ["6 to 24", "fixed"]
    told = [block["text"] for block in blocks if block.get("tone") == "warning"]
    assert told == ["2 of the 7 drivers behind these MW are assumptions without a public value; the table of drivers "
                    "marks each."] * 2  # fmt: skip


@pytest.mark.usefixtures("blank")
def test_driver_that_campuses_hold_otherwise_stands_for_each(copy: Path) -> None:
    record = load_model([campus("mixed"), campus("inference", id_="barstow", name="Barstow")])
    record["campuses"] = copying.deepcopy(record["campuses"])
    record["campuses"][1]["parameters"][0] |= {"value": 9.0, "status": "study", "source": "study"}
    rows = table(with_record(copy, record), "load_drivers")["rows"]
    groups = [row["cells"][0]["text"] for row in rows if row["style"] == "group"]
    assert {"Chat", "Chat, Mesa training park", "Chat, Barstow"} <= set(groups)


@pytest.mark.usefixtures("blank")
def test_left_out_computing_is_warned_of(copy: Path) -> None:
    blocks = with_record(copy, load_model([{**campus("mixed"), "unserved_frac": 0.034}]))
    assert any("3.4 % of the computing asked for is left out" in block.get("text", "") for block in blocks)


@pytest.mark.usefixtures("blank")
@pytest.mark.parametrize("frac", [0.0, 5e-8, 4.9e-4])
def test_what_rounds_to_nothing_is_not_left_out(copy: Path, frac: float) -> None:
    """Sums of a year leave last digits, and 0.0 % would alarm for nothing."""
    found = {**campus("mixed"), "unserved_frac": frac, "unserved_spread_frac": [0.0, frac, frac]}
    blocks = with_record(copy, load_model([found]))
    assert not any("left out" in block.get("text", "") for block in blocks if block.get("tone") == "warning")


@pytest.mark.usefixtures("blank")
def test_what_scenarios_leave_out_is_told(copy: Path) -> None:
    found = {**campus("mixed"), "unserved_frac": 1e-9, "unserved_spread_frac": [0.0, 0.17, 0.481]}
    (text,) = [block["text"] for block in with_record(copy, load_model([found])) if "left out" in block.get("text", "")]
    assert text == (
        "Nothing of the computing asked for is left out at Mesa training park in the central run (over the scenarios "
        "P10 0.0 %, P50 17.0 % and P90 48.1 %): its accelerators or its contract hold no more."
    )


@pytest.mark.usefixtures("blank")
@pytest.mark.parametrize(("scaling", "is_told"), [("scale_to_contract", True), ("as_stated", False), ("clip", False)])
def test_why_the_middle_lies_below_the_central_run(copy: Path, scaling: str, is_told: bool) -> None:
    blocks = with_record(copy, load_model([{**campus("mixed"), "scaling": scaling}]))
    note = table(blocks, "load_spread")["note"]
    assert ("no quantile of the peak lies above the central run" in note) == is_told
    assert any("no forecast of users" in block.get("text", "") for block in blocks) == is_told


def test_training_alone_is_not_told_of_users() -> None:
    found = one("training")
    alone = replace(found, scaling="scale_to_contract", counts={**found.counts, "concurrent_users": 0.0})
    assert "until the peak is the contract. Delivery" in scaling_sentence(alone)


@pytest.mark.usefixtures("blank")
def test_run_without_scenarios_says_so(copy: Path) -> None:
    blocks = with_record(copy, load_model([campus("mixed", band=False)], samples=0))
    assert any("spread was not computed" in block.get("text", "") for block in blocks)
    assert not any(block.get("id") in ("load_spread", "load_trajectories") for block in blocks)


@pytest.mark.usefixtures("blank")
def test_run_without_packs_is_not_studied(minimal: Path, infeasible: Path, copy: Path) -> None:
    words = "Not studied: the load of the campuses is given by shares, load factor and shape, not by a driver pack."
    assert blocks_of(minimal)[0]["text"] == words
    assert "no solved year" in blocks_of(infeasible)[0]["text"]
    assert "no campus of the last studied year" in with_record(copy, load_model([]))[0]["text"]


@pytest.mark.usefixtures("blank")
def test_damaged_file_names_itself(copy: Path) -> None:
    (copy / load_model_file(2029)).write_text('{"schema_version": 1', encoding="utf-8")
    with pytest.raises(FileError, match=r"load_model_2029.json cannot be read"):
        blocks_of(copy)


# -- assumptions -----------------------------------------------------------------------------------
@pytest.mark.parametrize("key", ["uncertainty.samples", "campuses.workloads.model.scaling"])
def test_defaults_of_the_load_model_count_where_a_campus_has_a_pack(key: str) -> None:
    def idle(*workloads: dict[str, str]) -> bool:
        return _is_idle({"campuses": [{"workloads": given} for given in workloads]}, key)

    assert idle({"preset": "", "pack": ""})
    assert idle()
    assert not idle({"preset": "", "pack": ""}, {"preset": "chat_general_large"})
    assert not idle({"pack": "own.yaml"})
