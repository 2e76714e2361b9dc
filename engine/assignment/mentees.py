"""Who is to be accompanied: whom the policy gives a mentor, and whoever asks for one."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from engine.domain import Demand, Educator, MentorForm, Reason
from engine.mentorship.need import admitted_forms, mentor_reasons, missing_dates
from engine.policy import PolicyProfile

REQUIRED, WISHED = 0, 1
"""Levels of service: those to whom the policy owes it go first."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that somebody is to learn, and whether he has it already.

    Parameters
    ----------
    code
        Unique within the person: of the demand that it comes from.
    nodes
        Framework nodes that it is about; empty = a free text, which ties nobody.
    stake
        ≥ 0, in whole deficits of weight 1: the demand's weight times its expected deficit.
    strong
        Probability of a minimal deficit, in [0, 1]; NaN = not measured.
    """

    code: str
    nodes: tuple[str, ...]
    stake: float
    strong: float = math.nan


@dataclass(frozen=True, slots=True)
class Person:
    """An educator and what he is to learn; no needs = not assessed, nothing was asked for."""

    educator: Educator
    needs: tuple[Need, ...] = ()


def needs_of(demands: Sequence[Demand]) -> tuple[Need, ...]:
    """Needs that the demands of a deficit vector stand for."""
    return tuple(
        Need(d.code, d.nodes, max(0.0, d.weight * d.expected), d.level_probability[2])
        for d in demands
    )


@dataclass(frozen=True, slots=True)
class Mentee:
    """An educator to be given to somebody.

    Parameters
    ----------
    forms
        Forms of mentorship that fit him, best first.
    reasons
        Why the policy demands it; empty = he only asks for it.
    """

    person: Person
    forms: tuple[MentorForm, ...]
    reasons: tuple[Reason, ...] = ()

    @property
    def id(self) -> str:
        """Id of the educator."""
        return self.person.educator.id

    @property
    def level(self) -> int:
        """``REQUIRED`` or ``WISHED``."""
        return REQUIRED if self.reasons else WISHED


@dataclass(frozen=True, slots=True)
class Unclear:
    """An educator of whom it cannot be said whether the policy demands a mentor.

    Parameters
    ----------
    missing
        Dates that would tell (code ``date_missing``).
    """

    educator_id: str
    missing: tuple[Reason, ...]


def mentees_of(
    people: Sequence[Person],
    policy: PolicyProfile,
    as_of: dt.datetime,
    *,
    form: MentorForm | None = None,
    asking: Collection[str] = (),
) -> tuple[tuple[Mentee, ...], tuple[Unclear, ...]]:
    """Those who are to be accompanied, and those of whom dates are missing.

    Parameters
    ----------
    form
        Only those whom this form fits, in this form; ``None`` = every form that fits.
    asking
        Ids of educators who ask for it though no rule demands it.

    Raises
    ------
    InputError
        ``as_of`` without offset, or an unknown zone of an educator.
    """
    mentees: list[Mentee] = []
    unclear: list[Unclear] = []
    for person in sorted(people, key=lambda p: p.educator.id):
        educator = person.educator
        reasons = mentor_reasons(educator, policy, as_of)
        if not reasons and educator.id not in asking:
            missing = missing_dates(educator, policy, as_of)
            if missing and (form is None or form in admitted_forms(educator, missing_as(missing))):
                unclear.append(Unclear(educator.id, missing))
            continue
        forms = admitted_forms(educator, reasons)
        if form is not None:
            forms = tuple(f for f in forms if f is form)
        if forms:
            mentees.append(Mentee(person, forms, reasons))
    return tuple(mentees), tuple(unclear)


def missing_as(missing: Sequence[Reason]) -> tuple[Reason, ...]:
    """The reasons that there would be if the missing dates spoke for a mentor."""
    return tuple(Reason(str(reason.parameters["rule"])) for reason in missing)
