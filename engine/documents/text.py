"""Text from outside made safe to show, and typeset where a page needs it."""

from __future__ import annotations

import re
import unicodedata

NBSP = "\u00a0"
JOINER = "\u2060"
BREAK = "\u200b"

LONGEST_WORD = 25
"""From here on a run without a space is no word of ordinary language."""

# Marks that turn the direction of writing: with them a title can pretend to be another one.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKS = re.compile(r"[\t\n\r\u000b\u000c\u0085\u2028\u2029]+")
_NUMBER_UNIT = re.compile(r"(?<=\d) (?=[^\W\d_]|[%₽])")
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_BEFORE_DASH = re.compile(r" (?=[–—])")
_RANGE = re.compile(r"(?<=\d)–(?=\d)")
_LONG_WORD = re.compile(rf"[^\s{NBSP}]{{{LONGEST_WORD},}}")
_PIECE = re.compile(r"[^/._?&=,;:-]{1,16}[/._?&=,;:-]*|[/._?&=,;:-]+")
_SHORT_WORD = re.compile(r"(?<![\w-])([А-Яа-яЁё]{1,2}) (?=\S)")


def clean(text: str) -> str:
    """The text in one line, without control characters and marks of writing direction.

    A title from a catalogue may carry terminal escape sequences, NUL, overrides of direction or
    noncharacters, which XML refuses; none of them may reach a terminal, a page, a calendar or a
    document.
    """
    flat = _BREAKS.sub(" ", text)
    return "".join(
        c
        for c in flat
        if unicodedata.category(c) not in ("Cc", "Cs")
        and c not in _BIDI
        and ord(c) & 0xFFFE != 0xFFFE
        and not 0xFDD0 <= ord(c) <= 0xFDEF
    )


def typeset(text: str) -> str:
    """The text typeset: number and unit, thousands, short words and dashes stay together."""
    text = _THOUSANDS.sub(NBSP, text)
    text = _NUMBER_UNIT.sub(NBSP, text)
    text = _SHORT_WORD.sub(rf"\1{NBSP}", text)
    text = _RANGE.sub(f"{JOINER}–{JOINER}", text)
    text = _BEFORE_DASH.sub(NBSP, text)
    return text.replace("ак. ч", f"ак.{NBSP}ч").replace("№ ", f"№{NBSP}")


def breakable(text: str) -> str:
    """The text with places to break in every run of ``LONGEST_WORD`` characters or more.

    Such a run is an address or a code, and would else reach over the edge of a narrow column. It
    may break after the signs that addresses are made of, and within sixteen characters in any case.
    """
    return _LONG_WORD.sub(lambda run: BREAK.join(_PIECE.findall(run[0])), text)


def shortened(text: str, length: int) -> str:
    """The text in at most ``length`` characters, cut at a word where one ends near."""
    if len(text) <= length:
        return text
    cut = text[: max(1, length - 1)]
    head, _, _ = cut.rpartition(" ")
    return (head if len(head) > 0.7 * length else cut).rstrip(" ,;:.–«(") + "…"
