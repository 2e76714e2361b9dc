"""Аналитическая справка of an educator (1184-р, п. 5.5): deficits, changes, route, what next."""

from __future__ import annotations

from collections.abc import Iterator

from engine.documents.reports.make import (
    count,
    facts,
    listed,
    note,
    numbers,
    plain,
    said,
    stated,
    words,
)
from engine.documents.reports.model import (
    Amount,
    Block,
    Bullets,
    Cell,
    Drawing,
    Figure,
    Name,
    Report,
    Said,
    Section,
    Table,
    Text,
    Unit,
    Word,
)
from engine.lifecycle.states import RouteProgress
from engine.recommendation import DeficitEntry, Recommendation, Step
from engine.wording.summaries import LEVELS


def build_educator_note(
    rec: Recommendation,
    *,
    progress: RouteProgress | None = None,
    display_name: str | None = None,
    advice: tuple[Text, ...] = (),
) -> Report:
    """What the educator should know of his own results and route.

    Parameters
    ----------
    rec
        The answer of the engine for him: its route is the recommended one, or with ``progress``
        the one that he follows.
    progress
        How far the route has come; ``None`` = it is only proposed here.
    display_name
        ``None`` = the cipher is printed.
    advice
        Address recommendations, each a sentence.
    """
    sections = (
        Section("about", Said("section_about"), Said("short_about"), _about(rec, display_name)),
        Section("levels", Said("section_levels"), Said("short_levels"), tuple(_levels(rec))),
        Section("changes", Said("section_changes"), Said("short_changes"), tuple(_changes(rec))),
        Section("route", Said("section_route"), Said("short_route"), tuple(_route(rec, progress))),
        Section("advice", Said("section_advice"), Said("short_advice"), _advice(rec, advice)),
    )
    return Report(
        id=f"educator-{rec.educator.id}",
        title=Said("educator_title"),
        subtitle=(Said("note_basis"), display_name or rec.educator.id),
        as_of=rec.as_of,
        sections=sections,
        provenance=(
            (Said("as_of"), said("instant", at=rec.as_of)),
            (Said("route_number"), rec.id),
            (Said("policy"), rec.provenance.policy),
            (Said("framework"), rec.provenance.framework),
            (Said("engine_version"), rec.provenance.engine_version),
        ),
    )


def _about(rec: Recommendation, name: str | None) -> tuple[Block, ...]:
    educator = rec.educator
    return (
        facts(
            ("educator_name", name or educator.id),
            ("position", Name("position", educator.position)),
            ("subjects", listed(educator.subjects)),
            ("organisation", stated(educator.organisation or "")),
            ("district", stated(educator.district or "")),
            ("strengths", listed(educator.strengths)),
            ("support_group", None if rec.group is None else Name("group", rec.group)),
        ),
    )


def _measured(rec: Recommendation) -> list[DeficitEntry]:
    return [d for d in rec.deficits if d.official_level is not None]


def _levels(rec: Recommendation) -> Iterator[Block]:
    measured = _measured(rec)
    yield Figure(
        Drawing.BARS,
        Table(
            Said("levels_table"),
            (
                words("competency", 4),
                numbers("deficit_size", 2.2),
                words("official_level", 1.4),
                numbers("share_done", 1.2),
                numbers("level_chance", 1.4),
                words("last_measured", 1.6),
            ),
            tuple(_level_row(d) for d in measured),
            note=Said("levels_note"),
            empty=Said("not_diagnosed"),
        ),
    )
    others = [d for d in rec.deficits if d.official_level is None]
    if others:
        yield plain(Said("also_wanted"))
        yield Bullets(tuple(d.title for d in others))


def _level_row(d: DeficitEntry) -> tuple[Cell, ...]:
    share = d.raw_score / d.raw_max if d.raw_score is not None and d.raw_max else None
    chance = None
    if d.level_probability is not None and d.official_level in LEVELS:
        chance = d.level_probability[LEVELS.index(d.official_level)]
    return (
        d.title,
        Amount(d.estimate, Unit.SIZE, *d.interval_90),
        Name("official_level", d.official_level),
        Amount(share, Unit.SHARE),
        Amount(chance, Unit.SIZE),
        max((e.date for e in d.evidence), default=None),
    )


def _changes(rec: Recommendation) -> Iterator[Block]:
    rows = tuple(
        (
            c.title,
            c.points[0].date,
            Amount(c.points[0].raw_share, Unit.SHARE),
            c.points[-1].date,
            Amount(c.points[-1].raw_share, Unit.SHARE),
            Amount(c.change, Unit.CHANGE, *c.interval_90),
            Name("deficit_change", c.status),
        )
        for c in rec.changes
    )
    yield Table(
        Said("changes_table"),
        (
            words("competency", 3),
            words("first_day", 1.3),
            numbers("share_done"),
            words("last_day", 1.3),
            numbers("share_done"),
            numbers("change", 1.8),
            words("deficit_became", 1.6),
        ),
        rows,
        note=Said("changes_note"),
        empty=Said("no_changes"),
    )


def _route(rec: Recommendation, progress: RouteProgress | None) -> Iterator[Block]:
    if rec.route is None:
        yield plain(Said("no_route"))
        yield facts(("route_status", Name("solve_status", rec.status)))
        return
    yield plain(Said("route_proposed") if progress is None else Said("route_followed"))
    mentor = rec.route.mentor
    yield facts(
        ("route_number", rec.id),
        ("route_state", None if progress is None else Name("life_state", progress.state)),
        ("route_span", _span(rec)),
        ("workload", Amount(rec.route.workload_min / 60, Unit.AVERAGE)),
        ("mentor", Said("no_mentor") if mentor is None else mentor.id),
    )
    yield Table(
        Said("steps_table"),
        (
            numbers("number", 0.5),
            words("activity", 3.6),
            words("kind", 1.7),
            words("starts", 1.4),
            words("ends", 1.4),
            words("state", 1.3),
            words("against", 3),
        ),
        tuple(_step_row(i, s, progress) for i, s in enumerate(rec.route.steps, 1)),
        empty=Said("no_steps"),
    )
    yield Table(
        Said("checkpoints_table"),
        (words("stage", 2), words("diagnostic", 3), words("date", 1.6)),
        tuple(
            (Name("checkpoint", c.stage), stated(c.title or ""), c.date)
            for c in rec.route.checkpoints
        ),
        empty=Said("no_checkpoints"),
    )


def _span(rec: Recommendation) -> Cell:
    assert rec.route is not None
    if rec.route.start is None or rec.route.end is None:
        return None
    return said("span", first=rec.route.start, last=rec.route.end)


def _step_row(number: int, step: Step, progress: RouteProgress | None) -> tuple[Cell, ...]:
    record = None if progress is None else progress.step(step.id)
    state: Cell = Said("proposed") if record is None else Name("life_state", record.state)
    return (
        count(number),
        step.title,
        Name("kind", step.kind),
        step.start if record is None else record.start,
        step.end if record is None else record.end,
        state,
        tuple(c.title for c in step.closes) or "",
    )


def _advice(rec: Recommendation, advice: tuple[Text, ...]) -> tuple[Block, ...]:
    own: list[Text] = [*advice]
    own += [said("open_demand", title=u.title, why=Word(u, "unmet")) for u in rec.unmet]
    if rec.route is not None and rec.route.steps:
        own.insert(0, said("advice_route", steps=len(rec.route.steps)))
    if not _measured(rec):
        own.insert(0, Said("advice_diagnose"))
    if not own:
        own.append(Said("advice_none"))
    return (Bullets(tuple(own)), note(Said("advice_note")))
