"""Words of every leaf of a framework, and how much of a text they explain."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import lru_cache
from typing import Self

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer

from engine.domain import FloatArray
from engine.framework import Framework, Node
from engine.matching.audience import subject_terms
from engine.matching.text import FILLER_STEMS, char_text, stems_by_segment, word_terms

AMBIGUOUS_SUBJECTS = frozenset({"технология", "труд", "право", "история", "экономика"})
"""Names of subjects that are everyday words; only the leaf's own text speaks for them."""


class LeafLexicon:
    """Explained share of a text by leaf; for the parameters see ``CompetencyTagger``.

    A leaf explains the words of a text that stand in its title, keywords or description, weighed
    by how rare they are in the framework. Character n-grams forgive what stemming does not, and
    the name of a subject speaks for the leaf of the subject.
    """

    def __init__(
        self,
        *,
        char_weight: float,
        description_weight: float,
        ancestor_weight: float,
        subject_weight: float,
        filler_weight: float,
        unknown_weight: float,
    ) -> None:
        self.char_weight = char_weight
        self.description_weight = description_weight
        self.ancestor_weight = ancestor_weight
        self.subject_weight = subject_weight
        self.filler_weight = filler_weight
        self.unknown_weight = unknown_weight

    def fit(self, framework: Framework) -> Self:
        """Learn the words of every leaf."""
        leaves = [framework.nodes[i] for i in framework.leaves]
        self.n_leaves_ = len(leaves)
        own = [_own_text(node) for node in leaves]
        described = described_texts(framework)
        inherited = ["; ".join(_own_text(a) for a in framework.ancestors(n.code)) for n in leaves]
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

    def scores(self, texts: Sequence[str]) -> FloatArray:
        """Scores of texts as they stand, shape (n_texts, n_leaves), in [0, 1].

        A text without a known word scores 0.
        """
        if not texts:
            return np.zeros((0, self.n_leaves_))
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
        mentions = np.zeros((len(texts), self.n_leaves_))
        for i, text in enumerate(texts):
            terms = set(word_terms(text))
            for name, leaf in self.subjects_:
                if all(term in terms for term in name):
                    mentions[i, leaf] = 1.0
        return mentions


@dataclasses.dataclass(frozen=True, slots=True)
class _Known:
    """A framework by its digest: loaded again it is the same."""

    digest: str
    framework: Framework = dataclasses.field(compare=False, repr=False)


def leaf_lexicon(framework: Framework, **weights: float) -> LeafLexicon:
    """Lexicon of a framework; shared between taggers, so nobody may change it.

    Parameters
    ----------
    weights
        Those of ``LeafLexicon``, all of them.
    """
    return _lexicon(_Known(framework.digest, framework), tuple(sorted(weights.items())))


@lru_cache(maxsize=4)
def _lexicon(known: _Known, weights: tuple[tuple[str, float], ...]) -> LeafLexicon:
    return LeafLexicon(**dict(weights)).fit(known.framework)


def described_texts(framework: Framework) -> list[str]:
    """Title, keywords and description of every leaf, in the framework's order."""
    leaves = (framework.nodes[i] for i in framework.leaves)
    return [f"{_own_text(node)}; {node.description}" for node in leaves]


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
