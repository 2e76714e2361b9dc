"""What a revision changes, step by step and with reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.domain import Reason
from engine.lifecycle.directives import Wished
from engine.lifecycle.earlier import Earlier
from engine.recommendation import Step
from engine.recommender import Outcome, RouteRequest
from engine.recommender.compare import Comparison, StepRun, compare, side_of
from engine.recommender.kept import KeptRoute


@dataclass(frozen=True, slots=True)
class StepChange:
    """One change of the planned steps.

    Parameters
    ----------
    code
        ``moved`` (another run of the same activity), ``replaced``, ``removed`` or ``added``.
    step_id
        Of the step that was there before, of an added one its own.
    before, after
        ``None`` = added, removed.
    why
        Why the step before could not or should not stay: ``step_banned``, ``step_replaced``,
        ``run_gone`` (with the cause where it is known) or ``makes_room``; ``None`` = added.
    reasons
        Why the step after is there; empty = removed.
    """

    code: str
    step_id: str
    activity_before: str | None
    activity_after: str | None
    title_before: str | None
    title_after: str | None
    before: StepRun | None
    after: StepRun | None
    why: Reason | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class RouteDifference:
    """A revision beside the route before.

    Parameters
    ----------
    changes
        As many as the bound counts.
    changes_most
        The bound.
    stayed
        Ids of the planned steps that stayed.
    comparison
        Both routes side by side; missed and cancelled steps stand in the first only.
    """

    changes: tuple[StepChange, ...]
    changes_most: int
    stayed: tuple[str, ...]
    comparison: Comparison


def difference_of(
    earlier: Earlier, request: RouteRequest, outcome: Outcome, wished: Wished
) -> RouteDifference:
    """Difference of a solved revision, which has a route, from the route before."""
    kept, answer = request.kept, outcome.recommendation
    assert kept is not None
    assert answer.route is not None
    fixed = {run.step.id for run in kept.runs if run.fixed}
    before = [run.step for run in kept.runs if not run.fixed]
    after = [step for step in answer.route.steps if step.id not in fixed]
    same = {_key(s) for s in before} & {_key(s) for s in after}
    leaving = [s for s in before if _key(s) not in same]
    coming = [s for s in after if _key(s) not in same]
    causes = _Causes(kept, outcome, wished)
    return RouteDifference(
        changes=tuple(_change(old, new, causes) for old, new in _pairs(leaving, coming)),
        changes_most=kept.changes_most,
        stayed=tuple(s.id for s in before if _key(s) in same),
        comparison=compare(
            (
                replace(side_of(earlier.answer), id="before"),
                replace(side_of(answer), id="after"),
            )
        ),
    )


def _change(old: Step | None, new: Step | None, causes: _Causes) -> StepChange:
    code = "replaced"
    if old is None or new is None:
        code = "added" if old is None else "removed"
    elif old.activity == new.activity:
        code = "moved"
    named = old or new
    assert named is not None
    return StepChange(
        code=code,
        step_id=named.id,
        activity_before=old.activity if old else None,
        activity_after=new.activity if new else None,
        title_before=old.title if old else None,
        title_after=new.title if new else None,
        before=_run(old),
        after=_run(new),
        why=causes.of(old) if old else None,
        reasons=new.reasons if new else (),
    )


def _run(step: Step | None) -> StepRun | None:
    if step is None:
        return None
    return StepRun(step.offering, step.start, step.end, step.workload_min, step.cost_rub)


class _Causes:
    """Why planned steps did not stay."""

    def __init__(self, kept: KeptRoute, outcome: Outcome, wished: Wished) -> None:
        self.wished, self.not_chosen = wished, outcome.recommendation.not_chosen
        revision = outcome.problem.revision
        planned = [run.step.id for run in kept.runs if not run.fixed]
        steps = revision.steps if revision is not None else ()
        self.gone = {i for i, candidates in zip(planned, steps, strict=True) if not candidates}

    def of(self, step: Step) -> Reason:
        """Decisions first, then what is no more on offer, then what is better without it."""
        named = {"title": step.title}
        if step.id in self.wished.banned:
            return Reason("step_banned", named)
        if step.id in self.wished.replaced:
            return Reason("step_replaced", named)
        if step.id in self.gone:
            cause = self.not_chosen.get(step.activity)
            return Reason("run_gone", {**named, "cause": cause.code if cause else None})
        return Reason("makes_room", named)


def _key(step: Step) -> tuple[object, ...]:
    """What makes it the same run; who pays may differ."""
    return step.offering, step.start, step.end


def _pairs(
    leaving: Sequence[Step], coming: Sequence[Step]
) -> Iterator[tuple[Step | None, Step | None]]:
    """Moves first, then replacements in the order of the starts, then the rest."""
    of_activity = {step.activity: step for step in coming}
    rest = []
    for old in leaving:
        new = of_activity.pop(old.activity, None)
        if new is None:
            rest.append(old)
        else:
            yield old, new
    new_ones = sorted(of_activity.values(), key=lambda s: (s.start, s.id))
    rest.sort(key=lambda s: (s.start, s.id))
    yield from zip(rest, new_ones, strict=False)
    yield from ((old, None) for old in rest[len(new_ones) :])
    yield from ((None, new) for new in new_ones[len(rest) :])
