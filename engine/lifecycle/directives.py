"""What a methodist decides on the steps of a route, as wishes of the request that revises it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.catalogue import Catalogue
from engine.domain import Constraints
from engine.errors import Fault, InputError
from engine.lifecycle.states import RouteProgress, StepRecord, StepState


@dataclass(frozen=True, slots=True)
class Directives:
    """Decisions of a methodist.

    Parameters
    ----------
    pins
        Activity or offering ids that the route must contain.
    bans
        Ids of steps, activities or offerings that it must not contain; a step's id bans its
        activity.
    replacements
        Id of the activity or offering that comes instead of a step, by the step's id.
    unpins, unbans
        Ids of activities or offerings of which an earlier pin or ban is taken back: the one of
        that id, and, of an activity's, those of its runs.
    """

    pins: tuple[str, ...] = ()
    bans: tuple[str, ...] = ()
    replacements: Mapping[str, str] = field(default_factory=dict)
    unpins: tuple[str, ...] = ()
    unbans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wished:
    """Directives in ids of the catalogue.

    Parameters
    ----------
    pinned, excluded
        Of the revision, what was wished before included.
    spoken_of
        Ids of the planned steps that a directive speaks of.
    banned, replaced
        Those of them that were banned, and that something comes instead of.
    """

    pinned: tuple[str, ...]
    excluded: tuple[str, ...]
    spoken_of: frozenset[str]
    banned: frozenset[str]
    replaced: frozenset[str]


def wishes_of(
    directives: Directives,
    route: RouteProgress,
    constraints: Constraints,
    catalogue: Catalogue,
    today: dt.date,
) -> Wished:
    """Pins and bans of a revision: the request's own, and what is decided now.

    A pin lifts an earlier ban of the same id and a ban an earlier pin, that of an activity those of
    its runs too. A wish that is taken back
    decides nothing in its place: its step may stay or go, unless it is too near to change. Runs
    that were missed or given up are no choice any more; a pin of such a run stays as a pin of its
    activity, for as long as another run of it begins after ``today``: with the last one it is
    spent, or a missed step would leave no route at all. What an earlier wish names and the
    catalogue has lost is left out.

    Raises
    ------
    InputError
        ``unknown_step``, ``step_has_begun`` (it can be neither banned nor replaced),
        ``unknown_activity``, ``pinned_and_excluded``, ``not_pinned``, ``not_excluded`` (there is
        nothing to take back); with every fault.
    """
    faults = [
        *_faults(directives, route, catalogue),
        *_nothing_to_lift(directives, constraints, catalogue),
    ]
    if faults:
        raise InputError(faults)
    steps = {step.step_id: step for step in route.steps}
    bans = [steps[b].activity_id if b in steps else b for b in directives.bans]
    pins = [*directives.pins, *directives.replacements.values()]
    for step_id, target in directives.replacements.items():
        step = steps[step_id]
        same = _activity_of(target, catalogue) == step.activity_id
        bans.append(step.offering_id if same else step.activity_id)
    left = {s.offering_id: s.activity_id for s in _left_runs(route, catalogue)}
    unpinned = _lifted((*bans, *directives.unpins), constraints.pinned, catalogue)
    unbanned = _lifted(directives.unbans, constraints.excluded, catalogue)
    spent = _without_runs(left, catalogue, today)
    earlier_pins = [left.get(i, i) for i in constraints.pinned if i not in unpinned]
    earlier_pins = [i for i in earlier_pins if i not in spent]
    earlier_bans = [i for i in constraints.excluded if i not in {*pins, *unbanned}]
    banned = frozenset(s.step_id for s in route.steps if _named(s, directives.bans))
    pinned_activities = {_activity_of(i, catalogue) for i in pins}
    moved = {s.step_id for s in route.steps if s.activity_id in pinned_activities}
    replaced = frozenset(directives.replacements)
    return Wished(
        pinned=_known((*earlier_pins, *pins), catalogue),
        excluded=_known((*earlier_bans, *bans, *left), catalogue),
        spoken_of=banned | replaced | moved,
        banned=banned,
        replaced=replaced,
    )


def with_wishes(constraints: Constraints, wished: Wished) -> Constraints:
    """The constraints with the pins and bans of a revision."""
    return replace(constraints, pinned=wished.pinned, excluded=wished.excluded)


def _left_runs(route: RouteProgress, catalogue: Catalogue) -> Iterator[StepRecord]:
    """Steps whose dated run is over for this educator."""
    for step in route.steps:
        row = catalogue.offering_index.get(step.offering_id)
        over = step.state in (StepState.MISSED, StepState.CANCELLED)
        if over and row is not None and not catalogue.self_paced[row]:
            yield step


def _without_runs(left: Mapping[str, str], catalogue: Catalogue, today: dt.date) -> frozenset[str]:
    """Activities of runs that are over for this educator, where no other run is still to come."""
    to_come = {
        o.activity_id
        for o in catalogue.offerings
        if o.id not in left and (o.self_paced or o.start is None or o.start > today)
    }
    return frozenset(left.values()) - to_come


def _named(step: StepRecord, ids: Sequence[str]) -> bool:
    return step.state is StepState.PLANNED and bool(
        {step.step_id, step.activity_id, step.offering_id} & set(ids)
    )


def _lifted(asked: Sequence[str], wishes: Sequence[str], catalogue: Catalogue) -> frozenset[str]:
    """Those of some earlier wishes that are taken back."""
    return frozenset(w for w in wishes if w in asked or _activity_of(w, catalogue) in asked)


def _activity_of(given: str, catalogue: Catalogue) -> str | None:
    if given in catalogue.activity_index:
        return given
    row = catalogue.offering_index.get(given)
    return None if row is None else catalogue.offerings[row].activity_id


def _known(ids: Sequence[str], catalogue: Catalogue) -> tuple[str, ...]:
    return tuple(dict.fromkeys(i for i in ids if _activity_of(i, catalogue) is not None))


def _faults(directives: Directives, route: RouteProgress, catalogue: Catalogue) -> Iterator[Fault]:
    steps = {step.step_id: step for step in route.steps}
    for number, given in enumerate(directives.bans):
        at = f"/bans/{number}"
        if given in steps:
            yield from _begun(steps[given], at)
        elif _activity_of(given, catalogue) is None:
            yield _unknown(given, at)
        else:
            named = (s for s in route.steps if given in (s.activity_id, s.offering_id))
            for step in named:
                yield from _begun(step, at)
    for step_id, target in directives.replacements.items():
        at = f"/replacements/{step_id}"
        if step_id in steps:
            yield from _begun(steps[step_id], at)
        else:
            detail = f"в маршруте нет шага «{step_id}»: есть {', '.join(steps) or 'ни одного'}"
            yield Fault("unknown_step", detail, at, parameters={"step": step_id})
        if _activity_of(target, catalogue) is None:
            yield _unknown(target, at)
    for number, given in enumerate(directives.pins):
        if _activity_of(given, catalogue) is None:
            yield _unknown(given, f"/pins/{number}")
        if given in directives.bans:
            detail = f"«{given}» и закреплено, и исключено: оставьте одно"
            at = f"/pins/{number}"
            yield Fault("pinned_and_excluded", detail, at, parameters={"id": given})


def _nothing_to_lift(
    directives: Directives, constraints: Constraints, catalogue: Catalogue
) -> Iterator[Fault]:
    for number, given in enumerate(directives.unpins):
        if not _lifted((given,), constraints.pinned, catalogue):
            detail = f"«{given}» в маршруте не закреплено: снимать нечего"
            yield Fault("not_pinned", detail, f"/unpins/{number}", parameters={"id": given})
    for number, given in enumerate(directives.unbans):
        if not _lifted((given,), constraints.excluded, catalogue):
            detail = f"«{given}» в маршруте не запрещено: снимать нечего"
            yield Fault("not_excluded", detail, f"/unbans/{number}", parameters={"id": given})


def _begun(step: StepRecord, pointer: str) -> Iterator[Fault]:
    if step.state in (StepState.ENROLLED, StepState.ATTENDED, StepState.COMPLETED):
        detail = (
            f"шаг «{step.step_id}» уже начат ({step.state.value}): сначала отметьте его как "
            "отменённый или пропущенный"
        )
        parameters: dict[str, object] = {"step": step.step_id, "state": step.state.value}
        yield Fault("step_has_begun", detail, pointer, parameters=parameters)


def _unknown(given: str, pointer: str) -> Fault:
    detail = f"в каталоге нет ни мероприятия, ни потока «{given}»: проверьте код"
    return Fault("unknown_activity", detail, pointer, parameters={"id": given})
