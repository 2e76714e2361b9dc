"""The bank of deficits: people by node, official level, and district or organisation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.deficits.group_measures import LEVELS, Assessed, Targets, assess
from engine.deficits.group_table import GroupRow
from engine.deficits.group_view import view_measurements
from engine.deficits.groupings import Grouping, group_people
from engine.diagnostics.item_bank import ItemBank
from engine.domain import Educator, Reason
from engine.framework import Framework, NodeLevel
from engine.policy import PolicyProfile
from engine.recommender.groups import LeftOut, Person, measured_people


@dataclass(frozen=True, slots=True)
class DeficitEntry:
    """How many people of a group have a deficit of which official level at a node.

    Parameters
    ----------
    group
        Name of the district or id of the organisation; empty = everybody, or those who state none.
    grouping
        ``all`` for the rows of everybody.
    members, assessed
        People to whom the node applies, and those of them who were measured at it.
    high, medium, minimal
        People by official level (Р-201, table 1) of the newest sitting; ``None`` = withheld.
    withheld
        Why a number is withheld; ``None`` = none is.
    """

    grouping: Grouping
    group: str
    title: str
    district: str
    node: str
    node_title: str
    members: int
    assessed: int
    high: int | None
    medium: int | None
    minimal: int | None
    withheld: Reason | None


def deficit_bank(
    people: Iterable[Person],
    by: Grouping,
    framework: Framework,
    policy: PolicyProfile,
    as_of: dt.datetime,
    *,
    node_levels: Collection[NodeLevel] = (),
    items: ItemBank | None = None,
    protected: bool,
) -> tuple[tuple[DeficitEntry, ...], tuple[LeftOut, ...]]:
    """Bank of deficits of everybody and of each district or organisation.

    Parameters
    ----------
    by
        ``DISTRICT`` or ``SCHOOL``.
    protected
        Whether numbers from which something of fewer than ``group_view.least_people`` people
        follows are withheld: for whoever may not read the results themselves.

    Returns
    -------
    tuple
        Rows by group and in the order of the framework, and whose evidence could not be used.
    """
    educators, measured, left_out = measured_people(people, framework, policy, as_of, items)
    if protected:
        table = view_measurements(
            educators, measured, by, framework, policy, node_levels=node_levels
        )
        return tuple(map(_entry, table.rows)), left_out
    targets = Targets.of(educators, framework, policy)
    assessed = assess(measured, targets, policy)
    return tuple(_counted(educators, assessed, targets, by, framework, node_levels)), left_out


def _counted(
    educators: Sequence[Educator],
    assessed: Assessed,
    targets: Targets,
    by: Grouping,
    framework: Framework,
    node_levels: Collection[NodeLevel],
) -> Iterator[DeficitEntry]:
    """Every number, in the order of the protected table."""
    groups = group_people(educators, by)
    nodes = [
        node
        for node in np.unique(assessed.node).tolist()
        if not node_levels or framework.nodes[node].level in node_levels
    ]
    members, levels = {}, {}
    for node in nodes:
        at = assessed.at(node)
        members[node] = groups.members.T @ targets.applies(node).astype(np.float64)
        levels[node] = groups.members[at.person].T @ np.eye(len(LEVELS))[at.level]
    for g, group in enumerate(groups.groups):
        if group.grouping not in (Grouping.ALL, by):
            continue
        for node in nodes:
            if members[node][g] > 0:
                high, medium, minimal = np.rint(levels[node][g]).astype(np.int64).tolist()
                yield DeficitEntry(
                    *(group.grouping, group.key, group.title, group.district),
                    *(framework.nodes[node].code, framework.nodes[node].title),
                    *(int(members[node][g]), high + medium + minimal, high, medium, minimal, None),
                )


def _entry(row: GroupRow) -> DeficitEntry:
    high, medium, minimal = row.official
    return DeficitEntry(
        grouping=row.group.grouping,
        group=row.group.key,
        title=row.group.title,
        district=row.group.district,
        node=row.node,
        node_title=row.node_title,
        members=row.n_members,
        assessed=row.n_measured,
        high=high,
        medium=medium,
        minimal=minimal,
        withheld=row.official_withheld,
    )
