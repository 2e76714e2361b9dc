"""Competency coverage of an activity, inferred from its text.

Zero-shot: the only training text is the framework (titles, keywords, descriptions). A leaf
explains the words of a text that stand in its title, keywords or description; a calibrated curve
turns the explained share into the chance that the leaf is right. Corrections of methodists move
the chances of similar texts. A leaf's coverage is its share of the text times its chance, so it
carries the same unit as a coverage that a methodist gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from engine.domain import BoolArray, FloatArray
from engine.framework import Framework
from engine.matching.tag_calibration import load_tag_calibration
from engine.matching.tag_corrections import (
    ResidualSmoother,
    TagCorrection,
    check_corrections,
    corrected_chances,
    text_of,
    with_stated_audience,
)
from engine.matching.tag_glossary import load_glossary
from engine.matching.tag_lexicon import described_texts, leaf_lexicon
from engine.matching.tag_scores import activity_scores
from engine.matching.text import as_texts


class CompetencyTagger(BaseEstimator):
    """Finds the leaf competencies that a text is about.

    Parameters
    ----------
    char_weight
        Weight in [0, 1] of character n-gram similarity beside the explained share of words.
    description_weight, ancestor_weight
        Worth of a word found only in a leaf's description, or only in its ancestors' titles and
        keywords; a word of the leaf's own title or keywords is worth 1.
    subject_weight
        Added to a subject leaf's score when the text names the subject.
    filler_weight
        Weight of words that stand in every second title.
    unknown_weight
        Weight of a word that the framework does not have, in parts of the rarest known word.
    circumstance_weight, format_weight
        Worth of what a text says under «в условиях …» and by its format, see ``Glossary.read``.
    floor, keep_ratio, most
        A leaf is kept if its chance is at least ``floor`` and ``keep_ratio`` of the best, and it
        is among the best ``most``.
    corrections
        What methodists corrected; empty = zero-shot.
    ridge
        Trust in one correction, see ``ResidualSmoother``.

    Attributes
    ----------
    leaves_
        Codes of the leaves, in the framework's order, n_leaves of them.
    corrections_
        Corrections by activity id.
    """

    def __init__(
        self,
        char_weight: float = 0.5,
        description_weight: float = 0.5,
        ancestor_weight: float = 0.25,
        subject_weight: float = 0.3,
        filler_weight: float = 0.25,
        unknown_weight: float = 0.25,
        circumstance_weight: float = 0.5,
        format_weight: float = 0.25,
        floor: float = 0.25,
        keep_ratio: float = 0.4,
        most: int = 4,
        corrections: tuple[TagCorrection, ...] = (),
        ridge: float = 0.3,
    ) -> None:
        self.char_weight = char_weight
        self.description_weight = description_weight
        self.ancestor_weight = ancestor_weight
        self.subject_weight = subject_weight
        self.filler_weight = filler_weight
        self.unknown_weight = unknown_weight
        self.circumstance_weight = circumstance_weight
        self.format_weight = format_weight
        self.floor = floor
        self.keep_ratio = keep_ratio
        self.most = most
        self.corrections = corrections
        self.ridge = ridge

    def fit(self, X: Framework, y: Any = None) -> Self:
        """Learn the words of every leaf from the framework's texts, then the corrections.

        Raises
        ------
        InputError
            If a correction names no leaf of the framework (``unknown_competency``), or two are
            of one activity (``duplicate_correction``).
        """
        self.leaves_ = tuple(X.nodes[i].code for i in X.leaves)
        self.framework_digest_ = X.digest
        self.glossary_ = load_glossary()
        self.lexicon_ = leaf_lexicon(
            X,
            char_weight=self.char_weight,
            description_weight=self.description_weight,
            ancestor_weight=self.ancestor_weight,
            subject_weight=self.subject_weight,
            filler_weight=self.filler_weight,
            unknown_weight=self.unknown_weight,
        )
        self.calibration_ = load_tag_calibration()
        self._fit_corrections(X)
        return self

    def _fit_corrections(self, framework: Framework) -> None:
        check_corrections(self.corrections, self.leaves_)
        self.corrections_ = {c.activity_id: c for c in self.corrections}
        self.smoother_: ResidualSmoother | None = None
        if self.corrections:
            items = [with_stated_audience(c, framework) for c in self.corrections]
            scores, _ = activity_scores(items, framework, self.decision_function)
            chances = self.calibration_.chances(scores)
            missed = corrected_chances(self.corrections, self.leaves_, chances) - chances
            texts = [text_of(item) for item in items]
            background = described_texts(framework)
            self.smoother_ = ResidualSmoother(self.ridge).fit(texts, missed, background)

    def decision_function(self, X: Sequence[str]) -> FloatArray:
        """Score of every leaf for every text.

        Returns
        -------
        ndarray, shape (n_texts, n_leaves), in [0, 1]; a text without a known word scores 0.
        """
        check_is_fitted(self)
        texts = as_texts(X)
        # audiences and formats repeat: every text is scored once
        readings = {text: self.glossary_.read(text) for text in dict.fromkeys(texts)}
        parts = [part for r in readings.values() for part in (r.topic, r.circumstance, r.format)]
        row = {part: i for i, part in enumerate(dict.fromkeys(parts))}
        scores = self.lexicon_.scores(list(row))
        found = np.zeros((len(texts), len(self.leaves_)))
        for i, text in enumerate(texts):
            r = readings[text]
            found[i] = scores[row[r.topic]]
            if r.circumstance:
                found[i] += self.circumstance_weight * scores[row[r.circumstance]]
            if r.format:
                found[i] += self.format_weight * scores[row[r.format]]
        return np.minimum(found, 1.0, out=found)

    def chances(
        self, scores: FloatArray, texts: Sequence[str], meant: BoolArray | None = None
    ) -> FloatArray:
        """Chance that a leaf is right, from scores and what corrections taught.

        Parameters
        ----------
        scores
            Shape (n_texts, n_leaves), of ``decision_function`` or ``activity_scores``.
        texts
            Texts that are compared with the corrected ones, n_texts of them.
        meant
            Shape of ``scores``: the leaf applies to the audience; ``None`` = every one does.

        Returns
        -------
        ndarray, shape (n_texts, n_leaves), in [0, 1].
        """
        check_is_fitted(self)
        found = self.calibration_.chances(scores)
        if self.smoother_ is not None and len(texts):
            found = np.clip(found + self.smoother_.predict(texts), 0.0, 1.0)
        return found if meant is None else found * meant

    def predict_proba(self, X: Sequence[str]) -> FloatArray:
        """Chance that a leaf is right for a text, shape (n_texts, n_leaves), in [0, 1].

        Leaves are not exclusive: a row need not sum to 1.
        """
        check_is_fitted(self)
        texts = as_texts(X)
        return self.chances(self.decision_function(texts), texts)

    def predict_coverage(self, X: Sequence[str]) -> tuple[sp.csr_array, FloatArray]:
        """Coverage of the leaves by texts, with a confidence per text.

        Returns
        -------
        coverage : csr_array, shape (n_texts, n_leaves)
            In [0, 1]; a row sums to its confidence, what is left over is not explained.
        confidence : ndarray, shape (n_texts,)
            In [0, 1]: expected part of the text's shares that lies on right leaves; 0 = nothing
            of the framework was found in the text.
        """
        return self.coverage_from_chances(self.predict_proba(X))

    def coverage_from_chances(self, chances: FloatArray) -> tuple[sp.csr_array, FloatArray]:
        """Turn chances, shape (n, n_leaves), into coverage and confidence.

        Kept leaves share the text in proportion to their chances; a share counts by its chance.
        """
        if chances.shape[0] == 0:
            return sp.csr_array(chances.shape), np.zeros(0)
        kept = np.where(self.kept(chances), chances, 0.0)
        total = kept.sum(axis=1)
        share = kept / np.where(total > 0, total, 1.0)[:, None]
        coverage = share * kept
        return sp.csr_array(coverage), coverage.sum(axis=1)

    def kept(self, chances: FloatArray) -> BoolArray:
        """Leaves that a text is tagged with, shape of ``chances`` (n_texts, n_leaves)."""
        best = chances.max(axis=1, keepdims=True)
        # a stable sort breaks ties by the framework's order
        rank = np.argsort(np.argsort(-chances, axis=1, kind="stable"), axis=1, kind="stable")
        kept: BoolArray = chances >= np.maximum(self.floor, self.keep_ratio * best)
        return kept & (rank < self.most)

    def nodes_for_text(self, text: str, most: int = 3) -> list[tuple[str, float]]:
        """Leaves that a request's text is about, best first, with their chances in [0, 1]."""
        [chances] = self.predict_proba([text])
        kept = np.flatnonzero(self.kept(chances[None, :])[0]).tolist()
        best = sorted(kept, key=lambda j: (-chances[j], j))[:most]
        return [(self.leaves_[j], float(chances[j])) for j in best]
