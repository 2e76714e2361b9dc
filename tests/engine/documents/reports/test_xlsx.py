"""The workbook of a report: numbers as numbers, charts that refer to their tables, no formula."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from xml.etree import ElementTree

import pytest

from engine.documents.reports.model import Amount, Figure
from engine.documents.reports.speak import Speaker
from engine.documents.reports.xlsx import render_xlsx
from engine.documents.text import clean
from tests.engine.documents.documents import letters, part_of, xlsx_cells
from tests.engine.documents.reports.reading import (
    NASTY,
    finite,
    sheet_rows,
    tables_of,
    workbook,
)
from tests.engine.documents.reports.reports import every, odd, rendered

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
CASES = [(name, language) for name in every() for language in ("ru", "en")]


@pytest.mark.parametrize(("name", "language"), CASES)
def test_every_cell_of_every_table_is_in_the_workbook(name, language):
    """Each number with full precision, each end of an interval, each text; all rows, none cut."""
    report, speaker = every()[name], Speaker(language)
    cells = [*xlsx_cells(rendered(name, "xlsx", language)), 0]
    numbers = {round(float(c), 12) for c in cells if isinstance(c, int | float)}
    texts = letters(" ".join(c for c in cells if isinstance(c, str)))
    for table in tables_of(report):
        for row in table.rows:
            for cell in row:
                if isinstance(cell, Amount) and finite(cell):
                    wanted = {v for v in (cell.value, cell.low, cell.high) if v is not None}
                    assert {round(float(v), 12) for v in wanted} <= numbers
                elif isinstance(cell, str):
                    assert letters(clean(speaker.cell(cell))) in texts


@pytest.mark.parametrize("name", ["passport", "passport-wide", "municipality", "odd"])
def test_charts_draw_the_cells_of_their_table(name):
    """Every figure with a number has a chart; what its series refer to are the table's numbers."""
    report = every()[name]
    content = rendered(name, "xlsx")
    book = workbook(content)
    figures = [b for s in report.sections for b in s.blocks if isinstance(b, Figure) and b.shown]
    charts = chart_references(content)
    assert len(charts) == len(figures)
    for figure, references in zip(figures, charts, strict=True):
        assert len(references) == len(figure.values)
        for column, reference in zip(figure.values, references, strict=True):
            place = re.fullmatch(r"'(.+)'!\$([A-Z]+\$\d+)(?::\$([A-Z]+\$\d+))?", reference)
            assert place is not None, reference
            sheet, first, last = place[1], place[2], place[3] or place[2]
            span = book[sheet][f"{first}:{last}".replace("$", "")]
            found = [row[0].value for row in span] if isinstance(span, tuple) else [span.value]
            expected = [row[column] for row in figure.table.rows]
            assert len(found) == len(expected)
            for value, cell in zip(found, expected, strict=True):
                if isinstance(cell, Amount) and finite(cell):
                    assert value == pytest.approx(cell.value)
                else:
                    assert not isinstance(value, int | float)


def chart_references(content: bytes) -> list[list[str]]:
    """What the series of each chart refer to, charts in the order of their sheets."""
    with zipfile.ZipFile(BytesIO(content)) as parts:
        names = sorted(
            (n for n in parts.namelist() if n.startswith("xl/charts/chart")),
            key=lambda n: int(re.findall(r"\d+", n)[0]),
        )
        trees = [ElementTree.fromstring(parts.read(name)) for name in names]
    return [[f.text or "" for f in tree.iterfind(f".//{CHART}val//{CHART}f")] for tree in trees]


@pytest.mark.parametrize("text", NASTY)
def test_no_text_is_a_formula(text):
    """What begins like a formula is text with the mark that keeps it so; nothing is lost."""
    content = render_xlsx(odd(text))
    book = workbook(content)
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    assert {c.data_type for c in cells} <= {"s", "n", "d"}
    found = [c for c in cells if isinstance(c.value, str) and c.value == clean(text)]
    assert len(found) >= 10
    assert all(c.quotePrefix for c in found)
    for i in range(1, len(book.sheetnames) + 1):
        assert b"<f>" not in part_of(content, f"xl/worksheets/sheet{i}.xml")


@pytest.mark.parametrize(("name", "language"), CASES)
def test_sheets_have_names_that_excel_takes(name, language):
    """At most 31 characters, none forbidden, no two alike; the cover and one for each section."""
    book = workbook(rendered(name, "xlsx", language))
    names = [n.casefold() for n in book.sheetnames]
    assert len(names) == len(set(names)) == 1 + len(every()[name].sections)
    assert all(0 < len(n) <= 31 and not set(n) & set("[]:*?/\\'") for n in names)


@pytest.mark.parametrize("name", sorted(every()))
def test_same_report_same_bytes(name):
    """The clock leaves no trace in the file."""
    assert rendered(name, "xlsx") == render_xlsx(every()[name])


def test_sixty_districts_by_hand():
    """District 05 has six people, three diagnosed: half; the whole region is in the total."""
    rows = {r["Район"]: r for r in sheet_rows(rendered("passport-wide", "xlsx"), "Район")}
    assert len(rows) == 61
    assert rows["Район 05"]["Человек"] == 6
    assert rows["Район 05"]["Прошли диагностику"] == 3
    assert rows["Район 05"]["Доля прошедших диагностику"] == 0.5
    # sixty districts of 1 … 7 people: eight rounds of 28, then 1 + 2 + 3 + 4
    assert rows["Всего"]["Человек"] == 8 * 28 + 10
