"""Makes the bundled DOCX template; run as a module it writes ``templates/iom.docx``.

The file is an ordinary document with tags of docxtpl, which a region copies and edits in a word
processor: ``{{ name }}``, ``{{ facts.position }}``, ``{%tr for s in steps %}`` … What there is to
place stands in ``engine.documents.iom`` and ``engine.documents.parts``.
"""

from __future__ import annotations

import datetime as dt
import io
import sys
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentType
from docx.shared import Pt

from engine.documents.archive import repeatable
from engine.documents.docx_pieces import (
    SOFT,
    bullets,
    heading,
    listing,
    looped,
    only_if,
    pair_rows,
    put,
    set_page,
    set_styles,
    table_of,
    tag,
    writing_line,
)

MADE_AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def make_template() -> bytes:
    """The bundled template; the same bytes every time."""
    document = Document()
    set_page(document)
    set_styles(document)
    _head(document)
    _diagnostics(document)
    _map(document)
    _signatures(document)
    _report(document)
    small = put(
        document.add_paragraph(), "{{ words.section_provenance }}: {{ provenance }}", soft=True
    )
    small.runs[0].font.size = Pt(7)
    stream = io.BytesIO()
    document.save(stream)
    return repeatable(stream.getvalue(), MADE_AT)


# ---------------------------------------------------------------------------- sections


def _head(document: DocumentType) -> None:
    title = document.add_paragraph(style="Title")
    title.add_run("{{ words.title }}")
    line = put(
        document.add_paragraph(),
        "{{ document_number }}{% if terms %}. {{ words.period }}: {{ terms }}{% endif %}",
        soft=True,
    )
    line.paragraph_format.space_after = Pt(2)
    heading(document, "{{ words.section_about }}")
    named = document.add_paragraph()
    put(named, "{{ words.name }}: ", soft=True)
    put(named, "{{ name }}", bold=True)
    writing_line(named, "{% if not name %}", "{% endif %}")
    table = table_of(document, (38, 60, 31, 55))
    texts = [f"{{{{ row[{i}][{j}] }}}}" for i in (0, 1) for j in (0, 1)]
    cells = looped(table, "row in about|batch(2, ['', ''])", texts)
    for cell in (cells[0], cells[2]):
        cell.paragraphs[0].runs[0].font.color.rgb = SOFT
    only_if(document, "state", "{{ words.document_route_state }}: {{ state }}")
    tag(document, "{%p if notes %}")
    heading(document, "{{ words.section_notes }}")
    bullets(document, "note", "notes", "{{ note }}")
    tag(document, "{%p endif %}")


def _diagnostics(document: DocumentType) -> None:
    heading(document, "{{ words.document_diagnostics }}")
    tag(document, "{%p if deficits %}")
    row = listing(
        document,
        (44, 42, 98),
        (
            "{{ words.column_competency }}",
            "{{ words.column_size }}",
            "{{ words.document_column_evidence }}",
        ),
        "d in deficits",
    )
    put(row[0].paragraphs[0], "{{ d.title }}", bold=True)
    put(row[0].add_paragraph(), "{{ d.direction }}", soft=True)
    put(row[1].paragraphs[0], "{% if d.drawn is not none %}{{ pictures.bars[d.drawn] }}{% endif %}")
    put(row[1].add_paragraph(), "{{ d.size }}")
    put(row[1].add_paragraph(), "{{ d.after }}", soft=True)
    put(row[2].paragraphs[0], "{{ d.official }}")
    put(row[2].add_paragraph(), "{{ d.likelihood }}", soft=True)
    tag(row[2], "{%p for line in d.evidence %}")
    put(row[2].add_paragraph(), "{{ line }}", soft=True)
    tag(row[2], "{%p endfor %}")
    put(document.add_paragraph(), "{{ words.bar_desc }} {{ words.level_rule }}", soft=True)
    tag(document, "{%p else %}")
    document.add_paragraph("{{ words.nothing_measured }}")
    tag(document, "{%p endif %}")
    heading(document, "{{ words.section_inputs }}")
    pair_rows(document, "inputs")


def _map(document: DocumentType) -> None:
    tag(document, "{%p if not has_route %}")
    heading(document, "{{ words.section_no_route }}")
    bullets(document, "line", "refusal", "{{ line }}")
    tag(document, "{%p else %}")
    heading(document, "{{ words.section_map }}")
    pair_rows(document, "head")
    tutor = put(document.add_paragraph(), "{{ words.sign_tutor }}: ", soft=True)
    tutor.paragraph_format.space_before = tutor.paragraph_format.space_after = Pt(4)
    writing_line(tutor)
    tag(document, "{%p if steps %}")
    _steps(document)
    document.add_paragraph().add_run("{{ total }}. {{ money }}").bold = True
    put(document.add_paragraph(), "{{ words.closing_note }}", soft=True)
    tag(document, "{%p else %}")
    document.add_paragraph("{{ words.no_steps }}")
    tag(document, "{%p endif %}")
    tag(document, "{%p if pictures.timeline %}")
    heading(document, "{{ words.section_calendar }}")
    shown = document.add_paragraph("{{ pictures.timeline }}")
    shown.paragraph_format.keep_with_next = True
    put(document.add_paragraph(), "{{ timeline_caption }}", soft=True)
    tag(document, "{%p endif %}")
    heading(document, "{{ words.section_checkpoints }}")
    _checkpoints(document)
    tag(document, "{%p endif %}")
    tag(document, "{%p if unmet %}")
    heading(document, "{{ words.section_unmet }}")
    bullets(document, "title, reason", "unmet", "{{ title }}: {{ reason }}")
    tag(document, "{%p endif %}")
    put(document.add_paragraph(), "{{ certificate }}", soft=True)


def _steps(document: DocumentType) -> None:
    heads = (
        "column_number",
        "document_column_activity",
        "column_against",
        "document_column_terms",
        "document_column_document",
    )
    row = listing(
        document, (8, 68, 42, 35, 31), [f"{{{{ words.{key} }}}}" for key in heads], "s in steps"
    )
    put(row[0].paragraphs[0], "{{ s.number }}")
    put(row[1].paragraphs[0], "{{ s.title }}", bold=True)
    put(row[1].add_paragraph(), "{{ s.kind }}; {{ s.form }}; {{ s.technologies }}", soft=True)
    tag(row[2], "{%p for line in s.against %}", first=True)
    put(row[2].add_paragraph(), "{{ line }}")
    tag(row[2], "{%p endfor %}")
    put(row[3].paragraphs[0], "{{ s.terms }}")
    only_if(row[3], "s.classes", "{{ s.classes }}")
    put(row[3].add_paragraph(), "{{ s.hours }}; {{ s.workload }}")
    put(row[4].paragraphs[0], "{{ s.document }}")
    put(row[4].add_paragraph(), "{{ s.funding }}", soft=True)


def _checkpoints(document: DocumentType) -> None:
    tag(document, "{%p if checkpoints %}")
    heads = ("column_stage", "column_diagnostic", "column_date", "column_duration")
    row = listing(
        document, (44, 66, 44, 30), [f"{{{{ words.{key} }}}}" for key in heads], "c in checkpoints"
    )
    for cell, field in zip(row, ("stage", "title", "when", "duration"), strict=True):
        put(cell.paragraphs[0], f"{{{{ c.{field} }}}}")
    tag(document, "{%p else %}")
    document.add_paragraph("{{ words.no_checkpoints }}")
    tag(document, "{%p endif %}")


def _signatures(document: DocumentType) -> None:
    tag(document, "{%p if has_route %}")
    heading(document, "{{ words.section_signatures }}")
    table = table_of(document, (52, 52, 44, 36))
    texts = ("role }}", "name }}{% if not s.name %}" + "_" * 26 + "{% endif %}")
    signed = [
        f"{{{{ words.{key} }}}} " + "_" * n
        for key, n in (("sign_signature", 14), ("sign_date", 12))
    ]
    looped(table, "s in signatures", [*(f"{{{{ s.{text}" for text in texts), *signed])
    for cell in table.rows[1].cells:
        cell.paragraphs[0].paragraph_format.keep_with_next = True
        cell.paragraphs[0].paragraph_format.space_before = Pt(8)
    tag(document, "{%p endif %}")


def _report(document: DocumentType) -> None:
    tag(document, "{%p if report %}")
    heading(document, "{{ words.section_report }}")
    heads = ("column_number", "column_activity", "column_done", "column_link", "column_accepted")
    row = listing(
        document, (8, 66, 42, 34, 34), [f"{{{{ words.{key} }}}}" for key in heads], "r in report"
    )
    put(row[0].paragraphs[0], "{{ r.number }}")
    put(row[1].paragraphs[0], "{{ r.title }}")
    put(row[1].add_paragraph(), "{{ r.terms }}", soft=True)
    for cell, field in zip(row[2:], ("done", "link", "accepted"), strict=True):
        put(cell.paragraphs[0], f"{{{{ r.{field} }}}}")
    for cell in row:  # on one page, where it fits on one
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = True
    for name, rows in (("product", 1), ("reflection", 2)):
        if name == "reflection":
            heading(document, "{{ words.section_reflection }}")
        tag(document, f"{{%p for line in {name} %}}")
        asked = put(document.add_paragraph(), "{{ line }}: ", soft=True)
        asked.paragraph_format.space_before = Pt(6)
        writing_line(asked)
        for _ in range(rows - 1):
            more = document.add_paragraph()
            more.paragraph_format.space_before = Pt(6)
            writing_line(more)
        tag(document, "{%p endfor %}")
    tag(document, "{%p endif %}")


if __name__ == "__main__":
    made = Path(__file__).with_name("templates") / "iom.docx"
    made.write_bytes(make_template())
    sys.stdout.write(f"{made.name}: {made.stat().st_size}\n")
