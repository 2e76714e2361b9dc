"""Who works in the system: educators by position and district, methodists, mentors."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from engine.documents.reports.counts import People, counted, people_of, share, young
from engine.documents.reports.make import count, facts, note, numbers, said, words
from engine.documents.reports.model import (
    Amount,
    Block,
    Cell,
    Column,
    Drawing,
    Facts,
    Figure,
    Heading,
    Name,
    Said,
    Table,
    Unit,
)
from engine.documents.reports.scope import organisation_titles
from engine.domain import Level, MentorForm, Position
from engine.indicators.periods import ReportPeriod
from engine.region_record import RegionRecord

PRINTED = 80
NO_DISTRICT = Said("district_not_stated")


def staff(record: RegionRecord, days: ReportPeriod) -> tuple[Block, ...]:
    """Blocks on the staff of a region or of a part of it."""
    people = people_of(record, days)
    return (
        _numbers(record, people),
        note(said("young_rule", last=days.last)),
        _positions(record),
        *districts(record, people),
        Heading(Said("methodists")),
        _methodists(record, days),
        Heading(Said("mentors")),
        *_mentors(record, days, people),
    )


def _numbers(record: RegionRecord, people: People) -> Facts:
    rural = record.educators["rural"]
    known = int(rural.notna().sum())
    return facts(
        ("educators", count(len(record.educators))),
        ("managers", count(people.managers.sum())),
        ("young", count(people.young.sum())),
        ("young_dates_known", count(_dates_known(record))),
        ("organisations", count(record.educators["organisation"].nunique())),
        ("districts", count(_n_districts(record))),
        ("rural_share", share(int((rural == True).sum()), known) if known else None),  # noqa: E712
    )


def _n_districts(record: RegionRecord) -> int:
    return int(record.educators.loc[record.educators["district"] != "", "district"].nunique())


def _dates_known(record: RegionRecord) -> int:
    frame = record.educators
    return int((frame["turns_35_on"].notna() & frame["pedagogical_start"].notna()).sum())


def _positions(record: RegionRecord) -> Figure:
    found = counted(record.educators["position"].notna(), record.educators["position"])
    total = len(record.educators)
    order = {position.value: i for i, position in enumerate(Position)}
    rows = tuple(
        (Name("position", p), Amount(n), share(n, total))
        for p, n in sorted(found.items(), key=lambda item: (-item[1], order.get(str(item[0]), 99)))
    )
    table = Table(
        Said("by_position"),
        (words("position", 3), numbers("column_people"), numbers("column_share")),
        rows,
    )
    return Figure(Drawing.BARS, table)


def districts(record: RegionRecord, people: People) -> Iterator[Block]:
    """A row for each district, drawn by the share diagnosed; nothing for fewer than two."""
    column = record.educators["district"]
    names = sorted(set(column), key=lambda name: (not name, name.casefold()))
    if len(names) < 2:
        return
    rows = tuple((name or NO_DISTRICT, *_counts(people, column == name)) for name in names)
    total: tuple[Cell, ...] = (Said("total"), *_counts(people, people.everyone))
    yield Figure(
        Drawing.BARS,
        Table(
            Said("by_district"),
            (words("district", 2.6), *(numbers(head) for head in PLACE_COLUMNS)),
            rows,
            total,
            note=Said("by_district_note"),
        ),
        values=(5,),
    )


PLACE_COLUMNS = (
    "column_people", "column_managers", "column_young", "column_diagnosed",
    "column_share_diagnosed", "column_routed", "column_took_part", "column_mentored",
)  # fmt: skip
"""Columns of a table of districts or of organisations; ``_counts`` fills them."""


def _counts(people: People, here: pd.Series) -> tuple[Amount, ...]:
    everyone = int(here.sum())
    diagnosed = int((here & people.diagnosed).sum())
    after = (people.routed, people.took_part, people.mentored)
    return (
        count(everyone),
        count((here & people.managers).sum()),
        count((here & people.young).sum()),
        count(diagnosed),
        share(diagnosed, everyone),
        *(count((here & mask).sum()) for mask in after),
    )


def organisations(record: RegionRecord, people: People) -> Figure:
    """A row for each organisation, drawn as districts are."""
    title = organisation_titles(record)
    column = record.educators["organisation"]
    ids = sorted(set(column.dropna()), key=lambda i: ((title(i) or "").casefold(), i))
    rows: list[tuple[Cell, ...]] = [(title(i), *_counts(people, column == i)) for i in ids]
    if column.isna().any():
        rows.append((Said("organisation_not_stated"), *_counts(people, column.isna())))
    return Figure(
        Drawing.BARS,
        Table(
            Said("by_organisation"),
            (words("organisation", 2.6), *(numbers(head) for head in PLACE_COLUMNS)),
            tuple(rows),
            (Said("total"), *_counts(people, people.everyone)),
            note=Said("by_district_note"),
            printed=PRINTED,
        ),
        values=(5,),
    )


def _methodists(record: RegionRecord, days: ReportPeriod) -> Table:
    rows = []
    for level in Level:
        found = [
            m
            for m in record.registers.methodists
            if m.level is level and m.in_post.holds_on(days.last)
        ]
        if not found:
            continue
        trained = [m.trained_until for m in found if m.trained_until is not None]
        rows.append(
            (
                Name("level", level),
                count(len(found)),
                count(sum(day >= days.last for day in trained)),
                count(len({e for m in found for e in m.educators})),
                count(len({o for m in found for o in m.organisations})),
            )
        )
    return Table(
        said("methodists_table", last=days.last),
        (
            words("level", 2),
            numbers("column_people"),
            numbers("column_trained_tutor", 1.4),
            numbers("column_assigned_educators", 1.4),
            numbers("column_assigned_organisations", 1.4),
        ),
        tuple(rows),
        empty=Said("register_empty"),
    )


def _mentors(record: RegionRecord, days: ReportPeriod, people: People) -> Iterator[Block]:
    mentors = record.mentors
    consenting = [m for m in mentors if m.consent]
    newcomers = int(young(record.educators, days.last).sum())
    yield facts(
        ("mentors_registered", count(len(mentors))),
        ("mentors_consent", count(len(consenting))),
        ("mentors_trained", _trained(record, days)),
        ("mentors_places", count(sum(m.capacity for m in consenting))),
        ("young_with_mentor", share(int((people.young & people.mentored).sum()), newcomers)),
    )
    columns: tuple[Column, ...] = (words("form", 3), numbers("mentors"), numbers("column_mentored"))
    rows = []
    for form in MentorForm:
        during = [
            a
            for a in record.registers.accompaniments
            if a.form is form and a.during.meets(days.first, days.last)
        ]
        ready = sum(form in m.forms for m in consenting)
        if ready or during:
            cared = len({a.educator_id for a in during})
            rows.append((Name("mentor_form", form), Amount(float(ready)), Amount(float(cared))))
    yield Table(Said("mentor_forms"), columns, tuple(rows), empty=Said("register_empty"))


def _trained(record: RegionRecord, days: ReportPeriod) -> Amount:
    """Mentors whose training counts on the last day; not stated where no card states it."""
    stated = [m.trained_until for m in record.mentors if m.trained_until is not None]
    if not stated:
        return Amount(None)
    return Amount(float(sum(day >= days.last for day in stated)), Unit.COUNT)
