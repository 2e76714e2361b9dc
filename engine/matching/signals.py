"""What interactions teach of activities, ready for one catalogue version.

Learned tables speak of outside ids; a catalogue has its own order. ``LearnedSignals`` is what a
model file keeps, ``CompiledSignals`` what a ranking asks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit

from engine.domain import Activity, FloatArray, HistoryItem, IntArray, Kind
from engine.matching.collaborative import CollaborativeSignals
from engine.matching.factors import EVERY, Rows
from engine.matching.quality import QualityEvidence

EXPERIENCE_WEIGHT = 3.0
"""Completions that everybody's shares of kinds are worth beside the educator's own."""

EPOCH = dt.date(1970, 1, 1).toordinal()


LINEAR_SCALE = 4.0
"""Log odds a unit of the linear co-enrolment model: its sums are shares of one enrolment."""


@dataclass(frozen=True, slots=True, eq=False)
class LearnedSignals:
    """Everything that interactions have taught beside the weights.

    Parameters
    ----------
    collaborative
        Co-enrolment, order and popularity; ``None`` = nothing learned.
    activities
        Ids of the activities that ``collaborative`` speaks of by position.
    quality
        ``None`` = no outcomes.
    kind_share
        Share of every kind among all completions; empty = nothing learned.
    """

    collaborative: CollaborativeSignals | None = None
    activities: tuple[str, ...] = ()
    quality: QualityEvidence | None = None
    kind_share: Mapping[Kind, float] = field(default_factory=dict)

    def compile(self, activities: Sequence[Activity]) -> CompiledSignals:
        """For one catalogue, in its order."""
        at = {id: i for i, id in enumerate(self.activities)}
        kinds = tuple(Kind)
        source = np.array([at.get(a.id, -1) for a in activities], dtype=np.int64)
        return CompiledSignals(
            collaborative=self.collaborative,
            position=at,
            source=source,
            popularity=self._popularity(source),
            quality=None if self.quality is None else self.quality.factor(activities),
            kind=np.array([kinds.index(a.kind) for a in activities], dtype=np.int64),
            kind_of={a.id: kinds.index(a.kind) for a in activities},
            kind_share=np.array([self.kind_share.get(k, 0.0) for k in kinds]),
        )

    def _popularity(self, source: IntArray) -> FloatArray | None:
        if self.collaborative is None:
            return None
        nobody: IntArray = np.empty(0, dtype=np.int64)
        found = self.collaborative.features(nobody, names=("popularity",))
        return _known(expit(found["popularity"]), source)


@dataclass(frozen=True, slots=True, eq=False)
class CompiledSignals:
    """``LearnedSignals`` for one catalogue of n_activities.

    Parameters
    ----------
    position
        Position of an id in the learned tables.
    source
        Shape (n_activities,), position in the learned tables; −1 = not there.
    popularity
        Shape (n_activities,), the same for everybody; ``None`` = nothing learned.
    quality
        Shape (n_activities,), see ``QualityEvidence.factor``; ``None`` = no outcomes.
    kind, kind_of, kind_share
        Kind by activity and by id, positions in ``Kind``; share of each kind.
    """

    collaborative: CollaborativeSignals | None
    position: Mapping[str, int]
    source: IntArray
    popularity: FloatArray | None
    quality: FloatArray | None
    kind: IntArray
    kind_of: Mapping[str, int]
    kind_share: FloatArray

    def columns(
        self, history: Sequence[HistoryItem], today: dt.date, rows: Rows = EVERY
    ) -> dict[str, FloatArray]:
        """Factors of the activities ``rows``; one that nothing was learned of is absent or NaN.

        Parameters
        ----------
        history
            What the educator has completed before ``today``, in any order.
        """
        found: dict[str, FloatArray] = {}
        if self.quality is not None:
            found["quality"] = self.quality[rows]
        if self.kind_share.any():
            found["experience"] = self._experience(history)[self.kind[rows]]
        if self.popularity is not None:
            found["popularity"] = self.popularity[rows]
        if self.collaborative is not None:
            found |= self._collaborative(history, today, rows)
        return found

    def _experience(self, history: Sequence[HistoryItem]) -> FloatArray:
        """By kind: own share r beside everybody's p as r / (r + p); NaN for a kind unknown."""
        taken = [i.activity_id for i in history if i.activity_id is not None]
        own = [self.kind_of[id] for id in taken if id in self.kind_of]
        count = np.bincount(np.array(own, dtype=np.int64), minlength=len(self.kind_share))
        p = self.kind_share
        r = (count + EXPERIENCE_WEIGHT * p) / (count.sum() + EXPERIENCE_WEIGHT)
        share: FloatArray = np.where(p > 0, r / np.maximum(r + p, 1e-300), np.nan)
        return share

    def _collaborative(
        self, history: Sequence[HistoryItem], today: dt.date, rows: Rows
    ) -> dict[str, FloatArray]:
        assert self.collaborative is not None
        taken = sorted(
            (i.completed_on.toordinal() - EPOCH, self.position[i.activity_id])
            for i in history
            if i.activity_id is not None and i.activity_id in self.position
        )
        raw = self.collaborative.features(
            np.array([position for _, position in taken], dtype=np.int64),
            np.array([day for day, _ in taken], dtype=np.float64),
            float(today.toordinal() - EPOCH),
            ("linear", "transition_lift"),
        )
        # 0 says nothing in each of them, which is 0.5 as a factor
        columns = {
            "co_enrolment": expit(LINEAR_SCALE * raw["linear"]),
            "order": expit(raw["transition_lift"]),
        }
        at = self.source[rows]
        return {name: _known(values, at) for name, values in columns.items()}


def _known(values: FloatArray, at: IntArray) -> FloatArray:
    """Values at the positions; NaN for what nothing was learned of."""
    found: FloatArray = np.where(at < 0, np.nan, values[at])
    return found
