"""A good route fast: greedy insertion and swaps on the columns that the relaxation likes.

Every move is judged in bulk over the pool by the rules that add up (tempo, conflicts, counts);
the few best are judged by the others (prerequisites, practice, accompaniment). What comes out is
a proposal: only the checker says that it holds and what it is worth.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.domain import BoolArray, FloatArray, IntArray
from engine.planning.completion import Completed, Completer, pairs_clash
from engine.planning.kernel import entries_of
from engine.planning.problem import DAY_MIN, FORM_OF_CATEGORY, FORMS
from engine.planning.relaxation import Relaxation
from engine.planning.solution import Route

MOVES_JUDGED = 12
PARTNERS_TRIED = 3
STEPS_MOST = 60
PENALTY = 10**12
MAX = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Found:
    """A set of steps with its completion and value."""

    chosen: tuple[int, ...]
    completed: Completed | None
    value: int


class LocalSearch:
    """Search over a pool of columns of the relaxation.

    Parameters
    ----------
    pool
        Columns, the most promising first.
    """

    def __init__(self, r: Relaxation, pool: IntArray) -> None:
        problem = r.problem
        self.problem, self.r, self.pool = problem, r, pool
        self.candidates = r.candidates[pool]
        table = problem.candidates
        self.load = r.dense_load[pool]
        self.minutes = self.load.sum(axis=1)
        self.gain = r.gain[pool]
        self.own = r.objective[pool]
        self.activity = r.activity[pool]
        self.start, self.end = r.start_day[pool], r.end_day[pool]
        self.conflict = self._conflicts()
        self.additive, self.limit = self._additive(
            table.source[self.candidates], table.cost_rub[self.candidates]
        )
        self.pins = [np.isin(self.candidates, pin.candidates) for pin in problem.pins]
        self.completer = Completer(problem, self.candidates)
        self.best: Found | None = None

    # ------------------------------------------------------------------ what adds up

    def _conflicts(self) -> BoolArray:
        conflict = self.activity[:, None] == self.activity[None, :]
        meetings = self.problem.candidates.meetings
        owner, entry = entries_of(meetings, self.candidates)
        rows = meetings.values[entry]
        # Week by week, which is quick; travel over a Sunday's midnight is left to the checker.
        week = rows[:, 0] // (7 * DAY_MIN)
        order = np.argsort(week, kind="stable")
        for part in np.split(order, np.flatnonzero(np.diff(week[order])) + 1):
            clash = pairs_clash(rows[part], rows[part], self.problem)
            first, second = np.nonzero(clash)
            conflict[owner[part][first], owner[part][second]] = True
        return np.asarray(conflict)

    def _additive(self, source: IntArray, cost: IntArray) -> tuple[IntArray, IntArray]:
        """Amounts of each column under every limit that sums up, and the limits."""
        problem, limits = self.problem, self.problem.limits
        columns, bounds = [self.load], [problem.tempo_min]
        category = np.array([a.category for a in problem.activities], dtype=np.int64)
        form = np.array([FORMS.index(f) for f in FORM_OF_CATEGORY])[category[self.activity]]
        if limits.parallel_max >= 0:
            long = np.array([a.long for a in problem.activities], dtype=np.bool_)[self.activity]
            weeks = np.arange(problem.n_weeks)
            running = (self.start[:, None] // 7 <= weeks) & (weeks <= self.end[:, None] // 7)
            columns.append((running & long[:, None]).astype(np.int64))
            bounds.append(np.full(problem.n_weeks, limits.parallel_max))
        scalar: list[tuple[IntArray, int]] = []
        if limits.steps_max >= 0:
            scalar.append((np.ones(len(self.pool), dtype=np.int64), limits.steps_max))
        if limits.workload_max_min >= 0:
            scalar.append((self.minutes, limits.workload_max_min))
        for number, budget in enumerate(problem.budget_rub):
            scalar.append((np.where(source == number, cost, 0), budget))
        for mix in problem.form_mix:
            inside = (form == mix.form).astype(np.int64)
            if mix.most_min >= 0:
                scalar.append((inside * self.minutes, mix.most_min))
            if mix.most_steps >= 0:
                scalar.append((inside, mix.most_steps))
        self.least: list[tuple[IntArray, int]] = []
        for mix in problem.form_mix:
            inside = (form == mix.form).astype(np.int64)
            if mix.least_min > 0:
                self.least.append((inside * self.minutes, mix.least_min))
            if mix.least_steps > 0:
                self.least.append((inside, mix.least_steps))
        columns += [amount[:, None] for amount, _ in scalar]
        bounds += [np.array([bound], dtype=np.int64) for _, bound in scalar]
        return np.hstack(columns), np.concatenate(bounds)

    # ------------------------------------------------------------------ search

    def improve(self, chosen: Sequence[int]) -> Found | None:
        """Climb from a set of steps that may break rules; the best found so far is kept."""
        current = tuple(chosen)
        state = self._judge(current)
        for _ in range(STEPS_MOST):
            move = self._step(current, state)
            if move is None:
                break
            current, state = move.chosen, move
        if state is not None and state.completed is not None:
            lacking = int(self._penalty(list(state.chosen), None)[0])
            if not lacking and (self.best is None or state.value > self.best.value):
                self.best = state
        return state

    def shake(self, seed: int) -> bool:
        """Drop a few steps of the best set, with those that they need, and climb again."""
        if self.best is None:
            return False
        rng = random.Random(seed)
        before = self.best.value
        chosen = list(self.best.chosen)
        dropped = set(rng.sample(chosen, min(len(chosen), rng.randint(2, 4))))
        rest = [j for j in chosen if j not in dropped]
        self.improve(self._mended(rest, dropping=True))
        return self.best.value > before

    def start_from(self, x: FloatArray, least_share: float = 0.3) -> tuple[int, ...]:
        """Columns by falling share, each taken if what adds up allows it."""
        chosen: list[int] = []
        left, able = self.limit.copy(), np.ones(len(self.pool), dtype=np.bool_)
        share = x[self.pool]
        for j in np.argsort(-share, kind="stable").tolist():
            if share[j] < least_share:
                break
            if able[j] and (self.additive[j] <= left).all():
                chosen.append(j)
                left -= self.additive[j]
                able &= ~self.conflict[j]
        return self._mended(chosen)

    def _mended(self, chosen: list[int], *, dropping: bool = False) -> tuple[int, ...]:
        """Add a partner for each unmet need where one fits, else drop the step."""
        for _ in range(2 * len(chosen) + 2):
            unmet = next((j for j in chosen if self._unmet(j, chosen)), None)
            if unmet is None:
                break
            partner = [] if dropping else self._partners(unmet, chosen, chosen)
            rest = [j for j in chosen if j != unmet]
            chosen = [*chosen, partner[0]] if partner else rest
        return tuple(sorted(chosen))

    def route(self, found: Found) -> Route:
        """The proposal as a route of the problem."""
        assert found.completed is not None
        return found.completed.route([int(self.candidates[j]) for j in found.chosen])

    def _step(self, current: tuple[int, ...], state: Found | None) -> Found | None:
        """The best judged move: add, drop or swap, with a partner where one is needed."""
        drops: list[tuple[int, ...]] = [(), *((j,) for j in current)]
        gained = self.gain[list(current)].sum(axis=0)
        used = self.additive[list(current)].sum(axis=0)
        clashes = self.conflict[list(current)].sum(axis=0)
        own = int(self.own[list(current)].sum())
        values = np.full((len(drops), len(self.pool) + 1), -MAX, dtype=np.int64)
        for d, drop in enumerate(drops):
            out = list(drop)
            g = gained - self.gain[out].sum(axis=0)
            left = self.limit - used + self.additive[out].sum(axis=0)
            free = clashes - self.conflict[out].sum(axis=0) == 0
            free &= (self.additive <= left).all(axis=1)
            base = own - int(self.own[out].sum())
            able = np.flatnonzero(free)
            rest = [i for i in current if i not in drop]
            values[d, able] = self.r.phi.total(g + self.gain[able]) + self.own[able] + base
            values[d, able] -= self._penalty(rest, able)
            values[d, -1] = int(self.r.phi.total(g)) + base - int(self._penalty(rest, None)[0])
        flat = values.ravel()
        count = min(90, len(flat) - 1)
        patience = MOVES_JUDGED if state is not None and state.value > -PENALTY // 2 else 60
        top = np.argpartition(-flat, count)[:count]
        top = top[np.lexsort((top, -flat[top]))]
        best: Found | None = None
        judged = 0
        for move in top.tolist():
            d, j = divmod(move, len(self.pool) + 1)
            reach = int(flat[move]) + self._most_worth
            if flat[move] == -MAX or judged >= patience:
                break
            if best is not None and reach <= best.value:
                break
            if state is not None and reach <= state.value:
                break
            rest = [i for i in current if i not in drops[d]]
            chosen = rest if j == len(self.pool) else [*rest, j]
            if tuple(sorted(chosen)) == current or not chosen:
                continue
            judged += 1
            for trial in self._trials(chosen):
                found = self._judge(trial)
                better = found is not None and (state is None or found.value > state.value)
                if found is not None and better and (best is None or found.value > best.value):
                    best = found
        return best

    @property
    def _most_worth(self) -> int:
        return max(0, *(o.fit_mpt - o.price_mpt for o in self.problem.mentor.options), 0)

    def _trials(self, chosen: Sequence[int]) -> list[tuple[int, ...]]:
        """The set itself, or with each of a few partners where exactly a need is unmet."""
        unmet = [j for j in chosen if self._unmet(j, chosen)]
        if not unmet:
            return [tuple(sorted(chosen))]
        trials = []
        for partner in self._partners(unmet[0], chosen, chosen):
            trial = [*chosen, partner]
            if not any(self._unmet(j, trial) for j in trial):
                trials.append(tuple(sorted(trial)))
        return trials

    def _unmet(self, j: int, chosen: Sequence[int]) -> bool:
        return any(not any(self._serves(need, j, i) for i in chosen) for need in self._needs(j))

    def _needs(self, j: int) -> list[tuple[str, frozenset[int]]]:
        activity = self.problem.activities[int(self.activity[j])]
        needs = [("before", frozenset(group)) for group in activity.prerequisites]
        if self.problem.limits.transfer_weeks > 0 and activity.needs_practice:
            needs.append(("after", frozenset(activity.practices)))
        return needs

    def _serves(self, need: tuple[str, frozenset[int]], j: int, i: int) -> bool:
        kind, group = need
        if int(self.activity[i]) not in group:
            return False
        if kind == "before":
            return bool(self.end[i] < self.start[j])
        days = 7 * self.problem.limits.transfer_weeks
        return bool(self.end[j] < self.start[i] <= self.end[j] + days)

    def _partners(self, j: int, chosen: Sequence[int], beside: Sequence[int]) -> list[int]:
        """The most valuable columns that meet the first unmet need of ``j`` and fit."""
        need = next(n for n in self._needs(j) if not any(self._serves(n, j, i) for i in chosen))
        group = np.isin(self.activity, list(need[1]))
        if need[0] == "before":
            group &= self.end < self.start[j]
        else:
            days = 7 * self.problem.limits.transfer_weeks
            group &= (self.start > self.end[j]) & (self.start <= self.end[j] + days)
        group &= ~self.conflict[list(beside)].any(axis=0)
        left = self.limit - self.additive[list(beside)].sum(axis=0)
        able = np.flatnonzero(group)
        able = able[(self.additive[able] <= left).all(axis=1)]
        if not len(able):
            return []
        gained = self.gain[list(beside)].sum(axis=0)
        value = self.r.phi.total(gained + self.gain[able]) + self.own[able]
        best: list[int] = able[np.lexsort((able, -value))][:PARTNERS_TRIED].tolist()
        return best

    def _judge(self, chosen: Sequence[int]) -> Found | None:
        """Value of a set by all rules but the daily load, or ``None``."""
        members = list(chosen)
        if not members:
            return None
        if (self.additive[members].sum(axis=0) > self.limit).any():
            return None
        if self.conflict[np.ix_(members, members)].sum() > len(members):
            return None
        if any(self._unmet(j, members) for j in members):
            return None
        completed = self.completer.complete(members, self.load[members].sum(axis=0))
        value = int(self.r.phi.total(self.gain[members].sum(axis=0)))
        value += int(self.own[members].sum())
        value -= int(self._penalty(members, None)[0])
        if completed is None:
            return Found(tuple(sorted(members)), None, value - PENALTY)
        return Found(tuple(sorted(members)), completed, value + completed.worth_mpt)

    def _penalty(self, members: list[int], added: IntArray | None) -> IntArray:
        """Price of what is still lacking, with each of ``added`` or (``None``) as it is."""
        count = 1 if added is None else len(added)
        penalty = np.zeros(count, dtype=np.int64)
        for amount, least in self.least:
            lacking = least - int(amount[members].sum())
            if lacking > 0:
                more = amount[added] if added is not None else np.zeros(1, dtype=np.int64)
                penalty += np.maximum(lacking - more, 0) * PENALTY // least + (lacking > more)
        for inside in self.pins:
            if not inside[members].any():
                met = inside[added] if added is not None else np.zeros(1, dtype=np.bool_)
                penalty += np.where(met, 0, 2 * PENALTY)
        return penalty
