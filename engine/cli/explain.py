"""``routes why-not`` and ``routes what-helps``: questions about a route, from the same files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.build import only_educator, with_settings
from engine.cli.inputs import (
    AsOfOption,
    CalibrationOption,
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
from engine.cli.output import prepare, print_json
from engine.domain import Constraints
from engine.explanation import WhyNot
from engine.framework import load_framework
from engine.interchange import request_for
from engine.recommender import AskLimits, Recommender, RouteRequest
from engine.wording import price_words, why_not_words

PATIENT_MS = 10_000
"""A person at a terminal waits: the work of the question then ends before the clock."""

EducatorOption = Annotated[
    str | None, typer.Option(help="Шифр педагога; не нужен, если он в данных один.")
]
DiagnosticsOption = Annotated[
    Path | None, typer.Option(help="Свой файл диагностики (XLSX, CSV) вместо пакетного.")
]
CatalogueOption = Annotated[
    Path | None, typer.Option(help="Свой файл активностей (XLSX, CSV) вместо пакетного.")
]
OfferingsOption = Annotated[
    Path | None, typer.Option(help="Свой файл потоков (XLSX, CSV) вместо пакетного.")
]
EducatorsOption = Annotated[
    Path | None, typer.Option(help="Свой файл педагогов (XLSX, CSV) вместо пакетного.")
]
RequestsOption = Annotated[
    Path | None, typer.Option(help="Свой файл запросов (XLSX, CSV) вместо пакетного.")
]
TempoOption = Annotated[int | None, typer.Option(min=0, help="Темп: минут обучения в неделю.")]
PinOption = Annotated[
    list[str] | None, typer.Option(help="Закрепить активность или поток; можно повторять.")
]
BanOption = Annotated[
    list[str] | None, typer.Option(help="Исключить активность или поток; можно повторять.")
]
StepsOption = Annotated[int | None, typer.Option(min=0, help="Не больше шагов.")]
GapOption = Annotated[float | None, typer.Option(min=0.0, max=1.0, help="Зазор, доля.")]
WaitOption = Annotated[
    int, typer.Option("--wait-ms", min=1, max=60_000, help="Срок всего вопроса, мс.")
]


@dataclass(frozen=True)
class _Files:
    """Where the data of a question lie, and what is set by hand."""

    package: Path | None
    files: dict[str, Path | None]
    mapping: Path | None
    open_enrolment: bool
    hours: list[str] | None
    as_of: str | None
    calibration: Path | None
    models: Path | None


def why_not(
    activity: Annotated[str, typer.Argument(help="Код активности, о которой вопрос.")],
    package: PackageArgument = None,
    educator: EducatorOption = None,
    diagnostics: DiagnosticsOption = None,
    catalogue: CatalogueOption = None,
    offerings: OfferingsOption = None,
    educators: EducatorsOption = None,
    requests: RequestsOption = None,
    mapping: MappingOption = None,
    open_enrolment: OpenOption = False,
    hours: HoursOption = None,
    calibration: CalibrationOption = None,
    models: ModelsOption = None,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    tempo: TempoOption = None,
    pin: PinOption = None,
    ban: BanOption = None,
    max_steps: StepsOption = None,
    gap: GapOption = None,
    wait_ms: WaitOption = PATIENT_MS,
    as_json: JsonOption = False,
    language: LanguageOption = "ru",
) -> int:
    """Почему активности нет в маршруте и какое наименьшее изменение её впустит."""
    files = _Files(
        package,
        _tables(diagnostics, catalogue, offerings, educators, requests),
        mapping,
        open_enrolment,
        hours,
        as_of,
        calibration,
        models,
    )
    constraints = _constraints(pin, ban, max_steps)
    request, recommender = _question(files, educator, constraints, policy, tempo, gap, language)
    answer = recommender.why_not(request, activity, limits=AskLimits(deadline_ms=wait_ms))
    if as_json:
        print_json(answer)
    else:
        _print_why_not(answer, language)
    return 0


def what_helps(
    package: PackageArgument = None,
    educator: EducatorOption = None,
    diagnostics: DiagnosticsOption = None,
    catalogue: CatalogueOption = None,
    offerings: OfferingsOption = None,
    educators: EducatorsOption = None,
    requests: RequestsOption = None,
    mapping: MappingOption = None,
    open_enrolment: OpenOption = False,
    hours: HoursOption = None,
    calibration: CalibrationOption = None,
    models: ModelsOption = None,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    tempo: TempoOption = None,
    pin: PinOption = None,
    ban: BanOption = None,
    max_steps: StepsOption = None,
    gap: GapOption = None,
    wait_ms: WaitOption = PATIENT_MS,
    as_json: JsonOption = False,
    language: LanguageOption = "ru",
) -> int:
    """Что сделает маршрут лучше: час в неделю, неделя, шаг, снятое закрепление — в баллах."""
    files = _Files(
        package,
        _tables(diagnostics, catalogue, offerings, educators, requests),
        mapping,
        open_enrolment,
        hours,
        as_of,
        calibration,
        models,
    )
    constraints = _constraints(pin, ban, max_steps)
    request, recommender = _question(files, educator, constraints, policy, tempo, gap, language)
    answer = recommender.explain(request, limits=AskLimits(deadline_ms=wait_ms))
    if as_json:
        print_json(answer)
        return 0
    for line in price_words(answer.prices, has_route=bool(answer.prices), language=language):
        typer.echo(line)
    return 0 if answer.prices else 4


def _tables(
    diagnostics: Path | None,
    catalogue: Path | None,
    offerings: Path | None,
    educators: Path | None,
    requests: Path | None,
) -> dict[str, Path | None]:
    return {
        "diagnostics": diagnostics,
        "activities": catalogue,
        "offerings": offerings,
        "educators": educators,
        "requests": requests,
    }


def _constraints(
    pin: list[str] | None, ban: list[str] | None, max_steps: int | None
) -> Constraints:
    return Constraints(pinned=tuple(pin or ()), excluded=tuple(ban or ()), max_steps=max_steps)


def _question(
    files: _Files,
    educator: str | None,
    constraints: Constraints,
    policy: str | None,
    tempo: int | None,
    gap: float | None,
    language: str,
) -> tuple[RouteRequest, Recommender]:
    """The request as ``routes build`` makes it, and the recommender that answers."""
    framework = load_framework()
    items = calibrated_items(files.calibration, framework)
    given = {table: path for table, path in files.files.items() if path is not None}
    data = read(
        files.package,
        framework,
        files=given,
        mapping=files.mapping,
        as_of=parse_as_of(files.as_of),
        defaults=declared(files.open_enrolment, files.hours),
    ).accepted()
    chosen = educator or only_educator(data, given)
    request = request_for(data, chosen, constraints=constraints)
    request = with_settings(request, policy, tempo, None, gap, language)
    recommender = Recommender.from_package(
        data, framework, policy=policy, items=items, **serving(files.models)
    )
    prepare()
    return patient(request, recommender.policy_of(request.policy)), recommender


def _print_why_not(answer: WhyNot, language: str) -> None:
    typer.echo(f"{answer.title} ({answer.activity})")
    lines = why_not_words(answer.verdict, answer.reason, answer.loss, answer.changes, language)
    for line in lines:
        typer.echo(line)
