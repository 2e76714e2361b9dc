"""Reports read back from their files by other programs' means."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import openpyxl
from lxml import html as lxml_html

from engine.documents.reports.model import Amount, Figure, Report, Said, Table
from tests.engine.documents.documents import letters

NASTY = (
    '=HYPERLINK("http://evil","click")',
    "]]> </w:t></w:r> <w:br/> &amp; <script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*191 }} {% for x in y %} {_{ 7*191 }_}",
    "\x00\x07\x1b[31mcontrol\ufffe\uffff \u202eabc",
    "@SUM(A1)+1-1|cmd",
)


def tables_of(report: Report) -> Iterator[Table]:
    """Tables in the order of the report, those of figures among them."""
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                yield block
            elif isinstance(block, Figure) and block.with_table:
                yield block.table


def printed(table: Table) -> list[tuple[Any, ...]]:
    """Rows of the page and of the document, the total among them."""
    return [*table.printed_rows, *([table.total] if table.total else [])]


def page(text: str) -> Any:
    """The page as a tree; not well formed or not closed raises."""
    return lxml_html.document_fromstring(text)


def page_tables(text: str) -> list[list[list[str]]]:
    """Texts of every cell of every table of a page: tables, rows, cells."""
    return [
        [[letters(cell.text_content()) for cell in row.xpath("./th|./td")] for row in rows]
        for table in page(text).xpath("//table")
        if (rows := table.xpath("./tbody/tr|./tfoot/tr")) is not None
    ]


def workbook(content: bytes) -> openpyxl.Workbook:
    """The workbook."""
    return openpyxl.load_workbook(io.BytesIO(content))


def sheet_rows(content: bytes, head: str) -> list[dict[str, Any]]:
    """Rows below the first head of a workbook whose first cell reads so, by the heads."""
    for sheet in workbook(content):
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        for i, row in enumerate(rows):
            if row[0] == head and len([cell for cell in row if cell is not None]) > 1:
                heads = [cell for cell in row if cell is not None]
                taken = []
                for below in rows[i + 1 :]:
                    if below[0] is None or below[1] is None:
                        break
                    taken.append(dict(zip(heads, below, strict=False)))
                return taken
    raise AssertionError(f"no table with the head {head}")


def amounts_of(value: object) -> Iterator[Amount]:
    """Every number of a record, however deep."""
    if isinstance(value, Amount):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from amounts_of(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from amounts_of(item)


def said_of(value: object) -> Iterator[Said]:
    """Every phrase of a record, however deep."""
    if isinstance(value, Said):
        yield value
        yield from (s for v in value.parameters.values() for s in said_of(v))
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from said_of(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from said_of(item)


def finite(amount: Amount) -> bool:
    """Whether it is a number."""
    return amount.value is not None and math.isfinite(amount.value)
