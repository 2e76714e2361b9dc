"""``routes build``: one educator from files to a route."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.inputs import (
    AsOfOption,
    JsonOption,
    LanguageOption,
    MappingOption,
    PackageArgument,
    PolicyOption,
    parse_as_of,
    read,
)
from engine.cli.output import print_faults, print_recommendation, write_outputs
from engine.domain import Constraints
from engine.errors import Fault, InputError
from engine.framework import load_framework
from engine.interchange import DataPackage, request_for
from engine.recommender import Recommender, RouteRequest


def build(
    package: PackageArgument = None,
    educator: Annotated[
        str | None, typer.Option(help="Шифр педагога; не нужен, если он в данных один.")
    ] = None,
    diagnostics: Annotated[
        Path | None, typer.Option(help="Свой файл диагностики (XLSX, CSV) вместо пакетного.")
    ] = None,
    catalogue: Annotated[
        Path | None, typer.Option(help="Свой файл активностей (XLSX, CSV) вместо пакетного.")
    ] = None,
    educators: Annotated[
        Path | None, typer.Option(help="Свой файл педагогов (XLSX, CSV) вместо пакетного.")
    ] = None,
    requests: Annotated[
        Path | None, typer.Option(help="Свой файл запросов (XLSX, CSV) вместо пакетного.")
    ] = None,
    mapping: MappingOption = None,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    tempo: Annotated[int | None, typer.Option(min=0, help="Темп: минут обучения в неделю.")] = None,
    pin: Annotated[
        list[str] | None, typer.Option(help="Закрепить активность или поток; можно повторять.")
    ] = None,
    ban: Annotated[
        list[str] | None, typer.Option(help="Исключить активность или поток; можно повторять.")
    ] = None,
    max_steps: Annotated[int | None, typer.Option(min=0, help="Не больше шагов.")] = None,
    deadline_ms: Annotated[
        int | None, typer.Option(min=1, max=30_000, help="Срок решения, мс.")
    ] = None,
    gap: Annotated[float | None, typer.Option(min=0.0, max=1.0, help="Зазор, доля.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Папка для страницы ИОМ, календаря, JSON и файла задачи.")
    ] = None,
    as_json: JsonOption = False,
    language: LanguageOption = "ru",
) -> int:
    """Построить маршрут одного педагога из файлов."""
    framework = load_framework()
    given = {
        "diagnostics": diagnostics,
        "activities": catalogue,
        "educators": educators,
        "requests": requests,
    }
    files = {table: path for table, path in given.items() if path is not None}
    report = read(package, framework, files=files, mapping=mapping, as_of=parse_as_of(as_of))
    data = report.accepted()
    if report.warnings and not as_json:
        print_faults(report.warnings, title="Предупреждения импорта")
    constraints = Constraints(
        pinned=tuple(pin or ()), excluded=tuple(ban or ()), max_steps=max_steps
    )
    request = request_for(data, educator or _only_educator(data), constraints=constraints)
    request = _with_settings(request, policy, tempo, deadline_ms, gap, language)
    recommender = Recommender.from_package(data, framework, policy=policy)
    outcome = recommender.recommend(request)
    print_recommendation(outcome.recommendation, as_json=as_json, language=language)
    if out is not None:
        name = data.labels.get(request.educator.id)
        for path in write_outputs(outcome, out, language=language, name=name):
            typer.echo(f"записано: {path}", err=True)
    return 0 if outcome.recommendation.route is not None else 4


def _with_settings(
    request: RouteRequest,
    policy: str | None,
    tempo: int | None,
    deadline_ms: int | None,
    gap: float | None,
    language: str,
) -> RouteRequest:
    educator = request.educator
    if tempo is not None:
        educator = replace(educator, tempo_min_per_week=tempo)
    return replace(
        request,
        educator=educator,
        policy=policy or request.policy,
        deadline_ms=deadline_ms,
        gap_rel=gap,
        language=language,
    )


def _only_educator(package: DataPackage) -> str:
    """The educator, if the data leave no choice.

    Diagnostics for exactly one educator also leave none.
    """
    measured = [e.id for e in package.educators if e.id in package.diagnostics]
    for ids in ([e.id for e in package.educators], measured):
        if len(ids) == 1:
            return ids[0]
    ids = [e.id for e in package.educators]
    shown = ", ".join(ids[:12]) + ("…" if len(ids) > 12 else "")
    detail = f"в данных несколько педагогов; укажите --educator (есть: {shown or 'ни одного'})"
    raise InputError([Fault("educator_not_chosen", detail, pointer="--educator")])
