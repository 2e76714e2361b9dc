"""Types of fields: bounded, strict, nothing converted on the quiet."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

ID_MOST, TITLE_MOST, TEXT_MOST, ICS_MOST = 128, 500, 2_000, 200_000
DIAGNOSTICS_MOST, BUSY_MOST, HISTORY_MOST, REQUESTS_MOST = 5_000, 5_000, 2_000, 50
LIST_MOST, IDS_MOST, WEEKS_MOST = 50, 500, 110
WEEK_MIN = 7 * 24 * 60
SEED_MOST = 2**31 - 1

# Something visible, no control characters; ids are opaque otherwise. Dialects of expressions do not
# agree whether U+0085 and U+FEFF are spaces: the first is a control character, the second is named.
_VISIBLE = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\ufeff\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
# Line breaks and tabs are part of a text; other control characters are not.
_TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII
)
FIRST_DATE, LAST_DATE = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
FIRST_YEAR, LAST_YEAR = 2000, 2099
# As the contract tells them, days that no month has apart.
_DAY = r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_HOURS = r"([01]\d|2[0-3])"
_CLOCK = rf"{_HOURS}:[0-5]\d:[0-5]\d"


class Body(BaseModel):
    """A body or a part of one: unknown fields are refused, values are not changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, hide_input_in_errors=True)


class Answer(BaseModel):
    """An answer or a part of one; fields may be added later."""

    model_config = ConfigDict(frozen=True)


def _date(value: object) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            day = dt.date.min
        if FIRST_DATE <= day <= LAST_DATE:
            return day
    raise PydanticCustomError("date_expected", "a date YYYY-MM-DD is needed")


def _instant(value: object) -> dt.datetime:
    found = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("instant_expected", "an RFC 3339 instant is needed")
    day, time, fraction, offset = found.groups()
    if offset is None:
        raise PydanticCustomError("instant_without_offset", "the instant has no offset")
    try:
        # Finer than microseconds is cut off.
        text = f"{day}T{time}{(fraction or '')[:7]}{offset.upper().replace('Z', '+00:00')}"
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        instant = dt.datetime.min.replace(tzinfo=dt.UTC)
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise PydanticCustomError("instant_expected", "an RFC 3339 instant is needed")
    return instant


def _whole(value: object) -> object:
    """JSON has one kind of number, so 20.0 is an integer (JSON Schema 2020-12, 4.2.3)."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
"""Last in the annotation of an integer; after it the bounds would be missing in the contract."""

Id = Annotated[str, StringConstraints(min_length=1, max_length=ID_MOST, pattern=_VISIBLE)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=TITLE_MOST, pattern=_VISIBLE)]
Label = Annotated[str, StringConstraints(max_length=TITLE_MOST, pattern=_TEXT)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_MOST, pattern=_TEXT)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Flag = Annotated[bool, Field(strict=True)]
Date = Annotated[
    dt.date,
    BeforeValidator(_date),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date",
            "pattern": rf"^(19|2[01])\d\d-{_DAY}$",
            "examples": ["2026-09-01"],
        }
    ),
]
Instant = Annotated[
    dt.datetime,
    BeforeValidator(_instant),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "pattern": rf"^20\d\d-{_DAY}[Tt ]{_CLOCK}(\.\d{{1,9}})?([Zz]|[+-]{_HOURS}:[0-5]\d)$",
            "examples": ["2026-08-31T09:00:00+03:00"],
        }
    ),
]
Minutes = Annotated[int, Field(strict=True, ge=0, le=WEEK_MIN), WHOLE]
