"""Checks of ``routes doctor`` that look at the machine: folders, disk, clock, port, processes."""

from __future__ import annotations

import datetime as dt
import ipaddress
import multiprocessing
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from zoneinfo import ZoneInfo

import engine
from engine.errors import ConfigurationError
from engine.planning.warm import warm
from engine.settings import Settings

FREE_LEAST_BYTES = 1 << 30
"""A route takes about 100 kB; a database without room refuses every write."""

WORKER_START_S = 120
"""Longest start of a worker, the first compilation of the solver's loops included."""

_SQLITE = "sqlite:///"
_ZONE = "Europe/Moscow"


def check_folders(settings: Settings) -> str:
    """Folders that are written can be, folders that are read can be."""
    writable, readable = [*_written(settings), Path(tempfile.gettempdir())], []
    for named in (settings.data_package, settings.calibration_dir, settings.models_dir):
        if named is not None:
            readable.append(Path(named))
    for folder in writable:
        _try_write(folder)
    for folder in readable:
        if not os.access(folder, os.R_OK | os.X_OK):
            raise ConfigurationError(f"папка {folder} не читается: дайте права на чтение и вход")
    return f"пишутся {len(writable)}, читаются {len(readable)}"


def check_disk(settings: Settings) -> str:
    """There is room where the database lies."""
    told = []
    for folder in _written(settings) or [Path.cwd()]:
        free = shutil.disk_usage(folder).free
        if free < FREE_LEAST_BYTES:
            raise ConfigurationError(
                f"в {folder} свободно {free >> 20} МБ, нужно не меньше {FREE_LEAST_BYTES >> 20}: "
                "освободите место или перенесите базу (database_url)"
            )
        told.append(f"{folder}: свободно {free >> 30} ГБ")
    return "; ".join(told)


def check_clock(settings: Settings) -> str:
    """The clock is not behind the program itself, and zones are known."""
    now = dt.datetime.now(dt.UTC)
    made = Path(engine.__file__).stat().st_mtime
    # A day for archives that carry a foreign zone.
    if now.timestamp() < made - 86_400:
        raise ConfigurationError(
            f"часы показывают {now:%d.%m.%Y %H:%M} UTC, а программа установлена позже: включите "
            "синхронизацию времени (NTP)"
        )
    local = now.astimezone(ZoneInfo(_ZONE))
    return f"{now:%d.%m.%Y %H:%M} UTC, {_ZONE} {local:%H:%M}"


def check_port(settings: Settings) -> str:
    """The asked port is free, or one of the next ones."""
    name = "127.0.0.1" if settings.host == "localhost" else settings.host
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        raise ConfigurationError(f"host: «{settings.host}» — не IP-адрес") from None
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    last = min(65_535, settings.port + settings.port_attempts)
    for port in range(settings.port, last + 1):
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((name, port))
            except OSError:
                continue
        taken = "" if port == settings.port else f" ({settings.port} занят)"
        return f"{settings.host}:{port} свободен{taken}"
    raise ConfigurationError(
        f"на {settings.host} порты {settings.port}–{last} заняты или адрес не этой машины: "
        "смените port или host"
    )


def check_workers(settings: Settings) -> str:
    """A process of its own starts, loads the solver and answers."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        answered = pool.submit(_ready).result(timeout=WORKER_START_S)
    return f"процесс {answered} запущен и решатель загружен; будет {worker_count(settings)}"


def worker_count(settings: Settings) -> int:
    """Solver processes that the settings mean."""
    return settings.workers or os.cpu_count() or 1


def _ready() -> int:
    warm()
    return os.getpid()


def _written(settings: Settings) -> list[Path]:
    return [path.parent for path in _database_files(settings)]


def _database_files(settings: Settings) -> Iterator[Path]:
    if settings.database_url.startswith(_SQLITE):
        yield Path(settings.database_url.removeprefix(_SQLITE).partition("?")[0]).absolute()


def _try_write(folder: Path) -> None:
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as probe:
            probe.write(b"?")
    except OSError as error:
        raise ConfigurationError(
            f"в папку {folder} нельзя писать ({error.strerror}): дайте права или смените "
            "database_url"
        ) from error
