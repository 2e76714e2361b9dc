"""``routes compare`` and ``routes check-route``: routes side by side, and one made by hand."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from dataclasses import replace
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
from engine.documents import render_check, render_comparison
from engine.errors import Fault, InputError
from engine.framework import load_framework
from engine.interchange import request_for
from engine.planning.problem_json import FORMAT
from engine.recommendation import Recommendation
from engine.recommendation_json import recommendation_from_dict
from engine.recommender import Recommender
from engine.recommender.compare import compare, sides_to_compare
from engine.recommender.given_steps import GivenStep


def compare_files(
    routes: Annotated[
        list[Path],
        typer.Argument(
            help="Два или три файла route.json одного педагога; один файл — сравнить его варианты "
            "(routes build --variants)."
        ),
    ],
    as_json: JsonOption = False,
    language: LanguageOption = "ru",
) -> int:
    """Сравнить маршруты: что то же, что перенесено, чего нет, и чего стоит каждый."""
    answers = [_answer(path) for path in routes]
    sides = sides_to_compare(answers)
    if len(answers) > 1:
        # Files of one folder are told apart by their names, answers of one problem share an id.
        names = _names(routes)
        sides = tuple(replace(s, id=name) for s, name in zip(sides, names, strict=True))
    found = compare(sides)
    if as_json:
        print_json(found)
    else:
        typer.echo(render_comparison(found, language, width=_width()))
    return 0


def check_own(
    package: PackageArgument = None,
    step: Annotated[
        list[str] | None,
        typer.Option(
            help="Шаг маршрута: код потока или код активности; день начала через «=», если он не "
            "единственный: --step self-psy=2026-09-07. Можно повторять."
        ),
    ] = None,
    educator: Annotated[
        str | None, typer.Option(help="Шифр педагога; не нужен, если он в данных один.")
    ] = None,
    mentor: Annotated[
        str | None, typer.Option(help="Шифр наставника; без него подберётся.")
    ] = None,
    mapping: MappingOption = None,
    open_enrolment: OpenOption = False,
    hours: HoursOption = None,
    calibration: CalibrationOption = None,
    models: ModelsOption = None,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    tempo: Annotated[int | None, typer.Option(min=0, help="Темп: минут обучения в неделю.")] = None,
    deadline_ms: Annotated[
        int | None, typer.Option(min=1, max=30_000, help="Срок проверки, мс.")
    ] = None,
    as_json: JsonOption = False,
    language: LanguageOption = "ru",
) -> int:
    """Проверить свой маршрут: нарушения, ценность рядом с лучшей, наименьшая правка."""
    if not step:
        detail = "укажите хотя бы один --step: код потока или код активности"
        raise InputError([Fault("no_steps", detail, "--step")])
    framework = load_framework()
    items = calibrated_items(calibration, framework)
    data = read(
        package,
        framework,
        mapping=mapping,
        as_of=parse_as_of(as_of),
        defaults=declared(open_enrolment, hours),
    ).accepted()
    request = request_for(data, educator or only_educator(data, ()))
    request = with_settings(request, policy, tempo, deadline_ms, None, language)
    recommender = Recommender.from_package(
        data, framework, policy=policy, items=items, **serving(models)
    )
    steps = _steps(step, {o.id for o in data.offerings}, {a.id for a in data.activities})
    asked = patient(request, recommender.policy_of(request.policy))
    prepare()
    found = recommender.check(asked, steps, mentor)
    if as_json:
        print_json(found)
    else:
        typer.echo(render_check(found, language))
    return 0 if found.holds else 4


def _steps(texts: list[str], offerings: set[str], activities: set[str]) -> list[GivenStep]:
    """The steps as written; every code that is neither is named."""
    steps = [_step(text, offerings) for text in texts]
    unknown = [s.activity for s in steps if s.activity and s.activity not in activities]
    if unknown:
        detail = "в данных нет ни мероприятия, ни потока «{}»: проверьте код"
        faults = [
            Fault("unknown_activity", detail.format(name), "--step", parameters={"id": name})
            for name in unknown
        ]
        raise InputError(faults)
    return steps


def _step(text: str, offerings: set[str]) -> GivenStep:
    """``ID`` or ``ID=date``; an id of an offering goes before one of an activity."""
    name, given, day = text.rpartition("=")
    start = None
    if given:
        try:
            start = dt.date.fromisoformat(day)
        except ValueError:
            detail = f"«{day}» — не день: пишите так: --step {name}=2026-09-07"
            raise InputError([Fault("step_date_invalid", detail, "--step")]) from None
    else:
        name = text
    if name in offerings:
        return GivenStep(offering=name, start=start)
    return GivenStep(activity=name, start=start)


def _answer(path: Path) -> Recommendation:
    try:
        body = json.loads(path.read_bytes())
        if isinstance(body, dict) and body.get("format") == FORMAT:
            detail = "это файл задачи (problem.json); нужен ответ routes build — route.json"
            raise InputError([Fault("not_a_route", detail)])
        return recommendation_from_dict(body)
    except ValueError as error:
        detail = (
            "это не ответ routes build (route.json): файл не читается как JSON в UTF-8; "
            "постройте маршрут заново"
        )
        raise InputError([Fault("route_unreadable", detail, file=str(path))]) from error
    except InputError as error:
        faults = [replace(fault, file=str(path)) for fault in error.faults]
        raise InputError(faults) from error


def _names(paths: list[Path]) -> list[str]:
    """The shortest names that tell the files apart."""
    for parts in range(1, 1 + max(len(p.parts) for p in paths)):
        names = ["/".join(p.parts[-parts:]) for p in paths]
        if len(set(names)) == len(names):
            return names
    return [str(p) for p in paths]


def _width() -> int:
    terminal = sys.stdout.isatty()
    return shutil.get_terminal_size((100, 24)).columns if terminal else 100
