"""The mentors who may accompany an educator, how well they fit, and when both are free."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from engine.calendar import WorkCalendar, effective_conditions
from engine.domain import (
    DeficitVector,
    Educator,
    Mentor,
    MentorForm,
    MentorNeed,
    MentorOption,
    Reason,
    Slot,
)
from engine.framework import Framework
from engine.mentorship.eligibility import held_online, refusals
from engine.mentorship.fit import Closeness
from engine.mentorship.need import admitted_forms, mentor_reasons
from engine.mentorship.slots import common_slots
from engine.policy import PolicyProfile

NO_COMMON_SLOT = "mentor_no_common_slot"


def mentor_need(
    educator: Educator,
    deficits: DeficitVector,
    mentors: Sequence[Mentor],
    policy: PolicyProfile,
    busy: Sequence[Slot],
    calendar: WorkCalendar,
    as_of: dt.datetime,
    *,
    framework: Framework | None = None,
) -> MentorNeed:
    """Whether a mentor is due, and every mentor either as an option or refused with reasons.

    Parameters
    ----------
    deficits
        Its demands say which competencies a mentor should have.
    busy
        Spans in which the educator cannot meet.
    calendar
        The educator's calendar of the horizon; meetings lie in its days and hours.
    framework
        Ties competencies of different depth and names of one subject together. Without it codes
        must be equal and subjects be written alike.

    Returns
    -------
    MentorNeed
        Options by falling fit, ties by id. All reasons for a refusal are given, not the first
        only; ``mentor_no_common_slot`` only where nothing else stands against the mentor.

    Raises
    ------
    InputError
        ``as_of`` without offset, or an unknown zone of the educator.
    """
    reasons = mentor_reasons(educator, policy, as_of)
    forms = admitted_forms(educator, reasons)
    closeness = Closeness(educator, deficits, policy.mentorship.fit_weight, framework)
    today = as_of.astimezone(calendar.zone).date()
    options: list[MentorOption] = []
    refused: dict[str, tuple[Reason, ...]] = {}
    for mentor in sorted(mentors, key=lambda m: m.id):
        # What stands against one form, such as no tie between peers, may not against the next.
        judged = {
            form: refusals(educator, mentor, (form,), policy.mentorship, closeness, today)
            for form in forms
            if form in mentor.forms
        }
        form = next((f for f, against in judged.items() if not against), None)
        if form is None:
            refused[mentor.id] = refusals(
                educator, mentor, forms, policy.mentorship, closeness, today
            )
            continue
        slots = common_slots(mentor.slots, busy, calendar, policy.mentorship.meeting_min, as_of)
        if slots:
            options.append(_option(educator, mentor, form, slots, closeness))
        else:
            refused[mentor.id] = (Reason(NO_COMMON_SLOT, {"stated": len(mentor.slots)}),)
    options.sort(key=lambda o: (-o.fit, o.mentor_id))
    return MentorNeed(bool(reasons), reasons, tuple(options), refused)


def _option(
    educator: Educator,
    mentor: Mentor,
    form: MentorForm,
    slots: tuple[Slot, ...],
    closeness: Closeness,
) -> MentorOption:
    fit, reasons = closeness.fit(mentor)
    online = held_online(effective_conditions(educator), mentor)
    return MentorOption(mentor.id, form, fit, slots, mentor.capacity, reasons, online)
