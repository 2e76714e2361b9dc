"""The form of a new route: from what was typed to a body of ``POST /routes`` and back to fields."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.workbench.views.busy import Weekly, busy_calendar
from engine.wording.values import as_date

ROWS: Mapping[str, range] = {"weekly": range(1, 5), "away": range(1, 4), "requests": range(1, 4)}
"""Numbers of the rows that the form offers; more busy times come with a calendar file."""

SOURCES = ("state", "employer", "voucher", "own")
WEEKS_MOST = 110
"""Weeks for which the contract takes a tempo of their own."""

MANY = ("forms", "pinned", "excluded")
"""Fields of which several may be ticked."""

_POINTERS: tuple[tuple[str, str], ...] = (
    (r"/constraints/horizon/start", "start"),
    (r"/constraints/horizon(/end)?", "end"),
    (r"/constraints/tempo_by_week.*", "tempo"),
    (r"/constraints/busy(_ics)?.*", "busy_file"),
    (r"/constraints/forms.*", "forms"),
    (r"/constraints/budget_by_source/(\w+)", "budget_{}"),
    (r"/constraints/max_steps", "max_steps"),
    (r"/constraints/(pinned|excluded).*", "find"),
    (r"/policy", "policy"),
)
_REQUEST = re.compile(r"/requests/(\d+)")


@dataclass(frozen=True, slots=True)
class RouteForm:
    """What was typed.

    Parameters
    ----------
    texts
        Fields of one value, without spaces around it; empty = left empty.
    many
        Ticked values by field.
    calendar
        Text of the calendar file; ``None`` = no file.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    many: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    calendar: str | None = None

    def text(self, name: str) -> str:
        """Value of a field; empty = left empty."""
        return self.texts.get(name, "")

    def ticked(self, name: str) -> tuple[str, ...]:
        """Ticked values of a field."""
        return self.many.get(name, ())

    @classmethod
    def of(cls, items: Iterable[tuple[str, str]], calendar: str | None = None) -> RouteForm:
        """Form from names and values in the order in which they were sent."""
        texts: dict[str, str] = {}
        many: dict[str, list[str]] = {}
        for name, value in items:
            if name in MANY:
                many.setdefault(name, []).append(value)
            else:
                texts[name] = value.strip()
        ticked = {name: tuple(dict.fromkeys(values)) for name, values in many.items()}
        return cls(texts, ticked, calendar)


@dataclass(frozen=True, slots=True)
class Known:
    """What the service knows and the form starts from.

    Parameters
    ----------
    tempo_min
        Minutes a week of the educator's record; ``None`` = the policy's.
    today
        Day on which the route would be built.
    """

    educator_id: str
    tempo_min: int | None
    today: dt.date


@dataclass(slots=True)
class Reading:
    """A body in the making and what is wrong with single fields.

    Parameters
    ----------
    faults
        Keys of words by field: what cannot be sent at all.
    requests
        Rows of the form behind the entries of ``requests``, in their order.
    """

    body: dict[str, Any]
    faults: dict[str, str] = field(default_factory=dict)
    requests: list[int] = field(default_factory=list)

    def number(self, form: RouteForm, name: str, *, whole: bool = True) -> float | None:
        """Number of a field, ``None`` = empty or at fault; a comma does for a point."""
        text = form.text(name).replace("\u00a0", "").replace(" ", "").replace(",", ".")
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or value < 0 or (whole and value != int(value)):
            self.faults[name] = "whole_number" if whole else "number"
            return None
        return value


def hours(minutes: int) -> str:
    """Minutes a week as hours of the field: two digits lead back to the same minutes."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


def read_form(form: RouteForm, known: Known) -> Reading:
    """Body of ``POST /routes``; what was left empty is left to the service and its policy."""
    reading = Reading({"educator": {"id": known.educator_id}})
    constraints = dict(_constraints(form, known, reading))
    if constraints:
        reading.body["constraints"] = constraints
    if form.text("requests") == "own":
        reading.body["requests"] = list(_requests(form, reading))
    if form.text("policy"):
        reading.body["policy"] = form.text("policy")
    if form.text("variants"):
        reading.body["options"] = {"variants": True}
    return reading


def field_of(pointer: str, reading: Reading) -> str | None:
    """Field of the form to which a pointer into the body leads; ``None`` = to none."""
    request = _REQUEST.match(pointer)
    if request is not None:
        place = int(request[1])
        return f"request_{reading.requests[place]}" if place < len(reading.requests) else None
    for pattern, name in _POINTERS:
        found = re.fullmatch(pattern, pointer)
        if found is not None:
            return name.format(*found.groups())
    return None


def faults_by_field(
    errors: Sequence[Mapping[str, Any]], reading: Reading
) -> tuple[dict[str, str], list[str]]:
    """Errors of a problem document: those of fields by field, and the others."""
    placed: dict[str, str] = {}
    others: list[str] = []
    for error in errors:
        name = field_of(str(error.get("pointer", "")), reading)
        if name is None:
            others.append(str(error["detail"]))
        else:
            placed.setdefault(name, str(error["detail"]))
    return placed, others


def opened(form: RouteForm, faults: Mapping[str, str]) -> dict[str, bool]:
    """Which folded parts of the form are open: where something was said or is wrong."""

    def used(*starts: str) -> bool:
        names = {name for name, value in {**form.texts, **form.many}.items() if value}
        return any(name.startswith(starts) for name in names | set(faults))

    return {
        "busy": used("busy", "weekly", "away"),
        "picks": used("find", "pinned", "excluded"),
        "more": used("forms", "budget", "max_steps", "policy"),
    }


def _constraints(form: RouteForm, known: Known, reading: Reading) -> Iterator[tuple[str, Any]]:
    horizon = {name: form.text(name) for name in ("start", "end") if form.text(name)}
    first, last = (as_date(horizon.get(name)) for name in ("start", "end"))
    if last is not None and last < (first or known.today):
        # the contract would only find it while the route is being built
        reading.faults["end"] = "end_before_start" if first else "end_past"
    if horizon:
        yield "horizon", horizon
    tempo = reading.number(form, "tempo", whole=False)
    minutes = None if tempo is None else round(60 * tempo)
    if minutes is not None and minutes != known.tempo_min:
        yield "tempo_by_week", _tempo_by_week(minutes, form, known.today)
    calendar = busy_calendar(
        form.calendar, list(_weekly(form, reading)), list(_away(form, reading)), known.today
    )
    if calendar is not None:
        yield "busy_ics", calendar
        if form.text("busy_known") == "keep":
            yield "keep_busy", True
    elif form.text("busy_known") == "drop":
        # nothing in the place of what is known
        yield "busy", []
    if form.ticked("forms"):
        yield "forms", list(form.ticked("forms"))
    budget = {s: reading.number(form, f"budget_{s}") for s in SOURCES}
    stated = {source: int(amount) for source, amount in budget.items() if amount is not None}
    if stated:
        yield "budget_by_source", stated
    steps = reading.number(form, "max_steps")
    if steps is not None:
        yield "max_steps", int(steps)
    for name in ("pinned", "excluded"):
        if form.ticked(name):
            yield name, list(form.ticked(name))


def _tempo_by_week(minutes: int, form: RouteForm, today: dt.date) -> dict[str, int]:
    """The same tempo for every week that the route may have."""
    first = as_date(form.text("start")) or today
    monday = first - dt.timedelta(days=first.weekday())
    last = as_date(form.text("end")) or dt.date.max
    weeks = (monday + dt.timedelta(weeks=week) for week in range(WEEKS_MOST))
    return {day.isoformat(): minutes for day in weeks if day <= max(last, monday)}


def _weekly(form: RouteForm, reading: Reading) -> Iterator[Weekly]:
    for row in ROWS["weekly"]:
        day, start, end = (form.text(f"weekly_{part}_{row}") for part in ("day", "from", "to"))
        if not day and not start and not end:
            continue
        # A day alone is the whole day.
        times = [
            _time(text)
            for text in (start or ("" if end else "00:00"), end or ("" if start else "23:59"))
        ]
        if day not in set("1234567") or None in times:
            reading.faults[f"weekly_{row}"] = "weekly_incomplete"
        elif times[0] >= times[1]:  # type: ignore[operator]
            reading.faults[f"weekly_{row}"] = "weekly_reversed"
        else:
            yield Weekly(int(day), times[0], times[1])  # type: ignore[arg-type]


def _away(form: RouteForm, reading: Reading) -> Iterator[tuple[dt.date, dt.date]]:
    for row in ROWS["away"]:
        first, last = (as_date(form.text(f"away_{part}_{row}")) for part in ("from", "to"))
        if first is None and last is None:
            continue
        if first is None or last is None:
            reading.faults[f"away_{row}"] = "away_incomplete"
        elif first > last:
            reading.faults[f"away_{row}"] = "away_reversed"
        else:
            yield first, last


def _requests(form: RouteForm, reading: Reading) -> Iterator[dict[str, Any]]:
    for row in ROWS["requests"]:
        text, node = form.text(f"request_text_{row}"), form.text(f"request_node_{row}")
        position = form.text(f"request_position_{row}")
        if not (text or node or position):
            continue
        reading.requests.append(row)
        weight = reading.number(form, f"request_weight_{row}", whole=False)
        entry = {"text": text, "node": node, "career_position": position, "weight": weight}
        yield {key: value for key, value in entry.items() if value not in ("", None)}


def _time(text: str) -> dt.time | None:
    try:
        return dt.time.fromisoformat(text)
    except ValueError:
        return None
