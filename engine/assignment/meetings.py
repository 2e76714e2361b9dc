"""Whether two have a free hour in common, looked at only where it matters.

A route with a mentor needs meetings in his free hours (``mentorship.slots``), and to compare the
hours of millions of pairs would take far longer than to assign them. So the pairs that an
assignment chose are looked at, those without a common hour are forbidden, and it is solved again.
What is solved is never narrower than the truth; where all its pairs can meet, it is the best.
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
from engine.assignment.optimum import Optimum, solve
from engine.calendar import (
    DAY_MIN,
    WorkCalendar,
    build_calendar,
    default_horizon,
    educator_zone,
    effective_conditions,
    local_minutes,
)
from engine.domain import Conditions, Educator, IntArray, Mentor, Slot
from engine.policy import PolicyProfile

_Key = tuple[ZoneInfo, Conditions]
_Spans = tuple[IntArray, IntArray]
"""Starts and ends in minutes of the calendar, neither falling."""

AHEAD = 128
"""Best arcs of somebody whose pair cannot meet that are looked at together."""


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
    _kinds: dict[tuple[_Key, tuple[Slot, ...]], int] = field(default_factory=dict)
    _people: dict[str, tuple[int]] = field(default_factory=dict)
    _free: dict[tuple[int], tuple[_Key, _Spans]] = field(default_factory=dict)
    _stated: dict[tuple[ZoneInfo, str], _Spans] = field(default_factory=dict)
    _known: dict[tuple[int, str], bool] = field(default_factory=dict)

    def shared(self, educator: Educator, mentor: Mentor) -> bool:
        """Whether a meeting fits in; a mentor whose hours are not stated may have some."""
        if not mentor.slots:
            return True
        person = self._people.get(educator.id) or self._kind(educator)
        asked = (*person, mentor.id)
        if asked not in self._known:
            (zone, _), free = self._free[person]
            if (zone, mentor.id) not in self._stated:
                calendar = self._calendar(educator, (zone, effective_conditions(educator)))
                self._stated[zone, mentor.id] = slot_spans(mentor.slots, calendar, self.as_of)
            stated = self._stated[zone, mentor.id]
            self._known[asked] = meet(stated, free, self.policy.mentorship.meeting_min)
        return self._known[asked]

    def _kind(self, educator: Educator) -> tuple[int]:
        """Number of those with the same calendar and busy times; few people differ in these."""
        key = (educator_zone(educator, self.policy), effective_conditions(educator))
        busy = tuple(self.busy.get(educator.id, ()))
        kind = (self._kinds.setdefault((key, busy), len(self._kinds)),)
        if kind not in self._free:
            self._free[kind] = (key, free_spans(self._calendar(educator, key), busy))
        self._people[educator.id] = kind
        return kind

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


def meet(stated: _Spans, free: _Spans, least: int) -> bool:
    """Whether some slot and some free span have ``least`` minutes in common."""
    starts, ends = stated
    opens, closes = free
    at = np.searchsorted(closes, starts, side="right")
    while True:
        inside = at < len(opens)
        starts, ends, at = starts[inside], ends[inside], at[inside]
        inside = opens[at] < ends
        starts, ends, at = starts[inside], ends[inside], at[inside]
        if not len(at):
            return False
        common = np.minimum(ends, closes[at]) - np.maximum(starts, opens[at])
        if (common >= least).any():
            return True
        at = at + 1


def solve_with_meetings(
    found: Candidates,
    mentees: Sequence[Mentee],
    carers: Sequence[Mentor],
    hours: FreeHours,
    present: Collection[tuple[str, str]],
) -> tuple[Candidates, Optimum]:
    """The best flow all of whose pairs can meet, and the candidates that are left.

    Every pair of those who go without is looked at too, so that what is said of them is true.

    Parameters
    ----------
    present
        Pairs of ids that meet already: they are not looked at.
    """
    while True:
        best = solve(found.network)
        network = found.network

        def meets(arc: int, network: Network = network) -> bool:
            mentee, carer = mentees[network.person[arc]], carers[network.carer[arc]]
            pair = (mentee.id, carer.id)
            return pair in present or hours.shared(mentee.person.educator, carer)

        chosen = best.flow.arc[best.flow.served].tolist()
        apart = {arc for arc in chosen if not meets(arc)}
        looked = [_best_arcs(network, int(network.person[arc])) for arc in sorted(apart)]
        looked.append(np.flatnonzero(~best.flow.served[network.person]))
        apart.update(arc for arcs in looked for arc in arcs.tolist() if not meets(arc))
        if not apart:
            return found, best
        kept = np.ones(len(network.carer), dtype=np.bool_)
        kept[sorted(apart)] = False
        found = _without(found, np.flatnonzero(kept))


def _best_arcs(network: Network, person: int) -> IntArray:
    first, end = int(network.start[person]), int(network.start[person + 1])
    return first + np.argsort(-network.gain[first:end], kind="stable")[:AHEAD]


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
