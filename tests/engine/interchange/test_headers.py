"""Drifted headers and names of files."""

from __future__ import annotations

import pytest

from engine.interchange.headers import (
    match_column,
    match_table,
    nearest_column,
    normalise,
    spellings,
)
from engine.interchange.schema import TABLES
from engine.interchange.values import CellError, parse_cell


def test_no_spelling_means_two_columns() -> None:
    """Within a table every spelling names one column only."""
    for table in TABLES.values():
        seen: dict[str, str] = {}
        for column in table.columns:
            for spelling in set(spellings(column)):
                assert seen.setdefault(spelling, column.name) == column.name, (table.name, spelling)


def test_every_example_is_valid() -> None:
    """The examples of the schema are read without a fault, required ones are not empty."""
    for table in TABLES.values():
        for example in table.examples:
            assert example.keys() <= {c.name for c in table.columns}
            for column in table.columns:
                try:
                    value = parse_cell(column, example.get(column.name))
                except CellError as error:
                    pytest.fail(f"{table.name}.{column.name}: {error}")
                assert value is not None or not column.required


@pytest.mark.parametrize(
    ("header", "column"),
    [("Часы", "hours_academic"), ("  КОЛ-ВО ЧАСОВ ", "hours_academic"), ("hours", "hours_academic"),
     ("Объем (ак. ч)", "hours_academic"), ("Вид_мероприятия", "kind"), ("Аннотация:", "summary")],
)  # fmt: skip
def test_case_space_yo_and_brackets_do_not_matter(header: str, column: str) -> None:
    """A header drifted in spelling only still names its column."""
    found = match_column(header, TABLES["activities"])
    assert found is not None
    assert found.name == column


@pytest.mark.parametrize(
    ("header", "column"),
    [("Дата проведения", "date"), ("Шифр", "educator_id"), ("Набранный балл", "score"),
     ("Максимальный балл", "max_score"), ("Блок", "node"), ("Кол-во заданий", "n_tasks"),
     ("Количество набранных баллов", "score"), ("Максимально возможный балл", "max_score"),
     ("Шифр участника", "educator_id"), ("Наименование блока", "node"),
     ("Форма диагностики", "method")],
)  # fmt: skip
def test_headers_of_real_sheets_of_scores(header: str, column: str) -> None:
    """Sheets of scores as services for professional growth draw them up need no mapping file."""
    found = match_column(header, TABLES["diagnostics"])
    assert found is not None
    assert found.name == column


def test_advice_is_given_on_unknown_headers_only() -> None:
    """A header with advice of its own names no column, so that the advice is reached."""
    for table in TABLES.values():
        for headers, text in table.advice:
            assert text
            for header in headers:
                assert header == normalise(header)
                assert match_column(header, table) is None, (table.name, header)


def test_a_likely_header_is_advised_and_not_taken() -> None:
    """A misspelt header is not matched, but the nearest column is known."""
    table = TABLES["diagnostics"]
    assert match_column("Максимуммм", table) is None
    near = nearest_column("Максимуммм", table)
    assert near is not None
    assert near.name == "max_score"


@pytest.mark.parametrize(
    ("name", "table"),
    [("Наставники", "mentors"), ("Время наставников", "mentor_slots"), ("01_каталог_2026",
     "activities"), ("real_catalogue", "activities"), ("Результаты диагностики", "diagnostics"),
     ("mentor-slots", "mentor_slots"), ("Лист1", None)],
)  # fmt: skip
def test_files_are_known_by_name(name: str, table: str | None) -> None:
    """English and Russian names are understood inside longer ones; the longest word wins."""
    found = match_table(name, TABLES.values())
    assert (found.name if found else None) == table
