"""Infrastructure of further training: providers, sites, communities, practices, services, teams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.documents.reports.make import (
    count,
    facts,
    listed,
    numbers,
    said,
    stated,
    words,
)
from engine.documents.reports.model import Amount, Block, Cell, Facts, Name, Said, Table
from engine.documents.reports.scope import organisation_titles
from engine.domain import PROGRAMME_KINDS
from engine.indicators.periods import ReportPeriod
from engine.region_record import RegionRecord
from engine.registers import InternshipSite

PRINTED = 100


def infrastructure(record: RegionRecord, days: ReportPeriod) -> Iterator[Block]:
    """Blocks on the infrastructure on the last day of a period."""
    register = record.registers
    yield facts(
        ("sites", count(sum(s.open_during.holds_on(days.last) for s in register.sites))),
        ("site_places", _places([s for s in register.sites if s.open_during.holds_on(days.last)])),
        ("communities", count(sum(c.exists.holds_on(days.last) for c in register.communities))),
        ("practices", count(sum(p.in_bank.holds_on(days.last) for p in register.practices))),
        ("teams", count(sum(t.exists.holds_on(days.last) for t in register.teams))),
    )
    yield _providers(record)
    yield _services(record, days)
    yield _sites(record, days)
    yield _communities(record, days)


def resources(record: RegionRecord, days: ReportPeriod) -> Facts:
    """Information resources that the record can tell of; of sites and systems nothing is known."""
    register = record.registers
    in_bank = [p for p in register.practices if p.in_bank.holds_on(days.last)]
    return facts(
        ("resource_sites", None),
        ("resource_lms", None),
        ("resource_programmes", count(sum(a.kind in PROGRAMME_KINDS for a in record.activities))),
        ("resource_events", count(sum(a.kind not in PROGRAMME_KINDS for a in record.activities))),
        ("resource_practices", count(len(in_bank))),
        ("resource_practices_linked", count(sum(bool(p.link) for p in in_bank))),
        ("resource_communities", count(len(register.communities))),
        ("resource_site_register", count(len(register.sites))),
        ("resource_mentors", count(len(record.mentors))),
        ("resource_deficits", count(record.sittings["educator"].nunique())),
    )


def _places(sites: list[InternshipSite]) -> Amount:
    """Places of the sites that state them; not stated where none does."""
    found = [s.places for s in sites if s.places is not None]
    return Amount(float(sum(found)) if found else None)


def _providers(record: RegionRecord) -> Table:
    of_programmes = Counter(a.provider for a in record.activities if a.kind in PROGRAMME_KINDS)
    of_events = Counter(a.provider for a in record.activities if a.kind not in PROGRAMME_KINDS)
    names = sorted(
        {*of_programmes, *of_events}, key=lambda n: (not n, -of_programmes[n], n.casefold())
    )
    rows = tuple(
        (name or Said("provider_not_stated"), count(of_programmes[name]), count(of_events[name]))
        for name in names
    )
    columns = (words("provider", 4), numbers("programmes"), numbers("events"))
    return Table(Said("providers"), columns, rows, printed=PRINTED)


def _services(record: RegionRecord, days: ReportPeriod) -> Table:
    """Methodical services: the organisations in which methodists work."""
    title = organisation_titles(record)
    groups: dict[tuple[str, str], list[str]] = {}
    for m in record.registers.methodists:
        if m.in_post.holds_on(days.last):
            key = (m.level.value, m.organisation_id or "")
            groups.setdefault(key, []).append(m.district)
    rows: list[tuple[Cell, ...]] = []
    for level, organisation in sorted(groups):
        districts = sorted({d for d in groups[level, organisation] if d})
        rows.append(
            (
                title(organisation or None),
                Name("level", level),
                listed(districts),
                count(len(groups[level, organisation])),
            )
        )
    return Table(
        said("services", last=days.last),
        (
            words("organisation", 4),
            words("level", 1.6),
            words("district", 2),
            numbers("methodists"),
        ),
        tuple(rows),
        empty=Said("register_empty"),
    )


def _sites(record: RegionRecord, days: ReportPeriod) -> Table:
    title = organisation_titles(record)
    rows = tuple(
        (
            site.title,
            title(site.organisation_id),
            stated(site.district),
            None if site.level is None else Name("level", site.level),
            listed(site.subjects) if site.subjects else Said("any_subject"),
            Amount(None if site.places is None else float(site.places)),
            count(len(site.activities)),
        )
        for site in record.registers.sites
        if site.open_during.holds_on(days.last)
    )
    return Table(
        said("sites_list", last=days.last),
        (
            words("title", 3),
            words("organisation", 2.6),
            words("district", 1.5),
            words("level", 1.4),
            words("subjects", 1.6),
            numbers("column_places"),
            numbers("column_activities"),
        ),
        rows,
        empty=Said("register_empty"),
        printed=PRINTED,
    )


def _communities(record: RegionRecord, days: ReportPeriod) -> Table:
    rows = tuple(
        (
            community.title,
            None if community.level is None else Name("level", community.level),
            stated(community.district),
            listed(community.subjects) if community.subjects else Said("any_subject"),
            count(len(community.members)),
        )
        for community in record.registers.communities
        if community.exists.holds_on(days.last)
    )
    return Table(
        said("communities_list", last=days.last),
        (
            words("title", 4),
            words("level", 1.4),
            words("district", 1.8),
            words("subjects", 1.8),
            numbers("column_members"),
        ),
        rows,
        empty=Said("register_empty"),
        printed=PRINTED,
    )
