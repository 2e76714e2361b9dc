"""The ИОМ as a workbook: map, diagnostics, weeks, meetings, report.

Texts are texts: whatever they begin with, none is taken for a formula, neither when the file is
opened nor when a cell is edited later. Numbers and dates are numbers and dates.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Callable, Iterable, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from engine.documents.archive import repeatable
from engine.documents.build_iom import build_iom, head_of
from engine.documents.iom import Iom, IomMeeting
from engine.documents.text import clean
from engine.lifecycle.states import RouteProgress
from engine.recommendation import Recommendation
from engine.wording import phrase

Value = str | int | float | dt.date | dt.time | None

CELL_MOST_CHARS = 32_767
"""A cell holds no more, and Excel calls a file with more damaged."""
LINE_POINTS, ROW_MOST_POINTS = 15.0, 409.0

_HEAD = PatternFill("solid", fgColor="DDE7F3")
_RULE = Border(bottom=Side("thin", color="C3CAD5"))
_WRAP = Alignment(horizontal="left", vertical="top", wrap_text=True)
_FORMATS = {dt.date: "dd.mm.yyyy", dt.time: "hh:mm", float: "0.00"}

_STEPS = (
    "column_activity", "column_against", "column_form", "technologies", "sheet_start",
    "sheet_end", "column_hours", "sheet_load", "column_document", "column_funding", "column_terms",
)  # fmt: skip
_CHECKPOINTS = ("column_stage", "column_diagnostic", "column_date", "column_duration")
_DEFICITS = (
    "column_competency", "sheet_direction", "sheet_estimate", "sheet_low", "sheet_high",
    "column_official", "sheet_likelihood", "column_after", "sheet_evidence",
)  # fmt: skip
_WEEKS = ("sheet_monday", "sheet_load", "sheet_tempo", "sheet_activities")
_MEETINGS = ("sheet_day", "sheet_start", "sheet_end", "sheet_what", "sheet_place")
_REPORT = ("column_activity", "column_terms", "column_done", "column_link", "column_accepted")
_SIGNATURES = ("section_signatures", "name", "sign_signature", "sign_date")


def render_xlsx(
    rec: Recommendation,
    *,
    language: str = "ru",
    progress: RouteProgress | None = None,
    display_name: str | None = None,
    mentor_name: str | None = None,
) -> bytes:
    """The ИОМ as a workbook, every sheet set up for A4.

    Parameters
    ----------
    rec
        The answer of the engine; without a route the sheets of weeks, meetings and report have
        heads alone, and the map tells why.
    language
        ``ru`` or ``en``.
    progress
        How far the route has come; ``None`` = not known, the report is left to be filled in.
    display_name, mentor_name
        Names; ``None`` leaves a cell to fill in, and of the mentor the cipher alone.

    Returns
    -------
    bytes
        XLSX. The same arguments give the same bytes.
    """
    iom = build_iom(
        rec,
        language=language,
        progress=progress,
        display_name=display_name,
        mentor_name=mentor_name,
    )
    book = Workbook()
    writer = _Writer(iom)
    for name, write in writer.sheets():
        sheet = book.create_sheet(phrase(name, iom.language))
        write(_Sheet(sheet))
    book.remove(book.worksheets[0])
    stream = io.BytesIO()
    book.save(stream)
    return repeatable(stream.getvalue(), iom.as_of)


class _Sheet:
    """One sheet that is filled from the top."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        setup = sheet.page_setup
        setup.paperSize, setup.orientation, setup.fitToHeight = 9, "landscape", 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        self.row = 0
        self._widths: tuple[float, ...] = ()

    def widths(self, *widths: float) -> None:
        """Widths of the columns in characters."""
        self._widths = widths
        for i, width in enumerate(widths, 1):
            self.sheet.column_dimensions[get_column_letter(i)].width = width

    def add(self, *values: Value, bold: bool = False, fill: PatternFill | None = None) -> None:
        """One row; an empty text is an empty cell."""
        self.row += 1
        held = _held(values)
        self.sheet.row_dimensions[self.row].height = self._height(held)
        for i, value in enumerate(held, 1):
            cell = self.sheet.cell(self.row, i)
            cell.alignment, cell.border = _WRAP, _RULE
            cell.font = Font(bold=bold)
            if fill is not None:
                cell.fill = fill
            if isinstance(value, str):
                if value:
                    cell.value = value
                    # openpyxl takes "=…" for a formula, and Excel does when the cell is edited
                    cell.data_type, cell.quotePrefix = "s", True
            elif value is not None:
                cell.value = value
                cell.number_format = _FORMATS.get(type(value), "General")

    def _height(self, values: Sequence[Value]) -> float:
        """Height of a row in points; only Excel finds it out where the file says none."""
        texts = [(v, w) for v, w in zip(values, self._widths, strict=False) if isinstance(v, str)]
        lines = max((math.ceil(1.1 * len(text) / width) for text, width in texts), default=1)
        return min(ROW_MOST_POINTS, LINE_POINTS * max(1, lines))

    def head(self, *names: str, repeated: bool = False) -> None:
        """Names of columns; ``repeated`` on every page, and kept in sight."""
        self.add(*names, bold=True, fill=_HEAD)
        if repeated:
            self.sheet.print_title_rows = f"{self.row}:{self.row}"
            self.sheet.freeze_panes = f"A{self.row + 1}"

    def gap(self) -> None:
        """An empty row."""
        self.row += 1


class _Writer:
    """Writes the sheets of one document."""

    def __init__(self, iom: Iom) -> None:
        self.iom = iom

    def t(self, key: str, **values: object) -> str:
        return phrase(key, self.iom.language, **values)

    def heads(self, keys: Sequence[str]) -> Iterable[str]:
        return (self.t(key) for key in keys)

    def sheets(self) -> Iterable[tuple[str, Callable[[_Sheet], None]]]:
        return (
            ("sheet_map", self.map),
            ("sheet_diagnostics", self.diagnostics),
            ("sheet_weeks", self.weeks),
            ("sheet_meetings", self.meetings),
            ("sheet_report", self.report),
        )

    def map(self, sheet: _Sheet) -> None:
        iom = self.iom
        sheet.widths(44, 46, 15, 22, 12, 12, 11, 11, 24, 16, 30)
        sheet.add(self.t("title"), self.t("document_number", id=iom.route_id), bold=True)
        sheet.add(self.t("name"), iom.name)
        if iom.state:
            sheet.add(self.t("document_route_state"), iom.state)
        for name, value in (*iom.about, *iom.inputs):
            sheet.add(name, value)
        for key, lines in (("section_notes", iom.notes), ("section_no_route", iom.refusal)):
            for line in lines:
                sheet.add(self.t(key), line)
        if iom.has_route:
            sheet.gap()
            sheet.add(self.t("section_map"), bold=True)
            for name, value in head_of(iom):
                sheet.add(name, value)
            sheet.add(self.t("sign_tutor"), "")
            self.steps(sheet)
        for title, reason in iom.unmet:
            sheet.add(f"{self.t('section_unmet')}: {title}", reason)
        sheet.add(self.t("section_certificate"), iom.certificate)
        sheet.add(self.t("section_provenance"), iom.provenance)

    def steps(self, sheet: _Sheet) -> None:
        iom = self.iom
        sheet.gap()
        sheet.head(*self.heads(_STEPS))
        for step, view in zip(iom.steps, iom.view.steps, strict=True):
            record = view.record
            sheet.add(
                f"{step.number}. {step.title} ({step.kind})", "; ".join(step.against), step.form,
                step.technologies, record.start, record.end, step.hours,
                record.workload_min / 60, step.document, step.funding,
                "; ".join(filter(None, (step.terms, step.classes, step.workload))),
            )  # fmt: skip
        if iom.steps:
            sheet.add(f"{iom.total}. {iom.money}", bold=True)
        sheet.gap()
        sheet.head(*self.heads(_CHECKPOINTS))
        for c in iom.checkpoints:
            sheet.add(c.stage, c.title, c.when, c.duration)

    def diagnostics(self, sheet: _Sheet) -> None:
        sheet.widths(44, 28, 12, 12, 12, 34, 40, 32, 60)
        sheet.head(*self.heads(_DEFICITS), repeated=True)
        for d, view in zip(self.iom.deficits, self.iom.view.deficits, strict=True):
            measured = not math.isnan(view.estimate)
            numbers = (view.estimate, view.low, view.high) if measured else (d.size, None, None)
            evidence = "; ".join(d.evidence)
            sheet.add(d.title, d.direction, *numbers, d.official, d.likelihood, d.after, evidence)
        sheet.gap()
        sheet.add(self.t("level_rule"))

    def weeks(self, sheet: _Sheet) -> None:
        sheet.widths(14, 14, 14, 110)
        sheet.head(*self.heads(_WEEKS), repeated=True)
        for week in self.iom.weeks:
            activities = "; ".join(week.activities)
            sheet.add(week.monday, week.load_min / 60, week.tempo_min / 60, activities)

    def meetings(self, sheet: _Sheet) -> None:
        sheet.widths(14, 10, 10, 80, 50)
        sheet.head(*self.heads(_MEETINGS), repeated=True)
        for m in self.iom.meetings:
            sheet.add(m.day, *_times(m), m.what, m.place)

    def report(self, sheet: _Sheet) -> None:
        iom = self.iom
        sheet.widths(60, 26, 40, 34, 34)
        sheet.head(*self.heads(_REPORT), repeated=True)
        for r in iom.report:
            sheet.add(f"{r.number}. {r.title}", r.terms, r.done, r.link, r.accepted)
        for title, lines in ((None, iom.product), ("section_reflection", iom.reflection)):
            if lines:
                sheet.gap()
            if lines and title:
                sheet.add(self.t(title), bold=True)
            for line in lines:
                sheet.add(line, "")
        if not iom.has_route:
            return
        sheet.gap()
        sheet.head(*self.heads(_SIGNATURES))
        for signature in iom.signatures:
            sheet.add(signature.role, signature.name, "", "")


def _times(meeting: IomMeeting) -> tuple[dt.time | None, dt.time | None]:
    """Times of the day of the educator's zone."""
    if meeting.start is None or meeting.end is None:
        return None, None
    return meeting.start.time(), meeting.end.time()


def _held(values: Sequence[Value]) -> list[Value]:
    """Values with texts cleaned; what no cell can hold of a text goes on behind the row."""
    texts = [clean(value) if isinstance(value, str) else value for value in values]
    over = [
        text[at : at + CELL_MOST_CHARS]
        for text in texts
        if isinstance(text, str)
        for at in range(CELL_MOST_CHARS, len(text), CELL_MOST_CHARS)
    ]
    return [t[:CELL_MOST_CHARS] if isinstance(t, str) else t for t in texts] + over
