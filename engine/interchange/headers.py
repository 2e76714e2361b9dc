"""Matching drifted names: headers to columns, files and sheets to tables."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.interchange.columns import Column, Table

_BRACKETS = re.compile(r"[(\[].*?[)\]]")
_NOT_WORD = re.compile(r"[\W_]+")


def normalise(text: str) -> str:
    """Fold case, ё, punctuation and spaces: «  Кол-во_часов » → «кол во часов»."""
    return _NOT_WORD.sub(" ", text.casefold().replace("ё", "е")).strip()


@lru_cache(maxsize=4_096)
def _own(name: str) -> str:
    """``normalise`` of a name of ours: every header is compared with all of them."""
    return normalise(name)


def nearest(text: str, candidates: Iterable[str], n: int = 3, cutoff: float = 0.6) -> list[str]:
    """Candidates that look most like ``text`` after normalisation, best first.

    Equal likeness is ordered by the order of ``candidates``.
    """
    by_folded: dict[str, str] = {}
    for candidate in candidates:
        by_folded.setdefault(normalise(candidate), candidate)
    close = difflib.get_close_matches(normalise(text), list(by_folded), n=n, cutoff=cutoff)
    return [by_folded[c] for c in close]


def spellings(column: Column) -> list[str]:
    """Every folded spelling of a column's name that is understood."""
    return [_own(s) for s in (column.name, column.header, *column.synonyms)]


def bare(header: str) -> str:
    """Header without what stands in brackets: «Темп (мин)» → «Темп»."""
    return " ".join(_BRACKETS.sub(" ", header).split())


def match_column(header: str, table: Table) -> Column | None:
    """Column that a header names, trying it whole and then without its brackets.

    Name and Russian header win over synonyms of other columns.
    """
    for text in (header, bare(header)):
        folded = normalise(text)
        if not folded:
            continue
        for column in table.columns:
            if folded in (_own(column.name), _own(column.header)):
                return column
        for column in table.columns:
            if folded in spellings(column):
                return column
    return None


def nearest_column(header: str, table: Table) -> Column | None:
    """Column whose spelling is most like the header, for advice only; never taken silently."""
    by_spelling = {s: c for c in reversed(table.columns) for s in spellings(c)}
    found = nearest(header, by_spelling, n=1)
    return by_spelling[found[0]] if found else None


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """Where the header stands and how many of its cells were understood."""

    index: int
    matched: int


def find_header(rows: Sequence[Sequence[object]], known: Iterable[str], table: Table) -> HeaderRow:
    """Find the header among the first rows: the one with most cells understood.

    Forms often start with a title; ``known`` holds further headers (of a mapping file). With no
    cell understood at all the first non-empty row is the header.
    """
    extra = {normalise(k) for k in known}

    def understood(row: Sequence[object]) -> int:
        cells = [c for c in row if isinstance(c, str)]
        return sum(match_column(c, table) is not None or normalise(c) in extra for c in cells)

    counts = [understood(row) for row in rows[:10]]
    best = max(counts, default=0)
    if best > 0:
        return HeaderRow(counts.index(best), best)
    filled = (i for i, row in enumerate(rows) if any(c not in (None, "") for c in row))
    return HeaderRow(next(filled, 0), 0)


def match_table(name: str, tables: Iterable[Table]) -> Table | None:
    """Table that a file or sheet name speaks of: equal to a known name, or holding it as words."""
    tables = list(tables)
    folded = normalise(name)
    for table in tables:
        if folded in _file_words(table):
            return table
    # The longest word wins: «время наставников» is the slots, not the mentors.
    found = [
        (len(word), table)
        for table in tables
        for word in _file_words(table)
        if f" {word} " in f" {folded} "
    ]
    return max(found, key=lambda f: f[0])[1] if found else None


def fitting(rows: Sequence[Sequence[object]], table: Table) -> tuple[bool, int]:
    """Whether all required columns stand in the header, and how many columns are understood."""
    index = find_header(rows, (), table).index
    header = rows[index] if index < len(rows) else ()
    matched = {m.name for c in header if isinstance(c, str) and (m := match_column(c, table))}
    return all(c.name in matched for c in table.required), len(matched)


def match_table_by_header(
    rows: Sequence[Sequence[object]], tables: Iterable[Table]
) -> Table | None:
    """Table whose required columns all stand in the header; most columns win, none on a tie.

    Tables that are known by their names alone are not among them.
    """
    scored = []
    for table in tables:
        if table.by_name:
            continue
        whole, understood = fitting(rows, table)
        if whole and understood:
            scored.append((understood, table))
    if not scored:
        return None
    best = max(score for score, _ in scored)
    winners = [table for score, table in scored if score == best]
    return winners[0] if len(winners) == 1 else None


def _file_words(table: Table) -> set[str]:
    return {normalise(w) for w in (table.name, table.title, *table.file_words)}
