"""Why an activity is not for this educator.

Every rule is one function that yields an array of what it forbids; reasons are codes with
parameters, worded elsewhere. An activity keeps all its reasons, so that a reader who mends one
sees the next.

==================== ==============================================================
code                 rule
==================== ==============================================================
audience_position    the activity names positions and not this one
audience_subject     it names subjects, none of which the educator teaches
audience_stage       it names stages, none of which the educator works in
already_completed    in the history, by id or by title (not for recurring kinds)
language             not in a language of the educator
form_not_admitted    its form is not among the admitted ones
hours_unknown        its length is not stated, so it cannot be planned
excluded             excluded by id, or all its offerings are
no_run_in_horizon    no offering lies in what is left of the horizon after ``as_of``
enrolment_closed     some do, but the enrolment of each has ended
==================== ==============================================================
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar
from zoneinfo import ZoneInfo

import numpy as np

from engine.catalogue import FIRST_DAY, FORMS, LAST_DAY, Catalogue
from engine.domain import (
    Activity,
    BoolArray,
    Constraints,
    Educator,
    FloatArray,
    HistoryItem,
    IntArray,
    Kind,
    Offering,
    Position,
    Reason,
    Stage,
)
from engine.framework import Framework, normalise_subject
from engine.matching.text import normalise

RECURRING_KINDS = frozenset({Kind.DIAGNOSTIC, Kind.COMMUNITY})
"""Kinds that an educator takes again and again; having been there excludes nothing."""

Horizon = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class OfferingTable:
    """Dates of offerings as ordinals, by index of their activity; dated ones have both dates.

    Parameters
    ----------
    ids
        Ids of the offerings, n_offerings of them.
    activity
        Shape (n_offerings,), index of the activity.
    start, end
        Shape (n_offerings,), first and last day; a dated run without dates has start > end.
    enrolment_until
        Shape (n_offerings,); a dated run without deadline is open until its start.
    self_paced
        Shape (n_offerings,).
    online
        Shape (n_offerings,): no meeting needs a journey.
    """

    ids: tuple[str, ...]
    activity: IntArray
    start: IntArray
    end: IntArray
    enrolment_until: IntArray
    self_paced: BoolArray
    online: BoolArray

    @classmethod
    def compile(cls, offerings: Sequence[Offering], activity_index: Mapping[str, int]) -> Self:
        """Table of offerings; those of unknown activities are left out."""
        known = [o for o in offerings if o.activity_id in activity_index]
        spans = [_span(o) for o in known]
        return cls(
            ids=tuple(o.id for o in known),
            activity=_ints([activity_index[o.activity_id] for o in known]),
            start=_ints([first for first, _ in spans]),
            end=_ints([last for _, last in spans]),
            enrolment_until=_ints([_deadline(o) for o in known]),
            self_paced=np.array([o.self_paced for o in known], dtype=np.bool_),
            online=np.array([_online(o) for o in known], dtype=np.bool_),
        )

    @classmethod
    def from_catalogue(cls, catalogue: Catalogue) -> Self:
        """The same from a compiled catalogue, whose activity order it keeps."""
        dated = ~catalogue.self_paced
        until = np.where(
            dated, np.minimum(catalogue.enrolment_until, catalogue.start), catalogue.enrolment_until
        )
        return cls(
            ids=tuple(o.id for o in catalogue.offerings),
            activity=catalogue.offering_activity,
            start=catalogue.start,
            end=catalogue.end,
            enrolment_until=until,
            self_paced=catalogue.self_paced,
            online=np.array([_online(o) for o in catalogue.offerings], dtype=np.bool_),
        )

    def online_share(self, n_activities: int) -> FloatArray:
        """Share of each activity's offerings without a journey; NaN where there are none."""
        count = np.bincount(self.activity, minlength=n_activities)
        online = np.bincount(self.activity[self.online], minlength=n_activities)
        share: FloatArray = np.where(count > 0, online / np.maximum(count, 1), np.nan)
        return share


def _online(offering: Offering) -> bool:
    return not offering.locality and not any(m.place for m in offering.meetings)


def _ints(values: Sequence[int]) -> IntArray:
    return np.array(values, dtype=np.int64)


def _span(offering: Offering) -> tuple[int, int]:
    if not offering.self_paced and (offering.start is None or offering.end is None):
        return LAST_DAY, FIRST_DAY
    return (
        FIRST_DAY if offering.start is None else offering.start.toordinal(),
        LAST_DAY if offering.end is None else offering.end.toordinal(),
    )


def _deadline(offering: Offering) -> int:
    until = LAST_DAY if offering.enrolment_until is None else offering.enrolment_until.toordinal()
    if offering.self_paced or offering.start is None:
        return until
    return min(until, offering.start.toordinal())


class AudienceTable:
    """What activities say of their audience, compiled once per catalogue version.

    Parameters
    ----------
    activities
        n_activities of them, in the order of the ranking.
    framework
        Knows which names of subjects stand for one subject.
    """

    def __init__(self, activities: Sequence[Activity], framework: Framework) -> None:
        n = len(activities)
        self.framework = framework
        self.position_code: dict[str, int] = {p: i for i, p in enumerate(Position)}
        self.stage_code: dict[str, int] = {s: i for i, s in enumerate(Stage)}
        self.positions = _members(n, [a.positions for a in activities], self.position_code)
        self.stages = _members(n, [a.stages for a in activities], self.stage_code)
        named = [tuple(normalise_subject(s) for s in a.subjects) for a in activities]
        self.subject_code = {s: i for i, s in enumerate(sorted({s for row in named for s in row}))}
        self.subjects = _members(n, named, self.subject_code)
        self.any_position: BoolArray = np.asarray(~self.positions.any(axis=1))
        self.any_stage: BoolArray = np.asarray(~self.stages.any(axis=1))
        self.any_subject: BoolArray = np.asarray(~self.subjects.any(axis=1))

    def admits_position(self, educator: Educator) -> BoolArray:
        """Shape (n_activities,): the position is named, or none is."""
        named: BoolArray = self.positions[:, self.position_code[educator.position]]
        return named | self.any_position

    def names_subject(self, educator: Educator) -> BoolArray:
        """Shape (n_activities,): a subject of the educator is named."""
        taught = [
            code
            for name, code in self.subject_code.items()
            if any(self.framework.subjects_match(name, s) for s in educator.subjects)
        ]
        return np.asarray(self.subjects[:, taught].any(axis=1))

    def names_stage(self, educator: Educator) -> BoolArray:
        """Shape (n_activities,): a stage of the educator is named."""
        codes = [self.stage_code[s] for s in educator.stages]
        return np.asarray(self.stages[:, codes].any(axis=1))


def _members(n: int, rows: Sequence[Sequence[str]], code: Mapping[str, int]) -> BoolArray:
    table = np.zeros((n, len(code)), dtype=np.bool_)
    for i, row in enumerate(rows):
        table[i, [code[name] for name in row]] = True
    return table


class EligibilityTable:
    """Everything of the catalogue that eligibility asks for, compiled once per version."""

    def __init__(self, activities: Sequence[Activity], framework: Framework) -> None:
        self.activities = tuple(activities)
        self.index = {a.id: i for i, a in enumerate(activities)}
        self.audience = AudienceTable(activities, framework)
        self.recurring = np.array([a.kind in RECURRING_KINDS for a in activities], dtype=np.bool_)
        self.hours_known = np.array([_known(a.hours_academic) for a in activities], dtype=np.bool_)
        self.form = np.array([FORMS.index(a.form) for a in activities], dtype=np.int64)
        self.language = np.array([a.language.casefold() for a in activities], dtype=np.str_)
        self.by_title: dict[str, list[int]] = {}
        for i, activity in enumerate(activities):
            self.by_title.setdefault(title_key(activity.title), []).append(i)

    def reasons(
        self,
        educator: Educator,
        *,
        offerings: OfferingTable,
        history: Sequence[HistoryItem],
        constraints: Constraints,
        as_of: dt.datetime,
        horizon: Horizon,
        zone: ZoneInfo,
    ) -> dict[int, tuple[Reason, ...]]:
        """Reasons by activity index; an activity without any is absent.

        Parameters
        ----------
        as_of
            Instant with offset; "today" is its day in ``zone``, the educator's.
        horizon
            First and last day of the route.

        Raises
        ------
        ValueError
            If ``as_of`` has no offset.
        """
        if as_of.utcoffset() is None:
            raise ValueError("as_of needs an offset")
        today = as_of.astimezone(zone).date()
        found: dict[int, list[Reason]] = {}
        for i, reason in self._personal(educator, history, constraints):
            found.setdefault(i, []).append(reason)
        for i, reason in self._dated(offerings, constraints, today, horizon):
            found.setdefault(i, []).append(reason)
        return {i: tuple(found[i]) for i in sorted(found)}

    def _personal(
        self, educator: Educator, history: Sequence[HistoryItem], constraints: Constraints
    ) -> Iterator[tuple[int, Reason]]:
        audience, activities = self.audience, self.activities
        yield from _mark(
            ~audience.admits_position(educator),
            lambda i: tuple(p.value for p in activities[i].positions),
            lambda named: Reason(
                "audience_position",
                {"position": educator.position.value, "positions": list(named)},
            ),
        )
        taught = list(educator.subjects)
        yield from _mark(
            ~audience.any_subject & ~audience.names_subject(educator),
            lambda i: activities[i].subjects,
            lambda named: Reason("audience_subject", {"subjects": taught, "named": list(named)}),
        )
        if educator.stages:
            stages = [s.value for s in educator.stages]
            yield from _mark(
                ~audience.any_stage & ~audience.names_stage(educator),
                lambda i: tuple(s.value for s in activities[i].stages),
                lambda named: Reason("audience_stage", {"stages": stages, "named": list(named)}),
            )
        yield from self._completed(history)
        spoken = [language.casefold() for language in educator.languages]
        yield from _mark(
            ~np.isin(self.language, spoken),
            lambda i: activities[i].language,
            lambda language: Reason("language", {"language": language}),
        )
        if constraints.forms:
            yield from _mark(
                ~np.isin(self.form, [FORMS.index(form) for form in constraints.forms]),
                lambda i: activities[i].form.value,
                lambda form: Reason("form_not_admitted", {"form": form}),
            )
        yield from _mark(~self.hours_known, lambda i: "", lambda _: Reason("hours_unknown"))

    def _completed(self, history: Sequence[HistoryItem]) -> Iterator[tuple[int, Reason]]:
        latest: dict[int, dt.date] = {}
        for item in history:
            hits = [self.index[item.activity_id]] if item.activity_id in self.index else []
            if item.title:
                hits += self.by_title.get(title_key(item.title), [])
            for i in hits:
                if not self.recurring[i]:
                    latest[i] = max(latest.get(i, item.completed_on), item.completed_on)
        for i in sorted(latest):
            yield i, Reason("already_completed", {"completed_on": latest[i].isoformat()})

    def _dated(
        self, table: OfferingTable, constraints: Constraints, today: dt.date, horizon: Horizon
    ) -> Iterator[tuple[int, Reason]]:
        n, now = len(self.activities), today.toordinal()
        banned = np.zeros(n, dtype=np.bool_)
        banned[[self.index[i] for i in constraints.excluded if i in self.index]] = True
        excluded = set(constraints.excluded)
        free = np.array([id not in excluded for id in table.ids], dtype=np.bool_)
        offered = np.bincount(table.activity, minlength=n) > 0
        banned |= offered & ~(np.bincount(table.activity[free], minlength=n) > 0)
        yield from _mark(banned, lambda i: "", lambda _: Reason("excluded"))

        first, last = horizon[0].toordinal(), horizon[1].toordinal()
        runs = np.where(
            table.self_paced,
            (table.start <= last) & (table.end >= max(first, now + 1)),
            (table.start > now)
            & (table.start >= first)
            & (table.end <= last)
            & (table.start <= table.end),
        )
        # an offering that is excluded still has its dates: "excluded" says it all by itself
        has_run = np.bincount(table.activity[runs], minlength=n) > 0
        days = {"start": horizon[0].isoformat(), "end": horizon[1].isoformat()}
        yield from _mark(~has_run, lambda i: "", lambda _: Reason("no_run_in_horizon", days))
        is_open = runs & (table.enrolment_until >= now)
        closed = has_run & ~(np.bincount(table.activity[is_open], minlength=n) > 0)
        latest = np.full(n, FIRST_DAY, dtype=np.int64)
        np.maximum.at(latest, table.activity[runs], table.enrolment_until[runs])
        yield from _mark(
            closed,
            lambda i: dt.date.fromordinal(int(latest[i])).isoformat(),
            lambda day: Reason("enrolment_closed", {"closed_on": day}),
        )


Key = TypeVar("Key", bound=Hashable)


def _mark(
    forbidden: BoolArray, key: Callable[[int], Key], reason: Callable[[Key], Reason]
) -> Iterator[tuple[int, Reason]]:
    """Reasons of the forbidden activities; equal ones are one object, for there are thousands."""
    made: dict[Key, Reason] = {}
    for i in np.flatnonzero(forbidden).tolist():
        k = key(i)
        if k not in made:
            made[k] = reason(k)
        yield i, made[k]


def _known(hours: float | None) -> bool:
    return hours is not None and 0 < hours < float("inf")


def title_key(title: str) -> str:
    """Title as it is compared: small letters, ё as е, no quotes, dashes or other signs."""
    words = "".join(c if c.isalnum() else " " for c in normalise(title))
    return " ".join(words.split())
