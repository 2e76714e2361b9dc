"""Names of persons where a code is meant: refused at the door, so that none is stored or logged."""

from __future__ import annotations

import re

_WORD = r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ]?[а-яё]+)*|[А-ЯЁ]{2,}(?:-[А-ЯЁ]{2,})*"
_INITIALS = r"[А-ЯЁ]\.\s*[А-ЯЁ]\.?"
_WRITTEN_AS_NAME = re.compile(
    rf"(?:{_WORD})(?:\s+(?:{_WORD})){{1,3}}|(?:{_WORD})\s+{_INITIALS}|{_INITIALS}\s*(?:{_WORD})"
)
_PATRONYMIC = re.compile(r"[а-яё]{3,}(?:вна|ична|вич|ьич)|оглы|кызы", re.IGNORECASE)


def looks_like_name(text: str) -> bool:
    """Whether a text is written as the name of a person in Russian.

    Two to four capitalised Cyrillic words, a surname with initials, or any words of letters of
    which the last is a patronymic. A code has a digit, a Latin letter or is one word.
    """
    words = text.replace("_", " ").split()
    plain = " ".join(words)
    if _WRITTEN_AS_NAME.fullmatch(plain):
        return True
    if len(words) < 2 or not all(word.replace("-", "").isalpha() for word in words):
        return False
    return _PATRONYMIC.fullmatch(words[-1]) is not None
