"""Sheets of raw cells → typed records of one table, each with its place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.interchange.columns import Column, Table
from engine.interchange.faults import FaultLog, Place
from engine.interchange.headers import find_header, match_column, nearest_column, normalise
from engine.interchange.mapping import ScoreColumn, TableMapping
from engine.interchange.missing import advice_on, report_missing, report_wide_scores, score_columns
from engine.interchange.schema import TABLES
from engine.interchange.sheets import Sheet
from engine.interchange.values import Cell, CellError, parse_cell

SkippedRows = Mapping[tuple[str | None, int | None], Collection[str | None]]
"""(file, row) → columns at fault, all as faults name them; of rows to leave out."""

NONE_SKIPPED: SkippedRows = {}


@dataclass(slots=True)
class Record:
    """One row of a table, typed.

    Parameters
    ----------
    values
        By canonical column; an absent or empty cell is ``None``.
    headers
        Canonical column → header as it stands in the file.
    raw
        Cells as they stand in the file, by canonical column.
    """

    table: Table
    place: Place
    values: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, Cell] = field(default_factory=dict)

    def __getitem__(self, column: str) -> Any:
        return self.values.get(column)

    def at(self, column: str) -> Place:
        """Place of one cell, named as the file names its column."""
        return self.place.at(self.headers.get(column, column))


@dataclass(slots=True)
class Records:
    """Records of one table.

    Parameters
    ----------
    read
        Rows read, faulty ones included.
    broken_ids
        Ids of rows left out for a fault: who refers to them is not at fault.
    headless
        The header could not be used, so nothing is known of the rows.
    skipped_people
        Educators named in rows that were skipped on demand.
    """

    table: Table
    rows: list[Record] = field(default_factory=list)
    read: int = 0
    broken_ids: set[str] = field(default_factory=set)
    headless: bool = False
    skipped_people: set[str] = field(default_factory=set)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.rows)


_ROW_NUMBERS = frozenset({"", "п п", "пп", "n", "n п п"})
"""Headers of a column that only numbers the rows («№», «№ п/п»): nothing to take or to say."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which cell of a row goes into which column."""

    columns: Mapping[int, Column]
    scores: Mapping[int, ScoreColumn]
    headers: Mapping[str, str]


def read_records(
    sheet: Sheet,
    table: Table,
    mapping: TableMapping,
    log: FaultLog,
    skip: SkippedRows = NONE_SKIPPED,
) -> Records:
    """Read the rows of a sheet as records of ``table``.

    Parameters
    ----------
    skip
        Rows that are left out with no word said.

    Notes
    -----
    A row with any faulty cell gives no record, yet all its faults are logged.
    """
    records = Records(table)
    if not sheet.rows:
        log.error("file_empty", "файл пуст: нужна строка заголовков", Place(sheet.file))
        return records
    index = find_header(sheet.head, mapping.headers, table).index
    layout = _layout(sheet, index, table, mapping, log)
    if layout is None:
        records.headless = True
        return records
    for number, cells in sheet.rows[index + 1 :]:
        records.read += 1
        place = Place(sheet.file, number)
        columns = skip.get((place.file, place.row), ())
        for raw, headers in _expanded(cells, layout):
            skipped = _is_skipped(columns, headers, layout)
            said = FaultLog() if skipped else log
            record, good = _record(raw, table, mapping, place, headers, said)
            if skipped:
                _note_skipped(record, records)
            elif good:
                records.rows.append(record)
            elif record["id"] is not None:
                records.broken_ids.add(record["id"])
    return records


def _is_skipped(
    columns: Collection[str | None], headers: Mapping[str, str], layout: _Layout
) -> bool:
    """Whether one record of a row is left out; a fault of one wide score costs that score."""
    scores = {score.column for score in layout.scores.values()}
    own = headers["score"] if scores else None
    return any(column not in scores or column == own for column in columns)


def _note_skipped(record: Record, records: Records) -> None:
    for column, known in (("id", records.broken_ids), ("educator_id", records.skipped_people)):
        if record[column] is not None:
            known.add(record[column])


# --------------------------------------------------------------------------- the header


def _layout(
    sheet: Sheet, index: int, table: Table, mapping: TableMapping, log: FaultLog
) -> _Layout | None:
    number, header = sheet.rows[index]
    columns: dict[int, Column] = {}
    scores: dict[int, ScoreColumn] = {}
    headers: dict[str, str] = {}
    unknown: list[str] = []
    wide = {normalise(s.column): s for s in mapping.scores}
    failed = False
    for position, cell in enumerate(header):
        text = str(cell).strip() if cell is not None else ""
        if not text or normalise(text) in _ROW_NUMBERS:
            continue
        if normalise(text) in wide:
            scores[position] = wide[normalise(text)]
            continue
        column = _mapped_column(text, table, mapping) or match_column(text, table)
        if column is None:
            unknown.append(text)
        elif column.name in headers:
            failed = True
            log.error(
                "column_twice",
                f"столбцы «{headers[column.name]}» и «{text}» оба читаются "
                f"как «{column.header}»: переименуйте один или задайте соответствие",
                Place(sheet.file, number, text),
            )
        else:
            columns[position] = column
            headers[column.name] = text
    given = set(headers) | set(mapping.constants)
    if scores:
        given |= {"node", "score", "max_score"}
    missing = [c for c in table.required if c.name not in given]
    place = Place(sheet.file, number)
    wide_scores = score_columns(unknown, missing, headers, table)
    if wide_scores:
        report_wide_scores(wide_scores, place, log)
    else:
        _report_unknown(unknown, table, place, log)
    report_missing(missing, unknown, wide_scores, table, place, log)
    _report_unused(mapping, header, place, log)
    return None if missing or failed else _Layout(columns, scores, headers)


def _mapped_column(header: str, table: Table, mapping: TableMapping) -> Column | None:
    name = mapping.columns.get(normalise(header))
    return next((c for c in table.columns if c.name == name), None)


def _report_unknown(unknown: Sequence[str], table: Table, place: Place, log: FaultLog) -> None:
    for text in unknown:
        if table.name != "labels" and _names_people(text):
            log.warning(
                "personal_data_misplaced",
                f"столбец «{text}» с именами не берётся: имена "
                "держите в отдельной таблице labels (шифр → имя)",
                place.at(text),
            )
            continue
        advice = advice_on(text, table)
        if advice:
            log.warning(
                "column_not_taken", f"столбец «{text}» не берётся: {advice}", place.at(text)
            )
            continue
        close = nearest_column(text, table)
        hint = f"похоже на «{close.header}» ({close.name}); " if close else ""
        log.warning(
            "unknown_column",
            f"столбец «{text}» не опознан и не берётся: {hint}если он нужен, задайте соответствие",
            place.at(text),
            nearest=close.name if close else None,
        )


def _names_people(header: str) -> bool:
    column = TABLES["labels"].column("display_name")
    # «Название» and «Педагог» have honest meanings elsewhere; only names of people count here.
    return normalise(header) in {normalise(s) for s in column.synonyms} - {"name", "педагог"} | {
        normalise(column.name)
    }


def _report_unused(
    mapping: TableMapping, header: Sequence[Cell], place: Place, log: FaultLog
) -> None:
    there = {normalise(str(c)) for c in header if c is not None}
    for theirs in mapping.headers:
        if theirs not in there:
            log.warning(
                "mapping_unused",
                f"в файле соответствий есть столбец «{theirs}», а в таблице его нет",
                place,
            )


# --------------------------------------------------------------------------- the rows


def _expanded(
    cells: Sequence[Cell], layout: _Layout
) -> Iterator[tuple[dict[str, Cell], Mapping[str, str]]]:
    """Yield the row's cells by column; a wide row once per score column."""
    raw = {c.name: cells[i] for i, c in layout.columns.items() if i < len(cells)}
    if not layout.scores:
        yield raw, layout.headers
        return
    for position, score in layout.scores.items():
        cell = cells[position] if position < len(cells) else None
        extra = {"node": score.node, "score": cell, "max_score": score.max_score}
        if score.n_tasks:
            extra["n_tasks"] = score.n_tasks
        yield {**raw, **extra}, {**layout.headers, "score": score.column}


def _record(
    raw: Mapping[str, Cell],
    table: Table,
    mapping: TableMapping,
    place: Place,
    headers: Mapping[str, str],
    log: FaultLog,
) -> tuple[Record, bool]:
    """Return the row's record and whether all of its cells are good."""
    record = Record(table, place, {}, headers, raw)
    failed = False
    for column in table.columns:
        cell = _mapped_cell(raw.get(column.name), column, mapping)
        if cell is None and not column.required:
            continue
        try:
            value = parse_cell(column, cell)
        except CellError as error:
            failed = True
            log.error(error.code, error.detail, record.at(column.name), **error.parameters)
            continue
        if value is None and column.required:
            failed = True
            log.error(
                "cell_empty",
                f"пусто в обязательном столбце «{column.header}»: впишите значение",
                record.at(column.name),
            )
        record.values[column.name] = value
    return record, not failed


def _mapped_cell(cell: Cell, column: Column, mapping: TableMapping) -> Cell:
    empty = cell is None or (isinstance(cell, str) and not cell.strip())
    if empty and column.name in mapping.constants:
        return mapping.constants[column.name]
    values = mapping.values.get(column.name)
    if values and isinstance(cell, str):
        return values.get(normalise(cell), cell)
    return cell
