"""RAW files made by hand: sections by name, everything else empty."""

from __future__ import annotations

from pathlib import Path

from gridplan.network.psse.layout import sections

BUS_33 = (
    "1, 'ALPHA       ', 230.0, 3, 1, 1, 1, 1.02, 0.0, 1.1, 0.9, 1.1, 0.9",
    "2, 'BETA        ', 230.0, 1, 1, 2, 1, 0.98, -3.0, 1.05, 0.95, 1.1, 0.9",
    "3, 'GAMMA       ', 115.0, 1, 2, 2, 1, 1.00, -5.0, 1.1, 0.9, 1.1, 0.9",
    "4, 'DELTA       ', 13.8, 2, 2, 2, 1, 1.00, -5.0, 1.1, 0.9, 1.1, 0.9",
)
LOAD_33 = ("2, '1 ', 1, 1, 1, 100.0, 50.0, 0.0, 0.0, 0.0, 0.0, 1, 1, 0",)
UNIT_33 = ("1, '1 ', 90.0, 5.0, 80.0, -70.0, 1.02, 0, 120.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1, 100.0, 200.0, 10.0, 1, 1.0",)
LINE_33 = ("1, 2, '1 ', 0.01, 0.1, 0.02, 100.0, 110.0, 120.0, 0.0, 0.0, 0.0, 0.0, 1, 1, 10.0, 1, 1.0",)
TWO_WINDING = (
    "1, 3, 0, '1 ', 1, 1, 1, 0.0, 0.0, 2, 'TWO         ', 1, 1, 1.0",
    "0.002, 0.08, 100.0",
    "1.0, 0.0, 0.0, 100.0, 110.0, 120.0, 0, 0, 1.1, 0.9, 1.1, 0.9, 33, 0, 0.0, 0.0, 0.0",
    "1.0, 0.0",
)
THREE_WINDING = (
    "1, 3, 4, '1 ', 1, 1, 1, 0.001, -0.002, 2, 'THREE       ', 1, 1, 1.0",
    "0.01, 0.10, 100.0, 0.02, 0.20, 100.0, 0.03, 0.16, 100.0, 1.01, -2.0",
    "1.02, 0.0, 0.0, 100, 110, 120, 0, 0, 1.1, 0.9, 1.1, 0.9, 33, 0, 0.0, 0.0, 0.0",
    "1.00, 0.0, 0.0, 200, 210, 220, 0, 0, 1.1, 0.9, 1.1, 0.9, 33, 0, 0.0, 0.0, 0.0",
    "1.00, 0.0, 30.0, 300, 310, 320, 0, 0, 1.1, 0.9, 1.1, 0.9, 33, 0, 0.0, 0.0, 0.0",
)
DC_LINE = (
    "'DC1', 1, 5.0, 100.0, 500.0, 0.0, 0.0, 0.1, 'I', 0.0, 20, 1.0",
    "1, 2, 20.0, 10.0, 0.0, 5.0, 230.0, 0.4, 1.0, 1.5, 0.5, 0.00625, 0, 0, 0, '1', 0.0",
    "2, 2, 20.0, 10.0, 0.0, 5.0, 230.0, 0.4, 1.0, 1.5, 0.5, 0.00625, 0, 0, 0, '1', 0.0",
)
SECTIONS_33: dict[str, tuple[str, ...]] = {
    "bus": BUS_33,
    "load": LOAD_33,
    "generator": UNIT_33,
    "branch": LINE_33,
    "transformer": TWO_WINDING,
}

_HYPHENS = {"dc": "two-terminal dc", "multi section line": "multi-section line", "system wide": "system-wide"}


def raw_text(version: int = 33, *, head: str = "", labels: bool = True, **given: tuple[str, ...]) -> str:
    """Text of a RAW file; sections that are not given are those of a small grid (33) or empty."""
    content = {key.replace("_", " "): value for key, value in given.items()}
    content = {_HYPHENS.get(key, key): value for key, value in content.items()}
    chosen = (SECTIONS_33 if version == 33 else {}) | content
    lines = [head or f"0, 100.0, {version}, 0, 0, 60.0 / hand-made", "first title", "second title"]
    for name in sections(version):
        lines += chosen.get(name, ())
        lines.append(f"0 / END OF {name.upper()} DATA" if labels else "0")
    return "\n".join([*lines, "Q", ""])


def write_raw(folder: Path, text: str, name: str = "north.raw") -> Path:
    """Write a RAW file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
