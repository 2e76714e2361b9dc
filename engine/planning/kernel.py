"""A CP-SAT model of a route problem, with the maps from its variables back to the problem.

Models are written in bulk: clauses as text and linear rows as whole lists, which takes a tenth
of the time of building them from expression objects. A literal is the index of a variable, its
negation ``~index``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from ortools.sat.python import cp_model_helper

from engine.domain import IntArray
from engine.planning.problem import Ragged, RouteProblem

_FAR = 2**62


class Model:
    """A CP-SAT model that is written once and then solved.

    ``proto`` is complete after ``finish``.
    """

    def __init__(self) -> None:
        self.proto = cp_model_helper.CpModelProto()
        self._variables: list[str] = []
        self._clauses: list[str] = []
        self._objective: tuple[list[int], list[int]] = ([], [])

    # ------------------------------------------------------------------ variables

    def bools(self, count: int) -> range:
        """New Boolean variables."""
        first = len(self._variables)
        self._variables += ["variables{domain:[0,1]}"] * count
        return range(first, first + count)

    def new_bool(self) -> int:
        """One new Boolean variable."""
        return self.bools(1)[0]

    def integer(self, low: int, high: int) -> int:
        """One new integer variable."""
        self._variables.append(f"variables{{domain:[{low},{high}]}}")
        return len(self._variables) - 1

    # ------------------------------------------------------------------ constraints

    def clause(self, literals: Iterable[int]) -> None:
        """At least one literal is true."""
        self._clauses.append(f"constraints{{bool_or{{literals:{list(literals)}}}}}")

    def implies(self, first: int, second: int) -> None:
        """``first`` → ``second``."""
        self._clauses.append(f"constraints{{bool_or{{literals:[{~first},{second}]}}}}")

    def at_most_one(self, literals: Sequence[int]) -> None:
        """Not two of the literals."""
        if len(literals) > 1:
            self._clauses.append(f"constraints{{at_most_one{{literals:{list(literals)}}}}}")

    def exactly_one(self, literals: Iterable[int]) -> None:
        """One of the literals and no other."""
        self._clauses.append(f"constraints{{exactly_one{{literals:{list(literals)}}}}}")

    def linear(
        self,
        variables: Sequence[int],
        coefficients: Sequence[int],
        low: int | None = None,
        high: int | None = None,
        when: int | None = None,
    ) -> None:
        """``low`` ≤ Σ coefficient · variable ≤ ``high``, if the literal ``when`` is true."""
        constraint = self.proto.constraints.add()
        row = constraint.linear
        row.vars.extend(variables)
        row.coeffs.extend(coefficients)
        row.domain.extend([-_FAR if low is None else low, _FAR if high is None else high])
        if when is not None:
            constraint.enforcement_literal.extend([when])

    def at_most(self, variables: Sequence[int], coefficients: Sequence[int], limit: int) -> None:
        """Σ coefficient · variable ≤ limit over Booleans, where it can bind at all."""
        if sum(c for c in coefficients if c > 0) > limit:
            self.linear(variables, coefficients, high=limit)

    # ------------------------------------------------------------------ objective

    def value(self, variable: int, coefficient: int) -> None:
        """Add a term to what is maximised."""
        if coefficient:
            self._objective[0].append(variable)
            self._objective[1].append(coefficient)

    def finish(self, *, objective: bool = True, at_least: int | None = None) -> None:
        """Complete the proto; with ``at_least`` only solutions of at least that value count."""
        self.proto.merge_text_format("\n".join(self._variables + self._clauses))
        if objective:
            variables, coefficients = self._objective
            # The proto minimises.
            self.proto.objective.vars.extend(variables)
            self.proto.objective.coeffs.extend([-c for c in coefficients])
            self.proto.objective.scaling_factor = -1.0
        if at_least is not None:
            self.linear(*self._objective, low=at_least)

    def hint(self, values: dict[int, int]) -> None:
        """A solution to begin with; variables not named have none."""
        self.proto.solution_hint.vars.extend(list(values))
        self.proto.solution_hint.values.extend(list(values.values()))


def entries_of(ragged: Ragged, rows: IntArray) -> tuple[IntArray, IntArray]:
    """Position in ``rows`` and entry index of every entry of the rows named."""
    counts = np.diff(ragged.indptr)[rows]
    owner = np.repeat(np.arange(len(rows)), counts)
    before = np.cumsum(counts) - counts
    entry = np.arange(counts.sum()) + np.repeat(ragged.indptr[rows] - before, counts)
    return owner, entry


@dataclass(frozen=True, slots=True, eq=False)
class ExtraRow:
    """A row that every route obeys and the model need not state: Σ values · variables ≤ right.

    Parameters
    ----------
    candidates, values
        Candidate indices and their coefficients.
    pieces
        (number of the piece, coefficient); pieces are numbered demand by demand, each demand
        with as many as the longest φ has.
    """

    candidates: IntArray
    values: IntArray
    pieces: tuple[tuple[int, int], ...]
    right: int


@dataclass
class Kernel:
    """A model in which variable i < ``len(candidates)`` takes ``candidates[i]``.

    Parameters
    ----------
    candidates
        Ascending candidate indices that may be chosen; all others are left out.
    mentor, slot, middle, final
        Variables by mentor, (mentor, slot) and offer.
    week_extra
        (variable, minutes) by week: what counts in the tempo beside the candidates.
    piece
        Variable by number of the piece, see ``ExtraRow``.
    """

    problem: RouteProblem
    candidates: IntArray
    model: Model = field(default_factory=Model)
    mentor: dict[int, int] = field(default_factory=dict)
    slot: dict[tuple[int, int], int] = field(default_factory=dict)
    middle: dict[int, int] = field(default_factory=dict)
    final: dict[int, int] = field(default_factory=dict)
    week_extra: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    reach_literals: dict[int, int] = field(default_factory=dict)
    piece: dict[int, int] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Candidates with a variable."""
        return len(self.candidates)

    @cached_property
    def activity(self) -> IntArray:
        """Activity of each variable's candidate."""
        return self.problem.candidates.activity[self.candidates]

    @cached_property
    def start_day(self) -> IntArray:
        """Start of each variable's candidate."""
        return self.problem.candidates.start_day[self.candidates]

    @cached_property
    def end_day(self) -> IntArray:
        """End of each variable's candidate."""
        return self.problem.candidates.end_day[self.candidates]

    @cached_property
    def load(self) -> sp.csr_array:
        """Weekly minutes, shape (n, n_weeks)."""
        weekly = self.problem.candidates.weekly
        owner, entry = entries_of(weekly, self.candidates)
        indptr = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=self.n))])
        return sp.csr_array(
            (weekly.values[entry, 1], weekly.values[entry, 0], indptr),
            shape=(self.n, self.problem.n_weeks),
        )

    @cached_property
    def load_by_week(self) -> sp.csc_array:
        """The same by week."""
        return sp.csc_array(self.load)

    @cached_property
    def by_activity(self) -> dict[int, IntArray]:
        """Variables of each activity that has any."""
        order = np.argsort(self.activity, kind="stable")
        activities, starts = np.unique(self.activity[order], return_index=True)
        parts = np.split(order, starts[1:]) if self.n else []
        return dict(zip(activities.tolist(), parts, strict=True))

    def of_activities(self, activities: Sequence[int]) -> IntArray:
        """Variables of several activities."""
        parts = [self.by_activity[a] for a in activities if a in self.by_activity]
        return np.concatenate([np.zeros(0, dtype=np.int64), *parts])

    def week_terms(self, week: int) -> tuple[list[int], list[int]]:
        """Variables and minutes of everything that counts in a week's tempo."""
        by_week = self.load_by_week
        span = slice(by_week.indptr[week], by_week.indptr[week + 1])
        variables, minutes = by_week.indices[span].tolist(), by_week.data[span].tolist()
        for variable, extra in self.week_extra.get(week, []):
            variables.append(variable)
            minutes.append(extra)
        return variables, minutes

    # ------------------------------------------------------------------ first and last

    def chain_reach(self, days: Iterable[int]) -> None:
        """Literals of "the last end is on this day or later" for these days.

        Chained: a candidate implies the literal of its bucket of days, a literal the one before
        it, so that the clauses are as many as the candidates and not times the days.
        """
        horizon = self.problem.n_days
        thresholds = np.array(sorted({0, *(d for d in days if 0 < d < horizon)}), dtype=np.int64)
        literals = list(self.model.bools(len(thresholds)))
        self.reach_literals = dict(zip(thresholds.tolist(), literals, strict=True))
        self._chain(np.searchsorted(thresholds, self.end_day, side="right") - 1, literals)

    def reach(self, day: int) -> int | None:
        """Literal of ``chain_reach``; ``None`` = no end lies there."""
        return self.reach_literals.get(max(day, 0))

    @property
    def nonempty(self) -> int:
        """True for a route with steps."""
        return self.reach_literals[0]

    @cached_property
    def begun(self) -> list[int]:
        """Literal by week: some chosen candidate starts in the week or before."""
        weeks = self.problem.n_weeks
        literals = list(self.model.bools(weeks))
        self._chain(weeks - 1 - self.start_day // 7, literals[::-1])
        return literals

    def _chain(self, bucket: IntArray, literals: list[int]) -> None:
        order = np.argsort(bucket, kind="stable")
        edges = np.searchsorted(bucket[order], np.arange(len(literals) + 1)).tolist()
        for i, literal in enumerate(literals):
            inside = order[edges[i] : edges[i + 1]].tolist()
            for j in inside:
                self.model.implies(j, literal)
            following = literals[i + 1 : i + 2]
            for later in following:
                self.model.implies(later, literal)
            self.model.clause([~literal, *following, *inside])
