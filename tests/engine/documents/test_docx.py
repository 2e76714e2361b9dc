"""The ИОМ as DOCX: complete, literal, from a template that a region may edit."""

from __future__ import annotations

import datetime as dt
import io
import sys
import zipfile
from pathlib import Path

import docx
import pytest

from engine.documents.build_iom import build_iom, head_of
from engine.documents.docx import TemplateFault, bundled_template, render_docx
from engine.documents.docx_template import make_template
from engine.documents.parts import DocumentUnavailable
from engine.documents.text import clean
from tests.engine.documents.documents import (
    NASTY,
    docx_text,
    letters,
    long_route,
    nasty,
    part_of,
    printed_texts,
    progress,
    texts_of,
)
from tests.engine.documents.fixtures import ALL, CHANGED, EMPTY, FULL, INFEASIBLE, STEPS


def written(folder: Path, *paragraphs: str) -> Path:
    """A region's template of the given paragraphs."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    path = folder / "region.docx"
    document.save(str(path))
    return path


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("rec", [FULL, EMPTY, INFEASIBLE, CHANGED], ids=lambda r: r.id)
def test_every_text_of_the_document_is_written(rec, language):
    """Whatever the record holds can be read in the file, in both languages."""
    text = letters(docx_text(render_docx(rec, language=language, progress=progress())))
    iom = build_iom(rec, language=language, progress=progress())
    wanted = printed_texts(iom) + (texts_of(head_of(iom)) if iom.has_route else [])
    assert [t for t in wanted if letters(t) not in text] == []
    assert "{" not in text


def test_twelve_steps_with_very_long_titles_are_not_cut():
    """Every letter of every title is there, and heads of tables repeat on every page."""
    rec = long_route()
    content = render_docx(rec)
    text = letters(docx_text(content))
    assert [t for t in printed_texts(build_iom(rec)) if letters(t) not in text] == []
    body = part_of(content, "word/document.xml").decode()
    tables = body.count("<w:tblHeader")
    assert tables == 4  # deficits, steps, checkpoints, report
    assert body.count("<w:cantSplit") >= 2 * 12


@pytest.mark.parametrize("text", NASTY)
def test_hostile_texts_are_written_literally(text):
    """Tags, XML and markup of a title are letters; what XML cannot hold is gone."""
    content = render_docx(nasty(text), display_name=text)
    written_text = letters(docx_text(content))
    assert written_text.count(letters(clean(text))) >= 3 * len(STEPS) + 5
    assert "1337" not in written_text


def test_a_name_is_written_and_without_one_there_is_a_line():
    """The name stands in general data and at the signature; else lines are left."""
    named = docx_text(render_docx(FULL, display_name="Тестова Анна"))
    assert named.replace("\u00a0", " ").count("Тестова Анна") == 2
    heads = [
        p.text
        for p in docx.Document(io.BytesIO(render_docx(FULL))).paragraphs
        if p.text.startswith("Фамилия")
    ]
    assert [head.split(":")[1].strip(" ") for head in heads] == ["\t"]


def test_pictures_are_in_the_file_with_words_for_those_who_cannot_see():
    """Five bars and the timeline are PNG, each with a description."""
    content = render_docx(FULL)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        media = [name for name in parts.namelist() if name.startswith("word/media/")]
    assert len(media) == len(FULL.deficits) + 1
    body = part_of(content, "word/document.xml").decode()
    assert body.count("<wp:inline") == len(media)
    assert body.count('descr=""') == 0
    assert 'descr="0,42' in body


@pytest.mark.parametrize("name", ALL)
def test_same_input_same_bytes(name):
    """The clock leaves no trace in the file: its dates are the route's."""
    content = render_docx(ALL[name])
    assert content == render_docx(ALL[name])
    properties = docx.Document(io.BytesIO(content)).core_properties
    assert properties.created == properties.modified == dt.datetime(2026, 9, 9, 23, tzinfo=dt.UTC)
    assert (properties.author, properties.last_modified_by) == ("", "")


def test_the_bundled_template_is_what_its_maker_makes():
    """Whoever changes the maker makes the file anew: their parts are the same."""
    made = make_template()
    with (
        zipfile.ZipFile(io.BytesIO(made)) as new,
        zipfile.ZipFile(io.BytesIO(bundled_template())) as kept,
    ):
        assert new.namelist() == kept.namelist()
        differing = [n for n in new.namelist() if new.read(n) != kept.read(n)]
    assert differing == []
    assert made == make_template()


def test_a_region_places_what_it_wants(tmp_path):
    """A template of one's own gets facts, words, loops and pictures."""
    template = written(
        tmp_path,
        "Утверждаю. {{ facts.organisation }}: {{ name }} — {{ facts.tempo }}",
        "{%p for s in steps %}",
        "{{ s.number }}) {{ s.title }}",
        "{%p endfor %}",
        "{{ pictures.profile }}{{ pictures.load }}",
    )
    content = render_docx(FULL, display_name="Тестова Анна", template=template)
    texts = [p.text.replace("\u00a0", " ") for p in docx.Document(io.BytesIO(content)).paragraphs]
    assert texts[0].startswith("Утверждаю. МБОУ «Школа № 12»: Тестова Анна — не больше 7 ч")
    assert texts[1] == "1) Формирующее оценивание на уроках математики в основной школе"
    assert len(texts) == 1 + len(STEPS) + 1
    assert part_of(content, "word/document.xml").decode().count("<wp:inline") == 2


@pytest.mark.parametrize(
    ("paragraphs", "kind", "tag"),
    [
        (("{{ nmae }}",), "unknown_tag", "nmae"),
        (("{{ facts.organization }}",), "unknown_tag", "organization"),
        (("{%p for s in steps %}", "{{ s.titel }}", "{%p endfor %}"), "unknown_tag", "titel"),
        (("{% fro s in steps %}",), "syntax", "fro"),
        (("{{ name | }}",), "syntax", "name"),
        (("{%p if name %}", "open"), "syntax", "endif"),
    ],
)
def test_a_faulty_template_is_refused_by_its_tag(tmp_path, paragraphs, kind, tag):
    """The fault names the tag and the file, not its folder."""
    with pytest.raises(TemplateFault) as caught:
        render_docx(FULL, template=written(tmp_path, *paragraphs))
    assert caught.value.kind == kind
    assert tag in caught.value.tag
    assert caught.value.file == "region.docx"
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    "reach",
    [
        "{{ name.__class__.__mro__ }}",
        "{{ pictures.timeline._document }}",
        "{{ pictures.timeline.__html__.__func__.__globals__ }}",
        "{{ ''.__class__ }}",
        "{{ cycler.__init__.__globals__ }}",
    ],
)
def test_a_template_reaches_nothing_but_its_data(tmp_path, reach):
    """Ways out of a template language lead nowhere: each is refused as an unknown name."""
    with pytest.raises(TemplateFault):
        render_docx(FULL, display_name="x", template=written(tmp_path, reach))


def test_what_is_no_template_is_refused(tmp_path):
    """Another file, a damaged one, none at all and a ZIP bomb are unreadable templates."""
    other = tmp_path / "other.docx"
    other.write_bytes(b"%PDF-1.7")
    damaged = tmp_path / "damaged.docx"
    damaged.write_bytes(bundled_template()[:5_000])
    bomb = tmp_path / "bomb.docx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("word/document.xml", b"\0" * 120_000_000)
    assert bomb.stat().st_size < 200_000
    for path in (other, damaged, bomb, tmp_path / "absent.docx", tmp_path):
        with pytest.raises(TemplateFault) as caught:
            render_docx(FULL, template=path)
        assert caught.value.kind == "unreadable"


@pytest.mark.parametrize("part", ["docxtpl", "typst"])
def test_a_missing_library_says_what_to_install(monkeypatch, part):
    """Without docxtpl, or without typst for the pictures, the fault names it."""
    monkeypatch.setitem(sys.modules, part, None)
    with pytest.raises(DocumentUnavailable, match="pip install") as caught:
        render_docx(FULL)
    assert (caught.value.kind, caught.value.part) == ("docx", part)
