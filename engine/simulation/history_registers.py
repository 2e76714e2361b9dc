"""Registers of a drawn history: methodists, teams, sites, communities, practices, mentoring.

Drawn from a stream of their own, after everybody and everything else, so that a history with
registers is the same history.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np

from engine.domain import MANAGER_POSITIONS, Educator, Kind, Level, MentorForm
from engine.registers import (
    Accompaniment,
    Community,
    InternshipSite,
    Methodist,
    Period,
    Practice,
    Registers,
    Team,
)
from engine.simulation.history import History
from engine.simulation.streams import stream

EDUCATORS_A_METHODIST = 60
MUNICIPAL_SHARE = 0.6
ASSIGNED_SHARE = 0.8
TEAM_SHARE = 0.7
TEAM_MOST = 6
MENTORED_SHARE = 0.55
YOUNG_DAYS = 3 * 365
AUTHORS_SHARE = 0.02
COMMUNITY_SHARE = 0.15


def draw_registers(history: History) -> Registers:
    """Registers of a history, each in the order of its ids."""
    educators = [person.educator for person in history.educators]
    schools: dict[str, list[Educator]] = {}
    for educator in educators:
        if educator.organisation is not None:
            schools.setdefault(educator.organisation.id, []).append(educator)
    rng = stream(history.seed, "registers")
    first = history.plan.as_of - dt.timedelta(days=365 * history.plan.years)
    return Registers(
        methodists=_methodists(rng, schools, first),
        teams=_teams(rng, schools, first),
        sites=_sites(rng, history, first),
        communities=_communities(rng, educators, first),
        practices=_practices(rng, educators, first, history.plan.as_of),
        accompaniments=_accompaniments(rng, history, educators),
    )


def _methodists(
    rng: np.random.Generator, schools: Mapping[str, Sequence[Educator]], first: dt.date
) -> tuple[Methodist, ...]:
    """One for so many educators; each is assigned whole schools and some of their people."""
    people = sum(map(len, schools.values()))
    ids = sorted(schools)
    found = []
    for i in range(-(-people // EDUCATORS_A_METHODIST)):
        level = Level.MUNICIPAL if rng.random() < MUNICIPAL_SHARE else Level.REGIONAL
        own = ids[int(rng.integers(len(ids)))] if rng.random() < ASSIGNED_SHARE else None
        staff = [e.id for e in schools[own]] if own is not None else []
        chosen = rng.permutation(len(staff))[: EDUCATORS_A_METHODIST // 2]
        found.append(
            Methodist(
                id=f"MT{i:04d}",
                level=level,
                organisation_id=ids[int(rng.integers(len(ids)))],
                educators=tuple(sorted(staff[j] for j in chosen.tolist())),
                organisations=(own,) if own is not None else (),
                trained_until=first + dt.timedelta(days=int(rng.integers(200, 2_000))),
                in_post=Period(first + dt.timedelta(days=int(rng.integers(400)))),
            )
        )
    return tuple(found)


def _teams(
    rng: np.random.Generator, schools: Mapping[str, Sequence[Educator]], first: dt.date
) -> tuple[Team, ...]:
    """A team of the managers in most schools, at most so many of them."""
    found = []
    for school in sorted(schools):
        managers = [e.id for e in schools[school] if e.position in MANAGER_POSITIONS][:TEAM_MOST]
        if managers and rng.random() < TEAM_SHARE:
            found.append(
                Team(f"T-{school}", school, f"Команда {school}", tuple(managers), Period(first))
            )
    return tuple(found)


def _sites(
    rng: np.random.Generator, history: History, first: dt.date
) -> tuple[InternshipSite, ...]:
    """A site for every internship of the catalogue, regional or municipal."""
    internships = [a for a in history.activities if a.kind is Kind.INTERNSHIP]
    return tuple(
        InternshipSite(
            id=f"SITE{i:03d}",
            title=f"Стажировочная площадка № {i + 1}",
            level=Level.REGIONAL if rng.random() < 0.5 else Level.MUNICIPAL,
            competencies=tuple(sorted(a.coverage)),
            activities=(a.id,),
            places=int(rng.integers(5, 30)),
            open_during=Period(first + dt.timedelta(days=int(rng.integers(900)))),
        )
        for i, a in enumerate(internships)
    )


def _communities(
    rng: np.random.Generator, educators: Sequence[Educator], first: dt.date
) -> tuple[Community, ...]:
    """One for each subject, joined by some of those who teach it."""
    by_subject: dict[str, list[str]] = {}
    for educator in educators:
        for subject in educator.subjects:
            by_subject.setdefault(subject, []).append(educator.id)
    found = []
    for i, subject in enumerate(sorted(by_subject)):
        joined = rng.random(len(by_subject[subject])) < COMMUNITY_SHARE
        members = tuple(e for e, in_ in zip(by_subject[subject], joined, strict=True) if in_)
        if members:
            found.append(
                Community(
                    id=f"C{i:03d}",
                    title=f"Объединение: {subject}",
                    level=Level.REGIONAL,
                    subjects=(subject,),
                    lead=members[0],
                    members=members,
                    exists=Period(first),
                )
            )
    return tuple(found)


def _practices(
    rng: np.random.Generator, educators: Sequence[Educator], first: dt.date, last: dt.date
) -> tuple[Practice, ...]:
    authors = np.flatnonzero(rng.random(len(educators)) < AUTHORS_SHARE)
    days = rng.integers((last - first).days + 1, size=len(authors))
    return tuple(
        Practice(
            id=f"P{i:04d}",
            title=f"Практика № {i + 1}",
            authors=(educators[at].id,),
            level=Level.REGIONAL,
            subjects=educators[at].subjects,
            in_bank=Period(first + dt.timedelta(days=int(days[i]))),
        )
        for i, at in enumerate(authors.tolist())
    )


def _accompaniments(
    rng: np.random.Generator, history: History, educators: Sequence[Educator]
) -> tuple[Accompaniment, ...]:
    """Of those in their first years, some have a mentor for a year and a half."""
    mentors = [m.id for m in history.mentors]
    if not mentors:
        return ()
    as_of = history.plan.as_of
    drawn = rng.random(len(educators))
    whom = rng.integers(len(mentors), size=len(educators))
    lag = rng.integers(1, 200, size=len(educators))
    found = []
    for i, educator in enumerate(educators):
        started = educator.pedagogical_start
        if started is None or (as_of - started).days >= YOUNG_DAYS or drawn[i] >= MENTORED_SHARE:
            continue
        since = started + dt.timedelta(days=int(lag[i]))
        if since <= as_of:
            found.append(
                Accompaniment(
                    id=f"A-{educator.id}",
                    educator_id=educator.id,
                    form=MentorForm.MENTOR_YOUNG,
                    by=mentors[int(whom[i])],
                    during=Period(since, since + dt.timedelta(days=550)),
                )
            )
    return tuple(found)
