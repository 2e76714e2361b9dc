"""What the pages of indicators show: values in words, targets, parts, trends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.workbench.words import say
from engine.wording import label
from engine.wording.quantities import number

Record = Mapping[str, Any]

DIMENSIONS = ("district", "organisation", "position", "young", "level", "kind", "provider")
PREVIOUS = 3
"""Earlier periods of the trend on the page."""

_WIDTH, _HEIGHT = 240.0, 64.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One period of a trend; ``height`` in the units of the picture, 0 where nothing is known."""

    x: float
    y: float
    width: float
    height: float
    period: str
    said: str


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a breakdown."""

    name: str
    value: str
    of: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A reading as the page tells it.

    Parameters
    ----------
    tone
        ``good`` or ``bad`` by the target, empty where there is none.
    target
        Whether the target is reached, in words; empty = no target.
    remarks
        What the reader has to know of the value.
    """

    id: str
    label: str
    value: str
    of: str
    tone: str
    target: str
    remarks: tuple[str, ...]
    parts: tuple[tuple[str, tuple[Part, ...]], ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator; the first reading is the one that is reported."""

    id: str
    wording: str
    clause: str
    formula: str
    readings: tuple[Shown, ...]


def _t(key: str, language: str, **values: object) -> str:
    return say(key, language, values)


def indicators_of(report: Record, language: str) -> tuple[Indicator, ...]:
    """All indicators of an answer of the contract."""
    return tuple(
        Indicator(
            id=one["id"],
            wording=one["wording"],
            clause=one["clause"],
            formula=one["formula"],
            readings=tuple(_shown(one, reading, language) for reading in one["readings"]),
        )
        for one in report["indicators"]
    )


def value_words(value: float | None, unit: str, language: str) -> str:
    """A value with its unit; a dash where there is none."""
    if value is None:
        return "—"
    if unit == "share":
        return f"{number(100 * value, language, 1)} %"
    return number(value, language, 1 if unit == "per_one" else 0)


def period_words(period: Record) -> str:
    """Days of a period; a whole year is its number."""
    first, last = (dt.date.fromisoformat(period[end]) for end in ("first", "last"))
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return str(first.year)
    return f"{first:%d.%m.%Y}–{last:%d.%m.%Y}"


def chosen_days(given: Mapping[str, str], today: Record) -> dict[str, str]:
    """First and last day of a form; what is no day is the current period's."""
    found = {}
    for name, end in (("from", "first"), ("to", "last")):
        try:
            found[name] = dt.date.fromisoformat(given.get(name, "")).isoformat()
        except ValueError:
            found[name] = today[end]
    return found


def _shown(one: Record, reading: Record, language: str) -> Shown:
    unit = one["unit"]
    reached = reading["reached"]
    tone, target = "", ""
    if one["target"] is not None:
        goal = value_words(one["target"], unit, language)
        word = "unknown" if reached is None else "reached" if reached else "missed"
        tone = {"reached": "good", "missed": "bad", "unknown": ""}[word]
        target = _t(f"indicators.target_{word}", language, goal=goal)
    return Shown(
        id=reading["id"],
        label=label_of(reading, language),
        value=value_words(reading["value"], unit, language),
        of=_of(reading, language),
        tone=tone,
        target=target,
        remarks=tuple(_remarks(reading, language)),
        parts=_parts(reading["breakdown"], unit, language),
        bars=_bars(reading["trend"], unit, language),
    )


def label_of(reading: Record, language: str) -> str:
    """How the words that the regulation leaves open are read; the wording itself stays Russian."""
    return str(reading["label_en" if language == "en" else "label"])


def _of(reading: Record, language: str) -> str:
    if reading["numerator"] is None:
        return _t("indicators.withheld", language)
    if reading["denominator"] is None:
        return ""
    counted, of = (number(reading[side], language, 0) for side in ("numerator", "denominator"))
    return _t("indicators.of", language, counted=counted, of=of)


def _remarks(reading: Record, language: str) -> Sequence[str]:
    found = []
    if reading["value"] is None and reading["numerator"] is not None:
        found.append(_t("indicators.nobody", language))
    if reading["undecided"]:
        found.append(_t("indicators.undecided", language, count=reading["undecided"]))
    if reading["empty_sources"]:
        found.append(_t("indicators.empty_sources", language))
    if reading["withheld"]:
        found.append(_t("indicators.parts_withheld", language, count=reading["withheld"]))
    return found


def _parts(
    slices: Sequence[Record], unit: str, language: str
) -> tuple[tuple[str, tuple[Part, ...]], ...]:
    by: dict[str, list[Part]] = {}
    for part in slices:
        of = _of(part, language)
        value = value_words(part["value"], unit, language)
        by.setdefault(part["by"], []).append(Part(_name(part, language), value, of))
    return tuple((_t(f"indicators.by_{name}", language), tuple(own)) for name, own in by.items())


def _name(part: Record, language: str) -> str:
    key = part["key"]
    if not key:
        return _t("indicators.not_stated", language)
    if part["by"] == "young":
        return _t(f"indicators.young_{key}", language)
    if part["by"] in ("position", "level", "kind"):
        return label(part["by"], key, language)
    return str(key)


def _bars(trend: Sequence[Record], unit: str, language: str) -> tuple[Bar, ...]:
    values = [point["value"] for point in trend]
    top = max((v for v in values if v is not None), default=0.0)
    top = max(top, 1.0) if unit == "share" else top
    step = _WIDTH / max(1, len(trend))
    found = []
    for place, point in enumerate(trend):
        height = _HEIGHT * (point["value"] or 0.0) / top if top else 0.0
        found.append(
            Bar(
                x=round(step * (place + 0.15), 1),
                y=round(_HEIGHT - height, 1),
                width=round(0.7 * step, 1),
                height=round(height, 1),
                period=period_words(point["period"]),
                said=value_words(point["value"], unit, language),
            )
        )
    return tuple(found)


def control_words(control: Record, language: str) -> str:
    """What the data show of an action of a plan."""
    told = "; ".join(
        f"{e['label']}: {number(e['count'], language, 0)}" for e in control["evidence"]
    )
    word = _t(f"indicators.state_{control['state']}", language)
    return f"{word} ({told})" if told else word


def days_words(reminder: Record, language: str) -> str:
    """Until when, and how many days are left."""
    until = dt.date.fromisoformat(reminder["due_until"])
    key = "indicators.overdue" if reminder["days_left"] < 0 else "indicators.left"
    return _t(key, language, until=f"{until:%d.%m.%Y}", days=abs(reminder["days_left"]))
