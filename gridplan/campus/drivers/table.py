"""The one table of load-model parameters; a new parameter is a row of one of its parts."""

from __future__ import annotations

from gridplan.campus.drivers.parameter import Parameter
from gridplan.campus.drivers.rows_facility import FACILITY
from gridplan.campus.drivers.rows_service import SERVICE
from gridplan.campus.drivers.rows_serving import SERVING
from gridplan.campus.drivers.rows_training import TRAINING
from gridplan.errors import Place, find_by_name

PARAMETERS: tuple[Parameter, ...] = (*SERVICE, *SERVING, *TRAINING, *FACILITY)
_BY_KEY = {parameter.key: parameter for parameter in PARAMETERS}


def find_parameter(key: str, place: Place | None = None) -> Parameter:
    """Row of a parameter.

    Raises
    ------
    InputError
        GP-CAM-013, if there is none; the text offers the nearest keys.
    """
    return find_by_name(
        _BY_KEY,
        key,
        code="GP-CAM-013",
        what="parameter",
        place=place,
        remedy="see docs/load-model.md for the parameters a driver pack may set",
    )
