"""What the page of imports shows: blank forms, faults with their places, what was taken."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.register_kinds import RegisterName
from engine.wording import sentence

Record = Mapping[str, Any]

FORMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("people", ("educators", "labels", "organisations")),
    ("assessment", ("diagnostics", "responses", "items")),
    ("mentoring", ("mentors", "mentor_slots")),
    (
        "catalogue",
        ("activities", "offerings", "meetings", "prerequisites", "coverage", "corrections"),
    ),
    ("registers", tuple(name.value for name in RegisterName)),
)
"""Blank forms in groups, in the order in which they are mostly filled in."""

KINDS = tuple(kind for _, kinds in FORMS for kind in kinds)
FAULTS_SHOWN = 100

_SHEET = re.compile(r", лист «(.*)»$")
_TAKEN = re.compile(r"([a-z_]+):(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Line:
    """One fault or remark.

    Parameters
    ----------
    sheet
        Name of the sheet; empty = the only one, or without ``row`` the book as a whole.
    row
        As in the spreadsheet, from 1; ``None`` = the sheet as a whole.
    column
        Header of the column; empty = the whole row.
    """

    sheet: str
    row: int | None
    column: str
    text: str


def lines_of(entries: Sequence[Record]) -> list[Line]:
    """Faults or remarks in the order of the book; those of the whole book first."""
    lines = [
        Line(
            sheet=_sheet(entry.get("file") or ""),
            row=entry.get("row"),
            column=str(entry.get("column") or ""),
            text=sentence(str(entry["detail"])),
        )
        for entry in entries
    ]
    return sorted(lines, key=lambda line: (line.sheet, line.row or 0))


def taken_text(tables: Sequence[Record]) -> str:
    """Which tables were taken and how many rows of each, for an address."""
    return ",".join(f"{t['table']}:{t['taken']}" for t in tables if t["taken"])


def taken_of(text: str) -> list[tuple[str, int]]:
    """Tables and rows out of an address; what is none of ours is left out."""
    found = (_TAKEN.fullmatch(part) for part in text.split(","))
    return [(m[1], int(m[2])) for m in found if m is not None and m[1] in KINDS]


def _sheet(file: str) -> str:
    """Name of the sheet out of a label; empty where the book has but one sheet of data."""
    found = _SHEET.search(file)
    return found[1] if found is not None else ""
