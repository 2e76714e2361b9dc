"""Known busy times as people speak of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from api.workbench.views.known_busy import SINGLE_MOST, Away, Habit, known_busy

TODAY = dt.date(2026, 9, 7)


def answer(*spans: tuple[str, str]) -> dict[str, Any]:
    items = [{"start": start, "end": end} for start, end in spans]
    return {"educator_id": "e", "time_zone": "Europe/Moscow", "items": items}


def test_what_repeats_is_told_once() -> None:
    """Four Tuesdays at one time are a habit with its first and last day; two are not."""
    tuesdays = [
        (f"2026-09-{d:02}T12:00:00+00:00", f"2026-09-{d:02}T13:30:00+00:00")
        for d in (8, 15, 22, 29)
    ]
    fridays = [(f"2026-09-{d}T09:00:00+03:00", f"2026-09-{d}T10:00:00+03:00") for d in (11, 18)]
    found = known_busy(answer(*tuesdays, *fridays), TODAY)
    # 12:00 UTC is 15:00 in Moscow
    assert found.habits == (
        Habit(2, dt.time(15), dt.time(16, 30), 4, dt.date(2026, 9, 8), dt.date(2026, 9, 29)),
    )
    assert [s.start.day for s in found.singles] == [11, 18]


def test_whole_days_are_told_as_days() -> None:
    """From midnight to midnight, or to a minute before it; both days included."""
    found = known_busy(
        answer(
            ("2026-10-05T00:00:00+03:00", "2026-10-12T00:00:00+03:00"),
            ("2026-11-03T00:00:00+03:00", "2026-11-03T23:59:00+03:00"),
        ),
        TODAY,
    )
    assert found.away == (
        Away(dt.date(2026, 10, 5), dt.date(2026, 10, 11)),
        Away(dt.date(2026, 11, 3), dt.date(2026, 11, 3)),
    )
    assert not found.singles


def test_what_is_over_is_only_counted() -> None:
    """A span of yesterday matters to no route; one that ends today still does."""
    found = known_busy(
        answer(
            ("2026-09-06T09:00:00+03:00", "2026-09-06T10:00:00+03:00"),
            ("2026-09-07T09:00:00+03:00", "2026-09-07T10:00:00+03:00"),
        ),
        TODAY,
    )
    assert (found.past, len(found.singles)) == (1, 1)
    assert not known_busy(answer(), TODAY).any


def test_many_single_spans_are_cut_and_counted() -> None:
    """As many as one reads, the earliest, and how many more there are."""
    spans = [
        (f"2026-10-{d:02}T09:{d:02}:00+03:00", f"2026-10-{d:02}T10:00:00+03:00")
        for d in range(1, 21)
    ]
    found = known_busy(answer(*spans), TODAY)
    assert (len(found.singles), found.more) == (SINGLE_MOST, 20 - SINGLE_MOST)
    assert [s.start.day for s in found.singles] == list(range(1, SINGLE_MOST + 1))
