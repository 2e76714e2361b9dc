"""The passport of the regional system (384-а, п. 2, «Паспорт …»; пп. 4.2.2, 5.3)."""

from __future__ import annotations

from engine.documents.reports.infrastructure import infrastructure, resources
from engine.documents.reports.make import days_said, provenance
from engine.documents.reports.model import Block, Report, Said, Section
from engine.documents.reports.participation import diagnosed, month_trend, participation, routes
from engine.documents.reports.programmes import funding, programmes
from engine.documents.reports.staff import staff
from engine.indicators.periods import ReportPeriod
from engine.region_record import RegionRecord


def build_passport(
    record: RegionRecord, days: ReportPeriod, results: tuple[Block, ...] = ()
) -> Report:
    """What the regulation wants known of the system; what the data do not tell is not stated.

    Parameters
    ----------
    days
        Period of what happens over time; what is there is that of its last day.
    results
        Blocks on the indicators; empty = the section tells counts alone.
    """
    sections = (
        _section("staff", staff(record, days), wide=True),
        _section("programmes", programmes(record, days), wide=True),
        _section("infrastructure", tuple(infrastructure(record, days))),
        _section("funding", tuple(funding(record, days))),
        _section(
            "participation",
            (
                diagnosed(record, days),
                *participation(record, days),
                *routes(record, days),
                month_trend(record, days),
            ),
        ),
        _section("resources", (resources(record, days),)),
        _section("results", results),
    )
    return Report(
        id="passport",
        title=Said("passport_title"),
        subtitle=(Said("passport_basis"), days_said(days)),
        as_of=record.as_of,
        sections=tuple(s for s in sections if s.blocks),
        provenance=provenance(record, days),
    )


def _section(name: str, blocks: tuple[Block, ...], *, wide: bool = False) -> Section:
    return Section(name, Said(f"section_{name}"), Said(f"short_{name}"), blocks, wide)
