"""Whether an archive that calls itself a workbook may be unpacked; told before anything of it is.

Only the directory of the archive is read, and the beginning of each part up to its first element:
that is where a document type, and with it entities, would have to stand.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from xml.parsers import expat

UNPACKED_MOST_BYTES = 400 * 1024 * 1024
RATIO_MOST = 200
"""Unpacked size over packed; sheets of numbers and dates come to 10–30."""
DENSE_FROM_BYTES = 20_000_000
"""Below it a ratio says nothing: a blank form packs well."""
PARTS_MOST = 2_000
PROLOGUE_MOST_BYTES = 64 * 1024
"""Bytes in which an XML part must come to its first element."""

TOO_LARGE = (
    "книга распаковывается в слишком большой объём: перенесите данные в новую книгу без лишних "
    "строк и столбцов"
)
_CHUNK = 4_096

Problem = tuple[str, str]
"""Code and what to do, in Russian."""


def archive_problem(content: bytes, unpacked_most: int = UNPACKED_MOST_BYTES) -> Problem | None:
    """What forbids to unpack a workbook, ``None`` = nothing.

    Parameters
    ----------
    unpacked_most
        Bytes that all parts may have together; the sizes that the directory states bind whoever
        unpacks, so none of them can be larger in truth.

    Raises
    ------
    zipfile.BadZipFile
        It is no archive, or a damaged one.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        return (
            _of_kind(parts)
            or _of_size(parts, len(content), unpacked_most)
            or _of_names(parts)
            or _of_types(archive, parts)
        )


def _of_kind(parts: Sequence[zipfile.ZipInfo]) -> Problem | None:
    if "xl/workbook.xml" not in [p.filename for p in parts]:
        return (
            "not_a_workbook",
            "это архив, но не книга Excel: сохраните таблицу как XLSX (ODS — через «Сохранить "
            "как»)",
        )
    if any(p.flag_bits & 1 for p in parts):
        return ("workbook_encrypted_or_old", "книга защищена паролем: снимите пароль")
    return None


def _of_size(parts: Sequence[zipfile.ZipInfo], packed: int, unpacked_most: int) -> Problem | None:
    unpacked = sum(p.file_size for p in parts)
    dense = any(_dense(p.file_size, p.compress_size) for p in parts) or _dense(unpacked, packed)
    if unpacked > unpacked_most or len(parts) > PARTS_MOST or dense:
        return ("workbook_too_large", TOO_LARGE)
    return None


def _dense(unpacked: int, packed: int) -> bool:
    return unpacked > DENSE_FROM_BYTES and unpacked > RATIO_MOST * packed


def _of_names(parts: Sequence[zipfile.ZipInfo]) -> Problem | None:
    """Names that lead out of the archive, and two parts of one name: Excel writes neither."""
    names = [p.filename for p in parts]
    if len(set(names)) < len(names) or not all(map(_stays_inside, names)):
        return (
            "workbook_refused",
            "в книге есть части с недопустимыми или повторными именами, каких Excel не пишет: "
            "пересохраните её",
        )
    return None


def _stays_inside(name: str) -> bool:
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    odd = posix.is_absolute() or windows.drive or windows.root or "\\" in name
    return not odd and ".." not in posix.parts


def _of_types(archive: zipfile.ZipFile, parts: Sequence[zipfile.ZipInfo]) -> Problem | None:
    """Whatever the part is called and however it is encoded: a workbook may name any as XML."""
    if any(_declares_type(archive, part) for part in parts):
        return (
            "workbook_refused",
            "в книге есть объявления DOCTYPE, каких Excel не пишет: пересохраните её",
        )
    return None


class _Begun(Exception):
    """The first element was reached."""


class _Declared(Exception):
    """A document type was declared."""


def _declares_type(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    parser = expat.ParserCreate()
    parser.StartElementHandler = _raiser(_Begun)
    parser.StartDoctypeDeclHandler = _raiser(_Declared)
    with archive.open(part) as file:
        try:
            for _ in range(PROLOGUE_MOST_BYTES // _CHUNK):
                chunk = file.read(_CHUNK)
                parser.Parse(chunk, not chunk)
                if not chunk:
                    return False
        except (_Begun, expat.ExpatError):
            return False  # no document type comes after an element, and none is in what is no XML
        except _Declared:
            return True
    return True  # so long a prologue hides something


def _raiser(kind: type[Exception]) -> Any:
    def handler(*_: object) -> None:
        raise kind

    return handler
