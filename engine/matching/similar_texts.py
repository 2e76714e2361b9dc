"""How alike the texts of a catalogue are, worked out for an activity when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from engine.domain import FloatArray

Indices = npt.NDArray[np.int32]

MOST_PAIRS = 2_000_000
"""Pairs that are remembered: 12 bytes each, so about 24 MB."""


def scaled(alike: FloatArray, floor: float, full: float) -> FloatArray:
    """Similarity in parts of the way from ``floor`` to ``full``, in [0, 1]."""
    found: FloatArray = np.clip((alike - floor) / (full - floor), 0.0, 1.0)
    return found


class SimilarTexts:
    """Scaled similarity of an activity's text with that of every other.

    Histories name the same activities again and again, and few texts are alike beyond the floor:
    those few are remembered by activity. Threads may share an object; at worst two of them work
    out the same.

    Parameters
    ----------
    text
        CSR, shape (n_activities, n_features).
    by_feature
        CSR of its transpose.
    floor, full
        As of ``scaled``.
    most_pairs
        Pairs above which what is remembered is forgotten.
    """

    def __init__(
        self,
        text: sp.csr_array,
        by_feature: sp.csr_array,
        floor: float,
        full: float,
        most_pairs: int = MOST_PAIRS,
    ) -> None:
        self.text, self.by_feature = text, by_feature
        self.floor, self.full = floor, full
        self.most_pairs = most_pairs
        self._known: dict[int, tuple[Indices, FloatArray]] = {}
        self._pairs = 0

    def __getstate__(self) -> dict[str, Any]:
        # another process fills its own: a copy would cost more to send than to work out
        return {**vars(self), "_known": {}, "_pairs": 0}

    def prepare(self, activities: Iterable[int]) -> None:
        """Work out and remember these now, so that the first to be asked for them need not wait."""
        for i in activities:
            self._of(i)

    def nearest(self, activities: Iterable[int]) -> FloatArray:
        """Shape (n_activities,): similarity with the most similar of ``activities``, in [0, 1]."""
        best = np.zeros(self.text.shape[0])
        for i in activities:
            at, alike = self._of(i)
            best[at] = np.maximum(best[at], alike)
        return best

    def _of(self, i: int) -> tuple[Indices, FloatArray]:
        """Activities that are alike beyond the floor, ascending, and how much."""
        found = self._known.get(i)
        if found is None:
            own = slice(self.text.indptr[i], self.text.indptr[i + 1])
            # by feature: only what shares a word is touched
            shared = self.by_feature[self.text.indices[own]]
            alike = shared.T @ self.text.data[own]
            at = np.flatnonzero(alike > self.floor).astype(np.int32)
            found = (at, scaled(alike[at], self.floor, self.full))
            if self._pairs + len(at) > self.most_pairs:
                self._known.clear()
                self._pairs = 0
            self._known[i] = found
            self._pairs += len(at)
        return found
