"""From the evidence of many people to the table of their groups; one at fault stops no table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from engine.deficits.group_measures import Measurements
from engine.deficits.group_table import GroupTable
from engine.deficits.group_view import view_measurements
from engine.deficits.groupings import Grouping
from engine.diagnostics.item_bank import ItemBank
from engine.diagnostics.many_people import CheckedEvidence, check_evidence, estimate_many
from engine.domain import DiagnosticResult, Educator, ItemResponse
from engine.errors import Fault, InputError
from engine.framework import Framework, NodeLevel
from engine.policy import PolicyProfile


@dataclass(frozen=True, slots=True)
class Person:
    """An educator with the evidence of his proficiency."""

    educator: Educator
    results: tuple[DiagnosticResult, ...] = ()
    responses: tuple[ItemResponse, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An educator some of whose evidence could not be used.

    Parameters
    ----------
    faults
        What is wrong. The nodes at fault are left out of their procedures; with the rest he is
        assessed, without any he counts as a member who was not.
    """

    educator_id: str
    faults: tuple[Fault, ...]


def group_deficits(
    people: Iterable[Person],
    by: Grouping,
    framework: Framework,
    policy: PolicyProfile,
    as_of: dt.datetime,
    *,
    node_levels: Collection[NodeLevel] = (),
    items: ItemBank | None = None,
) -> tuple[GroupTable, tuple[LeftOut, ...]]:
    """Table of the deficits of groups, and whose evidence could not be used.

    Parameters
    ----------
    node_levels
        Levels of the framework that are wanted; empty = all.
    as_of
        Instant with offset; its day where each educator lives ages his evidence.
    items
        Calibrated items; ``None`` = every item counts as an average one.
    """
    educators, measured, left_out = measured_people(people, framework, policy, as_of, items)
    table = view_measurements(educators, measured, by, framework, policy, node_levels=node_levels)
    return table, left_out


def measured_people(
    people: Iterable[Person],
    framework: Framework,
    policy: PolicyProfile,
    as_of: dt.datetime,
    items: ItemBank | None = None,
) -> tuple[tuple[Educator, ...], Measurements, tuple[LeftOut, ...]]:
    """Educators, what was measured of them, and whose evidence could not be used.

    Parameters
    ----------
    as_of, items
        As of ``group_deficits``.
    """
    educators: list[Educator] = []
    checked: list[CheckedEvidence | None] = []
    left_out: list[LeftOut] = []
    for person in people:
        try:
            evidence: CheckedEvidence | None = _checked(person, framework, policy, as_of, items)
        except InputError as error:
            left_out.append(LeftOut(person.educator.id, error.faults))
            rest = without_faulty(person, error.faults)
            try:
                evidence = _checked(rest, framework, policy, as_of, items)
            except InputError:
                evidence = None
        educators.append(person.educator)
        checked.append(evidence)
    found = estimate_many(checked, framework, policy, items)
    measured = Measurements(found.person, found.node, found.mean, found.sd, found.raw_share)
    return tuple(educators), measured, tuple(left_out)


def _checked(
    person: Person,
    framework: Framework,
    policy: PolicyProfile,
    as_of: dt.datetime,
    items: ItemBank | None,
) -> CheckedEvidence:
    return check_evidence(
        person.results,
        person.responses,
        framework,
        policy,
        as_of,
        time_zone=person.educator.time_zone,
        items=items,
    )


def without_faulty(person: Person, faults: Iterable[Fault]) -> Person:
    """The person without the nodes at fault in their procedures; the rest of his evidence stays.

    All that was found of such a node goes, for of marks that contradict one another nothing says
    which is right. Of an answer at fault all answers to its item in that procedure go, and all
    answers to an item that was calibrated for other nodes.
    """
    nodes, answers, items = set(), set(), set()
    for fault in faults:
        where, _, tail = fault.pointer.removeprefix("/").partition("/")
        index = int(tail.partition("/")[0])
        if where == "diagnostics":
            result = person.results[index]
            nodes.add((result.procedure_id, result.node))
        else:
            answer = person.responses[index]
            answers.add((answer.procedure_id, answer.item))
            if fault.code == "item_calibrated_otherwise":
                items.add(answer.item)
    return replace(
        person,
        results=tuple(r for r in person.results if (r.procedure_id, r.node) not in nodes),
        responses=tuple(
            r
            for r in person.responses
            if (r.procedure_id, r.node) not in nodes
            and (r.procedure_id, r.item) not in answers
            and r.item not in items
        ),
    )
