"""Indicators of a regulation in a report: values, every reading, trend, parts, dated actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.documents.reports.make import count, facts, listed, numbers, said, words
from engine.documents.reports.model import (
    Amount,
    Block,
    Cell,
    Drawing,
    Figure,
    Heading,
    Name,
    Said,
    Table,
    Unit,
)
from engine.indicators.definitions import IndicatorDefinition
from engine.indicators.periods import ReportPeriod
from engine.indicators.results import (
    Control,
    IndicatorReport,
    IndicatorResult,
    Reading,
    Slice,
)

PRINTED = 60
READINGS_PRINTED = 12

_UNITS = {"share": Unit.SHARE, "count": Unit.COUNT, "per_one": Unit.AVERAGE}

Titles = Callable[[str | None], str | None]


def indicators(report: IndicatorReport, titles: Titles) -> Iterator[Block]:
    """Each indicator of a regulation with its readings, trend and parts.

    Parameters
    ----------
    titles
        Title of an organisation by id.
    """
    for result in report.indicators:
        yield from _one(result, titles)


def values(report: IndicatorReport) -> Iterator[Block]:
    """The table of the values of all indicators; nothing where the regulation has none."""
    if report.indicators:
        yield _summary(report)


def _summary(report: IndicatorReport) -> Table:
    return Table(
        said("indicator_values", title=report.title),
        (
            words("clause", 1.2),
            words("indicator", 4),
            numbers("value", 1.3),
            numbers("numerator", 1.3),
            numbers("denominator", 1.5),
            words("target", 1.5),
            words("reached", 1.4),
        ),
        tuple(_value_row(result) for result in report.indicators),
        note=Said("indicator_values_note"),
    )


def _value_row(result: IndicatorResult) -> tuple[Cell, ...]:
    definition, chosen = result.definition, result.chosen
    return (
        definition.clause,
        definition.wording,
        _value(definition, chosen.value),
        count(chosen.numerator),
        "" if chosen.denominator is None else count(chosen.denominator),
        "" if definition.target is None else definition.target.words,
        _reached(chosen),
    )


def _reached(reading: Reading) -> Cell:
    if reading.reached is None:
        return ""
    return Said("target_reached") if reading.reached else Said("target_missed")


def _value(definition: IndicatorDefinition, value: float) -> Amount:
    return Amount(value, _UNITS[definition.unit])


def _one(result: IndicatorResult, titles: Titles) -> Iterator[Block]:
    definition, chosen = result.definition, result.chosen
    yield Heading(said("indicator_named", clause=definition.clause, wording=definition.wording))
    pairs: list[tuple[str, Cell]] = [
        ("value", _value(definition, chosen.value)),
        ("formula", definition.formula),
    ]
    if definition.target is not None:
        pairs.append(("target", (definition.target.words, _reached(chosen))))
    if chosen.undecided is not None:
        pairs.append(("undecided", count(chosen.undecided)))
    if chosen.empty_sources:
        pairs.append(("empty_sources", listed(chosen.empty_sources)))
    yield facts(*pairs)
    yield _readings(result)
    if len(chosen.trend) > 1:
        yield _trend(result)
    yield from _breakdown(result, titles)


def _readings(result: IndicatorResult) -> Table:
    return Table(
        Said("readings"),
        (
            words("reading", 5),
            numbers("value"),
            numbers("numerator"),
            numbers("denominator"),
        ),
        tuple(
            (
                r.label,
                _value(result.definition, r.value),
                count(r.numerator),
                "" if r.denominator is None else count(r.denominator),
            )
            for r in result.readings
        ),
        note=Said("readings_note") if len(result.readings) > 1 else None,
        printed=READINGS_PRINTED,
    )


def _trend(result: IndicatorResult) -> Figure:
    definition = result.definition
    target = None if definition.target is None else definition.target.at_least
    rows = tuple(
        (period_name(period), _value(definition, value)) for period, value in result.chosen.trend
    )
    columns = (words("period", 3), numbers("value"))
    return Figure(Drawing.TREND, Table(Said("trend"), columns, rows), target=target)


def period_name(period: ReportPeriod) -> Cell:
    """A year as its number, a half of one as such, anything else by its days."""
    year = period.first.year
    if period == ReportPeriod.year(year):
        return str(year)
    for half in (1, 2):
        if period == ReportPeriod.half(year, half):
            return said("half_year", half=half, year=str(year))
    return said("span", first=period.first, last=period.last)


def _breakdown(result: IndicatorResult, titles: Titles) -> Iterator[Figure]:
    slices = result.chosen.breakdown
    definition = result.definition
    target = None if definition.target is None else definition.target.at_least
    for by in dict.fromkeys(s.by for s in slices):
        rows = tuple(
            (
                slice_name(s, titles),
                _value(definition, s.value),
                count(s.numerator),
                "" if s.denominator is None else count(s.denominator),
            )
            for s in slices
            if s.by == by
        )
        columns = (
            words(f"slice_{by}", 4),
            numbers("value"),
            numbers("numerator"),
            numbers("denominator"),
        )
        table = Table(Said(f"by_{by}_slices"), columns, rows)
        drawn = target if definition.unit == "share" else None
        yield Figure(Drawing.BARS, table, target=drawn)


def slice_name(part: Slice, titles: Titles) -> Cell:
    """Name of a part of a reading."""
    if not part.key:
        return Said("part_not_stated")
    if part.by == "organisation":
        return titles(part.key)
    if part.by == "young":
        return Said(f"young_{part.key}")
    if part.by in ("position", "level", "kind"):
        return Name(part.by, part.key)
    return part.key


# ------------------------------------------------------------------------------ dated actions


def controls(report: IndicatorReport) -> Iterator[Block]:
    """Dated actions of the plan with their state, and what falls due."""
    if report.controls:
        yield Table(
            Said("controls"),
            (
                words("number", 0.6),
                words("control", 5),
                words("terms", 1.6),
                words("responsible", 2.4),
                words("state", 1.6),
                words("evidence", 2.6),
            ),
            tuple(_control_row(c) for c in report.controls),
            note=Said("controls_note"),
        )
    if report.reminders:
        yield Table(
            Said("reminders"),
            (
                words("number", 0.8),
                words("what_to_do", 5),
                words("due_from", 1.6),
                words("due_until", 1.6),
                numbers("days_left", 1.2),
                words("responsible", 2.4),
            ),
            tuple(
                (r.id, r.wording, r.due_from, r.due_until, count(r.days_left),
                 listed(r.responsible))
                for r in report.reminders
            ),
        )  # fmt: skip


def _control_row(control: Control) -> tuple[Cell, ...]:
    shown = tuple(said("evidence_count", label=e.label, count=e.count) for e in control.evidence)
    return (
        control.id,
        control.wording,
        control.terms,
        control.responsible_text,
        Said(f"control_{control.state}"),
        shown or "",
    )
