"""``routes import`` and ``template``: data in, blank forms out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.inputs import (
    AsOfOption,
    HoursOption,
    JsonOption,
    MappingOption,
    OpenOption,
    declared,
    parse_as_of,
    read,
)
from engine.cli.output import print_faults, print_json, print_remarks
from engine.framework import load_framework
from engine.interchange import TABLES, ImportReport, nodes_of, write_package, write_templates


def import_package(
    package: Annotated[Path, typer.Argument(help="Папка пакета, XLSX или CSV.")],
    mapping: MappingOption = None,
    as_of: AsOfOption = None,
    open_enrolment: OpenOption = False,
    hours: HoursOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Только проверить и назвать все ошибки.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Куда записать проверенный пакет (CSV и datapackage.json)."),
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Проверить и принять данные: все ошибки сразу, с файлом, строкой и столбцом."""
    if not dry_run and out is None:
        raise typer.BadParameter("укажите --out ПАПКА, куда записать пакет, или --dry-run")
    framework = load_framework()
    report = read(
        package,
        framework,
        mapping=mapping,
        as_of=parse_as_of(as_of),
        defaults=declared(open_enrolment, hours),
    )
    if as_json:
        print_json(_report_body(report))
    else:
        _print_report(report)
    if report.package is None:
        return 3
    if not dry_run and out is not None:
        paths = write_package(report.package, out)
        typer.echo(f"записано файлов: {len(paths)}, папка {out}", err=True)
    return 0


def _print_report(report: ImportReport) -> None:
    for table, count in report.counts.items():
        title = TABLES[table].title
        typer.echo(f"  {title} ({table}): прочитано строк {count.read}, принято {count.taken}")
    print_remarks(report.notes, report.warnings)
    if report.faults:
        print_faults(report.faults)
        typer.echo("Ничего не принято: исправьте ошибки и повторите.", err=True)
    else:
        typer.echo("Ошибок нет.")


def _report_body(report: ImportReport) -> dict[str, object]:
    return {
        "accepted": report.package is not None,
        "counts": dict(report.counts),
        "faults": report.faults,
        "warnings": report.warnings,
        "notes": report.notes,
    }


def template(
    directory: Annotated[Path, typer.Argument(help="Папка для бланков.")] = Path("forms"),
    table: Annotated[
        list[str] | None, typer.Option(help="Только эти таблицы; можно повторять.")
    ] = None,
) -> int:
    """Записать пустые бланки XLSX с подсказками; заполненные принимает routes import."""
    unknown = [t for t in table or () if t not in TABLES]
    if unknown:
        known = ", ".join(TABLES)
        raise typer.BadParameter(f"таблицы «{unknown[0]}» нет; есть: {known}")
    paths = write_templates(directory, nodes_of(load_framework()), table)
    for path in paths:
        typer.echo(path)
    return 0
