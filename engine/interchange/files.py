"""Files on disk → sheets of raw cells; everything that can be wrong with a file is named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.interchange.faults import FaultLog, Place
from engine.interchange.sheets import Sheet
from engine.interchange.texts import read_csv
from engine.interchange.workbooks import read_workbook

FILE_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileHints:
    """What ``datapackage.json`` says of a file; ``None`` = find out."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG", "file_is_image", "это картинка (PNG), а не таблица: сохраните таблицу как XLSX"),
    (
        b"\xff\xd8\xff",
        "file_is_image",
        "это картинка (JPEG), а не таблица: сохраните таблицу как XLSX",
    ),
    (b"GIF8", "file_is_image", "это картинка (GIF), а не таблица: сохраните таблицу как XLSX"),
    (b"BM", "file_is_image", "это картинка (BMP), а не таблица: сохраните таблицу как XLSX"),
    (b"%PDF", "file_is_pdf", "это PDF: выгрузите таблицу в XLSX или CSV"),
    (
        b"\xd0\xcf\x11\xe0",
        "workbook_encrypted_or_old",
        "книга защищена паролем или в старом формате XLS: снимите пароль и сохраните как XLSX",
    ),
    (b"{\\rtf", "file_is_document", "это текстовый документ: перенесите таблицу в XLSX или CSV"),
)


def read_file(path: Path, label: str, log: FaultLog, hints: FileHints | None = None) -> list[Sheet]:
    """Read a CSV, TSV or XLSX file; a file that cannot be read is an error and gives no sheets."""
    hints = hints or FileHints()
    content = read_content(path, label, log, FILE_MOST_BYTES)
    if content is None:
        return []
    if is_workbook(content):
        return read_workbook(content, label, log, hints.sheet)
    sheet = read_csv(
        content, Path(label).stem, label, log, encoding=hints.encoding, delimiter=hints.delimiter
    )
    return [sheet] if sheet else []


def is_workbook(content: bytes) -> bool:
    """Whether the bytes are an archive, as XLSX is; all else is read as CSV."""
    return content.startswith(b"PK\x03\x04")


def read_content(path: Path, label: str, log: FaultLog, most_bytes: int) -> bytes | None:
    """Bytes of a file that may be a table; ``None`` after an error.

    Parameters
    ----------
    most_bytes
        Largest size that is read.
    """
    place = Place(label)
    try:
        size = path.stat().st_size
        if size > most_bytes:
            log.error(
                "file_too_large",
                f"файл больше {most_bytes >> 20} МБ: разделите его",
                place,
                size=size,
            )
            return None
        content = path.read_bytes()
    except OSError as error:
        log.error(
            "file_unreadable", f"файл не читается ({error.strerror}): проверьте путь и права", place
        )
        return None
    for magic, code, detail in _MAGIC:
        # "BM" may begin an honest text; a picture has zero bytes soon after.
        if content.startswith(magic) and (len(magic) > 2 or b"\x00" in content[:64]):
            log.error(code, detail, place)
            return None
    if not is_workbook(content) and path.suffix.lower() in (".xlsx", ".xlsm"):
        log.error(
            "not_a_workbook",
            "имя говорит об XLSX, но внутри не книга Excel: откройте файл "
            "и сохраните как XLSX (или CSV)",
            place,
        )
        return None
    return content
