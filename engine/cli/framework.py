"""``routes framework``: the list of competencies to and from 1EdTech CASE 1.0."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.inputs import JsonOption
from engine.cli.output import print_faults, print_json
from engine.errors import ConfigurationError
from engine.framework import load_framework
from engine.interchange.case import CasePackage, case_document, day_of_version, read_case
from engine.interchange.case.files import read_crosswalk, write_framework

framework = typer.Typer(
    no_args_is_help=True, help="Перечень компетенций: пакеты CASE 1.0 внутрь и наружу."
)
_File = Annotated[Path, typer.Argument(help="Пакет CASE 1.0 (CFPackage, JSON).")]


@framework.command("export")
def export(
    name: Annotated[
        str | None, typer.Argument(help="Имя перечня из поставки или папка; нет — основной.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Файл пакета; «-» — на экран.")] = Path("-"),
    changed: Annotated[
        str | None, typer.Option(help="День последнего изменения, гггг-мм-дд; нет — из версии.")
    ] = None,
    base_uri: Annotated[str, typer.Option(help="Начало адресов.")] = "urn:uuid:",
) -> int:
    """Записать перечень как CFPackage: тот же перечень — те же байты."""
    folder = Path(name) if name is not None and Path(name).is_dir() else None
    found = load_framework(name) if folder is None else load_framework(folder.name, folder.parent)
    day = _day(changed) if changed is not None else day_of_version(found)
    if day is None:
        raise ConfigurationError("версия перечня не называет дня изменения: укажите --changed")
    ties = read_crosswalk(folder) if folder is not None else ()
    document = case_document(found, day, crosswalk=ties, base_uri=base_uri)
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    if str(out) == "-":
        typer.echo(text, nl=False)
    else:
        out.write_bytes(text.encode())
    return 0


@framework.command("check")
def check(file: _File, as_json: JsonOption = False) -> int:
    """Проверить пакет CASE: все ошибки сразу, каждая с местом."""
    _tell(read_case(file), as_json)
    return 0


@framework.command("import")
def import_case(
    file: _File,
    out: Annotated[Path, typer.Option(help="Папка перечня, которую читает программа.")],
    as_json: JsonOption = False,
) -> int:
    """Принять пакет CASE как перечень компетенций."""
    package = read_case(file)
    paths = write_framework(package.framework, out, package.crosswalk)
    _tell(package, as_json)
    typer.echo(f"записано файлов: {len(paths)}, папка {out}", err=True)
    return 0


def _tell(package: CasePackage, as_json: bool) -> None:
    made = package.framework
    told = {
        "id": made.id,
        "version": made.version,
        "title": made.title,
        "competencies": len(made),
        "leaves": len(made.leaves),
        "crosswalk": len(package.crosswalk),
        "digest": made.digest,
        "remarks": package.remarks,
    }
    if as_json:
        print_json(told)
        return
    typer.echo(f"{made.title} ({made.id}, версия {made.version})")
    typer.echo(
        f"  узлов {len(made)}, из них без потомков {len(made.leaves)}; "
        f"связей с другими перечнями {len(package.crosswalk)}"
    )
    if package.remarks:
        print_faults(package.remarks, title="Что решено при чтении")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("день пишется гггг-мм-дд") from error
