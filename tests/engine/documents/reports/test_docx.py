"""The document of a report: complete, readable, with pictures that have words."""

from __future__ import annotations

import io
import re
import sys

import docx
import pytest

from engine.documents.parts import DocumentUnavailable
from engine.documents.reports.docx import render_docx
from engine.documents.reports.model import Figure
from engine.documents.reports.pictures import figure_svgs
from engine.documents.reports.speak import Speaker
from engine.documents.text import clean
from tests.engine.documents.documents import docx_text, letters, part_of
from tests.engine.documents.reports.reading import NASTY, printed, tables_of
from tests.engine.documents.reports.reports import every, odd, rendered

CASES = [(name, language) for name in every() for language in ("ru", "en")]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "language"), CASES)
def test_tables_of_the_document_are_those_of_the_report(name, language):
    """Cell by cell, in order; the head of each is repeated on every page."""
    report, speaker = every()[name], Speaker(language)
    content = rendered(name, "docx", language)
    document = docx.Document(io.BytesIO(content))
    listed = [t for t in document.tables if t.rows[0]._tr.xpath("./w:trPr/w:tblHeader")]
    expected = [t for t in tables_of(report) if t.rows]
    assert len(listed) == len(expected)
    for made, table in zip(listed, expected, strict=True):
        rows = printed(table)
        assert len(made.rows) == 1 + len(rows)
        for found, row in zip(made.rows[1:], rows, strict=True):
            said = [
                "".join(
                    clean(speaker.cell(c)) for c in (cell if isinstance(cell, tuple) else (cell,))
                )
                for cell in row
            ]
            assert [letters(c.text) for c in found.cells] == [letters(text) for text in said]


@pytest.mark.parametrize("name", sorted(every()))
def test_pictures_have_words(name):
    """As many pictures as figures need, each described by the title of its table."""
    report, speaker = every()[name], Speaker("ru")
    figures = [b for s in report.sections for b in s.blocks if isinstance(b, Figure)]
    expected = [
        clean(speaker.text(f.table.title)) for f in figures for _ in figure_svgs(f, speaker, "f")
    ]
    body = docx.Document(io.BytesIO(rendered(name, "docx"))).element.body
    found = [shape.get("descr") for shape in body.xpath(".//wp:inline/wp:docPr")]
    assert [letters(text) for text in found] == [letters(text) for text in expected]


@pytest.mark.parametrize("text", NASTY)
def test_hostile_texts_are_written_literally(text):
    """Tags, XML and markup are letters; what XML cannot hold is gone."""
    content = render_docx(odd(text))
    assert letters(docx_text(content)).count(letters(clean(text))) >= 20
    assert "1337" not in docx_text(content)
    body = part_of(content, "word/document.xml").decode()
    assert re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\u202e]", body) is None


def test_wide_sections_turn_the_page_and_back():
    """Staff and programmes are in landscape, with the title; what follows stands upright."""
    document = docx.Document(io.BytesIO(rendered("passport", "docx")))
    shapes = [s.page_width > s.page_height for s in document.sections]
    assert shapes == [True, False]
    small = docx.Document(io.BytesIO(rendered("educator", "docx")))
    assert [s.page_width > s.page_height for s in small.sections] == [False]


@pytest.mark.parametrize("name", sorted(every()))
def test_same_report_same_bytes(name):
    """The clock leaves no trace in the file."""
    assert rendered(name, "docx") == render_docx(every()[name])


def test_without_the_library_the_refusal_names_it(monkeypatch):
    """Who has no python-docx is told which package to install; pages and workbooks work."""
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(DocumentUnavailable, match="docx"):
        render_docx(every()["odd"])
