"""Tutors for routes: educators to methodists and tutors, the load even among methodists.

A methodist accompanies because it is his post: no consent is asked of him and he needs no tie to
the subject. A methodist of a district service accompanies its district, one of a school its
people. What is assigned to him in the register stands.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.assignment.mentees import Mentee, Person
from engine.assignment.records import Wish
from engine.assignment.territory import EVERYWHERE, Territory
from engine.domain import Level, Mentor, MentorForm, Position
from engine.mentorship.need import mentor_reasons
from engine.policy import PolicyProfile
from engine.registers import Accompaniment, Methodist, Period


@dataclass(frozen=True, slots=True, eq=False)
class Tutors:
    """Methodists and tutors as carers.

    Parameters
    ----------
    carers
        By id, with what is left of their capacity.
    reach
        Where a carer accompanies; who is absent does so everywhere.
    present
        What the register says.
    wishes
        An organisation that is assigned to a methodist prefers him.
    """

    carers: tuple[Mentor, ...]
    reach: Mapping[str, Territory]
    present: tuple[Accompaniment, ...]
    wishes: tuple[Wish, ...]


def route_mentees(
    people: Sequence[Person], policy: PolicyProfile, as_of: dt.datetime
) -> tuple[Mentee, ...]:
    """Everybody as somebody whose route is to be accompanied; those the policy names go first."""
    return tuple(
        Mentee(person, (MentorForm.TUTOR,), mentor_reasons(person.educator, policy, as_of))
        for person in sorted(people, key=lambda p: p.educator.id)
    )


def tutors_of(
    mentees: Sequence[Mentee],
    methodists: Sequence[Methodist],
    mentors: Sequence[Mentor],
    present: Sequence[Accompaniment],
    today: dt.date,
    *,
    most: int,
) -> Tutors:
    """Methodists in post and mentors who are tutors.

    Parameters
    ----------
    mentees, mentors
        ``mentors`` of other forms are left out; a methodist who stands among them too counts once,
        as a mentor.
    present
        Accompaniments of the register, beside what stands with the methodists themselves.
    most
        Educators that one methodist accompanies at most; local, the register does not say.
    """
    tutors = {m.id: m for m in mentors if MentorForm.TUTOR in m.forms}
    posted = [m for m in methodists if m.in_post.holds_on(today)]
    kept = (*present, *_assigned(posted, present))
    busy = Counter(p.by for p in kept if p.during.holds_on(today))
    for methodist in posted:
        if methodist.id not in tutors:
            tutors[methodist.id] = _as_carer(methodist, most - busy[methodist.id])
    return Tutors(
        carers=tuple(tutors[i] for i in sorted(tutors)),
        reach={m.id: _territory(m) for m in posted},
        present=kept,
        wishes=tuple(_wishes(posted, mentees)),
    )


def _assigned(
    methodists: Sequence[Methodist], present: Sequence[Accompaniment]
) -> Iterator[Accompaniment]:
    """Educators who are assigned to a methodist by name, where no record says so."""
    known = {(p.educator_id, p.by) for p in present}
    for methodist in methodists:
        for educator in methodist.educators:
            if (educator, methodist.id) not in known:
                yield Accompaniment(
                    id=f"register-{methodist.id}-{educator}",
                    educator_id=educator,
                    form=MentorForm.TUTOR,
                    by=methodist.id,
                    during=Period(methodist.in_post.since, methodist.in_post.until),
                )


def _as_carer(methodist: Methodist, capacity: int) -> Mentor:
    return Mentor(
        id=methodist.id,
        position=Position.METHODIST,
        subjects=methodist.subjects,
        organisation_id=methodist.organisation_id,
        district=methodist.district,
        forms=(MentorForm.TUTOR,),
        consent=True,
        capacity=max(0, capacity),
        trained_until=methodist.trained_until,
    )


def _territory(methodist: Methodist) -> Territory:
    """How far a methodist works; without a place in the register he works everywhere."""
    if methodist.level is Level.SCHOOL and methodist.organisation_id:
        return Territory(organisation_id=methodist.organisation_id)
    if methodist.level in (Level.DISTRICT, Level.MUNICIPAL) and methodist.district:
        return Territory(district=methodist.district)
    return EVERYWHERE


def _wishes(methodists: Sequence[Methodist], mentees: Sequence[Mentee]) -> Iterator[Wish]:
    served: dict[str, list[str]] = {}
    for methodist in methodists:
        for organisation in methodist.organisations:
            served.setdefault(organisation, []).append(methodist.id)
    for mentee in mentees:
        school = mentee.person.educator.organisation
        for methodist_id in served.get(school.id, ()) if school else ():
            yield Wish(mentee.id, methodist_id)
