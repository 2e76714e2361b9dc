"""One spelling of a text for searching, the same in every database.

SQLite changes the case of Latin letters only, and PostgreSQL does it by the locale of its
installation; so texts are folded here and kept folded. A change of the rule needs a migration
that folds what is kept anew.
"""

from __future__ import annotations

from collections.abc import Iterable

SEPARATOR = "\n"
"""Between folded texts of one column; never within one."""


def folded(text: str) -> str:
    """Text without case, ё as е, single spaces between words and none at the ends."""
    return " ".join(text.casefold().replace("ё", "е").split())


def folded_list(texts: Iterable[str]) -> str:
    """Column text of several: each folded, with separators around, so that one is found whole."""
    kept = [folded(text) for text in texts]
    return SEPARATOR.join(("", *kept, "")) if kept else ""


def folded_entry(text: str) -> str:
    """What a column text of ``folded_list`` holds if ``text`` is one of its entries."""
    return f"{SEPARATOR}{folded(text)}{SEPARATOR}"
