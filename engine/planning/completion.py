"""Mentor, slots and checkpoints for given steps: fast, and only a proposal for the checker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.domain import BoolArray, IntArray
from engine.planning.admissible import meetings_allowed
from engine.planning.kernel import entries_of
from engine.planning.problem import DAY_MIN, RouteProblem
from engine.planning.solution import Route

WEEK_MIN = 7 * DAY_MIN
MENTORS_TRIED = 3


@dataclass(frozen=True, slots=True)
class Completed:
    """What accompanies the steps, and what it is worth in mpt."""

    mentor: int | None
    slots: tuple[int, ...]
    middle: int | None
    final: int | None
    worth_mpt: int

    def route(self, chosen: Sequence[int]) -> Route:
        """The whole route."""
        return Route(tuple(sorted(chosen)), self.mentor, self.slots, self.middle, self.final)


class Completer:
    """Completes sets of steps from a pool of candidates.

    Parameters
    ----------
    pool
        Candidate indices; steps are named by their position in it.
    """

    def __init__(self, problem: RouteProblem, pool: IntArray) -> None:
        self.problem = problem
        self.start_day = problem.candidates.start_day[pool]
        self.end_day = problem.candidates.end_day[pool]
        self.mentors = _mentors(problem)
        self.slots: dict[int, IntArray] = {}
        self.clash: dict[int, BoolArray] = {}
        self.free: dict[int, BoolArray] = {}
        for m in self.mentors:
            if m is not None:
                option = problem.mentor.options[m]
                slots = np.array(option.slots, dtype=np.int64).reshape(len(option.slots), 3)
                self.slots[m] = slots
                self.free[m] = meetings_allowed(problem, slots)
                self.clash[m] = _clashes(problem, pool, slots)
        offers = problem.checkpoints.offers
        self.offer_day = [offer.day for offer in offers]
        self.tempo: list[int] = problem.tempo_min.tolist()

    def complete(self, chosen: Sequence[int], load: IntArray) -> Completed | None:
        """The best completion over a few mentors; ``None`` where none of them holds.

        Parameters
        ----------
        chosen
            Positions in the pool, at least one.
        load
            Shape (n_weeks,): minutes of the steps.
        """
        best: Completed | None = None
        for mentor in self.mentors:
            found = self._with(mentor, chosen, load)
            if found is not None and (best is None or found.worth_mpt > best.worth_mpt):
                best = found
        return best

    def _with(self, mentor: int | None, chosen: Sequence[int], load: IntArray) -> Completed | None:
        minutes: list[int] = load.tolist()
        total = sum(minutes)
        first = int(self.start_day[list(chosen)].min()) // 7
        last_day = int(self.end_day[list(chosen)].max())
        middle_week = _middle_week(minutes, total, last_day // 7)
        worth = 0
        slots: tuple[int, ...] = ()
        checkpoints = self._checkpoints(minutes, middle_week, last_day)
        if checkpoints is None:
            return None
        middle, final, price = checkpoints
        if mentor is not None:
            met = self._meetings(mentor, chosen, minutes, first, last_day // 7)
            if met is None:
                return None
            slots, worth = met
        limit = self.problem.limits.workload_max_min
        if 0 <= limit < sum(minutes):
            return None
        return Completed(mentor, slots, middle, final, worth - price)

    def _meetings(
        self, mentor: int, chosen: Sequence[int], minutes: list[int], first: int, last: int
    ) -> tuple[tuple[int, ...], int] | None:
        """The earliest fitting slot of each window; ``minutes`` grows by it."""
        rules, problem = self.problem.mentor, self.problem
        option, slots = rules.options[mentor], self.slots[mentor]
        free = self.free[mentor] & ~self.clash[mentor][:, list(chosen)].any(axis=1)
        by_week: dict[int, list[int]] = {}
        for i in np.flatnonzero(free).tolist():
            by_week.setdefault(int(slots[i, 0]) // WEEK_MIN, []).append(i)
        kept: list[int] = []
        worth = option.fit_mpt - option.price_mpt
        for begin in range(first, last + 1, rules.cadence_weeks):
            weeks = range(begin, min(begin + rules.cadence_weeks, problem.n_weeks))
            if problem.holiday_week[begin : begin + rules.cadence_weeks].all():
                continue
            slot = next(
                (
                    i
                    for w in weeks
                    for i in by_week.get(w, ())
                    if self._room(minutes, w, int(slots[i, 1] - slots[i, 0]))
                ),
                None,
            )
            if slot is not None:
                kept.append(slot)
                minutes[int(slots[slot, 0]) // WEEK_MIN] += int(slots[slot, 1] - slots[slot, 0])
            elif rules.missed_meeting_allowed:
                worth -= rules.missed_meeting_mpt
            else:
                return None
        return tuple(sorted(kept)), worth

    def _room(self, minutes: list[int], week: int, extra: int) -> bool:
        return minutes[week] + extra <= self.tempo[week]

    def _checkpoints(
        self, minutes: list[int], middle_week: int | None, last_day: int
    ) -> tuple[int | None, int | None, int] | None:
        """Offers that fit, and the price of missing ones; ``minutes`` grows by them."""
        rules = self.problem.checkpoints
        price = 0
        taken: dict[str, int] = {}
        due: list[tuple[str, list[int]]] = []
        if rules.middle and middle_week is not None:
            due.append(
                ("middle", [c for c, d in enumerate(self.offer_day) if d // 7 == middle_week])
            )
        if rules.final:
            until = last_day + rules.final_within_days
            after = [c for c, d in enumerate(self.offer_day) if last_day < d <= until]
            due.append(("final", after))
        for name, offers in due:
            if not offers:
                price += rules.checkpoint_missing_mpt
                continue
            fits = next(
                (
                    c
                    for c in offers
                    if c not in taken.values()
                    and self._room(minutes, self.offer_day[c] // 7, rules.offers[c].duration_min)
                ),
                None,
            )
            if fits is None:
                return None
            taken[name] = fits
            minutes[self.offer_day[fits] // 7] += rules.offers[fits].duration_min
        return taken.get("middle"), taken.get("final"), price


def _middle_week(minutes: Sequence[int], total: int, last_week: int) -> int | None:
    done = 0
    for week, part in enumerate(minutes):
        done += part
        if 2 * done >= total:
            return week + 1 if week + 1 <= last_week else None
    return None


def _mentors(problem: RouteProblem) -> list[int | None]:
    """Nobody where that is allowed, and the few with the most slots, then the best fit."""
    rules = problem.mentor
    able = [m for m, option in enumerate(rules.options) if option.capacity >= 1]
    able.sort(key=lambda m: (-len(rules.options[m].slots), -rules.options[m].fit_mpt, m))
    some: list[int | None] = list(able[:MENTORS_TRIED])
    return some if rules.required and able else [None, *some]


def _clashes(problem: RouteProblem, pool: IntArray, slots: IntArray) -> BoolArray:
    """Which candidates' meetings exclude a slot, shape (n_slots, n_pool)."""
    owner, entry = entries_of(problem.candidates.meetings, pool)
    start, end, place = problem.candidates.meetings.values[entry].T
    pair = pairs_clash(slots, np.column_stack([start, end, place]), problem)
    clash = np.zeros((len(slots), len(pool)), dtype=np.bool_)
    first, second = np.nonzero(pair)
    clash[first, owner[second]] = True
    return clash


def pairs_clash(first: IntArray, second: IntArray, problem: RouteProblem) -> BoolArray:
    """Which meetings exclude each other, shape (n_first, n_second)."""
    a, b = first[:, None, :], second[None, :, :]
    apart = np.maximum(a[..., 0], b[..., 0]) - np.minimum(a[..., 1], b[..., 1])
    travel = (a[..., 2] != b[..., 2]) & (a[..., 2] >= 0) & (b[..., 2] >= 0)
    return np.asarray(apart < np.where(travel, problem.limits.travel_buffer_min, 0))
