"""The passport against counts made by hand on the small region."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.documents.reports.html import render_html
from engine.documents.reports.model import HIDDEN, Amount, Facts, Figure, Report, Said, Table
from engine.documents.reports.passport import build_passport
from engine.documents.reports.programmes import register_state
from engine.documents.reports.speak import Speaker
from engine.indicators.periods import ReportPeriod
from tests.engine.documents.documents import letters
from tests.engine.documents.reports.reading import amounts_of, page
from tests.engine.documents.reports.region import ACTIVITIES, YEAR, empty, record
from tests.engine.documents.reports.reports import every


def fact(report: Report, code: str) -> object:
    """Value of a fact by its key."""
    found = [
        value.value if isinstance(value, Amount) else value
        for section in report.sections
        for block in section.blocks
        if isinstance(block, Facts)
        for name, value in block.pairs
        if isinstance(name, Said) and name.code == code
    ]
    assert len(found) == 1, code
    return found[0]


def table(report: Report, code: str) -> list[list[object]]:
    """Rows of the table of a title: numbers as numbers, all else in words."""
    for section in report.sections:
        for block in section.blocks:
            made = block.table if isinstance(block, Figure) else block
            if isinstance(made, Table) and isinstance(made.title, Said) and made.title.code == code:
                rows = (*made.rows, *((made.total,) if made.total else ()))
                return [[plain(cell) for cell in row] for row in rows]
    raise AssertionError(code)


def plain(cell: object) -> object:
    if isinstance(cell, Amount):
        return cell.value
    return cell if cell is HIDDEN else Speaker("ru").cell(cell)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("educators", 7),
        ("managers", 2),
        ("young", 2),
        ("young_dates_known", 6),  # not E5
        ("organisations", 2),
        ("districts", 2),
        ("rural_share", 3 / 6),  # of the six whose settlement is known
        ("mentors_registered", 2),
        ("mentors_consent", 1),
        ("mentors_trained", 1),
        ("mentors_places", 2),  # those of M1, who consented
        ("young_with_mentor", 1.0),
        ("programmes", 3),
        ("programmes_pk", 2),
        ("programmes_pp", 1),
        ("programmes_register", 1),  # A3 left the register on 1 January 2026
        ("programmes_register_share", 1 / 3),
        ("programmes_network", 1),
        ("programmes_distance", 1),
        ("programmes_running", 1),  # the run of A3 begins in 2027
        ("sites", 1),  # P2 was closed in 2025
        ("site_places", 6),
        ("communities", 1),
        ("practices", 2),
        ("teams", 1),
        ("budget_region", None),
        ("budget_system", None),
        ("diagnosed", 3),
        ("diagnosed_share", 3 / 7),
        ("diagnosed_ever", 4),
        ("took_part", 2),
        ("completed_programme", 1),
        ("routed", 2),
        ("routed_by_diagnosis", 1),
        ("resource_sites", None),
        ("resource_lms", None),
        ("resource_practices_linked", 1),
        ("resource_deficits", 4),
    ],
)
def test_facts_by_hand(code, expected):
    """Each fact of the passport is what the tables of the fixture give when counted by hand."""
    assert fact(every()["passport"], code) == (
        expected if expected is None else pytest.approx(expected)
    )


def test_funding_is_that_of_the_catalogue():
    """A1 by the budget: one part in the year at the run's price of 4000, not the 5000 of the card.

    A2 and A4 name no source and no price; A3, paid by oneself, was enrolled in, not attended.
    """
    assert table(every()["passport"], "funding_by_source") == [
        ["бюджет", 1, 1, 5000, 5000, 1, 4000],
        ["личные средства", 1, 1, 30000, 30000, 0, 0],
        ["источник не указан", 2, 0, "", "", 2, 0],
        ["Всего", 4, 2, "", "", 3, 4000],
    ]


def test_participation_by_kind():
    """Two people were at the seminar, one of them completed it; one completed a programme."""
    assert table(every()["passport"], "participation_by_kind") == [
        ["семинар", 2, 2, 1],
        ["программа повышения квалификации", 1, 1, 1],
    ]


def test_districts_add_up_to_the_region():
    """Northern, southern and the one who names none, with the total of each column."""
    assert table(every()["passport"], "by_district") == [
        ["Северный", 3, 1, 1, 2, pytest.approx(2 / 3), 2, 2, 1],
        ["Южный", 3, 1, 1, 1, pytest.approx(1 / 3), 0, 0, 1],
        ["район не указан", 1, 0, 0, 0, 0, 0, 0, 0],
        ["Всего", 7, 2, 2, 3, pytest.approx(3 / 7), 2, 2, 2],
    ]


def test_methodists_in_post_on_the_last_day():
    """T3 left in June; T1 is trained to 2027, T2 states nothing; E1, E2 and one school assigned."""
    assert table(every()["passport"], "methodists_table") == [["муниципальный", 2, 1, 2, 1]]


@pytest.mark.parametrize(
    ("activity", "day", "state"),
    [
        (0, "2026-12-31", "register_in"),
        (2, "2026-12-31", "register_over"),
        (2, "2021-12-31", "register_later"),
        (3, "2026-12-31", "register_not"),
    ],
)
def test_states_of_the_federal_register(activity, day, state):
    """In, over, later and nothing known are four different things."""
    assert register_state(ACTIVITIES[activity], dt.date.fromisoformat(day)) == state


def test_programmes_state_what_the_catalogue_states():
    """Hours and provider that are missing read so; a missing day of the register is empty."""
    rows = {row[0]: row for row in table(every()["passport"], "programmes_list")}
    assert rows["Программа без сведений"][2:8] == [
        None, "не указано", "сведений о включении нет", "", "", "нет",
    ]  # fmt: skip
    assert rows["Оценивание на уроке"][4:7] == ["в реестре", "1 января 2024", "1 января 2027"]


def test_an_empty_region_states_nothing_and_divides_by_nobody():
    """Counts are zero, shares are not a number, funds and the unknown are not stated."""
    report = build_passport(empty(), YEAR)
    assert fact(report, "educators") == 0
    assert fact(report, "rural_share") is None
    share = fact(report, "programmes_register_share")
    assert share != share
    assert all(a.value != 1.0 for a in amounts_of(report))
    text = letters(page(render_html(report)).text_content())
    assert letters("нет данных") in text
    assert letters("не указано") in text


def test_nothing_of_another_year_is_counted():
    """In 2020 nobody was diagnosed, took part or had a route."""
    days = ReportPeriod(dt.date(2020, 1, 1), dt.date(2020, 12, 31))
    report = build_passport(record(), days)
    for code in ("diagnosed", "took_part", "routed", "completed_programme"):
        assert fact(report, code) == 0
