"""``routes models``, ``promote`` and ``rollback``: which matching model serves."""

from __future__ import annotations

import datetime as dt
import getpass
from pathlib import Path
from typing import Annotated, TypedDict

import typer

from engine.cli.inputs import JsonOption
from engine.cli.output import print_json
from engine.documents.gate_text import PRIOR, render_gate
from engine.documents.models_text import render_models
from engine.errors import ConfigurationError, Fault, InputError, PromotionRefused
from engine.framework import load_framework
from engine.matching.model import MatchingModel
from engine.model_registry import Event, Registry
from engine.settings import load_settings
from engine.training.gate_report import GateReport, gate_from_json

ModelsOption = Annotated[
    Path | None,
    typer.Option("--models", help="Папка реестра моделей; без неё — настройка models_dir."),
]
ByOption = Annotated[
    str | None, typer.Option("--by", help="Кто это делает, для истории; без него — имя входа.")
]


def list_models(models: ModelsOption = None, as_json: JsonOption = False) -> int:
    """Показать модели подбора: версия, день, состояние, главные показатели, отпечаток."""
    registry = opened(models)
    listed = registry.listed()
    state = registry.state()
    if as_json:
        print_json({"in_service": state.in_service, "models": listed, "history": state.history})
    else:
        typer.echo(render_models(listed, state), nl=False)
    return 0


def promote(
    version: Annotated[str, typer.Argument(help="Версия из routes models.")],
    models: ModelsOption = None,
    report: Annotated[
        Path | None,
        typer.Option(help="Файл отчёта допуска (JSON); без него — тот, что хранится с версией."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Пустить в работу без допуска; нужен --reason.")
    ] = False,
    reason: Annotated[
        str | None, typer.Option(help="Почему без допуска: останется в истории.")
    ] = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> int:
    """Пустить модель в работу, если сравнение с работающей её допускает; код 6 — не допущена."""
    if force != bool((reason or "").strip()):
        raise typer.BadParameter("--force и --reason нужны вместе")
    registry = opened(models)
    judged = _read(report) if report is not None else registry.gate_of(version)
    try:
        event = registry.promote(
            version, judged, at=_now(), by=by or _login(), force_reason=reason if force else None
        )
    except PromotionRefused:
        if judged is not None and not as_json:
            typer.echo(render_gate(judged), nl=False)
        raise
    if as_json:
        print_json({"event": event, "gate": judged})
        return 0
    if judged is not None:
        typer.echo(render_gate(judged), nl=False)
    _say(event)
    return 0


def rollback(models: ModelsOption = None, by: ByOption = None, as_json: JsonOption = False) -> int:
    """Вернуть в работу модель, которая работала до нынешней."""
    event = opened(models).rollback(at=_now(), by=by or _login())
    if as_json:
        print_json({"event": event})
    else:
        _say(event)
    return 0


def opened(models: Path | None) -> Registry:
    """Registry of the option, else of the settings.

    Raises
    ------
    ConfigurationError
        Neither names a folder.
    """
    named = load_settings().models_dir
    if models is None and named is None:
        raise ConfigurationError(
            "не сказано, где модели: укажите --models ПАПКА или настройку models_dir "
            "(ROUTES_MODELS_DIR)"
        )
    return Registry(models or Path(str(named)), load_framework)


class Serving(TypedDict):
    """Arguments of ``Recommender.from_package``."""

    model: MatchingModel | None
    model_digest: str | None


def serving(models: Path | None) -> Serving:
    """The model in service of the registry that the option or the settings name, if any.

    Raises
    ------
    ArtefactError
        The model or the registry cannot be trusted.
    """
    if models is None and load_settings().models_dir is None:
        return Serving(model=None, model_digest=None)
    registry = opened(models)
    version = registry.state().in_service
    if version is None:
        return Serving(model=None, model_digest=None)
    return of_version(registry, version)


def version_in_service(models: Path) -> str | None:
    """Version that serves from a registry; ``None`` = the weights that come with the package."""
    return opened(models).state().in_service


def of_version(registry: Registry, version: str) -> Serving:
    """A version of a registry.

    Raises
    ------
    ArtefactError
        The model or the registry cannot be trusted.
    InputError
        It is no matching model.
    """
    loaded = registry.load(version)
    if not isinstance(loaded.model, MatchingModel):
        detail = f"«{version}» — не модель подбора; верните прежнюю: routes rollback"
        raise InputError([Fault("not_a_matching_model", detail)])
    return Serving(model=loaded.model, model_digest=loaded.entry.digest)


def _read(path: Path) -> GateReport:
    try:
        return gate_from_json(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        fault = Fault(
            "gate_report_unreadable", "это не отчёт допуска (JSON, UTF-8)", file=path.name
        )
        raise InputError([fault]) from error


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return ""


def _say(event: Event) -> None:
    typer.echo(f"В работе: {event.version or PRIOR} (раньше: {event.previous or PRIOR})")
    if event.forced:
        typer.echo(f"Без допуска, причина записана: {event.reason}")
    typer.echo("Работающая служба перейдёт на неё сама за несколько секунд.")
