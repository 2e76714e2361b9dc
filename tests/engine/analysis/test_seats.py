"""Seats that nobody needs, and runs that more people need than there are seats."""

import datetime as dt

from engine.analysis import AnalysisOptions, analyse
from engine.domain import Position
from tests.engine.analysis.small import FRAMEWORK, UNTIL, programme, region, rules, run, weak

OPTIONS = AnalysisOptions(until=UNTIL, most_runs=0)


def seats(activities, offerings, people=20, scores=None):
    record = region([{}] * people, scores or weak(20), activities, offerings)
    found = analyse(record, FRAMEWORK, rules(), OPTIONS)
    return found.unused_seats, found.oversubscribed


def test_seats_beyond_everybody_who_needs_them_are_spare():
    """Twenty nearly certain deficits and fifty seats leave thirty empty; thirty-five less."""
    unused, short = seats([programme("a", "B.1")], [run("r", "a", 50), run("s", "a", 25)])
    assert [(u.offering, u.seats_left, u.spare) for u in unused] == [("r", 50, 29), ("s", 25, 4)]
    assert short == ()
    assert unused[0].need.value < 20


def test_a_run_that_nobody_may_take_is_all_spare():
    """It is for managers, and only teachers were measured."""
    unused, _ = seats([programme("a", "B.1", positions=(Position.HEAD,))], [run("r", "a", 8)])
    assert [(u.spare, u.need.value) for u in unused] == [(8, 0.0)]


def test_too_few_seats_are_told_with_their_last_day():
    """Twenty people for five seats; enrolment ends when it says, else with the start."""
    last = dt.date(2026, 9, 20)
    _, short = seats(
        [programme("a", "B.1")], [run("r", "a", 5, enrolment_until=last), run("s", "a", 6)]
    )
    assert [(u.offering, u.enrolment_until) for u in short] == [
        ("r", last),
        ("s", dt.date(2026, 10, 5)),
    ]
    assert all(u.need.interval_90[0] > u.seats_left and u.spare == 0 for u in short)


def test_what_was_not_measured_is_not_spare():
    """Nobody was measured in A.2.1: whether its seats are needed is not known."""
    unused, short = seats([programme("a", "A.2.1")], [run("r", "a", 50)])
    assert (unused, short) == ((), ())


def test_runs_without_limit_or_seat_or_enrolment_say_nothing():
    """None of them has seats that could be given to somebody else."""
    closed = run("t", "a", 5, enrolment_until=dt.date(2026, 8, 1))
    unused, short = seats([programme("a", "B.1")], [run("r", "a"), run("s", "a", 0), closed])
    assert (unused, short) == ((), ())


def test_a_short_event_is_needed_though_it_closes_little():
    """Two hours are no answer to a deficit, but whoever has it may need them."""
    unused, short = seats([programme("a", "B.1", hours=2.0)], [run("r", "a", 5)])
    assert (len(unused), len(short)) == (0, 1)
