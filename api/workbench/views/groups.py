"""What the page of groups shows: which competencies, which groups, and the cells between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.wording import label, word
from engine.wording.summaries import LEVELS

Record = Mapping[str, Any]
Key = tuple[str, str, str]

GROUPINGS = ("district", "school", "subject", "position")
NODE_LEVELS = ("any", "direction", "block", "leaf")
"""A competency counts where it was assessed itself, so only ``any`` finds all that there is."""

FILTERS = ("organisation_id", "district", "position")
COLUMNS_MOST = 8
"""As many competencies fit beside each other."""

GROUPS_MOST = 40
_BOUNDS = (0.1, 0.25, 0.5, 0.7, 0.85)
"""Shares at which the shade of a cell changes, as in the picture."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One group at one competency.

    Parameters
    ----------
    share, low, high
        Expected share of the level with its 90 % bounds, in [0, 1]; ``None`` = not shown.
    shade
        From 0 to 5; ``None`` = not shown.
    why
        Why it is not shown, in words; empty = it is.
    """

    title: str
    share: float | None
    low: float | None
    high: float | None
    shade: int | None
    measured: int
    members: int
    why: str


@dataclass(frozen=True, slots=True)
class Line:
    """One group with its cells, in the order of the columns; ``None`` = nobody was assessed."""

    name: str
    district: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """The part of a table that one page shows.

    Parameters
    ----------
    nodes
        Codes and titles of the columns.
    columns
        Competencies in the whole table.
    further
        Number of the first competency that did not fit; ``None`` = these are the last.
    total, silent
        Groups of which something is shown anywhere in these columns, everybody not counted; and
        how many are left out because nothing is.
    next
        Number of the first group of the next page; ``None`` = this is the last.
    reasons
        Why cells are not shown, each once; empty = all are.
    shown
        Whether any cell is.
    picked
        The rows of the answer that are shown, for the picture.
    """

    nodes: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    columns: int
    further: int | None
    total: int
    silent: int
    next: int | None
    reasons: str
    shown: bool
    picked: tuple[Record, ...]


def body_of(asked: Mapping[str, str]) -> dict[str, Any]:
    """Body of ``POST /deficits/groups``."""
    filters = {name: asked[name] for name in FILTERS if asked.get(name)}
    levels = [] if asked["nodes"] == "any" else [asked["nodes"]]
    return {"by": asked["by"], "node_levels": levels, **filters}


def heat_of(answer: Record, level: str, language: str, *, first: int = 0, skip: int = 0) -> Heat:
    """Part of a table from the answer of ``POST /deficits/groups``.

    Parameters
    ----------
    level
        ``high``, ``medium`` or ``minimal``.
    first
        Number of the first group to show besides everybody.
    skip
        Number of the first competency to show; they go by their share among everybody.
    """
    rows: Sequence[Record] = answer["rows"]
    groups: dict[Key, dict[str, Record]] = {}
    for row in rows:
        groups.setdefault(_key(row), {})[row["node"]] = row
    place = LEVELS.index(level)
    # everybody stands first, and holds every competency of the table
    whole = [key for key in groups if key[0] == "all"]
    columns = _columns(groups[whole[0]] if whole else {}, place)
    nodes = columns[skip : skip + COLUMNS_MOST]
    lines = {key: _line(group, nodes, place, language) for key, group in groups.items()}
    others = [key for key in groups if key[0] != "all"]
    telling = [key for key in others if _tells(lines[key])]
    shown = (*whole, *telling[first : first + GROUPS_MOST])
    cells = [cell for line in lines.values() for cell in line.cells if cell is not None]
    wanted = {node for node, _ in nodes}
    return Heat(
        nodes=tuple(nodes),
        lines=tuple(lines[key] for key in shown),
        columns=len(columns),
        further=skip + COLUMNS_MOST if len(columns) > skip + COLUMNS_MOST else None,
        total=len(telling),
        silent=len(others) - len(telling),
        next=first + GROUPS_MOST if len(telling) > first + GROUPS_MOST else None,
        reasons="; ".join(sorted({cell.why for cell in cells if cell.why})),
        shown=any(_tells(lines[key]) for key in shown),
        picked=tuple(row for row in rows if _key(row) in shown and row["node"] in wanted),
    )


def _tells(line: Line) -> bool:
    """Whether any number of the group is shown."""
    return any(cell is not None and cell.share is not None for cell in line.cells)


def _key(row: Record) -> Key:
    group = row["group"]
    return group["grouping"], group["key"], group["district"]


def _columns(whole: Mapping[str, Record], place: int) -> list[tuple[str, str]]:
    """Competencies by the share among everybody, the largest first, what is not shown last."""

    def rank(row: Record) -> tuple[bool, float]:
        shares = row["shares"]
        return shares is None, -shares[place]["expected"] if shares else 0.0

    ordered = sorted(whole.values(), key=rank)
    return [(row["node"], row["node_title"]) for row in ordered]


def _line(
    of_group: Mapping[str, Record], nodes: Sequence[tuple[str, str]], place: int, language: str
) -> Line:
    group = next(iter(of_group.values()))["group"]
    return Line(
        name=_name(group, language),
        district=group["district"] if group["grouping"] == "school" else "",
        cells=tuple(_cells(of_group, nodes, place, language)),
    )


def _cells(
    of_group: Mapping[str, Record], nodes: Sequence[tuple[str, str]], place: int, language: str
) -> Iterator[Cell | None]:
    for node, title in nodes:
        row = of_group.get(node)
        if row is None:
            yield None
            continue
        share = row["shares"][place] if row["shares"] else None
        low, high = share["interval_90"] if share else (None, None)
        withheld = row["withheld"]
        yield Cell(
            title=title,
            share=share["expected"] if share else None,
            low=low,
            high=high,
            shade=sum(share["expected"] >= bound for bound in _BOUNDS) if share else None,
            measured=row["n_measured"],
            members=row["n_members"],
            why=word(withheld["code"], withheld["parameters"], language) if withheld else "",
        )


def _name(group: Record, language: str) -> str:
    kind = group["grouping"]
    if kind == "all":
        return label("group_kind", "all", language)
    if kind == "position" and group["key"]:
        return label("position", group["key"], language)
    return group["title"] or group["key"] or label("group_absent", kind, language)
