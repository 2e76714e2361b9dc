"""Codes and parameters → Russian and English, in one place.

The words lie in ``<language>/labels.toml`` (names of controlled lists), ``messages.toml``
(reasons, unmet demands, conflicts, repairs, rules) and ``page.toml`` (fixed phrases of the
documents); ``codes.toml`` declares which parameters a message may use.
"""

from engine.wording.explanations import interval_words, price_words, why_not_words
from engine.wording.messages import FAMILIES, Coded, phrase, sentence, word
from engine.wording.summaries import (
    certificate_words,
    likelihood_words,
    next_steps,
    official_level_words,
    status_words,
)
from engine.wording.tables import LANGUAGES, known_language, label

__all__ = [
    "FAMILIES",
    "LANGUAGES",
    "Coded",
    "certificate_words",
    "interval_words",
    "known_language",
    "label",
    "likelihood_words",
    "next_steps",
    "official_level_words",
    "phrase",
    "price_words",
    "sentence",
    "status_words",
    "why_not_words",
    "word",
]
