"""Reasons of steps and what relaxations are worth, in the one unit of the page of a route.

Deficits are sizes between 0 (none) and 1 (the competency is not formed). Values of routes are
points in the contract; the page tells them on the same scale, so that they can be compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from api.workbench.words import said, say
from engine.domain import Reason
from engine.explanation import OUTRANKED, PointsInterval, Price, WhyNot
from engine.recommendation import Step
from engine.wording import phrase, sentence, why_not_words, word
from engine.wording.quantities import number

POINTS = 10_000
"""Points of the contract for one deficit of weight 1 that is closed completely."""

NARROW = 50
"""Width in points from which the ends of an interval are told apart: less shows no more digits."""

LEAST = 0.005
"""What would read 0.00."""


def size(points: float, language: str) -> str:
    """Points on the scale of deficits; what is there but would read 0.00 is told as such."""
    value = points / POINTS
    if 0 < value < LEAST:
        return say("route_page.size_less", language, {"least": 2 * LEAST})
    return number(value, language, 2, fixed=True)


def interval(found: PointsInterval, language: str) -> str:
    """A proved interval on the scale of deficits; rounded outwards, so that it stays proved."""
    if found.high - found.low < NARROW:
        return size(max(0.0, found.high), language)
    low = math.floor(found.low / POINTS * 100 + 1e-9) / 100
    high = math.ceil(found.high / POINTS * 100 - 1e-9) / 100
    key = "size_at_most" if low <= 0 else "size_between"
    told = {
        "low": number(low, language, 2, fixed=True),
        "high": number(high, language, 2, fixed=True),
    }
    return say(f"route_page.{key}", language, told)


def reasons(step: Step, language: str) -> tuple[str, ...]:
    """Why a step is there, sentences."""
    found = [sentence(_reason(reason, language)) for reason in step.reasons]
    if step.pinned and all(reason.code != "pinned" for reason in step.reasons):
        found.append(sentence(word("pinned", None, language)))
    return tuple(found)


def _reason(reason: Reason, language: str) -> str:
    told = reason.parameters
    if reason.code == "relevance":
        factors = told.get("factors")
        names = factors if isinstance(factors, list | tuple) else ()
        return word(reason, {"factors": [_factor(str(f), language) for f in names]}, language)
    if reason.code != "measure_first":
        return word(reason, None, language)
    text = word(reason, {"information": None, "instead": None}, language)
    worth, instead = told.get("information"), told.get("instead")
    if not isinstance(worth, int | float):
        return text
    other = size(instead, language) if isinstance(instead, int | float) and instead > 0 else None
    values = {"worth": size(worth, language), "instead": other}
    return f"{sentence(text)} {say('route_page.measure_worth', language, values)}"


def _factor(code: str, language: str) -> str:
    # a label that the list of factors does not have is shown as it is
    return said(f"route_page.factor_{code}", language, code)


def prices(found: Sequence[Price], *, has_route: bool, language: str) -> list[str]:
    """What would help, a line each; where there is no route, the one line that says so."""
    if not has_route:
        return [phrase("helps_no_route", language)]
    return [_price(price, language) for price in found]


def _price(price: Price, language: str) -> str:
    change = word(price, None, language, family="change")
    gain = phrase("helps_gain_unknown", language)
    if price.gain is not None:
        nothing = price.gain.high <= 0
        key = "gain_nothing" if nothing else "gain"
        told = "" if nothing else interval(price.gain, language)
        gain = say(f"route_page.{key}", language, {"size": told})
    return sentence(phrase("helps_line", language, change=change, gain=gain))


def why_not(found: WhyNot, language: str) -> Iterator[str]:
    """Lines of the answer to "why not"; those of a list begin with a dash."""
    # points and codes of runs are not for people: the loss and the days are told beside
    bare = {k: v for k, v in found.reason.parameters.items() if k not in ("value_lost", "offering")}
    reason = replace(found.reason, parameters=bare)
    lines = why_not_words(found.verdict, reason, found.loss, found.changes, language)
    for place, line in enumerate(lines):
        own = place == 1 and found.verdict == OUTRANKED and found.loss is not None
        way_out = said(f"route_page.way_out_{reason.code}", language, "")
        if own and found.loss is not None:
            loss = say("route_page.loss", language, {"size": interval(found.loss, language)})
            yield phrase("why_outranked", language, loss=loss)
        elif place == 1 and way_out and found.verdict == "no_change_helps":
            yield phrase("why_no_setting", language, way_out=way_out)
        else:
            yield line
