"""Requests → what they ask for: framework nodes, a career's nodes, or a free text."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.domain import MANAGER_POSITIONS, BoolArray, Educator, Position, Request
from engine.errors import Fault
from engine.framework import Framework, Node
from engine.policy import Value

_CAREER_TEXT = {
    Position.TEACHER: "Подготовка к работе учителем",
    Position.PRIMARY_TEACHER: "Подготовка к работе учителем начальных классов",
    Position.PRESCHOOL_TEACHER: "Подготовка к работе воспитателем",
    Position.EXTRA_TEACHER: "Подготовка к работе педагогом дополнительного образования",
    Position.PSYCHOLOGIST: "Подготовка к работе педагогом-психологом",
    Position.SPEECH_THERAPIST: "Подготовка к работе учителем-логопедом",
    Position.SOCIAL_PEDAGOGUE: "Подготовка к работе социальным педагогом",
    Position.COUNSELLOR: "Подготовка к работе советником директора по воспитанию",
    Position.METHODIST: "Подготовка к работе методистом",
    Position.HEAD: "Подготовка к должности директора",
    Position.DEPUTY_HEAD: "Подготовка к должности заместителя директора",
    Position.UNIT_HEAD: "Подготовка к должности руководителя структурного подразделения",
}
"""Free text for a career whose position adds no nodes of the framework."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one or several requests ask for, before it meets what was measured.

    Parameters
    ----------
    nodes
        Sorted codes; empty = ``text`` only.
    weight
        Weight in the route's value, > 0.
    """

    code: str
    title: str
    nodes: tuple[str, ...]
    text: str | None
    weight: float
    request_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extra:
    """What requests add to the demand of a measured node."""

    weight: float
    request_ids: tuple[str, ...]


def request_faults(
    requests: Sequence[Request],
    request_nodes: Mapping[str, tuple[str, ...]],
    framework: Framework,
) -> Iterator[Fault]:
    """Every fault of the requests, with pointers ``/requests/{i}/…``."""
    seen: set[str] = set()
    for i, request in enumerate(requests):
        pointer = f"/requests/{i}"
        if request.id in seen:
            yield Fault(
                "duplicate_request",
                f"Запрос «{request.id}» указан дважды: дайте второму другой код или уберите его",
                f"{pointer}/id",
                parameters={"id": request.id},
            )
        seen.add(request.id)
        if not math.isfinite(request.weight) or request.weight <= 0:
            yield Fault(
                "weight_not_positive",
                f"Вес запроса {request.weight:g}: укажите число больше нуля",
                f"{pointer}/weight",
                parameters={"weight": str(request.weight)},
            )
        nodes = _nodes_of(request, request_nodes)
        for code in nodes:
            if code not in framework:
                yield Fault(
                    "unknown_node",
                    f"Кода «{code}» нет в перечне компетенций: исправьте код "
                    "или опишите запрос словами",
                    f"{pointer}/node",
                    parameters={"node": code},
                )
        if not nodes and not _text_of(request) and request.career_position is None:
            yield Fault(
                "empty_request",
                "Запрос пуст: укажите компетенцию, текст или желаемую должность",
                pointer,
                parameters={"id": request.id},
            )


def wanted_by(
    requests: Iterable[Request],
    request_nodes: Mapping[str, tuple[str, ...]],
    educator: Educator,
    framework: Framework,
    value: Value,
) -> tuple[Wanted, ...]:
    """What valid requests ask for, one entry per request and node of a career."""
    found: list[Wanted] = []
    for request in sorted(requests, key=lambda request: request.id):
        code, ids = f"request:{request.id}", (request.id,)
        weight = value.request_weight * request.weight
        nodes, text = _nodes_of(request, request_nodes), _text_of(request)
        if nodes:
            title = "; ".join(framework.node(node).title for node in nodes)
            found.append(Wanted(code, title, nodes, None, weight, ids))
        elif text and request.career_position is None:
            found.append(Wanted(code, text, (), text, weight, ids))
        if request.career_position is None:
            continue
        weight = value.career_weight * request.weight
        steps = career_nodes(framework, educator, request.career_position)
        found += [
            Wanted(f"{code}:{node.code}", node.title, (node.code,), None, weight, ids)
            for node in steps
        ]
        if not steps and not nodes:
            text = text or _CAREER_TEXT[request.career_position]
            found.append(Wanted(code, text, (), text, weight, ids))
    return tuple(found)


def career_nodes(framework: Framework, educator: Educator, aim: Position) -> tuple[Node, ...]:
    """Nodes that a career asks for, in the framework's order.

    For a manager's position: the blocks of the managers' direction, which is the one that
    applies to the aim and not to a teacher. Else, or without such a direction: the topmost nodes
    that apply to the aim and not to the present position. Stages are left aside, for they may
    change with the position.
    """
    if aim in MANAGER_POSITIONS:
        new = _applies_newly(framework, educator, aim, Position.TEACHER)
        directions = {framework.nodes[i].code for i in np.flatnonzero(new & (framework.parent < 0))}
        if directions:
            return tuple(
                node
                for node, is_new in zip(framework.nodes, new, strict=True)
                if is_new and node.parent in directions
            )
    new = _applies_newly(framework, educator, aim, educator.position)
    return tuple(
        node
        for node, parent, is_new in zip(framework.nodes, framework.parent, new, strict=True)
        if is_new and (parent < 0 or not new[parent])
    )


def merge_into_measured(
    wanted: Iterable[Wanted], measured: Collection[str]
) -> tuple[dict[str, Extra], tuple[Wanted, ...]]:
    """Requests for measured nodes go to these; the rest stay demands of their own.

    A request for several nodes spreads its weight evenly over them, so that nothing of it is
    counted twice where only some are measured. Requests that ask for the same become one.

    Returns
    -------
    extra
        By measured node.
    rest
        Ordered by code.
    """
    extra: dict[str, Extra] = {}
    rest: defaultdict[object, list[Wanted]] = defaultdict(list)
    for item in wanted:
        for node in item.nodes:
            if node in measured:
                before = extra.get(node, Extra(0.0, ()))
                ids = tuple(sorted({*before.request_ids, *item.request_ids}))
                extra[node] = Extra(before.weight + item.weight / len(item.nodes), ids)
        left = tuple(node for node in item.nodes if node not in measured)
        if left:
            share = len(left) / len(item.nodes)
            rest[left].append(replace(item, nodes=left, weight=item.weight * share))
        elif item.text is not None:
            rest[" ".join(item.text.casefold().split())].append(item)
    return extra, tuple(sorted(map(_joined, rest.values()), key=lambda item: item.code))


def _joined(same: Sequence[Wanted]) -> Wanted:
    first = min(same, key=lambda item: item.code)
    return replace(
        first,
        weight=math.fsum(item.weight for item in same),
        request_ids=tuple(sorted({i for item in same for i in item.request_ids})),
    )


def _applies_newly(
    framework: Framework, educator: Educator, aim: Position, present: Position
) -> BoolArray:
    new: BoolArray = framework.applies_to(aim, educator.subjects) & ~framework.applies_to(
        present, educator.subjects
    )
    return new


def _nodes_of(request: Request, request_nodes: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    stated = (request.node,) if request.node else ()
    return tuple(sorted(set(request_nodes.get(request.id) or stated)))


def _text_of(request: Request) -> str:
    return (request.text or "").strip()
