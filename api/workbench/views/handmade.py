"""A hand-made route as people bring it: lines of text or a file → steps to look up."""

from __future__ import annotations

import datetime as dt
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import Fault
from engine.interchange.archives import archive_problem
from engine.interchange.dates import parse_date
from engine.interchange.faults import FaultLog, Place
from engine.interchange.files import is_workbook
from engine.interchange.texts import read_csv
from engine.interchange.values import Cell
from engine.interchange.workbooks import read_workbook

STEPS_MOST = 100
"""As many as the contract checks."""
UNPACKED_MOST_BYTES = 16 * 1024 * 1024
"""Of a workbook; a route is a page of rows."""

_SEPARATOR = re.compile(r"\s*[;\t]\s*")
_NUMBERED = re.compile(r"\d{1,3}[.)]?")
_HEADS: Mapping[str, str] = {
    **dict.fromkeys(("поток", "код потока", "offering", "offering_id"), "offering"),
    **dict.fromkeys(
        ("мероприятие", "активность", "название", "код", "код активности", "программа"), "what"
    ),
    **dict.fromkeys(("activity", "activity_id", "title", "name"), "what"),
    **dict.fromkeys(("начало", "дата", "дата начала", "первый день", "start", "date"), "start"),
}
"""Folded heads of columns that are understood, and what they mean."""


@dataclass(frozen=True, slots=True)
class Line:
    """One step as somebody wrote it.

    Parameters
    ----------
    number
        Of the line or row, from 1.
    what
        Code of an activity or of a run, or a title.
    start
        First day, ``YYYY-MM-DD``; empty = not stated.
    """

    number: int
    what: str
    start: str = ""


def lines_of_text(text: str) -> list[Line]:
    """Steps of a pasted route: ``code or title; first day`` in each line; blank ones are skipped.

    A number in front («3.») as lists have it is dropped.
    """
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        parts = [p for p in _SEPARATOR.split(line.strip()) if p]
        if parts:
            found.append(_line(number, parts))
    return found


def _line(number: int, parts: Sequence[str]) -> Line:
    start = day_of(parts[-1]) if len(parts) > 1 else ""
    rest = list(parts[:-1]) if start else list(parts)
    if len(rest) > 1 and _NUMBERED.fullmatch(rest[0]):
        rest = rest[1:]
    what = "; ".join(rest)
    return Line(number, re.sub(r"^\d{1,3}[.)]\s+", "", what).strip(' «»"'), start)


def day_of(cell: Cell) -> str:
    """Day of a cell or a piece of text as ``YYYY-MM-DD``; empty = it is none."""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    try:
        return parse_date(cell).isoformat() if isinstance(cell, str) else ""
    except ValueError:
        return ""


def lines_of_file(content: bytes, name: str) -> tuple[list[Line], tuple[Fault, ...]]:
    """Steps of an XLSX, CSV or JSON file, and what is wrong with it (then there are none).

    Parameters
    ----------
    name
        How faults name the file.
    """
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return _lines_of_json(content, name)
    log = FaultLog()
    if is_workbook(content):
        _check_archive(content, name, log)
        sheets = [] if log.failed else read_workbook(content, name, log, None)[:1]
    else:
        sheet = read_csv(content, name, name, log)
        sheets = [] if sheet is None else [sheet]
    if log.failed:
        return [], log.errors
    return [line for sheet in sheets for line in lines_of_rows(sheet.rows)], ()


def _check_archive(content: bytes, name: str, log: FaultLog) -> None:
    """Log what must not be unpacked, before anything of it is."""
    try:
        problem = archive_problem(content, UNPACKED_MOST_BYTES)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
        return  # a damaged one: the reader says so
    if problem is not None:
        log.error(*problem, Place(name))


def lines_of_rows(rows: Iterable[tuple[int, Sequence[Cell]]]) -> list[Line]:
    """Steps of the rows of a table; without known heads the first text and the first day count."""
    meaning: dict[int, str] = {}
    found = []
    for place, (number, cells) in enumerate(rows):
        if place == 0:
            meaning = _meaning(cells)
            if meaning:
                continue
        line = _row(number, cells, meaning)
        if line is not None:
            found.append(line)
    return found


def _meaning(cells: Sequence[Cell]) -> dict[int, str]:
    named = ((i, _HEADS.get(str(c or "").strip().casefold(), "")) for i, c in enumerate(cells))
    return {i: name for i, name in named if name}


def _row(number: int, cells: Sequence[Cell], meaning: Mapping[int, str]) -> Line | None:
    if meaning:
        said: dict[str, Cell] = {}
        for i, name in meaning.items():
            said.setdefault(name, cells[i] if i < len(cells) else None)
        what = str(said.get("offering") or said.get("what") or "").strip()
        start = day_of(said.get("start"))
    else:
        start = next((day for day in map(day_of, cells) if day), "")
        texts = (c.strip() for c in cells if isinstance(c, str) and not day_of(c))
        what = next((t for t in texts if t and not _NUMBERED.fullmatch(t)), "")
    return Line(number, what, start) if what else None


def _lines_of_json(content: bytes, name: str) -> tuple[list[Line], tuple[Fault, ...]]:
    """Steps of ``[…]``, ``{"steps": […]}`` or an answer of the service with its ``route``."""
    try:
        given = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        given = None
    steps = _steps(given)
    if steps is None:
        detail = "в файле нет списка шагов: нужен JSON с полем steps или маршрут службы целиком"
        return [], (Fault("steps_not_found", detail, file=name),)
    return [
        Line(i, str(s.get("offering") or s.get("activity") or s.get("title") or ""),
             day_of(s.get("start")))
        for i, s in enumerate(steps, start=1)
    ], ()  # fmt: skip


def _steps(given: Any) -> list[dict[str, Any]] | None:
    inner = given
    if isinstance(inner, dict) and isinstance(inner.get("route"), dict):
        inner = inner["route"]
    if isinstance(inner, dict):
        inner = inner.get("steps")
    if not isinstance(inner, list) or not all(isinstance(s, dict) for s in inner):
        return None
    return inner
