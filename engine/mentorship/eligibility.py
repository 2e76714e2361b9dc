"""Who may not mentor whom, each refusal with its code.

Consent in writing, free choice and personal responsibility are the principles of mentoring; a
line manager is no mentor because the choice would not be free.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from engine.calendar import effective_conditions
from engine.domain import (
    MANAGER_POSITIONS,
    Conditions,
    Educator,
    Mentor,
    MentorForm,
    Position,
    Reason,
)
from engine.mentorship.fit import Closeness
from engine.policy import MentorshipPolicy


def refusals(
    educator: Educator,
    mentor: Mentor,
    forms: Sequence[MentorForm],
    rules: MentorshipPolicy,
    closeness: Closeness,
    today: dt.date,
) -> tuple[Reason, ...]:
    """Everything that stands against a mentor; empty if nothing does.

    Codes: ``mentor_is_self``, ``mentor_no_consent``, ``mentor_no_capacity``,
    ``mentor_line_manager``, ``mentor_form_mismatch``, ``mentor_not_manager``,
    ``mentor_training_expired``, ``mentor_training_not_stated``, ``mentor_no_common_language``,
    ``mentor_not_reachable``, ``mentor_unrelated``.
    """
    form = usable_form(mentor, forms)
    return (
        *_about_mentor(educator, mentor, today),
        *_about_form(mentor, form, forms),
        *_about_training(mentor, form, rules, today),
        *_about_pair(educator, mentor, form, closeness),
    )


def usable_form(mentor: Mentor, forms: Sequence[MentorForm]) -> MentorForm | None:
    """First of the admitted forms that the mentor offers."""
    return next((f for f in forms if f in mentor.forms), None)


def held_online(conditions: Conditions, mentor: Mentor) -> bool:
    """Whether the pair meets online; unknown internet counts as good enough."""
    return mentor.online and conditions.internet is not False


def _about_mentor(educator: Educator, mentor: Mentor, today: dt.date) -> Iterator[Reason]:
    if mentor.id == educator.id:
        yield Reason("mentor_is_self")
    if not mentor.consent or (mentor.consent_on is not None and mentor.consent_on > today):
        yield Reason("mentor_no_consent", {"consent_on": mentor.consent_on})
    if mentor.capacity <= 0:
        yield Reason("mentor_no_capacity", {"capacity": mentor.capacity})
    if educator.id in mentor.line_manager_of:
        yield Reason("mentor_line_manager", {"basis": "stated"})
    elif _heads_organisation_of(mentor, educator):
        yield Reason("mentor_line_manager", {"basis": "head_of_organisation"})


def _heads_organisation_of(mentor: Mentor, educator: Educator) -> bool:
    """The head of an organisation manages everybody in it, stated or not."""
    return (
        mentor.position is Position.HEAD
        and educator.organisation is not None
        and mentor.organisation_id == educator.organisation.id
        and mentor.id != educator.id
    )


def _about_form(
    mentor: Mentor, form: MentorForm | None, forms: Sequence[MentorForm]
) -> Iterator[Reason]:
    if form is None:
        parameters = {"needed": tuple(forms), "offered": tuple(sorted(mentor.forms))}
        yield Reason("mentor_form_mismatch", parameters)
    # A management team learns from a management team.
    if form is MentorForm.TEAM and mentor.position not in MANAGER_POSITIONS:
        yield Reason("mentor_not_manager", {"position": mentor.position})


def _about_training(
    mentor: Mentor, form: MentorForm | None, rules: MentorshipPolicy, today: dt.date
) -> Iterator[Reason]:
    until = mentor.trained_until
    if until is not None and until < today:
        yield Reason("mentor_training_expired", {"trained_until": until})
    if until is None and form in rules.trained_forms:
        yield Reason("mentor_training_not_stated", {"form": form})


def _about_pair(
    educator: Educator, mentor: Mentor, form: MentorForm | None, closeness: Closeness
) -> Iterator[Reason]:
    if not set(educator.languages) & set(mentor.languages):
        parameters = {
            "educator": tuple(sorted(educator.languages)),
            "mentor": tuple(sorted(mentor.languages)),
        }
        yield Reason("mentor_no_common_language", parameters)
    conditions = effective_conditions(educator)
    if not held_online(conditions, mentor) and not closeness.near(mentor):
        why = "mentor_not_online" if conditions.internet is not False else "no_internet"
        yield Reason("mentor_not_reachable", {"why": why, "district": mentor.district})
    # A tutor accompanies the route as a whole and needs no tie to its subject.
    if form is not MentorForm.TUTOR and not closeness.related(mentor):
        yield Reason("mentor_unrelated", {"position": mentor.position})
