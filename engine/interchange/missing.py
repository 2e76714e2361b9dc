"""What to do about a header that lacks a required column: the very line of the mapping file."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from engine.interchange.columns import Column, ColumnType, Table
from engine.interchange.faults import FaultLog, Place
from engine.interchange.headers import bare, nearest_column, normalise

_MAXIMUM = re.compile(r"(?:\bмакс\w*|\bmax\w*)\D{0,20}?(\d+(?:[.,]\d+)?)", re.IGNORECASE)
_POINTS = re.compile(r"\D{0,4}(\d+(?:[.,]\d+)?)\s*(?:б\.?|балл\w*)?", re.IGNORECASE)
_BRACKETED = re.compile(r"[(\[](.*?)[)\]]")
_NOT_BLOCKS = re.compile(
    r"итог|всего|сумм|процент|уровень|вывод|рекоменд|примеч|комментар|фио|фамили|школ|организац"
    r"|должност|предмет$|район|класс|почт|телефон"
)
_CONSTANT_TYPES = frozenset(
    {ColumnType.DATE, ColumnType.ENUM, ColumnType.NUMBER, ColumnType.INTEGER, ColumnType.BOOLEAN}
)
_WIDE = frozenset({"node", "score", "max_score"})


@dataclass(frozen=True, slots=True)
class WideScore:
    """A header that looks like one block's scores.

    Parameters
    ----------
    maximum
        As the header states it («макс. 25»); empty when it does not.
    """

    header: str
    maximum: str


def score_columns(
    unknown: Sequence[str], missing: Sequence[Column], given: Collection[str], table: Table
) -> tuple[WideScore, ...]:
    """Headers that are blocks, when a sheet of scores has neither blocks nor scores in rows.

    For advice only; the mapping file says what a block is and how many points it has.
    """
    if table.name != "diagnostics" or "score" in given:
        return ()
    if not {"node", "max_score"} <= {c.name for c in missing}:
        return ()
    blocks = [
        WideScore(text, _maximum(text))
        for text in unknown
        if "%" not in text and not _NOT_BLOCKS.search(normalise(bare(text)))
    ]
    stated = tuple(b for b in blocks if b.maximum)
    return stated or tuple(blocks)


def _maximum(header: str) -> str:
    """Maximum that a header states: «(макс. 25)», «(из 25)», «(25 б.)», «, max 25»."""
    found = _MAXIMUM.search(header)
    for inside in _BRACKETED.findall(header):
        found = found or _POINTS.fullmatch(inside.strip())
    return found[1].replace(",", ".") if found else ""


def report_wide_scores(blocks: Sequence[WideScore], place: Place, log: FaultLog) -> None:
    """Say once that every block has a column of its own, with the line that describes them."""
    entries = ", ".join(
        f"{{column = {_quoted(b.header)}, node = {_quoted(bare(b.header))}, "
        f"max_score = {b.maximum or '?'}}}"
        for b in blocks
    )
    fill = "" if all(b.maximum for b in blocks) else "; вместо «?» впишите максимум блока"
    log.error(
        "scores_in_columns",
        f"похоже, у каждого блока свой столбец баллов ({_listed([b.header for b in blocks])}): "
        f"впишите в файл соответствий (--mapping): diagnostics.scores = [{entries}]{fill}; "
        "node — код или название из рамки компетенций",
        place,
        columns=[b.header for b in blocks],
    )


def report_missing(
    missing: Sequence[Column],
    unknown: Sequence[str],
    blocks: Sequence[WideScore],
    table: Table,
    place: Place,
    log: FaultLog,
) -> None:
    """Name every required column that is not there and the line that would supply it.

    Parameters
    ----------
    unknown
        Headers that were not understood, any of which may be the missing one.
    blocks
        Headers already reported as scores of blocks; the columns they stand for are not missing.
    """
    wide = {b.header for b in blocks}
    left = [u for u in unknown if u not in wide and not advice_on(u, table)]
    for column in missing:
        if blocks and column.name in _WIDE:
            continue
        log.error(
            "column_missing",
            f"нет обязательного столбца «{column.header}» ({column.name})"
            f"{_advice(column, left, table)}",
            place.at(column.header),
            expected=column.name,
        )


def advice_on(header: str, table: Table) -> str | None:
    """What to write instead of a column that cannot be taken as it is, if that is known."""
    return table.advice_for(normalise(header)) or table.advice_for(normalise(bare(header)))


def _advice(column: Column, unknown: Sequence[str], table: Table) -> str:
    likely = [u for u in unknown if nearest_column(u, table) is column]
    shown = likely or list(unknown)
    advice = []
    if shown:
        # One candidate is written out; of several unlikely ones none is put forward.
        source = shown[0] if likely or len(shown) == 1 else "заголовок в файле"
        one = f"если это {_listed(shown)}" if likely or len(shown) == 1 else (
            f"если он назван иначе (не опознаны {_listed(shown)})"
        )  # fmt: skip
        line = f'{table.name}.columns.{_quoted(source)} = "{column.name}"'
        advice.append(f"{one}, впишите в файл соответствий (--mapping): {line}")
    if column.type in _CONSTANT_TYPES and column.example:
        line = f"{table.name}.constants.{column.name} = {_quoted(column.example)}"
        advice.append(f"если значение одно на все строки: {line}")
    return f"; {'; '.join(advice)}" if advice else ""


def _listed(headers: Sequence[str], most: int = 5) -> str:
    shown = ", ".join(f"«{h}»" for h in headers[:most])
    return shown + (f" и ещё {len(headers) - most}" if len(headers) > most else "")


def _quoted(text: str) -> str:
    """Text as a TOML basic string; JSON escapes are valid in it."""
    return json.dumps(text, ensure_ascii=False)
