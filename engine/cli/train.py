"""``routes train`` and ``evaluate``: a candidate model from outcomes, beside the one in service."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.enrolments import study_table
from engine.cli.inputs import JsonOption, MappingOption, parse_day, policy_named, read
from engine.cli.kept_outcomes import with_kept_outcomes
from engine.cli.models import ModelsOption, opened
from engine.cli.output import print_json, print_remarks
from engine.cli.terminal import print_wide, progress
from engine.documents.gate_text import render_gate
from engine.documents.model_card import render_model_card
from engine.documents.model_comparison import comparison_text
from engine.errors import Fault, InputError
from engine.framework import load_framework
from engine.interchange.training_data import training_data_of
from engine.matching.model import MatchingModel
from engine.matching.tagging import CompetencyTagger
from engine.model_registry import Registry
from engine.model_registry.candidate import (
    judged,
    register_candidate,
    require_free,
    require_unseen,
    version_name,
)
from engine.policy import load_policy
from engine.simulation.history import simulate_history
from engine.simulation.history_plan import HistoryPlan
from engine.training.data import TrainingData
from engine.training.evaluate import EvaluationOptions
from engine.training.fit import FitOptions, Say
from engine.training.run import (
    TEST_SHARE,
    TrainingOptions,
    compared_models,
    evaluate_again,
    split_day,
    train,
)

PLANS = 400
DEMO_EDUCATORS, DEMO_ACTIVITIES, DEMO_PLANS = 700, 300, 200
DEMO_MODELS = Path("models")
DEFAULT_POLICY = "default"

PackageOption = Annotated[
    Path | None,
    typer.Argument(help="Пакет данных с таблицей interactions (папка, XLSX)."),
]
InteractionsOption = Annotated[
    Path | None,
    typer.Option(
        "--interactions",
        help="Таблица записей (CSV, XLSX) или папка с ней: человек, активность, дата или порядок.",
    ),
]
ActivitiesOption = Annotated[
    Path | None,
    typer.Option("--activities", help="Таблица активностей к записям: текст, признаки."),
]
SeedOption = Annotated[int, typer.Option(min=0, help="Начальное число: с ним всё повторится.")]
JobsOption = Annotated[int, typer.Option("--jobs", min=1, max=64, help="Процессов.")]
ShareOption = Annotated[
    float,
    typer.Option("--test-share", min=0.05, max=0.9, help="Доля последних строк для проверки."),
]
PlansOption = Annotated[
    int | None,
    typer.Option(
        "--plans",
        min=50,
        help=f"Педагогов, чьи маршруты строятся для сравнения; {PLANS}, с --demo {DEMO_PLANS}.",
    ),
]
ListsOption = Annotated[
    Path | None,
    typer.Option("--lists", help="Куда записать лучшие десять каждого человека (CSV)."),
]


def train_model(
    package: PackageOption = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="На смоделированном регионе, около минуты.")
    ] = False,
    interactions: InteractionsOption = None,
    activities: ActivitiesOption = None,
    mapping: MappingOption = None,
    models: ModelsOption = None,
    version: Annotated[
        str | None, typer.Option(help="Имя версии; без него — день и отпечаток данных.")
    ] = None,
    test_share: ShareOption = TEST_SHARE,
    plans: PlansOption = None,
    seed: SeedOption = 0,
    jobs: JobsOption = 2,
    lists: ListsOption = None,
    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            help="База службы: её обратная связь и ход согласованных маршрутов — тоже исходы; "
            "её каталог и правки тегов — поверх пакета.",
        ),
    ] = None,
    created_on: Annotated[
        str | None, typer.Option(help="День обучения, 2026-09-01; без него — сегодня.")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Обучить модель подбора на исходах и сравнить её с работающей и базовыми."""
    if sum([package is not None, demo, interactions is not None]) != 1:
        raise typer.BadParameter("нужно одно из трёх: ПАКЕТ, --demo или --interactions ФАЙЛ")
    _only_with_enrolments(interactions, activities, lists)
    if database is not None and package is None:
        raise typer.BadParameter("--database — только вместе с ПАКЕТОМ: его педагоги и каталог")
    if interactions is not None:
        return study_table(interactions, activities, seed, lists, as_json=as_json)
    day = parse_day(created_on)
    options = _options(test_share, plans or (DEMO_PLANS if demo else PLANS), seed, jobs)
    registry = opened(DEMO_MODELS if demo and models is None else models)
    if version is not None:
        require_free(registry, version)
    in_service, digest = _in_service(registry)
    with progress() as say:
        data, tagger = _demo(seed, say) if demo else _package(package, mapping, say, database)
        corrections = () if tagger is None else tagger.corrections
        training = train(
            data,
            version or version_name(data, day, registry, corrections),
            in_service,
            options,
            tagger=tagger,
            digests={in_service.version: digest},
            say=say,
        )
        say("карточка и реестр")
        candidate = register_candidate(
            registry,
            training,
            data,
            options,
            created_on=day,
            parent=in_service.version if digest else None,
            card=render_model_card,
            at=dt.datetime.now(dt.UTC).replace(microsecond=0),
            by="routes train",
        )
    if as_json:
        folder = str(candidate.folder)
        print_json({"report": candidate.report, "gate": candidate.gate, "folder": folder})
        return 0
    print_wide(comparison_text, training.evaluation)
    typer.echo(render_gate(candidate.gate), nl=False)
    typer.echo(f"записано: {candidate.folder}; прочитайте card.md", err=True)
    typer.echo(f"дальше: routes promote {candidate.version} --models {registry.folder}", err=True)
    return 0


def evaluate_model(
    version: Annotated[
        str | None, typer.Argument(help="Версия из routes models; без неё нужна --interactions.")
    ] = None,
    package: Annotated[
        Path | None, typer.Option("--package", help="Пакет данных с таблицей interactions.")
    ] = None,
    interactions: InteractionsOption = None,
    activities: ActivitiesOption = None,
    mapping: MappingOption = None,
    models: ModelsOption = None,
    test_share: ShareOption = TEST_SHARE,
    plans: PlansOption = None,
    seed: SeedOption = 0,
    jobs: JobsOption = 2,
    as_json: JsonOption = False,
) -> int:
    """Сравнить модель из реестра с работающей на новых данных; вывод допуска хранится с ней."""
    _only_with_enrolments(interactions, activities)
    if interactions is not None:
        if version is not None or package is not None:
            raise typer.BadParameter("с --interactions не нужны ни версия, ни --package")
        return study_table(interactions, activities, seed, None, as_json=as_json)
    if version is None or package is None:
        raise typer.BadParameter("нужны ВЕРСИЯ и --package ПАКЕТ, либо --interactions ФАЙЛ")
    registry = opened(models)
    loaded = registry.load(version)
    model = loaded.model
    if not isinstance(model, MatchingModel):
        detail = f"«{version}» — не модель подбора; обучите её командой routes train"
        raise InputError([Fault("not_a_matching_model", detail)])
    in_service, digest = _in_service(registry)
    serves = in_service.version == version
    options = _options(test_share, plans or PLANS, seed, jobs)
    with progress() as say:
        data, _ = _package(package, mapping, say)
        day = split_day(data, test_share)
        require_unseen(loaded.entry, day)
        evaluation = evaluate_again(
            data,
            day,
            compared_models(model, MatchingModel.prior() if serves else in_service),
            options.evaluation,
            digests={in_service.version: digest, version: loaded.entry.digest},
            say=say,
        )
    verdict = None
    if not serves:  # a model is not let in against itself
        verdict = judged(evaluation, version, in_service.version, data, seed)
        registry.attach_gate(verdict)
    if as_json:
        body = {"models": evaluation.models, "ranking": evaluation.ranking, "gate": verdict}
        print_json(body)
        return 0
    print_wide(comparison_text, evaluation)
    if verdict is None:
        typer.echo(f"{version} работает: сравнена с весами из поставки, допуск ей не нужен")
    else:
        typer.echo(render_gate(verdict), nl=False)
    return 0


def _only_with_enrolments(interactions: Path | None, *others: Path | None) -> None:
    """What would be passed over in silence is wrong usage."""
    if interactions is None and any(other is not None for other in others):
        raise typer.BadParameter("--activities и --lists — только вместе с --interactions")


def _options(test_share: float, plans: int, seed: int, jobs: int) -> TrainingOptions:
    return TrainingOptions(
        test_share=test_share,
        fit=FitOptions(n_jobs=jobs),
        evaluation=EvaluationOptions(plans=plans, seed=seed, n_jobs=jobs),
    )


def _demo(seed: int, say: Say) -> tuple[TrainingData, None]:
    """A simulated region: the demo package has no outcomes, and made-up ones must say so."""
    say("смоделированный регион")
    framework, policy = load_framework(), load_policy(DEFAULT_POLICY)
    plan = HistoryPlan(educators=DEMO_EDUCATORS, activities=DEMO_ACTIVITIES)
    history = simulate_history(plan, seed, framework, policy)
    return TrainingData.from_history(history, framework, policy), None


def _package(
    package: Path | None, mapping: Path | None, say: Say, database: str | None = None
) -> tuple[TrainingData, CompetencyTagger | None]:
    say("пакет данных")
    framework = load_framework()
    report = read(package, framework, mapping=mapping)
    taken = report.accepted()
    print_remarks(report.notes, report.warnings)
    if database is not None:
        taken = with_kept_outcomes(taken, database)
    policy = policy_named(taken.policy or DEFAULT_POLICY)
    corrections = taken.corrections
    tagger = CompetencyTagger(corrections=corrections) if corrections else None
    return training_data_of(taken, framework, policy), tagger


def _in_service(registry: Registry) -> tuple[MatchingModel, str]:
    """The model in service with the digest of its file; the package's weights have none."""
    version = registry.state().in_service
    if version is None:
        return MatchingModel.prior(), ""
    loaded = registry.load(version)
    if not isinstance(loaded.model, MatchingModel):
        detail = f"в работе «{version}», а это не модель подбора; верните прежнюю: routes rollback"
        raise InputError([Fault("not_a_matching_model", detail)])
    return loaded.model, loaded.entry.digest
