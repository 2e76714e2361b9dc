"""``routes serve`` and ``doctor``."""

from __future__ import annotations

import importlib.metadata
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from engine import __version__
from engine.cli.inputs import demo_package
from engine.interchange import request_for
from engine.policy import list_policies, load_policy
from engine.recommender import Recommender
from engine.settings import load_settings
from engine.storage import open_store


def serve(
    config: Annotated[Path | None, typer.Option(help="Файл настроек TOML.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65_535, help="Порт.")] = None,
    package: Annotated[
        Path | None, typer.Option(help="Папка пакета данных; без неё — демо.")
    ] = None,
    calibration: Annotated[
        Path | None, typer.Option(help="Папка калибровки заданий (routes calibrate).")
    ] = None,
    models: Annotated[
        Path | None, typer.Option(help="Папка реестра моделей; работает та, что допущена.")
    ] = None,
    database: Annotated[str | None, typer.Option(help="Адрес базы данных (SQLAlchemy).")] = None,
) -> int:
    """Запустить службу HTTP на этой машине с ключом на один запуск."""
    from dataclasses import replace

    from api.serve import serve as run_service

    settings = load_settings(config)
    changes: dict[str, object] = {}
    if port is not None:
        changes["port"] = port
    if package is not None:
        changes["data_package"] = str(package)
    if calibration is not None:
        changes["calibration_dir"] = str(calibration)
    if models is not None:
        changes["models_dir"] = str(models)
    if database is not None:
        changes["database_url"] = database
    run_service(replace(settings, **changes))  # type: ignore[arg-type]
    return 0


def doctor() -> int:
    """Проверить установку: версии, данные, решатель, хранилище; код 1, если что-то не так."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("движок", lambda: f"{__version__}, Python {platform.python_version()}"),
        ("библиотеки", _libraries),
        ("политики", _policies),
        ("демо-данные", _demo_data),
        ("маршрут", _demo_route),
        ("хранилище", _storage),
    ]
    failed = 0
    for name, check in checks:
        try:
            typer.echo(f"  в порядке  {name}: {check()}")
        except Exception as error:
            failed += 1
            typer.echo(f"  НЕИСПРАВНО {name}: {error}")
    return 1 if failed else 0


def _libraries() -> str:
    names = ("ortools", "scikit-learn", "numpy", "pandas", "fastapi", "sqlalchemy")
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)


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


def _demo_route() -> str:
    package, framework = demo_package()
    recommender = Recommender.from_package(package, framework)
    outcome = recommender.recommend(request_for(package, package.educators[0].id))
    route = outcome.recommendation.route
    if route is None:
        raise RuntimeError(f"маршрут демо-педагога не построен: {outcome.recommendation.status}")
    return f"{outcome.recommendation.status}, шагов {len(route.steps)}"


def _storage() -> str:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/doctor.db")
        store.upgrade()
        store.close()
    return "SQLite создаётся и обновляется"
