"""Factors of the relevance, each in [0, 1]; NaN = not applicable."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from engine.catalogue import FIRST_DAY, LAST_DAY, LEVELS
from engine.domain import (
    PRACTICE_KINDS,
    PROGRAMME_KINDS,
    Activity,
    BoolArray,
    Demand,
    DemandKind,
    Document,
    Educator,
    FloatArray,
)
from engine.matching.eligibility import AudienceTable

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
)

_DOCUMENT_WORTH = {
    Document.CERTIFICATE_PK: 1.0,
    Document.DIPLOMA_PP: 1.0,
    Document.ATTENDANCE: 0.5,
    Document.NONE: 0.0,
}
_NO_PROVIDER = frozenset({"", "не указан", "не указано", "-", "—"})


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
        }

    def matrix(
        self,
        educator: Educator,
        demands: Sequence[Demand],
        coverage: sp.csr_array,
        text_fit: FloatArray,
        request_text: FloatArray,
        today: dt.date,
    ) -> FloatArray:
        """Factors of all activities.

        Parameters
        ----------
        coverage
            Shape (n_activities, n_demands), rolled up.
        text_fit
            Shape (n_activities,): similarity with the texts of demanded nodes, in [0, 1].
        request_text
            Shape (n_activities,): similarity with the texts of requests, in [0, 1].
        today
            The educator's day.

        Returns
        -------
        ndarray, shape (n_activities, n_factors), columns as in ``FACTORS``.
        """
        n = coverage.shape[0]
        need = relative_need(demands)
        with_node = np.array([bool(d.nodes) for d in demands], dtype=np.bool_)
        wished = np.array([d.kind is DemandKind.REQUEST for d in demands], dtype=np.bool_)
        # a request for a measured node lives on in the deficit's demand
        asked = wished | np.array([bool(d.request_ids) for d in demands], dtype=np.bool_)
        by_request = np.maximum(coverage @ (need * (asked & with_node)), request_text)
        columns = {
            # not divided by the covered share: more coverage must never count for less
            "deficit": coverage @ (need * ~wished) if (~wished).any() else _nothing(n),
            "request": by_request if asked.any() else _nothing(n),
            "text_similarity": text_fit if with_node.any() else _nothing(n),
            **self._audience(educator, n),
            "federal_register": self._register(today),
            **self.fixed,
        }
        return np.column_stack([columns[name] for name in FACTORS])

    def _audience(self, educator: Educator, n: int) -> dict[str, FloatArray]:
        audience = self.audience
        position = _named(audience.admits_position(educator), audience.any_position)
        subject = _named(audience.names_subject(educator), audience.any_subject)
        stage = _named(audience.names_stage(educator), audience.any_stage)
        return {
            "position": position,
            "subject": subject if educator.subjects else _nothing(n),
            "stage": stage if educator.stages else _nothing(n),
        }

    def _register(self, today: dt.date) -> FloatArray:
        day = today.toordinal()
        valid = (self.register_from <= day) & (day <= self.register_to)
        return np.where(self.programme, valid.astype(np.float64), np.nan)


def relative_need(demands: Sequence[Demand]) -> FloatArray:
    """Weight × expected deficit in parts of the largest, shape (n_demands,), in [0, 1]."""
    need = np.array([d.weight * d.expected for d in demands], dtype=np.float64)
    top = need.max(initial=0.0)
    scaled: FloatArray = need / top if top > 0 else need
    return scaled


def _named(named: BoolArray, anybody: BoolArray) -> FloatArray:
    return np.where(anybody, 0.5, named.astype(np.float64))


def _floats(values: Sequence[float]) -> FloatArray:
    return np.array(values, dtype=np.float64)


def _nothing(n: int) -> FloatArray:
    return np.full(n, np.nan)


def _register(activity: Activity) -> tuple[int, int]:
    first, last = activity.register_from, activity.register_to
    if first is None and last is None:
        return LAST_DAY, FIRST_DAY
    return (
        FIRST_DAY if first is None else first.toordinal(),
        LAST_DAY if last is None else last.toordinal(),
    )
