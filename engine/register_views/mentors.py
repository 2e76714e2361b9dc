"""The register of mentors as of a day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from engine.domain import Mentor, MentorForm, Position
from engine.registers import Accompaniment


@dataclass(frozen=True, slots=True)
class MentorCard:
    """A mentor as the register of mentors shows him (173-р, п. 4.2.3; 449-р).

    Parameters
    ----------
    trained
        Whether his training counts on the day; ``None`` = it is not stated until when.
    accompanies
        Whom he accompanies on the day, by the register of accompaniment.
    """

    id: str
    position: Position
    organisation_id: str | None
    district: str
    forms: tuple[MentorForm, ...]
    subjects: tuple[str, ...]
    languages: tuple[str, ...]
    consent: bool
    consent_on: dt.date | None
    capacity: int
    trained_until: dt.date | None
    trained: bool | None
    accompanies: int


def mentor_cards(
    mentors: Iterable[Mentor], accompaniments: Iterable[Accompaniment], day: dt.date
) -> tuple[MentorCard, ...]:
    """Mentors as of a day, by id."""
    pairs = {(a.by, a.educator_id) for a in accompaniments if a.during.holds_on(day)}
    accompanies = Counter(by for by, _ in pairs)
    return tuple(_card(m, accompanies[m.id], day) for m in sorted(mentors, key=lambda m: m.id))


def _card(mentor: Mentor, accompanies: int, day: dt.date) -> MentorCard:
    until = mentor.trained_until
    return MentorCard(
        id=mentor.id,
        position=mentor.position,
        organisation_id=mentor.organisation_id,
        district=mentor.district,
        forms=mentor.forms,
        subjects=mentor.subjects,
        languages=mentor.languages,
        consent=mentor.consent,
        consent_on=mentor.consent_on,
        capacity=mentor.capacity,
        trained_until=until,
        trained=None if until is None else day <= until,
        accompanies=accompanies,
    )
