"""Whether two have a free hour in common: looked at for every pair that may be made.

A route with a mentor needs meetings in his free hours (``mentorship.slots``). To compare the hours
of millions of pairs one by one would take far longer than to assign them; the slots of all carers
laid end to end are compared with one person's free time at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import numpy as np

from engine.assignment.candidates import NO_COMMON_TIME, Candidates
from engine.assignment.mentees import Mentee
from engine.assignment.network import Network
from engine.calendar import (
    DAY_MIN,
    WorkCalendar,
    build_calendar,
    default_horizon,
    educator_zone,
    effective_conditions,
    local_minutes,
)
from engine.domain import BoolArray, Conditions, Educator, IntArray, Mentor, Slot
from engine.policy import PolicyProfile

_Key = tuple[ZoneInfo, Conditions]
_Spans = tuple[IntArray, IntArray]
"""Starts and ends in minutes of the calendar, neither falling."""


@dataclass(frozen=True, slots=True, eq=False)
class _Stated:
    """Slots of carers in minutes of a calendar.

    Parameters
    ----------
    spans
        Each span once: many carers state the same hours.
    span, owner
        Shape (n_slots,): span and carer of each slot.
    """

    spans: _Spans
    span: IntArray
    owner: IntArray

    @classmethod
    def of(cls, carers: Sequence[Mentor], calendar: WorkCalendar, as_of: dt.datetime) -> _Stated:
        """Slots after an instant."""
        own = [np.column_stack(slot_spans(one.slots, calendar, as_of)) for one in carers]
        every = np.concatenate([np.zeros((0, 2), dtype=np.int64), *own])
        spans, span = np.unique(every, axis=0, return_inverse=True)
        owner = np.repeat(np.arange(len(carers)), [len(one) for one in own])
        return cls((spans[:, 0], spans[:, 1]), span.reshape(-1), owner)


@dataclass(frozen=True, slots=True)
class FreeHours:
    """Calendars and busy times of people in the policy's horizon.

    Parameters
    ----------
    busy
        By educator id; who is absent has none.
    """

    policy: PolicyProfile
    as_of: dt.datetime
    busy: Mapping[str, Sequence[Slot]] = field(default_factory=dict)
    _calendars: dict[_Key, WorkCalendar] = field(default_factory=dict)

    def table(self, educators: Sequence[Educator], carers: Sequence[Mentor]) -> BoolArray:
        """Whether a meeting fits in for each pair; who states no hours may have some.

        Returns
        -------
        BoolArray
            Shape (n_educators, n_carers).
        """
        unknown = np.array([not one.slots for one in carers], dtype=np.bool_)
        least = self.policy.mentorship.meeting_min
        stated: dict[ZoneInfo, _Stated] = {}
        # Most have no busy times of their own: their rows are one.
        rows: dict[tuple[_Key, tuple[Slot, ...]], BoolArray] = {}
        found = np.empty((len(educators), len(carers)), dtype=np.bool_)
        for i, educator in enumerate(educators):
            key = (educator_zone(educator, self.policy), effective_conditions(educator))
            busy = tuple(self.busy.get(educator.id, ()))
            kind = (key, busy)
            if kind not in rows:
                calendar = self._calendar(educator, key)
                if key[0] not in stated:
                    stated[key[0]] = _Stated.of(carers, calendar, self.as_of)
                slots = stated[key[0]]
                common = meet(slots.spans, free_spans(calendar, busy), least)
                rows[kind] = unknown.copy()
                rows[kind][slots.owner[common[slots.span]]] = True
            found[i] = rows[kind]
        return found

    def _calendar(self, educator: Educator, key: _Key) -> WorkCalendar:
        zone, _ = key
        if key not in self._calendars:
            monday, weeks = default_horizon(self.as_of, zone, self.policy.limits.horizon_weeks)
            self._calendars[key] = build_calendar(self.policy, educator, monday, weeks)
        return self._calendars[key]


def free_spans(calendar: WorkCalendar, busy: Sequence[Slot]) -> _Spans:
    """When an educator can meet: each day's hours without what is busy, apart and in order."""
    taken = sorted(
        (start, start + -(-int((slot.end - slot.start).total_seconds() + slot.start.second) // 60))
        for slot in busy
        for start in [local_minutes(slot.start, calendar.first_monday, calendar.zone)]
    )
    spans: list[tuple[int, int]] = []
    opens = calendar.day_open_min.tolist()
    at = 0
    for day, (first, last) in enumerate(zip(opens, calendar.day_close_min.tolist(), strict=True)):
        free, end = day * DAY_MIN + int(first), day * DAY_MIN + int(last)
        while at < len(taken) and taken[at][1] <= day * DAY_MIN:
            at += 1
        for start, until in taken[at:]:
            if start >= end:
                break
            if start > free:
                spans.append((free, start))
            free = max(free, until)
        if end > free:
            spans.append((free, end))
    table = np.array(spans, dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def slot_spans(slots: Sequence[Slot], calendar: WorkCalendar, as_of: dt.datetime) -> _Spans:
    """A mentor's slots after an instant, in whole minutes of an educator's zone."""
    spans = []
    for slot in slots:
        first = max(slot.start, as_of)
        if first.second or first.microsecond:
            first = first.replace(second=0, microsecond=0) + dt.timedelta(minutes=1)
        length = int((slot.end - first).total_seconds() // 60)
        if length > 0:
            start = local_minutes(first, calendar.first_monday, calendar.zone)
            spans.append((start, start + length))
    table = np.array(sorted(spans), dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def meet(stated: _Spans, free: _Spans, least: int) -> BoolArray:
    """Which stated spans have ``least`` minutes in common with some free one.

    Parameters
    ----------
    free
        Apart and in order.
    """
    opens, closes = free
    # A meeting may begin from a span's start to ``least`` before its end, in both at once.
    long = closes - opens >= least
    first, last = opens[long], closes[long] - least
    starts, latest = stated[0], stated[1] - least
    at = np.searchsorted(last, starts)
    found = at < len(first)
    found[found] = np.maximum(first[at[found]], starts[found]) <= latest[found]
    return found


def only_meeting(
    found: Candidates,
    mentees: Sequence[Mentee],
    carers: Sequence[Mentor],
    hours: FreeHours,
    present: Collection[tuple[str, str]],
) -> Candidates:
    """The candidates that can meet; the others are refused for want of a common hour.

    Parameters
    ----------
    present
        Pairs of ids that meet already: their hours are not asked for again.
    """
    network = found.network
    table = hours.table([m.person.educator for m in mentees], carers)
    rows = {m.id: i for i, m in enumerate(mentees)}
    columns = {c.id: j for j, c in enumerate(carers)}
    for mentee, carer in present:
        if mentee in rows and carer in columns:
            table[rows[mentee], columns[carer]] = True
    return _without(found, np.flatnonzero(table[network.person, network.carer]))


def _without(found: Candidates, kept: IntArray) -> Candidates:
    """The candidates with some arcs only; the others are refused for want of a common hour."""
    network = found.network
    before = np.diff(network.start)
    left = np.bincount(network.person[kept], minlength=network.n_people)
    refusals = found.refusals.copy()
    refusals[:, found.column(NO_COMMON_TIME)] += before - left
    return Candidates(
        network=_narrowed(network, kept, left),
        fit=found.fit[kept],
        form=found.form[kept],
        refusals=refusals,
    )


def _narrowed(network: Network, kept: IntArray, left: IntArray) -> Network:
    return replace(
        network,
        start=np.concatenate([[0], np.cumsum(left)]),
        carer=network.carer[kept],
        gain=network.gain[kept],
    )
