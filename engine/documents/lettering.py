"""How wide a text is drawn, and how it is cut or wrapped to a width, before any font is known.

A picture is read with whatever font a machine has, so widths are those of the widest usual ones
(sans-serif of browsers, Libertinus of the PDF) by class of letter: titles in capitals, which
catalogues are fond of, take nearly half as much again as ordinary ones.
"""

from __future__ import annotations

from engine.documents.text import shortened

_WIDE = frozenset("щшжмюфыъwm@%№—")
_NARROW = frozenset(" .,:;!|'\"()[]ilftjгтr·")
_EM_LOWER, _EM_UPPER, _EM_WIDE, _EM_WIDE_UPPER, _EM_NARROW = 0.56, 0.75, 0.83, 1.06, 0.42


def text_width(text: str, size: float) -> float:
    """Width of a line of text in the units of ``size``, the size of its letters."""
    return size * sum(map(_em, text))


def _em(letter: str) -> float:
    if letter.lower() in _WIDE:
        return _EM_WIDE_UPPER if letter.isupper() else _EM_WIDE
    if letter.isupper():
        return _EM_UPPER
    return _EM_NARROW if letter in _NARROW else _EM_LOWER if ord(letter) < 0x2E80 else 1.0


def fitted(text: str, room: float, size: float) -> str:
    """The text if it fits into ``room``, else cut at a word where one ends near, with “…”."""
    if text_width(text, size) <= room:
        return text
    return shortened(text, max(1, _count(text, room - size, size) + 1))


def wrapped(text: str, room: float, size: float) -> tuple[str, ...]:
    """The text in lines that fit into ``room``; nothing is lost. At least one line.

    A word that no line holds is broken where the line is full.
    """
    lines, line = [], ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if text_width(joined, size) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        while text_width(word, size) > room:
            count = max(1, _count(word, room, size))
            lines.append(word[:count])
            word = word[count:]
        line = word
    return (*lines, line) if line or not lines else tuple(lines)


def _count(text: str, room: float, size: float) -> int:
    """Letters from the beginning that fit into ``room``."""
    used = 0.0
    for i, letter in enumerate(text):
        used += size * _em(letter)
        if used > room:
            return i
    return len(text)
