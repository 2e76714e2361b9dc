"""``freeze`` and ``changes`` judged without a solver, from the text of ``problem``.

Shares no code with ``revision_rows``, so that one of the two finds out a mistake of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.planning.problem import Revision
from engine.planning.route_facts import RouteFacts
from engine.planning.rule_checks import Breach


def _freeze(facts: RouteFacts, revision: Revision) -> Iterator[Breach]:
    labels = facts.problem.candidates.label
    chosen = set(facts.route.chosen)
    for j in revision.fixed:
        if j not in chosen:
            yield labels[j], {"kind": "started"}, 1
    for position in revision.frozen:
        step = revision.steps[position]
        if not chosen.intersection(step):
            yield labels[step[0]] if step else "", {"kind": "stays", "step": position}, 1
    kept = {*revision.fixed, *(j for step in revision.steps for j in step)}
    pinned = {j for pin in facts.problem.pins for j in pin.candidates}
    for step_of in facts.steps:
        early = revision.free_day - step_of.candidate.start_day
        if early > 0 and step_of.index not in kept and step_of.index not in pinned:
            days: dict[str, int | str] = {"kind": "too_soon", "day": step_of.candidate.start_day}
            yield step_of.candidate.label, days, early


def _changes(facts: RouteFacts, revision: Revision) -> Iterator[Breach]:
    count = changes_in(revision, facts.route.chosen)
    if count > revision.changes_most:
        excess = count - revision.changes_most
        yield "", {"changes": count, "limit": revision.changes_most}, excess


def changes_in(revision: Revision, chosen: tuple[int, ...]) -> int:
    """Changes from the kept route's planned steps to the chosen ones."""
    planned = [j for j in chosen if j not in revision.fixed]
    stayed = [j for j in planned if any(j in step for step in revision.steps)]
    return max(len(revision.steps), len(planned)) - len(stayed)


REVISION_CHECKS: dict[str, Callable[[RouteFacts, Revision], Iterator[Breach]]] = {
    "freeze": _freeze,
    "changes": _changes,
}
"""Every rule of a revision, in the order of ``problem.REVISION_RULES``."""
