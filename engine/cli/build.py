"""``routes build``: one educator from files to a route."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.inputs import (
    AsOfOption,
    CalibrationOption,
    DiagnosticsOption,
    EducatorsOption,
    HoursOption,
    JsonOption,
    LanguageOption,
    MappingOption,
    OpenOption,
    PackageArgument,
    PolicyOption,
    calibrated_items,
    declared,
    parse_as_of,
    patient,
    read,
)
from engine.cli.models import ModelsOption, serving
from engine.cli.output import (
    prepare,
    print_recommendation,
    print_remarks,
    write_outputs,
)
from engine.cli.team import build_team
from engine.domain import Constraints
from engine.errors import Fault, InputError
from engine.framework import load_framework
from engine.interchange import DataPackage, request_for
from engine.recommender import Recommender, RouteRequest

EMPTY_ROUTE = (
    "В маршруте нет мероприятий. Причины — в «Почему не вошли другие мероприятия»; чаще всего в "
    "каталоге нет часов (--hours ВИД=ЧАСЫ) или потоков с датами (--offerings ФАЙЛ, а для программ "
    "с открытой записью --open-enrolment)."
)


def build(
    package: PackageArgument = None,
    educator: Annotated[
        str | None, typer.Option(help="Шифр педагога; не нужен, если он в данных один.")
    ] = None,
    team: Annotated[
        str | None,
        typer.Option(help="Код управленческой команды из пакета: план всем участникам сразу."),
    ] = None,
    diagnostics: DiagnosticsOption = None,
    catalogue: Annotated[
        Path | None, typer.Option(help="Свой файл активностей (XLSX, CSV) вместо пакетного.")
    ] = None,
    offerings: Annotated[
        Path | None, typer.Option(help="Свой файл потоков (XLSX, CSV) вместо пакетного.")
    ] = None,
    educators: EducatorsOption = None,
    requests: Annotated[
        Path | None, typer.Option(help="Свой файл запросов (XLSX, CSV) вместо пакетного.")
    ] = None,
    mapping: MappingOption = None,
    open_enrolment: OpenOption = False,
    hours: HoursOption = None,
    calibration: CalibrationOption = None,
    models: ModelsOption = None,
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
    variants: Annotated[
        bool,
        typer.Option("--variants", help="Найти и варианты: быстрый и лёгкий; им половина срока."),
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Папка для страницы ИОМ, календаря, JSON и файла задачи.")
    ] = None,
    as_json: JsonOption = False,
    language: LanguageOption = "ru",
) -> int:
    """Построить маршрут одного педагога из файлов, или маршруты команды (--team)."""
    if team is not None:
        of_one = {
            "--educator": educator,
            "--tempo": tempo,
            "--pin": pin,
            "--ban": ban,
            "--max-steps": max_steps,
            "--variants": variants or None,
        }
        refuse_for_team([name for name, given in of_one.items() if given is not None])
    framework = load_framework()
    items = calibrated_items(calibration, framework)
    given = {
        "diagnostics": diagnostics,
        "activities": catalogue,
        "offerings": offerings,
        "educators": educators,
        "requests": requests,
    }
    files = {table: path for table, path in given.items() if path is not None}
    report = read(
        package,
        framework,
        files=files,
        mapping=mapping,
        as_of=parse_as_of(as_of),
        defaults=declared(open_enrolment, hours),
    )
    data = report.accepted()
    if not as_json:
        print_remarks(report.notes, report.warnings)
    if team is not None:
        recommender = Recommender.from_package(
            data, framework, policy=policy, items=items, **serving(models)
        )
        return build_team(
            data,
            recommender,
            team,
            policy=policy,
            deadline_ms=deadline_ms,
            gap=gap,
            language=language,
            out=out,
            as_json=as_json,
        )
    constraints = Constraints(
        pinned=tuple(pin or ()), excluded=tuple(ban or ()), max_steps=max_steps
    )
    request = request_for(data, educator or only_educator(data, files), constraints=constraints)
    request = with_settings(request, policy, tempo, deadline_ms, gap, language)
    request = replace(request, variants=variants)
    recommender = Recommender.from_package(
        data, framework, policy=policy, items=items, **serving(models)
    )
    prepare()
    outcome = recommender.recommend(patient(request, recommender.policy_of(request.policy)))
    # Files first: a reader that closes the pipe early (``| head``) must not cost them.
    paths: list[Path] = []
    if out is not None:
        paths = write_outputs(outcome, out, language=language, labels=data.labels)
    print_recommendation(outcome.recommendation, as_json=as_json, language=language)
    for path in paths:
        typer.echo(f"записано: {path}", err=True)
    route = outcome.recommendation.route
    if route is not None and not route.steps:
        typer.echo(EMPTY_ROUTE, err=True)
    return 0 if route is not None else 4


def refuse_for_team(given: Collection[str]) -> None:
    """Refuse what is set for one educator where a team is planned.

    Raises
    ------
    InputError
        ``not_for_team``.
    """
    if given:
        detail = f"{', '.join(given)}: это для одного педагога, а --team планирует команду"
        raise InputError([Fault("not_for_team", detail, pointer=next(iter(given)))])


def with_settings(
    request: RouteRequest,
    policy: str | None,
    tempo: int | None,
    deadline_ms: int | None,
    gap: float | None,
    language: str,
) -> RouteRequest:
    """The request with what is set by hand; ``None`` leaves it as it is."""
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


def only_educator(package: DataPackage, given: Collection[str]) -> str:
    """The educator, if the data leave no choice.

    Nor is there one if the tables given by hand, else the whole package, hold diagnostics or
    requests of one educator only.
    """
    evidence: dict[str, Collection[str]] = {
        "diagnostics": package.diagnostics.keys() | package.responses.keys(),
        "requests": package.requests.keys(),
    }
    told = [evidence[table] for table in evidence if table in given] or list(evidence.values())
    ids = [e.id for e in package.educators]
    named = [i for i in ids if any(i in group for group in told)]
    for choice in (ids, named):
        if len(choice) == 1:
            return choice[0]
    listed = named or ids
    shown = ", ".join(listed[:12]) + ("…" if len(listed) > 12 else "")
    detail = f"в данных несколько педагогов; укажите --educator (есть: {shown})"
    if not ids:
        detail = "в данных нет ни одного педагога: добавьте таблицу educators («Педагоги»)"
    raise InputError([Fault("educator_not_chosen", detail, pointer="--educator")])
