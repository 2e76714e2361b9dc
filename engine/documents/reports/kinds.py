"""Reports by name, put together from a record of a region and what is computed of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.analysis.results import Addressee, Analysis
from engine.deficits.group_table import GroupTable
from engine.deficits.groupings import Grouping
from engine.documents.reports import indicator_blocks
from engine.documents.reports.analysis_blocks import advice_for, school_advice
from engine.documents.reports.model import Block, Report
from engine.documents.reports.notes import (
    SCHOOL_LEAST,
    build_municipality_note,
    build_school_note,
    build_service_note,
)
from engine.documents.reports.passport import build_passport
from engine.documents.reports.scope import Scope, narrowed, organisation_titles
from engine.documents.reports.yearly import build_yearly_report
from engine.errors import Fault, InputError
from engine.indicators.periods import ReportPeriod
from engine.indicators.results import IndicatorReport
from engine.region_record import RegionRecord


class ReportName(StrEnum):
    """Reports on a region or on a part of it."""

    YEARLY = "yearly"
    PASSPORT = "passport"
    MUNICIPALITY = "municipality"
    SERVICE = "methodical-service"
    SCHOOL = "school"


ASKED_BY: Mapping[ReportName, str] = {
    ReportName.YEARLY: "leningrad-oblast",
    ReportName.PASSPORT: "primorye",
}
"""Regulation that asks for the report; told where the region has none of its own."""


def profiles_for(name: ReportName, own: str | None) -> tuple[str, ...]:
    """Regulations that a report tells of where none is named.

    Parameters
    ----------
    own
        Of the region; ``None`` = it has none with indicators.

    Returns
    -------
    tuple
        The yearly report tells the plan of actions too, which asks for it.
    """
    asked_by = ASKED_BY.get(name)
    if asked_by is None:
        return ()
    if own is None:
        return (asked_by,)
    return (own, asked_by) if name is ReportName.YEARLY and own != asked_by else (own,)


@dataclass(frozen=True, slots=True)
class Asked:
    """What report is wanted.

    Parameters
    ----------
    profiles
        Regulations whose indicators it tells; empty = the one that asks for it.
    district
        Whom the note of an authority is about; narrows the yearly report and the note of a
        methodical service. ``None`` = the region.
    organisation
        Id of the school that the note of a head is about.
    """

    name: ReportName
    period: ReportPeriod
    profiles: tuple[str, ...] = ()
    district: str | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Computed:
    """What a report asks to be computed, each only where it needs it.

    Parameters
    ----------
    indicators
        Of a record, by one regulation, in the period, with parts by these dimensions.
    analysis
        Of the whole region; ``None`` = there is none.
    deficits
        Of the people of a record, by groups; ``None`` = of nobody.
    """

    indicators: Callable[[RegionRecord, str, ReportPeriod, tuple[str, ...]], IndicatorReport]
    analysis: Callable[[], Analysis | None]
    deficits: Callable[[RegionRecord, Grouping], GroupTable | None]


def build_report(record: RegionRecord, asked: Asked, computed: Computed) -> Report:
    """The report that is wanted.

    Raises
    ------
    InputError
        ``report_district_unknown``, ``report_organisation_unknown``: the place is not named
        where the report needs one, or the record knows none of that name.
    """
    scope = _scope(record, asked)
    part = narrowed(record, scope)
    return _BUILDERS[asked.name](record, part, asked, computed)


def _scope(record: RegionRecord, asked: Asked) -> Scope:
    if asked.name is ReportName.SCHOOL:
        _check(asked.organisation, _organisations(record), "organisation")
        return Scope(organisation=asked.organisation)
    if asked.name is ReportName.PASSPORT:
        return Scope()
    if asked.district is not None or asked.name is ReportName.MUNICIPALITY:
        _check(asked.district, _districts(record), "district")
    return Scope(district=asked.district)


def _check(asked: str | None, known: frozenset[str], what: str) -> None:
    if asked in known:
        return
    some = ", ".join(sorted(known)[:12]) + ("…" if len(known) > 12 else "")
    code = f"report_{what}_unknown"
    detail = f"{_SAID[what]} «{asked or ''}» нет в данных; есть: {some or '—'}"
    parameters: dict[str, object] = {"asked": asked or "", "known": some}
    raise InputError([Fault(code, detail, f"/{what}", parameters=parameters)])


_SAID = {"district": "района", "organisation": "организации"}


def _districts(record: RegionRecord) -> frozenset[str]:
    return frozenset(d for d in record.educators["district"] if d)


def _organisations(record: RegionRecord) -> frozenset[str]:
    return frozenset(record.educators["organisation"].dropna())


# ------------------------------------------------------------------------------ builders


def _yearly(whole: RegionRecord, part: RegionRecord, asked: Asked, computed: Computed) -> Report:
    parts = ("organisation", "position", "young") if asked.district else _REGION_PARTS
    found = [
        computed.indicators(part, profile, asked.period, parts) for profile in _profiles(asked)
    ]
    analysis = computed.analysis()
    return build_yearly_report(part, asked.period, found, analysis, district=asked.district)


_REGION_PARTS = ("district", "position", "young")


def _passport(whole: RegionRecord, part: RegionRecord, asked: Asked, computed: Computed) -> Report:
    titles = organisation_titles(whole)
    results: list[Block] = []
    for profile in _profiles(asked):
        found = computed.indicators(whole, profile, asked.period, ("district",))
        results += indicator_blocks.values(found)
        results += indicator_blocks.indicators(found, titles)
    return build_passport(whole, asked.period, tuple(results))


def _municipality(
    whole: RegionRecord, part: RegionRecord, asked: Asked, computed: Computed
) -> Report:
    district = asked.district or ""
    table = computed.deficits(part, Grouping.SCHOOL)
    advice = _advice(computed, (Addressee.MUNICIPALITY,), district)
    return build_municipality_note(part, asked.period, district, table, advice)


def _service(whole: RegionRecord, part: RegionRecord, asked: Asked, computed: Computed) -> Report:
    table = computed.deficits(part, Grouping.SUBJECT)
    advice = _advice(computed, (Addressee.METHODICAL_SERVICE,), asked.district)
    return build_service_note(part, asked.period, asked.district, table, advice)


def _school(whole: RegionRecord, part: RegionRecord, asked: Asked, computed: Computed) -> Report:
    key = asked.organisation or ""
    title = organisation_titles(whole)(key) or key
    table = computed.deficits(part, Grouping.ALL)
    analysis = computed.analysis()
    advice = () if analysis is None else school_advice(analysis, key, SCHOOL_LEAST)
    return build_school_note(part, asked.period, (key, title), table, advice)


def _advice(
    computed: Computed, addressees: tuple[Addressee, ...], about: str | None
) -> tuple[Block, ...]:
    analysis = computed.analysis()
    return () if analysis is None else advice_for(analysis, addressees, about)


def _profiles(asked: Asked) -> tuple[str, ...]:
    return asked.profiles or profiles_for(asked.name, None)


_BUILDERS: Mapping[ReportName, Callable[[RegionRecord, RegionRecord, Asked, Computed], Report]] = {
    ReportName.YEARLY: _yearly,
    ReportName.PASSPORT: _passport,
    ReportName.MUNICIPALITY: _municipality,
    ReportName.SERVICE: _service,
    ReportName.SCHOOL: _school,
}
