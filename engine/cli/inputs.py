"""What sub-commands read: the package, moments, and settings a methodist may give by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import Fault, InputError
from engine.framework import Framework, load_framework
from engine.interchange import DataPackage, ImportReport, nodes_of, read_package
from engine.resources import data_root

DEMO = "demo"

PackageArgument = Annotated[
    Path | None,
    typer.Argument(help="Папка пакета данных, XLSX или CSV; без него — встроенный демо-пакет."),
]
MappingOption = Annotated[
    Path | None,
    typer.Option(help="Файл соответствий: чужие имена столбцов и значений → наши (TOML, CSV)."),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        help="Момент расчёта со смещением, 2026-08-31T09:00:00+03:00; без него — из пакета, "
        "а если и там нет — сейчас."
    ),
]
PolicyOption = Annotated[str | None, typer.Option(help="Профиль политики региона.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Ответ в JSON на стандартный вывод.")]
LanguageOption = Annotated[str, typer.Option("--language", help="Язык ответа: ru или en.")]


def demo_path() -> Path:
    """Folder of the bundled demo package."""
    return Path(str(data_root() / DEMO))


def parse_as_of(text: str | None) -> dt.datetime | None:
    """An instant with offset, or ``None``.

    Raises
    ------
    InputError
        If it is no instant or has no offset.
    """
    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        detail = f"«{text}» — не момент со смещением; пишите так: 2026-08-31T09:00:00+03:00"
        raise InputError([Fault("as_of_invalid", detail, pointer="--as-of")])
    return moment


def read(
    package: Path | None,
    framework: Framework,
    *,
    files: dict[str, Path] | None = None,
    mapping: Path | None = None,
    as_of: dt.datetime | None = None,
    require_catalogue: bool = True,
) -> ImportReport:
    """Read a package for a sub-command; the clock is asked only where nothing states a moment."""
    path = package or demo_path()
    for given in (path, *(files or {}).values(), *([mapping] if mapping else [])):
        if not given.exists():
            raise FileNotFoundError(2, "нет файла", str(given))
    report = _read(path, framework, files, mapping, as_of, require_catalogue)
    if as_of is None and any(f.code == "as_of_missing" for f in report.faults):
        now = dt.datetime.now(dt.UTC)
        report = _read(path, framework, files, mapping, now, require_catalogue)
    return report


def _read(
    path: Path,
    framework: Framework,
    files: dict[str, Path] | None,
    mapping: Path | None,
    as_of: dt.datetime | None,
    require_catalogue: bool,
) -> ImportReport:
    return read_package(
        path,
        known_nodes=nodes_of(framework),
        files=files,
        mapping=mapping,
        as_of=as_of,
        require_catalogue=require_catalogue,
    )


def demo_package() -> tuple[DataPackage, Framework]:
    """The bundled demo and its framework."""
    framework = load_framework()
    return read(None, framework).accepted(), framework
