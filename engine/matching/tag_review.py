"""Which tags are most worth a methodist's look: doubt × use, counted once for similar texts.

Correcting a text mends its own tags and, through the kernel of ``ResidualSmoother``, those of
similar texts. The value of a correction is the squared error of chances that it is expected to
take out of the whole catalogue: ``Σ_i w_i u_i c(i, x)² / (c(x, x) + ridge)`` with the use ``w``,
the doubt ``u`` and the correlation ``c`` of texts given all corrections before it. Picks are made
one by one, each given the others (greedy A-optimal design; Settles, Active Learning, 2012, § 4.2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from engine.domain import Activity, FloatArray, Offering
from engine.framework import Framework
from engine.matching.audience import with_audience
from engine.matching.coverage import tag_chances
from engine.matching.tag_corrections import text_of
from engine.matching.tag_lexicon import described_texts
from engine.matching.tagging import CompetencyTagger
from engine.matching.text import word_terms

SHORT_LIST = 2_000
"""Activities of the highest use × doubt that are compared pair by pair; bounds the memory."""

EQUAL = 1e-9
"""Relative difference of values below which they are taken as equal."""

ALIKE = 0.3
"""Correlation from which on a text counts as similar where the list says how many there are."""


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """An activity that is worth correcting.

    Parameters
    ----------
    tags
        Leaves with their chances, the best first; empty = nothing was found.
    doubt
        See ``doubts``; ≥ 0.
    use
        How much hangs on the activity: as given, ≥ 0.
    similar
        Other untagged activities with a similar text; the correction speaks for them, too.
    value
        Expected gain of the whole catalogue, > 0, in units of doubt × use; falls along the list.
    """

    activity_id: str
    title: str
    tags: tuple[tuple[str, float], ...]
    doubt: float
    use: float
    similar: int
    value: float


def doubts(chances: FloatArray) -> FloatArray:
    """Doubt about the tags of every text, shape (n_texts,), ≥ 0.

    The variance of «right or wrong» over the leaves, plus the chance that no leaf found is right
    (then one is missing).
    """
    variance: FloatArray = (chances * (1 - chances)).sum(axis=1)
    missing: FloatArray = (1 - chances).prod(axis=1)
    found: FloatArray = variance + missing
    return found


def use_by_hours(activities: Sequence[Activity], offerings: Sequence[Offering]) -> dict[str, float]:
    """How much hangs on an activity: its academic hours times its runs, at least one; by id.

    Hours that nobody knows count as the median of those known.
    """
    hours = [a.hours_academic for a in activities if a.hours_academic is not None]
    usual = median(hours) if hours else 1.0
    runs = Counter(o.activity_id for o in offerings)
    return {
        a.id: (usual if a.hours_academic is None else a.hours_academic) * max(1, runs[a.id])
        for a in activities
    }


def review_list(
    activities: Sequence[Activity],
    framework: Framework,
    tagger: CompetencyTagger,
    most: int,
    use: Mapping[str, float] | None = None,
) -> list[ReviewItem]:
    """Activities whose tags are most worth correcting, the most valuable first.

    Parameters
    ----------
    tagger
        Fitted on ``framework``; activities that its corrections speak of, and those with a given
        coverage, are never on the list.
    use
        How much hangs on an activity, by id; absent = 1. ``None`` = all alike.
    """
    known = tagger.corrections_
    open_ = [a for a in activities if not a.coverage and a.id not in known]
    open_ = [with_audience(a, framework) for a in sorted(open_, key=lambda a: a.id)]
    if not open_ or most < 1:
        return []
    chances = tag_chances(open_, framework, tagger)
    doubt = doubts(chances)
    weight = np.array([1.0 if use is None else use.get(a.id, 1.0) for a in open_])
    short = np.sort(np.argsort(-doubt * weight, kind="stable")[:SHORT_LIST])
    texts = [text_of(open_[i]) for i in short]
    corrected = [text_of(c) for c in tagger.corrections]
    alike = _correlation([*texts, *corrected], described_texts(framework))
    picks = _picks(alike, len(texts), doubt[short] * weight[short], tagger.ridge, most)
    similar = (alike[: len(texts), : len(texts)] >= ALIKE).sum(axis=1) - 1
    kept = tagger.kept(chances)
    found = []
    for k, value in picks:
        i = int(short[k])
        tags = sorted(np.flatnonzero(kept[i]).tolist(), key=lambda j: (-chances[i, j], j))
        found.append(
            ReviewItem(
                activity_id=open_[i].id,
                title=open_[i].title,
                tags=tuple((tagger.leaves_[j], float(chances[i, j])) for j in tags),
                doubt=float(doubt[i]),
                use=float(weight[i]),
                similar=int(similar[k]),
                value=value,
            )
        )
    return found


def _correlation(texts: Sequence[str], background: Sequence[str]) -> FloatArray:
    words = TfidfVectorizer(analyzer=word_terms, sublinear_tf=True).fit([*background, *texts])
    rows = words.transform(texts)
    alike: FloatArray = (rows @ rows.T).toarray()
    # a text without words is like itself only
    np.fill_diagonal(alike, 1.0)
    return alike


def _picks(
    alike: FloatArray, n_open: int, weight: FloatArray, ridge: float, most: int
) -> list[tuple[int, float]]:
    """Positions of the picks with their values; rows from ``n_open`` on are corrected already."""
    left = alike[:n_open, :n_open].copy()
    if n_open < len(alike):
        shared = alike[:n_open, n_open:]
        known = alike[n_open:, n_open:] + ridge * np.eye(len(alike) - n_open)
        left -= shared @ np.linalg.solve(known, shared.T)
    free = np.ones(n_open, dtype=np.bool_)
    found: list[tuple[int, float]] = []
    for _ in range(min(most, n_open)):
        values = (weight @ left**2) / (np.diag(left) + ridge)
        values[~free] = -1.0
        # equal but for rounding counts as equal: the first goes first
        k = int(np.argmax(values >= values.max() * (1 - EQUAL)))
        if values[k] <= 0:
            break
        found.append((k, float(values[k])))
        free[k] = False
        _condition(left, k, ridge)
    return found


def _condition(left: FloatArray, k: int, ridge: float) -> None:
    """Covariances given that text ``k`` is corrected with noise ``ridge``; in place."""
    column = left[:, k].copy()
    left -= np.outer(column, column / (column[k] + ridge))
