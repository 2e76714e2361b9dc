"""From a route problem to an exact CP-SAT model, and from its solution back to a route.

Only admissible candidates become variables; the model's optimum is the problem's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from ortools.sat.python import cp_model

from engine.planning.admissible import admissible, counted_gains, meetings_allowed
from engine.planning.kernel import Kernel, weighted
from engine.planning.problem import DAY_MIN, RouteProblem
from engine.planning.rules import FORMULATION
from engine.planning.solution import Route
from engine.planning.windows import Window, mentor_windows


def build_kernel(problem: RouteProblem, *, feasibility: bool = False) -> Kernel:
    """Formulate the problem; with ``feasibility`` the objective is left out."""
    k = Kernel(problem)
    _variables(k)
    for formulate in FORMULATION.values():
        formulate(k)
    if not feasibility:
        _value(k)
    return k


def _variables(k: Kernel) -> None:
    problem = k.problem
    table = problem.candidates
    for j in np.flatnonzero(admissible(problem)).tolist():
        k.take[j] = k.model.new_bool_var(f"take_{j}")
        for week, minutes in table.weekly.row(j).tolist():
            k.week_terms[week].append((k.take[j], minutes))
        k.objective.append((k.take[j], int(table.bonus_mpt[j] - table.price_mpt[j])))
    for m, option in enumerate(problem.mentor.options):
        if option.capacity < 1:
            continue
        k.mentor[m] = k.model.new_bool_var(f"mentor_{m}")
        k.objective.append((k.mentor[m], option.fit_mpt - option.price_mpt))
        slots = np.array(option.slots, dtype=np.int64).reshape(len(option.slots), 3)
        for i in np.flatnonzero(meetings_allowed(problem, slots)).tolist():
            start, end, _ = option.slots[i]
            z = k.slot[m, i] = k.model.new_bool_var(f"slot_{m}_{i}")
            k.week_terms[start // (7 * DAY_MIN)].append((z, end - start))
    for c, offer in enumerate(problem.checkpoints.offers):
        for wanted, variables, name in (
            (problem.checkpoints.middle, k.middle, "middle"),
            (problem.checkpoints.final, k.final, "final"),
        ):
            if wanted:
                variables[c] = k.model.new_bool_var(f"{name}_{c}")
                k.week_terms[offer.day // 7].append((variables[c], offer.duration_min))


def _value(k: Kernel) -> None:
    problem = k.problem
    gains = problem.candidates.gains
    counted = counted_gains(problem)
    by_demand: dict[int, list[tuple[cp_model.IntVar, int]]] = defaultdict(list)
    for j, x in k.take.items():
        for entry in range(int(gains.indptr[j]), int(gains.indptr[j + 1])):
            demand, gain = (int(v) for v in gains.values[entry])
            if counted[entry]:
                # A gain beyond the whole demand closes no more than the whole demand.
                limit = sum(length for length, _ in problem.demands[demand].pieces)
                by_demand[demand].append((x, min(gain, limit)))
    for demand, terms in sorted(by_demand.items()):
        pieces = [
            (k.model.new_int_var(0, length, f"piece_{demand}_{i}"), slope)
            for i, (length, slope) in enumerate(problem.demands[demand].pieces)
        ]
        k.model.add(sum(v for v, _ in pieces) <= weighted(terms))
        # φ is concave, so no set closes more than its members would alone. Follows from the row
        # above for whole candidates; it cuts off fractions of a candidate, where φ(g·x) > φ(g)·x.
        alone = [(x, -_filled(problem.demands[demand].pieces, gain)) for x, gain in terms]
        k.model.add(weighted([*pieces, *alone]) <= 0)
        k.objective.extend(pieces)
    k.model.maximize(weighted(k.objective) if k.objective else 0)


def _filled(pieces: Sequence[tuple[int, int]], gain: int) -> int:
    """φ(gain) in mpt."""
    value = 0
    for length, slope in pieces:
        value += min(gain, length) * slope
        gain = max(gain - length, 0)
    return value


def read_route(k: Kernel, value: Callable[[cp_model.IntVar], bool]) -> Route:
    """Decisions of a solution, without slots that no window asks for."""
    chosen = tuple(j for j, x in sorted(k.take.items()) if value(x))
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
