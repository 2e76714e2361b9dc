"""Lines of ``routes batch``: NDJSON as it is, or a table with ids of educators."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO

from engine.batch import Line
from engine.errors import Fault, InputError
from engine.interchange import TABLES
from engine.interchange.faults import FaultLog
from engine.interchange.files import read_file
from engine.interchange.headers import match_column
from engine.interchange.sheets import Sheet
from engine.interchange.texts import read_csv

STDIN = "-"
TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")
_STDIN_LABEL = "стандартный ввод"


@dataclass(frozen=True, slots=True)
class Given:
    """Input of a run; ``total`` is ``None`` where nobody can know it beforehand."""

    lines: Iterable[Line]
    total: int | None


@contextmanager
def opened_input(name: str) -> Iterator[Given]:
    """Open the input: ``-``, a table by its ending, else NDJSON.

    Raises
    ------
    InputError
        The table cannot be read, or has no column of educators.
    """
    log = FaultLog()
    if name == STDIN:
        stream = sys.stdin.buffer
        # What a shell pipes in has no ending that would tell.
        if _begins_json(stream):
            yield Given(ndjson(stream), None)
        else:
            sheet = read_csv(stream.read(), _STDIN_LABEL, _STDIN_LABEL, log)
            yield _table([sheet] if sheet else [], log)
        return
    path = Path(name)
    if path.suffix.lower() in TABLE_SUFFIXES:
        if not path.is_file():
            raise FileNotFoundError(2, "нет файла", name)
        yield _table(read_file(path, path.name, log), log)
        return
    with path.open("rb") as stream:
        total = sum(1 for _ in ndjson(stream))
        stream.seek(0)
        yield Given(ndjson(stream), total)


def of_ids(ids: Sequence[str]) -> Given:
    """A line for each id."""
    return Given([by_id(i, n) for n, i in enumerate(ids, start=1)], len(ids))


def by_id(educator_id: str, number: int) -> Line:
    """Line that asks for the route of an educator."""
    return Line(number, json.dumps({"educator": educator_id}, ensure_ascii=False))


def ndjson(stream: IO[bytes]) -> Iterator[Line]:
    """Lines that are not blank; what is no UTF-8 stays to be refused with its line."""
    for number, content in enumerate(stream, start=1):
        text = content.decode("utf-8-sig" if number == 1 else "utf-8", "surrogateescape").strip()
        if text:
            yield Line(number, text)


def _begins_json(stream: IO[bytes]) -> bool:
    assert isinstance(stream, BufferedReader)
    return stream.peek(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"")


def _table(sheets: Sequence[Sheet], log: FaultLog) -> Given:
    if log.failed:
        raise InputError(log.errors)
    rows = [row for sheet in sheets[:1] for row in sheet.rows]
    if not rows:
        return Given((), 0)
    column = _column(sheets[0])
    pairs = [(number, str(cells[column]).strip()) for number, cells in rows[1:] if cells[column:]]
    lines = [by_id(educator, number) for number, educator in pairs if educator]
    return Given(lines, len(lines))


def _column(sheet: Sheet) -> int:
    """Place of the ids in the header."""
    number, header = sheet.rows[0]
    for table, name in (("diagnostics", "educator_id"), ("educators", "id")):
        for place, cell in enumerate(header):
            column = match_column(str(cell or ""), TABLES[table])
            if column is not None and column.name == name:
                return place
    detail = "в заголовке нет столбца с шифром педагога: назовите его educator_id или «Педагог»"
    raise InputError([Fault("column_missing", detail, file=sheet.file, row=number)])
