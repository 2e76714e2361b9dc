"""Groups that people are counted in: all, then districts and schools, subjects or positions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
import scipy.sparse as sp

from engine.domain import BoolArray, Educator, IntArray
from engine.framework import normalise_subject


class Grouping(StrEnum):
    """What a group is; ``ALL`` is everybody and stands in every table."""

    ALL = "all"
    DISTRICT = "district"
    SCHOOL = "school"
    SUBJECT = "subject"
    POSITION = "position"


@dataclass(frozen=True, slots=True)
class Group:
    """One group of people.

    Parameters
    ----------
    key
        What the group has in common: id of the organisation, name of the district or of the
        subject, position; empty for everybody and for those who do not state it.
    title
        For people to read; empty where ``key`` is.
    district
        Of a school; a school whose people state several districts is one group in each.
    """

    grouping: Grouping
    key: str = ""
    title: str = ""
    district: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class GroupSet:
    """All groups of one table and who belongs to them.

    Parameters
    ----------
    groups
        The first one is everybody.
    members
        CSR, shape (n_people, n_groups), 1 where the person belongs.
    parent
        Shape (n_groups,): the next larger group that holds the whole group, −1 for everybody;
        ``None`` where groups overlap.
    pattern
        Shape (n_people,): row of ``patterns``.
    patterns
        Shape (n_patterns, n_groups): memberships that occur, each once.
    """

    groups: tuple[Group, ...]
    members: sp.csr_array
    parent: IntArray | None
    pattern: IntArray
    patterns: BoolArray


_Path = Callable[[Educator], Sequence[Group]]

EVERYBODY = Group(Grouping.ALL)


def group_people(educators: Sequence[Educator], by: Grouping) -> GroupSet:
    """Put people into groups.

    Parameters
    ----------
    by
        Schools and districts come together, whichever is asked, so that two such tables of the
        same people withhold the same; an educator of several subjects is in each of them.

    Returns
    -------
    GroupSet
        Groups by title, those who do not state it last.
    """
    path = _PATHS[by]
    found = [path(educator) for educator in educators]
    named = {group for groups in found for group in groups}
    groups = (EVERYBODY, *sorted(named, key=_order))
    index = {group: i for i, group in enumerate(groups)}
    rows = [(0, *(index[g] for g in own)) for own in found]
    occurring = {row: i for i, row in enumerate(dict.fromkeys(rows))}
    pattern = np.array([occurring[row] for row in rows], dtype=np.int64)
    patterns = np.zeros((len(occurring), len(groups)), dtype=np.bool_)
    for row, i in occurring.items():
        patterns[i, list(row)] = True
    return GroupSet(
        groups=groups,
        members=sp.csr_array(patterns.astype(np.float64))[pattern],
        parent=None if by is Grouping.SUBJECT else _parents(occurring, len(groups)),
        pattern=pattern,
        patterns=patterns,
    )


def _parents(paths: Iterable[Sequence[int]], n_groups: int) -> IntArray:
    """Parent of each group, read off the paths from everybody down."""
    parent = np.full(n_groups, -1, dtype=np.int64)
    for path in paths:
        for above, below in pairwise(path):
            parent[below] = above
    return parent


def _order(group: Group) -> tuple[object, ...]:
    depth = 1 if group.grouping is Grouping.SCHOOL else 0
    return depth, not group.key, group.title.casefold(), group.key, group.district


# --------------------------------------------------------------------------- paths downwards


def _nobody(educator: Educator) -> tuple[Group, ...]:
    return ()


def _place(educator: Educator) -> tuple[Group, ...]:
    organisation = educator.organisation
    district = educator.district or (organisation.district if organisation else "")
    school = Group(Grouping.SCHOOL, "", "", district)
    if organisation is not None:
        title = organisation.title or organisation.id
        school = Group(Grouping.SCHOOL, organisation.id, title, district)
    return Group(Grouping.DISTRICT, district, district), school


def _position(educator: Educator) -> tuple[Group, ...]:
    position = educator.position.value
    return (Group(Grouping.POSITION, position, position),)


def _subjects(educator: Educator) -> tuple[Group, ...]:
    names = dict.fromkeys(normalise_subject(s) for s in educator.subjects)
    return tuple(Group(Grouping.SUBJECT, n, n) for n in names) or (Group(Grouping.SUBJECT),)


_PATHS: dict[Grouping, _Path] = {
    Grouping.ALL: _nobody,
    Grouping.DISTRICT: _place,
    Grouping.SCHOOL: _place,
    Grouping.SUBJECT: _subjects,
    Grouping.POSITION: _position,
}
