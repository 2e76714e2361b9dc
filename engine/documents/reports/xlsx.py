"""A report as a workbook: a sheet for each section, numbers as numbers, native charts.

Texts are texts: whatever they begin with, none is taken for a formula. A number with an interval
takes three columns; what is not stated, not known or kept back is written in words.
"""

from __future__ import annotations

import io

from openpyxl import Workbook

from engine.documents.archive import repeatable
from engine.documents.reports.model import (
    Bullets,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Report,
    Section,
    Table,
)
from engine.documents.reports.speak import Speaker
from engine.documents.reports.xlsx_charts import chart_of
from engine.documents.reports.xlsx_sheet import Grid, Sheet
from engine.documents.text import clean
from engine.wording import sentence

NAME_MOST = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def render_xlsx(report: Report, language: str = "ru") -> bytes:
    """The workbook, every sheet set up for A4.

    Parameters
    ----------
    language
        ``ru`` or ``en``.

    Returns
    -------
    bytes
        XLSX. The same arguments give the same bytes.
    """
    speaker = Speaker(language)
    book = Workbook()
    blank = book.worksheets[0]
    names: set[str] = set()
    cover = Sheet(book.create_sheet(_name(speaker.say("sheet_cover"), names)), speaker)
    _cover(cover, report, speaker)
    for number, section in enumerate(report.sections, 1):
        name = _name(f"{number}. {speaker.text(section.short)}", names)
        sheet = Sheet(book.create_sheet(name), speaker)
        _section(sheet, number, section, speaker)
    book.remove(blank)
    _plain_properties(book, speaker.text(report.title))
    stream = io.BytesIO()
    book.save(stream)
    return repeatable(stream.getvalue(), report.as_of)


def _name(text: str, taken: set[str]) -> str:
    """A name that Excel takes for a sheet and that no other sheet has."""
    name = clean(text).translate(_FORBIDDEN).strip()[:NAME_MOST].strip()
    for i in range(2, 100):
        if name.casefold() not in taken:
            break
        name = f"{name[: NAME_MOST - 4].strip()} ({i})"
    taken.add(name.casefold())
    return name


def _plain_properties(book: Workbook, title: str) -> None:
    book.properties.title = clean(title)[:255]
    book.properties.creator = ""


def _cover(sheet: Sheet, report: Report, speaker: Speaker) -> None:
    sheet.widths([40.0, 90.0])
    sheet.heading(speaker.text(report.title), 0)
    for line in report.subtitle:
        sheet.text(speaker.text(line))
    sheet.gap()
    for number, section in enumerate(report.sections, 1):
        sheet.text(f"{number}. {speaker.text(section.title)}")
    sheet.gap()
    sheet.heading(speaker.say("provenance"), 1)
    for name, value in report.provenance:
        sheet.pair(name, value)


def _section(sheet: Sheet, number: int, section: Section, speaker: Speaker) -> None:
    tables = [b.table if isinstance(b, Figure) else b for b in section.blocks]
    grids = {id(t): Grid.of(t) for t in tables if isinstance(t, Table)}
    named = any(isinstance(b, Facts) for b in section.blocks)
    sheet.fit([grids[id(t)] for t in tables if isinstance(t, Table)], named=named)
    sheet.heading(f"{number}. {speaker.text(section.title)}", 0)
    for block in section.blocks:
        if isinstance(block, Paragraph):
            sheet.text(" ".join(sentence(speaker.text(text)) for text in block.texts))
        elif isinstance(block, Heading):
            sheet.gap()
            sheet.heading(speaker.text(block.text), 1)
        elif isinstance(block, Facts):
            for name, value in block.pairs:
                sheet.pair(name, value)
        elif isinstance(block, Bullets):
            for item in block.items:
                sheet.text(f"• {sentence(speaker.text(item))}")
        elif isinstance(block, Table):
            sheet.table(grids[id(block)])
        elif isinstance(block, Figure) and (block.with_table or block.shown):
            _figure(sheet, block, grids[id(block.table)], speaker)


def _figure(sheet: Sheet, figure: Figure, grid: Grid, speaker: Speaker) -> None:
    """The table with its chart to the right; a chart refers to cells, so the table is there."""
    place = sheet.table(grid, below_chart=True, gaps=figure.drawing == "trend")
    if place is None or not figure.shown:
        return
    chart = chart_of(figure, grid, place, sheet.sheet, speaker)
    sheet.put_chart(chart, place)
