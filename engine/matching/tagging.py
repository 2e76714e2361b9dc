"""Competency coverage of an activity, inferred from its text.

Zero-shot: the only training text is the framework (titles, keywords, descriptions). A leaf
explains the words of a text that stand in its title, keywords or description; the coverage of a
leaf is its part in the explained share of the text, so it carries the same unit as a coverage
that a methodist gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.utils.validation import check_is_fitted

from engine.domain import FloatArray
from engine.framework import Framework, Node
from engine.matching.audience import subject_terms
from engine.matching.text import (
    FILLER_STEMS,
    as_texts,
    char_text,
    stems_by_segment,
    word_terms,
)

AMBIGUOUS_SUBJECTS = frozenset({"технология", "труд", "право", "история", "экономика"})
"""Names of subjects that are everyday words; only the leaf's own text speaks for them."""


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
    full_score
        Score from which on the confidence is 1.
    floor, keep_ratio, most
        A leaf is kept if its score is at least ``floor`` and ``keep_ratio`` of the best, and it
        is among the best ``most``.

    Attributes
    ----------
    leaves_
        Codes of the leaves, in the framework's order, n_leaves of them.
    """

    def __init__(
        self,
        char_weight: float = 0.3,
        description_weight: float = 0.5,
        ancestor_weight: float = 0.25,
        subject_weight: float = 0.3,
        filler_weight: float = 0.25,
        unknown_weight: float = 0.25,
        full_score: float = 0.5,
        floor: float = 0.1,
        keep_ratio: float = 0.5,
        most: int = 4,
    ) -> None:
        self.char_weight = char_weight
        self.description_weight = description_weight
        self.ancestor_weight = ancestor_weight
        self.subject_weight = subject_weight
        self.filler_weight = filler_weight
        self.unknown_weight = unknown_weight
        self.full_score = full_score
        self.floor = floor
        self.keep_ratio = keep_ratio
        self.most = most

    def fit(self, X: Framework, y: Any = None) -> Self:
        """Learn the words of every leaf from the framework's texts."""
        leaves = [X.nodes[i] for i in X.leaves]
        self.leaves_ = tuple(node.code for node in leaves)
        self.framework_digest_ = X.digest
        own = [_own_text(node) for node in leaves]
        described = [f"{text}; {node.description}" for text, node in zip(own, leaves, strict=True)]
        inherited = ["; ".join(_own_text(a) for a in X.ancestors(n.code)) for n in leaves]
        self._fit_words(own, described, inherited)
        self.chars_ = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), preprocessor=char_text, sublinear_tf=True
        ).fit(described)
        self.leaf_chars_ = sp.csr_array(self.chars_.transform(own))
        self.subjects_ = _subject_names(leaves)
        return self

    def _fit_words(
        self, own: Sequence[str], described: Sequence[str], inherited: Sequence[str]
    ) -> None:
        texts = [f"{d}; {i}" for d, i in zip(described, inherited, strict=True)]
        self.words_ = TfidfVectorizer(
            analyzer=word_terms, norm=None, binary=True, dtype=np.float64
        ).fit(texts)
        filler = [
            all(part in FILLER_STEMS for part in term.split("_"))
            for term in self.words_.get_feature_names_out()
        ]
        # idf counts once for the text and once for the leaf, as in a cosine
        idf = self.words_.idf_
        self.term_weight_ = idf * np.where(filler, self.filler_weight, 1.0)
        self.rarest_ = float((idf**2).max())
        worth = sp.csr_array((len(own), len(filler)))
        for field, value in (
            (own, 1.0),
            (described, self.description_weight),
            (inherited, self.ancestor_weight),
        ):
            worth = worth.maximum(value * sp.csr_array(self.words_.transform(field) > 0))
        self.leaf_worth_ = sp.csr_array(worth)

    def decision_function(self, X: Sequence[str]) -> FloatArray:
        """Score of every leaf for every text.

        Returns
        -------
        ndarray, shape (n_texts, n_leaves), in [0, 1]; a text without a known word scores 0.
        """
        check_is_fitted(self)
        texts = as_texts(X)
        if not texts:
            return np.zeros((0, len(self.leaves_)))
        weights = sp.csr_array(self.words_.transform(texts)).multiply(self.term_weight_[None, :])
        weights = sp.csr_array(weights)
        total = np.asarray(weights.sum(axis=1)).ravel() + self._unknown(texts)
        explained = (weights @ self.leaf_worth_.T).toarray()
        explained /= np.where(total > 0, total, 1.0)[:, None]
        chars = (sp.csr_array(self.chars_.transform(texts)) @ self.leaf_chars_.T).toarray()
        score = (1 - self.char_weight) * explained + self.char_weight * chars
        score += self.subject_weight * self._subject_mentions(texts)
        clipped: FloatArray = np.clip(score, 0.0, 1.0)
        return clipped

    def _unknown(self, texts: Sequence[str]) -> FloatArray:
        known = self.words_.vocabulary_
        unit = self.unknown_weight * self.rarest_
        return np.array(
            [
                unit * len({s for seg in stems_by_segment(t) for s in seg if s not in known})
                for t in texts
            ]
        )

    def _subject_mentions(self, texts: Sequence[str]) -> FloatArray:
        """1 where the text names the subject of the leaf, shape (n_texts, n_leaves)."""
        mentions = np.zeros((len(texts), len(self.leaves_)))
        for i, text in enumerate(texts):
            terms = set(word_terms(text))
            for name, leaf in self.subjects_:
                if all(term in terms for term in name):
                    mentions[i, leaf] = 1.0
        return mentions

    def predict_coverage(self, X: Sequence[str]) -> tuple[sp.csr_array, FloatArray]:
        """Coverage of the leaves by texts, with a confidence per text.

        Returns
        -------
        coverage : csr_array, shape (n_texts, n_leaves)
            In [0, 1]; a row sums to its confidence, what is left over is not explained.
        confidence : ndarray, shape (n_texts,)
            In [0, 1]; 0 = nothing of the framework was found in the text.
        """
        return self.coverage_from_scores(self.decision_function(X))

    def coverage_from_scores(self, scores: FloatArray) -> tuple[sp.csr_array, FloatArray]:
        """Turn scores, shape (n, n_leaves), into coverage and confidence."""
        n = scores.shape[0]
        if n == 0:
            return sp.csr_array(scores.shape), np.zeros(0)
        best = scores.max(axis=1)
        kept = (scores >= self.floor) & (scores >= self.keep_ratio * best[:, None])
        # a stable sort breaks ties by the framework's order
        rank = np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1, kind="stable")
        kept &= rank < self.most
        confidence = np.where(kept.any(axis=1), np.minimum(1.0, best / self.full_score), 0.0)
        share = np.where(kept, scores, 0.0) ** 2
        total = share.sum(axis=1)
        share /= np.where(total > 0, total, 1.0)[:, None]
        return sp.csr_array(share * confidence[:, None]), confidence

    def nodes_for_text(self, text: str, most: int = 3) -> list[tuple[str, float]]:
        """Leaves that a request's text is about, best first, with confidences in [0, 1]."""
        scores = self.decision_function([text])
        coverage, _ = self.coverage_from_scores(scores)
        kept = sorted(coverage.indices.tolist(), key=lambda j: (-scores[0, j], j))[:most]
        return [(self.leaves_[j], float(min(1.0, scores[0, j] / self.full_score))) for j in kept]


def _own_text(node: Node) -> str:
    return "; ".join((node.title, *node.keywords))


def _subject_names(leaves: Sequence[Node]) -> tuple[tuple[tuple[str, ...], int], ...]:
    """Terms of every subject name with the index of its leaf."""
    return tuple(
        (terms, j)
        for j, node in enumerate(leaves)
        for name, terms in subject_terms([node])
        if name not in AMBIGUOUS_SUBJECTS
    )
