"""From a route problem to an exact CP-SAT model, and from its solution back to a route.

Only admissible candidates become variables. The model's optimum is the problem's, or that of the
problem restricted to the candidates asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from engine.domain import IntArray
from engine.planning.admissible import admissible, counted_gains, meetings_allowed
from engine.planning.kernel import ExtraRow, Kernel, entries_of
from engine.planning.phi import Phi
from engine.planning.problem import DAY_MIN, RouteProblem
from engine.planning.revision_rows import revision_rows
from engine.planning.rules import FORMULATION
from engine.planning.solution import Route
from engine.planning.windows import Window, mentor_windows


def build_kernel(
    problem: RouteProblem,
    *,
    feasibility: bool = False,
    candidates: IntArray | None = None,
    at_least: int | None = None,
    extra: Sequence[ExtraRow] = (),
) -> Kernel:
    """Formulate the problem.

    Parameters
    ----------
    feasibility
        The objective is left out.
    candidates
        Ascending, admissible: the only ones that may be chosen; all admissible by default.
    at_least
        Routes worth less, in mpt, are ruled out.
    extra
        Implied rows that tighten its relaxation.
    """
    if candidates is None:
        candidates = np.flatnonzero(admissible(problem))
    k = Kernel(problem, candidates)
    _variables(k)
    _days(k)
    for formulate in FORMULATION.values():
        formulate(k)
    _revision(k)
    _value(k)
    _extra_rows(k, extra)
    k.model.finish(objective=not feasibility, at_least=at_least)
    return k


def _variables(k: Kernel) -> None:
    problem, table = k.problem, k.problem.candidates
    k.model.bools(k.n)
    worth = (table.bonus_mpt - table.price_mpt)[k.candidates]
    for variable, points in enumerate(worth.tolist()):
        k.model.value(variable, points)
    for m, option in enumerate(problem.mentor.options):
        if option.capacity < 1:
            continue
        k.mentor[m] = k.model.new_bool()
        k.model.value(k.mentor[m], option.fit_mpt - option.price_mpt)
        slots = np.array(option.slots, dtype=np.int64).reshape(len(option.slots), 3)
        for i in np.flatnonzero(meetings_allowed(problem, slots)).tolist():
            start, end, _ = option.slots[i]
            k.slot[m, i] = k.model.new_bool()
            k.week_extra[start // (7 * DAY_MIN)].append((k.slot[m, i], end - start))
    for c, offer in enumerate(problem.checkpoints.offers):
        for wanted, variables in (
            (problem.checkpoints.middle, k.middle),
            (problem.checkpoints.final, k.final),
        ):
            if wanted:
                variables[c] = k.model.new_bool()
                k.week_extra[offer.day // 7].append((variables[c], offer.duration_min))


def _days(k: Kernel) -> None:
    """Ask for the literals of the days that some rule looks at."""
    rules = k.problem.checkpoints
    days: set[int] = set()
    if k.mentor or rules.middle:
        days.update(range(0, k.problem.n_days, 7))
    if rules.final:
        for offer in rules.offers:
            days.update((offer.day, offer.day - rules.final_within_days))
            days.add(offer.day + 1)
    k.chain_reach(days)


def _revision(k: Kernel) -> None:
    for row in revision_rows(k.problem):
        own = np.flatnonzero(np.isin(k.candidates, row.candidates)).tolist()
        if row.most is not None:
            k.model.at_most(own, [1] * len(own), row.most)
        if row.least is not None:
            k.model.linear(own, [1] * len(own), low=row.least)


def _value(k: Kernel) -> None:
    gains, phi = k.problem.candidates.gains, Phi.of(k.problem)
    owner, entry = entries_of(gains, k.candidates)
    counts = counted_gains(k.problem)[entry]
    owner, entry = owner[counts], entry[counts]
    demand = gains.values[entry, 0]
    # A gain beyond the whole demand closes no more than the whole demand.
    gained = np.minimum(gains.values[entry, 1], phi.whole[demand])
    for number, pieces in enumerate(d.pieces for d in k.problem.demands):
        own = np.flatnonzero((demand == number) & (gained > 0))
        if not len(own):
            continue
        filled = [k.model.integer(0, length) for length, _ in pieces]
        slopes = [slope for _, slope in pieces]
        first = number * phi.length.shape[1]
        k.piece.update(enumerate(filled, start=first))
        for variable, slope in zip(filled, slopes, strict=True):
            k.model.value(variable, slope)
        takers = owner[own].tolist()
        minus = (-gained[own]).tolist()
        k.model.linear([*filled, *takers], [*([1] * len(filled)), *minus], high=0)
        # Nobody adds more than he would add alone: implied, but the relaxation does not know it.
        alone = (-phi.of_demand(number, gained[own])).tolist()
        k.model.linear([*filled, *takers], [*slopes, *alone], high=0)


def _extra_rows(k: Kernel, rows: Sequence[ExtraRow]) -> None:
    """Rows on what has a variable; the rest is 0 in every route of the kernel."""
    position = np.full(len(k.problem.candidates), -1, dtype=np.int64)
    position[k.candidates] = np.arange(k.n)
    for row in rows:
        place = position[row.candidates]
        variables, values = place[place >= 0].tolist(), row.values[place >= 0].tolist()
        for piece, value in row.pieces:
            if value and piece in k.piece:
                variables.append(k.piece[piece])
                values.append(value)
        if len(variables) > 1:
            k.model.linear(variables, values, high=row.right)


def read_route(k: Kernel, value: Callable[[int], bool]) -> Route:
    """Decisions of a solution, without slots that no window asks for."""
    chosen = tuple(int(j) for i, j in enumerate(k.candidates.tolist()) if value(i))
    mentor = next((m for m, y in sorted(k.mentor.items()) if value(y)), None)
    taken = tuple(i for (m, i), z in sorted(k.slot.items()) if m == mentor and value(z))
    return Route(
        chosen=chosen,
        mentor=mentor,
        slots=_needed_slots(k.problem, chosen, mentor, taken),
        middle=next((c for c, u in sorted(k.middle.items()) if value(u)), None),
        final=next((c for c, v in sorted(k.final.items()) if value(v)), None),
    )


def _needed_slots(
    problem: RouteProblem, chosen: Sequence[int], mentor: int | None, taken: Sequence[int]
) -> tuple[int, ...]:
    if mentor is None or not chosen:
        return ()
    table = problem.candidates
    first = min(int(table.start_day[j]) for j in chosen) // 7
    last = max(int(table.end_day[j]) for j in chosen) // 7
    slots = problem.mentor.options[mentor].slots
    kept = []
    for window in mentor_windows(problem, first, last):
        inside = [i for i in taken if _in_window(window, slots[i][0])]
        if inside:
            kept.append(min(inside, key=lambda i: (slots[i], i)))
    return tuple(sorted(kept))


def _in_window(window: Window, start_min: int) -> bool:
    return window.first <= start_min // (7 * DAY_MIN) <= window.last
