"""What could stand in the place of one step of a kept route, and what each would change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.catalogue import Catalogue
from engine.domain import Reason
from engine.planning.problem_json import problem_digest
from engine.planning.solution import Route, RouteSolution, SolveStatus
from engine.planning.swaps import Settled, Swap, Swaps, find_swaps
from engine.recommendation import Step
from engine.recommender.assemble import not_chosen
from engine.recommender.stages import Prepared, Stages, stages_of
from engine.recommender.variant_entries import closed_by, route_entry_of
from engine.recommender.why_not import AskLimits

MPT = 1_000
MOST = 5
OTHER_RUN, OTHER_ACTIVITY = "other_run", "other_activity"
OUTRANKED = Reason("outranked")


@dataclass(frozen=True, slots=True)
class ClosedChange:
    """A demand of which a replacement is expected to close another part.

    Parameters
    ----------
    now, then
        Parts in [0, 1]: of the route as it stands and with the replacement. Where the route as it
        stands does not hold any more, ``now`` is that of its other steps alone.
    """

    node: str
    title: str
    now: float
    then: float


@dataclass(frozen=True, slots=True)
class StepAlternative:
    """One activity in the step's place, by its best run.

    Parameters
    ----------
    kind
        ``other_run`` of the same activity, or ``other_activity``.
    step
        As the route would tell it: dates, minutes, what it closes, reasons.
    value, value_bound
        Points of the route with it, which the checker let pass; and a bound for routes with
        these steps. Equal = no other mentor, meetings or checkpoints would be worth more.
    difference
        Points more (+) or less (−) than the route as it stands is worth today; ``None`` = that
        one does not hold any more.
    why_not
        What kept it out of the route as it stands.
    changes
        Demands of which it closes another part.
    """

    kind: str
    step: Step
    value: float
    value_bound: float
    difference: float | None
    why_not: Reason
    changes: tuple[ClosedChange, ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What could stand in the place of one step, the other steps staying as they are.

    Parameters
    ----------
    step, activity, title
        Id of the step asked about and what it is.
    value
        Points that the route as it stands is worth today, mentor, meetings and checkpoints
        settled at their best; ``None`` = it does not hold any more.
    lost
        Ids of other steps whose run is not on offer any more: no alternative brings them back.
    alternatives
        The most valuable first.
    complete
        Proved that no others are better; false = the limit ended first.
    problem_digest
        Of the problem in which all was compared.
    """

    as_of: dt.datetime
    step: str
    activity: str
    title: str
    value: float | None
    lost: tuple[str, ...]
    alternatives: tuple[StepAlternative, ...]
    complete: bool
    work_limit: float
    cut_by_clock: bool
    problem_digest: str


def alternatives_to(
    prepared: Prepared,
    catalogue: Catalogue,
    step_id: str,
    activity_id: str,
    offering_id: str,
    limits: AskLimits | None = None,
    most: int = MOST,
) -> Alternatives:
    """The best activities in the place of one step.

    Parameters
    ----------
    prepared
        Of a request with a kept route, in which the step may change (see ``swap_request``).
    step_id, activity_id, offering_id
        A planned step of the kept route, or one that has left it. The same self-paced offering
        at another time is no alternative: that is replanning.
    most
        Number of alternatives, ≥ 1.
    """
    kept, problem = prepared.request.kept, prepared.compiled.problem
    assert kept is not None
    asked = limits or AskLimits()
    planned = [run.step.id for run in kept.runs if not run.fixed]
    position = planned.index(step_id) if step_id in planned else None
    options = replace(
        prepared.options, deadline_ms=asked.deadline_ms, work_milli=asked.check_work_milli
    )
    own = _runs_of(prepared, activity_id, offering_id)
    swaps = find_swaps(problem, position, most, options, asked.total_work_milli, own)
    teller = _Teller(prepared, catalogue, swaps, activity_id)
    return Alternatives(
        as_of=prepared.request.as_of,
        step=step_id,
        activity=activity_id,
        title=_title(prepared, catalogue, activity_id),
        value=None if swaps.now is None else swaps.now.value_mpt / MPT,
        lost=tuple(planned[s] for s in swaps.lost),
        alternatives=tuple(teller.alternative(swap) for swap in swaps.found),
        complete=swaps.complete,
        work_limit=swaps.work_milli / 1000,
        cut_by_clock=swaps.cut_by_clock,
        problem_digest=problem_digest(problem),
    )


def _runs_of(prepared: Prepared, activity_id: str, offering_id: str) -> list[int]:
    """Candidates of one offering."""
    compiled = prepared.compiled
    pairs = zip(compiled.activity_ids, compiled.offering_ids, strict=True)
    return [j for j, pair in enumerate(pairs) if pair == (activity_id, offering_id)]


def _title(prepared: Prepared, catalogue: Catalogue, activity_id: str) -> str:
    """The catalogue's title, else the one that the kept route told."""
    if activity_id in catalogue.activity_index:
        return catalogue.activities[catalogue.activity_index[activity_id]].title
    kept = prepared.request.kept
    runs = kept.runs if kept is not None else ()
    return next((r.step.title for r in runs if r.step.activity == activity_id), activity_id)


class _Teller:
    """Says swaps in ids, dates and points."""

    def __init__(
        self, prepared: Prepared, catalogue: Catalogue, swaps: Swaps, activity_id: str
    ) -> None:
        now = swaps.now or Settled(Route(chosen=swaps.rest), 0, 0)
        self.now, self.activity_id = swaps.now, activity_id
        self.stages: Stages = stages_of(prepared, _solution(now), None)
        self.catalogue = catalogue
        self.why_not = not_chosen(self.stages, catalogue)
        self.closed = self._closed(now)

    def alternative(self, swap: Swap) -> StepAlternative:
        """One of them."""
        label = self.stages.compiled.problem.activities[swap.activity].label
        same = label == self.activity_id
        settled = swap.settled
        entry, _ = route_entry_of(self.stages, self.catalogue, settled.route)
        difference = None
        if self.now is not None:
            difference = (settled.value_mpt - self.now.value_mpt) / MPT
        return StepAlternative(
            kind=OTHER_RUN if same else OTHER_ACTIVITY,
            step=next(s for s in entry.steps if s.activity == label),
            value=settled.value_mpt / MPT,
            value_bound=settled.bound_mpt / MPT,
            difference=difference,
            why_not=OUTRANKED if same else self.why_not.get(label, OUTRANKED),
            changes=tuple(self._changes(settled)),
        )

    def _changes(self, settled: Settled) -> Iterator[ClosedChange]:
        then = self._closed(settled)
        for demand in self.stages.deficits.demands:
            before, after = self.closed[demand.code], then[demand.code]
            if before != after:
                yield ClosedChange(demand.code, demand.title, before, after)

    def _closed(self, settled: Settled) -> dict[str, float]:
        _, report = route_entry_of(self.stages, self.catalogue, settled.route)
        return closed_by(self.stages, report)


def _solution(settled: Settled) -> RouteSolution:
    """The route as it stands in the place of a solved one, so that reasons can be told of it."""
    return RouteSolution(
        status=SolveStatus.FEASIBLE,
        route=settled.route,
        value_mpt=settled.value_mpt,
        bound_mpt=None,
        gap_ppm=None,
        work_milli=0,
        cut_by_clock=False,
    )
