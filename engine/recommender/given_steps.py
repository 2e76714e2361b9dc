"""Steps of a hand-made route → candidates of the problem, each fault with its place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.catalogue import Catalogue
from engine.domain import Reason
from engine.errors import Fault, InputError
from engine.recommender.stages import Prepared


@dataclass(frozen=True, slots=True)
class GivenStep:
    """One step as somebody wrote it: an offering, or an activity with the day of its start.

    Parameters
    ----------
    start
        May be left out where only one day is possible.
    """

    activity: str | None = None
    offering: str | None = None
    start: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A step of the catalogue with the candidates that it may be.

    Parameters
    ----------
    candidates
        One for each source of funding and pace; empty = it can stand in no route, ``reason``.
    """

    activity: str
    offering: str | None
    start: dt.date | None
    candidates: tuple[int, ...]
    reason: Reason | None


def place_steps(
    prepared: Prepared, catalogue: Catalogue, steps: Sequence[GivenStep]
) -> tuple[Placed, ...]:
    """Find each step in the catalogue and among the candidates.

    Raises
    ------
    InputError
        With every fault: ``step_empty``, ``unknown_activity``, ``unknown_offering``,
        ``offering_of_other_activity``, ``start_needed``, ``step_repeated``.
    """
    placed, faults = [], []
    for number, step in enumerate(steps):
        found = _known(catalogue, step, f"/steps/{number}")
        if isinstance(found, Fault):
            faults.append(found)
            continue
        one = _place(prepared, found, step)
        fault = _open_start(prepared, one, f"/steps/{number}/start")
        faults += [fault] if fault is not None else []
        placed.append((number, one))
    faults += _repeated(placed)
    if faults:
        raise InputError(sorted(faults, key=lambda f: _number(f.pointer)))
    return tuple(one for _, one in placed)


def _number(pointer: str) -> int:
    return int(pointer.split("/")[2])


def _known(catalogue: Catalogue, step: GivenStep, pointer: str) -> str | Fault:
    """Id of the activity, or what is wrong."""
    if step.activity is None and step.offering is None:
        detail = "у шага нет ни offering, ни activity: укажите код потока или код мероприятия"
        return Fault("step_empty", detail, pointer)
    if step.activity is not None and step.activity not in catalogue.activity_index:
        detail = f"в каталоге нет мероприятия «{step.activity}»: проверьте код"
        parameters: dict[str, object] = {"id": step.activity}
        return Fault("unknown_activity", detail, f"{pointer}/activity", parameters=parameters)
    if step.offering is None:
        assert step.activity is not None
        return step.activity
    index = catalogue.offering_index.get(step.offering)
    if index is None:
        detail = f"в каталоге нет потока «{step.offering}»: проверьте код"
        parameters = {"id": step.offering}
        return Fault("unknown_offering", detail, f"{pointer}/offering", parameters=parameters)
    owner = catalogue.activity_ids[int(catalogue.offering_activity[index])]
    if step.activity not in (None, owner):
        detail = (
            f"поток «{step.offering}» — это мероприятие «{owner}», а не «{step.activity}»: "
            "исправьте одно из двух"
        )
        parameters = {"offering": step.offering, "owner": owner, "activity": step.activity}
        pointer = f"{pointer}/offering"
        return Fault("offering_of_other_activity", detail, pointer, parameters=parameters)
    return owner


def _place(prepared: Prepared, activity: str, step: GivenStep) -> Placed:
    compiled = prepared.compiled
    table = compiled.problem.candidates
    own = [j for j, a in enumerate(compiled.activity_ids) if a == activity]
    if not own:
        return Placed(activity, step.offering, step.start, (), compiled.dropped[activity])
    fitting = [j for j in own if step.offering in (None, compiled.offering_ids[j])]
    of_run = fitting
    if step.start is not None:
        day = (step.start - prepared.calendar.first_monday).days
        fitting = [j for j in fitting if int(table.start_day[j]) == day]
    reason = None
    if not fitting:
        starts = _first_starts(prepared, of_run or own)
        reason = Reason("run_not_open", {"starts": starts})
        if of_run:
            reason = Reason("start_not_offered", {"starts": starts})
    return Placed(activity, step.offering, step.start, tuple(fitting), reason)


def _first_starts(prepared: Prepared, candidates: Sequence[int]) -> list[dt.date]:
    """First days on which one of the candidates starts."""
    starts = np.unique(prepared.compiled.problem.candidates.start_day[list(candidates)]).tolist()
    monday = prepared.calendar.first_monday
    return [monday + dt.timedelta(days=day) for day in starts[:3]]


def _open_start(prepared: Prepared, placed: Placed, pointer: str) -> Fault | None:
    """A step must mean one day; paces and funding may stay open."""
    starts = prepared.compiled.problem.candidates.start_day[list(placed.candidates)]
    if placed.start is not None or len(np.unique(starts)) < 2:
        return None
    monday = prepared.calendar.first_monday
    dates = [(monday + dt.timedelta(days=int(day))).isoformat() for day in np.unique(starts)[:5]]
    what = f"поток «{placed.offering}»" if placed.offering else f"мероприятие «{placed.activity}»"
    detail = f"{what} можно начать в разные дни: укажите start, например {', '.join(dates)}"
    return Fault("start_needed", detail, pointer, parameters={"starts": dates})


def _repeated(placed: Sequence[tuple[int, Placed]]) -> Iterator[Fault]:
    seen: dict[object, int] = {}
    for number, one in placed:
        key = one.candidates or (one.activity, one.offering, one.start)
        if key in seen:
            first = seen[key]
            detail = f"этот шаг уже назван под номером {first + 1}: оставьте один"
            yield Fault(
                "step_repeated", detail, f"/steps/{number}", parameters={"first": first + 1}
            )
        seen.setdefault(key, number)
