"""Indicators, calendars and reminders as text for people."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from textwrap import shorten
from types import MappingProxyType

from engine.indicators import (
    Control,
    IndicatorReport,
    IndicatorResult,
    Reading,
    Reminder,
    Slice,
)
from engine.wording import label, word
from engine.wording.dates import date
from engine.wording.quantities import number

FAMILY = "indicators"
MOST_WORDS = 120
"""Characters of an action's wording that a reminder shows."""

Say = Callable[..., str]

_LABELS: Mapping[str, str] = MappingProxyType(
    {"position": "position", "level": "level", "kind": "kind"}
)


def report_lines(
    report: IndicatorReport, language: str, *, every: bool, titles: Mapping[str, str]
) -> Iterator[str]:
    """A report line by line.

    Parameters
    ----------
    every
        Every reading, not only the chosen one with the span of the others.
    titles
        Titles of organisations by id.
    """
    say = partial(word, language=language, family=FAMILY)
    yield f"{report.title}. {report.regulation}"
    yield say(
        "period",
        {"first": report.period.first, "last": report.period.last, "as_of": report.as_of.date()},
    )
    yield from (f"! {say(note)}" for note in report.notes)
    for result in report.indicators:
        yield ""
        yield from _indicator(result, language, say, every, titles)
    for control in report.controls:
        if control.evidence:
            yield ""
            yield from control_lines(control, language)


def value_text(value: float, unit: str, language: str) -> str:
    """A value in its unit; a share in per cent with one decimal, so that 39.7 is not 40."""
    if math.isnan(value):
        return word("no_value", language=language, family=FAMILY)
    if unit == "share":
        return number(100 * value, language, 1, fixed=True) + (" %" if language == "ru" else "%")
    return number(value, language, 0 if unit == "count" else 1)


def control_lines(control: Control, language: str) -> Iterator[str]:
    """A dated action: number, words, terms, bodies, what the data show."""
    say = partial(word, language=language, family=FAMILY)
    yield f"{control.id}. {control.wording}"
    spans = "; ".join(
        f"{date(w.first, language)} – {date(w.last, language)}" for w in control.windows
    )
    yield f"    {control.terms} ({spans or say('by_plans')}): {', '.join(control.responsible)}"
    told = "; ".join(f"{e.label}: {number(e.count, language, 0)}" for e in control.evidence)
    yield f"    {say(control.state)}" + (f": {told}" if told else "")


def reminder_lines(
    reminders: Sequence[Reminder], language: str, titles: Mapping[str, str]
) -> Iterator[str]:
    """What is due; nothing where nothing is."""
    say = partial(word, language=language, family=FAMILY)
    for reminder in reminders:
        what = (
            say("monitoring", {"title": titles.get(reminder.id, reminder.id)})
            if reminder.kind == "monitoring"
            else f"{reminder.id}. {shorten(reminder.wording, MOST_WORDS, placeholder='…')}"
        )
        who = f" ({', '.join(reminder.responsible)})" if reminder.responsible else ""
        until = say("due_until", {"until": reminder.due_until, "days": reminder.days_left})
        yield f"  {say(reminder.state)}, {until}: {what}{who}"


def _indicator(
    result: IndicatorResult,
    language: str,
    say: Say,
    every: bool,
    titles: Mapping[str, str],
) -> Iterator[str]:
    definition, chosen = result.definition, result.chosen
    yield f"{definition.clause}. {definition.wording}"
    yield "    " + _reading(chosen, definition.unit, language, say)
    if definition.target is not None and chosen.reached is not None:
        code = "reached" if chosen.reached else "not_reached"
        yield "    " + say(code, {"target": definition.target.words})
    if chosen.undecided:
        yield "    " + say("undecided", {"count": chosen.undecided})
    if every:
        yield from (
            "      " + _reading(r, definition.unit, language, say) for r in result.readings[1:]
        )
    elif len(result.readings) > 1:
        yield "    " + _span(result, language, say)
    if chosen.trend:
        told = (
            f"{_span_of_days(p.first, p.last, language)}: "
            + value_text(value, definition.unit, language)
            for p, value in chosen.trend
        )
        yield f"    {say('trend')}: {'; '.join(told)}"
    for by, parts in groupby(chosen.breakdown, key=lambda part: part.by):
        yield f"    {say('by_' + by)}:"
        yield from (
            f"      {_key(part, language, say, titles)}: "
            + _sides(part.numerator, part.denominator, part.value, definition.unit, language, say)
            for part in parts
        )


def _reading(reading: Reading, unit: str, language: str, say: Say) -> str:
    told = _sides(reading.numerator, reading.denominator, reading.value, unit, language, say)
    return f"{told}  {reading.said(language)}".rstrip()


def _sides(
    numerator: int, denominator: int | None, value: float, unit: str, language: str, say: Say
) -> str:
    told = value_text(value, unit, language)
    if denominator is None:
        return told
    counted = say("counted", {"numerator": numerator, "denominator": denominator})
    return f"{told} ({counted})"


def _span(result: IndicatorResult, language: str, say: Say) -> str:
    values = [r.value for r in result.readings if not math.isnan(r.value)]
    ends = (min(values), max(values)) if values else (math.nan, math.nan)
    least, most = (value_text(v, result.definition.unit, language) for v in ends)
    return say("span", {"count": len(result.readings), "least": least, "most": most})


def _span_of_days(first: dt.date, last: dt.date, language: str) -> str:
    return f"{date(first, language)} – {date(last, language)}"


def _key(part: Slice, language: str, say: Say, titles: Mapping[str, str]) -> str:
    if not part.key:
        return say("not_stated")
    if part.by == "young":
        return say(part.key)
    if part.by == "organisation":
        return titles.get(part.key, part.key)
    if part.by in _LABELS:
        return label(_LABELS[part.by], part.key, language)
    return part.key
