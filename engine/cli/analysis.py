"""``routes analysis``: where deficits concentrate, what is lacking, and what to do about it."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine.analysis import Analysis, AnalysisOptions, analyse
from engine.cli.inputs import (
    AsOfOption,
    JsonOption,
    LanguageOption,
    MappingOption,
    PolicyOption,
    parse_as_of,
    policy_named,
    read,
)
from engine.cli.output import print_json, print_remarks
from engine.deficits.groupings import Grouping
from engine.documents.analysis_text import render_analysis
from engine.framework import load_framework
from engine.interchange.region import record_of_package
from engine.recommendation import to_dict
from engine.recommender.pipeline import DEFAULT_POLICY

WIDTH = 110


class By(StrEnum):
    """Kinds of groups that may stand out."""

    DISTRICT = "district"
    SCHOOL = "school"
    SUBJECT = "subject"
    POSITION = "position"


def analysis(
    package: Annotated[
        Path | None,
        typer.Option(help="Папка пакета данных, XLSX или CSV; без неё — демо-пакет."),
    ] = None,
    by: Annotated[
        list[By] | None,
        typer.Option(
            help="Где искать скопления дефицитов: район, организация, предмет, должность; без "
            "него — везде. Можно повторять."
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(help="Последний день потоков, 2027-05-31; без него — горизонт политики."),
    ] = None,
    run_seats: Annotated[int, typer.Option(min=1, help="Мест в потоке, который добавить.")] = 25,
    runs: Annotated[int, typer.Option(min=0, help="Сколько потоков предложить.")] = 10,
    mapping: MappingOption = None,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
    language: LanguageOption = "ru",
) -> int:
    """Где скапливаются дефициты, чего нет в каталоге, кому нужны наставники и что с этим делать."""
    framework = load_framework()
    report = read(package, framework, mapping=mapping, as_of=parse_as_of(as_of))
    data = report.accepted()
    print_remarks(report.notes, report.warnings)
    options = AnalysisOptions(
        until=_day(until),
        run_seats=run_seats,
        most_runs=runs,
        by=tuple(Grouping(kind.value) for kind in by) if by else AnalysisOptions().by,
    )
    rules = policy_named(policy or data.policy or DEFAULT_POLICY)
    _print(analyse(record_of_package(data), framework, rules, options), as_json, language)
    return 0


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"--until: «{text}» — не день; нужно 2027-05-31") from error


def _print(found: Analysis, as_json: bool, language: str) -> None:
    if as_json:
        print_json(to_dict(found))
        return
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((WIDTH, 24)).columns if terminal else WIDTH
    typer.echo(render_analysis(found, language, width=width, colour=terminal), nl=False)
