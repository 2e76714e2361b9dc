"""Every kind of report on the regions of ``region``, for the tests of renderers."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from engine.deficits.group_table import GroupRow, GroupTable, ShareEstimate
from engine.deficits.groupings import Group, Grouping
from engine.documents.reports.educator import build_educator_note
from engine.documents.reports.model import (
    HIDDEN,
    Amount,
    Bullets,
    Column,
    Drawing,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Report,
    Said,
    Section,
    Table,
    Tone,
    Unit,
)
from engine.documents.reports.notes import (
    build_municipality_note,
    build_school_note,
    build_service_note,
)
from engine.documents.reports.passport import build_passport
from engine.documents.reports.rendering import render
from engine.documents.reports.scope import Scope, narrowed
from engine.domain import Reason
from tests.engine.documents.documents import progress
from tests.engine.documents.fixtures import CHANGED, FULL, INFEASIBLE
from tests.engine.documents.reports.region import AS_OF, YEAR, empty, record, wide

TITLES = {"MET": "Методические компетенции", "PSY": "Психолого-педагогические компетенции"}


def estimate(value: float) -> ShareEstimate:
    return ShareEstimate(value, (max(0.0, value - 0.1), min(1.0, value + 0.12)))


def group_row(
    grouping: Grouping, key: str, node: str, high: float | None, official=(None, None, None)
) -> GroupRow:
    """A row; ``high`` ``None`` = nothing may be printed of it."""
    shares = None if high is None else (estimate(high), estimate(0.3), estimate(0.7 - high))
    return GroupRow(
        group=Group(grouping, key, f"Группа {key}" if key else ""),
        node=node,
        node_title=TITLES[node],
        n_members=40,
        n_measured=30,
        official=official,
        shares=shares,
        mean_deficit=None if high is None else high / 2,
        deficit_interval_90=None if high is None else (high / 3, high),
        withheld=Reason("group_too_few", {}) if high is None else None,
    )


def group_table(by: Grouping) -> GroupTable:
    """Two competencies of everybody, three groups, one of them withheld."""
    return GroupTable(
        by=by,
        policy="default",
        least_people=5,
        n_people=40,
        rows=(
            group_row(Grouping.ALL, "", "MET", 0.4, (12, 8, 10)),
            group_row(Grouping.ALL, "", "PSY", 0.55, (15, None, None)),
            group_row(by, "1", "MET", 0.2, (None, None, 20)),
            group_row(by, "2", "MET", 0.6, (20, None, None)),
            group_row(by, "3", "MET", None),
        ),
    )


def odd(text: str) -> Report:
    """One report with every block and every kind of cell, and a text at each place of data."""
    table = Table(
        text,
        (Column(text, 3), Column(Said("column_share"), numeric=True), Column(text)),
        (
            (text, Amount(0.25, Unit.SHARE, 0.1, 0.4), (text, text)),
            ("б", Amount(float("nan"), Unit.SHARE), None),
            ("в", HIDDEN, AS_OF.date()),
            ("г", Amount(None, Unit.SHARE), ""),
        ),
        total=(text, Amount(1.0, Unit.SHARE), text),
        note=text,
    )
    trend = Table(
        text,
        (Column(text), Column("первая"), Column(text)),
        (("2024", Amount(3), Amount(4)), ("2025", Amount(float("nan")), Amount(5)),
         ("2026", Amount(7), HIDDEN)),
    )  # fmt: skip
    blocks = (
        Paragraph((text, text)),
        Paragraph((text,), Tone.NOTE),
        Paragraph((text,), Tone.WARNING),
        Heading(text),
        Facts(((text, text), (Said("price"), Amount(1234567.0, Unit.MONEY)))),
        Bullets((text, text)),
        table,
        Figure(Drawing.BARS, table, target=0.4),
        Figure(Drawing.TREND, trend, values=(1, 2)),
    )
    section = Section("one", text, text, blocks)
    return Report("odd", text, (text,), AS_OF, (section, replace(section, id="two", wide=True)),
                  ((text, text),))  # fmt: skip


@cache
def every() -> dict[str, Report]:
    """Reports by name."""
    north = narrowed(record(), Scope(district="Северный"))
    school = narrowed(record(), Scope(organisation="S1"))
    subjects = group_table(Grouping.SUBJECT)
    schools = group_table(Grouping.SCHOOL)
    return {
        "passport": build_passport(record(), YEAR),
        "passport-wide": build_passport(wide(), YEAR),
        "passport-empty": build_passport(empty(), YEAR),
        "educator": build_educator_note(FULL, progress=progress(), display_name="Тестова Анна"),
        "educator-changed": build_educator_note(CHANGED),
        "educator-no-route": build_educator_note(INFEASIBLE),
        "municipality": build_municipality_note(north, YEAR, "Северный", schools),
        "municipality-empty": build_municipality_note(empty(), YEAR, "Северный", None),
        "service": build_service_note(record(), YEAR, None, subjects),
        "service-empty": build_service_note(empty(), YEAR, "Северный", None),
        "school": build_school_note(
            school, YEAR, ("S1", "Школа № 1"), group_table(Grouping.POSITION)
        ),
        "school-empty": build_school_note(empty(), YEAR, ("S1", "Школа № 1"), None),
        "odd": odd("Название «с кавычками» & <знаками>"),
    }


def rendered(name: str, form: str, language: str = "ru") -> bytes:
    """A report of ``every`` as a file, rendered once."""
    return _rendered(name, form, language)


@cache
def _rendered(name: str, form: str, language: str) -> bytes:
    return render(every()[name], form, language)
