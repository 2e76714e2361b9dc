"""Cells."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.interchange.schema import TABLES
from engine.interchange.values import CellError, join_list, parse_cell, split_list

HOURS = TABLES["activities"].column("hours_academic")
PRICE = TABLES["activities"].column("price_rub")
SEATS = TABLES["offerings"].column("seats_left")
ID = TABLES["educators"].column("id")
POSITION = TABLES["educators"].column("position")
BORN = TABLES["educators"].column("born_on")
RURAL = TABLES["educators"].column("rural")
START = TABLES["meetings"].column("start")
SUBJECTS = TABLES["educators"].column("subjects")
STAGES = TABLES["educators"].column("stages")


@pytest.mark.parametrize(
    ("cell", "value"),
    [("36", 36), ("36,5", 36.5), ("36.5", 36.5), (36, 36), ("72 ч.", 72), ("72 часа", 72),
     ("16 ак. ч", 16), ("1 000", 1000), ("1\u00a0000,5", 1000.5), ("—", None), ("", None)],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(cell: object, value: float | None) -> None:
    """Decimal comma, grouping spaces, units and dashes for nothing are understood."""
    assert parse_cell(HOURS, cell) == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "code"),
    [("NaN", "number_not_finite"), ("inf", "number_not_finite"), ("1e309", "number_not_finite"),
     (10**400, "number_not_finite"), ("-Infinity", "number_not_finite"), ("0", "out_of_range"),
     ("-1", "out_of_range"), ("5000", "out_of_range"), ("36-72", "number_unreadable"),
     ("1,200.5", "number_unreadable"), ("85%", "number_unreadable"), (True, "number_unreadable"),
     ("#REF!", "cell_error_value"), ("#Н/Д", "cell_error_value")],
)  # fmt: skip
def test_a_bad_number_is_named(cell: object, code: str) -> None:
    """What is no finite number in the range is refused with its own code."""
    with pytest.raises(CellError) as caught:
        parse_cell(HOURS, cell)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_integers_may_come_as_floats_but_not_as_fractions() -> None:
    """«25.0» is 25; «2,5» seats are refused; fewer than none has a code of its own."""
    assert parse_cell(SEATS, "25.0") == 25
    assert parse_cell(PRICE, "1 500 руб.") == 1500
    with pytest.raises(CellError, match="целое"):
        parse_cell(SEATS, "2,5")
    with pytest.raises(CellError) as caught:
        parse_cell(SEATS, "-3")
    assert caught.value.code == "negative_capacity"


@pytest.mark.parametrize(
    ("cell", "value"), [(123.0, "123"), ("123.0", "123"), (123, "123"), ("00123", "00123"),
                        (" П-1 ", "П-1"), ("1.5", "1.5")],
)  # fmt: skip
def test_numeric_ids_survive_excel(cell: object, value: str) -> None:
    """Excel's 123.0 is the id 123; leading zeros and other texts stay."""
    assert parse_cell(ID, cell) == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("Учитель", "teacher"), ("учитель математики", "teacher"), ("TEACHER", "teacher"),
     ("Учитель начальных классов", "primary_teacher"), ("Учитель-логопед", "speech_therapist"),
     ("зам. директора по УВР", "deputy_head"), ("директор школы", "head")],
)  # fmt: skip
def test_positions_are_understood_with_what_follows(cell: str, value: str) -> None:
    """The longest known wording at the start of the text decides."""
    assert parse_cell(POSITION, cell) == value


def test_an_unknown_value_names_the_nearest() -> None:
    """A misspelt position is refused and its likely reading named."""
    with pytest.raises(CellError, match="методист") as caught:
        parse_cell(POSITION, "методизт")
    assert caught.value.code == "enum_unknown"


@pytest.mark.parametrize(
    ("cell", "value"),
    [("да", True), ("Нет", False), ("+", True), ("-", False), (True, True), (1, True), ("", None),
     ("—", None)],
)  # fmt: skip
def test_yes_and_no(cell: object, value: bool | None) -> None:
    """Yes, no and nothing are three things."""
    assert parse_cell(RURAL, cell) is value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (dt.datetime(1990, 5, 1), dt.date(1990, 5, 1)),
        ("01.05.1990", dt.date(1990, 5, 1)),
        ("1990-05-01T00:00:00", dt.date(1990, 5, 1)),
        ("01.05.1990 0:00", dt.date(1990, 5, 1)),
    ],
)
def test_dates_of_cells(cell: object, value: dt.date) -> None:
    """Excel dates and texts, midnight times included, are dates."""
    assert parse_cell(BORN, cell) == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("9:05", dt.time(9, 5)),
        (dt.time(15), dt.time(15)),
        ("07.10.2026 15:00", dt.datetime(2026, 10, 7, 15)),
        ("2026-10-07 9:00", dt.datetime(2026, 10, 7, 9)),
        ("7 октября 2026 15:00", dt.datetime(2026, 10, 7, 15)),
        ("2026-10-07T12:00:00Z", dt.datetime(2026, 10, 7, 12, tzinfo=dt.UTC)),
    ],
)
def test_moments(cell: object, value: object) -> None:
    """Times, local moments and instants with offset are told apart."""
    assert parse_cell(START, cell) == value  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["25:00", "2026-10-07", "утром", 0.5, "07.13.2026 15:00"])
def test_a_bad_moment_is_named(cell: object) -> None:
    """A date alone, an impossible hour and a bare number are no moments."""
    with pytest.raises(CellError) as caught:
        parse_cell(START, cell)  # type: ignore[arg-type]
    assert caught.value.code == "moment_unreadable"


def test_lists_split_where_people_split() -> None:
    """Subjects split at commas as well; a value of a controlled list counts once."""
    assert parse_cell(SUBJECTS, "математика, физика; химия") == ("математика", "физика", "химия")
    assert parse_cell(STAGES, "ООО, СОО; основное") == ("basic", "secondary")


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))).filter(
            lambda s: s == s.strip() and s
        )
    )
)
def test_lists_are_written_so_that_they_read_back(items: list[str]) -> None:
    """Separators and backslashes inside items survive, whichever way the list is split."""
    text = join_list(tuple(items))
    assert split_list(text, commas=True) == tuple(items)
    assert split_list(text) == tuple(items)
