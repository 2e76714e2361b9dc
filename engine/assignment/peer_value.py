"""What one educator can give another: "has the competency – needs it", in both directions.

384-а, п. 4.4.3 and 449-р, п. 3.4.4: pairs of "a teacher who has a certain competency – a teacher
who needs to form it". Measured competencies are posteriors, so "has" is a probability (of a
minimal deficit) and "needs" is an expected deficit; what A gives B is

    Σ_leaf  stake_B(leaf) · P(A is strong in leaf),

in whole deficits of weight 1: the expected need of B beside which stands somebody who has it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.assignment.leaves import LeafIndex
from engine.assignment.mentees import Person
from engine.domain import FloatArray
from engine.framework import Framework


@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """Needs and strengths of people on the leaves that any of them was measured in.

    Parameters
    ----------
    leaves
        Codes, one a column.
    need
        Shape (n, n_leaves), ≥ 0, in whole deficits of weight 1.
    strong
        Shape (n, n_leaves), in [0, 1]: probability that the deficit is minimal; 0 = not known.
    """

    leaves: tuple[str, ...]
    need: FloatArray
    strong: FloatArray

    def given(self, givers: Sequence[int], takers: Sequence[int]) -> FloatArray:
        """What each giver gives each taker, shape (givers, takers)."""
        given: FloatArray = self.strong[list(givers)] @ self.need[list(takers)].T
        return given

    def shared(self, giver: int, taker: int, most: int) -> tuple[tuple[str, float], ...]:
        """Leaves by what they add to what the giver gives, the greatest first."""
        part = self.strong[giver] * self.need[taker]
        order = sorted(np.flatnonzero(part > 0).tolist(), key=lambda k: (-part[k], self.leaves[k]))
        return tuple((self.leaves[k], float(part[k])) for k in order[:most])


def exchange_of(
    people: Sequence[Person],
    framework: Framework | None,
    *,
    declared: float,
    has_from: float = 0.0,
) -> Exchange:
    """Needs and strengths of people.

    Parameters
    ----------
    declared
        Probability in [0, 1] of a strength that is stated (``Educator.strengths``) and was not
        measured.
    has_from
        Least probability from which somebody counts as having a competency; below it he gives
        nothing there: nobody is sent to learn from one who more likely lacks it himself.
    """
    index = LeafIndex(framework)
    needs: list[list[tuple[float, list[int]]]] = []
    strengths: list[list[tuple[float, list[int]]]] = []
    for person in people:
        own = person.educator
        laid = [(n, index.columns(index.own_leaves(n.nodes, own))) for n in person.needs]
        needs.append([(n.stake, columns) for n, columns in laid if columns])
        stated = [(declared, index.columns(index.leaves([s]))) for s in own.strengths]
        # The narrower measurement knows better: what covers fewer leaves is written last.
        measured = [(n.strong, columns) for n, columns in laid if not math.isnan(n.strong)]
        measured.sort(key=lambda found: -len(found[1]))
        strengths.append(stated + measured)
    need, strong = np.zeros((2, len(people), len(index)))
    for i, wanted in enumerate(needs):
        for stake, columns in wanted:
            need[i, columns] += stake / len(columns)
    for i, known in enumerate(strengths):
        for probability, columns in known:
            strong[i, columns] = probability
    strong[strong < has_from] = 0.0
    return Exchange(tuple(index.column), need, strong)
