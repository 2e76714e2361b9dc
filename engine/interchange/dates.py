"""Dates as people write them in Russian tables."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

MONTHS = {
    "январ": 1,
    "феврал": 2,
    "март": 3,
    "апрел": 4,
    "ма": 5,
    "июн": 6,
    "июл": 7,
    "август": 8,
    "сентябр": 9,
    "октябр": 10,
    "ноябр": 11,
    "декабр": 12,
}

_MONTH = (
    r"(январ[ьяе]|феврал[ьяе]|март[ае]?|апрел[ьяе]|ма[йяе]|июн[ьяе]|июл[ьяе]|август[ае]?"
    r"|сентябр[ьяе]|октябр[ьяе]|ноябр[ьяе]|декабр[ьяе])"
)
_MONTH_WORD = re.compile(rf"\b{_MONTH}\b")
_WORDY = re.compile(rf"\b(\d{{1,2}})\s+{_MONTH}\b(?:\s+(\d{{4}})\b)?(?:\s*(?:г\.?|года)(?!\w))?")
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s*(?:г\.?|года))?")
_SLASHED = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})")

_FULL = r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)"
_TO = r"\s*(?:-|по|до)\s*"
_SPAN = re.compile(
    rf"(?<![\d.])(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}){_TO}(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}})(?!\d)"
    rf"|(?<![\d.])(\d{{1,2}})\.(\d{{1,2}}){_TO}(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}})(?!\d)"
    rf"|(?<![\d.])(\d{{1,2}}){_TO}(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}})(?!\d)"
    rf"|{_FULL}"
)
_ENROLMENT = re.compile(
    r"(?:запись|заявки|приём заявок|прием заявок|регистрация)\s+(?:до|по)\s+"
    r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)"
)
_PARTIAL = re.compile(r"(?<![\d.:])\d{1,2}\.(?:0?[1-9]|1[0-2])(?![\d.])")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


def parse_date(text: str) -> dt.date:
    """Read one date: ``dd.mm.yyyy``, ISO, ``yyyy/mm/dd`` or «5 марта 2026 г.».

    Raises
    ------
    ValueError
        If the text is no such date; two-digit years and ``mm/dd/yyyy`` are ambiguous.
    """
    text = text.strip()
    if match := _ISO.fullmatch(text) or _SLASHED.fullmatch(text):
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    if match := _DOTTED.fullmatch(text):
        return dt.date(int(match[3]), int(match[2]), int(match[1]))
    match = _WORDY.fullmatch(text.casefold())
    if match and match[3]:
        return dt.date(int(match[3]), _month(match[2]), int(match[1]))
    raise ValueError(f"not a date: {text!r}")


@dataclass(frozen=True, slots=True)
class DateText:
    """What a text says of dates.

    Parameters
    ----------
    spans
        First and last day of every span that can be read in one way only.
    enrolment_until
        «запись до …», ``None`` if not said.
    unclear
        The rest of the text speaks of dates that cannot be read (no year, a month only).
    last_year
        Greatest year named anywhere, ``None`` if none.
    """

    spans: tuple[tuple[dt.date, dt.date], ...]
    enrolment_until: dt.date | None
    unclear: bool
    last_year: int | None


def parse_dates(text: str) -> DateText:
    """Find the dates in a text such as «очно, 17–18.02.2026 (2 дня)».

    Notes
    -----
    «20.12–15.01.2027» starts in the year before: the only reading in which it ends after it
    starts. A day and month without any year is never guessed.
    """
    years = [int(y) for y in _YEAR.findall(text)]
    folded = _digits(text)
    enrolment: dt.date | None = None
    spans: list[tuple[dt.date, dt.date]] = []
    unclear = False

    def take_enrolment(match: re.Match[str]) -> str:
        nonlocal enrolment, unclear
        try:
            enrolment = dt.date(int(match[3]), int(match[2]), int(match[1]))
        except ValueError:
            unclear = True
        return " "

    def take_span(match: re.Match[str]) -> str:
        nonlocal unclear
        try:
            spans.append(_span([int(g) for g in match.groups() if g is not None]))
        except ValueError:
            unclear = True
        return " "

    rest = _SPAN.sub(take_span, _ENROLMENT.sub(take_enrolment, folded))
    unclear = unclear or bool(_PARTIAL.search(rest) or _MONTH_WORD.search(rest))
    return DateText(tuple(spans), enrolment, unclear, max(years, default=None))


def _span(numbers: list[int]) -> tuple[dt.date, dt.date]:
    """Read the numbers of one match of ``_SPAN``; ValueError if it ends before it starts."""
    day, month, year = numbers[-3:]
    end = dt.date(year, month, day)
    if len(numbers) == 6:
        start = dt.date(numbers[2], numbers[1], numbers[0])
    elif len(numbers) == 5:
        first = (numbers[1], numbers[0])
        start = dt.date(year if first <= (month, day) else year - 1, *first)
    elif len(numbers) == 4:
        start = dt.date(year, month, numbers[0])
    else:
        start = end
    if start > end:
        raise ValueError("ends before it starts")
    return start, end


def _digits(text: str) -> str:
    """Rewrite every date of the text in digits: «с 5 марта 2026» → «с 5.3.2026»."""
    text = re.sub(r"[‐‑‒–—−]", "-", text.casefold())
    text = _ISO.sub(lambda m: f"{m[3]}.{m[2]}.{m[1]}", text)

    def in_digits(match: re.Match[str]) -> str:
        year = f".{match[3]}" if match[3] else ""
        return f"{match[1]}.{_month(match[2])}{year}"

    return _WORDY.sub(in_digits, text)


def _month(word: str) -> int:
    """Return the number of a month by its word; longer stems first, «ма» is May."""
    return next(
        n for stem, n in sorted(MONTHS.items(), key=lambda s: -len(s[0])) if word.startswith(stem)
    )
