"""The mapping file: whose column is which of ours, whose value is which, what is constant.

TOML::

    [files]
    "Итоги_2026.xlsx#Лист1" = "diagnostics"

    [diagnostics.columns]
    "Участник" = "educator_id"

    [diagnostics.values.method]
    "Комп. тестирование" = "тест"

    [diagnostics.constants]
    date = "20.05.2026"
    max_score = "25"

    [[diagnostics.scores]]            # one row holds several blocks: a column per block
    column = "Блок 1"
    node = "МЕТ"
    max_score = 25
    n_tasks = 6

or CSV with the columns ``table, source, column, from_value, to_value``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.interchange.columns import Table
from engine.interchange.faults import FaultLog, Place
from engine.interchange.headers import nearest, normalise
from engine.interchange.names import file_name
from engine.interchange.schema import TABLES
from engine.interchange.texts import read_csv


@dataclass(frozen=True, slots=True)
class ScoreColumn:
    """A column that holds the score of one node (wide diagnostics)."""

    column: str
    node: str
    max_score: str
    n_tasks: str = ""


@dataclass(frozen=True, slots=True)
class TableMapping:
    """How one table's files differ from ours; headers and values are folded.

    Parameters
    ----------
    columns
        Their header → our column.
    values
        Our column → (their value → ours).
    constants
        Our column → the cell of every row whose own cell is empty.
    scores
        Columns of wide diagnostics.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    scores: tuple[ScoreColumn, ...] = ()

    @property
    def headers(self) -> tuple[str, ...]:
        """Their headers that the mapping speaks of, folded."""
        return (*self.columns, *(normalise(s.column) for s in self.scores))


@dataclass(frozen=True, slots=True)
class Mapped:
    """A whole mapping file: by table, and ``file`` or ``file#sheet`` → table."""

    tables: Mapping[str, TableMapping] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def of(self, table: Table) -> TableMapping:
        """Mapping of one table, empty if the file says nothing of it."""
        return self.tables.get(table.name, TableMapping())


def read_mapping(path: Path, log: FaultLog) -> Mapped:
    """Read a mapping file; every unknown table or column is an error."""
    place = Place(file_name(path))
    try:
        content = path.read_bytes()
    except OSError as error:
        log.error("mapping_unreadable", f"файл соответствий не читается ({error.strerror})", place)
        return Mapped()
    if path.suffix.lower() == ".csv":
        raw = _from_csv(content, path, log)
    else:
        try:
            raw = tomllib.loads(content.decode("utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            log.error("mapping_unreadable", f"файл соответствий не разбирается: {error}", place)
            return Mapped()
    return _checked(raw, place, log)


def _from_csv(content: bytes, path: Path, log: FaultLog) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    sheet = read_csv(content, path.stem, file_name(path), log)
    if sheet is None or not sheet.rows:
        return raw
    header = [normalise(str(c)).replace(" ", "_") for c in sheet.rows[0][1]]
    for number, cells in sheet.rows[1:]:
        row = dict(zip(header, (str(c or "").strip() for c in cells), strict=False))
        table, source, column = (row.get(k, "") for k in ("table", "source", "column"))
        value = row.get("from_value", "")
        if not table or not column or not (source or value):
            log.error(
                "mapping_unreadable",
                "в строке нужны table, column и source (или from_value и to_value)",
                Place(file_name(path), number),
            )
        elif value:
            values = raw.setdefault(table, {}).setdefault("values", {})
            values.setdefault(column, {})[value] = row.get("to_value", "")
        else:
            raw.setdefault(table, {}).setdefault("columns", {})[source] = column
    return raw


def _checked(raw: Mapping[str, Any], place: Place, log: FaultLog) -> Mapped:
    files = raw.get("files", {})
    if not isinstance(files, dict):
        log.error("mapping_unreadable", "[files] — таблица «файл = таблица»", place)
        files = {}
    known_files = {}
    for file, name in files.items():
        if _known_table(name, place, log):
            known_files[str(file)] = str(name)
    tables = {}
    for name, part in raw.items():
        if name == "files" or not _known_table(name, place, log):
            continue
        if not isinstance(part, dict):
            log.error("mapping_unreadable", f"«{name}» должно быть таблицей TOML", place)
            continue
        tables[name] = _table_mapping(TABLES[name], part, place, log)
    return Mapped(tables, known_files)


def _known_table(name: object, place: Place, log: FaultLog) -> bool:
    if name in TABLES:
        return True
    close = nearest(str(name), TABLES)
    hint = f"похоже на «{close[0]}»" if close else f"есть: {', '.join(TABLES)}"
    log.error("mapping_unknown_table", f"таблицы «{name}» нет: {hint}", place)
    return False


def _table_mapping(
    table: Table, part: Mapping[str, Any], place: Place, log: FaultLog
) -> TableMapping:
    for key in part.keys() - {"columns", "values", "constants", "scores"}:
        log.error(
            "mapping_unreadable",
            f"«{table.name}.{key}» неизвестно: есть columns, values, constants, scores",
            place,
        )
    columns = _section(table, part, "columns", place, log)
    values = _section(table, part, "values", place, log)
    constants = _section(table, part, "constants", place, log)
    ours = [*columns.values(), *values, *constants]
    known = {c.name for c in table.columns}
    for name in dict.fromkeys(str(o) for o in ours):
        if name not in known:
            close = nearest(name, known)
            hint = f"похоже на «{close[0]}»" if close else f"есть: {', '.join(sorted(known))}"
            log.error(
                "mapping_unknown_column",
                f"в таблице {table.name} нет столбца «{name}»: {hint}",
                place,
                column=name,
            )
    return TableMapping(
        columns={normalise(theirs): str(our) for theirs, our in columns.items()},
        values={
            str(column): {normalise(str(a)): str(b) for a, b in pairs.items()}
            for column, pairs in values.items()
            if isinstance(pairs, dict)
        },
        constants={str(k): str(v) for k, v in constants.items()},
        scores=_scores(table, part.get("scores", []), place, log),
    )


def _section(
    table: Table, part: Mapping[str, Any], key: str, place: Place, log: FaultLog
) -> dict[str, Any]:
    section = part.get(key, {})
    if isinstance(section, dict):
        return section
    log.error("mapping_unreadable", f"«{table.name}.{key}» должно быть таблицей TOML", place)
    return {}


def _scores(table: Table, entries: object, place: Place, log: FaultLog) -> tuple[ScoreColumn, ...]:
    if entries == []:
        return ()
    good = isinstance(entries, list) and all(
        isinstance(e, dict) and {"column", "node", "max_score"} <= e.keys() for e in entries
    )
    if table.name != "diagnostics" or not good:
        log.error(
            "mapping_unreadable",
            "[[diagnostics.scores]] требует column, node и max_score и бывает только у diagnostics",
            place,
        )
        return ()
    assert isinstance(entries, list)
    return tuple(
        ScoreColumn(
            str(e["column"]), str(e["node"]), str(e["max_score"]), str(e.get("n_tasks", ""))
        )
        for e in entries
    )
