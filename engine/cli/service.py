"""``routes serve``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.settings import load_settings


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

    from api.solving.forking import begin_importing
    from api.standing import nothing_collected

    settings = load_settings(config)
    # Before the rest is imported here: there are two processes that import for seconds.
    begin_importing()
    with nothing_collected():
        from api.serve import serve as run_service

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
