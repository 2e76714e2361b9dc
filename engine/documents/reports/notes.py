"""Аналитические справки of a municipal authority, a methodical service and a head of school.

1184-р, п. 5.5 names these addressees beside the educator, whose note is ``educator``. Each takes
the record of its own people (``scope.narrowed``) and a table of their deficits, which decided
already what may be printed of few people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from engine.deficits.group_table import GroupTable
from engine.documents.reports.counts import people_of, protected, shown
from engine.documents.reports.group_deficits import by_group, estimates, official_levels
from engine.documents.reports.infrastructure import infrastructure
from engine.documents.reports.make import (
    count,
    days_said,
    facts,
    listed,
    note,
    numbers,
    provenance,
    said,
    words,
)
from engine.documents.reports.model import (
    Block,
    Bullets,
    Cell,
    Report,
    Said,
    Section,
    Table,
    Text,
)
from engine.documents.reports.participation import diagnosed, month_trend, participation, routes
from engine.documents.reports.staff import organisations
from engine.indicators.periods import ReportPeriod
from engine.lifecycle.states import RouteState
from engine.region_record import RegionRecord

SCHOOL_LEAST = 5
"""Fewest people that a number in the note of a school speaks of, as in tables of groups."""


def build_municipality_note(
    record: RegionRecord,
    days: ReportPeriod,
    district: str,
    table: GroupTable | None,
    advice: Sequence[Block] = (),
) -> Report:
    """For the authority of a district: its schools, deficits, routes, and what is advised.

    Parameters
    ----------
    table
        Deficits of the district's people by school; ``None`` = nothing was worked out.
    advice
        Blocks of address recommendations.
    """
    people = people_of(record, days)
    sections = (
        _section("people", (diagnosed(record, days), organisations(record, people)), wide=True),
        _section("deficits", tuple(_deficits(table, Said("by_school")))),
        _section("routes", (*routes(record, days), month_trend(record, days))),
        _section("participation", tuple(participation(record, days))),
        _section("advice", _advised(advice)),
    )
    subtitle = (Said("note_basis"), said("for_district", district=district), days_said(days))
    return _report("municipality", district, subtitle, record, days, sections)


def build_service_note(
    record: RegionRecord,
    days: ReportPeriod,
    district: str | None,
    table: GroupTable | None,
    advice: Sequence[Block] = (),
) -> Report:
    """For a methodical service: subjects, who is to be accompanied, places to learn, advice.

    Parameters
    ----------
    district
        ``None`` = the region's service.
    table
        Deficits of the people by subject; ``None`` = nothing was worked out.
    advice
        Blocks of address recommendations.
    """
    sections = (
        _section("deficits", tuple(_deficits(table, Said("by_subject")))),
        _section("support", tuple(_support(record, days))),
        _section("routes", tuple(routes(record, days))),
        _section("participation", tuple(participation(record, days))),
        _section("places", tuple(infrastructure(record, days))),
        _section("advice", _advised(advice)),
    )
    whom = Said("for_region") if district is None else said("for_district", district=district)
    subtitle = (Said("note_basis"), whom, days_said(days))
    return _report("service", district or "region", subtitle, record, days, sections)


def build_school_note(
    record: RegionRecord,
    days: ReportPeriod,
    organisation: tuple[str, str],
    table: GroupTable | None,
    advice: Sequence[Block] = (),
) -> Report:
    """For the head of a school: levels, never scores or estimates; no number of few people.

    Parameters
    ----------
    organisation
        Id and title.
    table
        Deficits of the school's people; ``None`` = nothing was worked out.
    advice
        Blocks of address recommendations.
    """
    least = max(SCHOOL_LEAST, 0 if table is None else table.least_people)
    levels = () if table is None else tuple(official_levels(table, Said("official_levels")))
    sections = (
        _section("people", (_school_people(record, days, least), note(Said("hidden_note")))),
        _section("deficits", levels or (note(Said("not_worked_out")),)),
        _section("routes", (diagnosed(record, days, least=least),
                            *routes(record, days, least=least))),
        _section("participation", tuple(participation(record, days, least=least))),
        _section("advice", _advised(advice)),
    )  # fmt: skip
    key, title = organisation
    subtitle = (Said("note_basis"), said("for_school", title=title), days_said(days))
    return _report("school", key, subtitle, record, days, sections)


# ------------------------------------------------------------------------------ pieces


def _section(name: str, blocks: tuple[Block, ...], *, wide: bool = False) -> Section:
    return Section(name, Said(f"section_{name}"), Said(f"short_{name}"), blocks, wide)


def _report(
    kind: str,
    about: str,
    subtitle: tuple[Text, ...],
    record: RegionRecord,
    days: ReportPeriod,
    sections: Sequence[Section],
) -> Report:
    return Report(
        id=f"{kind}-{about}",
        title=Said(f"{kind}_title"),
        subtitle=subtitle,
        as_of=record.as_of,
        sections=tuple(s for s in sections if s.blocks),
        provenance=provenance(record, days),
    )


def _deficits(table: GroupTable | None, title: Said) -> Iterator[Block]:
    if table is None:
        yield note(Said("not_worked_out"))
        return
    yield from official_levels(table, Said("official_levels"))
    yield from estimates(table, Said("estimated_deficits"))
    yield from by_group(table, title)


def _advised(advice: Sequence[Block]) -> tuple[Block, ...]:
    return tuple(advice) or (Bullets((Said("advice_none"),)),)


def _school_people(record: RegionRecord, days: ReportPeriod, least: int) -> Block:
    people = people_of(record, days)
    total = len(record.educators)

    def part(mask: pd.Series) -> Cell:
        kept = protected({"in": int(mask.sum()), "out": total - int(mask.sum())}, least)
        return shown(kept["in"])

    return facts(
        ("educators", count(total)),
        ("managers", count(people.managers.sum())),
        ("young", part(people.young)),
        ("column_mentored", part(people.mentored)),
    )


def _support(record: RegionRecord, days: ReportPeriod) -> Iterator[Block]:
    """Whom methodists accompany, and what waits for them."""
    people = people_of(record, days)
    assigned = {e for m in record.registers.methodists for e in m.educators}
    known = record.educators["educator"]
    waiting = record.routes[record.routes["state"] == RouteState.PROPOSED.value]
    back = record.routes[record.routes["state"] == RouteState.RETURNED.value]
    unrouted = people.diagnosed & ~people.routed
    young = people.young & ~people.mentored
    yield facts(
        ("assigned", count(known.isin(assigned).sum())),
        ("unassigned", count((~known.isin(assigned)).sum())),
        ("routes_waiting", count(len(waiting))),
        ("routes_returned", count(len(back))),
        ("diagnosed_without_route", count(unrouted.sum())),
        ("young_without_mentor", count(young.sum())),
    )
    yield Table(
        Said("to_accompany"),
        (words("why_accompany", 3), numbers("column_people"), words("ciphers", 5)),
        tuple(
            (Said(why), count(len(ids)), listed(ids[:_NAMED]) or "")
            for why, ids in (
                ("diagnosed_without_route", sorted(known[unrouted])),
                ("young_without_mentor", sorted(known[young])),
                ("routes_waiting", sorted(set(waiting["educator"]))),
                ("routes_returned", sorted(set(back["educator"]))),
            )
            if ids
        ),
        note=said("ciphers_note", most=_NAMED),
        empty=Said("nobody_waits"),
    )


_NAMED = 40
