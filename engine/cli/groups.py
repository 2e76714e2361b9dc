"""``routes groups``: deficits of schools, districts, subjects or positions, as a table."""

from __future__ import annotations

import shutil
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.grouped_faults import print_grouped
from engine.cli.inputs import (
    AsOfOption,
    CalibrationOption,
    DiagnosticsOption,
    EducatorsOption,
    JsonOption,
    LanguageOption,
    MappingOption,
    PackageArgument,
    PolicyOption,
    calibrated_items,
    parse_as_of,
    policy_named,
    read,
)
from engine.cli.output import print_json, print_remarks
from engine.deficits.group_table import GroupTable
from engine.deficits.groupings import Grouping
from engine.documents import render_groups
from engine.errors import Fault, InputError
from engine.framework import load_framework
from engine.interchange import DataPackage, ImportReport
from engine.interchange.sparing import rows_at_fault
from engine.recommender.groups import LeftOut, Person, group_deficits
from engine.recommender.pipeline import DEFAULT_POLICY

TABLES_READ = ("organisations", "educators", "diagnostics", "items", "responses")
FILE_KINDS = (".csv", ".xlsx")
NAMED = 20
SET_ASIDE = "Ошибочные строки не взяты, остальные строки тех же педагогов взяты"
LEFT_OUT = "Противоречивые результаты не учтены, остальные результаты тех же педагогов учтены"
NOT_TAKEN = {
    "ru": "Не учтено из-за ошибок: строк {}, педагогов с противоречивыми результатами {}",
    "en": "Not taken for faults: rows {}, educators with contradictory results {}",
}
WIDTH = 130


class By(StrEnum):
    """What a group may be."""

    SCHOOL = "school"
    DISTRICT = "district"
    SUBJECT = "subject"
    POSITION = "position"
    ALL = "all"


class NodeLevelName(StrEnum):
    """Levels of the framework."""

    DIRECTION = "direction"
    BLOCK = "block"
    LEAF = "leaf"


def groups(
    package: PackageArgument = None,
    by: Annotated[
        By, typer.Option(help="Что такое группа: организация, район, предмет, должность, все.")
    ] = By.SCHOOL,
    node_level: Annotated[
        list[NodeLevelName] | None,
        typer.Option(
            help="Уровень компетенций: направление, блок, отдельная; без него — все. Можно "
            "повторять."
        ),
    ] = None,
    diagnostics: DiagnosticsOption = None,
    educators: EducatorsOption = None,
    mapping: MappingOption = None,
    calibration: CalibrationOption = None,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    out: Annotated[
        Path | None, typer.Option(help="Файл для таблицы: .csv или .xlsx.", dir_okay=False)
    ] = None,
    as_json: JsonOption = False,
    language: LanguageOption = "ru",
) -> int:
    """Дефициты школы, района, предмета или должности: доли по уровням с интервалами."""
    if out is not None and out.suffix.lower() not in FILE_KINDS:
        raise typer.BadParameter(f"«{out}»: нужен файл {' или '.join(FILE_KINDS)}")
    framework = load_framework()
    given = {"diagnostics": diagnostics, "educators": educators}
    report = read(
        package,
        framework,
        files={table: path for table, path in given.items() if path is not None},
        mapping=mapping,
        as_of=parse_as_of(as_of),
        require_catalogue=False,
        only=TABLES_READ,
        sparing=True,
    )
    data = report.accepted()
    print_remarks(report.notes, report.warnings)
    print_grouped(report.set_aside, title=SET_ASIDE)
    table, left_out = group_deficits(
        _people(data),
        Grouping(by.value),
        framework,
        policy_named(policy or data.policy or DEFAULT_POLICY),
        data.as_of,
        node_levels=tuple(level.value for level in node_level or ()),
        items=calibrated_items(calibration, framework),
    )
    print_left_out(left_out)
    if out is not None:
        _write(table, out, language)
    spared = _spared(report, left_out)
    _print(table, spared, as_json=as_json, language=language)
    if out is not None:
        typer.echo(f"записано: {out}", err=True)
    return 0


def _people(data: DataPackage) -> Iterator[Person]:
    if not data.educators:
        detail = "в данных нет ни одного педагога: добавьте таблицу educators («Педагоги»)"
        raise InputError([Fault("educators_missing", detail)])
    for educator in data.educators:
        results, responses = data.diagnostics.get(educator.id), data.responses.get(educator.id)
        yield Person(educator, results or (), responses or ())


def print_left_out(left_out: Sequence[LeftOut]) -> None:
    """Faults that only the estimate could see, by cause: educators stand where a file would."""
    by_code: defaultdict[str, list[tuple[str, Fault]]] = defaultdict(list)
    for person in left_out:
        for fault in person.faults:
            by_code[fault.code].append((person.educator_id, fault))
    print_grouped(
        [
            replace(fault, file=f"педагоги {_listed(e for e, _ in found)}", pointer="")
            for found in by_code.values()
            for _, fault in found
        ],
        title=LEFT_OUT,
    )


def _listed(educators: Iterable[str]) -> str:
    names = list(dict.fromkeys(educators))
    rest = f" и ещё {len(names) - NAMED}" if len(names) > NAMED else ""
    return ", ".join(f"«{name}»" for name in names[:NAMED]) + rest


def _spared(report: ImportReport, left_out: Sequence[LeftOut]) -> tuple[int, int]:
    """Rows, and educators of the estimate's faults, whose evidence was not taken whole."""
    return len(rows_at_fault(report.set_aside)), len(left_out)


def _print(table: GroupTable, spared: tuple[int, int], *, as_json: bool, language: str) -> None:
    if as_json:
        print_json(table)
        return
    if any(spared):
        typer.echo(NOT_TAKEN[language].format(*spared))
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((WIDTH, 24)).columns if terminal else WIDTH
    typer.echo(render_groups(table, language, width=width, colour=terminal), nl=False)


def _write(table: GroupTable, path: Path, language: str) -> None:
    """Write the table under worded heads; CSV for Excel, hence the mark and the semicolon."""
    frame = table.to_sheet(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".xlsx":
        frame.to_excel(path, index=False)
        return
    decimal = "," if language == "ru" else "."
    frame.to_csv(path, index=False, sep=";", decimal=decimal, encoding="utf-8-sig")
