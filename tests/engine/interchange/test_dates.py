"""Dates in words."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.interchange.dates import parse_date, parse_dates

D = dt.date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15.03.2026", D(2026, 3, 15)),
        ("5.3.2026 г.", D(2026, 3, 5)),
        ("2026-03-15", D(2026, 3, 15)),
        ("2026/03/15", D(2026, 3, 15)),
        ("15 марта 2026 г.", D(2026, 3, 15)),
        ("1 Мая 2026", D(2026, 5, 1)),
    ],
)
def test_one_date_is_read_in_each_spelling(text: str, expected: dt.date) -> None:
    """Every unambiguous spelling of a date is read."""
    assert parse_date(text) == expected


@pytest.mark.parametrize("text", ["03/15/2026", "15.03.26", "31.02.2026", "март 2026", "", "46000"])
def test_an_ambiguous_or_impossible_date_is_refused(text: str) -> None:
    """Two-digit years, American order and days that do not exist are not guessed."""
    with pytest.raises(ValueError):
        parse_date(text)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("15-20 марта 2026", [(D(2026, 3, 15), D(2026, 3, 20))]),
        ("с 15.03.2026 по 20.03.2026", [(D(2026, 3, 15), D(2026, 3, 20))]),
        ("с 15 марта по 20 апреля 2026 года", [(D(2026, 3, 15), D(2026, 4, 20))]),
        ("очно, 17–18.02.2026 (2 дня)", [(D(2026, 2, 17), D(2026, 2, 18))]),
        ("26.09–05.10.2025", [(D(2025, 9, 26), D(2025, 10, 5))]),
        ("20.12–15.01.2027", [(D(2026, 12, 20), D(2027, 1, 15))]),
        ("очно, 29.08.2024", [(D(2024, 8, 29), D(2024, 8, 29))]),
        ("2026-03-15 - 2026-03-20", [(D(2026, 3, 15), D(2026, 3, 20))]),
        ("05.03.2026, 12.03.2026", [(D(2026, 3, 5),) * 2, (D(2026, 3, 12),) * 2]),
    ],
)
def test_spans_in_words_are_found(text: str, spans: list[tuple[dt.date, dt.date]]) -> None:
    """Spans that can be read in one way only are read, and nothing is left unclear."""
    found = parse_dates(text)
    assert list(found.spans) == spans
    assert not found.unclear


def test_enrolment_is_told_from_the_run() -> None:
    """«запись до» is the deadline and not a run of its own."""
    found = parse_dates("19–30.05.2015, запись до 27.03.2015")
    assert found.spans == ((D(2015, 5, 19), D(2015, 5, 30)),)
    assert found.enrolment_until == D(2015, 3, 27)
    assert not found.unclear


@pytest.mark.parametrize(
    "text",
    ["15.06, регистрация открыта", "5–7.05 (3 дня)", "август–сентябрь", "апрель, октябрь 2023",
     "20-15 марта 2026", "31.02.2026"],
)  # fmt: skip
def test_a_text_without_year_or_sense_is_unclear(text: str) -> None:
    """No year is guessed; an impossible span is unclear and not turned round."""
    found = parse_dates(text)
    assert found.unclear
    assert found.spans == ()


@pytest.mark.parametrize("text", ["год 2019", "2017", "слот 09:00–10:00 (60 мин), 2024", "онлайн"])
def test_a_year_or_an_hour_is_no_date(text: str) -> None:
    """A bare year and the hours of a slot are neither a run nor an unclear date."""
    found = parse_dates(text)
    assert found.spans == ()
    assert not found.unclear


@given(st.dates(D(1950, 1, 1), D(2099, 12, 31)), st.integers(0, 400))
def test_written_spans_are_read_back(start: dt.date, days: int) -> None:
    """A full span written in digits is read back exactly."""
    end = start + dt.timedelta(days=days)
    found = parse_dates(f"с {start:%d.%m.%Y} по {end:%d.%m.%Y}, очно")
    assert found.spans == ((start, end),)
