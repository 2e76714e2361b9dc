"""A hand-made route over a problem file: offerings by label, and the least edit in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from engine.errors import Fault, InputError
from engine.planning.least_edit import LeastEdit
from engine.planning.problem import RouteProblem
from engine.wording import phrase, word

MPT = 1_000


def steps_by_label(problem: RouteProblem, names: Sequence[str]) -> list[tuple[int, ...]]:
    """Candidates of each offering named: by the whole label, or without its source and pace.

    Raises
    ------
    InputError
        ``unknown_offering`` and ``start_needed``, each with the number of the option.
    """
    steps, faults = [], []
    for number, name in enumerate(names):
        found = [j for j, label in enumerate(problem.candidates.label) if _is(name, label)]
        starts = {int(problem.candidates.start_day[j]) for j in found}
        if not found:
            detail = f"в задаче нет потока «{name}»: он отсеян раньше или код неверен"
            faults.append(Fault("unknown_offering", detail, f"--offering {number + 1}"))
        elif len(starts) > 1:
            some = ", ".join(problem.candidates.label[j] for j in found[:3])
            detail = f"поток «{name}» можно начать в разные дни: назовите точнее, например {some}"
            faults.append(Fault("start_needed", detail, f"--offering {number + 1}"))
        steps.append(tuple(found))
    if faults:
        raise InputError(faults)
    return steps


def _is(name: str, label: str) -> bool:
    unpaid = label.partition("@")[0]
    return name in (label, unpaid, unpaid.partition("+")[0], unpaid.partition("#")[0])


def edit_dict(problem: RouteProblem, edit: LeastEdit) -> dict[str, object]:
    """JSON form of an edit, with labels beside indices."""
    body = asdict(edit) | {"edits_proved": edit.edits_proved}
    if edit.route is not None:
        body["offerings"] = [problem.candidates.label[j] for j in edit.route.chosen]
    return body


def edit_lines(
    problem: RouteProblem, steps: Sequence[Sequence[int]], edit: LeastEdit
) -> Iterator[str]:
    """The edit in words, labels in the place of titles."""
    if edit.edits is None:
        infeasible = edit.status.value == "INFEASIBLE"
        yield phrase("repair_impossible") if infeasible else phrase("repair_unknown")
        return
    if not edit.edits:
        yield phrase("repair_nothing")
        return
    label = problem.candidates.label
    yield phrase("repair_title", edits=edit.edits)
    for change in edit.changes:
        parameters: dict[str, object] = {}
        if change.step is not None:
            own = steps[change.step]
            parameters["from_title"] = label[own[0]] if own else change.step + 1
        if change.candidate is not None:
            parameters["to_title"] = label[change.candidate]
            parameters["to_offering"] = label[change.candidate]
        yield f"  {word(change.code, parameters, family='edit')}"
    if edit.edits_proved:
        yield phrase("repair_proved")
    else:
        yield phrase("repair_not_proved", bound=edit.edits_bound)
    if edit.value_mpt is not None:
        yield phrase("repair_value", value=round(edit.value_mpt / MPT))
