"""The analysis of a region in a report: where deficits stand out, what is lacking, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.analysis.results import (
    Addressee,
    Analysis,
    Audience,
    CatalogueGap,
    Concentration,
    Estimate,
    MentorShortage,
    Recommendation,
    SeatUse,
)
from engine.deficits.groupings import Group, Grouping
from engine.documents.reports.group_deficits import group_name
from engine.documents.reports.make import count, facts, listed, note, numbers, plain, said, words
from engine.documents.reports.model import (
    Amount,
    Block,
    Bullets,
    Cell,
    Drawing,
    Figure,
    Heading,
    Name,
    Said,
    Table,
    Unit,
    Word,
)

PRINTED = 40
AUDIENCES = 3
"""Audiences that a cell names; the others are counted."""


def deficits(analysis: Analysis) -> Iterator[Block]:
    """Shares of deficits above minimal by competency, and the groups that stand out."""
    rows = sorted(analysis.nodes, key=lambda n: (-n.share.value, n.node))
    yield Figure(
        Drawing.BARS,
        Table(
            Said("deficits_by_node"),
            (
                words("competency", 4),
                numbers("share_above", 1.8),
                numbers("people_above", 1.8),
                numbers("column_measured"),
            ),
            tuple(
                (
                    n.title,
                    _estimate(n.share, Unit.SHARE),
                    _estimate(n.people, Unit.COUNT),
                    count(n.n_measured),
                )
                for n in rows
            ),
            note=Said("estimate_note"),
            empty=Said("no_node_shown"),
            printed=PRINTED,
        ),
    )
    yield concentrations(analysis.concentrations, analysis.options.least_excess)


def concentrations(found: Sequence[Concentration], least_excess: float) -> Table:
    """Groups whose deficits exceed those of the rest."""
    return Table(
        Said("concentrations"),
        (
            words("group", 3),
            words("competency", 3),
            numbers("share_above", 1.7),
            numbers("excess", 1.7),
            numbers("probability", 1.5),
            numbers("column_measured"),
        ),
        tuple(
            (
                group_name(Group(c.grouping, c.key, c.title, c.district)),
                c.node_title,
                _estimate(c.share, Unit.SHARE),
                _estimate(c.excess, Unit.CHANGE),
                Amount(c.probability, Unit.SIZE),
                count(c.n_measured),
            )
            for c in found
        ),
        note=said("concentrations_note", excess=Amount(least_excess, Unit.SHARE)),
        empty=Said("no_concentrations"),
        printed=PRINTED,
    )


def of_district(analysis: Analysis, district: str) -> Iterator[Block]:
    """Concentrations in a district and in its schools."""
    found = [
        c
        for c in analysis.concentrations
        if (c.grouping is Grouping.DISTRICT and c.key == district)
        or (c.grouping is Grouping.SCHOOL and c.district == district)
    ]
    yield concentrations(found, analysis.options.least_excess)


def catalogue(analysis: Analysis) -> Iterator[Block]:
    """What the catalogue lacks, which runs would help most, and seats that nobody needs."""
    yield facts(
        ("deficit_whole", Amount(analysis.supply.deficit, Unit.AVERAGE)),
        ("deficit_closable", Amount(analysis.supply.closable, Unit.AVERAGE)),
        ("runs_until", analysis.until),
    )
    yield note(Said("whole_deficits"))
    yield _gaps(analysis.gaps)
    yield from _runs(analysis)
    yield _seats(analysis.unused_seats, Said("unused_seats"), "spare_seats")
    yield _seats(analysis.oversubscribed, Said("oversubscribed"), None)


def _gaps(gaps: Sequence[CatalogueGap]) -> Table:
    return Table(
        Said("gaps"),
        (
            words("competency", 3),
            words("audience", 3),
            words("reason", 2),
            numbers("people_above", 1.6),
            numbers("unserved", 1.2),
            numbers("seats"),
        ),
        tuple(
            (
                g.title,
                Said("for_all") if g.everyone else _audiences(g.audiences),
                said(f"gap_{g.code.value}", until=g.until),
                _estimate(g.people, Unit.COUNT),
                Amount(g.unserved),
                count(g.seats),
            )
            for g in gaps
        ),
        note=Said("gaps_note"),
        empty=Said("no_gaps"),
        printed=PRINTED,
    )


def _runs(analysis: Analysis) -> Iterator[Block]:
    runs = analysis.runs
    yield Figure(
        Drawing.BARS,
        Table(
            Said("runs_to_add"),
            (
                words("activity", 4),
                numbers("run_closes", 1.8),
                words("audience", 3),
                numbers("takers", 1.1),
                numbers("seats"),
            ),
            tuple(
                (
                    r.title or said("new_run", kind=Name("kind", r.kind), nodes=", ".join(r.nodes)),
                    _estimate(r.closes, Unit.AVERAGE),
                    _audiences(r.audiences),
                    count(r.takers),
                    count(r.seats),
                )
                for r in runs.runs
            ),
            note=said(
                "runs_note",
                closes=Amount(runs.closes, Unit.AVERAGE),
                limit=Amount(runs.limit, Unit.AVERAGE),
            ),
            empty=Said("no_runs"),
        ),
    )


def _seats(found: Sequence[SeatUse], title: Said, spare: str | None) -> Table:
    columns = [
        words("activity", 4),
        words("offering", 1.6),
        numbers("seats"),
        numbers("need", 1.6),
        words("enrolment_until", 1.6),
    ]
    if spare is not None:
        columns.insert(3, numbers(spare, 1.1))
    rows: list[tuple[Cell, ...]] = []
    for s in found:
        row: list[Cell] = [s.title, s.offering, count(s.seats_left), _estimate(s.need, Unit.COUNT)]
        if spare is not None:
            row.insert(3, count(s.spare))
        row.append(s.enrolment_until or Said("until_start"))
        rows.append(tuple(row))
    return Table(title, tuple(columns), tuple(rows), empty=Said("no_such_runs"), printed=PRINTED)


def mentors(shortage: MentorShortage | None) -> Iterator[Block]:
    """Who needs a mentor, how many can be served at best, and which mentor would help most."""
    if shortage is None:
        yield plain(Said("mentors_not_needed"))
        return
    yield facts(
        ("mentors_needing", count(shortage.needing)),
        ("mentors_accompanied", count(shortage.accompanied)),
        ("mentors_unknown", count(shortage.unknown)),
        ("mentors_capacity", count(shortage.capacity)),
        ("mentors_served", count(shortage.served)),
        ("mentors_served_in_subject", count(shortage.served_in_subject)),
    )
    yield Table(
        Said("mentor_groups"),
        (
            words("district", 2.4),
            words("position", 2),
            words("subject", 2),
            numbers("column_people"),
            numbers("unserved", 1.2),
        ),
        tuple(
            (*_place(g.district, g.subject, Name("position", g.position)), count(g.people),
             count(g.unserved))
            for g in shortage.groups
        ),
        empty=Said("all_served"),
        printed=PRINTED,
    )  # fmt: skip
    yield Table(
        Said("mentors_to_add"),
        (
            words("district", 2.4),
            words("position", 2),
            words("subject", 2),
            numbers("column_places"),
            numbers("serves", 1.2),
        ),
        tuple(
            (*_place(p.district, p.subject, Name("position", p.position)), count(p.capacity),
             count(p.serves))
            for p in shortage.proposals
        ),
        empty=Said("no_mentor_helps"),
        printed=PRINTED,
    )  # fmt: skip


def _place(district: str, subject: str, position: Name) -> tuple[Cell, Cell, Cell]:
    return district or Said("district_not_stated"), position, subject or Said("any_subject")


# ------------------------------------------------------------------------------ advice


def advice_for(
    analysis: Analysis, addressees: Iterable[Addressee], about: str | None = None
) -> tuple[Block, ...]:
    """Address recommendations, a table for each addressee.

    Parameters
    ----------
    about
        District or organisation; ``None`` = all of them. Of what is for methodical services,
        recommendations that name another district are left out; of what is for authorities and
        heads, those that do not name this one.
    """
    blocks: list[Block] = []
    for addressee in addressees:
        found = [
            r
            for r in analysis.recommendations
            if r.addressee is addressee and (about is None or _is_about(r, about))
        ]
        blocks.append(_advice(addressee, found))
    if analysis.missing:
        blocks.append(Heading(Said("not_said")))
        blocks.append(plain(*(Word(m, "missing") for m in analysis.missing)))
    return tuple(blocks)


def _is_about(found: Recommendation, about: str) -> bool:
    if found.addressee is Addressee.METHODICAL_SERVICE:
        return found.parameters.get("district") in (None, "", about)
    return found.subject_id in ("", about)


def _advice(addressee: Addressee, found: Sequence[Recommendation]) -> Table:
    return Table(
        Said(f"advice_{addressee.value}"),
        (
            words("what_to_do", 6),
            words("whom_about", 2),
            numbers("column_people", 1.1),
            numbers("would_close", 1.8),
        ),
        tuple(
            (
                Word(r, "recommendation"),
                _whom(r),
                Amount(r.size, Unit.COUNT),
                "" if r.closes is None else _estimate(r.closes, Unit.AVERAGE),
            )
            for r in found
        ),
        note=Said("advice_table_note"),
        empty=Said("advice_none"),
        printed=PRINTED,
    )


def school_advice(analysis: Analysis, organisation: str, least: int) -> tuple[Block, ...]:
    """What stands out at a school, by name alone: its head sees levels, no estimates.

    Parameters
    ----------
    least
        Fewest people measured that a line may rest on.
    """
    lines = tuple(
        said("advice_school_deficit", node=c.node_title)
        for c in analysis.concentrations
        if c.grouping is Grouping.SCHOOL and c.key == organisation and c.n_measured >= least
    )
    return (Bullets(lines),) if lines else ()


def _whom(found: Recommendation) -> Cell:
    """Name of the place, subject or run that a recommendation is about, where it names one."""
    if not found.subject_id:
        return Said("for_all")
    title = found.parameters.get("title")
    return title if isinstance(title, str) and title else found.subject_id


def _audiences(found: Sequence[Audience]) -> Cell:
    named = tuple(_audience(a) for a in found[:AUDIENCES])
    more = len(found) - len(named)
    return (*named, said("and_more", more=more)) if more else (listed(named) or "")


def _audience(audience: Audience) -> Said:
    return said(
        "audience_named",
        position=Name("position", audience.position),
        subjects=", ".join(audience.subjects),
    )


def _estimate(estimate: Estimate, unit: Unit) -> Amount:
    return Amount(estimate.value, unit, *estimate.interval_90)
