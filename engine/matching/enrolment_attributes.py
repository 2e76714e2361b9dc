"""What a plain table says of activities: text, categories, numbers; and how they suit a history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp

from engine.domain import FloatArray, IntArray
from engine.matching.order_histories import Histories, sums_by
from engine.matching.text import RussianTextFeatures


@dataclass(frozen=True, slots=True)
class ActivityAttributes:
    """Attributes of activities by column; every column has one entry per activity.

    Parameters
    ----------
    activities
        Ids, each once.
    texts
        ``None`` = there is no text; an empty text = none of this activity.
    categories
        Name → values; an empty value = not known, like nothing else.
    numbers
        Name → shape (n,), NaN = not known.
    """

    activities: tuple[str, ...]
    texts: tuple[str, ...] | None = None
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, FloatArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        columns = [*self.categories.values(), *self.numbers.values()]
        columns += [] if self.texts is None else [self.texts]
        if any(len(c) != len(self.activities) for c in columns):
            raise ValueError("every attribute needs one value per activity")

    def aligned(self, activities: Sequence[str]) -> ActivityAttributes:
        """The same attributes in the order of ``activities``; not known where they lack one."""
        place = {name: i for i, name in enumerate(self.activities)}
        at = [place.get(name, -1) for name in activities]
        return ActivityAttributes(
            tuple(activities),
            None if self.texts is None else _pick(self.texts, at),
            {name: _pick(values, at) for name, values in self.categories.items()},
            {
                name: np.array([values[i] if i >= 0 else np.nan for i in at], dtype=np.float64)
                for name, values in self.numbers.items()
            },
        )

    def known_of(self, taken: IntArray) -> ActivityAttributes:
        """Without the numbers that are known of none of the activities ``taken``."""
        numbers = {n: v for n, v in self.numbers.items() if np.isfinite(v[taken]).any()}
        return replace(self, numbers=numbers)


def _pick(values: Sequence[str], at: Sequence[int]) -> tuple[str, ...]:
    return tuple(values[i] if i >= 0 else "" for i in at)


class AttributeSignals:
    """Likeness of a candidate's attributes to those of what a person took before.

    Built once for a catalogue; nothing is learned from people.
    """

    def __init__(self, attributes: ActivityAttributes) -> None:
        self.names: list[str] = []
        self._kinds: list[tuple[str, sp.csr_array]] = []
        for name, values in sorted(attributes.categories.items()):
            self._kinds.append((f"same_{name}", _one_hot(values)))
        if attributes.texts is not None and any(attributes.texts):
            vectors = RussianTextFeatures().fit(attributes.texts).transform(attributes.texts)
            self._kinds.append(("text_likeness", vectors))
        self._numbers = sorted(attributes.numbers.items())
        self.names = [name for name, _ in self._kinds]
        for name, _ in self._numbers:
            self.names += [name, f"{name}_difference"]

    def dense(self, histories: Histories, weight: FloatArray) -> list[FloatArray]:
        """Signals in the order of ``names``, each of shape (n, n_activities).

        Parameters
        ----------
        weight
            Of the rows of the histories; Σ = 1 in each that has rows.

        Notes
        -----
        Categories: weighted share of the history with the candidate's value; text: weighted mean
        cosine; numbers: the candidate's, and that minus the history's mean (NaN = not known).
        """
        found: list[FloatArray] = []
        for _, vectors in self._kinds:
            table = histories.table(vectors.shape[0], weight)
            found.append(((table @ vectors) @ vectors.T).toarray())
        for _, values in self._numbers:
            mean = _known_mean(histories, weight, values)
            found.append(np.broadcast_to(values, (len(histories), len(values))))
            found.append(values[None, :] - mean[:, None])
        return found


def _one_hot(values: Sequence[str]) -> sp.csr_array:
    known = sorted({v for v in values if v})
    place = {v: i for i, v in enumerate(known)}
    rows: IntArray = np.array([i for i, v in enumerate(values) if v], dtype=np.int64)
    columns = np.array([place[values[i]] for i in rows], dtype=np.int64)
    shape = (len(values), len(known))
    return sp.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)


def _known_mean(histories: Histories, weight: FloatArray, values: FloatArray) -> FloatArray:
    """Weighted mean over the rows whose value is known; NaN where there are none."""
    own = values[histories.activity]
    known = ~np.isnan(own)
    n = len(histories)
    owner = histories.owner[known]
    total = sums_by(owner, (weight * np.nan_to_num(own))[known], n)
    mass = sums_by(owner, weight[known], n)
    found: FloatArray = np.full(n, np.nan)
    np.divide(total, mass, out=found, where=mass > 0)
    return found
