"""The ИОМ as a workbook: numbers and dates as such, texts never as formulas."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pytest

from engine.documents.build_iom import build_iom, head_of
from engine.documents.text import clean
from engine.documents.xlsx import CELL_MOST_CHARS, render_xlsx
from tests.engine.documents.documents import (
    NASTY,
    letters,
    long_route,
    nasty,
    part_of,
    progress,
    texts_of,
    xlsx_cells,
)
from tests.engine.documents.fixtures import ALL, CHANGED, EMPTY, FULL, INFEASIBLE, STEPS

SHEETS = ["Карта", "Диагностика", "Неделя за неделей", "Встречи", "Отчёт"]
DANGEROUS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    '=HYPERLINK("http://evil","x")',
    "=cmd|'/c'!A0",
)


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize(
    "rec",
    [FULL, EMPTY, INFEASIBLE, CHANGED, long_route()],
    ids=["full", "empty", "no", "ch", "long"],
)
def test_every_text_of_the_document_is_in_a_cell(rec, language):
    """Whatever the record holds can be found, in both languages, long titles too."""
    cells = letters(" ".join(map(str, xlsx_cells(render_xlsx(rec, language=language)))))
    iom = build_iom(rec, language=language)
    # The size of a deficit is three numbers in three cells.
    skipped = frozenset({"view", "language", "status", "size"})
    if not iom.has_route:
        skipped |= {"descriptors", "level", "accompaniment", "terms"}
    wanted = texts_of(iom, skipped) + (texts_of(head_of(iom)) if iom.has_route else [])
    assert [t for t in wanted if letters(t) not in cells] == []


def test_sheets_and_their_rows():
    """One row a step, a week, a date, a line of the report, as many as the route has."""
    book = opened(render_xlsx(FULL))
    assert book.sheetnames == SHEETS
    assert FULL.route is not None
    weeks = book["Неделя за неделей"]
    assert weeks.max_row == 1 + len(FULL.route.weekly_load)
    assert book["Встречи"].max_row == 1 + 8 + 6 + 1
    report = [row[0].value for row in book["Отчёт"].iter_rows(min_row=2, max_row=1 + len(STEPS))]
    assert [int(text.split(".")[0]) for text in report] == list(range(1, len(STEPS) + 1))


def test_numbers_and_dates_are_numbers_and_dates():
    """A week's load can be summed, a date sorted: 564 min are 9.4 h in the week of 12 October."""
    rows = opened(render_xlsx(FULL))["Неделя за неделей"].iter_rows(min_row=2, values_only=True)
    loads = {row[0].date(): row[1:3] for row in rows}
    assert loads[dt.date(2026, 10, 12)] == (9.4, 10.0)
    first = next(opened(render_xlsx(FULL))["Встречи"].iter_rows(min_row=2, values_only=True))
    assert (first[0].date(), first[1]) == (dt.date(2026, 9, 22), dt.time(16, 0))
    deficit = next(opened(render_xlsx(FULL))["Диагностика"].iter_rows(min_row=2, values_only=True))
    assert deficit[2:5] == (0.42, 0.20, 0.64)


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_is_a_formula(text):
    """What begins like a formula is text with the mark that keeps it so when edited."""
    content = render_xlsx(nasty(text), display_name=text)
    cells = [c for sheet in opened(content) for row in sheet.iter_rows() for c in row]
    assert {c.data_type for c in cells} <= {"s", "n", "d"}
    found = [c for c in cells if isinstance(c.value, str) and c.value == clean(text)]
    assert len(found) >= 4  # name, organisation, district, subjects
    assert all(c.quotePrefix for c in found)
    for name in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
        assert b"<f>" not in part_of(content, name)


@pytest.mark.parametrize("text", NASTY)
def test_hostile_texts_are_kept_literally(text):
    """Control characters are gone, everything else is as it was."""
    cells = xlsx_cells(render_xlsx(nasty(text), display_name=text))
    assert clean(text) in cells
    assert re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "".join(map(str, cells))) is None


def test_a_text_that_no_cell_holds_goes_on_in_the_next():
    """Excel takes 32 767 characters a cell; nothing of a longer text is lost."""
    text = "х" * (2 * CELL_MOST_CHARS + 5)
    cells = [str(c) for c in xlsx_cells(render_xlsx(FULL, display_name=text))]
    assert max(map(len, cells)) == CELL_MOST_CHARS
    pieces = [c for c in cells if set(c) == {"х"}]
    # once as the name, once at the signature
    assert "".join(pieces) == 2 * text


def test_life_and_names_are_filled_in():
    """The report carries what is known; the name stands on the map and at the signature."""
    cells = xlsx_cells(render_xlsx(FULL, progress=progress(), display_name="Тестова Анна"))
    assert "принято 2 ноября 2026" in cells
    assert "выполняется, редакция 3" in cells
    assert cells.count("Тестова Анна") == 2


@pytest.mark.parametrize("name", ALL)
def test_same_input_same_bytes(name):
    """The clock leaves no trace in the file."""
    content = render_xlsx(ALL[name])
    assert content == render_xlsx(ALL[name])
    assert b"2026-09-09T23:00:00Z" in part_of(content, "docProps/core.xml")


def test_long_sheets_repeat_their_heads_on_paper():
    """Diagnostics, weeks, meetings and report print their first row on every page, on A4."""
    book = opened(render_xlsx(FULL))
    for name in SHEETS[1:]:
        assert book[name].print_title_rows == "$1:$1"
        assert book[name].page_setup.paperSize == 9
