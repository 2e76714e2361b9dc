"""A kept route as part of a request, so that a revision can be compiled and solved again.

Everything that a revision needs of the earlier solve stands in here by ids, dates and amounts: the
catalogue, the evidence and the model may have changed since, and a run that has begun goes on
though its record be gone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.recommendation import MeetingEntry, Step


@dataclass(frozen=True, slots=True)
class KeptRun:
    """One step of the kept route as it was planned.

    Parameters
    ----------
    step
        As the answer told it; ``step.id`` is stable over all revisions.
    label
        Of its candidate: offering, with start and pace of a self-paced run.
    fixed
        Finished, started or enrolled: it stays, whatever the bound on changes.
    weekly
        Minutes by Monday of the week.
    gains
        Gain units by the code of the demand that still counts them; a demand measured after the
        step was finished is absent, its estimate holds the gain already.
    bonus_mpt, price_mpt
        As they were counted.
    category, long
        Of the activity in the route problem.
    practices
        Ids of the activities that may carry it into practice; ``None`` = none is needed.
    thawed
        A methodist's decision speaks of this step, so the days without changes do not bind it.
    done_on
        Day by which it was finished: what was planned after it takes no time any more; ``None`` =
        it goes on.
    """

    step: Step
    label: str
    fixed: bool
    weekly: tuple[tuple[dt.date, int], ...] = ()
    gains: Mapping[str, int] = field(default_factory=dict)
    bonus_mpt: int = 0
    price_mpt: int = 0
    category: int = 0
    long: bool = False
    practices: tuple[str, ...] | None = None
    thawed: bool = False
    done_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A diagnostic of the kept route that has been taken."""

    stage: str
    label: str
    date: dt.date
    duration_min: int


@dataclass(frozen=True, slots=True)
class KeptRoute:
    """The kept route and how far it may change.

    Parameters
    ----------
    first_monday
        Day 0 of the first revision; weeks, windows and prices go on counting from it.
    runs
        Steps that are finished, started or enrolled, and those still planned; missed and
        cancelled ones have left the route.
    changes_most
        Most steps added, removed, moved or replaced, ≥ 0.
    free_from
        First day on which something new may start, and from which planned steps may change.
    next_step
        Number of the next new step, ≥ 1.
    mentor
        Id of the mentor, who stays while he may; ``None`` = without.
    meetings
        Meetings with the mentor that have been held, or are due before ``free_from``.
    checkpoints
        Diagnostics that have been taken.
    """

    first_monday: dt.date
    runs: tuple[KeptRun, ...]
    changes_most: int
    free_from: dt.date
    next_step: int = 1
    mentor: str | None = None
    meetings: tuple[MeetingEntry, ...] = ()
    checkpoints: tuple[KeptCheckpoint, ...] = ()
