"""Factors of the relevance, each in [0, 1]; NaN = not applicable or nothing learned yet."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence

import numpy as np
import scipy.sparse as sp

from engine.calendar import effective_conditions
from engine.catalogue import FIRST_DAY, LAST_DAY, LEVELS
from engine.domain import (
    PRACTICE_KINDS,
    PROGRAMME_KINDS,
    Activity,
    Demand,
    DemandKind,
    Document,
    Educator,
    FloatArray,
    IntArray,
)
from engine.matching.audience_table import AudienceTable

LEARNED_SIGNALS: tuple[str, ...] = (
    "quality",
    "experience",
    "co_enrolment",
    "order",
    "novelty",
    "popularity",
)
"""Factors that interactions give; NaN until there are any."""

FACTORS: tuple[str, ...] = (
    "deficit",
    "request",
    "text_similarity",
    "position",
    "subject",
    "stage",
    "federal_register",
    "document",
    "level",
    "confidence",
    "provider",
    "practice",
    "certainty",
    *LEARNED_SIGNALS,
    "online",
    "online_rural",
    "practice_young",
    "length",
)

NUISANCE = ("popularity",)
"""Learned beside the others so that they do not carry its bias; left out of every ranking."""

LONG_HOURS = 250.0
"""Academic hours of the shortest programme of retraining; ``length`` is 1 from there on."""

_DOCUMENT_WORTH = {
    Document.CERTIFICATE_PK: 1.0,
    Document.DIPLOMA_PP: 1.0,
    Document.ATTENDANCE: 0.5,
    Document.NONE: 0.0,
}
_NO_PROVIDER = frozenset({"", "не указан", "не указано", "-", "—"})

Rows = IntArray | slice
EVERY: slice = slice(None)


class FactorTable:
    """What the factors need of a catalogue, compiled once per version.

    Parameters
    ----------
    activities
        n_activities of them.
    confidence
        Shape (n_activities,), confidence in the coverage.
    audience
        Compiled audience of the same activities.
    """

    def __init__(
        self, activities: Sequence[Activity], confidence: FloatArray, audience: AudienceTable
    ) -> None:
        self.audience = audience
        self.programme = np.array([a.kind in PROGRAMME_KINDS for a in activities], dtype=np.bool_)
        spans = [_register(a) for a in activities]
        self.register_from = np.array([first for first, _ in spans], dtype=np.int64)
        self.register_to = np.array([last for _, last in spans], dtype=np.int64)
        top = len(LEVELS) - 1
        self.fixed = {
            "document": _floats([_DOCUMENT_WORTH[a.document] for a in activities]),
            "level": _floats(
                [np.nan if a.level is None else LEVELS.index(a.level) / top for a in activities]
            ),
            "confidence": confidence,
            "provider": _floats(
                [a.provider.strip().casefold() not in _NO_PROVIDER for a in activities]
            ),
            "practice": _floats([a.kind in PRACTICE_KINDS for a in activities]),
            "length": _floats([_length(a.hours_academic) for a in activities]),
        }

    def matrix(
        self,
        educator: Educator,
        demands: Sequence[Demand],
        coverage: sp.csr_array,
        text_fit: FloatArray,
        request_text: FloatArray,
        today: dt.date,
        *,
        young: bool | None,
        online: FloatArray,
        learned: Mapping[str, FloatArray],
        rows: Rows = EVERY,
    ) -> FloatArray:
        """Factors of the activities ``rows``, n_rows of them.

        Parameters
        ----------
        coverage
            Shape (n_rows, n_demands), rolled up.
        text_fit
            Shape (n_rows,): similarity with the texts of demanded nodes, in [0, 1].
        request_text
            Shape (n_rows,): similarity with the texts of requests, in [0, 1].
        today
            The educator's day.
        young
            By the policy's rule; ``None`` = not known.
        online
            Shape (n_rows,): share of runs without a journey; NaN = no runs.
        learned
            Some of ``LEARNED_SIGNALS``, each of shape (n_rows,).

        Returns
        -------
        ndarray, shape (n_rows, n_factors), columns as in ``FACTORS``.
        """
        n = coverage.shape[0]
        need = relative_need(demands)
        with_node = np.array([bool(d.nodes) for d in demands], dtype=np.bool_)
        wished = np.array([d.kind is DemandKind.REQUEST for d in demands], dtype=np.bool_)
        # a request for a measured node lives on in the deficit's demand
        asked = wished | np.array([bool(d.request_ids) for d in demands], dtype=np.bool_)
        by_request = np.maximum(coverage @ (need * (asked & with_node)), request_text)
        measured = (~wished).any()
        practice = self.fixed["practice"][rows]
        columns = {
            # not divided by the covered share: more coverage must never count for less
            "deficit": coverage @ (need * ~wished) if measured else _nothing(n),
            "certainty": coverage @ (certain_need(demands) * ~wished) if measured else _nothing(n),
            "request": by_request if asked.any() else _nothing(n),
            "text_similarity": text_fit if with_node.any() else _nothing(n),
            **self._audience(educator, n, rows),
            "federal_register": self._register(today, rows),
            "online": online,
            "online_rural": online if effective_conditions(educator).rural else _nothing(n),
            "practice_young": practice if young else _nothing(n),
            **{name: values[rows] for name, values in self.fixed.items()},
            **{name: learned.get(name, _nothing(n)) for name in LEARNED_SIGNALS},
        }
        # one factor after the other in memory: who reads them asks factor by factor
        return np.stack([columns[name] for name in FACTORS]).T

    def _audience(self, educator: Educator, n: int, rows: Rows) -> dict[str, FloatArray]:
        audience = self.audience
        position = audience.positions.fit(audience.position_of(educator))
        subject = audience.subjects.fit(audience.subjects_of(educator))
        stage = audience.stages.fit(audience.stages_of(educator))
        return {
            "position": position[rows],
            "subject": subject[rows] if educator.subjects else _nothing(n),
            "stage": stage[rows] if educator.stages else _nothing(n),
        }

    def _register(self, today: dt.date, rows: Rows) -> FloatArray:
        day = today.toordinal()
        valid = (self.register_from[rows] <= day) & (day <= self.register_to[rows])
        return np.where(self.programme[rows], valid.astype(np.float64), np.nan)


def relative_need(demands: Sequence[Demand]) -> FloatArray:
    """Weight × expected deficit in parts of the largest, shape (n_demands,), in [0, 1]."""
    need = np.array([d.weight * d.expected for d in demands], dtype=np.float64)
    return _relative(need, need)


def certain_need(demands: Sequence[Demand]) -> FloatArray:
    """Weight × lower end of the deficit's 90 % interval, in parts of the largest need.

    A deficit that may be none has 0, so the gap to ``relative_need`` is its uncertainty.
    """
    need = np.array([d.weight * d.expected for d in demands], dtype=np.float64)
    sure = np.array([d.weight * d.interval_90[0] for d in demands], dtype=np.float64)
    return _relative(np.clip(np.nan_to_num(sure), 0.0, need), need)


def _relative(part: FloatArray, need: FloatArray) -> FloatArray:
    top = need.max(initial=0.0)
    scaled: FloatArray = part / top if top > 0 else part
    return scaled


def _floats(values: Sequence[float]) -> FloatArray:
    return np.array(values, dtype=np.float64)


def _nothing(n: int) -> FloatArray:
    return np.full(n, np.nan)


def _length(hours: float | None) -> float:
    if hours is None or not 0 < hours < math.inf:
        return math.nan
    return min(1.0, math.log1p(hours) / math.log1p(LONG_HOURS))


def _register(activity: Activity) -> tuple[int, int]:
    first, last = activity.register_from, activity.register_to
    if first is None and last is None:
        return LAST_DAY, FIRST_DAY
    return (
        FIRST_DAY if first is None else first.toordinal(),
        LAST_DAY if last is None else last.toordinal(),
    )
