"""Entries of the inverse of a sparse symmetric matrix at its own nonzeros, without the inverse.

With ``P B P' = L D L'`` the inverse Z obeys ``Z = (L')^-1 D^-1 + (I - L') Z``. Taken from the last column
to the first, every entry of Z inside the pattern of L needs only entries inside that pattern.
Source: Takahashi, Fagan, Chen (1973), "Formation of a sparse bus impedance matrix".
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.linalg import SuperLU

from gridplan.network.model import IntArray

#: Real, or complex where the matrix is; a complex one is symmetric, not Hermitian.
Entries = npt.NDArray[Any]


def inverse_entries(factor: SuperLU, rows: IntArray, columns: IntArray) -> Entries:
    """Entries (rows[i], columns[i]) of the inverse of a factorised symmetric matrix, dims (entry,).

    Parameters
    ----------
    factor : SuperLU
        Factorisation whose pivots stand on the diagonal.
    rows, columns : int, dims (entry,)
        Places inside the nonzero pattern of the matrix, diagonal included.
    """
    lower = sp.csc_matrix(factor.L)
    lower.sort_indices()
    z = _fill(lower, factor.U.diagonal())
    one, other = factor.perm_c[rows], factor.perm_c[columns]
    first, second = np.minimum(one, other), np.maximum(one, other)
    place = _places(lower, second, first)
    return np.asarray(z[place])


def is_symmetric_pivoting(factor: SuperLU) -> bool:
    """Whether rows and columns were permuted alike, so that L and U are transposes up to the diagonal."""
    return bool(np.array_equal(factor.perm_r, factor.perm_c))


def _fill(lower: sp.csc_matrix, diagonal: Entries) -> Entries:
    """Inverse at the pattern of L (diagonal first in every column), in the order of its entries."""
    start, index, value = lower.indptr, lower.indices, lower.data
    z = np.zeros(len(value), dtype=value.dtype)
    for j in range(lower.shape[0] - 1, -1, -1):
        begin, end = start[j], start[j + 1]
        below, weight = index[begin + 1 : end], value[begin + 1 : end]
        if below.size:
            z[begin + 1 : end] = -_corner(start, index, z, below) @ weight
        z[begin] = 1.0 / diagonal[j] - weight @ z[begin + 1 : end]
    return z


def _corner(start: IntArray, index: IntArray, z: Entries, at: IntArray) -> Entries:
    """Symmetric block of the inverse at some positions that are neighbours of one another in L."""
    block = np.zeros((len(at), len(at)), dtype=z.dtype)
    for a, position in enumerate(at):
        begin, end = start[position], start[position + 1]
        found = begin + np.searchsorted(index[begin:end], at[a:])
        block[a, a:] = z[found]
        block[a:, a] = z[found]
    return block


def _places(lower: sp.csc_matrix, rows: IntArray, columns: IntArray) -> IntArray:
    """Position of each (row, column) among the entries of L."""
    key = np.repeat(np.arange(lower.shape[1], dtype=np.int64), np.diff(lower.indptr)) * lower.shape[0] + lower.indices
    return np.asarray(np.searchsorted(key, columns.astype(np.int64) * lower.shape[0] + rows))
