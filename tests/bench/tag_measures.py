"""Measures of tagging: ranking of leaves, calibration, comparison of two taggers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from engine.domain import BoolArray, FloatArray
from engine.framework import Framework
from engine.matching.tag_lexicon import described_texts
from engine.matching.text import stems_by_segment

TOP = 5
BINS = 15
BOOTSTRAP = 4_000
Interval = tuple[float, float, float]


def found_first(scores: FloatArray, right: BoolArray, top: int = TOP) -> BoolArray:
    """Whether the k-th leaf of a text is right, shape (n_texts, top); a score of 0 finds nothing.

    Ties fall by the framework's order.
    """
    order = np.argsort(-scores, axis=1, kind="stable")[:, :top]
    hits: BoolArray = np.take_along_axis(right & (scores > 0), order, axis=1)
    return hits


def r_precision(scores: FloatArray, right: BoolArray, top: int = TOP) -> FloatArray:
    """R-precision cut at ``top``: with R right leaves, how many of the first min(top, R) are.

    In parts of min(top, R), by text. R-precision: Manning, Raghavan, Schütze, Introduction to
    Information Retrieval, 2008, § 8.4.
    """
    needed = np.minimum(right.sum(axis=1), top)
    hits = found_first(scores, right, top)
    within = np.arange(hits.shape[1])[None, :] < needed[:, None]
    share: FloatArray = (hits & within).sum(axis=1) / needed
    return share


def recall(scores: FloatArray, right: BoolArray, top: int = TOP) -> FloatArray:
    """Share of the right leaves that are among the first ``top``, by text."""
    share: FloatArray = found_first(scores, right, top).sum(axis=1) / right.sum(axis=1)
    return share


def random_r_precision(right: BoolArray) -> FloatArray:
    """Expectation of ``r_precision`` under a random order: R of n leaves are right at any place."""
    share: FloatArray = right.sum(axis=1) / right.shape[1]
    return share


def random_recall(right: BoolArray, top: int = TOP) -> FloatArray:
    """Expectation of ``recall`` under a random order: every leaf is among the first ``top``."""
    return np.full(len(right), top / right.shape[1])


def word_tfidf(texts: Sequence[str], framework: Framework, *, stems: bool = False) -> FloatArray:
    """Cosine of word TF-IDF between texts and titles, keywords, descriptions of the leaves."""
    leaves = described_texts(framework)
    analyser = (lambda t: [s for seg in stems_by_segment(t) for s in seg]) if stems else "word"
    words = TfidfVectorizer(analyzer=analyser).fit(leaves)
    cosine: FloatArray = (words.transform(texts) @ words.transform(leaves).T).toarray()
    return cosine


def ratio_of_means(ours: FloatArray, theirs: FloatArray, seed: int = 0) -> Interval:
    """Mean of ours over mean of theirs with a 95 % paired bootstrap interval over texts."""
    rows = np.random.default_rng(seed).integers(0, len(ours), (BOOTSTRAP, len(ours)))
    ratios = ours[rows].mean(axis=1) / theirs[rows].mean(axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975]).tolist()
    return float(ours.mean() / theirs.mean()), low, high


def mean_interval(values: FloatArray, seed: int = 0) -> Interval:
    """Mean with a 95 % bootstrap interval."""
    rows = np.random.default_rng(seed).integers(0, len(values), (BOOTSTRAP, len(values)))
    low, high = np.quantile(values[rows].mean(axis=1), [0.025, 0.975]).tolist()
    return float(values.mean()), low, high


def calibration_error(chances: FloatArray, right: BoolArray, bins: int = BINS) -> float:
    """Expected calibration error over ``bins`` bins of equal width.

    Naeini, Cooper, Hauskrecht, Obtaining Well Calibrated Probabilities Using Bayesian Binning,
    AAAI 2015: the distance of the mean chance from the share of right, weighed by the bin's size.
    """
    place = np.minimum((chances * bins).astype(int), bins - 1)
    gap = np.bincount(place, weights=chances - right, minlength=bins)
    return float(np.abs(gap).sum() / len(chances))


def calibration_error_by_chance(chances: FloatArray, seed: int = 0, draws: int = 500) -> float:
    """What ``calibration_error`` is on average when every chance is true: its floor here."""
    drawn = np.random.default_rng(seed).random((draws, len(chances))) < chances
    return float(np.mean([calibration_error(chances, d) for d in drawn]))
