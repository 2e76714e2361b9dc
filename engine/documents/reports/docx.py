"""A report as DOCX by python-docx: headings, tables with repeated heads, pictures with words."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from engine.documents.archive import repeatable
from engine.documents.parts import optional, shown
from engine.documents.pdf import png_of
from engine.documents.reports.model import (
    Bullets,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Report,
    Section,
    Table,
    Tone,
)
from engine.documents.reports.pictures import figure_svgs
from engine.documents.reports.speak import Speaker
from engine.documents.text import JOINER
from engine.wording import sentence

PICTURE_MM = 178.0
PICTURE_PPI = 160.0


def render_docx(report: Report, language: str = "ru") -> bytes:
    """The document for Word and LibreOffice, on A4, wide sections in landscape.

    Parameters
    ----------
    language
        ``ru`` or ``en``.

    Returns
    -------
    bytes
        DOCX. The same arguments give the same bytes.

    Raises
    ------
    DocumentUnavailable
        python-docx (it comes with docxtpl) or typst, which draws the pictures, is not installed.
    """
    optional("docx", "docx")
    speaker = Speaker(language)
    pictures = _pictures(report, speaker)
    made = io.BytesIO()
    _Writer(report, speaker, pictures).document().save(made)
    return repeatable(made.getvalue(), report.as_of)


def _pictures(report: Report, speaker: Speaker) -> Iterator[bytes]:
    """Every picture as PNG, in the order of the report; drawn in one run of the typesetter."""
    svgs = [
        svg
        for section in report.sections
        for block in section.blocks
        if isinstance(block, Figure)
        for svg in figure_svgs(block, speaker, "f")
    ]
    return iter(png_of(svgs, PICTURE_MM, ppi=PICTURE_PPI))


class _Writer:
    """Writes one document from top to bottom."""

    def __init__(self, report: Report, speaker: Speaker, pictures: Iterator[bytes]) -> None:
        from engine.documents.reports import docx_pieces

        self.report = report
        self.speaker = speaker
        self.pictures = pictures
        self.pieces = docx_pieces
        # Whatever needs the page in landscape first, the title stands on it.
        self.wide = bool(report.sections) and report.sections[0].wide
        self.made: Any = docx_pieces.new_document(
            self.text(report.title), language_of(speaker), wide=self.wide
        )

    def text(self, text: Any) -> str:
        return _shown(self.speaker.cell(text))

    def document(self) -> Any:
        self.pieces.title(self.made, self.text(self.report.title))
        for line in self.report.subtitle:
            self.pieces.paragraph(self.made, self.text(line), soft=True)
        for number, section in enumerate(self.report.sections, 1):
            self.section(number, section)
        self.turn(False)
        self.pieces.heading(self.made, _shown(self.speaker.say("provenance")), 1)
        for name, value in self.report.provenance:
            self.pieces.paragraph(self.made, f"{self.text(name)}: {self.text(value)}", soft=True)
        return self.made

    def turn(self, wide: bool) -> None:
        """Turn the page where the next section needs it."""
        if wide != self.wide:
            self.pieces.turn_page(self.made, wide)
            self.wide = wide

    def section(self, number: int, section: Section) -> None:
        self.turn(section.wide)
        self.pieces.heading(self.made, f"{number}. {self.text(section.title)}", 1)
        for block in section.blocks:
            if isinstance(block, Paragraph):
                said = " ".join(sentence(self.speaker.text(t)) for t in block.texts)
                soft, strong = block.tone is Tone.NOTE, block.tone is Tone.WARNING
                self.pieces.paragraph(self.made, _shown(said), soft=soft, ruled=strong)
            elif isinstance(block, Heading):
                self.pieces.heading(self.made, self.text(block.text), 2)
            elif isinstance(block, Facts):
                self.facts(block)
            elif isinstance(block, Bullets):
                for item in block.items:
                    self.pieces.bullet(self.made, _shown(sentence(self.speaker.text(item))))
            elif isinstance(block, Table):
                self.table(block)
            else:
                self.figure(block)

    def facts(self, facts: Facts) -> None:
        pairs = [(self.text(name), self.lines(value)) for name, value in facts.pairs]
        self.pieces.pairs(self.made, pairs, self.wide)

    def lines(self, cell: Any) -> tuple[str, ...]:
        """Texts of a cell, each a paragraph of its own."""
        items = cell if isinstance(cell, tuple) else (cell,)
        return tuple(self.text(item) for item in items)

    def table(self, table: Table, *, titled: bool = True) -> None:
        if titled:
            self.pieces.heading(self.made, self.text(table.title), 3)
        if not table.rows:
            empty = sentence(self.speaker.text(table.empty))
            self.pieces.paragraph(self.made, _shown(empty))
            return
        rows = [[self.lines(cell) for cell in row] for row in table.printed_rows]
        total = [self.lines(cell) for cell in table.total] if table.total else None
        heads = [(self.text(c.head), c.width, c.numeric) for c in table.columns]
        self.pieces.listing(self.made, heads, rows, total, wide=self.wide)
        below = [sentence(self.speaker.text(t)) for t in (table.cut, table.note) if t is not None]
        self.pieces.paragraph(self.made, _shown(" ".join(below)), soft=True)

    def figure(self, figure: Figure) -> None:
        self.pieces.heading(self.made, self.text(figure.table.title), 3)
        for _ in figure_svgs(figure, self.speaker, "f"):
            self.pieces.picture(
                self.made, next(self.pictures), PICTURE_MM, self.text(figure.table.title)
            )
        if figure.with_table or not figure.shown:
            self.table(figure.table, titled=False)


def language_of(speaker: Speaker) -> str:
    """Language of the document, for spelling and screen readers: ``ru-RU`` or ``en-GB``."""
    return {"ru": "ru-RU"}.get(speaker.language, "en-GB")


def _shown(text: str) -> str:
    return shown(text).replace(JOINER, "")  # Word shows a box for it in most fonts
