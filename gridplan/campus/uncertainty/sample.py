"""Samples of the unit cube, a column per uncertain parameter, with rank correlation where it is asked for.

A column of the Latin hypercube depends on the seed and its own name alone: another campus or parameter changes none of
the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Method = Literal["latin_hypercube", "sobol"]
_LEAST_EIGENVALUE = 1e-9


def unit_sample(names: Sequence[str], samples: int, seed: int, method: Method) -> dict[str, FloatArray]:
    """Points of the unit cube by column, dims (scenario,) each.

    Parameters
    ----------
    names : sequence of str
        Columns, each once.
    samples : int
        Count of scenarios; for ``sobol`` a power of two.
    seed : int
    method : {"latin_hypercube", "sobol"}
        Scrambled in both cases.
    """
    from scipy.stats import qmc

    if method == "sobol":
        ordered = sorted(names)
        points = qmc.Sobol(d=max(len(ordered), 1), rng=_generator(seed, "sobol")).random(samples)
        return {name: _open(points[:, k]) for k, name in enumerate(ordered)}
    return {name: _open(qmc.LatinHypercube(d=1, rng=_generator(seed, name)).random(samples)[:, 0]) for name in names}


def rank_correlated(columns: Sequence[FloatArray], correlation: FloatArray) -> list[FloatArray]:
    """Columns reordered to a rank correlation; each keeps its own values.

    Source: Iman and Conover (1982): normal scores of the columns are given the correlation, and each column takes the
    order of its score.

    Parameters
    ----------
    columns : sequence of float, dims (scenario,)
    correlation : float, dims (column, column)
        Positive definite.
    """
    from scipy.special import ndtri
    from scipy.stats import rankdata

    count = len(columns[0])
    scores = np.column_stack([ndtri(rankdata(column) / (count + 1)) for column in columns])
    found = np.corrcoef(scores, rowvar=False).reshape(len(columns), -1)
    turned = scores @ np.linalg.inv(_root(found)).T @ _root(correlation).T
    return [
        np.asarray(np.sort(column)[np.argsort(np.argsort(turned[:, k], kind="stable"), kind="stable")])
        for k, column in enumerate(columns)
    ]


def _root(correlation: FloatArray) -> FloatArray:
    """Lower triangle ``L`` with ``L L' = correlation``, drawn a little to the unit matrix where it is singular.

    So it is of as few scenarios as columns, and of a correlation of 1.
    """
    unit = np.eye(len(correlation))
    least = float(np.linalg.eigvalsh(correlation)[0])
    part = max(0.0, _LEAST_EIGENVALUE - least)
    return np.asarray(np.linalg.cholesky((correlation + part * unit) / (1.0 + part)))


def with_rank_correlation(
    sample: Mapping[str, FloatArray], groups: Sequence[tuple[Sequence[str], float]]
) -> dict[str, FloatArray]:
    """Sample in which the columns of each group have one rank correlation with each other."""
    changed = dict(sample)
    for names, rho in groups:
        known = [name for name in names if name in changed]
        if len(known) > 1 and rho:
            matrix = np.full((len(known), len(known)), rho) + (1.0 - rho) * np.eye(len(known))
            changed |= dict(zip(known, rank_correlated([changed[name] for name in known], matrix), strict=True))
    return changed


def _generator(seed: int, name: str) -> np.random.Generator:
    key = hashlib.sha256(f"{seed}\x1fsample\x1f{name}".encode()).digest()[:16]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(int.from_bytes(key, "little"))))


def _open(u: FloatArray) -> FloatArray:
    """Probabilities strictly between 0 and 1, so that no quantile is infinite."""
    return np.asarray(np.clip(u, 1e-12, 1.0 - 1e-12))
