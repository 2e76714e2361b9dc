"""Text features for Russian: normalisation, stems, word and character n-grams.

Titles of real catalogues are short, inflected and unclean (mixed quotes, hyphens, ё, Latin
inserts), so words are compared by their stems (Snowball), and character n-grams forgive what
stemming does not.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Self

import scipy.sparse as sp
import snowballstemmer
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion
from sklearn.utils.validation import check_is_fitted

_SEGMENT = re.compile(r"[.;:!?…|()\[\]{}«»„“”\"/\n\t]+")
_TOKEN = re.compile(r"[0-9a-zа-я]+(?:\+)?")
_CYRILLIC = re.compile(r"[а-я]")

_FUNCTION = """
    а без более бы был была были было быть в вам вас весь во вот все всего всей всех вы где да для
    до его ее если есть еще же за здесь и из или им их к как ко когда который которая которые
    которых кто ли либо между меня мне можно мой мы на над надо наш не нее нет ни них но о об
    однако он она они оно от по под при про с со своей своего своих себя так также такой там те то
    того тоже той только том тот у уже хотя чего чей чем что чтобы чье эта эти этих это этой этом
    этот я ее его через a an and at by for from in of on or the to with
"""
FUNCTION_WORDS = frozenset(_FUNCTION.split())
"""Words without a topic of their own."""

_FILLER = """
    актуальные актуальный вопрос вопросы введение год контекст направление некоторый новый общий
    опыт организация основа основной особенность подход практика практический проблема процесс
    развитие реализация решение роль система слушатель современный содержание совершенствование
    соответствие специалист специфика средство тема теоретический теория требование условие уровень
    участник форма часть час эффективный курс программа применение использование
    педагог педагогический педагогика образование образовательный обучение обучать учитель
    обучающийся учащийся ученик ребенок дети школа школьный деятельность работа умение
    компетенция компетентность профессиональный методика технология преподавание предмет
    семинар вебинар практикум мастер класс тренинг лекция форум конференция круглый стол
    совещание заседание фестиваль стажировка занятие мероприятие
    всероссийский межрегиональный международный областной краевой районный городской
"""
FILLER_WORDS = frozenset(_FILLER.split())
"""Words that stand in every second title; they count, but little (see ``filler_weight``)."""


def normalise(text: str) -> str:
    """Lower-case text with ё → е and one kind of dash; segments are kept apart by ``|``."""
    lowered = text.casefold().replace("ё", "е").replace("\u00ad", "")
    return " | ".join(s.strip() for s in _SEGMENT.split(lowered) if s.strip())


_STEMMERS = {"ru": snowballstemmer.stemmer("russian"), "en": snowballstemmer.stemmer("english")}
_STEMMER_LOCK = threading.Lock()  # a Snowball stemmer keeps the word it works on


@lru_cache(maxsize=100_000)
def stem(token: str) -> str:
    """Snowball stem of one normalised token, Russian or English by its letters."""
    language = "ru" if _CYRILLIC.search(token) else "en"
    with _STEMMER_LOCK:
        return str(_STEMMERS[language].stemWord(token))


FILLER_STEMS = frozenset(stem(w) for w in FILLER_WORDS)


def stems_by_segment(text: str) -> list[list[str]]:
    """Stems of the words with a topic, segment by segment."""
    segments = []
    for segment in normalise(text).split("|"):
        tokens = (t for t in _TOKEN.findall(segment) if t not in FUNCTION_WORDS)
        segments.append([stem(t) for t in tokens if len(t) > 1 or t.isdigit()])
    return [s for s in segments if s]


def word_terms(text: str) -> list[str]:
    """Stems and pairs of neighbouring stems (``a_b``); a pair never crosses a segment."""
    terms: list[str] = []
    for segment in stems_by_segment(text):
        terms.extend(segment)
        terms.extend(f"{a}_{b}" for a, b in pairwise(segment))
    return terms


def char_text(text: str) -> str:
    """Text for character n-grams: normalised words with a topic that are not filler."""
    words = [
        t
        for t in _TOKEN.findall(normalise(text))
        if t not in FUNCTION_WORDS and stem(t) not in FILLER_STEMS
    ]
    return " ".join(words)


def as_texts(texts: Iterable[object]) -> list[str]:
    """List of strings; ``None`` becomes the empty text.

    Raises
    ------
    TypeError
        If one bare string is given or an element is neither a string nor ``None``.
    """
    if isinstance(texts, str):
        raise TypeError("a sequence of texts is expected, not one string")
    found = ["" if t is None else t for t in texts]
    if not all(isinstance(t, str) for t in found):
        raise TypeError("every text must be a string or None")
    return [str(t) for t in found]


class RussianTextFeatures(TransformerMixin, BaseEstimator):
    """Sparse TF-IDF features of Russian text: word n-grams beside character n-grams.

    Parameters
    ----------
    char_range
        Least and most length of character n-grams.
    word_weight, char_weight
        Weights of the two blocks of features in a similarity.
    """

    def __init__(
        self,
        char_range: tuple[int, int] = (3, 5),
        word_weight: float = 0.7,
        char_weight: float = 0.3,
    ) -> None:
        self.char_range = char_range
        self.word_weight = word_weight
        self.char_weight = char_weight

    def fit(self, X: Sequence[str], y: Any = None) -> Self:
        """Learn vocabulary and document frequencies from texts ``X``."""
        words = TfidfVectorizer(analyzer=word_terms, sublinear_tf=True)
        chars = TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=self.char_range,
            preprocessor=char_text,
            sublinear_tf=True,
        )
        # the square root makes a dot product weigh the blocks as the parameters say
        weights = {"words": self.word_weight**0.5, "chars": self.char_weight**0.5}
        union = FeatureUnion([("words", words), ("chars", chars)], transformer_weights=weights)
        self.features_ = union.fit(as_texts(X))
        return self

    def transform(self, X: Sequence[str]) -> sp.csr_array:
        """Features of texts, CSR of shape (n_texts, n_features), rows of length ≤ 1."""
        check_is_fitted(self)
        texts = as_texts(X)
        if not texts:
            n_features = len(self.features_.get_feature_names_out())
            return sp.csr_array((0, n_features), dtype=float)
        return sp.csr_array(self.features_.transform(texts))


def similarity(left: sp.csr_array, right: sp.csr_array) -> sp.csr_array:
    """Similarity in [0, 1] of every row of ``left`` with every row of ``right``."""
    return sp.csr_array(left @ right.T)
