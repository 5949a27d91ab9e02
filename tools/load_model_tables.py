"""Tables of docs/load-model.md: drivers, packs and their keys, parameters, services, models, servers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from gridplan.campus.drivers.driver_row import EFFECTS, DriverRow
from gridplan.campus.drivers.driver_table import DRIVERS
from gridplan.campus.drivers.pack import DriverPack
from gridplan.campus.drivers.read_pack import preset_names, preset_path, read_pack
from gridplan.campus.drivers.table import PARAMETERS
from gridplan.campus.hardware import HARDWARE
from gridplan.campus.language_models import LANGUAGE_MODELS, accelerators_per_replica
from gridplan.campus.services import SERVICES
from gridplan.study.fields import choices, field_unit, walk_fields

Rows = Sequence[Sequence[str]]
"""The first one is the head."""
_SIGNS = {"+": "+", "-": "\N{MINUS SIGN}", "0": "unchanged"}
_FIT_GB = {80.0: "80 GB", 180.0: "180 GB"}


def drivers() -> Rows:
    """Every driver with what sets it, or why nothing does."""
    head = ("driver", "change", "set by", "effect")
    return [head, *((row.id, row.name, _set_by(row), _effects(row)) for row in DRIVERS)]


def _set_by(row: DriverRow) -> str:
    if not row.is_modelled:
        return f"elsewhere: {row.elsewhere}" if row.elsewhere else f"not modelled, because {row.because}"
    parts = (
        ("parameter", row.parameters),
        ("pack", row.pack_fields),
        ("preset", row.presets),
        ("study", row.study_fields),
    )
    return "; ".join(f"{kind} {_codes(keys)}" for kind, keys in parts if keys)


def _effects(row: DriverRow) -> str:
    return "; ".join(f"{EFFECTS[effect]} {_SIGNS[sign]}" for effect, sign in row.effects.items())


def packs() -> Rows:
    """Every embedded pack."""
    found = [read_pack(preset_path(name)).pack for name in preset_names()]
    rows = [
        (f"`{pack.name}`", pack.release, " ".join(pack.description.split()), ", ".join(pack.drivers)) for pack in found
    ]
    return [("pack", "release", "what it is", "drivers"), *rows]


def pack_keys() -> Rows:
    """Every key of a pack."""
    rows = []
    for key, field in walk_fields(DriverPack):
        words = choices(field.annotation)
        default = "required" if field.is_required() else _default(field.get_default(call_default_factory=True))
        meaning = f"{field.description or ''}{f': {_codes(w for w in words if w)}' if words else ''}"
        rows.append((f"`{key}`", field_unit(field), default, meaning))
    return [("key", "unit", "default", "meaning"), *rows]


def _default(value: object) -> str:
    if value in (None, "", (), {}):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def parameters() -> Rows:
    """Every parameter with its spread."""
    rows = [
        (f"`{p.key}`", _number(p.low), _number(p.mode), _number(p.high), p.unit, p.distribution, p.scope, p.meaning,
         p.status, p.source)
        for p in PARAMETERS
    ]  # fmt: skip
    return [("parameter", "P10", "mode", "P90", "unit", "law", "drawn per", "meaning", "status", "source"), *rows]


def services() -> Rows:
    """Every service."""
    rows = [
        (f"`{s.name}`", s.title, s.measure, _interval(s.token_interval_ms), s.movable, f"`{s.shape_local}`",
         f"`{s.shape_global}`")
        for s in SERVICES
    ]  # fmt: skip
    return [
        ("service", "what", "measured in", "token interval [ms]", "class", "shape nearby", "shape worldwide"),
        *rows,
    ]


def _interval(value: float) -> str:
    return "any" if math.isinf(value) else f"{value:g}" if value else ""


def language_models() -> Rows:
    """Every language model, and the accelerators one replica takes."""
    rows = []
    for m in LANGUAGE_MODELS:
        measured = "; ".join(f"{name} {joule:g}" for name, joule in m.measured_j.items())
        fit = [str(accelerators_per_replica(m.total_b, m.bits, gb)) for gb in _FIT_GB]
        at_4_bit = [str(accelerators_per_replica(m.total_b, 4, gb)) for gb in _FIT_GB]
        rows.append((f"`{m.name}`", f"{m.total_b:g}", f"{m.active_b:g}", str(m.bits), measured or "from the fit",
                     " / ".join(fit), " / ".join(at_4_bit)))  # fmt: skip
    ends = " / ".join(_FIT_GB.values())
    head = ("model", "parameters [1e9]", "active [1e9]", "bits", "J per output token, measured",
            f"accelerators a replica, {ends}", "the same at 4 bits")  # fmt: skip
    return [head, *rows]


def hardware() -> Rows:
    """Every server."""
    rows = [
        (f"`{h.name}`", h.server, f"{h.rated_kw:g}", f"{h.idle_over_rating:g}", f"{h.tdp_w:g}", f"{h.memory_gb:g}",
         ", ".join(f"`{name}`" for name in h.assumed), h.source)
        for h in HARDWARE
    ]  # fmt: skip
    head = ("hardware", "server", "rated [kW]", "idle per rating", "TDP [W]", "memory [GB]", "assumed", "source")
    return [head, *rows]


def _codes(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"


LOAD_MODEL_TABLES: Mapping[str, Callable[[], Rows]] = {
    "load-drivers": drivers,
    "driver-packs": packs,
    "pack-keys": pack_keys,
    "load-parameters": parameters,
    "load-services": services,
    "language-models": language_models,
    "load-hardware": hardware,
}
