"""Pieces of a DOCX report; needs python-docx, hence loaded with the first document."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

NARROW_MM, WIDE_MM = 178.0, 265.0
A4 = (210.0, 297.0)
MARGIN_MM = 16.0
FONT = "Times New Roman"  # on every machine of an office, or metrically replaced
SOFT = RGBColor(0x4A, 0x53, 0x63)
_LINE = "C3CAD5"
_SIZES = {"Normal": 10.0, "List Bullet": 10.0, "Title": 17.0,
          "Heading 1": 14.0, "Heading 2": 12.0, "Heading 3": 10.5}  # fmt: skip
_TABLE, _HEAD, _SMALL = Pt(8.5), Pt(7.5), Pt(8.5)

Lines = tuple[str, ...]


def new_document(title_text: str, language: str, *, wide: bool = False) -> Any:
    """An empty document with styles, page and footer; ``wide`` = it begins in landscape."""
    document = docx.Document()
    for name, size in _SIZES.items():
        _style(document.styles[name], size, language)
    _page(document.sections[0], wide=wide)
    _footer(document.sections[0], title_text)
    properties = document.core_properties
    properties.title, properties.language = title_text[:255], language
    properties.author = properties.last_modified_by = properties.comments = ""
    return document


def title(document: Any, text: str) -> None:
    """The title of the document."""
    document.add_paragraph(text, style="Title")


def heading(document: Any, text: str, level: int) -> None:
    """A heading; it never stands alone at the end of a page."""
    document.add_paragraph(text, style=f"Heading {level}")


def paragraph(document: Any, text: str, *, soft: bool = False, ruled: bool = False) -> None:
    """A paragraph: ``soft`` = small and grey, ``ruled`` = with a line at its left."""
    made = document.add_paragraph()
    run = made.add_run(text)
    if soft:
        run.font.size, run.font.color.rgb = _SMALL, SOFT
    if ruled:
        border = _element("w:left", val="single", sz="18", space="6", color="A96A08")
        borders = OxmlElement("w:pBdr")
        borders.append(border)
        made._p.get_or_add_pPr().insert_element_before(
            borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
        )


def bullet(document: Any, text: str) -> None:
    """One item of a list."""
    document.add_paragraph(text, style="List Bullet")


def picture(document: Any, png: bytes, width_mm: float, described: str) -> None:
    """A picture with words for those who cannot see it."""
    made = document.add_paragraph()
    shape = made.add_run().add_picture(io.BytesIO(png), width=Mm(width_mm))
    shape._inline.docPr.set("descr", described)


def pairs(document: Any, found: Sequence[tuple[str, Lines]], wide: bool) -> None:
    """Names and values below each other."""
    whole = WIDE_MM if wide else NARROW_MM
    table = _table(document, (0.36 * whole, 0.64 * whole), ruled=False)
    for name, lines in found:
        cells = table.add_row().cells
        _fill(cells[0], (name,), soft=True)
        _fill(cells[1], lines)
    document.add_paragraph()


def listing(
    document: Any,
    heads: Sequence[tuple[str, float, bool]],
    rows: Sequence[Sequence[Lines]],
    total: Sequence[Lines] | None,
    *,
    wide: bool,
) -> None:
    """A table whose head is repeated on every page.

    Parameters
    ----------
    heads
        Text, share of the width, and whether the column holds numbers.
    total
        Last row, in bold; ``None`` = there is none.
    """
    whole = sum(width for _, width, _ in heads)
    page = WIDE_MM if wide else NARROW_MM
    table = _table(document, [page * width / whole for _, width, _ in heads], ruled=True)
    numeric = [n for _, _, n in heads]
    head = table.add_row()
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    _row(head, [(text,) for text, _, _ in heads], numeric, bold=True, size=_HEAD)
    for row in rows:
        _row(table.add_row(), row, numeric)
    if total is not None:
        _row(table.add_row(), total, numeric, bold=True)


def turn_page(document: Any, wide: bool) -> None:
    """Begin a new page in landscape or upright."""
    _page(document.add_section(WD_SECTION.NEW_PAGE), wide=wide)


# ------------------------------------------------------------------------------ tables


def _row(
    row: Any,
    cells: Sequence[Lines],
    numeric: Sequence[bool],
    *,
    bold: bool = False,
    size: Any = _TABLE,
) -> None:
    row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
    for cell, lines, right in zip(row.cells, cells, numeric, strict=True):
        _fill(cell, lines, bold=bold, right=right, size=size)


def _fill(
    cell: Any,
    lines: Lines,
    *,
    bold: bool = False,
    right: bool = False,
    soft: bool = False,
    size: Any = _TABLE,
) -> None:
    for i, line in enumerate(lines):
        made = cell.paragraphs[0] if i == 0 else cell.add_paragraph()
        run = made.add_run(line)
        run.font.size, run.bold = size, bold or None
        if soft:
            run.font.color.rgb = SOFT
        if right:
            made.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _table(document: Any, widths: Sequence[float], *, ruled: bool) -> Any:
    table = document.add_table(rows=0, cols=len(widths))
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    properties = table._tbl.tblPr
    layout = properties.find(qn("w:tblLayout"))
    if ruled:
        borders = OxmlElement("w:tblBorders")
        for side in ("top", "bottom", "insideH"):
            line = _element(f"w:{side}", val="single", sz="4", space="0", color=_LINE)
            borders.append(line)
        layout.addprevious(borders)
    margins = OxmlElement("w:tblCellMar")
    for side, twips in (("top", 25), ("left", 40), ("bottom", 25), ("right", 80)):
        margins.append(_element(f"w:{side}", w=str(twips), type="dxa"))
    layout.addnext(margins)  # the schema has an order, and Word insists on it
    return table


def _element(name: str, **attributes: str) -> Any:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


# ------------------------------------------------------------------------------ page and styles


def _page(section: Any, *, wide: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    width, height = reversed(A4) if wide else A4
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin = section.right_margin = Mm(MARGIN_MM)
    section.top_margin, section.bottom_margin = Mm(15), Mm(16)
    section.footer_distance = Mm(8)


def _footer(section: Any, text: str) -> None:
    made = section.footer.paragraphs[0]
    made.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    runs = [made.add_run(f"{text}   ")]
    for code, after in (("PAGE", " / "), ("NUMPAGES", "")):
        field = _element("w:fldSimple", instr=code)
        run = made.add_run("1")
        field.append(run._r)
        made._p.append(field)
        runs += [run, made.add_run(after)]
    for run in runs:
        run.font.size, run.font.color.rgb = _SMALL, SOFT


def _style(style: Any, size: float, language: str) -> None:
    style.font.name, style.font.size = FONT, Pt(size)
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for key in list(fonts.attrib):
        del fonts.attrib[key]
    for key in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{key}"), FONT)
    style.font.color.rgb = RGBColor(0, 0, 0)
    headed = style.name == "Title" or style.name.startswith("Heading")
    style.font.bold, style.font.italic = headed, False
    layout = style.paragraph_format
    layout.space_before, layout.space_after = Pt(10 if headed else 0), Pt(3)
    layout.line_spacing = 1.0
    if headed:
        layout.keep_with_next = True
    for found in properties.findall(qn("w:lang")):
        properties.remove(found)
    properties.append(_element("w:lang", val=language))
    for border in style.element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)
