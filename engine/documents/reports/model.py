"""A report before it has a language or a format: sections of texts, tables and figures.

One record stands behind the page, the document and the workbook. Words are codes with parameters
(``engine/wording/<language>/reports.toml``), numbers are numbers with a unit, and a figure is
drawn from a table, so that the two cannot differ. Three things are told apart wherever a number
could stand: ``None`` is not stated («не указано»), NaN cannot be said because nobody is counted
(«нет данных»), and ``HIDDEN`` is kept back because it would speak of too few people.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from engine.wording import Coded


class Unit(StrEnum):
    """What a number counts; the renderers choose decimals and signs by it."""

    COUNT = "count"
    SHARE = "share"
    """In [0, 1], written as per cent."""
    SIZE = "size"
    """A deficit or a chance in [0, 1], written with two decimals."""
    CHANGE = "change"
    """In [−1, 1], written with its sign."""
    AVERAGE = "average"
    """A mean number of something, one decimal."""
    HOURS = "hours"
    """Academic hours."""
    MONEY = "money"
    """Roubles."""


class Hidden(Enum):
    """The one value of a cell that is kept back."""

    HIDDEN = "hidden"


HIDDEN = Hidden.HIDDEN


@dataclass(frozen=True, slots=True)
class Said:
    """Words of the reports: a key of the table ``report`` with its parameters."""

    code: str
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Word:
    """Words of a record of another room, such as a recommendation, in one of the families."""

    coded: Coded
    family: str = "reason"


@dataclass(frozen=True, slots=True)
class Name:
    """Name of a value of a controlled list: ``Name("position", "teacher")``."""

    group: str
    value: object


Text = str | Said | Word | Name
"""A plain ``str`` comes from data and is shown as it is."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number.

    Parameters
    ----------
    value
        ``None`` = not stated, NaN = nobody to count.
    low, high
        Ends of its 90 % interval; ``None`` = it has none.
    """

    value: float | None
    unit: Unit = Unit.COUNT
    low: float | None = None
    high: float | None = None


Cell = Text | Amount | dt.date | Hidden | None | tuple["Cell", ...]
"""``None`` = not stated; an empty text is an empty cell; a tuple is written as a list."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``width`` is its share of the table beside the others, ``numeric`` its side."""

    head: Text
    width: float = 1.0
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads.

    Parameters
    ----------
    columns
        At least one.
    rows
        Cells in the order of the columns.
    total
        Last row, set off; ``None`` = the table has none.
    note
        What has to be known to read it.
    empty
        What is written where there is no row.
    printed
        Rows on the page and in the document, which say how many more there are; the workbook has
        all. ``None`` = all everywhere.
    """

    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    note: Text | None = None
    empty: Text = Said("no_rows")
    printed: int | None = None

    def __post_init__(self) -> None:
        widths = {len(row) for row in (*self.rows, *((self.total,) if self.total else ()))}
        if widths - {len(self.columns)}:
            raise ValueError(f"rows of {sorted(widths)} cells under {len(self.columns)} columns")

    @property
    def printed_rows(self) -> tuple[tuple[Cell, ...], ...]:
        """Rows of the page and of the document."""
        return self.rows[: self.printed]

    @property
    def cut(self) -> Said | None:
        """What is said where not all rows are printed."""
        if len(self.printed_rows) == len(self.rows):
            return None
        return Said("rows_cut", {"printed": self.printed, "rows": len(self.rows)})


class Drawing(StrEnum):
    """How a figure is drawn."""

    BARS = "bars"
    """A bar for each row, with its interval where it has one."""
    LEVELS = "levels"
    """A bar for each row, cut into shares that add up to one."""
    TREND = "trend"
    """A line for each column over the rows, which are periods."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing of a table.

    Parameters
    ----------
    table
        What is drawn; its first column names the rows.
    values
        Columns that are drawn, counted from 0; bars draw one.
    target
        Value of a line to compare with, in the unit of the column; ``None`` = none.
    with_table
        Whether the table is printed below too; ``False`` = it stands in the report elsewhere.
    """

    drawing: Drawing
    table: Table
    values: tuple[int, ...] = (1,)
    target: float | None = None
    with_table: bool = True

    @property
    def shown(self) -> bool:
        """Whether there is anything to draw: some number in the drawn columns."""
        return any(
            isinstance(cell, Amount) and cell.value is not None and cell.value == cell.value
            for row in self.table.rows
            for cell in (row[i] for i in self.values)
        )


class Tone(StrEnum):
    """What a paragraph is."""

    PLAIN = "plain"
    NOTE = "note"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph, of one or more sentences."""

    texts: tuple[Text, ...]
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a section."""

    text: Text


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values below each other."""

    pairs: tuple[tuple[Text, Cell], ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    items: tuple[Text, ...]


Block = Paragraph | Heading | Facts | Bullets | Table | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """A section; the workbook gives it a sheet of its own.

    Parameters
    ----------
    id
        Stable name, latin: anchor of the page.
    short
        Title of the sheet, at most 31 characters in every language.
    wide
        Whether its tables need the page in landscape.
    """

    id: str
    title: Text
    short: Text
    blocks: tuple[Block, ...]
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report.

    Parameters
    ----------
    id
        Kind of the report and what it is about; part of the name of a file.
    subtitle
        About whom and for which days.
    as_of
        Instant with offset at which the data were looked at; the files carry no other.
    provenance
        What the numbers come from, at the end.
    """

    id: str
    title: Text
    subtitle: tuple[Text, ...]
    as_of: dt.datetime
    sections: tuple[Section, ...]
    provenance: tuple[tuple[Text, Cell], ...] = ()
