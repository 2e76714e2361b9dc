"""Programmes with their time in the federal register, and events, as of a day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.domain import PROGRAMME_KINDS, Activity, Form, Kind, Level, Offering
from engine.registers import Period


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme of the catalogue (ДПП) and its time in the federal register (ФР ДПП).

    Parameters
    ----------
    in_register
        Whether it stands in the federal register on the day; ``None`` = no day of it is stated.
    next_start
        First day of the next run that may still be entered on the day; ``None`` = there is none
        with dates.
    self_paced
        Whether it can be begun at any time of the day asked about.
    """

    id: str
    kind: Kind
    title: str
    hours_academic: float | None
    provider: str
    register_from: dt.date | None
    register_to: dt.date | None
    in_register: bool | None
    next_start: dt.date | None
    self_paced: bool


@dataclass(frozen=True, slots=True)
class Event:
    """An activity of the catalogue that is no programme; fields as in ``Programme``.

    Parameters
    ----------
    runs
        How many runs with dates may still be entered on the day.
    seats_left
        Seats of those runs together; ``None`` = one of them has no limit, or there is none.
    """

    id: str
    kind: Kind
    title: str
    level: Level | None
    form: Form
    hours_academic: float | None
    provider: str
    next_start: dt.date | None
    runs: int
    seats_left: int | None


def programmes(
    activities: Iterable[Activity], offerings: Iterable[Offering], day: dt.date
) -> tuple[Programme, ...]:
    """Programmes of a catalogue as of a day, by id."""
    runs = _runs(offerings, day)
    found = (a for a in activities if a.kind in PROGRAMME_KINDS)
    return tuple(_programme(a, runs.get(a.id, ()), day) for a in sorted(found, key=_id))


def events(
    activities: Iterable[Activity], offerings: Iterable[Offering], day: dt.date
) -> tuple[Event, ...]:
    """Activities that are no programmes as of a day, by id."""
    runs = _runs(offerings, day)
    found = (a for a in activities if a.kind not in PROGRAMME_KINDS)
    return tuple(_event(a, runs.get(a.id, ())) for a in sorted(found, key=_id))


def in_federal_register(activity: Activity, day: dt.date) -> bool | None:
    """Whether an activity stands in the federal register; ``None`` = no day of it is stated."""
    if activity.register_from is None and activity.register_to is None:
        return None
    return Period(activity.register_from, activity.register_to).holds_on(day)


def _runs(offerings: Iterable[Offering], day: dt.date) -> Mapping[str, Sequence[Offering]]:
    """Offerings that may still be entered on a day, by activity, in the order of their starts."""
    found: defaultdict[str, list[Offering]] = defaultdict(list)
    for offering in offerings:
        if _open(offering, day):
            found[offering.activity_id].append(offering)
    for runs in found.values():
        runs.sort(key=lambda o: (o.start or dt.date.min, o.id))
    return found


def _open(offering: Offering, day: dt.date) -> bool:
    if offering.enrolment_until is not None and day > offering.enrolment_until:
        return False
    if offering.self_paced:
        return offering.end is None or day <= offering.end
    return offering.start is not None and day <= offering.start


def _dated(runs: Sequence[Offering]) -> list[Offering]:
    return [o for o in runs if not o.self_paced]


def _next_start(runs: Sequence[Offering]) -> dt.date | None:
    return next((o.start for o in _dated(runs)), None)


def _programme(activity: Activity, runs: Sequence[Offering], day: dt.date) -> Programme:
    return Programme(
        id=activity.id,
        kind=activity.kind,
        title=activity.title,
        hours_academic=activity.hours_academic,
        provider=activity.provider,
        register_from=activity.register_from,
        register_to=activity.register_to,
        in_register=in_federal_register(activity, day),
        next_start=_next_start(runs),
        self_paced=any(o.self_paced and (o.start is None or o.start <= day) for o in runs),
    )


def _event(activity: Activity, runs: Sequence[Offering]) -> Event:
    dated = _dated(runs)
    seats = [o.seats_left for o in dated]
    known = [s for s in seats if s is not None]
    return Event(
        id=activity.id,
        kind=activity.kind,
        title=activity.title,
        level=activity.level,
        form=activity.form,
        hours_academic=activity.hours_academic,
        provider=activity.provider,
        next_start=_next_start(runs),
        runs=len(dated),
        seats_left=sum(known) if known and len(known) == len(seats) else None,
    )


def _id(activity: Activity) -> str:
    return activity.id
