"""Rows of one key: equal ones count once, differing ones are refused with both their contents."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from engine.interchange.columns import Column
from engine.interchange.faults import FaultLog
from engine.interchange.records import Record, Records


def check_duplicates(records: Records, log: FaultLog) -> None:
    """Drop rows that repeat another one (a warning); refuse two rows of one key that differ.

    An error about differing rows names all rows of the key in ``parameters["rows"]``, as
    (file, row, column): which of them is right, the table does not say.
    """
    key = records.table.key
    if not key:
        return
    same: defaultdict[tuple[object, ...], list[Record]] = defaultdict(list)
    for record in records:
        same[tuple(record[c] for c in key)].append(record)
    for record in records:
        rows = same[tuple(record[c] for c in key)]
        if record is not rows[0]:
            _report(record, rows, log)
    records.rows = [rows[0] for rows in same.values()]


def _report(record: Record, rows: list[Record], log: FaultLog) -> None:
    first = rows[0]
    differing = [c for c in record.table.columns if record[c.name] != first[c.name]]
    if not differing:
        log.warning(
            "duplicate_row",
            f"строка повторяет строку {first.place.row} и взята один раз",
            record.place,
            first_row=first.place.row,
        )
        return
    if record.table.key == ("id",):
        log.error(
            "duplicate_id",
            f"«{record['id']}» уже есть в {_where(first, record)} с другим содержанием: дайте "
            "другой код или уберите лишнюю строку",
            record.at("id"),
            first_row=first.place.row,
            rows=all_places(rows, "id"),
        )
        return
    code, said, column = _contradiction(record, first, differing)
    log.error(
        code,
        f"{_named(record)}: {said}",
        record.at(column),
        first_row=first.place.row,
        rows=all_places(rows, column),
    )


def all_places(rows: list[Record], column: str) -> list[tuple[str | None, int | None, str | None]]:
    """File, row and header of one column in each of the rows that contradict one another."""
    places = (row.at(column) for row in rows)
    return [(place.file, place.row, place.column) for place in places]


def _contradiction(record: Record, first: Record, differing: list[Column]) -> tuple[str, str, str]:
    """Code, what is wrong with the remedy, and the column to blame."""
    where = _where(first, record)
    names = [c.name for c in differing]
    if "max_score" in names:
        said = (
            f"максимум здесь {_shown(record, 'max_score')}, а в {where} — "
            f"{_shown(first, 'max_score')} (баллы {_shown(record, 'score')} и "
            f"{_shown(first, 'score')}): у одной оценки один максимум, оставьте верную строку; "
            "если это разные работы, дайте им разные процедуры"
        )
        return "contradictory_maximum", said, "max_score"
    if "score" in names:
        said = (
            f"балл здесь {_shown(record, 'score')}, а в {where} — {_shown(first, 'score')}: "
            "оставьте верную строку; если оценки дали разные люди, укажите наблюдателя"
        )
        return "duplicate_contradiction", said, "score"
    column = differing[0]
    said = (
        f"«{column.header}» здесь — {_shown(record, column.name)}, а в {where} — "
        f"{_shown(first, column.name)}: оставьте верную строку"
    )
    return "duplicate_contradiction", said, column.name


def _where(first: Record, record: Record) -> str:
    file = "" if first.place.file == record.place.file else f" ({first.place.file})"
    return f"строке {first.place.row}{file}"


def _named(record: Record) -> str:
    """Key of a row in the words of the file's reader."""
    cells = (_shown(record, name) for name in record.table.key if record[name] is not None)
    return f"«{', '.join(cells)}»"


def _shown(record: Record, name: str) -> str:
    value = record[name]
    words = record.table.column(name).words or {}
    if value in words:
        return words[value][0]
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, tuple):
        return "; ".join(str(v) for v in value)
    return "пусто" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
