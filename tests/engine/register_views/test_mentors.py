"""The register of mentors as of a day."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.domain import Mentor, MentorForm, Position
from engine.register_views import mentor_cards
from engine.registers import Accompaniment, Period

DAY = dt.date(2026, 9, 1)
BEFORE = DAY - dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("until", "trained"), [(None, None), (BEFORE, False), (DAY, True)]
)  # fmt: skip
def test_training_counts_until_its_last_day(until: dt.date | None, trained: bool | None) -> None:
    """The last day counts; what is not stated is not claimed."""
    mentor = Mentor("n", Position.TEACHER, trained_until=until)
    assert mentor_cards([mentor], (), DAY)[0].trained is trained


def test_people_are_counted_once_and_on_the_day() -> None:
    """Two records of one pair are one person; what has ended or not begun does not count."""
    mentors = [Mentor("n2", Position.TEACHER), Mentor("n1", Position.HEAD)]
    peer, tutor = MentorForm.PEER, MentorForm.TUTOR
    pairs = [
        Accompaniment("1", "e1", peer, "n1", Period(BEFORE, DAY)),
        Accompaniment("2", "e1", tutor, "n1"),
        Accompaniment("3", "e2", peer, "n1", Period(DAY)),
        Accompaniment("4", "e3", peer, "n1", Period(None, BEFORE)),
        Accompaniment("5", "e4", peer, "n1", Period(DAY + dt.timedelta(days=1))),
        Accompaniment("6", "e1", peer, "somebody else"),
    ]
    found = mentor_cards(mentors, pairs, DAY)
    assert [(m.id, m.accompanies) for m in found] == [("n1", 2), ("n2", 0)]
