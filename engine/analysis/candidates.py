"""Runs that could be added: what the catalogue has too few seats of, and what it has nothing of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.closable import Closable
from engine.analysis.people import RegionPeople
from engine.analysis.results import CatalogueGap, GapCode
from engine.analysis.shares import NodeDeficits
from engine.analysis.supply import CatalogueSupply, fitting_categories
from engine.catalogue import CATEGORIES
from engine.domain import ACADEMIC_HOUR_MIN, BoolArray, FloatArray, Kind
from engine.framework import Framework
from engine.policy import PolicyProfile

NEW_KIND, NEW_HOURS = Kind.DPP_PK, 36.0
"""What is proposed where the catalogue has nothing: the commonest length of a programme."""

_SCARCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A run that could be added.

    Parameters
    ----------
    gain
        By node: shape (n_profiles,), parts of a whole deficit; 0 = not for the class.
    admitted
        Shape (3,): official levels that its category may fill.
    had
        Shape (n_people,): who has taken it in a run of the list, and does not again.
    """

    activity: str | None
    kind: Kind
    title: str
    hours_academic: float
    gain: Mapping[int, FloatArray]
    admitted: BoolArray
    had: BoolArray


def runs_again(
    supply: CatalogueSupply,
    best: Closable,
    nodes: Mapping[int, NodeDeficits],
    policy: PolicyProfile,
    n_people: int,
) -> list[Candidate]:
    """Every activity of the catalogue once more, unless there are seats to spare."""
    known = np.array(list(nodes), dtype=np.int64)
    fits = fitting_categories(policy)
    gains: list[dict[int, FloatArray]] = [{} for _ in supply.activities]
    for p, table in enumerate(supply.gains):
        cells = table[:, known].tocoo()
        for i, k, gain in zip(
            cells.row.tolist(), cells.col.tolist(), cells.data.tolist(), strict=True
        ):
            by_class = gains[i].setdefault(int(known[k]), np.zeros(len(supply.gains)))
            by_class[p] = gain
    scarce = best.seat_price > _SCARCE
    return [
        Candidate(
            activity=a.id,
            kind=a.kind,
            title=a.title,
            hours_academic=a.hours_academic or 0.0,
            gain=gains[i],
            admitted=fits[:, supply.category[i]],
            had=np.zeros(n_people, dtype=np.bool_),
        )
        for i, a in enumerate(supply.activities)
        if gains[i] and scarce[i]
    ]


def new_programmes(
    people: RegionPeople,
    gaps: Sequence[CatalogueGap],
    framework: Framework,
    policy: PolicyProfile,
    benefit: float,
) -> list[Candidate]:
    """A new programme about each node of which the catalogue has nothing for some people."""
    value = policy.value
    hours = NEW_HOURS * ACADEMIC_HOUR_MIN / 60
    gain = benefit * value.effect[NEW_KIND] * -np.expm1(-hours / value.saturation_hours[NEW_KIND])
    place = {audience: p for p, audience in enumerate(people.audiences)}
    found = []
    for gap in gaps:
        if gap.code is not GapCode.NO_ACTIVITY:
            continue
        own = np.zeros(len(people.audiences))
        own[[place[audience] for audience in gap.audiences]] = gain
        levels = fitting_categories(policy)[:, CATEGORIES.index(NEW_KIND.value)]
        node = framework.index[gap.node]
        found.append(
            Candidate(
                None,
                NEW_KIND,
                gap.title,
                NEW_HOURS,
                {node: own},
                levels,
                np.zeros(len(people.educators), dtype=np.bool_),
            )
        )
    return found
