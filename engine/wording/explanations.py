"""Words for what is asked about a route afterwards: why not this, and what would help."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from engine.wording.messages import Coded, phrase, sentence, word

LEAST_POINTS = 0.5
"""Less than half a point is printed as nothing."""


class Interval(Protocol):
    """A difference of two optima in points."""

    @property
    def low(self) -> float:
        """Least it can be."""

    @property
    def high(self) -> float:
        """Most it can be."""

    @property
    def below_precision(self) -> bool:
        """The interval is wider than the effect."""


class Tried(Coded, Protocol):
    """A change with what came of it."""

    @property
    def outcome(self) -> str:
        """``admits``, ``does_not_help`` or ``not_verified``."""


class Priced(Coded, Protocol):
    """A change with what it is worth."""

    @property
    def gain(self) -> Interval | None:
        """Points; ``None`` = not verified."""


def interval_words(interval: Interval, language: str = "ru") -> str:
    """An interval of points: exact, from–to, or below the precision of the calculation."""
    low, high = round(interval.low), round(interval.high)
    if interval.below_precision:
        key = "interval_below" if low <= 0 < high else "interval_below_none"
        return phrase(key, language, high=high)
    if abs(interval.low) < LEAST_POINTS and abs(interval.high) < LEAST_POINTS:
        return phrase("interval_nothing", language)
    if low == high:
        return phrase("interval_exact", language, low=low)
    return phrase("interval_span", language, low=low, high=high)


def why_not_words(
    verdict: str,
    reason: Coded,
    loss: Interval | None,
    changes: Sequence[Tried],
    language: str = "ru",
) -> tuple[str, ...]:
    """Lines of the answer to "why not this activity"; those of a list begin with a dash.

    Parameters
    ----------
    verdict
        ``in_route``, ``outranked``, ``admitted_by``, ``no_change_helps`` or ``not_verified``.
    """
    if verdict == "in_route":
        return (phrase("why_in_route", language),)
    lines = [sentence(phrase("why_reason", language, reason=word(reason, None, language)))]
    if verdict == "outranked":
        told = phrase("why_loss_unknown", language)
        if loss is not None:
            told = phrase("why_loss", language, loss=interval_words(loss, language))
        lines.append(phrase("why_outranked", language, loss=told))
    elif verdict == "admitted_by":
        lines.append(phrase("why_admitted_by", language))
        lines += _listed((c for c in changes if c.outcome == "admits"), language)
    elif verdict == "no_change_helps":
        lines.append(phrase("why_no_change_helps", language))
    else:
        lines.append(phrase("why_not_verified", language))
    for outcome, title in (
        ("does_not_help", phrase("why_also_tried", language)),
        ("not_verified", phrase("why_undecided", language)),
    ):
        found = [c for c in changes if c.outcome == outcome]
        if found:
            lines += [title, *_listed(found, language)]
    return tuple(lines)


def price_words(prices: Sequence[Priced], *, has_route: bool, language: str = "ru") -> list[str]:
    """Lines of what would help; without a route there is nothing to compare with."""
    if not has_route:
        return [phrase("helps_no_route", language)]
    lines = [phrase("helps_title", language)]
    for price in prices:
        gain = phrase("helps_gain_unknown", language)
        if price.gain is not None:
            told = interval_words(price.gain, language)
            gain = phrase("helps_gain", language, gain=told)
        change = word(price, None, language, family="change")
        lines.append(f"— {phrase('helps_line', language, change=change, gain=gain)}")
    return lines


def _listed(changes: Iterable[Coded], language: str) -> list[str]:
    return [f"— {word(change, None, language, family='change')}" for change in changes]
