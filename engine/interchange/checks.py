"""Checks that every table goes through: keys, references, framework nodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from engine.interchange.columns import NODE, ColumnType
from engine.interchange.faults import FaultLog
from engine.interchange.headers import nearest, normalise
from engine.interchange.records import Record, Records
from engine.interchange.schema import TABLES

SOFT_REFERENCES = frozenset({("history", "activity_id")})
"""References that may point outside the package: what was completed may be out of the catalogue."""

SUGGESTIONS_MOST = 20
"""Faults of one column that get the likely ids named."""


class Nodes:
    """Known framework nodes, by code and, where titles are given, by title.

    Parameters
    ----------
    known
        Codes, or code → title.
    """

    def __init__(self, known: Collection[str] | Mapping[str, str]) -> None:
        self._codes = frozenset(known)
        self._titles = dict(known) if isinstance(known, Mapping) else {}
        self._by_title = {normalise(t): c for c, t in reversed(self._titles.items())}

    def code(self, text: str) -> str | None:
        """Code of a node given by code or title; ``None`` if unknown."""
        if text in self._codes:
            return text
        return self._by_title.get(normalise(text))

    def suggestions(self, text: str) -> list[str]:
        """Return the codes (with titles) that look most like the text."""
        by_code = nearest(text, sorted(self._codes), cutoff=0.5)
        by_title = nearest(text, self._titles.values(), cutoff=0.5)
        codes = by_code + [self._by_title[normalise(t)] for t in by_title]
        return list(dict.fromkeys(codes))[:3]

    def named(self, code: str) -> str:
        """Code with its title, for a person to read."""
        title = self._titles.get(code)
        return f"{code} — {title}" if title else code


def check_duplicates(records: Records, log: FaultLog) -> None:
    """Drop rows that repeat another one (a warning); refuse two rows of one key that differ."""
    key = records.table.key
    if not key:
        return
    seen: dict[tuple[object, ...], Record] = {}
    kept = []
    for record in records:
        name = tuple(record[c] for c in key)
        first = seen.setdefault(name, record)
        if first is record:
            kept.append(record)
        elif first.values == record.values:
            log.warning(
                "duplicate_row",
                f"строка повторяет строку {first.place.row} и взята один раз",
                record.place,
                first_row=first.place.row,
            )
        else:
            shown = ", ".join(str(n) for n in name if n is not None)
            log.error(
                "duplicate_id",
                f"«{shown}» уже есть в строке {first.place.row} "
                f"({first.place.file}) с другим содержанием: дайте другой код или уберите "
                "лишнюю строку",
                record.at(key[0]),
                first_row=first.place.row,
            )
    records.rows = kept


def check_references(tables: Mapping[str, Records], log: FaultLog) -> None:
    """Every id that names a row of another table of the package must be there.

    A table that the package does not hold, or whose header is at fault, is not checked against;
    a row that has faults of its own counts as there.
    """
    known = {
        name: [str(r["id"]) for r in t] + sorted(t.broken_ids)
        for name, t in tables.items()
        if _has_id(t) and not t.headless
    }
    for records in tables.values():
        for column in records.table.columns:
            target = column.references
            if target in ("", NODE) or target not in known:
                continue
            _check_column(records, column.name, target, known[target], log)


def _has_id(records: Records) -> bool:
    return any(c.name == "id" for c in records.table.columns)


def _check_column(
    records: Records, column: str, target: str, known: list[str], log: FaultLog
) -> None:
    ids = frozenset(known)
    soft = (records.table.name, column) in SOFT_REFERENCES
    code = f"unknown_{_SINGULAR[target]}"
    found = 0
    for record in records:
        value = record[column]
        if value is None or value in ids:
            continue
        # Likeness over tens of thousands of ids is slow, and only the first faults are shown.
        close = nearest(value, known) if found < SUGGESTIONS_MOST else []
        found += 1
        hint = f"; похоже на {', '.join(f'«{c}»' for c in close)}" if close else ""
        add = log.warning if soft else log.error
        add(
            code,
            f"«{value}» нет в таблице {target} («{TABLES[target].title}»){hint}: исправьте "
            "код или добавьте строку",
            record.at(column),
            value=value,
            nearest=close,
        )


_SINGULAR = {
    "activities": "activity",
    "offerings": "offering",
    "organisations": "organisation",
    "educators": "educator",
    "mentors": "mentor",
}


def check_nodes(tables: Iterable[Records], nodes: Nodes, log: FaultLog) -> None:
    """Replace titles of framework nodes by codes; an unknown node is an error."""
    for records in tables:
        for column in records.table.columns:
            if column.references != NODE:
                continue
            for record in records:
                value = record[column.name]
                if column.type is ColumnType.LIST:
                    found = (_node(v, column.name, record, nodes, log) for v in value or ())
                    record.values[column.name] = tuple(f for f in found if f)
                elif value is not None:
                    record.values[column.name] = _node(value, column.name, record, nodes, log)


def _node(value: str, column: str, record: Record, nodes: Nodes, log: FaultLog) -> str | None:
    code = nodes.code(value)
    if code is None:
        close = nodes.suggestions(value)
        hint = (
            f"похоже на: {'; '.join(nodes.named(c) for c in close)}"
            if close
            else ("впишите код из рамки компетенций")
        )
        log.error(
            "unknown_node",
            f"компетенции «{value}» нет в рамке: {hint}",
            record.at(column),
            value=value,
            nearest=close,
        )
    return code
