"""What a table and a column of a data package are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Words = Mapping[str, tuple[str, ...]]
"""Canonical value → its Russian wording first, then other spellings that are understood."""

NODE = "node"
"""Pseudo-table of references: a node of the competency framework."""


class ColumnType(StrEnum):
    """Type of a cell."""

    TEXT = "text"
    ID = "id"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATES = "dates"
    MOMENT = "moment"
    ENUM = "enum"
    ENUM_LIST = "enum_list"
    LIST = "list"
    INTEGER_LIST = "integer_list"


TYPE_WORDS: Mapping[ColumnType, str] = {
    ColumnType.TEXT: "текст",
    ColumnType.ID: "идентификатор (строка)",
    ColumnType.INTEGER: "целое число",
    ColumnType.NUMBER: "число",
    ColumnType.BOOLEAN: "да / нет",
    ColumnType.DATE: "дата: дд.мм.гггг или гггг-мм-дд",
    ColumnType.DATES: "даты словами: «15-20 марта 2026»",
    ColumnType.MOMENT: "дата и время (со смещением или местные) либо время чч:мм",
    ColumnType.ENUM: "значение из списка",
    ColumnType.ENUM_LIST: "значения из списка через «;»",
    ColumnType.LIST: "список через «;»",
    ColumnType.INTEGER_LIST: "целые числа через «;»",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name, header
        Canonical English name and Russian header; both are understood in files.
    required
        The column must be there and no cell of it may be empty.
    least, most
        Range of a number, both ends included; ``None`` = no limit. ``positive`` excludes zero.
    range_code
        Code of the fault outside the range.
    words
        Values of a controlled list. ``by_prefix`` admits «учитель математики» for «учитель».
    references
        Table (or ``NODE``) whose ids the cell names.
    units_written
        Units that may follow the number in the cell («72 ч»).
    comma_splits
        A list in which a comma separates as well as a semicolon.
    no_percent
        A number of points, which a cell shown as a percentage does not give.
    """

    name: str
    header: str
    type: ColumnType
    description: str
    example: str = ""
    required: bool = False
    unit: str = ""
    least: float | None = None
    most: float | None = None
    positive: bool = False
    range_code: str = "out_of_range"
    words: Words | None = None
    by_prefix: bool = False
    synonyms: tuple[str, ...] = ()
    references: str = ""
    units_written: tuple[str, ...] = ()
    comma_splits: bool = False
    no_percent: bool = False

    @property
    def head(self) -> str:
        """Head of the column in a form, with the unit of its numbers: «Темп (мин в неделю)».

        Reading passes over what stands in brackets. A head that says the unit needs it no second
        time: «Балл».
        """
        told = not self.unit or self.unit.casefold() in self.header.casefold()
        return self.header if told else f"{self.header} ({self.unit})"


@dataclass(frozen=True, slots=True)
class Table:
    """One table (resource) of a data package.

    Parameters
    ----------
    name, title
        Canonical name (also the file's) and Russian title (also the form's file name).
    key
        Columns that together name a row; two rows with one key and different content are a
        fault, two equal rows count once. Empty = rows may repeat.
    file_words
        Other words by which a file or a sheet is recognised.
    more_examples
        Example rows of the blank form after the first, which the columns' examples make; by
        column name.
    sample
        Cells of the first example row that are other than their columns' examples: ids so odd
        that no row of one's own is taken for the example.
    by_name
        Known by the name of its file or sheet alone: its required columns stand in other tables,
        too.
    advice
        Folded headers that tables of real services hold and that cannot be taken as they are →
        what to write instead.
    """

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    file_words: tuple[str, ...] = ()
    more_examples: tuple[Mapping[str, str], ...] = ()
    sample: Mapping[str, str] = field(default_factory=dict)
    advice: tuple[tuple[tuple[str, ...], str], ...] = ()
    by_name: bool = False

    def advice_for(self, folded: str) -> str | None:
        """Return what to write instead of a column that cannot be taken, if that is known."""
        return next((text for headers, text in self.advice if folded in headers), None)

    @property
    def examples(self) -> tuple[Mapping[str, str], ...]:
        """Example rows of the blank form; valid together with those of the other tables."""
        first, *more = self.former_examples
        return ({**first, **self.sample}, *more)

    @property
    def former_examples(self) -> tuple[Mapping[str, str], ...]:
        """Example rows of earlier forms, which had no ``sample`` of their own."""
        return ({c.name: c.example for c in self.columns if c.example}, *self.more_examples)

    def column(self, name: str) -> Column:
        """Column by its canonical name.

        Raises
        ------
        KeyError
            If the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def required(self) -> tuple[Column, ...]:
        """Columns that must be there."""
        return tuple(c for c in self.columns if c.required)
