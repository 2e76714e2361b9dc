"""Diagnostics of many educators as columns, and which measurement follows which."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.diagnostics.evidence import gather_sittings
from engine.domain import DiagnosticResult, FloatArray, IntArray, ItemResponse
from engine.errors import ConfigurationError
from engine.policy import Diagnostics

EPOCH = dt.date(1970, 1, 1).toordinal()
NONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Measurements:
    """One row per educator, node and sitting, ordered by educator, day and node.

    Parameters
    ----------
    people, nodes
        Ids and codes that positions refer to, sorted.
    person, node, day
        Shape (n,): positions, and days since 1970-01-01.
    share
        Shape (n,), in [0, 1].
    tasks
        Shape (n,): effective tasks, that is tasks · reliability of the method, > 0.
    sheet, sheet_sd
        Shape (n,): rows of one number lie on one sheet; sd of what it shifts, in log odds.
    before
        Shape (n,): newest row of the same person and node on an earlier day; −1 = there is none.
    """

    people: tuple[str, ...]
    nodes: tuple[str, ...]
    person: IntArray
    node: IntArray
    day: IntArray
    share: FloatArray
    tasks: FloatArray
    sheet: IntArray
    sheet_sd: FloatArray
    before: IntArray

    def __len__(self) -> int:
        return len(self.person)

    @property
    def repeated(self) -> IntArray:
        """Rows that a measurement of the same node went before."""
        return np.flatnonzero(self.before != NONE)


def measurements_of(
    diagnostics: Mapping[str, Sequence[DiagnosticResult]],
    rule: Diagnostics,
    responses: Mapping[str, Sequence[ItemResponse]] | None = None,
) -> Measurements:
    """Columns out of validated rows; any order of the rows gives the same.

    Parameters
    ----------
    diagnostics, responses
        By educator id.

    Raises
    ------
    ConfigurationError
        Where the policy states no reliability or no ``procedure_sd`` for a method.
    """
    answers = responses or {}
    people = tuple(sorted({*diagnostics, *answers}))
    rows = [
        (p, s.date.toordinal() - EPOCH, s.node, s.share, s.n_tasks, s.method, s.procedure_id)
        for p, person in enumerate(people)
        for s in gather_sittings(
            diagnostics.get(person, ()), answers.get(person, ()), rule.default_tasks
        )
    ]
    rows.sort(key=lambda r: (*r[:3], r[6], r[5].value))
    missing = {r[5] for r in rows} - (rule.reliability.keys() & rule.procedure_sd.keys())
    if missing:
        names = ", ".join(sorted(m.value for m in missing))
        raise ConfigurationError(f"no reliability or procedure_sd for the methods {names}")
    nodes = tuple(sorted({r[2] for r in rows}))
    at = {code: i for i, code in enumerate(nodes)}
    sheets: dict[object, int] = {}
    person = np.array([r[0] for r in rows], dtype=np.int64)
    day = np.array([r[1] for r in rows], dtype=np.int64)
    node = np.array([at[r[2]] for r in rows], dtype=np.int64)
    return Measurements(
        people=people,
        nodes=nodes,
        person=person,
        node=node,
        day=day,
        share=np.array([r[3] for r in rows], dtype=np.float64),
        tasks=np.array([r[4] * rule.reliability[r[5]] for r in rows], dtype=np.float64),
        sheet=np.array(
            [sheets.setdefault((r[0], r[5], r[6], r[1]), len(sheets)) for r in rows],
            dtype=np.int64,
        ),
        sheet_sd=np.array([rule.procedure_sd[r[5]] for r in rows], dtype=np.float64),
        before=_before(person, node, day),
    )


def _before(person: IntArray, node: IntArray, day: IntArray) -> IntArray:
    """Newest row of the same person and node on an earlier day."""
    order = np.lexsort((day, node, person))
    same = np.zeros(len(order), dtype=np.bool_)
    same[1:] = (np.diff(person[order]) == 0) & (np.diff(node[order]) == 0)
    new_day = np.ones(len(order), dtype=np.bool_)
    new_day[1:] = ~same[1:] | (np.diff(day[order]) > 0)
    # Rows of one day share what went before the first of them.
    first = np.maximum.accumulate(np.where(new_day, np.arange(len(order)), 0))
    found = np.full(len(order), NONE, dtype=np.int64)
    has = same[first]
    found[order[has]] = order[first[has] - 1]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Later sittings that are alike in how much went before and how much was measured again.

    Parameters
    ----------
    evidence
        Shape (n, n_evidence): rows of the person on earlier days, oldest first.
    rows
        Shape (n, n_rows): rows of the sitting's day with a measurement of the same node before.
    base
        Shape (n, n_rows): where in ``evidence`` that measurement stands.
    """

    evidence: IntArray
    rows: IntArray
    base: IntArray

    def part(self, first: int, most: int) -> Batch:
        """Some of the sittings."""
        cut = slice(first, first + most)
        return Batch(self.evidence[cut], self.rows[cut], self.base[cut])


def batches_of(table: Measurements) -> list[Batch]:
    """All later sittings, by shape; every row of ``table.repeated`` is in one of them."""
    rows = table.repeated
    if not len(rows):
        return []
    person, day = table.person[rows], table.day[rows]
    new = np.ones(len(rows), dtype=np.bool_)
    new[1:] = (np.diff(person) != 0) | (np.diff(day) != 0)
    start = np.flatnonzero(new)
    size = np.diff(np.append(start, len(rows)))
    begin = np.searchsorted(table.person, person[start], side="left")
    key = table.person * (table.day.max() + 2) + table.day
    until = np.searchsorted(key, key[rows[start]], side="left")
    batches = []
    for shape in sorted(set(zip((until - begin).tolist(), size.tolist(), strict=True))):
        of = np.flatnonzero((until - begin == shape[0]) & (size == shape[1]))
        evidence = begin[of][:, None] + np.arange(shape[0])
        these = rows[start[of][:, None] + np.arange(shape[1])]
        batches.append(Batch(evidence, these, table.before[these] - begin[of][:, None]))
    return batches
