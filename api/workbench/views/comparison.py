"""Routes side by side: names, totals with their differences, steps, what each closes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.workbench.views.listing import TONES, instant
from api.workbench.words import say
from engine.wording import label, phrase
from engine.wording.dates import date, span
from engine.wording.quantities import MINUS, minutes, number, roubles
from engine.wording.values import as_date

Record = Mapping[str, Any]

SAME = "same"
LETTERS: Mapping[str, str] = {"ru": "АБВ", "en": "ABC"}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the routes.

    Parameters
    ----------
    id
        ``None`` = a variant, which has no page of its own.
    variant
        Name of a variant that can be taken; empty = it is no such one.
    made
        When it was built; ``None`` = not known or a variant.
    state, tone
        Of its life; empty = a variant.
    """

    title: str
    id: str | None
    made: dt.datetime | None
    state: str
    tone: str
    status: str
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one route has in a line.

    Parameters
    ----------
    change
        Against the first route, with its sign; empty = the same, the first, or not known.
    share
        Length of a bar in [0, 1]; ``None`` = no bar.
    """

    text: str
    change: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    title: str
    cells: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        """Whether the routes differ in it."""
        return len({cell.text for cell in self.cells}) > 1


@dataclass(frozen=True, slots=True)
class StepLine:
    """One activity: its run in each route, ``None`` = the route is without it."""

    activity: str
    title: str
    code: str
    runs: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything the page shows."""

    sides: tuple[Side, ...]
    pairs: tuple[str, ...]
    totals: tuple[Line, ...]
    demands: tuple[Line, ...]
    different: tuple[StepLine, ...]
    same: tuple[StepLine, ...]


def compared(
    answer: Record,
    routes: Sequence[Record],
    language: str,
    zone: dt.tzinfo,
    mentor_names: Mapping[str, str],
) -> Compared:
    """What to show of a comparison.

    Parameters
    ----------
    answer
        Of ``POST /routes/compare``.
    routes
        Entries of ``GET /routes`` of the educator.
    zone
        In which instants are told.
    mentor_names
        Names by cipher; who is not in it goes by the cipher.
    """
    known = {r["id"]: r for r in routes}
    sides = tuple(
        _side(place, r, known.get(r["id"]), language, zone)
        for place, r in enumerate(answer["routes"])
    )
    steps = [_step(s, language) for s in answer["steps"]]
    return Compared(
        sides=sides,
        pairs=tuple(_pair(pair, sides, language) for pair in answer["pairs"]),
        totals=_differences_first(
            (
                *_closed_in_all(answer, language),
                *_totals(answer["routes"], language, mentor_names),
            )
        ),
        demands=_differences_first([_closed(d, language) for d in answer["demands"]]),
        different=tuple(s for s in steps if s.code != SAME),
        same=tuple(s for s in steps if s.code == SAME),
    )


def _differences_first(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Those in which the routes differ, then the others, each kind in its own order."""
    return tuple(sorted(lines, key=lambda line: not line.differs))


def _pair(pair: Record, sides: Sequence[Side], language: str) -> str:
    names = {"first": sides[pair["first"]].title, "second": sides[pair["second"]].title}
    if not pair["changes"] and not pair["distance"]:
        return say("compare.pair_same", language, names)
    numbers = {"distance": pair["distance"], "changes": pair["changes"]}
    return phrase("compare_pair", language, **names, **numbers)


def _closed_in_all(answer: Record, language: str) -> list[Line]:
    """What each route closes of all demands, as the page of a route tells it."""
    sums: list[float | None] = []
    for place in range(len(answer["routes"])):
        known = [c for d in answer["demands"] if (c := d["closed"][place]) is not None]
        sums.append(sum(known) if known else None)
    if all(closed is None for closed in sums):
        return []
    nothing = phrase("not_measured", language)
    texts = [nothing if c is None else number(c, language, 2, fixed=True) for c in sums]
    changes = _changes(sums, language, decimals=2)
    return [Line(say("compare.closed_in_all", language, {}), _cells(texts, changes))]


def _side(place: int, route: Record, known: Record | None, language: str, zone: dt.tzinfo) -> Side:
    status = label("solve_status", route["status"], language)
    if known is None:
        name = label("variant", route["id"], language)
        if place:
            # later variants are solved for an end or a load of their own
            status = say("compare.own_goal", language, {"status": status})
        taken = route["id"] if place else ""
        return Side(name[:1].upper() + name[1:], None, None, "", "", status, taken)
    state, made = known["state"], instant(known["created_at"], zone)
    title = say("compare.route", language, {"letter": LETTERS[language][place]})
    named = label("life_state", state, language)
    return Side(title, route["id"], made, named, TONES.get(state, ""), status)


def _totals(routes: Sequence[Record], language: str, mentor_names: Mapping[str, str]) -> list[Line]:
    nothing = phrase("not_measured", language)

    def said(key: str) -> str:
        return phrase(key, language)

    def days(route: Record) -> str:
        start, end = as_date(route["start"]), as_date(route["end"])
        return span(start, end, language) if start and end else said("no")

    def peak(route: Record) -> str:
        week = as_date(route["peak_week"])
        text = minutes(route["peak_min"], language)
        return f"{text} ({date(week, language)})" if week else text

    values = [r["value"] for r in routes]
    points = [number(v, language, 0) if v is not None else nothing for v in values]
    return [
        Line(say("compare.dates", language, {}), _cells([days(r) for r in routes])),
        Line(said("compare_total"), _cells(_each(routes, "workload_min", minutes, language))),
        Line(say("compare.peak", language, {}), _cells([peak(r) for r in routes])),
        Line(said("compare_steps"), _cells([str(r["steps"]) for r in routes])),
        Line(said("compare_cost"), _cells(_each(routes, "cost_rub", roubles, language))),
        Line(said("compare_mentor"), _cells([_mentor(r, language, mentor_names) for r in routes])),
        Line(said("compare_value"), _cells(points, _changes(values, language))),
    ]


def _each(routes: Sequence[Record], name: str, form: Any, language: str) -> list[str]:
    return [form(r[name], language) for r in routes]


def _cells(texts: Sequence[str], changes: Sequence[str] = ()) -> tuple[Cell, ...]:
    said = changes or [""] * len(texts)
    return tuple(Cell(text, change) for text, change in zip(texts, said, strict=True))


def _changes(values: Sequence[float | None], language: str, *, decimals: int = 0) -> list[str]:
    """Differences from the first between the numbers as they are written."""
    first, found = values[0], []
    for value in values:
        change = 0.0
        if value is not None and first is not None:
            change = round(round(value, decimals) - round(first, decimals), decimals)
        sign = "+" if change > 0 else MINUS
        said = number(abs(change), language, decimals, fixed=decimals > 0)
        found.append(sign + said if change else "")
    return found


def _mentor(route: Record, language: str, names: Mapping[str, str]) -> str:
    if not route["mentor"]:
        return phrase("no", language)
    return phrase(
        "compare_mentor_is",
        language,
        id=names.get(route["mentor"], route["mentor"]),
        meetings=route["mentor_meetings"],
        missed=route["mentor_missed"] or None,
    )


def _closed(demand: Record, language: str) -> Line:
    nothing = phrase("not_measured", language)
    return Line(
        demand["title"],
        tuple(
            Cell(nothing)
            if c is None
            else Cell(number(c, language, 2, fixed=True), share=min(max(c, 0.0), 1.0))
            for c in demand["closed"]
        ),
    )


def _step(step: Record, language: str) -> StepLine:
    return StepLine(
        step["activity"],
        step["title"],
        step["code"],
        tuple(None if run is None else _run(run, language) for run in step["runs"]),
    )


def _run(run: Record, language: str) -> str:
    start, end = as_date(run["start"]), as_date(run["end"])
    when = span(start, end, language) if start and end else ""
    parts = [when, minutes(run["workload_min"], language)]
    if run["cost_rub"]:
        parts.append(roubles(run["cost_rub"], language))
    return " · ".join(parts)
