"""Near names of a grid with very many: as good as of a small one, and at once."""

from __future__ import annotations

import time

from gridplan.errors import nearest_names

BUSES = [str(number) for number in range(100_000, 300_000)]


def test_near_names_among_very_many() -> None:
    begin = time.monotonic()
    for number in range(20):
        assert nearest_names(f"15000{number % 10}x", BUSES)[0] == f"15000{number % 10}"
    assert time.monotonic() - begin < 10


def test_nothing_near_among_very_many() -> None:
    assert nearest_names("Q", BUSES) == ()
