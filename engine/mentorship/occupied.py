"""Mentors without what other people's agreed routes hold of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.domain import Mentor, Occupancy, Slot


def left_of_mentors(mentors: Sequence[Mentor], occupancy: Occupancy) -> tuple[Mentor, ...]:
    """The same mentors in the same order, with the places and slots that are left.

    A slot is gone where a held instant lies in it, not only where it begins then: the mentor may
    have written his slots anew since, and a meeting fills a whole slot.
    """
    if not occupancy:
        return tuple(mentors)
    taken: dict[str, list[Slot]] = {}
    concerned = {mentor_id for mentor_id, _ in occupancy.slots}
    for mentor in mentors:
        if mentor.id in concerned:
            taken[mentor.id] = list(_taken(mentor, occupancy))
    return tuple(
        replace(
            mentor,
            capacity=max(0, mentor.capacity - occupancy.mentors.get(mentor.id, 0)),
            slots=tuple(s for s in mentor.slots if s not in taken.get(mentor.id, ())),
        )
        for mentor in mentors
    )


def _taken(mentor: Mentor, occupancy: Occupancy) -> Iterator[Slot]:
    instants = [start for mentor_id, start in occupancy.slots if mentor_id == mentor.id]
    for slot in mentor.slots:
        if any(slot.start <= instant < slot.end for instant in instants):
            yield slot
