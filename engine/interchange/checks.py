"""Checks that every table goes through: references, framework nodes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

from engine.interchange.columns import NODE, ColumnType
from engine.interchange.faults import FaultLog
from engine.interchange.headers import nearest, normalise
from engine.interchange.look_alikes import cyrillic_in, in_latin
from engine.interchange.records import Record, Records
from engine.interchange.schema import TABLES
from engine.matching.text import stem, stems_by_segment

SOFT_REFERENCES = frozenset(
    (table, "activity_id") for table in ("history", "interactions", "corrections")
)
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
        self._codes = {normalise(c): c for c in sorted(known)}
        self._titles = dict(known) if isinstance(known, Mapping) else {}
        self._by_title = {normalise(t): c for c, t in reversed(self._titles.items())}
        self._by_topic: dict[frozenset[str], list[str]] = defaultdict(list)
        for code, title in self._titles.items():
            self._by_topic[_topic(title)].append(code)

    def code(self, text: str) -> str | None:
        """Code of a node given by code, title or both («MET — Методические компетенции»).

        ``None`` if unknown.
        """
        folded = normalise(text)
        code = self._codes.get(folded) or self._by_title.get(folded)
        if code is None:
            head, _, tail = text.partition(" ")
            code = self._codes.get(normalise(head))
            if code is not None and normalise(self._titles.get(code, "")) != normalise(tail):
                code = None
        return code

    def likely(self, text: str) -> str | None:
        """Code of the only node whose title has the same topic words: «Методический блок» → MET.

        ``None`` if there is none or more than one.
        """
        topic = _topic(text)
        codes = self._by_topic.get(topic, []) if topic else []
        return codes[0] if len(codes) == 1 else None

    def look_alike(self, text: str) -> str | None:
        """Code that was typed with Cyrillic letters in the place of Latin ones, if it is one."""
        return self._codes.get(normalise(in_latin(text))) if cyrillic_in(text) else None

    def suggestions(self, text: str) -> list[str]:
        """Return the codes (with titles) that look most like the text."""
        by_code = nearest(text, sorted(self._codes.values()), cutoff=0.5)
        by_title = nearest(text, self._titles.values(), cutoff=0.5)
        codes = by_code + [self._by_title[normalise(t)] for t in by_title]
        return list(dict.fromkeys(codes))[:3]

    def named(self, code: str) -> str:
        """Code with its title, for a person to read."""
        title = self._titles.get(code)
        return f"{code} — {title}" if title else code


_FRAME_WORDS = frozenset(
    stem(w) for w in ("блок", "раздел", "модуль", "часть", "компетенции", "компетентность",
                      "дефициты", "направление", "область")
)  # fmt: skip
"""Words that say what kind of thing a block is and nothing of its topic."""


def _topic(text: str) -> frozenset[str]:
    """Stems of the words that tell one block from another; numbers are left aside."""
    stems = (s for segment in stems_by_segment(text) for s in segment)
    return frozenset(s for s in stems if s not in _FRAME_WORDS and not s.isdigit())


def check_references(
    tables: Mapping[str, Records],
    log: FaultLog,
    elsewhere: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> None:
    """Every id that names a row of another table of the package, or of elsewhere, must be there.

    A table that the package does not hold, or whose header is at fault, is not checked against;
    a row that has faults of its own counts as there.
    """
    known = {
        name: [str(r["id"]) for r in t] + sorted(t.broken_ids)
        for name, t in tables.items()
        if _has_id(t) and not t.headless
    }
    for name, ids in elsewhere.items():
        if name not in tables or name in known:
            known[name] = [*known.get(name, ()), *ids]
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
    for record, value in _named(records, column):
        if value in ids:
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


def _named(records: Records, column: str) -> Iterator[tuple[Record, str]]:
    """Every id that a column names, with its record; a list names several."""
    for record in records:
        value = record[column]
        if value is not None:
            yield from ((record, one) for one in (value if isinstance(value, tuple) else (value,)))


_SINGULAR = {
    "activities": "activity",
    "offerings": "offering",
    "organisations": "organisation",
    "educators": "educator",
    "mentors": "mentor",
}


def check_nodes(tables: Iterable[Records], nodes: Nodes, log: FaultLog) -> None:
    """Replace titles of framework nodes by codes; an unknown node is an error.

    An unknown node stays in its record as written, so that later checks tell the rows apart.
    """
    for records in tables:
        for column in records.table.columns:
            if column.references != NODE:
                continue
            assumed: dict[tuple[str, str], list[Record]] = defaultdict(list)
            for record in records:
                value = record[column.name]
                if column.type is ColumnType.LIST:
                    found = [
                        _node(v, column.name, record, nodes, assumed, log) for v in value or ()
                    ]
                    record.values[column.name] = tuple(found)
                elif value is not None:
                    code = _node(value, column.name, record, nodes, assumed, log)
                    record.values[column.name] = code
            _report_assumed(assumed, column.name, nodes, log)


def _node(
    value: str,
    column: str,
    record: Record,
    nodes: Nodes,
    assumed: dict[tuple[str, str], list[Record]],
    log: FaultLog,
) -> str:
    code = nodes.code(value)
    if code is not None:
        return code
    code = nodes.likely(value)
    if code is not None:
        assumed[value, code].append(record)
        return code
    code = nodes.look_alike(value)
    if code is not None:
        letters = ", ".join(cyrillic_in(value))
        log.error(
            "unknown_node",
            f"компетенции «{value}» нет в рамке: в коде русские буквы ({letters}), похожие на "
            f"латинские: наберите {code} латиницей",
            record.at(column),
            value=value,
            nearest=[code],
        )
        return value
    close = nodes.suggestions(value)
    hint = f"похоже на: {'; '.join(nodes.named(c) for c in close)}; " if close else ""
    example = close[0] if close else "код"
    table = record.table.name
    log.error(
        "unknown_node",
        f"компетенции «{value}» нет в рамке: {hint}впишите код или название с листа «Компетенции» "
        f"пустой формы (routes template) либо строку в файл соответствий (--mapping): "
        f"{table}.values.{column}.{json.dumps(value, ensure_ascii=False)} = "
        f'"{example}"',
        record.at(column),
        value=value,
        nearest=close,
    )
    return value


def _report_assumed(
    assumed: Mapping[tuple[str, str], list[Record]], column: str, nodes: Nodes, log: FaultLog
) -> None:
    for (value, code), records in assumed.items():
        log.note(
            "node_assumed",
            f"«{value}» взято как {nodes.named(code)}, строк: {len(records)}; если это не так, "
            "впишите код",
            records[0].at(column),
            value=value,
            node=code,
            count=len(records),
        )
