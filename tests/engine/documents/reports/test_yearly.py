"""The yearly report: every indicator with every reading, the plan word for word, the advice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from engine.analysis.results import (
    Addressee,
    Analysis,
    AnalysisOptions,
    Audience,
    CatalogueGap,
    Concentration,
    Estimate,
    GapCode,
    MentorGroup,
    MentorShortage,
    NodeShare,
    ProposedMentor,
    ProposedRun,
    ProposedRuns,
    Recommendation,
    SeatUse,
    Supply,
)
from engine.deficits.groupings import Grouping
from engine.documents.reports.indicator_blocks import period_name, values
from engine.documents.reports.model import Amount, Drawing, Figure, Report, Said, Tone
from engine.documents.reports.passport import build_passport
from engine.documents.reports.rendering import FORMATS, render
from engine.documents.reports.scope import Scope, narrowed
from engine.documents.reports.speak import Speaker
from engine.documents.reports.yearly import build_yearly_report
from engine.domain import Kind, Position, Reason
from engine.indicators.definitions import IndicatorDefinition, Target
from engine.indicators.periods import Cadence, ReportPeriod
from engine.indicators.results import (
    Control,
    Evidence,
    IndicatorReport,
    IndicatorResult,
    Members,
    Reading,
    Reminder,
    Slice,
)
from engine.wording.messages import parameters_of
from engine.wording.tables import tables
from tests.engine.documents.documents import docx_text, letters, xlsx_cells
from tests.engine.documents.reports.reading import page, said_of, tables_of
from tests.engine.documents.reports.region import AS_OF, YEAR, empty, record
from tests.engine.documents.reports.test_passport import table

NAN = float("nan")
NOBODY = Members("educators", np.array([], dtype=object), np.array([], dtype=bool))
WORDING = "Доля педагогических работников, прошедших диагностику профессиональных дефицитов"


def reading(label: str, numerator: int, denominator: int | None, **more: object) -> Reading:
    value = NAN if denominator == 0 else numerator / (denominator or 1)
    given: dict[str, object] = {
        "id": label, "label": label, "options": (), "numerator": numerator,
        "denominator": denominator, "value": value, "reached": None, "undecided": None,
        "empty_sources": (), "counted": NOBODY, "of": None, **more,
    }  # fmt: skip
    return Reading(**given)  # type: ignore[arg-type]


def definition(key: str, **more: object) -> IndicatorDefinition:
    given: dict[str, object] = {
        "id": key, "wording": WORDING, "clause": "п. 7.1, № 1", "unit": "share",
        "formula": "прошедшие / все", "numerator": "diagnosed", "cadence": Cadence.YEARLY, **more,
    }  # fmt: skip
    return IndicatorDefinition(**given)  # type: ignore[arg-type]


def indicators() -> IndicatorReport:
    """Two indicators: a share with a target, a trend and parts; a count that nobody counts."""
    trend = tuple(
        (ReportPeriod.year(year), value)
        for year, value in ((2024, 0.25), (2025, NAN), (2026, 0.43))
    )
    parts = (
        Slice("district", "Северный", 2, 3, 2 / 3),
        Slice("district", "", 0, 0, NAN),
        Slice("young", "unknown", 1, 2, 0.5),
        Slice("organisation", "S1", 2, 3, 2 / 3),
        Slice("position", "head", 1, 1, 1.0),
    )
    chosen = reading("из всех", 3, 7, reached=True, undecided=1, breakdown=parts, trend=trend)
    return IndicatorReport(
        profile="primorye",
        title="Приморский край",
        regulation="приказ № 384-а",
        cadence=Cadence.YEARLY,
        cadence_wording="не реже одного раза в год",
        period=YEAR,
        as_of=AS_OF,
        indicators=(
            IndicatorResult(
                definition("one", target=Target(0.4, "не менее 40 %")),
                (chosen, reading("из учителей", 2, 4), reading("из никого", 0, 0)),
            ),
            IndicatorResult(definition("two", unit="count"), (reading("все", 12, None),)),
        ),
        controls=(
            Control("5.2", "5. Развитие", "Диагностика компетенций", "В течение года", ("ЛОИРО",),
                    "ГАОУ ДПО «ЛОИРО»", (YEAR,), "shown", (Evidence("прошли диагностику", 3),)),
            Control("6.4", "6. Обеспечение", "Информирование", "Постоянно", ("КОПО",), "КОПО ЛО",
                    (), "no_data"),
            Control("2.5", "2. Инфраструктура", "Площадки", "В течение года", (), "ММС", (YEAR,),
                    "not_shown"),
        ),
        reminders=(
            Reminder("control", "1.8", "Ежегодный отчёт", dt.date(2026, 11, 1),
                     dt.date(2026, 12, 31), "due", 11, ("ЦНППМ",)),
        ),
        notes=("empty_sittings",),
    )  # fmt: skip


def analysis() -> Analysis:
    """One of everything that an analysis can say."""
    physics = Audience(Position.TEACHER, ("физика",))
    rec = Recommendation(
        addressee=Addressee.MUNICIPALITY,
        code="deficit_in_district",
        subject_id="Северный",
        size=40.0,
        parameters={"group": "Северный"},
        closes=Estimate(3.5, (2.0, 5.0)),
    )
    methodical = {"node": "MET", "node_title": "Методические"}
    return Analysis(
        as_of=AS_OF.date(),
        until=dt.date(2027, 5, 31),
        policy="primorye",
        options=AnalysisOptions(),
        n_people=7,
        n_measured=4,
        nodes=(
            NodeShare(
                node="MET",
                title="Методические",
                n_members=7,
                n_measured=4,
                share=Estimate(0.4, (0.2, 0.6)),
                people=Estimate(1.6, (1.0, 2.0)),
            ),
        ),
        concentrations=(
            Concentration(
                grouping=Grouping.DISTRICT,
                key="Северный",
                title="Северный",
                district="",
                **methodical,
                n_measured=90,
                share=Estimate(0.6, (0.5, 0.7)),
                excess=Estimate(0.2, (0.1, 0.3)),
                probability=0.98,
                people=18.0,
            ),
            Concentration(
                grouping=Grouping.SCHOOL,
                key="S2",
                title="Школа № 2",
                district="Южный",
                **methodical,
                n_measured=30,
                share=Estimate(0.7, (0.5, 0.8)),
                excess=Estimate(0.3, (0.1, 0.4)),
                probability=0.97,
                people=9.0,
            ),
        ),
        supply=Supply(deficit=12.5, closable=8.25),
        gaps=(
            CatalogueGap(
                node="MET",
                title="Методические",
                code=GapCode.NO_RUN,
                until=dt.date(2027, 5, 31),
                audiences=(physics,) * 5,
                everyone=False,
                n_measured=412,
                people=Estimate(300.0, (280.0, 320.0)),
                unserved=300.0,
                seats=0,
                activities=(),
            ),
        ),
        runs=ProposedRuns(
            runs=(
                ProposedRun(
                    activity="A1",
                    kind=Kind.DPP_PK,
                    title="Оценивание на уроке",
                    nodes=("MET",),
                    hours_academic=36.0,
                    seats=25,
                    audiences=(physics,),
                    takers=25,
                    closes=Estimate(3.2, (2.0, 4.0)),
                ),
            ),
            closes=3.2,
            limit=3.4,
        ),
        unused_seats=(seats("O1", 20, 4.0, 16, None),),
        oversubscribed=(seats("O2", 5, 40.0, 0, dt.date(2027, 1, 15)),),
        mentors=MentorShortage(
            needing=10,
            accompanied=3,
            unknown=2,
            capacity=8,
            served=8,
            served_in_subject=6,
            groups=(MentorGroup("Южный", Position.TEACHER, "физика", people=4, unserved=3),),
            proposals=(ProposedMentor("Южный", Position.TEACHER, "физика", capacity=2, serves=2),),
        ),
        recommendations=(
            rec,
            replace(rec, subject_id="Южный", size=12.0),
            replace(rec, addressee=Addressee.REGION, subject_id="", closes=None),
        ),
        missing=(Reason("missing_dates", {}),),
    )


def seats(run: str, left: int, need: float, spare: int, until: dt.date | None) -> SeatUse:
    return SeatUse(
        offering=run,
        activity="A1",
        title="Оценивание",
        seats_left=left,
        need=Estimate(need, (need - 1, need + 10)),
        spare=spare,
        enrolment_until=until,
    )


def region() -> Report:
    return build_yearly_report(record(), YEAR, (indicators(),), analysis())


def text_of(report: Report, form: str, language: str = "ru") -> str:
    content = render(report, form, language)
    if form == "html":
        return letters(page(content.decode()).text_content())
    if form == "docx":
        return letters(docx_text(content))
    return letters(" ".join(str(cell) for cell in xlsx_cells(content)))


def test_values_and_readings_by_hand():
    """3 of 7 reaches 40 %; of four teachers two; of nobody there is no value, not zero."""
    report = region()
    rows = table(report, "indicator_values")
    assert rows[0][2:] == [pytest.approx(3 / 7), 3, 7, "не менее 40 %", "да, достигнута"]
    assert rows[1][2:] == [12, 12, "", "", ""]
    first = table(report, "readings")
    assert [row[0] for row in first] == ["из всех", "из учителей", "из никого"]
    assert first[1][1:] == [0.5, 2, 4]
    assert first[2][1] != first[2][1]
    assert first[2][2:] == [0, 0]


def test_the_trend_keeps_the_gap_and_the_target():
    """2025 has no value: a gap of the line; the target is drawn as a line of its own."""
    figures = [b for s in region().sections for b in s.blocks if isinstance(b, Figure)]
    (trend,) = [f for f in figures if f.table.title == Said("trend")]
    assert (trend.drawing, trend.target) == (Drawing.TREND, 0.4)
    assert [row[0] for row in trend.table.rows] == ["2024", "2025", "2026"]
    shown = [row[1].value for row in trend.table.rows]  # type: ignore[union-attr]
    assert shown[0] == 0.25
    assert shown[1] != shown[1]


def test_parts_have_names():
    """Districts, organisations by title, positions in words, and those who do not state it."""
    report = region()
    assert [r[0] for r in table(report, "by_district_slices")] == ["Северный", "не указано"]
    assert [r[0] for r in table(report, "by_organisation_slices")] == ["Школа № 1"]
    assert [r[0] for r in table(report, "by_position_slices")] == ["руководитель организации"]
    assert [r[0] for r in table(report, "by_young_slices")] == ["даты не указаны"]


@pytest.mark.parametrize("form", FORMATS)
def test_wordings_stand_letter_by_letter_in_every_format(form):
    """Indicator, plan, bodies, notes and advice are readable in page, document and workbook."""
    text = text_of(region(), form)
    for said in (
        WORDING, "п. 7.1, № 1", "ГАОУ ДПО «ЛОИРО»", "Информирование", "прошли диагностику: 3",
        "данных нет ни одной диагностики", "Ежегодный отчёт", "подтверждено данными",
        "нет ни одного потока до 31 мая 2027", "учитель: физика", "и ещё групп: 2",
    ):  # fmt: skip
        assert letters(said) in text, said


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("form", FORMATS)
def test_figures_of_the_document_are_those_of_the_model(form, language):
    """Every number of every table, as its language writes it, is in the file."""
    report, speaker = region(), Speaker(language)
    text = text_of(report, form, language)
    for made in tables_of(report):
        for row in made.rows:
            for cell in row:
                if form == "xlsx" and isinstance(cell, Amount | dt.date):
                    continue  # cells of their own kind, read in test_xlsx
                items = cell if isinstance(cell, tuple) else (cell,)
                assert all(letters(speaker.cell(item)) in text for item in items)


def test_every_phrase_has_its_parameters():
    """Phrases of the analysis and of indicators are given what their words need, in both."""
    for language in ("ru", "en"):
        known = tables(language)["report"]
        for said in said_of(region()):
            assert parameters_of(known[said.code]) == set(said.parameters), said.code


def test_a_district_gets_its_own_advice_and_concentrations():
    """The south: its school stands out, its own recommendation; nothing of the north."""
    report = build_yearly_report(
        narrowed(record(), Scope(district="Южный")), YEAR, (), analysis(), district="Южный"
    )
    assert [row[0] for row in table(report, "concentrations")] == ["Школа № 2"]
    assert [row[1:3] for row in table(report, "advice_municipality")] == [["Южный", 12]]
    assert [row[0] for row in table(report, "by_organisation")] == ["Школа № 2", "Всего"]


def test_without_indicators_and_analysis_the_report_says_so():
    """Nothing is filled in for what was not computed; an empty region is reported all the same."""
    for form in FORMATS:
        text = text_of(build_yearly_report(empty(), YEAR), form)
        assert letters("нализ для этого отчёта не делался") in text


def test_a_period_that_goes_on_is_preliminary():
    """Data of 20 December do not tell of the whole year: the report begins with a warning."""
    found = [b for s in region().sections for b in s.blocks if getattr(b, "tone", None)]
    assert [b for b in found if b.tone is Tone.WARNING]
    over = build_yearly_report(record(), ReportPeriod.year(2025))
    assert not [b for s in over.sections for b in s.blocks if getattr(b, "tone", "") == "warning"]


def test_results_of_the_passport_are_the_indicators():
    """The section of results holds the values that the indicators have."""
    report = build_passport(record(), YEAR, tuple(values(indicators())))
    assert report.sections[-1].id == "results"
    assert table(report, "indicator_values")[0][2] == pytest.approx(3 / 7)


@pytest.mark.parametrize(
    ("period", "name"),
    [
        (ReportPeriod.year(2026), "2026"),
        (ReportPeriod.half(2026, 2), "2 полугодие 2026"),
        (ReportPeriod(dt.date(2026, 9, 1), dt.date(2026, 9, 30)),
         "с 1 сентября 2026 по 30 сентября 2026"),
    ],
)  # fmt: skip
def test_periods_are_named(period, name):
    """Years and half-years by their names, anything else by its days."""
    assert Speaker("ru").cell(period_name(period)) == name
