"""Which file or sheet holds which table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from engine.interchange.columns import Table
from engine.interchange.declared import as_declared
from engine.interchange.faults import FaultLog, Place
from engine.interchange.files import FileHints, read_file
from engine.interchange.headers import fitting, match_table, match_table_by_header, normalise
from engine.interchange.manifest import MANIFEST, Manifest
from engine.interchange.mapping import Mapped
from engine.interchange.names import file_name
from engine.interchange.schema import TABLES
from engine.interchange.sheets import Sheet

TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm"})
OLD_SUFFIXES = frozenset({".xls", ".ods", ".numbers", ".docx", ".pdf"})


@dataclass(frozen=True, slots=True)
class Source:
    """A sheet and the table that it holds."""

    table: Table
    sheet: Sheet


def find_sources(
    path: Path | None,
    files: Mapping[str, Path],
    manifest: Manifest,
    mapped: Mapped,
    log: FaultLog,
    leave_out: Collection[str] = (),
) -> list[Source]:
    """Read every file of the package and tell which table each sheet holds.

    Parameters
    ----------
    path
        Folder, or one XLSX or CSV file; ``None`` = only ``files``.
    files
        Table → file given by hand; it stands in the place of the package's own.
    leave_out
        Tables of the package that are not wanted.
    """
    sources: list[Source] = []
    if path is not None and path.is_file():
        sources += _recognised(read_file(path, file_name(path), log), file_name(path), mapped, log)
    elif path is not None and path.is_dir():
        sources += _of_folder(path, manifest, mapped, log)
        _name_unlisted(path, manifest, {*files, *leave_out}, log)
    elif path is not None:
        log.error(
            "file_missing", "такой папки или файла нет: проверьте путь", Place(file_name(path))
        )
    sources = [s for s in sources if s.table.name not in {*files, *leave_out}]
    for name, file in sorted(files.items()):
        if name not in TABLES:
            raise ValueError(f"unknown table: {name}")
        if not file.is_file():
            log.error("file_missing", "такого файла нет: проверьте путь", Place(file_name(file)))
            continue
        sheets = read_file(file, file_name(file), log)
        sources += _given(TABLES[name], sheets, file_name(file), mapped, log)
    return sources


def _of_folder(folder: Path, manifest: Manifest, mapped: Mapped, log: FaultLog) -> list[Source]:
    sources: list[Source] = []
    if manifest.resources:
        for resource in manifest.resources:
            found = read_file(folder / resource.path, resource.path, log, resource.hints)
            sheets = [as_declared(sheet, resource.declared) for sheet in found]
            sources += _given(TABLES[resource.table], sheets, resource.path, mapped, log)
        return sources
    for file in _table_files(folder, log):
        sheets = read_file(file, file_name(file), log, FileHints())
        sources += _recognised(sheets, file_name(file), mapped, log)
    return sources


def _name_unlisted(
    folder: Path, manifest: Manifest, elsewhere: Collection[str], log: FaultLog
) -> None:
    """Warn of files that by their names are tables and that no resource of the manifest names."""
    if not manifest.resources:
        return
    listed = {PurePosixPath(r.path) for r in manifest.resources}
    for file in _table_files(folder, FaultLog()):
        table = match_table(file.stem, TABLES.values())
        if table is None or table.name in elsewhere or PurePosixPath(file.name) in listed:
            continue
        name = file_name(file)
        log.warning(
            "file_not_listed",
            f"по имени это таблица {table.name}, но среди resources файла {MANIFEST} её нет, и она "
            f'не читается: впишите туда {{"name": "{table.name}", "path": "{name}"}} или уберите '
            "файл из папки",
            Place(name),
            table=table.name,
        )


def _table_files(folder: Path, log: FaultLog) -> Iterator[Path]:
    for file in sorted(folder.iterdir()):
        # "~$" are the locks of an open workbook.
        if not file.is_file() or file.name.startswith((".", "~$")):
            continue
        suffix = file.suffix.lower()
        if suffix in TABLE_SUFFIXES and normalise(file.stem) not in ("readme", "mapping"):
            yield file
        elif suffix in OLD_SUFFIXES:
            log.warning(
                "file_not_read",
                f"файлы {suffix} не читаются: сохраните таблицу как XLSX или CSV",
                Place(file_name(file)),
            )


def _recognised(sheets: list[Sheet], file: str, mapped: Mapped, log: FaultLog) -> list[Source]:
    """Tell the table of every sheet: by mapping file, by name, by header."""
    found = []
    for sheet in sheets:
        table = _table_of(sheet, file, len(sheets) == 1, mapped)
        if table is None:
            log.warning(
                "file_not_recognised",
                "непонятно, какая это таблица, и она не читается: "
                "назовите файл или лист по одной из таблиц "
                f"({', '.join(TABLES)}) или впишите его в [files] файла соответствий",
                Place(sheet.file),
            )
        else:
            found.append(Source(table, sheet))
    names = {s.table.name for s in found}
    if "labels" in names and len(names) > 1:
        log.warning(
            "labels_mixed",
            "имена лежат в одной книге с данными: держите таблицу имён в отдельном файле",
            Place(file),
        )
    return found


def _table_of(sheet: Sheet, file: str, only: bool, mapped: Mapped) -> Table | None:
    for key in (f"{file}#{sheet.name}", file):
        if key in mapped.files:
            return TABLES[mapped.files[key]]
    tables = TABLES.values()
    by_name = match_table(sheet.name, tables)
    if by_name is None and only:
        by_name = match_table(Path(file).stem, tables)
    by_header = match_table_by_header(sheet.head, tables)
    if by_name is None or by_header is None or by_name in _mapped_tables(mapped):
        return by_name or by_header
    # «Тест школы 5» holds scores and no schools: a header that is whole says more than a name.
    whole, understood = fitting(sheet.head, by_name)
    return by_header if not whole and fitting(sheet.head, by_header)[1] > understood else by_name


def _mapped_tables(mapped: Mapped) -> list[Table]:
    """Tables whose headers the mapping file speaks of."""
    return [TABLES[name] for name, part in mapped.tables.items() if part.headers]


def _given(
    table: Table, sheets: list[Sheet], file: str, mapped: Mapped, log: FaultLog
) -> list[Source]:
    """Sheets of a file that is said to hold ``table``."""
    if len(sheets) <= 1:
        return [Source(table, sheet) for sheet in sheets]
    fitting = [s for s in sheets if _table_of(s, file, False, mapped) is table]
    if not fitting:
        log.error(
            "sheet_ambiguous",
            f"в книге {len(sheets)} листов и непонятно, какой из них — "
            f"«{table.title}»: назовите лист так, оставьте один лист или впишите «{file}#"
            "лист» в [files] файла соответствий",
            Place(file),
        )
    return [Source(table, sheet) for sheet in fitting]
