"""What the separators look up about the candidate columns, each found once a problem.

Flat arrays only, so that compiled loops may walk them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from engine.domain import IntArray
from engine.planning.kernel import entries_of
from engine.planning.problem import RouteProblem

PRACTICE, PREREQUISITE = 0, 1
"""Kinds of needs."""


class Needs(NamedTuple):
    """Who needs whom: need i is that of activity ``owner[i]`` for one of a group.

    Parameters
    ----------
    owner, kind
        Shape (n_needs,): ascending activities that have columns; ``PRACTICE`` comes before
        ``PREREQUISITE``.
    indptr, activities
        Group i is ``activities[indptr[i]:indptr[i + 1]]``, ascending and without repetition.
    """

    owner: IntArray
    kind: IntArray
    indptr: IntArray
    activities: IntArray


class Meetings(NamedTuple):
    """Meetings of all columns: shapes (n_meetings,), in minutes of the horizon."""

    column: IntArray
    start: IntArray
    end: IntArray


class Entries(NamedTuple):
    """Entries of a sparse table in ascending order of columns: shapes (n_entries,)."""

    column: IntArray
    key: IntArray
    value: IntArray


class ByKey(NamedTuple):
    """Entries (key, column, value) by key, then by column.

    Those of key i are ``column[indptr[i]:indptr[i + 1]]``.
    """

    indptr: IntArray
    column: IntArray
    value: IntArray


@dataclass(frozen=True, eq=False)
class Columns:
    """The candidate columns of a relaxation.

    Parameters
    ----------
    candidates, activity
        Shape (n,): candidate and activity of each column, ordered by activity.
    gain_entries
        By demand: gain units > 0.
    load_entries
        By week: minutes > 0.
    """

    problem: RouteProblem
    candidates: IntArray
    activity: IntArray
    gain_entries: Entries
    load_entries: Entries

    @cached_property
    def first(self) -> IntArray:
        """First column of each activity and, last, n: shape (n_activities + 1,)."""
        return np.searchsorted(self.activity, np.arange(len(self.problem.activities) + 1))

    @cached_property
    def needs(self) -> Needs:
        """Prerequisites, and practices where the rule ``transfer`` binds."""
        transfer = self.problem.limits.transfer_weeks > 0
        activities = self.problem.activities
        owner: list[int] = []
        kind: list[int] = []
        groups: list[IntArray] = []
        # Programmes of one theme share their practices.
        known: dict[tuple[int, ...], IntArray] = {}

        def add(number: int, what: int, group: tuple[int, ...]) -> None:
            if group not in known:
                known[group] = np.array(sorted(set(group)), dtype=np.int64)
            owner.append(number)
            kind.append(what)
            groups.append(known[group])

        for number in np.flatnonzero(np.diff(self.first)).tolist():
            facts = activities[number]
            if transfer and facts.needs_practice:
                add(number, PRACTICE, facts.practices)
            for group in facts.prerequisites:
                add(number, PREREQUISITE, group)
        return Needs(
            np.array(owner, dtype=np.int64),
            np.array(kind, dtype=np.int64),
            np.cumsum([0, *map(len, groups)], dtype=np.int64),
            np.concatenate([np.zeros(0, dtype=np.int64), *groups]),
        )

    @cached_property
    def meetings(self) -> Meetings:
        """Every meeting of a column."""
        meetings = self.problem.candidates.meetings
        owner, entry = entries_of(meetings, self.candidates)
        return Meetings(owner, meetings.values[entry, 0], meetings.values[entry, 1])

    @cached_property
    def weekly(self) -> ByKey:
        """Minutes by week."""
        return _by_key(*self.load_entries, self.problem.n_weeks)

    @cached_property
    def gains(self) -> ByKey:
        """Gain units by demand."""
        return _by_key(*self.gain_entries, len(self.problem.demands))

    @cached_property
    def minutes(self) -> IntArray:
        """Minutes of each column, shape (n,)."""
        column, _, minutes = self.load_entries
        indptr = _indptr(column, len(self.candidates))
        return np.diff(np.concatenate([[0], np.cumsum(minutes)])[indptr])

    @cached_property
    def heaviest(self) -> IntArray:
        """Columns by minutes, the heaviest first, shape (n,)."""
        return np.argsort(-self.minutes, kind="stable")

    @cached_property
    def days(self) -> IntArray:
        """Start and end of each column, shape (2, n)."""
        table = self.problem.candidates
        return np.stack([table.start_day[self.candidates], table.end_day[self.candidates]])

    @cached_property
    def first_week(self) -> IntArray:
        """Week of the start, shape (n,)."""
        return self.problem.candidates.start_day[self.candidates] // 7

    @cached_property
    def last_week(self) -> IntArray:
        """Week of the end, shape (n,)."""
        return self.problem.candidates.end_day[self.candidates] // 7

    @cached_property
    def facts(self) -> IntArray:
        """Activity, first week, last week, source, cost: shape (n, 5), one place in memory."""
        table = self.problem.candidates
        source, cost = table.source[self.candidates], table.cost_rub[self.candidates]
        facts = [self.activity, self.first_week, self.last_week, source, cost]
        return np.stack(facts, axis=1)

    @cached_property
    def budget(self) -> IntArray:
        """Budget of each source."""
        return np.array(self.problem.budget_rub, dtype=np.int64)


def _indptr(numbers: IntArray, count: int) -> IntArray:
    """Where each of ``count`` numbers begins once they are sorted, and the end."""
    return np.concatenate([[0], np.cumsum(np.bincount(numbers, minlength=count))])


def _by_key(column: IntArray, key: IntArray, value: IntArray, n_keys: int) -> ByKey:
    """Entries in ascending order of columns, sorted by key."""
    # Small numbers are sorted by counting.
    order = np.argsort(key.astype(np.uint16), kind="stable")
    return ByKey(_indptr(key, n_keys), column[order], value[order])
