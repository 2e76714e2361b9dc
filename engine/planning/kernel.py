"""A CP-SAT model of a route problem with the maps from its variables back to the problem."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from engine.domain import IntArray
from engine.planning.problem import RouteProblem


@dataclass
class Kernel:
    """A CP-SAT model with the maps from its variables back to the problem.

    Parameters
    ----------
    take
        Variable by candidate index.
    slot
        Variable by (mentor, slot).
    week_terms
        (variable, minutes) by week: everything that counts in the tempo.
    """

    problem: RouteProblem
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    take: dict[int, cp_model.IntVar] = field(default_factory=dict)
    mentor: dict[int, cp_model.IntVar] = field(default_factory=dict)
    slot: dict[tuple[int, int], cp_model.IntVar] = field(default_factory=dict)
    middle: dict[int, cp_model.IntVar] = field(default_factory=dict)
    final: dict[int, cp_model.IntVar] = field(default_factory=dict)
    week_terms: dict[int, list[tuple[cp_model.IntVar, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    objective: list[tuple[cp_model.IntVar, int]] = field(default_factory=list)
    _cache: dict[str, object] = field(default_factory=dict)

    # ------------------------------------------------------------------ small helpers

    def add_at_most(self, terms: Sequence[tuple[cp_model.IntVar, int]], limit: int) -> None:
        """Σ coefficient · variable ≤ limit, where it can bind at all."""
        if terms and (sum(max(c, 0) for _, c in terms) > limit):
            self.model.add(weighted(terms) <= limit)

    def of_activity(self, activity: int) -> list[int]:
        """Candidates of an activity that have a variable."""
        if "by_activity" not in self._cache:
            by_activity: dict[int, list[int]] = defaultdict(list)
            for j in self.take:
                by_activity[int(self.problem.candidates.activity[j])].append(j)
            self._cache["by_activity"] = by_activity
        cached = self._cache["by_activity"]
        assert isinstance(cached, dict)
        return list(cached.get(activity, []))

    def exists(self, name: str, members: Sequence[cp_model.IntVar]) -> cp_model.IntVar:
        """A literal that is true exactly when one of ``members`` is; cached by ``name``."""
        if name not in self._cache:
            if not members:
                literal = self.model.new_constant(0)
            elif len(members) == 1:
                literal = members[0]
            else:
                literal = self.model.new_bool_var(name)
                for member in members:
                    self.model.add_implication(member, literal)
                self.model.add_bool_or([*members, literal.negated()])
            self._cache[name] = literal
        cached = self._cache[name]
        assert isinstance(cached, cp_model.IntVar)
        return cached

    def reaches(self, week: int) -> cp_model.IntVar:
        """True when the last chosen candidate ends in ``week`` or later."""
        return self._chain("reach", self.problem.candidates.end_day // 7, week, step=1)

    def started(self, week: int) -> cp_model.IntVar:
        """True when some chosen candidate starts in ``week`` or before."""
        return self._chain("start", self.problem.candidates.start_day // 7, week, step=-1)

    def _chain(self, name: str, weeks: IntArray, week: int, *, step: int) -> cp_model.IntVar:
        """True when some chosen candidate has its week at ``week`` or further on by ``step``.

        Each literal leans on the next one, so the rows grow with the weeks and not with weeks
        times candidates.
        """
        if not 0 <= week < self.problem.n_weeks:
            return self.exists(f"{name}_none", [])
        if f"{name}_{week}" not in self._cache:
            here = [x for j, x in self.take.items() if weeks[j] == week]
            further = self._chain(name, weeks, week + step, step=step)
            return self.exists(f"{name}_{week}", [*here, further] if here else [further])
        return self.exists(f"{name}_{week}", [])


def weighted(terms: Sequence[tuple[cp_model.IntVar, int]]) -> cp_model.LinearExpr:
    """Σ coefficient · variable."""
    return cp_model.LinearExpr.weighted_sum([v for v, _ in terms], [c for _, c in terms])
