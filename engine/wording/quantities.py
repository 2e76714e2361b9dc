"""Numbers, lengths of time and money as people read them.

Every function takes the language as ``"ru"`` or ``"en"`` and returns plain text with ordinary
spaces; documents put the no-break spaces in where they typeset.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

from engine.domain import ACADEMIC_HOUR_MIN

MINUS = "−"
_EVERY_FLOAT = Context(prec=400)  # the largest float has 309 digits before the point


def _rounded(value: float, places: int) -> Decimal:
    # repr() keeps what a person would have typed: 0.125 rounds to 0.13, not to 0.12.
    step = Decimal(1).scaleb(-places)
    return Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP, _EVERY_FLOAT)


def _grouped(digits: str, language: str) -> str:
    # Russian typesetting groups from five digits on: 1200, but 12 000.
    if language == "ru" and len(digits) < 5:
        return digits
    groups = [digits[max(0, i - 3) : i] for i in range(len(digits), 0, -3)][::-1]
    return (" " if language == "ru" else ",").join(groups)


def number(value: float, language: str, places: int = 2, *, fixed: bool = False) -> str:
    """A finite number with at most ``places`` decimals (exactly so many where ``fixed``)."""
    if not math.isfinite(value):
        return "∞" if value > 0 else f"{MINUS}∞" if value < 0 else "NaN"
    rounded = _rounded(value, places)
    whole, _, decimals = format(abs(rounded), "f").partition(".")
    if not fixed:
        decimals = decimals.rstrip("0")
    text = _grouped(whole, language)
    if decimals:
        text += ("," if language == "ru" else ".") + decimals
    return (MINUS if rounded < 0 else "") + text


def signed(value: float, language: str) -> str:
    """A change with two decimals and its sign: «+0,21», «−0,05», «0,00»."""
    return ("+" if _rounded(value, 2) > 0 else "") + number(value, language, 2, fixed=True)


def chance(probability: float, language: str) -> str:
    """A probability with two decimals; what only rounding makes certain reads «< 0,01»."""
    rounded = _rounded(probability, 2)
    if rounded == 0 and probability > 0:
        return "< " + number(0.01, language)
    if rounded == 1 and probability < 1:
        return "> " + number(0.99, language)
    return number(probability, language, 2, fixed=True)


def percent(share: float, language: str) -> str:
    """A share in [0, 1] as per cent: whole from 10 % on, one decimal below."""
    value = 100 * share
    places = 1 if abs(value) < 9.95 else 0
    return number(value, language, places) + (" %" if language == "ru" else "%")


def percent_up(share: float, language: str) -> str:
    """As ``percent`` with one decimal, rounded up, so that a proven limit is never overstated."""
    tenths = math.ceil(round(1000 * share, 6))
    return number(tenths / 10, language, 1) + (" %" if language == "ru" else "%")


def plural(value: float, forms: Sequence[str], language: str) -> str:
    """The form that goes with the number: (один, два, пять) or (one, many)."""
    if language != "ru":
        return forms[0] if value == 1 else forms[-1]
    if value != int(value):
        return forms[1]
    n = abs(int(value))
    if n % 10 == 1 and n % 100 != 11:
        return forms[0]
    if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14):
        return forms[1]
    return forms[2]


def minutes(value: float, language: str) -> str:
    """Clock minutes as «3 ч 20 мин»."""
    whole = int(_rounded(value, 0))
    hours, rest = divmod(abs(whole), 60)
    hour, minute = ("ч", "мин") if language == "ru" else ("h", "min")
    parts = [f"{_grouped(str(hours), language)} {hour}"] if hours else []
    if rest or not hours:
        parts.append(f"{rest} {minute}")
    return (MINUS if whole < 0 else "") + " ".join(parts)


def academic(hours_academic: float, language: str) -> str:
    """Academic hours as «4,4 ак. ч»."""
    return number(hours_academic, language, 1) + (" ак. ч" if language == "ru" else " ac. h")


def minutes_both(value: float, language: str) -> str:
    """Clock minutes with the academic hours beside: «3 ч 20 мин (4,4 ак. ч)»."""
    return f"{minutes(value, language)} ({academic(value / ACADEMIC_HOUR_MIN, language)})"


def roubles(value: float, language: str) -> str:
    """Roubles as «12 000 ₽»."""
    return number(value, language, 0) + " ₽"


def interval(low: float, high: float, language: str) -> str:
    """Two numbers with two decimals each: «0,20–0,64»."""
    ends = (number(end, language, 2, fixed=True) for end in (low, high))
    return "–".join(ends)
