"""The page of a report: complete, closed to scripts, readable without its pictures."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from engine.documents.reports.html import render_html
from engine.documents.reports.model import Cell, Section
from engine.documents.reports.speak import Speaker
from engine.documents.text import clean
from tests.engine.documents.documents import letters
from tests.engine.documents.reports.reading import NASTY, page, page_tables, tables_of
from tests.engine.documents.reports.reports import every, odd, rendered

CASES = [(name, language) for name in every() for language in ("ru", "en")]


@pytest.mark.parametrize(("name", "language"), CASES)
def test_every_cell_of_every_table_is_on_the_page(name, language):
    """Tables of the page are those of the report, cell by cell, in order, in both languages."""
    report, speaker = every()[name], Speaker(language)

    def said(cell: Cell) -> str:
        items = cell if isinstance(cell, tuple) else (cell,)
        return letters("".join(clean(speaker.cell(item)) for item in items))

    expected = [
        [
            [said(cell) for cell in row]
            for row in (*t.printed_rows, *((t.total,) if t.total else ()))
        ]
        for t in tables_of(report)
        if t.rows
    ]
    assert page_tables(rendered(name, "html", language).decode()) == expected


@pytest.mark.parametrize(("name", "language"), CASES)
def test_nothing_is_loaded_or_run(name, language):
    """No script, no style attribute, no address but anchors: a strict policy shows it whole."""
    text = rendered(name, "html", language).decode()
    tree = page(text)
    assert not tree.xpath("//script|//link|//img|//iframe|//object|//form|//@style")
    assert [n for n in tree.xpath("//@*") if n.attrname.startswith("on")] == []
    assert all(href.startswith("#") for href in tree.xpath("//@href"))
    assert "default-src 'none'" in tree.xpath("//meta[@http-equiv]/@content")[0]
    assert tree.get("lang") == language
    assert re.search(r"url\((?!#)", text) is None


@pytest.mark.parametrize(("name", "language"), CASES)
def test_pictures_have_words_and_identifiers_are_unique(name, language):
    """Every picture has a title and a description that it names; anchors lead somewhere."""
    tree = page(rendered(name, "html", language).decode())
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for svg in tree.xpath("//svg"):
        named = svg.get("aria-labelledby").split()
        assert all(letters("".join(svg.xpath(f".//*[@id='{i}']")[0].itertext())) for i in named)
        assert svg.get("role") == "img"
    assert {h[1:] for h in tree.xpath("//@href")} <= set(ids)
    assert all(th.get("scope") for th in tree.xpath("//th"))
    headings = [int(h.tag[1]) for h in tree.xpath("//h1|//h2|//h3")]
    assert headings[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(headings))


@pytest.mark.parametrize("text", NASTY)
def test_hostile_texts_are_letters(text):
    """Markup, tags and control characters of data become text or are gone; nothing is run."""
    made = render_html(odd(text))
    tree = page(made)
    assert not tree.xpath("//script|//img")
    assert letters(clean(text)) in letters(tree.xpath("//h1")[0].text_content())
    assert re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\u202e]", made) is None
    assert "1337" not in made


def test_same_report_same_page():
    """Nothing of the page comes from a clock or from chance."""
    assert render_html(every()["passport"]) == render_html(every()["passport"])


def test_long_tables_say_how_much_is_left_out():
    """Sixty-one groups are printed as sixty, and the page says so."""
    table = next(t for t in tables_of(every()["municipality"]) if t.printed == 60)

    long = replace(table, rows=table.rows[:1] * 61)
    report = replace(every()["municipality"], sections=(Section("s", "Раздел", "Р", (long,)),))
    text = render_html(report)
    assert len(page_tables(text)[0]) == 60
    assert letters("первые 60 строк из 61") in letters(text)
