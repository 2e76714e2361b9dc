"""From people and carers to the network: admitted pairs with their fit, block by block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.assignment.admission import CODES, NO_FORM, Admission
from engine.assignment.closeness import ClosenessTable
from engine.assignment.crossing import Crossing
from engine.assignment.mentees import Mentee
from engine.assignment.network import UNIT, Network
from engine.assignment.records import Pricing, Wish
from engine.assignment.territory import OUT_OF_TERRITORY
from engine.domain import FloatArray, IntArray, Mentor

VETOED = "mentor_vetoed"
NO_COMMON_TIME = "mentor_no_common_slot"
MORE_CODES = (OUT_OF_TERRITORY, VETOED, NO_COMMON_TIME)
"""Codes of what an assignment refuses beside the rules for single pairs."""

ALL_CODES = (*CODES, *MORE_CODES)

ROWS = 512
"""People judged at a time: their pairs with all carers fit into some tens of megabytes."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Admitted pairs.

    Parameters
    ----------
    fit
        Shape (n_arcs,), in [0, 1].
    form
        Shape (n_arcs,): index in ``admission.FORMS``.
    refusals
        Shape (n, n_codes): carers who are refused each person by each of ``CODES``, and of those
        whom these admit by each of ``MORE_CODES``.
    """

    network: Network
    fit: FloatArray
    form: IntArray
    refusals: IntArray

    @staticmethod
    def column(code: str) -> int:
        """Column of a code in ``refusals``."""
        return ALL_CODES.index(code)

    def refusals_of(self, person: int) -> Mapping[str, int]:
        """How many carers are refused a person by each code, without zeros."""
        counts = zip(ALL_CODES, self.refusals[person].tolist(), strict=True)
        return {code: count for code, count in counts if count}


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """What is known of single pairs beside the rules, by person: carer and number.

    Parameters
    ----------
    vetoed
        Carers whom a person must not be given.
    bonus
        What a pair is worth beside its fit.
    """

    vetoed: Mapping[int, Sequence[int]]
    bonus: Mapping[int, Sequence[tuple[int, float]]]

    @classmethod
    def of(
        cls,
        mentees: Sequence[Mentee],
        carers: Sequence[Mentor],
        wishes: Sequence[Wish],
        kept: Mapping[str, str],
        pricing: Pricing,
    ) -> Pairs:
        """Read wishes and present pairs.

        Parameters
        ----------
        kept
            Present carer by person; a change from it has its price.
        """
        row = {m.id: i for i, m in enumerate(mentees)}
        column = {c.id: j for j, c in enumerate(carers)}
        vetoed: defaultdict[int, list[int]] = defaultdict(list)
        bonus: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
        for wish in wishes:
            i, j = row.get(wish.educator_id), column.get(wish.carer_id)
            if i is None or j is None:
                continue
            if wish.veto:
                vetoed[i].append(j)
            else:
                bonus[i].append((j, pricing.wish))
        for person, carer in kept.items():
            if person in row and carer in column:
                bonus[row[person]].append((column[carer], pricing.change or 0.0))
        return cls(vetoed, bonus)


def candidates(
    mentees: Sequence[Mentee],
    carers: Sequence[Mentor],
    admission: Admission,
    closeness: ClosenessTable,
    pairs: Pairs,
    territory: Crossing | None = None,
    *,
    held: IntArray,
    fairness: float,
) -> Candidates:
    """Every admitted pair with its gain.

    Parameters
    ----------
    carers
        Their ``capacity`` is the places to be given away.
    territory
        Whether a carer accompanies where a person works; ``None`` = everywhere.
    held
        Shape (m,): people that each keeps beside those.
    """
    counts = np.zeros(len(mentees), dtype=np.int64)
    refusals = np.zeros((len(mentees), len(ALL_CODES)), dtype=np.int64)
    parts: list[tuple[IntArray, FloatArray, FloatArray, IntArray]] = []
    for first in range(0, len(mentees), ROWS):
        rows = slice(first, min(first + ROWS, len(mentees)))
        judged = admission.judge(rows)
        admitted = judged.form != NO_FORM
        refusals[rows, : len(CODES)] = judged.refusals
        if territory is not None:
            outside = admitted & (territory.block(rows) == 0)
            refusals[rows, ALL_CODES.index(OUT_OF_TERRITORY)] = outside.sum(axis=1)
            admitted &= ~outside
        bonus = np.zeros(admitted.shape)
        for i in range(rows.start, rows.stop):
            own = i - first
            banned = sorted(set(pairs.vetoed.get(i, ())))
            refusals[i, ALL_CODES.index(VETOED)] = admitted[own, banned].sum()
            admitted[own, banned] = False
            for j, extra in pairs.bonus.get(i, ()):
                bonus[own, j] += extra
        counts[rows] = admitted.sum(axis=1)
        _, carer = np.nonzero(admitted)
        fit = closeness.fit(rows)[admitted]
        parts.append((carer, fit, fit + bonus[admitted], judged.form[admitted]))
    carer, fit, worth, form = _joined(parts)
    network = Network(
        level=np.array([m.level for m in mentees], dtype=np.int64),
        start=np.concatenate([[0], np.cumsum(counts)]),
        carer=carer,
        gain=np.rint(UNIT * worth).astype(np.int64),
        places=np.array([max(0, c.capacity) for c in carers], dtype=np.int64),
        held=held,
        fairness=fairness,
    )
    return Candidates(network, fit, form, refusals)


def _joined(
    parts: Sequence[tuple[IntArray, FloatArray, FloatArray, IntArray]],
) -> tuple[IntArray, FloatArray, FloatArray, IntArray]:
    if not parts:
        none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
        return none, nothing, nothing, none
    carer, fit, worth, form = (np.concatenate(column) for column in zip(*parts, strict=True))
    return carer, fit, worth, form
