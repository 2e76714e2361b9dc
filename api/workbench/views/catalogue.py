"""What the catalogue shows: hits of a search, and everything about one activity in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.workbench.words import say
from engine.wording import label
from engine.wording.dates import span
from engine.wording.quantities import academic, percent, roubles
from engine.wording.tables import tables
from engine.wording.values import as_date

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hit:
    """One activity in the list.

    Parameters
    ----------
    facts
        Kind, length, form, price and provider in words.
    covers
        Competencies that the record states; empty = they are inferred from the text.
    """

    id: str
    title: str
    facts: tuple[str, ...]
    covers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One offering.

    Parameters
    ----------
    seats
        In words.
    closed
        Nobody can enrol any more.
    meetings
        Instants of begin and end, and the place.
    """

    id: str
    when: str
    self_paced: bool
    enrolment_until: str | None
    seats: str
    full: bool
    place: str
    price: str
    closed: bool
    meetings: tuple[Record, ...]


def kinds(language: str) -> list[tuple[str, str]]:
    """Kinds of activities and their names, by name."""
    return sorted(tables(language)["label_kind"].items(), key=lambda pair: pair[1])


def hit_of(record: Record, titles: Mapping[str, str], language: str) -> Hit:
    """One row of the list.

    Parameters
    ----------
    titles
        Of competencies, by code; one that is missing is shown by its code.
    """
    facts = (
        label("kind", record["kind"], language),
        hours(record, language),
        label("form_short", record["form"], language),
        price(record["price_rub"], language),
        record["provider"],
    )
    by_share = sorted(record["coverage"].items(), key=lambda pair: (-pair[1], pair[0]))
    covers = tuple(titles.get(code, code) for code, _ in by_share)
    return Hit(record["id"], record["title"], tuple(f for f in facts if f), covers)


def hours(record: Record, language: str) -> str:
    """Length in academic hours, or that it is not known."""
    if record["hours_academic"] is None:
        return say("catalogue.hours_unknown", language, {})
    return academic(record["hours_academic"], language)


def price(rub: int, language: str) -> str:
    """Price in words."""
    return roubles(rub, language) if rub else say("catalogue.free", language, {})


def facts_of(record: Record, language: str) -> list[tuple[str, str]]:
    """Pairs of heading and text about an activity; what is not stated is left out."""

    def named(group: str, values: Sequence[str]) -> str:
        return ", ".join(label(group, value, language) for value in values)

    register = [d for d in map(as_date, (record["register_from"], record["register_to"])) if d]
    given = {
        "kind": label("kind", record["kind"], language),
        "hours": hours(record, language),
        "form": label("form", record["form"], language),
        "document": label("document", record["document"], language),
        "provider": record["provider"],
        "price": price(record["price_rub"], language),
        "funding": named("funding", record["funding"]) if record["price_rub"] else "",
        "audience": record["audience"],
        "positions": named("position", record["positions"]),
        "subjects": ", ".join(record["subjects"]),
        "stages": named("stage", record["stages"]),
        "technologies": named("technology", record["technologies"]),
        "level": label("level", record["level"], language) if record["level"] else "",
        "register": span(register[0], register[-1], language) if register else "",
        "themes": named("theme", record["themes"]),
        "partners": ", ".join(record["partners"]),
        "language": label("language", record["language"], language),
        "source": record["source"],
    }
    return [(say(f"catalogue.{k}", language, {}), v) for k, v in given.items() if v]


def runs_of(items: Sequence[Record], record: Record, today: dt.date, language: str) -> list[Run]:
    """Offerings of an activity: those that can still be joined first, each group by date.

    Parameters
    ----------
    record
        The activity: its price holds where an offering states none.
    today
        Day on which enrolment is judged.
    """
    runs = [_run(item["record"], record, today, language) for item in items]
    starts = {item["record"]["id"]: item["record"]["start"] or "" for item in items}
    return sorted(runs, key=lambda run: (run.closed, starts[run.id], run.id))


def _run(run: Record, activity: Record, today: dt.date, language: str) -> Run:
    start, end, until = (as_date(run[k]) for k in ("start", "end", "enrolment_until"))
    last = until or (end if run["self_paced"] else start)
    seats, own = run["seats_left"], run["price_rub"]
    key = "seats_any" if seats is None else "seats_none" if seats == 0 else "seats_left"
    return Run(
        id=run["id"],
        when=span(start, end, language) if start and end else say("catalogue.any", language, {}),
        self_paced=run["self_paced"],
        enrolment_until=run["enrolment_until"],
        seats=say(f"catalogue.{key}", language, {"number": seats}),
        full=seats == 0,
        place=run["locality"] or say("catalogue.distance", language, {}),
        price=price(activity["price_rub"] if own is None else own, language),
        closed=last is not None and last < today,
        meetings=tuple(run["meetings"]),
    )


def tags_of(tags: Record, language: str) -> list[tuple[str, str, str, str]]:
    """Code, title, share and how sure, of the competencies that an activity covers."""
    sure = "sure_tagged" if tags["source"] == "tagged" else "sure_given"
    return [
        (
            tag["node"],
            tag["node_title"],
            percent(tag["share"], language),
            say(f"catalogue.{sure}", language, {"confidence": tag["confidence"]}),
        )
        for tag in tags["tags"]
    ]
