"""From the evidence of many people to the table of their groups; one at fault stops no table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from engine.deficits.group_table import GroupTable
from engine.deficits.group_view import Member, group_view
from engine.deficits.groupings import Grouping
from engine.diagnostics import estimate_proficiency
from engine.diagnostics.item_bank import ItemBank
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
    """An educator whose evidence has faults: he counts as a member who was not assessed."""

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
    members: list[Member] = []
    left_out: list[LeftOut] = []
    for person in people:
        educator = person.educator
        try:
            proficiency = estimate_proficiency(
                person.results,
                person.responses,
                framework,
                policy,
                as_of,
                time_zone=educator.time_zone,
                items=items,
            )
        except InputError as error:
            left_out.append(LeftOut(educator.id, error.faults))
            proficiency = None
        members.append(Member(educator, proficiency))
    table = group_view(members, by, framework, policy, node_levels=node_levels)
    return table, tuple(left_out)
