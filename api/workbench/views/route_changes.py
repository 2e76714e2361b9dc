"""What a rebuilding changed, what could stand in a step's place, and why neither was possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.workbench.views.step_words import size
from api.workbench.words import say
from engine.wording import label, sentence, word
from engine.wording.dates import span
from engine.wording.quantities import academic, minutes, number, roubles
from engine.wording.values import as_date

Record = Mapping[str, Any]

CLOSED_LEAST = 0.005
"""Part of a deficit below which nothing is said: it would read 0.00."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a rebuilding.

    Parameters
    ----------
    before, after
        Titles; empty = the step was added, removed.
    was, now
        Days, hours and money of the runs; empty as above, or not known.
    why, because
        Why the step did not stay, and why the new one is there; sentences.
    """

    code: str
    what: str
    before: str
    after: str
    was: str = ""
    now: str = ""
    why: str = ""
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """What could stand in a step's place.

    Parameters
    ----------
    target
        Code to replace the step by: of the activity, or of the run where the activity stays.
    worth
        How the value of the route changes, a phrase with its own sign; ``better``: it grows.
    closes
        Deficits that are closed otherwise: title, now and then.
    """

    target: str
    same: bool
    title: str
    kind: str
    when: str
    facts: tuple[str, ...]
    worth: str
    better: bool
    why_not: str
    closes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a route in a line."""

    title: str
    when: str
    facts: tuple[str, ...]


def difference(answer: Record, language: str) -> tuple[Change, ...]:
    """Changes of a ``RouteDifference``."""
    return tuple(_change(c, language) for c in answer["changes"])


def _change(change: Record, language: str) -> Change:
    why = change["why"]
    return Change(
        code=change["code"],
        what=say(f"route_moves.code_{change['code']}", language, {}),
        before=change["title_before"] or "",
        after=change["title_after"] or "",
        was=_run(change["before"], language),
        now=_run(change["after"], language),
        why="" if why is None else _reason(why, language),
        because=tuple(_reason(r, language) for r in change["reasons"][:2]),
    )


def told_changes(event: Record, titles: Mapping[str, str], language: str) -> tuple[Change, ...]:
    """The same from the history, which knows neither days nor reasons."""
    return tuple(
        Change(
            code=c["code"],
            what=say(f"route_moves.code_{c['code']}", language, {}),
            before=titles.get(c["before"] or "", c["before"] or ""),
            after=titles.get(c["after"] or "", c["after"] or ""),
        )
        for c in event["parameters"].get("changes") or ()
    )


def alternatives(answer: Record, language: str) -> tuple[Alternative, ...]:
    """Alternatives of ``GET …/alternatives/{step_id}``, the most valuable first."""
    return tuple(_alternative(a, language) for a in answer["alternatives"])


def _alternative(found: Record, language: str) -> Alternative:
    step, change = found["step"], found["difference"]
    same = found["kind"] == "other_run"
    return Alternative(
        target=step["offering"] if same else step["activity"],
        same=same,
        title=step["title"],
        kind=say(f"route_moves.{found['kind']}", language, {}),
        when=days(step, language),
        facts=_facts(step, language),
        worth=_worth(change, language),
        better=change is not None and change > 0,
        why_not=_reason(found["why_not"], language) if found["why_not"] else "",
        closes=tuple(
            (c["title"], _part(c["now"], language), _part(c["then"], language))
            for c in found["changes"]
            if abs(c["now"] - c["then"]) >= CLOSED_LEAST
        ),
    )


def _part(closed: float, language: str) -> str:
    return number(closed, language, 2, fixed=True)


def _worth(change: float | None, language: str) -> str:
    if change is None:
        return say("route_moves.worth_unknown", language, {})
    points = round(change)
    key = "same" if points == 0 else "more" if points > 0 else "less"
    return say(f"route_moves.worth_{key}", language, {"size": size(abs(points), language)})


def steps_of(route: Record | None, language: str) -> tuple[StepLine, ...]:
    """Steps of a route in lines."""
    steps: Sequence[Record] = route["steps"] if route else ()
    return tuple(StepLine(s["title"], days(s, language), _facts(s, language)) for s in steps)


def _facts(step: Record, language: str) -> tuple[str, ...]:
    technology = ", ".join(label("technology", t, language) for t in step["technology"])
    document = "" if step["document"] == "none" else label("document", step["document"], language)
    hours = "" if step["hours_academic"] is None else academic(step["hours_academic"], language)
    cost = roubles(step["cost_rub"], language) if step["cost_rub"] else ""
    form = label("form", step["form"], language)
    told = (form, technology, hours, document, cost, step["provider"])
    return tuple(text for text in told if text)


def _run(run: Record | None, language: str) -> str:
    if run is None:
        return ""
    parts = [days(run, language), minutes(run["workload_min"], language)]
    if run["cost_rub"]:
        parts.append(roubles(run["cost_rub"], language))
    return " · ".join(parts)


def days(run: Record, language: str) -> str:
    """First and last day of a step or run."""
    start, end = as_date(run["start"]), as_date(run["end"])
    return span(start, end, language) if start and end else ""


def impossible(document: Record, language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What stands in the way of a rebuilding, and what would let it pass; sentences."""
    found = []
    for member, family in (("conflict", "conflict"), ("repairs", "repair")):
        entries = document.get(member) or ()
        found.append(tuple(_reason(e, language, family) for e in entries))
    return found[0], found[1]


def _reason(reason: Record, language: str, family: str = "reason") -> str:
    return sentence(word(reason["code"], reason["parameters"], language, family=family))


def taken(document: Record, titles: Mapping[str, str], language: str) -> tuple[str, ...]:
    """What others took meanwhile, each a phrase, without repetitions."""
    told = (
        say(
            f"route_moves.gone_{g['kind']}",
            language,
            {"name": titles.get(g["resource"], g["resource"])},
        )
        for g in document.get("gone") or ()
    )
    return tuple(dict.fromkeys(told))
