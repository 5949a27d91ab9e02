"""Values as planners write them: numbers with or without a unit, names, dates and local hours.

Every validator either returns the plain value or raises a fault that carries code, message and remedy.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictBool
from pydantic_core import PydanticCustomError

UNITS: dict[str, dict[str, float]] = {
    "MW": {"kW": 1e-3, "MW": 1.0, "GW": 1e3},
    "MWh": {"MWh": 1.0, "GWh": 1e3},
    "MVA": {"kVA": 1e-3, "MVA": 1.0, "GVA": 1e3},
}
"""Field unit -> units read in text, with their size in the field's unit."""

FAULT = "gridplan"
"""Error type of a fault that already carries its words."""

_QUANTITY = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([A-Za-z%€$£µ°].*?)?\s*", re.DOTALL)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_YEAR = re.compile(r"\d{4}")
_FIRST_YEAR, _LAST_YEAR = 1950, 2200
_SHOWN_LETTERS = 60
_LINE_LETTERS = 120
_QUARTER_TURN_DEGREE, _HALF_TURN_DEGREE, _FULL_TURN_DEGREE = 90.0, 180.0, 360.0


def fault(code: str, message: str, remedy: str) -> PydanticCustomError:
    """Error that becomes a Finding with exactly these words."""
    return PydanticCustomError(FAULT, "{message}", {"code": code, "message": message, "remedy": remedy})


def shown(value: object) -> str:
    """Value as a message quotes it, at most 60 letters long."""
    text = f"{value:.12g}" if isinstance(value, float) else "nothing" if value is None else repr(value)
    return text if len(text) <= _SHOWN_LETTERS else f"{text[: _SHOWN_LETTERS - 3]}..."


def collection_words(value: object) -> str:
    """Words for a value that is no single one; empty for a single value."""
    if isinstance(value, Mapping):
        return "a group of keys"
    return "a list" if isinstance(value, (list, tuple)) else ""


def parse_quantity(value: object, unit: str = "") -> float:
    """Read a number in ``unit``; text may carry one of the units of ``UNITS[unit]``.

    Parameters
    ----------
    value : object
        Number, or text such as "350 MW".
    unit : str
        Unit of the result; empty where the value has none.

    Raises
    ------
    PydanticCustomError
        If it is no finite number, or the unit is another one; the text names the expected unit.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _finite(value, value)
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _not_a_number(value, unit)
    number, given = match.group(1), match.group(2) or ""
    factors = UNITS.get(unit, {})
    if given and given not in factors:
        raise _wrong_unit(value, given, unit)
    return _finite(float(number), value) * factors.get(given, 1.0)


def as_latitude(value: object) -> float:
    """Latitude in degrees, -90 to 90."""
    number = parse_quantity(value)
    if abs(number) <= _QUARTER_TURN_DEGREE:
        return number
    remedy = "write degrees north of the equator; latitude and longitude may have been exchanged"
    raise _no_degrees(number, "latitude", _QUARTER_TURN_DEGREE, remedy)


def as_longitude(value: object) -> float:
    """Longitude in degrees, -180 to 180."""
    number = parse_quantity(value)
    if abs(number) <= _HALF_TURN_DEGREE:
        return number
    hint = f", {number - 360:g} for {number:g}" if _HALF_TURN_DEGREE < number <= _FULL_TURN_DEGREE else ""
    remedy = f"write degrees east of Greenwich, negative in the Americas{hint}"
    raise _no_degrees(number, "longitude", _HALF_TURN_DEGREE, remedy)


def _no_degrees(number: float, what: str, most: float, remedy: str) -> PydanticCustomError:
    if abs(number) > _FULL_TURN_DEGREE:
        message = f"{what} {number:,.10g} is no angle; it looks like metres or feet of a map projection"
        return fault("GP-GEO-002", message, "write degrees on WGS84 (EPSG:4326)")
    return fault("GP-GEO-001", f"{what} {number:g} is not between -{most:g} and {most:g} degrees", remedy)


def as_text(value: object) -> str:
    """Printable text; a number is not taken for a name."""
    if not isinstance(value, str):
        raise fault("GP-VAL-001", f"{shown(value)} is not text", "write the text in quotes")
    if not all(line.isprintable() for line in value.splitlines()):
        raise fault("GP-VAL-001", f"{shown(value)} holds unprintable characters", "remove the control characters")
    return value


def as_line(value: object) -> str:
    """Text of one line that is neither empty nor long; it stands in tables and headings."""
    line = as_text(value).strip()
    if not line or len(line.splitlines()) > 1 or len(line) > _LINE_LETTERS:
        what = (
            "is empty"
            if not line
            else f"has {len(line):,} letters"
            if len(line) > _LINE_LETTERS
            else "has a line break"
        )
        remedy = f"write one line of 1 to {_LINE_LETTERS} letters"
        raise fault("GP-VAL-001", f"{shown(value)} {what}", remedy)
    return line


def as_name(value: object) -> str:
    """Name of a grid element; whole numbers are read as their digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) or not as_text(value).strip():
        raise fault("GP-VAL-001", f"{shown(value)} is not a name", "write the name in quotes, letter by letter")
    return str(value).strip()


def as_names(value: object) -> object:
    """List of names; one name alone is a list of one."""
    return [value] if isinstance(value, (str, int)) and not isinstance(value, bool) else value


def as_id(value: object) -> str:
    """Name the planner gives to a thing of the study; it also becomes part of file names."""
    name = as_name(value)
    if not _ID.fullmatch(name):
        remedy = "use letters, digits, '-', '_' and '.', at most 64 of them, beginning with a letter or digit"
        raise fault("GP-VAL-001", f"{shown(name)} cannot be used as an id", remedy)
    return name


def as_whole(value: object) -> int:
    """Whole number."""
    number = parse_quantity(value)
    if number != int(number):
        raise fault("GP-VAL-001", f"{shown(value)} is not a whole number", "write a whole number")
    return int(number)


def as_year(value: object) -> int:
    """Calendar year of four digits."""
    text = str(value)
    if isinstance(value, (int, str)) and _YEAR.fullmatch(text) and _FIRST_YEAR <= int(text) <= _LAST_YEAR:
        return int(text)
    remedy = f"write the year with four digits, {_FIRST_YEAR} to {_LAST_YEAR}"
    raise fault("GP-VAL-001", f"{shown(value)} is not a year", remedy)


def as_day(value: object) -> date:
    """Calendar day, YYYY-MM-DD."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise fault("GP-TIM-002", f"{shown(value)} is not a date", "write it as YYYY-MM-DD, as in 2029-06-01") from None


def as_local_hour(value: object) -> datetime:
    """Beginning of an hour, local clock of the study, without offset."""
    try:
        when = value if isinstance(value, datetime) else datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        remedy = "write local time as YYYY-MM-DDTHH:00, as in 2020-03-01T06:00"
        raise fault("GP-TIM-002", f"{shown(value)} is not a date and hour", remedy) from None
    if when.tzinfo is not None:
        message = f"{shown(str(value))} carries an offset, but job times are local clock"
        raise fault("GP-TIM-002", message, "leave the offset out; the study's timezone is used")
    if (when.minute, when.second, when.microsecond) != (0, 0, 0):
        message = f"{shown(str(value))} is not a full hour"
        raise fault("GP-TIM-002", message, "round to the full hour; the study's step is one hour")
    return when


def _finite(number: float, given: object) -> float:
    try:
        result = float(number)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise fault("GP-VAL-001", f"{shown(given)} is not a finite number", "write a finite number")
    return result


def _not_a_number(value: object, unit: str) -> PydanticCustomError:
    what = "true or false" if isinstance(value, bool) else collection_words(value)
    form = f"write a number in {unit}" if unit else "write a number"
    message = f"{what or shown(value)} is not a number" if value is not None else "the value is empty"
    return fault("GP-VAL-001", message, f"{form}, with a decimal point and without thousands separators")


def _wrong_unit(value: object, given: str, unit: str) -> PydanticCustomError:
    number = str(value).strip().removesuffix(given).strip()
    if not unit:
        message = f"{shown(value)} carries {shown(given)}, but this is a number without unit text"
        if given == "%":
            return fault("GP-UNT-001", message, f"write {float(number) / 100:g} for a share, {number} for a number")
        return fault("GP-UNT-001", message, f"write {number}; the unit stands in the key's name")
    message = f"{shown(value)} is in {shown(given)}, expected {unit}"
    remedy = f'write the value in {unit}, as in "{number} {unit}" (units read: {", ".join(UNITS[unit])})'
    return fault("GP-UNT-001", message, remedy)


def _in_unit(unit: str) -> Any:
    return BeforeValidator(lambda value: parse_quantity(value, unit))


_NUMBER = BeforeValidator(parse_quantity)
_WHOLE = BeforeValidator(as_whole)
_TEXT_OR_WHOLE = str | int
_ONE_OR_MORE = Annotated[list[_TEXT_OR_WHOLE], Field(min_length=1)]

Number = Annotated[float, _NUMBER]
Growth = Annotated[float, Field(gt=-1, lt=1), _NUMBER]
Positive = Annotated[float, Field(gt=0), _NUMBER]
NotNegative = Annotated[float, Field(ge=0), _NUMBER]
AtLeastOne = Annotated[float, Field(ge=1), _NUMBER]
Latitude = Annotated[float, BeforeValidator(as_latitude)]
Longitude = Annotated[float, BeforeValidator(as_longitude)]
Fraction = Annotated[float, Field(ge=0, le=1), _NUMBER]
PositiveFraction = Annotated[float, Field(gt=0, le=1), _NUMBER]
BelowOne = Annotated[float, Field(ge=0, lt=1), _NUMBER]
Mw = Annotated[float, Field(ge=0), _in_unit("MW")]
PositiveMw = Annotated[float, Field(gt=0), _in_unit("MW")]
PositiveMwh = Annotated[float, Field(gt=0), _in_unit("MWh")]
PositiveMva = Annotated[float, Field(gt=0), _in_unit("MVA")]
Users = Annotated[float, Field(ge=0, le=1e10), _NUMBER]
Accelerators = Annotated[int, Field(ge=1, le=10**7), _WHOLE]
Whole = Annotated[int, Field(ge=0), _WHOLE]
Count = Annotated[int, Field(ge=1), _WHOLE]
Seed = Annotated[int, Field(ge=0, lt=2**31), _WHOLE]
Year = Annotated[int, BeforeValidator(as_year)]
Day = Annotated[date, BeforeValidator(as_day)]
LocalHour = Annotated[datetime, BeforeValidator(as_local_hour)]
Text = Annotated[str, BeforeValidator(as_text)]
Line = Annotated[str, BeforeValidator(as_line)]
Id = Annotated[str, BeforeValidator(as_id, json_schema_input_type=_TEXT_OR_WHOLE)]
Name = Annotated[str, BeforeValidator(as_name, json_schema_input_type=_TEXT_OR_WHOLE)]
AnyNames = Annotated[
    tuple[Name, ...], BeforeValidator(as_names, json_schema_input_type=_TEXT_OR_WHOLE | list[_TEXT_OR_WHOLE])
]
Names = Annotated[
    tuple[Name, ...],
    Field(min_length=1),
    BeforeValidator(as_names, json_schema_input_type=_TEXT_OR_WHOLE | _ONE_OR_MORE),
]
Flag = StrictBool
