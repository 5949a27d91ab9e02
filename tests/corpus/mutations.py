"""Seeded damage to the bytes and to the fields of a file."""

from __future__ import annotations

import random
import re

TOKEN = re.compile(r"[^\s,;:\[\]{}=]+")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
FIELDS = (
    "",
    "NaN",
    "nan",
    "Inf",
    "-1",
    "0",
    "1e400",
    "1e-400",
    "-0.0",
    "N/A",
    "abc",
    "1,5",
    "1.2.3",
    "0x10",
    "1_000",
    "1e",
    "--3",
    "3-4",
    "1/3",
    "true",
    "null",
    "'",
    '"',
    "99",
    "1e6",
    "٣",
    "=1+1",
    "../x",
    "-",
    "+5",
    "5.",
    ".5",
    "1d3",
    "2i",
)


def damaged_bytes(data: bytes, seed: int) -> bytes:
    """Data with one byte flipped, dropped or put in, a line dropped, doubled or exchanged, or the end cut off."""
    rng = random.Random(seed)
    at = rng.randrange(len(data))
    lines = data.splitlines(keepends=True)
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    exchanged = list(lines)
    exchanged[i], exchanged[j] = exchanged[j], exchanged[i]
    choices = (
        data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :],
        data[:at] + data[at + 1 :],
        data[:at] + bytes([rng.randrange(256)]) + data[at:],
        data[:at] + bytes([rng.choice(b" \t\n;,%'\"[]{}()=.-+0123456789e#:")]) + data[at:],
        data[:at],
        b"".join(lines[:i] + lines[i + 1 :]),
        b"".join(lines[: i + 1] + lines[i:]),
        b"".join(exchanged),
        data[:at] + data[at : at + 40] + data[at:],
    )
    return rng.choice(choices)


def damaged_field(text: str, seed: int) -> str:
    """Text with one token replaced by something odd, or a number by a near, opposite or far one."""
    rng = random.Random(seed)
    found = rng.choice(list(TOKEN.finditer(text)))
    new = rng.choice(FIELDS)
    if NUMBER.fullmatch(found[0]) and rng.random() < 0.4:
        value = float(found[0])
        new = rng.choice([f"{-value:g}", f"{value * 1000:g}", f"{value + 1:g}", f"{value / 1000:g}", f"{value:.0f}"])
    return text[: found.start()] + new + text[found.end() :]
