"""The yearly report on the system, of the region and of its districts (1184-р, п. 1.8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.analysis.results import Addressee, Analysis
from engine.documents.reports import analysis_blocks, indicator_blocks
from engine.documents.reports.counts import people_of
from engine.documents.reports.make import (
    count,
    days_said,
    facts,
    note,
    provenance,
    said,
    warning,
)
from engine.documents.reports.model import Block, Bullets, Report, Said, Section, Text, Word
from engine.documents.reports.participation import diagnosed, month_trend, participation, routes
from engine.documents.reports.scope import organisation_titles
from engine.documents.reports.staff import districts, organisations
from engine.domain import Reason
from engine.indicators.periods import ReportPeriod
from engine.indicators.results import IndicatorReport
from engine.region_record import RegionRecord


def build_yearly_report(
    record: RegionRecord,
    days: ReportPeriod,
    indicators: Sequence[IndicatorReport] = (),
    analysis: Analysis | None = None,
    *,
    district: str | None = None,
) -> Report:
    """How the system went in a period: indicators, deficits, routes, plan, recommendations.

    Parameters
    ----------
    record
        Of the region, or of the district alone.
    indicators
        One regulation or several; each has a section.
    analysis
        Of the region; ``None`` = the sections that need it say that it was not made.
    district
        Whom the report is about; ``None`` = the region.
    """
    whom = Said("for_region") if district is None else said("for_district", district=district)
    sections = (
        _section("summary", _summary(record, days, indicators)),
        *_indicators(record, indicators),
        _section("deficits", _deficits(analysis, district)),
        _section("routes", (*routes(record, days), month_trend(record, days))),
        _section("participation", tuple(participation(record, days))),
        _section("municipal", tuple(_places(record, days, district)), wide=True),
        _section("catalogue", _lacking(analysis)),
        _section("mentoring", _mentoring(analysis)),
        *_controls(indicators),
        _section("advice", _advice(analysis, district)),
    )
    return Report(
        id=f"yearly-{days.last.year}" + (f"-{district}" if district else ""),
        title=Said("yearly_title"),
        subtitle=(Said("yearly_basis"), whom, days_said(days)),
        as_of=record.as_of,
        sections=tuple(s for s in sections if s.blocks),
        provenance=provenance(
            record,
            days,
            ("regulations", tuple(i.regulation for i in indicators) or None),
            ("policy", None if analysis is None else analysis.policy),
        ),
    )


def _section(name: str, blocks: tuple[Block, ...], *, wide: bool = False) -> Section:
    return Section(name, Said(f"section_{name}"), Said(f"short_{name}"), blocks, wide)


def _summary(
    record: RegionRecord, days: ReportPeriod, indicators: Sequence[IndicatorReport]
) -> tuple[Block, ...]:
    people = people_of(record, days)
    blocks: list[Block] = [
        facts(
            ("educators", count(len(record.educators))),
            ("managers", count(people.managers.sum())),
            ("young", count(people.young.sum())),
            ("organisations", count(record.educators["organisation"].nunique())),
        ),
        diagnosed(record, days),
    ]
    if record.as_of.date() < days.last:
        blocks.append(warning(said("period_not_over", day=record.as_of.date())))
    for report in indicators:
        blocks += list(indicator_blocks.values(report))
        notes: list[Text] = [Word(Reason(code), "indicators") for code in report.notes]
        if notes:
            blocks.append(Bullets(tuple(notes)))
    return tuple(blocks)


def _indicators(record: RegionRecord, found: Sequence[IndicatorReport]) -> Iterator[Section]:
    titles = organisation_titles(record)
    for report in found:
        if not report.indicators:  # a plan of actions alone
            continue
        blocks = tuple(indicator_blocks.indicators(report, titles))
        name = f"indicators-{report.profile}"
        title = said("section_indicators", title=report.title)
        yield Section(name, title, said("short_indicators", profile=report.profile), blocks)


def _controls(found: Sequence[IndicatorReport]) -> Iterator[Section]:
    for report in found:
        blocks = tuple(indicator_blocks.controls(report))
        name = f"controls-{report.profile}"
        title = said("section_controls", title=report.title)
        short = said("short_controls", profile=report.profile)
        yield Section(name, title, short, blocks, wide=True)


def _deficits(analysis: Analysis | None, district: str | None) -> tuple[Block, ...]:
    if analysis is None:
        return (note(Said("not_analysed")),)
    if district is not None:
        return tuple(analysis_blocks.of_district(analysis, district))
    return tuple(analysis_blocks.deficits(analysis))


def _places(record: RegionRecord, days: ReportPeriod, district: str | None) -> Iterator[Block]:
    people = people_of(record, days)
    if district is None:
        yield from districts(record, people)
    else:
        yield organisations(record, people)


def _lacking(analysis: Analysis | None) -> tuple[Block, ...]:
    return () if analysis is None else tuple(analysis_blocks.catalogue(analysis))


def _mentoring(analysis: Analysis | None) -> tuple[Block, ...]:
    return () if analysis is None else tuple(analysis_blocks.mentors(analysis.mentors))


def _advice(analysis: Analysis | None, district: str | None) -> tuple[Block, ...]:
    if analysis is None:
        return (note(Said("not_analysed")),)
    if district is not None:
        return analysis_blocks.advice_for(analysis, (Addressee.MUNICIPALITY,), district)
    addressees = (
        Addressee.REGION,
        Addressee.MUNICIPALITY,
        Addressee.METHODICAL_SERVICE,
        Addressee.ORGANISATION,
        Addressee.EDUCATOR,
    )
    return analysis_blocks.advice_for(analysis, addressees)
