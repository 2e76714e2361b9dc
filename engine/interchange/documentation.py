"""Documentation of the tables, made from the schema for ``data/README.md``.

``python -m engine.interchange.documentation data/README.md`` makes the file's part anew.
"""

from __future__ import annotations

import sys
from pathlib import Path

from engine.interchange.columns import NODE, TYPE_WORDS, Column, Table
from engine.interchange.schema import TABLES

MARK_START = "<!-- tables: generated from engine/interchange/schema.py, do not edit by hand -->"
MARK_END = "<!-- tables: end -->"


def document_tables() -> str:
    """Every table and column in Markdown: name, type, unit, required, example, meaning."""
    return "\n".join(_table(table) for table in TABLES.values())


def refreshed(readme: str) -> str:
    """Text of the README with its generated part made anew.

    Raises
    ------
    ValueError
        If the marks are not there, each once and in order.
    """
    if readme.count(MARK_START) != 1 or readme.count(MARK_END) != 1:
        raise ValueError("the README needs each mark exactly once")
    before, rest = readme.split(MARK_START)
    _, after = rest.split(MARK_END)
    return f"{before}{MARK_START}\n\n{document_tables()}\n{MARK_END}{after}"


def _table(table: Table) -> str:
    key = ", ".join(f"`{k}`" for k in table.key)
    lines = [
        f"### `{table.name}` — {table.title}",
        "",
        table.description,
        "",
        (f"Ключ: {key}." if key else "Строки могут повторяться.")
        + (" Узнаётся только по имени файла или листа." if table.by_name else ""),
        "",
        "| столбец | заголовок | тип | единица | обязателен | пример | смысл |",
        "|---|---|---|---|---|---|---|",
        *(_column(c) for c in table.columns),
        "",
    ]
    lists = [c for c in table.columns if c.words]
    for column in lists:
        values = "; ".join(f"`{v}` {names[0]}" for v, names in (column.words or {}).items())
        lines += [f"Значения `{column.name}`: {values}.", ""]
    return "\n".join(lines)


def _column(column: Column) -> str:
    cells = (
        f"`{column.name}`",
        column.header,
        TYPE_WORDS[column.type],
        column.unit,
        "да" if column.required else "",
        f"`{column.example}`" if column.example else "",
        column.description + _bounds(column) + _reference(column),
    )
    return "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |"


def _bounds(column: Column) -> str:
    low = "больше 0" if column.positive else ""
    if not column.positive and column.least is not None:
        low = f"от {column.least:g}"
    high = f"до {column.most:.12g}" if column.most is not None else ""
    bounds = " ".join(b for b in (low, high) if b)
    return f" Допустимо {bounds}." if bounds else ""


def _reference(column: Column) -> str:
    if column.references == NODE:
        return " Узел рамки компетенций."
    return f" Ссылка на `{column.references}`." if column.references else ""


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(refreshed(path.read_text(encoding="utf-8")), encoding="utf-8")
