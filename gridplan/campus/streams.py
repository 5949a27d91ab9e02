"""Random streams of the load model: the same numbers whatever the block, the order or the number of workers.

A stream belongs to (seed, campus, purpose, scenario) and to nothing else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

MOST_EVENTS = 1_000_000
"""Above this many expected jobs or breaks in a scenario the mean stands for them: chance is below 0.1 % of it."""
EVERY_CAMPUS = ""
"""Name under which what all campuses share is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """Random streams of one campus.

    Parameters
    ----------
    seed : int
        Seed of the study.
    campus : str
        Id of the campus, or ``EVERY_CAMPUS``.
    scenarios : tuple of int
        Numbers of the scenarios of a block, in its order.
    """

    seed: int
    campus: str
    scenarios: tuple[int, ...]

    def generator(self, purpose: str, k: int) -> np.random.Generator:
        """Generator of the ``k``-th scenario of the block for a purpose such as ``noise`` or ``pretrain.0``."""
        text = "\x1f".join((str(self.seed), self.campus, purpose, str(self.scenarios[k])))
        key = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "little")
        return np.random.Generator(np.random.Philox(key=key))
