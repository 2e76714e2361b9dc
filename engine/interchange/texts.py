"""CSV and TSV: encoding and delimiter found out, broken quotes named."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from engine.interchange.faults import FaultLog, Place
from engine.interchange.sheets import RowCollector, Sheet

DELIMITERS = (",", ";", "\t")


def decode(content: bytes, label: str, log: FaultLog, encoding: str | None = None) -> str | None:
    """Text of a CSV: the given encoding, else by its mark, else UTF-8, else Windows-1251."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    else:
        candidates = [encoding] if encoding else ["utf-8-sig", "cp1251"]
        if encoding and encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
            candidates = ["utf-8-sig"]
    for candidate in candidates:
        try:
            text = content.decode(candidate)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\x00" not in text:
            return text
    if b"\x00" in content:
        log.error(
            "not_a_text_file",
            "это не текст и не книга Excel: сохраните таблицу как CSV или XLSX",
            Place(label),
        )
    else:
        log.error(
            "encoding_unknown",
            f"текст не читается в кодировке {' и '.join(candidates)}: сохраните файл в UTF-8",
            Place(label),
        )
    return None


def sniff_delimiter(text: str) -> str:
    """Delimiter that splits the first records into equally many fields, and into most of them.

    Quotes are honoured, so a decimal comma or a comma inside a title does not mislead.
    """

    def score(delimiter: str) -> tuple[float, int]:
        records = _records(text, delimiter, 50)
        counts = [len(r) for r in records if r]
        if not counts or max(counts) < 2:
            return (0.0, 0)
        usual = max(set(counts), key=lambda n: (counts.count(n), n))
        return (counts.count(usual) / len(counts) if usual > 1 else 0.0, usual)

    return max(DELIMITERS, key=score)


def _records(text: str, delimiter: str, most: int) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records: list[list[str]] = []
    try:
        for record in reader:
            records.append(record)
            if len(records) >= most:
                break
    except csv.Error:
        pass
    return records


def read_csv(
    content: bytes,
    name: str,
    label: str,
    log: FaultLog,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Sheet | None:
    """Read the bytes of a CSV file; ``None`` after an error."""
    text = csv_text(content, label, log, encoding=encoding, delimiter=delimiter)
    if text is None:
        return None
    collector = RowCollector(label, log)
    try:
        for number, record in text.records():
            if not collector.add(number, list(record)):
                return None
    except CsvBroken as error:
        error.report(label, log)
        return None
    return Sheet(label, name, tuple(collector.rows))


class CsvBroken(ValueError):
    """A record that cannot be told apart; ``row`` is its last line in the file."""

    def __init__(self, reason: str, row: int) -> None:
        super().__init__(reason)
        self.row = row

    def report(self, label: str, log: FaultLog) -> None:
        """Log it as an error of the file."""
        log.error(
            "csv_unreadable",
            f"строка не разбирается ({self}): проверьте кавычки и разделители",
            Place(label, self.row),
        )


@dataclass(frozen=True, slots=True)
class CsvText:
    """Text of a CSV file and its delimiter."""

    text: str
    delimiter: str

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Every record with its number, from 1; an empty line is a record of no fields.

        Raises
        ------
        CsvBroken
            At a record that cannot be told apart.
        """
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter)
        try:
            yield from enumerate(reader, start=1)
        except csv.Error as error:
            raise CsvBroken(str(error), reader.line_num) from error


def csv_text(
    content: bytes,
    label: str,
    log: FaultLog,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> CsvText | None:
    """Decode the bytes of a CSV file and find its delimiter; ``None`` after an error."""
    text = decode(content, label, log, encoding)
    if text is None:
        return None
    delimiter = delimiter or sniff_delimiter(text)
    if _quote_left_open(text, delimiter):
        log.error(
            "csv_quote_left_open",
            "кавычка открыта и не закрыта до конца файла: строки "
            "слились; закройте кавычку или удвойте её внутри текста",
            Place(label),
        )
        return None
    return CsvText(text, delimiter)


def _quote_left_open(text: str, delimiter: str) -> bool:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for _ in reader:
            pass
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False
