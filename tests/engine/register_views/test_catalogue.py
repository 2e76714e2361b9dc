"""Programmes and events as of a day."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.domain import Activity, Form, Kind, Level, Offering
from engine.register_views import events, in_federal_register, programmes

DAY = dt.date(2026, 9, 1)
BEFORE, AFTER = DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=1)


def activity(activity_id: str, kind: Kind = Kind.DPP_PK, **changes: object) -> Activity:
    return Activity(activity_id, kind, activity_id, 36, Form.FORMAL, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "last", "inside"),
    [
        (None, None, None), (DAY, DAY, True), (DAY, None, True), (None, DAY, True),
        (AFTER, None, False), (None, BEFORE, False), (AFTER, AFTER, False),
    ],
)  # fmt: skip
def test_the_federal_register_holds_from_its_first_to_its_last_day(
    first: dt.date | None, last: dt.date | None, inside: bool | None
) -> None:
    """Both days count, an open side ends never, and without any day nothing is claimed."""
    one = activity("a", register_from=first, register_to=last)
    assert in_federal_register(one, DAY) is inside
    assert programmes([one], (), DAY)[0].in_register is inside


def test_kinds_are_parted_and_sorted() -> None:
    """Programmes of both kinds here, all else there; each by id."""
    every = [activity(f"{k.value}-1", k) for k in Kind]
    there = [p.id for p in programmes(every, (), DAY)]
    assert there == ["dpp_pk-1", "dpp_pp-1"]
    rest = [e.id for e in events(every, (), DAY)]
    assert rest == sorted({a.id for a in every} - set(there))


def run(run_id: str, start: dt.date | None, **changes: object) -> Offering:
    end = None if start is None else start + dt.timedelta(days=30)
    return Offering(run_id, "a", start, end, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([], (None, 0, None)),
        ([run("o1", BEFORE)], (None, 0, None)),  # has begun
        ([run("o1", DAY)], (DAY, 1, None)),  # no limit of seats
        ([run("o1", AFTER, seats_left=3), run("o2", DAY, seats_left=0)], (DAY, 2, 3)),
        ([run("o1", AFTER, seats_left=3), run("o2", DAY)], (DAY, 2, None)),
        ([run("o1", AFTER, enrolment_until=BEFORE)], (None, 0, None)),
        ([run("o1", AFTER, enrolment_until=DAY, seats_left=7)], (AFTER, 1, 7)),
        ([run("o1", None, self_paced=True)], (None, 0, None)),  # has no dates
    ],
)
def test_events_count_the_runs_that_can_be_entered(
    runs: list[Offering], expected: tuple[dt.date | None, int, int | None]
) -> None:
    """Runs that have begun or closed do not count; seats are a sum only if all are limited."""
    one = activity("a", Kind.FORUM, level=Level.REGIONAL)
    (found,) = events([one], runs, DAY)
    assert (found.next_start, found.runs, found.seats_left) == expected
    assert (found.level, found.form) == (Level.REGIONAL, Form.FORMAL)


@pytest.mark.parametrize(
    ("start", "end", "open_"),
    [(None, None, True), (DAY, DAY, True), (AFTER, None, False), (None, BEFORE, False)],
)
def test_what_is_self_paced_can_be_begun_within_its_span(
    start: dt.date | None, end: dt.date | None, open_: bool
) -> None:
    """From its first to its last day, and it is no run with a date."""
    offering = Offering("o", "a", start, end, self_paced=True)
    (found,) = programmes([activity("a")], [offering], DAY)
    assert (found.self_paced, found.next_start) == (open_, None)


def test_runs_of_other_activities_do_not_count() -> None:
    """Each activity has its own next run."""
    runs = [run("o1", AFTER), Offering("o2", "b", DAY, AFTER)]
    found = programmes([activity("b"), activity("a")], runs, DAY)
    assert [(p.id, p.next_start) for p in found] == [("a", AFTER), ("b", DAY)]
