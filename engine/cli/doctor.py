"""``routes doctor``: is everything in place on this machine, and if not, what to do."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from engine import __version__
from engine.cli.doctor_machine import (
    check_clock,
    check_disk,
    check_folders,
    check_port,
    check_workers,
)
from engine.cli.inputs import JsonOption, demo_package
from engine.cli.output import print_json
from engine.documents.docx import render_docx
from engine.documents.parts import DocumentUnavailable
from engine.errors import ConfigurationError, EngineError
from engine.framework import load_framework
from engine.interchange import request_for
from engine.model_registry import Registry
from engine.policy import list_policies, load_policy
from engine.recommendation import Recommendation
from engine.recommender import Recommender
from engine.settings import LoadedSettings, Settings, read_settings
from engine.storage import open_store

Check = Callable[[], str]
_LIBRARIES = ("ortools", "scikit-learn", "numpy", "pandas", "fastapi", "sqlalchemy")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check said; ``said`` is what is there, or what is wrong and the way out."""

    check: str
    passed: bool
    said: str


def doctor(
    path: Annotated[
        Path | None, typer.Option("--config", help="Файл настроек TOML; без него — ROUTES_CONFIG.")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Проверить установку, настройки, данные, базу и машину; код 1, если что-то не так."""
    findings = []
    for finding in _findings(path):
        findings.append(finding)
        if not as_json:
            mark = "  в порядке  " if finding.passed else "  НЕИСПРАВНО "
            typer.echo(f"{mark}{finding.check}: {finding.said}")
    if as_json:
        print_json({"passed": all(f.passed for f in findings), "checks": findings})
    return 0 if all(f.passed for f in findings) else 1


def _findings(path: Path | None) -> Iterator[Finding]:
    yield from map(
        _done, ("движок", "библиотеки", "политики", "демо-данные", "маршрут"), _INSTALLED
    )
    try:
        loaded = read_settings(path)
    except ConfigurationError as error:
        yield Finding("настройки", False, f"{error}; образец: routes config template")
        return
    settings = loaded.settings
    yield Finding("настройки", True, _sources(loaded))
    checks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("пакет данных", _package),
        ("модели", _models),
        ("показатели", _indicators),
        ("документы", _documents),
        ("папки", check_folders),
        ("диск", check_disk),
        ("база данных", _database),
        ("часы", check_clock),
        ("порт", check_port),
        ("процессы расчёта", check_workers),
    )
    for name, check in checks:
        yield _done(name, lambda check=check: check(settings))  # type: ignore[misc]


def _done(name: str, check: Check) -> Finding:
    try:
        return Finding(name, True, check())
    except EngineError as error:
        return Finding(name, False, str(error))
    except Exception as error:
        return Finding(name, False, f"{type(error).__name__}: {error}")


def _sources(loaded: LoadedSettings) -> str:
    changed = ", ".join(sorted(loaded.sources)) or "все по умолчанию"
    return f"файл: {loaded.file or 'нет'}; задано: {changed}"


# --------------------------------------------------------------------------- what is installed


def _engine() -> str:
    return f"{__version__}, Python {platform.python_version()}, ядер {os.cpu_count()}"


def _libraries() -> str:
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _LIBRARIES)


def _policies() -> str:
    names = list_policies()
    for name in names:
        load_policy(name)
    return ", ".join(names)


def _demo_data() -> str:
    package, framework = demo_package()
    return (
        f"педагогов {len(package.educators)}, активностей {len(package.activities)}, "
        f"потоков {len(package.offerings)}, компетенций {len(framework)}"
    )


@cache
def _recommended() -> Recommendation:
    package, framework = demo_package()
    recommender = Recommender.from_package(package, framework)
    return recommender.recommend(request_for(package, package.educators[0].id)).recommendation


def _demo_route() -> str:
    found = _recommended()
    if found.route is None:
        raise RuntimeError(f"маршрут демо-педагога не построен: {found.status}")
    return f"{found.status}, шагов {len(found.route.steps)}"


_INSTALLED: tuple[Check, ...] = (_engine, _libraries, _policies, _demo_data, _demo_route)


# --------------------------------------------------------------------------- what is set up


def _package(settings: Settings) -> str:
    # The service's modules take a second to load, which other commands need not wait for.
    from api.service import calibrated_items, load_package, policy_of

    package = load_package(settings)
    items = calibrated_items(settings, package)
    policy = policy_of(settings, package)
    load_policy(policy)
    calibrated = "без калибровки" if items is None else "с калибровкой"
    return (
        f"{settings.data_package or 'демо'}: педагогов {len(package.educators)}, активностей "
        f"{len(package.activities)}, {calibrated}, политика {policy}"
    )


def _models(settings: Settings) -> str:
    if settings.models_dir is None:
        return "веса из поставки"
    registry = Registry(Path(settings.models_dir), load_framework)
    version = registry.state().in_service
    if version is None:
        return f"{settings.models_dir}: ни одна не в работе, действуют веса из поставки"
    registry.load(version)
    return f"{settings.models_dir}: в работе {version}, отпечаток совпадает"


def _indicators(settings: Settings) -> str:
    from api.indicator_profiles import known_profiles

    found = known_profiles(settings.indicators_dir)
    return f"{', '.join(found)}; показателей {sum(len(p.indicators) for p in found.values())}"


def _documents(settings: Settings) -> str:
    own = settings.iom_template
    name = own or "шаблон из поставки"
    try:
        # A faulty tag shows only when it is filled in.
        content = render_docx(_recommended(), template=None if own is None else Path(own))
    except DocumentUnavailable as error:
        if own is not None:
            raise  # whoever has a template of his own wants documents
        return f"DOCX и PDF не собираются (ответ 501): {error}"
    return f"{name}: ИОМ демо-педагога собран, {len(content) // 1024} КБ"


def _database(settings: Settings) -> str:
    from engine.cli.db import sqlite_file

    store = open_store(settings.database_url, settings.db_pool_size)
    try:
        path = sqlite_file(store)
        if path is not None and not path.exists():
            return f"{path}: ещё нет, создастся при запуске службы"
        if not store.ready():
            raise ConfigurationError(
                f"{store.url}: не отвечает или схема старая; проверьте адрес и обновите: "
                "routes db upgrade"
            )
        return f"{store.url}: отвечает, схема новейшая"
    finally:
        store.close()
