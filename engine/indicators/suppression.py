"""Small parts withheld, so that nobody can be told from a table."""

from __future__ import annotations

from collections.abc import Sequence

from engine.indicators.results import Slice

LEAST_PEOPLE = 5
"""Fewest people of a part that is shown to those who may not see single ones."""


def suppressed(
    slices: Sequence[Slice], least: int = LEAST_PEOPLE
) -> tuple[tuple[Slice, ...], tuple[Slice, ...]]:
    """Parts that may be shown, and those that are withheld.

    A part is withheld where the people it is about (the denominator, or without one the
    numerator) number fewer than ``least`` but more than none, and where those counted or those
    not counted do, since either names them. Where exactly one part of a dimension would be
    withheld, the smallest other one is withheld with it: the one could be had from the total.

    Returns
    -------
    shown, withheld
        Both in the given order.
    """
    hidden = {index for index, part in enumerate(slices) if _small(part, least)}
    for by in {part.by for part in slices}:
        own = [i for i, part in enumerate(slices) if part.by == by]
        gone = [i for i in own if i in hidden]
        rest = [i for i in own if i not in hidden and _size(slices[i]) > 0]
        if len(gone) == 1 and rest:
            hidden.add(min(rest, key=lambda i: (_size(slices[i]), slices[i].key)))
    shown = tuple(part for i, part in enumerate(slices) if i not in hidden)
    return shown, tuple(part for i, part in enumerate(slices) if i in hidden)


def _size(part: Slice) -> int:
    return part.numerator if part.denominator is None else part.denominator


def _small(part: Slice, least: int) -> bool:
    counts = [part.numerator]
    if part.denominator is not None:
        counts += [part.denominator, part.denominator - part.numerator]
    return any(0 < n < least for n in counts)
