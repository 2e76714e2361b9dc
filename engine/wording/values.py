"""How one parameter of a message becomes text: the formats that templates may name.

No format raises. A value that does not fit its format is written as it is, a value that is
absent (``None``, NaN, empty) as «не указано»: a message must come out even where the fact behind
it was made by a newer version of a stage.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from engine.wording import dates, quantities
from engine.wording.tables import label, lookup

Format = Callable[[object, str, str], str]


def is_absent(value: object) -> bool:
    """``None``, NaN and empty text or collections are absent; zero and ``False`` are not."""
    if value is None:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    return isinstance(value, str | Sequence | Mapping | set | frozenset) and not value


def as_written(value: object, language: str, _argument: str = "") -> str:
    """Any value in its plain form: yes and no, dates, lists, numbers with the right comma."""
    if is_absent(value):
        return lookup("common", "not_stated", language)
    if isinstance(value, bool):
        return lookup("common", "yes" if value else "no", language)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, int | float):
        return quantities.number(float(value), language)
    if isinstance(value, dt.datetime | dt.date):
        return dates.date(value, language)
    if isinstance(value, Mapping):
        return ", ".join(
            f"{key}: {as_written(item, language)}" for key, item in sorted(value.items(), key=str)
        )
    if isinstance(value, set | frozenset):
        return ", ".join(sorted(as_written(item, language) for item in value))
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return ", ".join(as_written(item, language) for item in value)
    return str(value)


def as_number(value: object) -> float | None:
    """The value as a finite number, else ``None``."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def as_date(value: object) -> dt.date | None:
    """The value as a date: a date, an instant or an ISO string, else ``None``."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str):
        return None
    try:
        return dt.datetime.fromisoformat(value).date()
    except ValueError:
        return None


def _numeric(make: Callable[[float, str], str]) -> Format:
    def written(value: object, language: str, argument: str) -> str:
        amount = as_number(value)
        return as_written(value, language) if amount is None else make(amount, language)

    return written


def _date(value: object, language: str, _argument: str) -> str:
    day = as_date(value)
    return as_written(value, language) if day is None else dates.date(day, language)


def _time(value: object, language: str, _argument: str) -> str:
    instant = value
    if isinstance(value, str):
        try:
            instant = dt.datetime.fromisoformat(value)
        except ValueError:
            return value
    if not isinstance(instant, dt.datetime):
        return _date(value, language, "")
    return f"{dates.date(instant, language)}, {instant:%H:%M}"


def _interval(value: object, language: str, _argument: str) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2:
        low, high = as_number(value[0]), as_number(value[1])
        if low is not None and high is not None:
            return quantities.interval(low, high, language)
    return as_written(value, language)


def _count(value: object, language: str, argument: str) -> str:
    amount = as_number(value)
    if amount is None:
        return as_written(value, language)
    forms = lookup("plurals", argument, language).split("|")
    return f"{quantities.number(amount, language)} {quantities.plural(amount, forms, language)}"


def _label(value: object, language: str, argument: str) -> str:
    if is_absent(value):
        return lookup("common", "not_stated", language)
    if isinstance(value, set | frozenset):
        value = sorted(str(getattr(item, "value", item)) for item in value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(label(argument, item, language) for item in value)
    return label(argument, value, language)


def _weekdays(value: object, language: str, _argument: str) -> str:
    items = value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    numbers = [as_number(item) for item in items]
    if not all(n is not None and n in range(1, 8) for n in numbers):
        return as_written(value, language)
    return ", ".join(dates.weekday(int(n), language) for n in numbers if n is not None)


def _quoted(value: object, language: str, _argument: str) -> str:
    items = value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    left, right = ("«", "»") if language == "ru" else ("“", "”")
    return ", ".join(f"{left}{as_written(item, language)}{right}" for item in items)


FORMATS: dict[str, Format] = {
    "": as_written,
    "number": _numeric(quantities.number),
    "size": _numeric(lambda value, language: quantities.number(value, language, 2, fixed=True)),
    "signed": _numeric(quantities.signed),
    "chance": _numeric(quantities.chance),
    "integer": _numeric(lambda value, language: quantities.number(value, language, 0)),
    "percent": _numeric(quantities.percent),
    "percent_up": _numeric(quantities.percent_up),
    "minutes": _numeric(quantities.minutes),
    "both": _numeric(quantities.minutes_both),
    "academic": _numeric(quantities.academic),
    "roubles": _numeric(quantities.roubles),
    "date": _date,
    "time": _time,
    "interval": _interval,
    "count": _count,
    "label": _label,
    "weekdays": _weekdays,
    "quoted": _quoted,
}
"""Formats by name; the third argument is the word after the name in a template."""
