"""Analytical notes: whom they are about, what they keep back, what they never show."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from engine.deficits.groupings import Group, Grouping
from engine.documents.reports.group_deficits import by_group, estimates, group_name, official_levels
from engine.documents.reports.html import render_html
from engine.documents.reports.model import (
    HIDDEN,
    Amount,
    Figure,
    Name,
    Said,
    Unit,
)
from engine.documents.reports.notes import build_school_note, build_service_note
from engine.documents.reports.record_people import deficits_of, people_with_evidence
from engine.documents.reports.scope import Scope, narrowed
from engine.framework import load_framework
from engine.indicators.periods import ReportPeriod
from engine.policy import load_policy
from engine.region_record import RegionRecord
from tests.engine.documents.documents import letters
from tests.engine.documents.reports.reading import amounts_of, page, tables_of
from tests.engine.documents.reports.region import YEAR, frame, record
from tests.engine.documents.reports.reports import every, group_table
from tests.engine.documents.reports.test_passport import fact, table

TITLE = Said("official_levels")


def staff(n: int, diagnosed: int, routed: int) -> RegionRecord:
    """A school of n, of whom the first ones were diagnosed or have a route."""
    people = [(f"E{i}", "teacher", False, "S1", "Северный", None, None, None, None)
              for i in range(n)]  # fmt: skip
    sat = [(f"E{i}", "2026-03-01", "d1", "test", "MET.PLN.01", 5, 10) for i in range(diagnosed)]
    routes = [(f"R{i}", f"E{i}", "2026-03-10", "active", None, None, True, None)
              for i in range(routed)]  # fmt: skip
    return record(
        people,
        sittings=frame("sittings", sat, ("date",)),
        routes=frame("routes", routes, ("created_on", "agreed_on", "ended_on")),
        participation=frame("participation", [], ("date", "ended_on")),
    )


def school(n: int, diagnosed: int, routed: int):
    found = staff(n, diagnosed, routed)
    return build_school_note(found, YEAR, ("S1", "Школа"), None)


@pytest.mark.parametrize(
    ("n", "diagnosed", "routed", "expected"),
    [
        (20, 10, 10, (10, 10)),
        (20, 3, 10, (HIDDEN, 10)),
        (20, 17, 10, (HIDDEN, 10)),  # all but three
        (20, 20, 18, (20, HIDDEN)),
        (20, 0, 20, (0, 20)),
        (4, 2, 2, (HIDDEN, HIDDEN)),
    ],
)
def test_head_of_school_sees_no_number_of_few_people(n, diagnosed, routed, expected):
    """1 … 4 people are kept back, and so are all but 1 … 4; nobody and everybody are told."""
    report = school(n, diagnosed, routed)
    assert (fact(report, "diagnosed"), fact(report, "routed")) == expected
    share = fact(report, "diagnosed_share")
    assert share is HIDDEN if expected[0] is HIDDEN else share == pytest.approx(diagnosed / n)


def test_states_of_few_routes_are_kept_back():
    """Two active routes among nine: their number is kept back, with that of another state."""
    found = staff(20, 10, 9)
    routes = found.routes.copy()
    routes.loc[:6, "state"] = "agreed"
    changed = replace(found, routes=routes)
    rows = dict(table(build_school_note(changed, YEAR, ("S1", "Ш"), None), "routes_by_state"))
    assert rows["выполняется"] is HIDDEN
    assert rows["согласован"] is HIDDEN
    assert rows["предложен"] == 0


def test_head_of_school_sees_levels_and_no_estimate():
    """No interval, no mean deficit, no expected share: whatever the table of deficits holds."""
    report = every()["school"]
    assert all(a.low is None and a.unit is not Unit.SIZE for a in amounts_of(report))
    titles = {t.title.code for t in tables_of(report) if isinstance(t.title, Said)}
    assert "official_levels" in titles
    assert "estimated_deficits" not in titles


def test_official_levels_by_hand():
    """Twelve, eight and ten of thirty; where only one number may be printed no share is."""
    (figure,) = official_levels(group_table(Grouping.SCHOOL), TITLE)
    assert isinstance(figure, Figure)
    full, part = figure.table.rows
    assert [a.value for a in full[1:]] == [30, 0.4, 8 / 30, 10 / 30, 12, 8, 10]
    assert part[1:] == (Amount(30.0), HIDDEN, HIDDEN, HIDDEN, Amount(15.0), HIDDEN, HIDDEN)


def test_estimates_carry_their_intervals():
    """Expected shares stand with both ends, the largest first."""
    (figure,) = estimates(group_table(Grouping.SCHOOL), TITLE)
    assert isinstance(figure, Figure)
    first = figure.table.rows[0][1]
    assert isinstance(first, Amount)
    assert (first.value, first.low, first.high) == pytest.approx((0.55, 0.45, 0.67))


def test_withheld_groups_are_counted_and_never_shown():
    """Of three schools one may not be shown: its row is missing, and the note says why."""
    made = list(by_group(group_table(Grouping.SCHOOL), TITLE))
    rows = made[0].rows  # type: ignore[union-attr]
    assert [row[0] for row in rows] == ["Группа 2", "Группа 1"]
    assert made[0].note == Said("withheld_rows", {"rows": 1, "least": 5})  # type: ignore[union-attr]
    text = letters(page(render_html(every()["municipality"])).text_content())
    assert letters("Группа 2") in text
    assert letters("Группа 3") not in text


def test_groups_without_a_name_are_called_so():
    """Who states no subject is a group of its own, with words instead of an empty cell."""

    assert group_name(Group(Grouping.SUBJECT)) == Name("group_absent", Grouping.SUBJECT)
    assert group_name(Group(Grouping.POSITION, "head", "head")) == Name("position", "head")
    assert group_name(Group(Grouping.SCHOOL, "S1", "", "Р")) == "S1"


def test_service_sees_who_waits():
    """E6 was diagnosed and has no route, E2's route waits; nobody young is without a mentor."""
    report = every()["service"]
    assert fact(report, "assigned") == 2
    assert fact(report, "unassigned") == 5
    assert table(report, "to_accompany") == [
        ["Прошли диагностику за период, маршрута нет", 1, "E6"],
        ["Маршрут ждёт согласования", 1, "E2"],
    ]


def test_young_without_mentor_are_named_in_the_south():
    """In spring 2027 nobody accompanies E1 any longer but the route's mentor; E5 has no dates."""
    south = narrowed(record(), Scope(district="Южный"))
    days = ReportPeriod(dt.date(2026, 7, 1), dt.date(2026, 12, 31))
    report = build_service_note(south, days, "Южный", None)
    rows = table(report, "to_accompany")
    assert ["Молодые педагоги без наставника", 1, "E4"] in rows


def test_people_of_a_record_carry_its_evidence():
    """Results of every educator, in the frame's order; unknown codes and days to come stay out."""
    framework = load_framework()
    extra = [
        ("E1", "2026-03-01", "d1", "test", "MET.PLN.01", 5, 10),
        ("E1", "2027-03-01", "d9", "test", "MET.PLN.01", 5, 10),
        ("E2", "2026-03-01", "d1", "test", "нет.такого", 5, 10),
    ]
    found = record(None, sittings=frame("sittings", extra, ("date",)))
    people = list(people_with_evidence(found, framework))
    assert [p.educator.id for p in people] == [f"E{i}" for i in range(1, 8)]
    assert [len(p.results) for p in people] == [1, 0, 0, 0, 0, 0, 0]
    assert people[0].results[0].date == dt.date(2026, 3, 1)
    assert people[0].educator.organisation is not None
    assert people[0].educator.organisation.title == "Школа № 1"
    assert people[6].educator.organisation is None


def test_tables_of_a_record_are_those_of_its_people():
    """Twelve with 2 of 10, eight with 9 of 10: official levels 12, 0, 8, and everybody counted."""
    people = [(f"E{i}", "teacher", False, "S1", "Северный", None, None, None, None)
              for i in range(20)]  # fmt: skip
    sat = [(f"E{i}", "2026-10-01", "d1", "test", "MET.PLN.01", 2 if i < 12 else 9, 10)
           for i in range(20)]  # fmt: skip
    found = record(people, sittings=frame("sittings", sat, ("date",)))
    made = deficits_of(found, Grouping.ALL, load_framework(), load_policy("default"))
    assert made is not None
    (row,) = made.rows
    assert (row.node, row.n_members, row.n_measured) == ("MET.PLN.01", 20, 20)
    assert row.official == (12, 0, 8)
    assert deficits_of(narrowed(found, Scope(district="нет")), Grouping.ALL, load_framework(),
                       load_policy("default")) is None  # fmt: skip
