"""One question about a region's assignment, from evidence and registers to the answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.ages import local_day
from engine.assignment.assign import assign
from engine.assignment.many import Evidence, people_of
from engine.assignment.meetings import FreeHours
from engine.assignment.mentees import Mentee, Person, Unclear, mentees_of
from engine.assignment.peer_records import PeerAssignment, PeerRules
from engine.assignment.peers import pair_peers
from engine.assignment.records import Assignment, Pricing, Wish
from engine.assignment.teams import TeamRules, pair_teams
from engine.assignment.tutors import route_mentees, tutors_of
from engine.diagnostics.item_bank import ItemBank
from engine.domain import Mentor, MentorForm, Slot
from engine.framework import Framework
from engine.policy import PolicyProfile
from engine.recommender.groups import LeftOut
from engine.registers import Registers

TUTORED_MOST = 25


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Parameters
    ----------
    form
        ``MENTOR_YOUNG``: mentors for whom the policy names young; ``PEER``: horizontal pairs by
        competency; ``TEAM``: management teams to teams of the register; ``TUTOR``: everybody's
        route to methodists and tutors; ``None``: a mentor in the first form that fits for
        everybody to whom the policy owes one.
    asking
        Ids of educators who ask for a mentor though no rule demands it.
    tutored_most
        Educators that one methodist accompanies at most; local, the register does not say.
    meetings
        Whether mentors and mentees must have a free hour in common, as in a route; takes several
        times longer.
    """

    form: MentorForm | None = None
    asking: frozenset[str] = frozenset()
    wishes: tuple[Wish, ...] = ()
    pricing: Pricing = field(default_factory=Pricing)
    peers: PeerRules = field(default_factory=PeerRules)
    teams: TeamRules = field(default_factory=TeamRules)
    tutored_most: int = TUTORED_MOST
    meetings: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the region.

    Parameters
    ----------
    mentors
        ``capacity`` is what is left beside the accompaniments of the registers and agreed routes.
    agreed
        Mentor by educator whose agreed route holds him.
    busy
        Spans in which educators cannot meet, by id.
    """

    evidence: tuple[Evidence, ...]
    mentors: tuple[Mentor, ...] = ()
    registers: Registers = field(default_factory=Registers)
    agreed: Mapping[str, str] = field(default_factory=dict)
    busy: Mapping[str, tuple[Slot, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """The assignment that was asked for, and what of the data could not be used.

    Parameters
    ----------
    assignment, peers
        One of them; ``peers`` for the form ``PEER``.
    unclear
        Of whom it cannot be said whether a mentor is due.
    left_out
        Whose evidence was not used whole, and why.
    """

    assignment: Assignment | None
    peers: PeerAssignment | None
    unclear: tuple[Unclear, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


class Task:
    """A question about what is known, under one policy on one day.

    Parameters
    ----------
    items
        Calibrated items; ``None`` = every item counts as an average one.
    """

    def __init__(
        self,
        known: Known,
        framework: Framework,
        policy: PolicyProfile,
        as_of: dt.datetime,
        items: ItemBank | None = None,
    ) -> None:
        self._known = known
        self._framework = framework
        self._policy = policy
        self._as_of = as_of
        self._items = items

    def answer(self, question: Question) -> Answer:
        """Answer it.

        Raises
        ------
        InputError
            ``as_of`` without offset, an unknown zone of an educator, an id that stands twice.
        """
        if question.form is MentorForm.PEER:
            return self._peers(question)
        if question.form is MentorForm.TEAM:
            return self._teams(question)
        if question.form is MentorForm.TUTOR:
            return self._tutors(question)
        return self._mentors(question)

    def _mentors(self, question: Question) -> Answer:
        # Who is due follows from dates alone; evidence is looked at for those few only.
        strangers = [Person(e.educator) for e in self._known.evidence]
        mentees, unclear = mentees_of(
            strangers, self._policy, self._as_of, form=question.form, asking=question.asking
        )
        mentees, left_out = self._with_needs(mentees)
        hours = None
        if question.meetings:
            hours = FreeHours(self._policy, self._as_of, self._known.busy)
        found = assign(
            mentees,
            self._known.mentors,
            self._policy,
            self._as_of,
            framework=self._framework,
            form=question.form,
            present=self._known.registers.accompaniments,
            agreed=self._known.agreed,
            wishes=question.wishes,
            hours=hours,
            pricing=question.pricing,
        )
        return Answer(found, None, unclear, left_out)

    def _tutors(self, question: Question) -> Answer:
        registers = self._known.registers
        people, left_out = self._people()
        mentees = route_mentees(people, self._policy, self._as_of)
        tutors = tutors_of(
            mentees,
            registers.methodists,
            self._known.mentors,
            registers.accompaniments,
            local_day(self._as_of, self._policy.time_zone),
            most=question.tutored_most,
        )
        found = assign(
            mentees,
            tutors.carers,
            self._policy,
            self._as_of,
            framework=self._framework,
            form=MentorForm.TUTOR,
            present=tutors.present,
            wishes=(*question.wishes, *tutors.wishes),
            reach=tutors.reach,
            pricing=question.pricing,
        )
        return Answer(found, None, (), left_out)

    def _peers(self, question: Question) -> Answer:
        people, left_out = self._people()
        found = pair_peers(
            people,
            self._policy,
            self._as_of,
            framework=self._framework,
            rules=question.peers,
            present=self._known.registers.accompaniments,
            wishes=question.wishes,
        )
        return Answer(None, found, (), left_out)

    def _teams(self, question: Question) -> Answer:
        registers = self._known.registers
        members = {m for team in registers.teams for m in team.members}
        people, left_out = self._people(members)
        found = pair_teams(
            registers.teams,
            people,
            self._policy,
            self._as_of,
            framework=self._framework,
            rules=question.teams,
            present=registers.accompaniments,
            wishes=question.wishes,
            pricing=question.pricing,
        )
        return Answer(found, None, (), left_out)

    def _with_needs(
        self, mentees: Sequence[Mentee]
    ) -> tuple[tuple[Mentee, ...], tuple[LeftOut, ...]]:
        people, left_out = self._people({m.id for m in mentees})
        known = {p.educator.id: p for p in people}
        return tuple(replace(m, person=known[m.id]) for m in mentees), left_out

    def _people(
        self, wanted: Collection[str] | None = None
    ) -> tuple[tuple[Person, ...], tuple[LeftOut, ...]]:
        """People with their needs; ``None`` = everybody."""
        evidence = self._known.evidence
        if wanted is not None:
            evidence = tuple(e for e in evidence if e.educator.id in wanted)
        return people_of(evidence, self._framework, self._policy, self._as_of, items=self._items)
