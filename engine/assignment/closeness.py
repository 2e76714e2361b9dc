"""Fit of every pair as arrays: the numbers of ``engine.mentorship.fit.Closeness``, for all at once.

The competency factor of a pair is Σ_k stake_k · |leaves_k ∩ strong| / |leaves_k| / Σ_k stake_k.
With each need's stake laid evenly on its leaves that is a product of two matrices, people ×
leaves and leaves × carers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.assignment.crossing import Crossing, Kinds, same
from engine.assignment.leaves import LeafTable, leaf_table
from engine.assignment.mentees import Person
from engine.domain import (
    MANAGER_POSITIONS,
    BoolArray,
    Educator,
    FloatArray,
    IntArray,
    Mentor,
    Position,
    Stage,
)
from engine.framework import Framework, normalise_subject

_SAME_GROUP = 0.5
"""Closeness of two positions that differ but are both managers or both no managers."""

FACTORS = ("competency", "subject", "position", "district")
"""Factors of the fit, in the order of every array of them."""

_Place = tuple[Position, frozenset[Stage]]


@dataclass(frozen=True, slots=True, eq=False)
class ClosenessTable:
    """What ties people to carers; blocks of rows are worked out when they are asked for.

    Parameters
    ----------
    subject, position
        Values of these factors.
    taught
        Who has subjects: people, shape (n,), and carers, shape (m,).
    post, organisation, district
        Codes of people and carers, equal where the names are.
    shares
        Shape (4, n): weight of each of ``FACTORS`` for each person, 0 where it does not apply; the
        columns sum to 1, or to 0 where no factor counts.
    """

    leaves: LeafTable
    subject: Crossing
    position: Crossing
    taught: tuple[BoolArray, BoolArray]
    post: tuple[IntArray, IntArray]
    organisation: tuple[IntArray, IntArray]
    district: tuple[IntArray, IntArray]
    shares: FloatArray

    def near(self, rows: slice) -> BoolArray:
        """Whether a pair can meet in person: same organisation or same district."""
        one, other = self.organisation
        met: BoolArray = one[rows, None] == other
        one, other = self.district
        met |= one[rows, None] == other
        return met

    def related(self, rows: slice) -> BoolArray:
        """Whether a need, a subject or the kind of position ties a pair."""
        tied: BoolArray = self.leaves.touched[rows] @ self.leaves.strong.T > 0
        tied |= self.subject.block(rows) > 0
        mine, theirs = self.taught
        one, other = self.post
        tied |= ~(mine[rows, None] & theirs) & (one[rows, None] == other)
        return tied

    def fit(self, rows: slice) -> FloatArray:
        """Fit in [0, 1] of some people to all carers: the weighted mean of what applies."""
        weight = self.shares[:, rows, None]
        fit: FloatArray = weight[0] * (self.leaves.stake[rows] @ self.leaves.strong.T)
        fit += weight[1] * self.subject.block(rows)
        fit += weight[2] * self.position.block(rows)
        fit += weight[3] * self.near(rows)
        return np.minimum(fit, 1.0)

    def factors(self, row: int, column: int) -> tuple[FloatArray, FloatArray]:
        """Values of the factors of one pair, and what each adds to its fit; shapes (4,)."""
        leaves = self.leaves
        values = np.array(
            [
                leaves.stake[row] @ leaves.strong[column],
                self.subject.at(row, column),
                self.position.at(row, column),
                float(self.near(slice(row, row + 1))[0, column]),
            ]
        )
        return values, values * self.shares[:, row]

    def covered(self, row: int, column: int) -> tuple[str, ...]:
        """Codes of the needs in which the carer is strong at least in part."""
        strong = self.leaves.strong[column]
        return tuple(c for c, columns in self.leaves.needs[row] if strong[list(columns)].any())


def closeness_table(
    people: Sequence[Person],
    carers: Sequence[Mentor],
    weights: Mapping[str, float],
    framework: Framework | None,
) -> ClosenessTable:
    """Closeness of people to carers.

    Parameters
    ----------
    weights
        Of the factors ``competency``, ``subject``, ``position``, ``district``; absent = 0.
    framework
        Lets blocks and leaves, and names of one subject, meet; ``None`` = equality only.
    """
    educators = [p.educator for p in people]
    leaves = leaf_table(people, carers, framework)
    organisation = same(
        [e.organisation.id if e.organisation else None for e in educators],
        [c.organisation_id for c in carers],
    )
    district = same([district_of(e) for e in educators], [c.district for c in carers])
    taught = np.array([bool(e.subjects) for e in educators], dtype=np.bool_)
    applies = np.array(
        [
            leaves.stake.any(axis=1),
            taught,
            np.ones_like(taught),
            (organisation[0] >= 0) | (district[0] >= 0),
        ]
    )
    return ClosenessTable(
        leaves=leaves,
        subject=Crossing.of(
            Kinds.told(e.subjects for e in educators),
            Kinds.told(c.subjects for c in carers),
            partial(_subject, matches=SubjectNames(framework)),
        ),
        position=Crossing.of(
            Kinds.told((e.position, frozenset(e.stages)) for e in educators),
            Kinds.told((c.position, frozenset(c.stages)) for c in carers),
            _position,
        ),
        taught=(taught, np.array([bool(c.subjects) for c in carers], dtype=np.bool_)),
        post=same([e.position for e in educators], [c.position for c in carers]),
        organisation=organisation,
        district=district,
        shares=_shares(applies, weights),
    )


def _shares(applies: BoolArray, weights: Mapping[str, float]) -> FloatArray:
    weighted = applies * np.array([[weights.get(name, 0.0)] for name in FACTORS])
    whole = weighted.sum(axis=0)
    shares: FloatArray = np.divide(weighted, whole, out=np.zeros_like(weighted), where=whole > 0)
    return shares


def district_of(educator: Educator) -> str:
    """District where he works: his own, else his organisation's; empty = not stated."""
    organisation = educator.organisation
    return educator.district or (organisation.district if organisation else "")


class SubjectNames:
    """Whether two names stand for one subject; each two are compared once."""

    def __init__(self, framework: Framework | None) -> None:
        self._framework = framework
        self._known: dict[tuple[str, str], bool] = {}

    def __call__(self, one: str, other: str) -> bool:
        """Whether they do."""
        pair = (one, other)
        if pair not in self._known:
            framework = self._framework
            self._known[pair] = (
                normalise_subject(one) == normalise_subject(other)
                if framework is None
                else framework.subjects_match(one, other)
            )
        return self._known[pair]


def _subject(mine: tuple[str, ...], theirs: tuple[str, ...], *, matches: SubjectNames) -> float:
    """Share of the educator's subjects that the carer teaches; 0 where he has none."""
    shared = sum(any(matches(s, t) for t in theirs) for s in mine)
    return shared / len(mine) if mine else 0.0


def _position(mine: _Place, theirs: _Place) -> float:
    """Same position 1, same kind 0.5, else 0; averaged with the share of the stages."""
    (post, stages), (their_post, their_stages) = mine, theirs
    alike = (post in MANAGER_POSITIONS) == (their_post in MANAGER_POSITIONS)
    position = 1.0 if post is their_post else _SAME_GROUP * alike
    if not stages:
        return position
    return (position + len(stages & their_stages) / len(stages)) / 2
