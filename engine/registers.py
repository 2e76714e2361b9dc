"""Records of the registers that the regulations want kept, beside people and the catalogue.

Programmes with their time in the federal register, events and mentors are ``Activity``,
``Offering`` and ``Mentor``; the bank of deficits is read off the diagnostics. What is left is
here: methodists with those assigned to them, teams of managers, internship sites, professional
communities, best practices, and who accompanied whom when. Rules of a period: both ends are days
that still count; ``None`` = open on that side.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from engine.domain import Level, MentorForm, Stage


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``since`` to ``until``, both included; ``None`` = open on that side."""

    since: dt.date | None = None
    until: dt.date | None = None

    def holds_on(self, day: dt.date) -> bool:
        """Whether the day lies in the period."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )

    def meets(self, first: dt.date, last: dt.date) -> bool:
        """Whether any day of the period lies in [first, last]."""
        return (self.since is None or self.since <= last) and (
            self.until is None or first <= self.until
        )


@dataclass(frozen=True, slots=True)
class Methodist:
    """A methodist and those assigned to him (449-р, п. 6.1; 173-р, п. 4.2.3: реестр работников).

    Parameters
    ----------
    level
        ``REGIONAL``, ``MUNICIPAL``, ``DISTRICT`` or ``SCHOOL``.
    organisation_id
        Where he works: methodical service or school.
    educators, organisations
        Ids of the educators and of the organisations assigned to him.
    trained_until
        Last day on which his training as a tutor counts; ``None`` = not stated.
    in_post
        Days on which he is a methodist.
    """

    id: str
    level: Level
    organisation_id: str | None = None
    district: str = ""
    subjects: tuple[str, ...] = ()
    educators: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    trained_until: dt.date | None = None
    in_post: Period = Period()


@dataclass(frozen=True, slots=True)
class Team:
    """A management team of an organisation; its members are educators of any position."""

    id: str
    organisation_id: str
    title: str = ""
    members: tuple[str, ...] = ()
    exists: Period = Period()


@dataclass(frozen=True, slots=True)
class InternshipSite:
    """An internship site (стажировочная площадка; 384-а, п. 4.2.2; 1184-р, п. 6.3).

    Parameters
    ----------
    competencies
        Codes of the framework's nodes that can be learned there.
    activities
        Ids of the catalogue's activities that take place there.
    places
        Interns at a time, ≥ 0; ``None`` = not stated.
    open_during
        Days on which it has the status.
    """

    id: str
    title: str
    organisation_id: str | None = None
    district: str = ""
    level: Level | None = None
    subjects: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    competencies: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    places: int | None = None
    open_during: Period = Period()


@dataclass(frozen=True, slots=True)
class Community:
    """A professional community, association or методическое объединение (1184-р, п. 6.3)."""

    id: str
    title: str
    level: Level | None = None
    organisation_id: str | None = None
    district: str = ""
    subjects: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    competencies: tuple[str, ...] = ()
    lead: str | None = None
    members: tuple[str, ...] = ()
    exists: Period = Period()


@dataclass(frozen=True, slots=True)
class Practice:
    """A best practice of teaching or managing (173-р, п. 4.2.3; 1184-р, п. 6.3).

    Parameters
    ----------
    authors
        Ids of educators; a practice of an organisation has none.
    link
        Where it is described; an address or a reference, not followed by the engine.
    in_bank
        Days on which it stands in the bank.
    """

    id: str
    title: str
    summary: str = ""
    authors: tuple[str, ...] = ()
    organisation_id: str | None = None
    district: str = ""
    level: Level | None = None
    subjects: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    competencies: tuple[str, ...] = ()
    link: str = ""
    in_bank: Period = Period()


@dataclass(frozen=True, slots=True)
class Accompaniment:
    """Who accompanied an educator, in which form, from when to when.

    Parameters
    ----------
    by
        Id of the mentor, methodist, peer or, for the form ``TEAM``, of the team.
    educator_id
        Whom; for the form ``TEAM`` the id of the team that is accompanied.
    """

    id: str
    educator_id: str
    form: MentorForm
    by: str
    during: Period = Period()


@dataclass(frozen=True, slots=True)
class Registers:
    """All registers of a region, each in the order of its ids."""

    methodists: tuple[Methodist, ...] = ()
    teams: tuple[Team, ...] = ()
    sites: tuple[InternshipSite, ...] = ()
    communities: tuple[Community, ...] = ()
    practices: tuple[Practice, ...] = ()
    accompaniments: tuple[Accompaniment, ...] = ()
