"""A report as plain values for JSON; ids stand apart, for those who may see them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from engine.indicators.periods import ReportPeriod
from engine.indicators.results import IndicatorReport, IndicatorResult, Members, Reading, Slice

JsonObject = dict[str, Any]


def as_plain(report: IndicatorReport) -> JsonObject:
    """The report without ids; days in ISO 8601, NaN as ``None``."""
    return {
        "profile": report.profile,
        "title": report.title,
        "regulation": report.regulation,
        "cadence": report.cadence.value,
        "cadence_wording": report.cadence_wording,
        "period": _period(report.period),
        "as_of": report.as_of.isoformat(),
        "indicators": [_indicator(result) for result in report.indicators],
        "controls": [_days(asdict(control)) for control in report.controls],
        "reminders": [_days(asdict(reminder)) for reminder in report.reminders],
        "notes": list(report.notes),
    }


def people(report: IndicatorReport, *, every: bool = False) -> Iterator[Mapping[str, str]]:
    """One row for each id behind a value: of the chosen readings, or of every one.

    Yields
    ------
    mapping
        ``indicator``, ``reading``, ``side`` (numerator, denominator), ``entity``, ``id``.
    """
    for result in report.indicators:
        for reading in result.readings if every else result.readings[:1]:
            sides: tuple[tuple[str, Members | None], ...] = (
                ("numerator", reading.counted),
                ("denominator", reading.of),
            )
            for side, members in sides:
                for name in members or ():
                    yield {
                        "indicator": result.definition.id,
                        "reading": reading.id,
                        "side": side,
                        "entity": members.entity if members is not None else "",
                        "id": name,
                    }


def _indicator(result: IndicatorResult) -> JsonObject:
    definition = result.definition
    return {
        "id": definition.id,
        "wording": definition.wording,
        "clause": definition.clause,
        "unit": definition.unit,
        "cadence": definition.cadence.value,
        "formula": definition.formula,
        "target": None if definition.target is None else asdict(definition.target),
        "readings": [_reading(reading) for reading in result.readings],
    }


def _reading(reading: Reading) -> JsonObject:
    return {
        "id": reading.id,
        "label": reading.label,
        "label_en": reading.label_en,
        "options": dict(reading.options),
        "numerator": reading.numerator,
        "denominator": reading.denominator,
        "value": _number(reading.value),
        "reached": reading.reached,
        "undecided": reading.undecided,
        "empty_sources": list(reading.empty_sources),
        "breakdown": [_slice(part) for part in reading.breakdown],
        "trend": [{**_period(p), "value": _number(value)} for p, value in reading.trend],
    }


def _slice(part: Slice) -> JsonObject:
    return {**asdict(part), "value": _number(part.value)}


def _period(period: ReportPeriod) -> JsonObject:
    return {"first": period.first.isoformat(), "last": period.last.isoformat()}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _days(value: Any) -> Any:
    """Days anywhere inside as ISO 8601."""
    if isinstance(value, dict):
        return {key: _days(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_days(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
