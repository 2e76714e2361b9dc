"""Why an activity is not for this educator.

Every rule tells what it forbids and why (``Verdicts``); reasons are codes with parameters, worded
elsewhere. An activity keeps all its reasons, so that a reader who mends one
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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self
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
    Reason,
)
from engine.framework import Framework
from engine.matching.audience_table import AudienceTable, NamedGroups
from engine.matching.text import normalise
from engine.matching.verdicts import Groups, Verdicts

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

    def within(self, today: dt.date, horizon: Horizon) -> tuple[BoolArray, BoolArray]:
        """Which offerings lie in what is left of a horizon, and which are open, seats aside.

        Returns
        -------
        tuple of two arrays of bool, shape (n_offerings,)
        """
        now, first, last = (day.toordinal() for day in (today, *horizon))
        runs: BoolArray = np.where(
            self.self_paced,
            (self.start <= last) & (self.end >= max(first, now + 1)),
            (self.start > now)
            & (self.start >= first)
            & (self.end <= last)
            & (self.start <= self.end),
        )
        return runs, runs & (self.enrolment_until >= now)

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


class EligibilityTable:
    """Everything of the catalogue that eligibility asks for, compiled once per version."""

    def __init__(self, activities: Sequence[Activity], framework: Framework) -> None:
        self.index = {a.id: i for i, a in enumerate(activities)}
        self.audience = AudienceTable(activities, framework)
        self.recurring = np.array([a.kind in RECURRING_KINDS for a in activities], dtype=np.bool_)
        self.hours_unknown = np.array(
            [not _known(a.hours_academic) for a in activities], dtype=np.bool_
        )
        self.form = np.array([FORMS.index(a.form) for a in activities], dtype=np.int64)
        self.language = Groups.by([a.language for a in activities])
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
        verdicts = Verdicts(len(self.index))
        self._audience(verdicts, educator)
        self._completed(verdicts, history)
        self._content(verdicts, educator, constraints)
        self._excluded(verdicts, offerings, constraints.excluded)
        self._dated(verdicts, offerings, as_of.astimezone(zone).date(), horizon)
        return verdicts.reasons()

    def _audience(self, verdicts: Verdicts, educator: Educator) -> None:
        audience = self.audience
        _shut(
            verdicts,
            audience.positions,
            audience.position_of(educator),
            lambda named: Reason(
                "audience_position", {"position": educator.position.value, "positions": named}
            ),
        )
        taught = list(educator.subjects)
        _shut(
            verdicts,
            audience.subjects,
            audience.subjects_of(educator),
            lambda named: Reason("audience_subject", {"subjects": taught, "named": named}),
        )
        # a stage that is not stated shuts nobody out
        if educator.stages:
            stages = [s.value for s in educator.stages]
            _shut(
                verdicts,
                audience.stages,
                audience.stages_of(educator),
                lambda named: Reason("audience_stage", {"stages": stages, "named": named}),
            )

    def _completed(self, verdicts: Verdicts, history: Sequence[HistoryItem]) -> None:
        latest: dict[int, dt.date] = {}
        for item in history:
            hits = [self.index[item.activity_id]] if item.activity_id in self.index else []
            if item.title:
                hits += self.by_title.get(title_key(item.title), [])
            for i in hits:
                if not self.recurring[i]:
                    latest[i] = max(latest.get(i, item.completed_on), item.completed_on)
        code = np.zeros(len(self.index), dtype=np.int64)
        code[list(latest)] = np.arange(1, len(latest) + 1)
        verdicts.add(
            code,
            [
                Reason("already_completed", {"completed_on": day.isoformat()})
                for day in latest.values()
            ],
        )

    def _content(self, verdicts: Verdicts, educator: Educator, constraints: Constraints) -> None:
        spoken = {language.casefold() for language in educator.languages}
        languages = self.language.values
        foreign = np.array([name.casefold() not in spoken for name in languages], dtype=np.bool_)
        reasons = [
            Reason("language", {"language": languages[g]}) for g in np.flatnonzero(foreign).tolist()
        ]
        verdicts.add_groups(foreign, self.language.of, reasons)
        if constraints.forms:
            left_out = [form for form in FORMS if form not in constraints.forms]
            verdicts.add_groups(
                np.isin(FORMS, left_out),
                self.form,
                [Reason("form_not_admitted", {"form": form.value}) for form in left_out],
            )
        verdicts.add_one(self.hours_unknown, Reason("hours_unknown"))

    def _excluded(self, verdicts: Verdicts, table: OfferingTable, excluded: Sequence[str]) -> None:
        if not excluded:
            return
        n, ids = len(self.index), set(excluded)
        banned = np.zeros(n, dtype=np.bool_)
        banned[[self.index[i] for i in excluded if i in self.index]] = True
        shut = np.fromiter(map(ids.__contains__, table.ids), dtype=np.bool_, count=len(table.ids))
        offered = np.bincount(table.activity, minlength=n) > 0
        banned |= offered & ~(np.bincount(table.activity[~shut], minlength=n) > 0)
        verdicts.add_one(banned, Reason("excluded"))

    def _dated(
        self, verdicts: Verdicts, table: OfferingTable, today: dt.date, horizon: Horizon
    ) -> None:
        n = len(self.index)
        runs, is_open = table.within(today, horizon)
        # an offering that is excluded still has its dates: "excluded" says it all by itself
        has_run = np.bincount(table.activity[runs], minlength=n) > 0
        days = {"start": horizon[0].isoformat(), "end": horizon[1].isoformat()}
        verdicts.add_one(~has_run, Reason("no_run_in_horizon", days))
        closed = has_run & ~(np.bincount(table.activity[is_open], minlength=n) > 0)
        if not closed.any():
            return
        latest = np.full(n, FIRST_DAY, dtype=np.int64)
        np.maximum.at(latest, table.activity[runs], table.enrolment_until[runs])
        ends, which = np.unique(latest[closed], return_inverse=True)
        code = np.zeros(n, dtype=np.int64)
        code[closed] = which + 1
        verdicts.add(
            code,
            [
                Reason("enrolment_closed", {"closed_on": dt.date.fromordinal(day).isoformat()})
                for day in ends.tolist()
            ],
        )


def _shut(
    verdicts: Verdicts,
    groups: NamedGroups,
    codes: Sequence[int],
    reason: Callable[[list[str]], Reason],
) -> None:
    """Forbid what names others, for a reason made of those that it names."""
    shut = groups.shut(codes)
    named = [list(groups.values[g]) for g in np.flatnonzero(shut).tolist()]
    verdicts.add_groups(shut, groups.of, [reason(names) for names in named])


def _known(hours: float | None) -> bool:
    return hours is not None and 0 < hours < float("inf")


def title_key(title: str) -> str:
    """Title as it is compared: small letters, ё as е, no quotes, dashes or other signs."""
    words = "".join(c if c.isalnum() else " " for c in normalise(title))
    return " ".join(words.split())
