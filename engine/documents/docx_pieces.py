"""Pieces that the DOCX template is made of: paragraphs, tables, loops, page and styles.

python-docx writes the elements; where it has no name for one (borders, margins of cells, fields,
repeated heads), the element is made here, in the place that the schema gives it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx.document import Document as DocumentType
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

WIDTH_MM = 184.0
SOFT = RGBColor(0x4A, 0x53, 0x63)
_LINE = "C3CAD5"
_FONT = "Times New Roman"  # on every machine of an office, or metrically replaced
_BASE, _SMALL = Pt(9), Pt(8)


def heading(document: DocumentType, text: str) -> None:
    """Heading of a section; it never stands alone at the end of a page."""
    document.add_paragraph(text, style="Heading 2")


def tag(where: DocumentType | _Cell, text: str, *, first: bool = False) -> None:
    """A paragraph that holds a tag alone and leaves the document with it."""
    (where.paragraphs[0] if first else where.add_paragraph()).add_run(text)


def only_if(where: DocumentType | _Cell, field: str, text: str) -> None:
    """A paragraph that is there only where a field holds something."""
    tag(where, f"{{%p if {field} %}}")
    put(where.add_paragraph(), text, soft=True)
    tag(where, "{%p endif %}")


def put(paragraph: Paragraph, text: str, *, bold: bool = False, soft: bool = False) -> Paragraph:
    """Text at the end of a paragraph; ``soft`` = small and grey."""
    run = paragraph.add_run(text)
    run.bold = bold or None
    if soft:
        run.font.size, run.font.color.rgb = _SMALL, SOFT
    return paragraph


def writing_line(paragraph: Paragraph, before: str = "", after: str = "") -> None:
    """A line to write on, up to the right edge; ``before`` and ``after`` are tags around it."""
    stops = paragraph.paragraph_format.tab_stops
    stops.add_tab_stop(Mm(WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.LINES)
    if before:
        paragraph.add_run(before)
    paragraph.add_run("\t")
    if after:
        paragraph.add_run(after)


def bullets(document: DocumentType, name: str, source: str, text: str) -> None:
    """One bullet for each of a list; ``name`` is what the loop calls it."""
    tag(document, f"{{%p for {name} in {source} %}}")
    document.add_paragraph(text, style="List Bullet")
    tag(document, "{%p endfor %}")


def pair_rows(document: DocumentType, source: str) -> None:
    """Names and values below each other, from a list of pairs."""
    table = table_of(document, (44, WIDTH_MM - 44))
    looped(table, f"name, value in {source}", ("{{ name }}", "{{ value }}"))
    run = table.rows[1].cells[0].paragraphs[0].runs[0]
    run.font.color.rgb = SOFT


def listing(
    document: DocumentType, widths: Sequence[float], heads: Sequence[str], loop: str
) -> Sequence[_Cell]:
    """A table with a repeated head; gives the cells of its one looped row, to be filled."""
    table = table_of(document, widths, ruled=True)
    row = _new_row(table)
    for cell, text, width in zip(row.cells, heads, widths, strict=True):
        cell.width = Mm(width)
        put(cell.paragraphs[0], text, bold=True).runs[0].font.size = _SMALL
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    return looped(table, loop, [""] * len(widths), widths)


def looped(
    table: Table, loop: str, texts: Sequence[str], widths: Sequence[float] | None = None
) -> Sequence[_Cell]:
    """A row for each of a list; gives its cells. ``widths`` in mm, ``None`` = the columns'."""
    _new_row(table).cells[0].paragraphs[0].add_run(f"{{%tr for {loop} %}}")
    row = _new_row(table)
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    widths = widths or [column.width.mm for column in table.columns if column.width is not None]
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = Mm(width)
        if text:
            put(cell.paragraphs[0], text)
    _new_row(table).cells[0].paragraphs[0].add_run("{%tr endfor %}")
    return tuple(row.cells)


def table_of(document: DocumentType, widths: Sequence[float], *, ruled: bool = False) -> Table:
    """An empty table of the given widths in mm; ``ruled`` = with lines between its rows."""
    table: Table = document.add_table(rows=0, cols=len(widths))
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    properties = table._tbl.tblPr
    layout = properties.find(qn("w:tblLayout"))
    if ruled:
        layout.addprevious(_borders("w:tblBorders", ("top", "bottom", "insideH")))
    margins = OxmlElement("w:tblCellMar")
    height = 25 if ruled else 5
    for side, twips in (("top", height), ("left", 20), ("bottom", height), ("right", 80)):
        margins.append(_element(f"w:{side}", w=str(twips), type="dxa"))
    layout.addnext(margins)  # the schema has an order, and Word insists on it
    return table


def _new_row(table: Any) -> Any:
    return table.add_row()


def _borders(name: str, sides: Sequence[str]) -> Any:
    borders = OxmlElement(name)
    for side in sides:
        borders.append(_element(f"w:{side}", val="single", sz="4", space="0", color=_LINE))
    return borders


def _element(name: str, **attributes: str) -> Any:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


# ---------------------------------------------------------------------------- page and styles


def set_page(document: DocumentType) -> None:
    """A4 with narrow margins, number of the route and of the page below."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(13)
    section.top_margin, section.bottom_margin = Mm(12), Mm(13)
    section.footer_distance = Mm(7)
    footer = section.footer.paragraphs[0]
    footer.style = document.styles["Normal"]  # the footer's own has tab stops of another page
    footer.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
    put(footer, "{{ words.title }}, {{ route_id }}\t{{ words.document_page }} ", soft=True)
    _field(footer, "PAGE")
    put(footer, " {{ words.document_of }} ", soft=True)
    _field(footer, "NUMPAGES")
    properties = document.core_properties
    properties.author, properties.last_modified_by, properties.comments = "", "", ""
    properties.title = "{{ words.title }}"


def _field(paragraph: Paragraph, code: str) -> None:
    field = _element("w:fldSimple", instr=code)
    run = paragraph.add_run("1")
    run.font.size, run.font.color.rgb = _SMALL, SOFT
    field.append(run._r)
    paragraph._p.append(field)


def set_styles(document: DocumentType) -> None:
    """Fonts, sizes and spacing of the styles that the template uses."""
    _styled(document, "Normal", _BASE, 0, 0)
    _styled(document, "List Bullet", _BASE, 0, 0)
    _styled(document, "Title", Pt(16), 0, 2)
    _styled(document, "Heading 2", Pt(11), 6, 2)
    properties = document.styles["Heading 2"].element.get_or_add_pPr()
    properties.find(qn("w:spacing")).addprevious(_borders("w:pBdr", ("bottom",)))
    title = document.styles["Title"].element.get_or_add_pPr()
    for border in title.findall(qn("w:pBdr")):
        title.remove(border)
    for kept in (title, properties):
        kept.get_or_add_keepNext()


def _styled(document: DocumentType, name: str, size: Length, before: float, after: float) -> None:
    style: Any = document.styles[name]
    style.font.name, style.font.size = _FONT, size
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in list(fonts.attrib):
        del fonts.attrib[key]
    for key in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{key}"), _FONT)
    style.font.color.rgb = RGBColor(0, 0, 0)
    style.font.bold = name != "Normal" and not name.startswith("List")
    layout = style.paragraph_format
    layout.space_before, layout.space_after = Pt(before), Pt(after)
    layout.line_spacing = 1.0
