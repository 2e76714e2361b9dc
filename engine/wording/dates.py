"""Dates, spans and times of day as people read them."""

from __future__ import annotations

import datetime as dt


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_MONTHS = {
    "ru": _names(
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
    ),
    "en": _names(
        "January February March April May June July August September October November December"
    ),
}
_MONTHS_ALONE = {
    "ru": _names("январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь"),
    "en": _MONTHS["en"],
}
_MONTHS_SHORT = {
    "ru": _names("янв фев мар апр май июн июл авг сен окт ноя дек"),
    "en": _names("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
}
_WEEKDAYS = {
    "ru": _names("понедельник вторник среда четверг пятница суббота воскресенье"),
    "en": _names("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
}
_WEEKDAYS_SHORT = {
    "ru": _names("пн вт ср чт пт сб вс"),
    "en": _names("Mon Tue Wed Thu Fri Sat Sun"),
}


def date(day: dt.date, language: str) -> str:
    """«16 ноября 2026»."""
    return f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}"


def day_month(day: dt.date, language: str) -> str:
    """«16 ноября»."""
    return f"{day.day} {_MONTHS[language][day.month - 1]}"


def month(day: dt.date, language: str, *, short: bool = False) -> str:
    """Name of the month alone: «ноябрь» or «ноя»."""
    return (_MONTHS_SHORT if short else _MONTHS_ALONE)[language][day.month - 1]


def weekday(iso_weekday: int, language: str, *, short: bool = False) -> str:
    """Name of an ISO weekday, 1 = Monday … 7 = Sunday."""
    return (_WEEKDAYS_SHORT if short else _WEEKDAYS)[language][iso_weekday - 1]


def span(start: dt.date, end: dt.date, language: str) -> str:
    """«16–20 ноября 2026», «28 ноября – 3 декабря 2026», one day as one date."""
    if start == end:
        return date(start, language)
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{date(end, language)}"
    if start.year == end.year:
        return f"{day_month(start, language)} – {date(end, language)}"
    return f"{date(start, language)} – {date(end, language)}"


def times(start: dt.datetime, end: dt.datetime, language: str) -> str:
    """«16 ноября 2026 (пн), 15:00–16:30»; the day of the end is shown where it is another."""
    head = f"{date(start, language)} ({weekday(start.isoweekday(), language, short=True)})"
    if start.date() == end.date():
        return f"{head}, {start:%H:%M}–{end:%H:%M}"
    return f"{head}, {start:%H:%M} – {date(end, language)}, {end:%H:%M}"


def utc_offset(instant: dt.datetime) -> str:
    """«UTC+10» of an aware instant; empty for a naive one."""
    offset = instant.utcoffset()
    if offset is None:
        return ""
    total = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(total), 60)
    sign = "−" if total < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")
