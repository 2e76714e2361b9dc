"""Rows of evidence → observations: what each says, of which nodes, on whose sheet."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from engine.diagnostics.evidence import answers_by_sitting, marks_by_sitting, tasks_of
from engine.diagnostics.item_bank import ItemBank
from engine.domain import DiagnosticResult, ItemResponse, Method
from engine.errors import ConfigurationError
from engine.policy import Diagnostics


class Sheet(NamedTuple):
    """One procedure in one hand: what its observations have in common is no proficiency."""

    procedure_id: str
    method: Method
    observer: str


@dataclass(frozen=True, slots=True)
class Observation:
    """Evidence of log odds slope · mean of the nodes' log odds + intercept + sheet's effect.

    Parameters
    ----------
    nodes
        Nodes that are measured together, each with the same part.
    successes, failures
        Effective tasks, ≥ 0.
    slope, intercept
        1 and 0 for a score: its tasks are those of the average item.
    calibrated
        Whether slope and intercept come from an item bank.
    """

    nodes: tuple[str, ...]
    date: dt.date
    sheet: Sheet
    successes: float
    failures: float
    slope: float = 1.0
    intercept: float = 0.0
    calibrated: bool = False


def observations_of(
    results: Iterable[DiagnosticResult],
    responses: Iterable[ItemResponse],
    rule: Diagnostics,
    bank: ItemBank | None,
) -> tuple[Observation, ...]:
    """Observations out of validated rows; any order of the rows gives the same.

    Notes
    -----
    A sitting of n tasks is worth n · reliability(method) tasks, whoever many observers marked it:
    they saw the same work, so every criterion is divided among those who marked it and only their
    leniency is averaged. Criteria that were left out count for nothing; a criterion of more
    points counts for more. Item responses without an answer (NaN) are left out.

    Raises
    ------
    ConfigurationError
        Where the policy states no reliability for a method.
    """
    found = [o for rows in marks_by_sitting(results) for o in _of_marks(rows, rule)]
    found += _joined(_of_answers(responses, bank))
    return tuple(sorted(found, key=_alike))


def _alike(o: Observation) -> tuple[dt.date, Sheet, tuple[str, ...], float, float, bool]:
    """What two observations of the same log odds agree in."""
    return o.date, o.sheet, o.nodes, o.intercept, o.slope, o.calibrated


def _joined(observations: Iterable[Observation]) -> Iterator[Observation]:
    """Answers to items that are alike are one score of so many tasks."""
    same: defaultdict[object, list[Observation]] = defaultdict(list)
    for o in observations:
        same[_alike(o)].append(o)
    for found in same.values():
        yield replace(
            found[0],
            successes=math.fsum(o.successes for o in found),
            failures=math.fsum(o.failures for o in found),
        )


def _of_marks(rows: Sequence[DiagnosticResult], rule: Diagnostics) -> Iterator[Observation]:
    """One observation per observer of one sitting."""
    marks: defaultdict[str | None, list[DiagnosticResult]] = defaultdict(list)
    for row in rows:
        marks[row.criterion].append(row)
    points = math.fsum(same[0].max_score for same in marks.values())
    worth = tasks_of(rows, rule.default_tasks) * _reliability(rows[0].method, rule) / points
    done: defaultdict[str, list[float]] = defaultdict(list)
    missed: defaultdict[str, list[float]] = defaultdict(list)
    for same in marks.values():
        for row in same:
            score = min(row.score, row.max_score)
            done[row.observer or ""].append(worth * score / len(same))
            missed[row.observer or ""].append(worth * (row.max_score - score) / len(same))
    first, last = rows[0], max(row.date for row in rows)
    for observer in sorted(done):
        yield Observation(
            nodes=(first.node,),
            date=last,
            sheet=Sheet(first.procedure_id, first.method, observer),
            successes=math.fsum(done[observer]),
            failures=math.fsum(missed[observer]),
        )


def _reliability(method: Method, rule: Diagnostics) -> float:
    reliability = rule.reliability.get(method)
    if reliability is None:
        raise ConfigurationError(f"no reliability for the method {method.value!r}")
    return reliability


def _of_answers(responses: Iterable[ItemResponse], bank: ItemBank | None) -> Iterator[Observation]:
    for sitting in answers_by_sitting(responses):
        last = max(row.date for row in sitting)
        by_item: defaultdict[str, list[ItemResponse]] = defaultdict(list)
        for row in sitting:
            by_item[row.item].append(row)
        for item, rows in by_item.items():
            known = bank.items.get(item) if bank is not None else None
            worth = known.tasks if known else 1.0
            yield Observation(
                nodes=tuple(row.node for row in rows),
                date=last,
                sheet=Sheet(rows[0].procedure_id, Method.TEST, ""),
                successes=worth * rows[0].response,
                failures=worth * (1.0 - rows[0].response),
                slope=known.slope if known else 1.0,
                intercept=known.intercept if known else 0.0,
                calibrated=known is not None,
            )
