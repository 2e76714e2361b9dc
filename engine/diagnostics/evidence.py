"""Rows of evidence → sittings: one score of one node in one procedure by one method."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Protocol, TypeVar

from engine.domain import DiagnosticResult, ItemResponse, Method

METHOD_ORDER = {Method.TEST: 0, Method.OBSERVATION: 1, Method.EXPERT: 2, Method.SELF: 3}
"""Which method speaks first where two sittings of a node lie on the same day."""


class _Dated(Protocol):
    @property
    def date(self) -> dt.date: ...


Row = TypeVar("Row", bound=_Dated)


@dataclass(frozen=True, slots=True)
class Sitting:
    """One score of one node in one procedure by one method.

    Parameters
    ----------
    date
        Last day of the sitting.
    score, max_score
        Sums over the criteria, each criterion averaged over its observers.
    n_tasks
        Tasks, criteria or answered items behind the score, ≥ 1.
    rows
        What it was made of, exact duplicates left out.
    """

    procedure_id: str
    date: dt.date
    method: Method
    node: str
    score: float
    max_score: float
    n_tasks: int
    rows: tuple[DiagnosticResult, ...]

    @property
    def tasks_known(self) -> bool:
        """Whether ``n_tasks`` was counted or stated, and is not the policy's default."""
        return any(row.criterion is not None or row.n_tasks is not None for row in self.rows)

    @property
    def share(self) -> float:
        """Score / maximum in [0, 1]."""
        return min(1.0, self.score / self.max_score)


def gather_sittings(
    results: Iterable[DiagnosticResult],
    responses: Iterable[ItemResponse],
    default_tasks: int,
) -> tuple[Sitting, ...]:
    """Sittings out of validated rows, newest first; any order of the rows gives the same.

    Parameters
    ----------
    default_tasks
        Tasks behind a score that does not say how many.

    Notes
    -----
    Several observers of a criterion are averaged first, then the criteria of a card are summed:
    an observer who left optional criteria out does not pull the card down. A criterion is one
    task. Item responses without an answer (NaN) are left out; a node without any answer gives no
    sitting.
    """
    sittings = [_from_marks(rows, default_tasks) for rows in marks_by_sitting(results)]
    sittings += map(_from_answers, _answers_by_node(responses))
    return tuple(sorted(sittings, key=sitting_order))


def sitting_order(sitting: Sitting) -> tuple[int, int, str, str]:
    """Newest first; ties by method (test > observation > expert > self), then procedure id."""
    method = METHOD_ORDER[sitting.method]
    return -sitting.date.toordinal(), method, sitting.procedure_id, sitting.node


SITTING_DAYS = 14
"""Longest span of one sitting: observers of one card may come on different days, and a test may
be finished later; what lies further apart is another measurement."""


def split_by_sitting(rows: Sequence[Row], mark: Callable[[Row], Hashable]) -> list[list[Row]]:
    """Split the rows of one procedure into sittings, in the order of their days.

    Days within ``SITTING_DAYS`` of the first are one sitting, unless some mark recurs among them
    on another day: then the procedure was repeated and each day is a sitting. A later row never
    changes what an earlier sitting was.
    """
    by_day: defaultdict[dt.date, list[Row]] = defaultdict(list)
    for row in rows:
        by_day[row.date].append(row)
    spans: list[list[dt.date]] = []
    for day in sorted(by_day):
        if not spans or (day - spans[-1][0]).days > SITTING_DAYS:
            spans.append([])
        spans[-1].append(day)
    return [sitting for span in spans for sitting in _of_span([by_day[day] for day in span], mark)]


def _of_span(days: list[list[Row]], mark: Callable[[Row], Hashable]) -> list[list[Row]]:
    marks = [{mark(row) for row in rows} for rows in days]
    repeated = sum(map(len, marks)) > len(set().union(*marks))
    return days if repeated else [[row for rows in days for row in rows]]


def mark_of(row: DiagnosticResult) -> tuple[str | None, str | None]:
    """What tells the marks of one sitting apart."""
    return row.criterion, row.observer


def row_order(row: DiagnosticResult) -> tuple[int, int, str, str, str]:
    """Newest first, then by method, procedure, criterion and observer."""
    return (
        -row.date.toordinal(),
        METHOD_ORDER[row.method],
        row.procedure_id,
        row.criterion or "",
        row.observer or "",
    )


def marks_by_sitting(results: Iterable[DiagnosticResult]) -> list[list[DiagnosticResult]]:
    """Validated rows of each sitting, exact duplicates left out."""
    rows = set(results)
    groups: defaultdict[tuple[str, Method, str], list[DiagnosticResult]] = defaultdict(list)
    for row in sorted(rows, key=row_order):
        groups[row.procedure_id, row.method, row.node].append(row)
    return [sitting for rows in groups.values() for sitting in split_by_sitting(rows, mark_of)]


def answers_by_sitting(responses: Iterable[ItemResponse]) -> list[list[ItemResponse]]:
    """Answered rows of each sitting of a whole procedure, ordered; NaN = not answered."""
    # NaN differs from itself, so unanswered rows go before duplicates are told apart
    answered = {row for row in responses if not math.isnan(row.response)}
    groups: defaultdict[str, list[ItemResponse]] = defaultdict(list)
    for row in sorted(answered, key=lambda row: (row.procedure_id, row.date, row.item, row.node)):
        groups[row.procedure_id].append(row)
    return [
        sitting
        for rows in groups.values()
        for sitting in split_by_sitting(rows, lambda row: (row.item, row.node))
    ]


def _answers_by_node(responses: Iterable[ItemResponse]) -> Iterator[list[ItemResponse]]:
    for sitting in answers_by_sitting(responses):
        last = max(row.date for row in sitting)
        by_node: defaultdict[str, list[ItemResponse]] = defaultdict(list)
        for row in sitting:
            by_node[row.node].append(replace(row, date=last))
        yield from by_node.values()


def _from_marks(rows: Sequence[DiagnosticResult], default_tasks: int) -> Sitting:
    by_criterion: defaultdict[str | None, list[DiagnosticResult]] = defaultdict(list)
    for row in rows:
        by_criterion[row.criterion].append(row)
    first = rows[0]
    return Sitting(
        procedure_id=first.procedure_id,
        date=max(row.date for row in rows),
        method=first.method,
        node=first.node,
        score=math.fsum(fmean(row.score for row in marks) for marks in by_criterion.values()),
        max_score=math.fsum(marks[0].max_score for marks in by_criterion.values()),
        n_tasks=tasks_of(rows, default_tasks),
        rows=tuple(rows),
    )


def tasks_of(rows: Sequence[DiagnosticResult], default_tasks: int) -> int:
    """Criteria of a card, else the stated tasks (observers may state it or leave it out)."""
    criteria = {row.criterion for row in rows}
    if None not in criteria:
        return len(criteria)
    return max((row.n_tasks for row in rows if row.n_tasks is not None), default=default_tasks)


def _from_answers(answers: Sequence[ItemResponse]) -> Sitting:
    first = answers[0]
    n_tasks = len(answers)
    total = DiagnosticResult(
        procedure_id=first.procedure_id,
        date=max(row.date for row in answers),
        method=Method.TEST,
        node=first.node,
        score=math.fsum(row.response for row in answers),
        max_score=float(n_tasks),
        n_tasks=n_tasks,
    )
    return Sitting(
        procedure_id=total.procedure_id,
        date=total.date,
        method=total.method,
        node=total.node,
        score=total.score,
        max_score=total.max_score,
        n_tasks=n_tasks,
        rows=(total,),
    )
