"""Mentees to mentors, many at once: as many as can be, then fit, with fair loads."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

import numpy as np

from engine.ages import local_day
from engine.assignment.admission import FORMS, Admission
from engine.assignment.candidates import Candidates, Pairs, candidates
from engine.assignment.closeness import FACTORS, ClosenessTable, closeness_table
from engine.assignment.meetings import FreeHours, only_meeting
from engine.assignment.mentees import REQUIRED, Mentee
from engine.assignment.optimum import solve
from engine.assignment.records import Assignment, Pair, Pricing, Wish
from engine.assignment.telling import Case, tell
from engine.assignment.territory import Territory, reached
from engine.domain import IntArray, Mentor, MentorForm, Reason
from engine.errors import Fault, InputError
from engine.framework import Framework
from engine.policy import PolicyProfile
from engine.registers import Accompaniment


def assign(
    mentees: Sequence[Mentee],
    carers: Sequence[Mentor],
    policy: PolicyProfile,
    as_of: dt.datetime,
    *,
    framework: Framework | None = None,
    form: MentorForm | None = None,
    present: Sequence[Accompaniment] = (),
    agreed: Mapping[str, str] = MappingProxyType({}),
    wishes: Sequence[Wish] = (),
    reach: Mapping[str, Territory] = MappingProxyType({}),
    hours: FreeHours | None = None,
    pricing: Pricing = Pricing(),  # noqa: B008 - frozen
) -> Assignment:
    """Give mentees to carers.

    In this order: the most people to whom the policy owes a mentor; the most people; the greatest
    fit with stated preferences, less the price of changes and the cost of loads (``Pricing``).

    Parameters
    ----------
    carers
        ``capacity`` is what is left beside ``present``.
    framework
        Ties competencies of different depth and names of one subject together.
    form
        For the answer; forms are the mentees' own.
    present
        Accompaniments; those that hold on the day of ``as_of`` count.
    agreed
        Carer by educator whose agreed route holds him: these pairs stand at any price of changes.
    reach
        Where a carer accompanies; who is absent does so everywhere.
    hours
        Only pairs that can meet are made; ``None`` = hours are not looked at.

    Raises
    ------
    InputError
        ``as_of`` without offset; ``person_repeated``: an id stands twice among the mentees or
        among the carers.
    """
    today = local_day(as_of, policy.time_zone)
    mentees = sorted(mentees, key=lambda m: m.id)
    carers = sorted(carers, key=lambda c: c.id)
    refuse_repeated([m.id for m in mentees], "/mentees")
    refuse_repeated([c.id for c in carers], "/mentors")
    now = [p for p in present if p.during.holds_on(today)]
    pool = _Pool.of(mentees, carers, now, agreed, pricing)
    closeness = closeness_table(
        [m.person for m in pool.mentees], pool.carers, policy.mentorship.fit_weight, framework
    )
    admission = Admission(pool.mentees, pool.carers, policy.mentorship, closeness, today)
    pairs = Pairs.of(pool.mentees, pool.carers, wishes, pool.movable, pricing)
    found = candidates(
        pool.mentees,
        pool.carers,
        admission,
        closeness,
        pairs,
        reached(pool.mentees, pool.carers, reach),
        held=pool.held,
        fairness=pricing.fairness,
    )
    if hours is not None:
        found = only_meeting(found, pool.mentees, pool.carers, hours, pool.movable.items())
    best = solve(found.network)
    case = Case(
        people=tuple(m.id for m in pool.mentees),
        required=tuple(m.level == REQUIRED for m in pool.mentees),
        carers=tuple(c.id for c in pool.carers),
        network=found.network,
        refusals=found.refusals_of,
        pair=partial(_pair, pool, found, closeness),
        standing=pool.standing,
    )
    return tell(case, best, form, as_of, policy.id, pricing)


def _pair(pool: _Pool, found: Candidates, closeness: ClosenessTable, arc: int) -> Pair:
    i, j = int(found.network.person[arc]), int(found.network.carer[arc])
    mentee, carer = pool.mentees[i], pool.carers[j]
    return Pair(
        educator_id=mentee.id,
        carer_id=carer.id,
        form=FORMS[found.form[arc]],
        fit=float(found.fit[arc]),
        present=pool.movable.get(mentee.id) == carer.id,
        competencies=closeness.covered(i, j),
        reasons=tuple(_fit_reasons(closeness, i, j)),
    )


def _fit_reasons(closeness: ClosenessTable, row: int, column: int) -> Iterator[Reason]:
    values, contributions = closeness.factors(row, column)
    parts = zip(FACTORS, values.tolist(), contributions.tolist(), strict=True)
    for at, (name, value, contribution) in enumerate(parts):
        if closeness.shares[at, row] == 0:
            continue
        parameters: dict[str, object] = {"value": value, "contribution": contribution}
        if name == "competency":
            parameters["demands"] = closeness.covered(row, column)
        yield Reason(f"mentor_fit_{name}", parameters)


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """Who is to be given to whom beside what stands.

    Parameters
    ----------
    carers
        With the places that can be given away.
    held
        Shape (m,): people whom each accompanies and keeps.
    standing
        Present pairs that are not looked at.
    movable
        Present carer by mentee, where it may change.
    """

    mentees: Sequence[Mentee]
    carers: Sequence[Mentor]
    held: IntArray
    standing: tuple[Pair, ...]
    movable: Mapping[str, str]

    @classmethod
    def of(
        cls,
        mentees: Sequence[Mentee],
        carers: Sequence[Mentor],
        present: Sequence[Accompaniment],
        agreed: Mapping[str, str],
        pricing: Pricing,
    ) -> _Pool:
        wanted = {m.id: m for m in mentees}
        known = {c.id for c in carers}
        own = {
            p.educator_id: (p.by, p.form)
            for p in sorted(present, key=lambda p: p.id, reverse=True)
            if p.educator_id in wanted and p.form in wanted[p.educator_id].forms
        }
        loads = Counter(p.by for p in present)
        told = {(p.educator_id, p.by) for p in present}
        loads.update(by for e, by in agreed.items() if (e, by) not in told)
        own |= {e: (by, wanted[e].forms[0]) for e, by in agreed.items() if e in wanted}
        movable: dict[str, str] = {}
        if pricing.change is not None:
            free = (e for e in own if e not in agreed)
            movable = {e: own[e][0] for e in free if own[e][0] in known}
        standing = tuple(
            Pair(e, by, form, float("nan"), present=True)
            for e, (by, form) in own.items()
            if e not in movable
        )
        left = {p.educator_id for p in standing}
        freed = Counter(movable.values())
        return cls(
            [m for m in mentees if m.id not in left],
            [replace(c, capacity=c.capacity + freed[c.id]) for c in carers],
            np.array([loads[c.id] - freed[c.id] for c in carers], dtype=np.int64),
            standing,
            movable,
        )


def refuse_repeated(ids: Sequence[str], pointer: str) -> None:
    """Refuse ids that stand more than once.

    Raises
    ------
    InputError
        ``person_repeated``.
    """
    twice = sorted(i for i, count in Counter(ids).items() if count > 1)
    if twice:
        named = ", ".join(f"«{i}»" for i in twice[:5])
        detail = f"код стоит больше одного раза: {named}; оставьте по одной записи"
        raise InputError([Fault("person_repeated", detail, pointer, parameters={"ids": named})])
