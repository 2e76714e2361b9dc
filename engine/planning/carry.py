"""A route of one problem in another problem of the same educator, by labels.

Compiling again for more time or a longer horizon numbers candidates anew and offers other paces
of self-paced activities. What the old route does stays possible, so runs that are missing are
added: then the change only relaxes, and the old route stands in the changed problem too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from engine.domain import IntArray
from engine.planning.checks import check_route
from engine.planning.problem import (
    Candidate,
    CandidateTable,
    ProblemMentor,
    Ragged,
    RouteProblem,
)
from engine.planning.solution import Route


def carry_route(
    old: RouteProblem, route: Route, new: RouteProblem
) -> tuple[RouteProblem, Route] | None:
    """The new problem with the old route's runs among its candidates, and the route in it.

    Returns
    -------
    tuple or None
        ``None`` where the route does not stand in the new problem: an activity, a mentor or a
        checkpoint is gone, or the checker finds a rule broken.
    """
    if old.first_day != new.first_day or old.demands != new.demands:
        return None
    found = _chosen(old, route, new)
    if found is None:
        return None
    problem, chosen = found
    mentor, slots = _mentor(old, route, new)
    offers = {offer: c for c, offer in enumerate(new.checkpoints.offers)}
    taken = [
        None if c is None else offers.get(old.checkpoints.offers[c])
        for c in (route.middle, route.final)
    ]
    carried = Route(chosen, mentor, slots, taken[0], taken[1])
    return (problem, carried) if check_route(problem, carried).holds else None


def _chosen(
    old: RouteProblem, route: Route, new: RouteProblem
) -> tuple[RouteProblem, tuple[int, ...]] | None:
    activities = {activity.label: a for a, activity in enumerate(new.activities)}
    labels = {label: j for j, label in enumerate(new.candidates.label)}
    chosen: list[int] = []
    missing: list[Candidate] = []
    pinned: dict[tuple[str, str], list[int]] = {}
    for before in route.chosen:
        record = old.candidates.record(before)
        index = activities.get(old.activities[record.activity].label)
        if index is None:
            return None
        wanted = replace(record, activity=index)
        j = labels.get(record.label)
        if j is None or new.candidates.record(j) != wanted:
            j = len(new.candidates) + len(missing)
            missing.append(wanted)
            for pin in old.pins:
                if before in pin.candidates:
                    pinned.setdefault((pin.code, pin.label), []).append(j)
        chosen.append(j)
    pins = tuple(
        replace(pin, candidates=(*pin.candidates, *pinned.get((pin.code, pin.label), ())))
        for pin in new.pins
    )
    table = with_candidates(new.candidates, missing)
    return replace(new, candidates=table, pins=pins), tuple(sorted(chosen))


def with_candidates(own: CandidateTable, extra: Sequence[Candidate]) -> CandidateTable:
    """The table with further candidates behind its own."""
    if not extra:
        return own
    more = CandidateTable.of(extra)

    def column(name: str) -> IntArray:
        return np.concatenate([getattr(own, name), getattr(more, name)])

    return CandidateTable(
        label=(*own.label, *more.label),
        activity=column("activity"),
        start_day=column("start_day"),
        end_day=column("end_day"),
        gains=_joined(own.gains, more.gains),
        weekly=_joined(own.weekly, more.weekly),
        meetings=_joined(own.meetings, more.meetings),
        bonus_mpt=column("bonus_mpt"),
        price_mpt=column("price_mpt"),
        source=column("source"),
        cost_rub=column("cost_rub"),
        seats=column("seats"),
        excluded=np.concatenate([own.excluded, more.excluded]),
    )


def _joined(first: Ragged, second: Ragged) -> Ragged:
    indptr = np.concatenate([first.indptr, first.indptr[-1] + second.indptr[1:]])
    return Ragged(indptr, np.concatenate([first.values, second.values]))


def _mentor(
    old: RouteProblem, route: Route, new: RouteProblem
) -> tuple[int | None, tuple[int, ...]]:
    if route.mentor is None:
        return None, ()
    options: Mapping[str, int] = {option.label: m for m, option in enumerate(new.mentor.options)}
    before = old.mentor.options[route.mentor]
    mentor = options.get(before.label)
    if mentor is None:
        return None, ()
    places = _slot_places(new.mentor.options[mentor])
    slots = [places.get(before.slots[i]) for i in route.slots]
    return mentor, tuple(sorted(i for i in slots if i is not None))


def _slot_places(option: ProblemMentor) -> dict[tuple[int, int, int], int]:
    return {slot: i for i, slot in enumerate(option.slots)}
