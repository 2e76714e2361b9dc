"""Routes for the tests of documents, and their texts read back by other programs' means."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import fields, is_dataclass, replace

import docx
import openpyxl
import pytest

from engine.documents.iom import Iom
from engine.domain import Reason
from engine.lifecycle.states import RouteProgress, RouteState, StepRecord, StepState
from engine.recommendation import Closing, Recommendation
from tests.engine.documents.fixtures import ASSESSMENT, FULL, STEPS, day

NASTY = (
    '#import "evil.typ": * $x^2$ *b* _i_ <label> @ref // c',
    "{{ 7*191 }} {% for x in y %} {_{ 7*191 }_} {# c #}",
    '=HYPERLINK("http://evil","click")',
    "]]> </w:t></w:r> <w:br/> &amp; &#123; <script>",
    "\x00\x07\x1b[31mcontrol\ufffe\uffff \u202eabc",
)
"""Texts that a careless document would run, lose or choke on; cleaned of control characters, each
must be read in the document letter by letter."""

WIDE = "Методическое сопровождение педагогов в условиях обновлённых федеральных стандартов: "
ADDRESS = "https://example.org/catalogue/programmes/2026/professional-development/" + "x" * 90


def nasty(text: str) -> Recommendation:
    """The full route with a text at every place that people or catalogues fill in."""
    steps = tuple(
        replace(
            s,
            title=f"{text} {s.id}",
            provider=text,
            reasons=(Reason("pinned", {}),),
            closes=tuple(replace(c, title=text) for c in s.closes),
            meetings=tuple(replace(m, place=text) for m in s.meetings),
        )
        for s in STEPS
    )
    assert FULL.route is not None
    return replace(
        FULL,
        educator=replace(FULL.educator, organisation=text, district=text, subjects=(text,)),
        deficits=tuple(replace(d, title=text, direction=text) for d in FULL.deficits),
        requests=tuple(replace(r, text=text) for r in FULL.requests),
        route=replace(FULL.route, steps=steps),
    )


def long_route() -> Recommendation:
    """Twelve steps with titles of three hundred characters and addresses without a space."""
    assert FULL.route is not None
    steps = tuple(
        replace(
            STEPS[i % len(STEPS)],
            id=f"long-{i}",
            title=f"{WIDE * 3}№ {i} {ADDRESS if i % 4 == 0 else ''}",
            provider=f"Институт номер {i}. {WIDE}",
            start=day("2026-09-21") + dt.timedelta(days=15 * i),
            end=day("2026-09-28") + dt.timedelta(days=15 * i),
            closes=(Closing("MET.05", ASSESSMENT, 0.02, (0.01, 0.03)),),
        )
        for i in range(12)
    )
    return replace(FULL, route=replace(FULL.route, steps=steps))


def progress() -> RouteProgress:
    """Of the full route: one step accepted, one missed, one enrolled, the others planned."""
    states = {
        "s1": (StepState.COMPLETED, dt.date(2026, 11, 2)),
        "s2": (StepState.MISSED, None),
        "s3": (StepState.ENROLLED, None),
    }
    return RouteProgress(
        state=RouteState.ACTIVE,
        revision=3,
        steps=tuple(
            StepRecord(
                s.id,
                s.activity,
                s.offering,
                s.start,
                s.end,
                *states.get(s.id, (StepState.PLANNED, None)),
            )
            for s in STEPS
        ),
    )


def letters(text: str) -> str:
    """The text without spaces and the signs that only set where lines break."""
    return re.sub(r"[\s\u00a0\u200b\u2060]+", "", text)


def texts_of(value: object, skipped: frozenset[str] = frozenset({"view"})) -> list[str]:
    """Every text of a record, however deep."""
    if isinstance(value, str):
        return [value] if value else []
    if is_dataclass(value) and not isinstance(value, type):
        named = (f.name for f in fields(value) if f.name not in skipped)
        return [text for name in named for text in texts_of(getattr(value, name), skipped)]
    if isinstance(value, tuple):
        return [text for item in value for text in texts_of(item, skipped)]
    return []


def printed_texts(iom: Iom) -> list[str]:
    """Every text that a printed document must show: not the list of meetings, nor the weeks'."""
    skipped = frozenset({"view", "language", "meetings", "weeks", "status"})
    if iom.has_route:
        return texts_of(iom, skipped)
    return texts_of(iom, skipped | {"head", "descriptors", "level", "accompaniment", "checkpoints"})


def docx_text(content: bytes) -> str:
    """Text of a DOCX by python-docx, tables and footer too."""
    document = docx.Document(io.BytesIO(content))
    parts = [document.element.body, document.sections[0].footer._element]
    return "".join(node.text or "" for part in parts for node in part.xpath(".//w:t"))


def xlsx_cells(content: bytes) -> list[object]:
    """Values of all cells of a workbook."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [c.value for sheet in book for row in sheet.iter_rows() for c in row if c.value]


def pdf_pages(content: bytes) -> list[str]:
    """Text of each page by poppler."""
    return _read_pdf(content, "-raw").split("\f")[:-1]


def pdf_words(content: bytes) -> list[list[tuple[float, float, float, float, str]]]:
    """Words of each page by poppler: left, top, right, bottom in points from the top left."""
    word = re.compile(
        r'<word xMin="([-.\d]+)" yMin="([-.\d]+)" xMax="([-.\d]+)" yMax="([-.\d]+)">(.*?)</word>'
    )
    pages = _read_pdf(content, "-bbox").split("<page ")[1:]
    return [[(*map(float, found[:4]), found[4]) for found in word.findall(p)] for p in pages]


def _read_pdf(content: bytes, form: str) -> str:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("no pdftotext (poppler-utils) on this machine")
    done = subprocess.run(
        [program, form, "-enc", "UTF-8", "-", "-"],
        input=content,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return done.stdout.decode()


def part_of(content: bytes, name: str) -> bytes:
    """One part of an office file."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return parts.read(name)
