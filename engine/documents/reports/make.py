"""Short names for the pieces that every report is put together from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from engine import __version__
from engine.documents.reports.model import (
    Amount,
    Cell,
    Column,
    Facts,
    Paragraph,
    Said,
    Text,
    Tone,
    Unit,
)
from engine.indicators.periods import ReportPeriod
from engine.region_record import RegionRecord


def said(code: str, **parameters: object) -> Said:
    """Words of the table ``report``."""
    return Said(code, parameters)


def plain(*codes: Text) -> Paragraph:
    """A paragraph."""
    return Paragraph(codes)


def note(*codes: Text) -> Paragraph:
    """A remark in small letters."""
    return Paragraph(codes, Tone.NOTE)


def warning(*codes: Text) -> Paragraph:
    """A paragraph that must not be overlooked."""
    return Paragraph(codes, Tone.WARNING)


def words(code: str, width: float = 1.0) -> Column:
    """A column of words."""
    return Column(Said(code), width)


def numbers(code: str, width: float = 1.0) -> Column:
    """A column of numbers."""
    return Column(Said(code), width, numeric=True)


def facts(*pairs: tuple[str, Cell]) -> Facts:
    """Names by code with their values."""
    return Facts(tuple((Said(code), value) for code, value in pairs))


def count(value: float) -> Amount:
    """A number of people or things."""
    return Amount(float(value))


def money(value: float | None) -> Amount:
    """Roubles; ``None`` = not stated."""
    return Amount(None if value is None else float(value), Unit.MONEY)


def hours(value: float | None) -> Amount:
    """Academic hours; ``None`` = not stated."""
    return Amount(value, Unit.HOURS)


def stated(text: str) -> str | None:
    """A text of the data, or ``None`` where it is empty."""
    return text or None


def days_said(days: ReportPeriod) -> Said:
    """The days of a report."""
    return said("period_of_report", first=days.first, last=days.last)


def provenance(
    record: RegionRecord, days: ReportPeriod, *more: tuple[str, Cell]
) -> tuple[tuple[Text, Cell], ...]:
    """What the numbers of a report come from."""
    return (
        (Said("as_of"), said("instant", at=record.as_of)),
        (Said("period"), said("span", first=days.first, last=days.last)),
        (Said("read_people"), count(len(record.educators))),
        (Said("read_sittings"), count(len(record.sittings))),
        (Said("read_routes"), count(len(record.routes))),
        (Said("read_participation"), count(len(record.participation))),
        (Said("read_activities"), count(len(record.activities))),
        *((Said(code), cell) for code, cell in more),
        (Said("engine_version"), __version__),
    )


def listed(values: Iterable[Cell]) -> Cell:
    """Several values in one cell; ``None`` of none, which reads «не указано»."""
    found = tuple(values)
    return found or None


def day(value: object) -> dt.date | None:
    """A day of a frame, ``None`` where it is not known."""
    if value is None or value != value:
        return None
    found: dt.date = value.date()  # type: ignore[attr-defined]
    return found
