"""Numbers that leave what a computer can hold: told as a fault of the input, never carried on as infinity or NaN.

Comes in: a computation. Goes out: the same, or a finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from gridplan.errors import Place, input_error


@contextmanager
def finite_numbers(who: str, key: str) -> Iterator[None]:
    """Refuse numbers that overflow or become undefined inside.

    Parameters
    ----------
    who : str
        Whose numbers they are, as in ``campus mesa in 2028``.
    key : str
        Key of the study they belong to.

    Raises
    ------
    InputError
        GP-CAM-017.
    """
    try:
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            yield
    except (FloatingPointError, OverflowError):
        message = f"{who}: users, accelerators and parameters of the driver pack multiply beyond what can be computed"
        remedy = "look for a parameter far from the one of docs/load-model.md, and for years far from the pack's"
        raise input_error("GP-CAM-017", message, remedy, Place(key=key)) from None
