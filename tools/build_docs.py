"""Write the generated tables of docs/ from the code they describe; same code, same bytes.

Usage: python tools/build_docs.py [--check]

A page marks a table with ``<!-- table: NAME -->`` and ``<!-- end -->``; what stands between is replaced.
--check changes nothing and ends with 1 if a page is out of date.
"""

from __future__ import annotations

import argparse
import ast
import functools
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
if str(CHECKOUT) not in sys.path:
    sys.path.insert(0, str(CHECKOUT))

from gridplan import solution  # noqa: E402 - the checkout, not an installed gridplan
from gridplan.campus.drivers.growth_table import GROWTH  # noqa: E402
from gridplan.campus.published.rows import PublishedRow, published_rows  # noqa: E402
from gridplan.cli import published_text  # noqa: E402
from gridplan.network.formats import FORMATS  # noqa: E402
from gridplan.study.defaults import DEFAULTS, DefaultRow  # noqa: E402
from gridplan.terms import DIMS, TERMS, Term  # noqa: E402
from gridplan.verify.audit import DEMANDS, HASHES  # noqa: E402
from gridplan.verify.audit_files import hashes  # noqa: E402
from tools.load_model_tables import LOAD_MODEL_TABLES  # noqa: E402

DOCS = CHECKOUT / "docs"
TABLES_PY = "gridplan/store/tables.py"
SECURITY_PY = "gridplan/store/security_tables.py"
BLOCK = re.compile(r"(<!-- table: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
NO_LIMIT = "`nothing up to the largest MW looked for` where none does"

UNITS = (
    ("_usd_per_mw_year", "USD/(MW year)"),
    ("_usd_per_mwh", "USD/MWh"),
    ("_musd", "million USD"),
    ("_mva_before", "MVA"),
    ("_mva_after", "MVA"),
    ("_mva", "MVA"),
    ("_mwh", "MWh"),
    ("_mw", "MW"),
    ("_usd", "USD"),
    ("_frac", "share"),
    ("_percent", "%"),
    ("_event_h", "h"),
    ("_hours", "h"),
)

# Meanings of columns that are no term, or mean something narrower than the term.
ANYWHERE = {
    "year": "studied year",
    "campus": "id of the campus",
    "bus": "POI; empty where nothing is connected",
    "poi": "candidate bus",
    "branch": "id of the branch",
    "service": "firm or conditional, as asked",
    "time_utc": "beginning of the hour, `2020-01-01T07:00:00Z`",
    "time_local": "the same on the study's clock, `2020-01-01T00:00`",
    "hour_local": "hour of the worst loading, local clock",
    "units": "units turned down most, joined by `;`",
}
OF_CAMPUS = {
    "p_baseline_mw": "asked for by all classes",
    "p_workload_mw": "power of all classes run here",
    "p_curtailed_mw": "power given up by all classes",
    "p_job_mw": "power of all jobs",
    "p_charge_mw": "charging of the campus store",
    "p_discharge_mw": "discharging of the campus store",
    "curtailed_hours": "hours whose power given up counts, in the schedule",
    "curtailed_mwh": "power given up in the schedule",
    "longest_event_h": "longest run of counted hours in the schedule",
    "depth_mw": "most power given up in one hour of the schedule",
    "energy_mwh": "energy at the meter in the schedule",
}
ALONE = {
    "firm_mw": "least capacity of all hours; 0 at a radial POI unless the study accepts radial supply",
    "firm_n0_mw": "the same with the intact network only",
    "headroom_mw": "MW before the first limit binds, without redispatch",
    "binding": f"what limits firm_mw, {NO_LIMIT}",
    "binding_hour_local": "hour of least capacity, local clock",
    "n0_binding": f"what limits firm_n0_mw, {NO_LIMIT}",
    "headroom_binding": f"what limits headroom_mw, {NO_LIMIT}",
    "total_mw": "flat MW",
    "conditional_mw": "total_mw - firm_mw, at least 0",
    "curtailed_hours": "hours in which total_mw exceeds the hour's capacity by more than the counting threshold",
    "curtailed_mwh": "sum of what exceeds the hourly capacity",
    "energy_frac": "curtailed_mwh per energy of total_mw in all hours",
    "longest_event_h": "longest run of counted hours",
    "depth_mw": "largest excess of one hour",
    "network_limited_hours": "counted hours in which a branch is what limits",
    "generation_limited_hours": "counted hours in which every unit is at its limit",
    "flexible_mw": "largest contract that fits by shifting within deadlines and by the campus store, nothing lost",
    "is_radial": "one branch outage cuts the POI off",
    "limit_mw": "largest MW looked for, 1.5 times the largest request at the POI",
}
PAIRS = {
    "stage": "`before` (no campuses), `requested` (contracts at first candidates, no redispatch), `after` (the plan)",
    "contingency": "`intact`, or what is lost: `branch:A27`, `unit:107_CC_1`, `dc_line:DC1`, `campus:mesa`, `set:NAME`",
    "loading_mw": "largest flow of all hours",
    "limit_mw": "rating in the DC model: normal intact, after an outage that of its category",
    "loading_percent": "loading_mw per limit_mw",
    "hours_over": "hours in which the flow exceeds limit_mw",
}
BUILT = {
    "id": "name in the study; `committed ...` for a committed upgrade",
    "name": "name in words",
    "rating_normal_mva_before": "normal rating of the branch without it",
    "rating_normal_mva_after": "normal rating with it",
    "rating_emergency_mva_before": "emergency rating of the branch without it",
    "rating_emergency_mva_after": "emergency rating with it",
    "built": "in service in this year",
    "in_service_from": "first possible day in service",
    "capital_cost_musd": "capital cost, in money of cost_year",
    "annual_cost_usd": "cost of the studied hours, by the capital recovery factor",
    "mw_without_it": "MW of all campuses that could stay without it, if the one that loses least made room; empty if "
    "not built, 0 if no single campus could make room",
    "needed_for": "campuses each of which could make room for its absence, joined by `;`; all if none could alone",
}
DEPENDS = {
    "generator": "unit taken away",
    "fuel": "its fuel",
    "mw_lost": "MW the POI takes less in its tightest hours without the unit",
}
REDISPATCH = {
    "campus": "`all`: the campuses are taken together",
    "energy_mwh": "energy turned down against merit order on one bus",
    "cost_usd": "production cost above that of merit order",
    "hours": "hours with more than 1 MW turned down",
}

PRICED = {
    "branch": "id of the branch",
    "contingency": "`intact`, or what is lost: `branch:A27`, `unit:107_CC_1`, `dc_line:DC1`, `campus:mesa`, `set:NAME`",
    "rating": "which rating it is: normal, emergency or short_time",
    "from_bus": "bus the branch begins at",
    "to_bus": "bus the branch ends at",
    "worth_usd_per_mw_year": "what one MW more saves at most in the studied hours, without hours of the next two kinds",
    "normal_usd_per_mw_year": "the part of the normal rating",
    "emergency_usd_per_mw_year": "the part of the emergency rating, summed over outages",
    "short_time_usd_per_mw_year": "the part of the short-time rating, summed over outages",
    "binding_hours": "hours with such a price",
    "price_max_usd_per_mwh": "largest such price of an hour",
    "price_max_hour_local": "its hour, local clock; empty without one",
    "raised_usd_per_mw_year": "sum of the prices where the limit is held above its rating; more rating saves nothing",
    "raised_hours": "hours of the same",
    "penalty_usd_per_mw_year": "sum of the prices in hours that a penalty on unserved load or overload sets",
    "penalty_hours": "hours of the same",
    "candidate": "reinforcement of the study; of several the cheapest per MW not built, else one built; empty if none",
    "is_built": "in service in this year, and so in the limits already",
    "more_mw": "largest MW it adds to a limit; empty where it is built",
    "annual_cost_usd": "its cost of the studied hours, by the capital recovery factor",
    "cost_usd_per_mw_year": "annual_cost_usd per more_mw",
    "saves_at_most_usd": "upper bound on the production cost it saves: worth of each rating times the MW added to it",
    "price_usd_per_mwh": "what one MW more of the limit saves in the hour",
    "set_by": "`rating`, `raised_limit` (the pre-existing rule) or `penalty`",
}

OF_TERMS = {**ALONE, "total_mw": "largest flat MW that keeps the terms of the campus"}

# file -> columns given by solution.py, or the function whose rows they are; then meanings of its own
CSV_FILES: dict[str, tuple[Sequence[str] | tuple[str, str], dict[str, str]]] = {
    "mw_by_year.csv": (solution.MW_BY_YEAR_COLUMNS, OF_CAMPUS),
    "schedule_Y.csv": (solution.SCHEDULE_CSV_COLUMNS, OF_CAMPUS),
    "poi_capacity.csv": ((TABLES_PY, "poi_capacity_rows"), OF_TERMS),
    "curtailment_curve.csv": ((TABLES_PY, "curve_rows"), ALONE),
    "violations.csv": ((SECURITY_PY, "_stage"), PAIRS),
    "reinforcements.csv": ((TABLES_PY, "reinforcement_rows"), BUILT),
    "unit_dependence.csv": ((TABLES_PY, "dependence_rows"), DEPENDS),
    **{name: (solution.TABLE_COLUMNS[name], PRICED) for name in ("branch_worth.csv", "limits.csv", "limit_hours.csv")},
    "redispatch.csv": ((SECURITY_PY, "redispatch_rows"), REDISPATCH),
}

# Fields of plan.json beyond those the auditor needs: path, form, meaning.
MORE_PLAN_FIELDS: tuple[tuple[str, str, str], ...] = (
    ("basis", "{...}", "criteria every number rests on, and the count of contingencies by kind"),
    ("findings", "[{...}]", "warnings and notes on the study, the grid and the campuses"),
    ("defaults_used", "[{...}]", "every default the study did not set: key, value, unit, source, status"),
    ("provenance", "{...}", "study digest, seed, versions, sha256 of the inputs"),
    ("years.*.reinforcements[].name", "str", "name in words"),
    ("years.*.reinforcements[].capital_cost_musd", "float", "capital cost; 0 for a committed upgrade"),
    ("years.*.reinforcements[].in_service_from", "str", "first possible day in service"),
    ("years.*.campuses[].binding", "str", "what limits it beside the other campuses, with everything built"),
    ("years.*.campuses[].binding_hour_local", "str | null", "hour of that limit; null where nothing binds"),
    ("years.*.campuses[].is_generation_limited", "bool", "generation, not a branch, is what runs short in that hour"),
    ("years.*.campuses[].is_radial", "bool", "one branch outage cuts its POI off, or a candidate if nothing connects"),
    ("years.*.campuses[].contract_curtailed_hours", "int", "counted hours of the flat contract in the siting"),
    ("years.*.campuses[].contract_curtailed_mwh", "float", "energy of the same"),
    ("years.*.campuses[].contract_longest_event_h", "int", "longest run of the same"),
    ("years.*.campuses[].contract_depth_mw", "float", "largest hour of the same"),
    ("years.*.campuses[].contract_generation_limited_hours", "int", "those of a campus that generation limits"),
    ("years.*.verdict_facts", "{campus: ...}", "the same facts once more by campus, for the report's first page"),
    ("years.*.adequacy", "{...}", "reserve, hours short and worst margin, without and with the campuses"),
    ("years.*.siting", "{...}", "status, objective, bound, base, gap, critical hours (positions), rounds"),
    ("years.*.schedule", "{...}", "status, objective, bound, base, gap, rounds"),
    ("years.*.cost", "{...}", "production cost without and with the campuses"),
    ("years.*.flexibility", "{...}", "cost of the schedule with and without shifting; null where jobs draw power"),
)


def main() -> int:
    """Rewrite the pages, or tell which are out of date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    late = [path for path in pages() if build(path) != path.read_text(encoding="utf-8")]
    for path in late:
        print(f"{'out of date' if given.check else 'wrote'}: {path.relative_to(CHECKOUT)}")
        if not given.check:
            path.write_text(build(path), encoding="utf-8", newline="\n")
    return 1 if given.check and late else 0


def pages() -> list[Path]:
    """Pages that hold generated tables."""
    return [path for path in sorted(DOCS.glob("*.md")) if BLOCK.search(path.read_text(encoding="utf-8"))]


def build(path: Path) -> str:
    """Text of a page with its tables made anew."""

    def renewed(match: re.Match[str]) -> str:
        name = match[2]
        if name not in BUILDERS:
            raise SystemExit(f"{path.name}: there is no table {name!r}; known are {', '.join(BUILDERS)}")
        return f"{match[1]}{BUILDERS[name]()}{match[3]}"

    return BLOCK.sub(renewed, path.read_text(encoding="utf-8"))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(_cell(text) for text in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return str(text).replace("|", "\\|")


def dims() -> str:
    """Dimensions of arrays."""
    return table(("dimension", "meaning"), [(f"`{name}`", meaning) for name, meaning in DIMS])


def formats() -> str:
    """Formats of network files."""
    rows = [
        (
            f.name,
            ", ".join(f"`{e}`" for e in f.endings),
            "yes" if f.reader else "no",
            "yes" if f.writer else "no",
            f.words,
        )
        for f in FORMATS
    ]
    return table(("format", "files", "read", "written", "what"), rows)


def variables(terms: Sequence[Term]) -> Callable[[], str]:
    """Variables of a netCDF file."""
    rows = [(f"`{t.name}`", ", ".join(t.dims), t.unit, t.sign, t.meaning) for t in terms]
    return lambda: table(("variable", "dimensions", "unit", "sign", "meaning"), rows)


def attributes() -> str:
    """Attributes of a schedule file."""
    known = {t.name: t for t in TERMS}
    words = {"status": "optimal, gap_reached or gap_not_reached", "seed": "seed of the run"}
    rows = [(f"`{name}`", known[name].meaning if name in known else words[name]) for name in solution.SCHEDULE_ATTRS]
    return table(("attribute", "meaning"), rows)


def csv_columns(name: str) -> tuple[str, ...]:
    """Columns of a CSV file in their order."""
    columns, _ = CSV_FILES[name]
    if len(columns) == 2 and str(columns[0]).endswith(".py"):
        return row_keys(CHECKOUT / columns[0], columns[1])
    return tuple(columns)


def row_keys(path: Path, function: str) -> tuple[str, ...]:
    """Keys of the row a function writes, read from its source: its largest dictionary of texts."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    body = next(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == function)
    found = [
        tuple(str(key.value) for key in node.keys if isinstance(key, ast.Constant))
        for node in ast.walk(body)
        if isinstance(node, ast.Dict)
    ]
    return max(found, key=len)


def csv_file(name: str) -> Callable[[], str]:
    """Columns of a CSV file."""

    def rows() -> str:
        meanings = {**{t.name: t.meaning for t in TERMS}, **ANYWHERE, **CSV_FILES[name][1]}
        lines = []
        for column in csv_columns(name):
            if column not in meanings:
                raise SystemExit(f"column {column} of {name} has no meaning; give it one in tools/build_docs.py")
            lines.append((f"`{column}`", unit(column), meanings[column]))
        return table(("column", "unit", "meaning"), lines)

    return rows


def unit(column: str) -> str:
    """Unit a column's name ends with."""
    if column in ("hours", "hours_over"):
        return "h"
    if column.startswith("mw_"):
        return "MW"
    return next((words for ending, words in UNITS if f"_{column}".endswith(ending)), "")


def plan_fields() -> str:
    """Fields of plan.json."""
    first = [(f"`{f.path}`", f.form, f.meaning) for f in solution.PLAN_FIELDS]
    more = [(f"`{path}`", form, meaning) for path, form, meaning in MORE_PLAN_FIELDS]
    return table(("path", "form", "meaning"), [*first, *more])


def audit_checks() -> str:
    """Checks of the auditor with the faults that prove them."""
    from tests.defects.faults import FAULTS

    demands = [*((d.id, d.title, d.measure) for d in DEMANDS), (*HASHES, hashes)]
    rows = []
    for check, title, measure in demands:
        seeded = [name.replace("_", " ") for name, fault in FAULTS.items() if fault.check == check]
        words = (measure.__doc__ or "").strip().splitlines()[0].partition(": ")[2].rstrip(".")
        rows.append((check, title, words, "; ".join(seeded).replace(" mw", " MW")))
    return table(("check", "title", "what is stated again", "faults it is shown to catch"), rows)


def default_values() -> str:
    """Every default of a study file."""

    def line(row: DefaultRow) -> tuple[str, ...]:
        return f"`{row.key}`", _value(row.value), row.unit, row.meaning, row.status, row.source

    return table(("key", "value", "unit", "meaning", "status", "source"), [line(row) for row in DEFAULTS])


@functools.cache
def findings() -> str:
    """Every code with meaning, remedy and what a damaged file of the corpus makes of it."""
    from gridplan.findings import THEMES

    parts = []
    for theme, kinds in THEMES.items():
        parts.append(f"## {theme}\n\n")
        for kind in kinds:
            parts.append(
                f"### {kind.code}: {kind.title}\n\n*{kind.severity}.* {kind.meaning}\n\n*Do:* {kind.remedy}\n\n"
            )
            parts.append(_finding_example(kind.code))
    return "\n" + "".join(parts)


def _finding_example(code: str) -> str:
    """Finding of the first damaged file of the corpus that ends with a code, as it is shown."""
    from tests.corpus import CORPUS

    entry = next((entry for entry in CORPUS if entry.code == code), None)
    if entry is None:
        return ""
    with tempfile.TemporaryDirectory() as name:
        shown = next(f for f in entry.findings(Path(name)) if (f.code, f.severity) == (code, entry.severity))
        text = shown.render().replace(f"{name}/", "")
    return f"```text\n{text}\n```\n\n"


def _given_table(rows: Callable[[], Sequence[Sequence[str]]]) -> str:
    """Table whose first row is its head."""
    head, *others = rows()
    return table(head, others)


@functools.cache
def compared() -> tuple[PublishedRow, ...]:
    """Published totals beside the load model."""
    return published_rows()


def published_totals() -> str:
    """Published figure, model, deviation and verdict of every row."""
    rows = [tuple(published_text.cells(row).values()) for row in compared()]
    tally = published_text.tally(compared())
    return f"\n{table(published_text.COLUMNS, rows)}\n{tally}.\n\n"


def published_inputs() -> str:
    """What each row asks of the model, and where its figure comes from."""
    rows = [
        (c.title, c.inputs, f"{c.published.source}, {c.published.year}", c.note)
        for c in (row.check for row in compared())
    ]
    return table(("what", "asked of the model", "published in", "note"), rows)


def growth_scenarios() -> str:
    """Growth scenarios with the totals they come from."""
    rows = [
        (g.scenario, g.area, f"{g.first_twh:g} TWh in {g.first_year}", f"{g.last_twh:g} TWh in {g.last_year}",
         f"{100 * g.per_year:.1f} %", f"{100 * float(g.requests_per_year(0.75)):.0f} %", g.source)
        for g in GROWTH
    ]  # fmt: skip
    return table(("scenario", "area", "from", "to", "energy a year", "requests a year", "source"), rows)


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_value(v) for v in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 1000 else f"{value:g}"
    return "none" if value is None else str(value)


BUILDERS: dict[str, Callable[[], str]] = {
    "dims": dims,
    "formats": formats,
    "series": variables(solution.SERIES_VARIABLES),
    "schedule": variables(solution.SCHEDULE_VARIABLES),
    "attributes": attributes,
    "plan": plan_fields,
    "audit": audit_checks,
    "defaults": default_values,
    "findings": findings,
    "published-totals": published_totals,
    "published-inputs": published_inputs,
    "growth": growth_scenarios,
    **{name: csv_file(name) for name in CSV_FILES},
    **{name: functools.partial(_given_table, rows) for name, rows in LOAD_MODEL_TABLES.items()},
}


if __name__ == "__main__":
    raise SystemExit(main())
