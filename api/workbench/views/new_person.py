"""A new educator and results of diagnostics typed by hand: from forms to bodies of the contract."""

from __future__ import annotations

import math
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.workbench.views.choices import Places
from api.workbench.views.move_bodies import Sent
from engine.domain import Stage

SUBJECTS = range(1, 4)
"""Rows for subjects; more come with the form for loading."""

ROWS = range(1, 9)
"""Rows of one sitting."""

METHODS = ("test", "observation", "expert", "self")
STAGES = tuple(stage.value for stage in Stage)
LEVEL_SCORES: Mapping[str, int] = {"high": 30, "medium": 70, "minimal": 90}
"""Share of points, in per cent, in the middle of each official level's bounds (60 and 80 %)."""

_YES_NO: Mapping[str, bool] = {"yes": True, "no": False}
_DAYS = ("born_on", "pedagogical_start", "post_start")
_POINTERS: Mapping[str, str] = {
    "": "id",
    "tempo_min_per_week": "tempo",
    "subjects": "subject_1",
    "organisation": "organisation_id",
    "conditions": "rural",
}
"""Fields of the form by the first part of a pointer, where they are called otherwise."""


@dataclass(slots=True)
class Reading:
    """A body in the making and what is wrong with single fields.

    Parameters
    ----------
    faults
        Keys of words by field.
    rows
        Rows of the form behind the entries of ``items``, in their order.
    """

    body: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)


def free_cipher() -> str:
    """A cipher that nobody has: random, and nothing of a person in it."""
    return f"p-{secrets.token_hex(4)}"


def read_person(sent: Sent, places: Places) -> Reading:
    """Body of ``PUT /educators/{educator_id}``; what was left empty is not stated."""
    reading = Reading()
    body = reading.body
    for name in ("id", "position"):
        if not sent.text(name):
            reading.faults[name] = "needed"
    body["position"] = sent.text("position")
    body["subjects"] = [t for n in SUBJECTS if (t := sent.text(f"subject_{n}"))]
    body["stages"] = [stage for stage in sent.every("stages") if stage in STAGES]
    organisation = _organisation(sent, places, reading)
    if organisation is not None:
        body["organisation"] = organisation
    hours = _number(sent.text("tempo"))
    if hours is not None and (math.isnan(hours) or not 0 < hours <= 168):
        reading.faults["tempo"] = "hours"
    elif hours is not None:
        body["tempo_min_per_week"] = round(60 * hours)
    body |= {name: sent.text(name) for name in (*_DAYS, "display_name") if sent.text(name)}
    body["conditions"] = dict(_conditions(sent))
    return reading


def _organisation(sent: Sent, places: Places, reading: Reading) -> dict[str, Any] | None:
    """The one that was chosen as others' records have it, or the new one that was typed."""
    code, title = sent.text("organisation_new_id"), sent.text("organisation_new_title")
    if code or title:
        if not (code and title):
            reading.faults["organisation_new_id"] = "both"
        return {"id": code, "title": title, "district": sent.text("organisation_new_district")}
    chosen = sent.text("organisation_id")
    if not chosen:
        return None
    known = (places.records or {}).get(chosen)
    if known is None:
        reading.faults["organisation_id"] = "organisation_unknown"
        return None
    kept = {name: known[name] for name in ("id", "title", "district", "locality")}
    return {**kept, "conditions": {"rural": known["rural"]}}


def _conditions(sent: Sent) -> Iterator[tuple[str, Any]]:
    for name in ("rural", "internet"):
        if sent.text(name) in _YES_NO:
            yield name, _YES_NO[sent.text(name)]
    if sent.text("shift") in ("1", "2"):
        yield "shift", int(sent.text("shift"))
    days = sorted({int(d) for d in sent.every("weekdays") if d in set("1234567")})
    if days:
        yield "forbidden_weekdays", days


def read_results(sent: Sent, procedures: Sequence[str], nodes: Collection[str]) -> Reading:
    """Items of ``PUT /diagnostics/{educator_id}`` from the rows that were filled in.

    A level stands for the middle of its bounds (``LEVEL_SCORES``), of 100; points hold where both
    were given.

    Parameters
    ----------
    procedures
        Codes of the sittings that are known already: the new one gets another.
    nodes
        Codes of the framework: the contract itself takes others too, for later versions of it.
    """
    reading = Reading({"items": []})
    for name in ("date", "method"):
        if not sent.text(name):
            reading.faults[name] = "needed"
    common = {
        "procedure_id": _procedure(sent, procedures),
        "date": sent.text("date"),
        "method": sent.text("method"),
    }
    for row in ROWS:
        points = _points(sent, row, reading, nodes)
        if points is not None:
            reading.body["items"].append({**common, **points})
            reading.rows.append(row)
    if not reading.rows and not reading.faults:
        reading.faults["node_1"] = "row_needed"
    return reading


def _points(
    sent: Sent, row: int, reading: Reading, nodes: Collection[str]
) -> dict[str, Any] | None:
    """One row: node, score, most and tasks; ``None`` = empty or at fault."""
    node, level = sent.text(f"node_{row}"), sent.text(f"level_{row}")
    score, most, tasks = (_number(sent.text(f"{n}_{row}")) for n in ("score", "most", "tasks"))
    if not node and not level and score is None and most is None:
        return None
    if node not in nodes:
        reading.faults[f"node_{row}"] = "node_needed"
        return None
    found: dict[str, Any] = {"node": node}
    if score is None and most is None and level in LEVEL_SCORES:
        return {**found, "score": LEVEL_SCORES[level], "max_score": 100}
    if score is None or most is None or not 0 <= score <= most or most <= 0:
        reading.faults[f"score_{row}"] = "points_needed"
        return None
    if tasks is not None:
        if math.isnan(tasks) or tasks != int(tasks) or tasks < 1:
            reading.faults[f"score_{row}"] = "tasks_whole"
            return None
        found["n_tasks"] = int(tasks)
    return {**found, "score": score, "max_score": most}


def _procedure(sent: Sent, known: Sequence[str]) -> str:
    """Code of the sitting: as typed, else by its day; with a number where it is taken."""
    name = sent.text("procedure") or f"ввод-{sent.text('date')}"
    found, number = name, 2
    while found in known:
        found, number = f"{name}-{number}", number + 1
    return found


def placed(
    errors: Sequence[Mapping[str, Any]], reading: Reading
) -> tuple[dict[str, str], list[str]]:
    """Errors of a problem document: those of fields by field, and the others."""
    found: dict[str, str] = {}
    others: list[str] = []
    for error in errors:
        name = _field_of(str(error.get("pointer", "")), reading)
        if name is None:
            others.append(str(error["detail"]))
        else:
            found.setdefault(name, str(error["detail"]))
    return found, others


def _field_of(pointer: str, reading: Reading) -> str | None:
    first, second, third = (*pointer.strip("/").split("/"), "", "", "")[:3]
    if first == "items" and second.isdigit():
        # what was there before the form stands in front
        place = int(second) - (len(reading.body["items"]) - len(reading.rows))
        if not 0 <= place < len(reading.rows):
            return None
        if third in ("date", "method", "procedure_id"):
            return third.removesuffix("_id")
        return f"node_{reading.rows[place]}" if third == "node" else f"score_{reading.rows[place]}"
    known = {*_POINTERS.values(), *_DAYS, "id", "position", "display_name", "stages"}
    name = _POINTERS.get(first, first)
    return name if name in known else None


def _number(text: str) -> float | None:
    """Number of a field; ``None`` = empty, NaN = none."""
    plain = text.replace("\u00a0", "").replace(" ", "").replace(",", ".")
    if not plain:
        return None
    try:
        found = float(plain)
    except ValueError:
        return math.nan
    return found if math.isfinite(found) else math.nan
