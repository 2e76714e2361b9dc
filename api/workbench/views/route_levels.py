"""Deficits of a route: official level and estimate on one scale of three levels."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from api.workbench.words import say
from engine.documents.view import DeficitView
from engine.recommendation import DeficitEntry, Recommendation
from engine.wording import label, phrase
from engine.wording.quantities import percent
from engine.wording.summaries import LEVELS, own_result_words


@dataclass(frozen=True, slots=True)
class LevelLine:
    """One demand in the table.

    Parameters
    ----------
    size
        Estimate with its interval, on the scale of deficits.
    official
        Level of the last diagnostics with what was done; of a request, that it is one.
    chances
        How probable each of the same levels is by all results; empty = nothing was measured.
    closed
        What the route closes and leaves; empty = there is no route.
    """

    title: str
    size: str
    official: str
    chances: str
    closed: str


def level_lines(
    entries: Sequence[DeficitEntry], views: Sequence[DeficitView], language: str
) -> tuple[LevelLine, ...]:
    """Lines of the table, in the order of the answer."""
    return tuple(
        LevelLine(v.title, v.size, _official(d, v, language), _chances(d, language), v.closed_words)
        for d, v in zip(entries, views, strict=True)
    )


def level_counts(entries: Sequence[DeficitEntry], language: str) -> tuple[str, ...]:
    """How many competencies have which official level; empty = none was measured."""
    counts = Counter(d.official_level for d in entries if d.kind == "deficit")
    if not counts:
        return ()
    lines = [
        say(
            "route_page.level_count",
            language,
            {"level": _begun(label("official_level", level, language)), "count": counts[level]},
        )
        for level in LEVELS
    ]
    if counts[None]:
        lines.append(phrase("level_not_measured_count", language, count=counts[None]))
    return tuple(lines)


def closed_of_all(rec: Recommendation) -> tuple[float, float] | None:
    """What the route closes of all demands together, and their sum; ``None`` = nothing to close."""
    known = [d for d in rec.deficits if not math.isnan(d.estimate)]
    whole = sum(d.estimate for d in known)
    if rec.route is None or whole <= 0:
        return None
    return sum(d.closed_expected for d in known), whole


def _official(entry: DeficitEntry, view: DeficitView, language: str) -> str:
    if entry.kind != "deficit":
        return view.official
    if entry.official_level is None:
        return phrase("level_not_measured", language)
    level = label("official_level", entry.official_level, language)
    done = None
    if entry.raw_score is not None and entry.raw_max:
        done = percent(entry.raw_score / entry.raw_max, language)
    own = own_result_words(entry.raw_score, entry.raw_max, entry.n_tasks, language)
    return say("route_page.official", language, {"level": level, "done": done, "own": own})


def _chances(entry: DeficitEntry, language: str) -> str:
    chances = entry.level_probability
    if entry.kind != "deficit" or chances is None or any(math.isnan(c) for c in chances):
        return ""
    told = (
        f"{label('official_level', level, language)} {percent(chance, language)}"
        for level, chance in zip(LEVELS, chances, strict=True)
    )
    return say("route_page.chances", language, {"levels": ", ".join(told)})


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
