"""The ИОМ as PDF: complete, literal, the same every time, nothing cut."""

from __future__ import annotations

import io
import struct
import sys
from dataclasses import replace

import pytest

from engine.documents.build_iom import build_iom, head_of
from engine.documents.parts import DocumentUnavailable
from engine.documents.pdf import png_of, render_pdf
from engine.documents.text import clean
from tests.engine.documents.documents import (
    NASTY,
    letters,
    long_route,
    nasty,
    pdf_pages,
    pdf_words,
    printed_texts,
    progress,
    texts_of,
)
from tests.engine.documents.fixtures import ALL, CHANGED, EMPTY, FULL, INFEASIBLE, STEPS


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("rec", [FULL, EMPTY, INFEASIBLE, CHANGED], ids=lambda r: r.id)
def test_every_text_of_the_document_is_printed(rec, language):
    """Whatever the record holds can be read on the pages, in both languages."""
    text = letters("".join(pdf_pages(render_pdf(rec, language=language, progress=progress()))))
    iom = build_iom(rec, language=language, progress=progress())
    wanted = printed_texts(iom) + (texts_of(head_of(iom)) if iom.has_route else [])
    assert [t for t in wanted if letters(t) not in text] == []


def test_a_name_is_printed_and_without_one_there_is_a_line():
    """The name stands in general data and at the signature; else only its heading does."""
    named = " ".join("".join(pdf_pages(render_pdf(FULL, display_name="Тестова Анна"))).split())
    assert named.count("Тестова Анна") == 2
    bare = "".join(pdf_pages(render_pdf(FULL)))
    assert "Фамилия, имя, отчество\nДолжность" in bare.replace("\u00a0", " ")


@pytest.mark.parametrize("text", NASTY)
def test_hostile_texts_are_printed_literally(text):
    """Markup, tags and formulas of a title are letters; control characters are gone."""
    rec = nasty(text)
    printed = letters("".join(pdf_pages(render_pdf(rec, display_name=text))))
    # Title in map, report and timeline, provider, organisation, district, subjects, deficits.
    assert printed.count(letters(clean(text))) >= 3 * len(STEPS) + 5
    assert "1337" not in printed


def test_twelve_steps_with_very_long_titles_are_not_cut():
    """Every letter of every title is there, on at most eight pages, with repeated heads."""
    rec = long_route()
    pages = pdf_pages(render_pdf(rec))
    text = letters("".join(pages))
    iom = build_iom(rec)
    assert [t for t in printed_texts(iom) if letters(t) not in text] == []
    assert 3 <= len(pages) <= 8
    of_map = [p for p in pages if "Институт номер" in p]
    assert len(of_map) >= 2
    assert all("Против каких дефицитов" in p.replace("\u00a0", " ") for p in of_map)


@pytest.mark.parametrize(
    "rec", [FULL, long_route(), nasty("Щ" * 400)], ids=["full", "long", "word"]
)
def test_nothing_lies_outside_the_page_or_over_the_footer(rec):
    """Every word ends within the margins; below 284 mm there is the footer's one line alone."""
    millimetre = 72 / 25.4
    for words in pdf_words(render_pdf(rec)):
        assert min(left for left, *_ in words) >= 12.9 * millimetre
        assert max(right for _, _, right, _, _ in words) <= (210 - 12.9) * millimetre
        below = [(top, text) for _, top, _, bottom, text in words if bottom > 284.5 * millimetre]
        assert below
        assert max(t for t, _ in below) - min(t for t, _ in below) < 3
        assert below[-1][1].isdigit()


def test_a_row_longer_than_a_page_goes_on_over_pages():
    """A deficit with evidence that no page holds is printed whole."""
    many = tuple(replace(FULL.deficits[0].evidence[0], procedure_id=f"п-{i}") for i in range(150))
    rec = replace(FULL, deficits=(replace(FULL.deficits[0], evidence=many),))
    text = letters("".join(pdf_pages(render_pdf(rec))))
    assert [i for i in range(150) if f"(процедурап-{i})" not in text] == []
    for words in pdf_words(render_pdf(rec)):
        assert max(bottom for _, _, _, bottom, _ in words) <= 297 * 72 / 25.4


def test_a_usual_route_has_two_pages_and_one_of_the_report():
    """Six steps: what is agreed and signed on two pages, the report on a third."""
    assert FULL.route is not None
    rec = replace(
        FULL, deficits=FULL.deficits[:4], route=replace(FULL.route, steps=STEPS[:6]), notes=()
    )
    pages = pdf_pages(render_pdf(rec))
    assert len(pages) == 3
    (signed,) = (i for i, page in enumerate(pages) if "Руководитель организации" in page)
    (report,) = (i for i, page in enumerate(pages) if "Ссылка на результат" in page)
    assert (signed, report) == (1, 2)


def test_signatures_and_report_stay_together():
    """All signatures stand on one page, and so do all lines of a report of seven."""
    pages = [p.replace("\u00a0", " ") for p in pdf_pages(render_pdf(FULL))]
    (page,) = (p for p in pages if "Руководитель организации" in p)
    assert all(role in page for role in ("Педагог\n", "Тьютор (методист)", "Наставник"))
    (report,) = (p for p in pages if "Ссылка на результат" in p)
    lines = letters(report)
    assert all(letters(s.title) in lines for s in STEPS)


@pytest.mark.parametrize("name", ALL)
def test_same_input_same_bytes(name):
    """The clock and the machine leave no trace in the file."""
    first = render_pdf(ALL[name])
    assert first == render_pdf(ALL[name])
    assert first.startswith(b"%PDF-")


def test_fonts_are_embedded_and_none_of_the_machine_is_used():
    """The fonts that come with the wheel are enough for Cyrillic."""
    content = render_pdf(FULL)
    assert b"LibertinusSerif" in content
    assert b"PTSans" not in content
    assert b"/FontFile3" in content


def test_pictures_become_png_of_the_asked_width():
    """Each SVG is one PNG; 25.4 mm at 100 pixels an inch are 100 pixels."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="5">'
        '<rect width="10" height="5"/></svg>'
    )
    made = png_of([svg, svg], 25.4, ppi=100)
    assert png_of([svg], 25.4, ppi=100) == made[:1]
    assert png_of([], 25.4) == []
    for png in made:
        stream = io.BytesIO(png)
        assert stream.read(8) == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", stream.read(16)[8:]) == (100, 50)


def test_a_missing_library_says_what_to_install(monkeypatch):
    """Without typst the fault names the part and the way to get it."""
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(DocumentUnavailable, match="pip install") as caught:
        render_pdf(FULL)
    assert (caught.value.kind, caught.value.part) == ("pdf", "typst")
