"""The settings themselves: name, default, meaning, range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from engine.errors import ConfigurationError

LANGUAGES = ("ru", "en")
DEADLINE_LEAST_MS, DEADLINE_MOST_MS = 1, 30_000
"""Bounds of the contract; settings may narrow them, never widen."""

KEY_CACHE_MOST_S = 5
"""A revoked key must stop within this time, so nobody may remember it for longer."""

DATA = "Данные и модели"
DATABASE = "База данных"
LISTENING = "Где слушает служба"
REQUESTS = "Запросы"
SOLVING = "Расчёт маршрутов"
ACCESS = "Доступ"
OPERATIONS = "Журналы и показатели"


def _setting(
    default: Any,
    group: str,
    about: str,
    *,
    least: int | None = None,
    most: int | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Field of ``Settings``; a default of ``None`` = a text that may be empty."""
    told = {"about": about, "group": group, "least": least, "most": most, "choices": choices}
    return field(default=default, metadata=told)


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the service. ``metadata["about"]`` of each field says what it does.

    Raises
    ------
    ConfigurationError
        A value out of its range; every such value is named.
    """

    # None = the demo that comes with the package.
    data_package: str | None = _setting(
        None, DATA, "папка пакета данных с datapackage.json; пусто = встроенный демо-пакет"
    )
    # None = every item of a test counts as an average one.
    calibration_dir: str | None = _setting(
        None, DATA, "папка калибровки заданий (routes calibrate); пусто = без калибровки"
    )
    # None = the weights that come with the package.
    models_dir: str | None = _setting(
        None, DATA, "папка реестра моделей подбора (routes train); пусто = веса из поставки"
    )
    # How soon a promotion or a rollback reaches a running service.
    models_poll_s: int = _setting(
        5, DATA, "как часто смотреть, не сменилась ли модель, секунд", least=1, most=3_600
    )
    # Profile for requests that name none; None = the one that the data package asks for.
    policy: str | None = _setting(
        None, DATA, "профиль политики для запросов, в которых он не назван; пусто = из пакета"
    )
    # Read once, at the start; a file there extends a bundled profile or replaces it.
    indicators_dir: str | None = _setting(
        None, DATA, "папка своих показателей региона (TOML); пусто = профили из поставки"
    )
    # None = the template that comes with the package; it shows every tag there is.
    iom_template: str | None = _setting(
        None, DATA, "файл DOCX с шаблоном ИОМ этого региона; пусто = шаблон из поставки"
    )
    # A relative SQLite file lies in the folder the service was started from.
    database_url: str = _setting(
        "sqlite:///routes.db",
        DATABASE,
        "адрес базы данных (SQLAlchemy): файл SQLite или postgresql+psycopg://…",
    )
    # Reads and writes are short, so a process needs few; PostgreSQL allows 100 in all by default.
    db_pool_size: int = _setting(
        5,
        DATABASE,
        "наибольшее число постоянных соединений одного процесса с базой",
        least=1,
        most=100,
    )
    idempotency_hours: int = _setting(
        24, DATABASE, "сколько хранить ответы по Idempotency-Key, часов", least=1, most=720
    )
    host: str = _setting(
        "127.0.0.1",
        LISTENING,
        "адрес; не петлевой — только если заведены ключи (routes keys) или задан jwks_url",
    )
    # The first free port from here on is taken.
    port: int = _setting(
        8000, LISTENING, "порт; если занят, берётся следующий свободный", least=1, most=65_535
    )
    # Ports tried after ``port`` before giving up.
    port_attempts: int = _setting(
        20,
        LISTENING,
        "сколько следующих портов пробовать, если порт занят",
        least=0,
        most=1_000,
    )
    # A whole educator with years of diagnostics is about 100 kB.
    max_body_bytes: int = _setting(
        2_000_000, REQUESTS, "наибольшее тело запроса, байт", least=1_000, most=100_000_000
    )
    # A client that stops sending must not hold a connection for ever.
    body_timeout_s: int = _setting(
        30, REQUESTS, "сколько ждать тело запроса целиком, секунд", least=1, most=600
    )
    # Language of answers where neither the body nor Accept-Language asks for another.
    language: str = _setting("ru", REQUESTS, "язык ответов по умолчанию", choices=LANGUAGES)
    # Bounds of options.deadline_ms.
    deadline_min_ms: int = _setting(
        DEADLINE_LEAST_MS,
        SOLVING,
        "наименьший срок решения в запросе, мс",
        least=DEADLINE_LEAST_MS,
        most=DEADLINE_MOST_MS,
    )
    deadline_max_ms: int = _setting(
        DEADLINE_MOST_MS,
        SOLVING,
        "наибольший срок решения в запросе, мс",
        least=DEADLINE_LEAST_MS,
        most=DEADLINE_MOST_MS,
    )
    # A solve uses one core; more workers than cores only make all of them slower.
    workers: int = _setting(
        0, SOLVING, "процессов, которые считают маршруты; 0 = по числу ядер", least=0, most=256
    )
    # Whoever would wait behind more than this is told to come again.
    queue_size: int = _setting(
        64,
        SOLVING,
        "сколько расчётов могут ждать очереди; сверх того — ответ 503 с Retry-After",
        least=1,
        most=10_000,
    )
    # Long enough for the longest solve that the contract allows.
    stop_timeout_s: int = _setting(
        35,
        SOLVING,
        "сколько при остановке ждать начатых расчётов, секунд",
        least=0,
        most=600,
    )
    # The key of `routes serve` dies with the process, and after this time at the latest.
    key_lifetime_hours: int = _setting(
        12, ACCESS, "срок жизни одноразового ключа службы, часов", least=1, most=8_760
    )
    key_cache_s: int = _setting(
        KEY_CACHE_MOST_S,
        ACCESS,
        "сколько секунд помнить проверенный ключ; за столько же перестаёт действовать отозванный",
        least=0,
        most=KEY_CACHE_MOST_S,
    )
    rate_limit_per_minute: int = _setting(
        6_000,
        ACCESS,
        "запросов в минуту на один ключ (в каждом процессе службы); 0 = без предела",
        least=0,
        most=10_000_000,
    )
    rate_limit_solves_per_minute: int = _setting(
        600,
        ACCESS,
        "расчётов маршрута в минуту на один ключ (в каждом процессе службы); 0 = без предела",
        least=0,
        most=1_000_000,
    )
    # None = no tokens of people are taken, keys alone.
    jwks_url: str | None = _setting(
        None, ACCESS, "адрес или файл JWKS с открытыми ключами токенов (JWT); пусто = без токенов"
    )
    jwks_refresh_s: int = _setting(
        30, ACCESS, "не чаще скольких секунд перечитывать JWKS", least=1, most=86_400
    )
    jwt_issuer: str | None = _setting(
        None, ACCESS, "издатель токенов (iss); обязателен вместе с jwks_url"
    )
    jwt_audience: str | None = _setting(
        None, ACCESS, "для кого выпущены токены (aud); обязателен вместе с jwks_url"
    )
    jwt_leeway_s: int = _setting(
        30, ACCESS, "допустимое расхождение часов с издателем токенов, секунд", least=0, most=300
    )
    jwt_subject_claim: str = _setting("sub", ACCESS, "поле токена: кто это")
    jwt_tenant_claim: str = _setting("tenant", ACCESS, "поле токена: регион (арендатор)")
    jwt_role_claim: str = _setting("role", ACCESS, "поле токена: роль")
    jwt_organisation_claim: str = _setting("organisation", ACCESS, "поле токена: организация")
    log_format: str = _setting(
        "json", OPERATIONS, "вид журнала: json — строка на событие; text — для чтения глазами",
        choices=("json", "text"),
    )  # fmt: skip
    log_level: str = _setting(
        "info",
        OPERATIONS,
        "с какой важности писать в журнал",
        choices=("debug", "info", "warning", "error"),
    )
    metrics_enabled: bool = _setting(
        True, OPERATIONS, "отдавать ли показатели Prometheus по адресу /metrics"
    )

    def __post_init__(self) -> None:
        problems = [p for f in fields(self) if (p := _refusal(f.name, f.metadata, self))]
        if self.deadline_min_ms > self.deadline_max_ms:
            problems.append("deadline_min_ms больше deadline_max_ms")
        if self.jwks_url:
            needed = ("jwt_issuer", "jwt_audience")
            # A token of whoever else uses the same keys would be let in.
            problems += [f"{n}: пусто, а задан jwks_url" for n in needed if not _text(self, n)]
        if problems:
            raise ConfigurationError("настройки: " + "; ".join(problems))


def _refusal(name: str, metadata: Mapping[str, Any], settings: Settings) -> str | None:
    """What is wrong with one value by itself; ``None`` = nothing."""
    value = getattr(settings, name)
    least, most, choices = metadata["least"], metadata["most"], metadata["choices"]
    if least is not None and not least <= value <= most:
        return f"{name}: {value}, а допустимо от {least} до {most}"
    if choices and value not in choices:
        return f"{name}: «{value}», а есть {', '.join(choices)}"
    if value is not None and isinstance(value, str) and not value.strip():
        return f"{name}: пусто"
    return None


def _text(settings: Settings, name: str) -> bool:
    return bool(str(getattr(settings, name) or "").strip())
