"""Words for what is asked about a route afterwards: why not this, and what would help."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from engine.wording.dates import span
from engine.wording.messages import Coded, phrase, sentence, word
from engine.wording.values import as_date

LEAST_POINTS = 0.0005
"""Values are whole thousandths of a point: anything less is nothing."""

WAY_OUT: Mapping[str, str] = {
    "hours_unknown": "why_out_hours",
    "no_run_in_horizon": "why_out_run",
    "enrolment_closed": "why_out_enrolment",
}
"""What to do about a reason that lies in the data, where no change of the settings helps."""


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
    """An interval of points in whole numbers that contains what is proved."""
    if abs(interval.low) < LEAST_POINTS and abs(interval.high) < LEAST_POINTS:
        return phrase("interval_nothing", language)
    low = math.floor(interval.low + LEAST_POINTS)
    high = math.ceil(interval.high - LEAST_POINTS)
    if low == high:
        return phrase("interval_exact", language, low=low)
    key = "interval_span"
    if interval.below_precision:
        key = "interval_below" if low <= 0 else "interval_wide"
    return phrase(key, language, low=low, high=high)


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
        return (_where_in_route(reason, language),)
    lines = [sentence(phrase("why_reason", language, reason=word(reason, None, language)))]
    if verdict == "outranked":
        told = phrase("why_loss_unknown", language)
        if loss is not None:
            told = phrase("why_loss", language, loss=interval_words(loss, language))
        lines.append(phrase("why_outranked", language, loss=told))
    elif verdict == "admitted_by":
        lines.append(phrase("why_admitted_by", language))
        admitting = [c for c in changes if c.outcome == "admits"]
        lines += _listed(admitting, language)
        if any(c.code != "pin_it" for c in admitting):
            lines.append(phrase("why_then_pin", language))
    elif verdict == "no_change_helps" and (reason.code in WAY_OUT or not changes):
        key = WAY_OUT.get(reason.code)
        way_out = None if key is None else phrase(key, language)
        lines.append(phrase("why_no_setting", language, way_out=way_out))
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


def _where_in_route(reason: Coded, language: str) -> str:
    facts = reason.parameters
    start, end = as_date(facts.get("start")), as_date(facts.get("end"))
    when = span(start, end, language) if start is not None and end is not None else None
    return phrase("why_in_route", language, when=when, offering=facts.get("offering"))


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
