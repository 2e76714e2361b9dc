"""One configuration of the service: defaults, then a TOML file, then the environment.

Every field has a default that works on one machine without any file. The environment wins over
the file: ``ROUTES_PORT=9000`` sets ``port``. A key that is not known is refused in either place,
so that a slip of the pen never goes unnoticed.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path

from engine.errors import ConfigurationError

ENVIRONMENT_PREFIX = "ROUTES_"
CONFIG_VARIABLE = "ROUTES_CONFIG"
"""Variable that names the TOML file where no path is given."""

LANGUAGES = ("ru", "en")
DEADLINE_LEAST_MS, DEADLINE_MOST_MS = 1, 30_000
"""Bounds of the contract; settings may narrow them, never widen."""

_SECRET = "***"


def _about(text: str, *, least: int | None = None, most: int | None = None) -> dict[str, object]:
    return {"about": text, "least": least, "most": most}


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the service. ``metadata["about"]`` of each field says what it does.

    Raises
    ------
    ConfigurationError
        A value out of its range; every such value is named.
    """

    # SQLAlchemy URL; a relative SQLite file lies in the folder the service was started from.
    database_url: str = field(
        default="sqlite:///routes.db",
        metadata=_about("адрес базы данных (SQLAlchemy): файл SQLite или PostgreSQL"),
    )
    # None = the demo that comes with the package.
    data_package: str | None = field(
        default=None,
        metadata=_about("папка пакета данных с datapackage.json; пусто = встроенный демо-пакет"),
    )
    # None = every item of a test counts as an average one.
    calibration_dir: str | None = field(
        default=None,
        metadata=_about("папка калибровки заданий (routes calibrate); пусто = без калибровки"),
    )
    # None = the weights that come with the package.
    models_dir: str | None = field(
        default=None,
        metadata=_about("папка реестра моделей подбора (routes train); пусто = веса из поставки"),
    )
    # How soon a promotion or a rollback reaches a running service.
    models_poll_s: int = field(
        default=5,
        metadata=_about("как часто смотреть, не сменилась ли модель, секунд", least=1, most=3_600),
    )
    # Profile for requests that name none; None = the one that the data package asks for.
    policy: str | None = field(
        default=None,
        metadata=_about(
            "профиль политики для запросов, в которых он не назван; пусто = из пакета данных"
        ),
    )
    # Loopback only, until access control is there.
    host: str = field(default="127.0.0.1", metadata=_about("адрес, на котором слушает служба"))
    # The first free port from here on is taken.
    port: int = field(
        default=8000,
        metadata=_about("порт; если занят, берётся следующий свободный", least=1, most=65_535),
    )
    # Ports tried after ``port`` before giving up.
    port_attempts: int = field(
        default=20,
        metadata=_about("сколько следующих портов пробовать, если порт занят", least=0, most=1_000),
    )
    # A whole educator with years of diagnostics is about 100 kB.
    max_body_bytes: int = field(
        default=2_000_000,
        metadata=_about("наибольшее тело запроса, байт", least=1_000, most=100_000_000),
    )
    # A client that stops sending must not hold a connection for ever.
    body_timeout_s: int = field(
        default=30,
        metadata=_about("сколько ждать тело запроса целиком, секунд", least=1, most=600),
    )
    # Bounds of options.deadline_ms.
    deadline_min_ms: int = field(
        default=DEADLINE_LEAST_MS,
        metadata=_about(
            "наименьший срок решения в запросе, мс",
            least=DEADLINE_LEAST_MS,
            most=DEADLINE_MOST_MS,
        ),
    )
    deadline_max_ms: int = field(
        default=DEADLINE_MOST_MS,
        metadata=_about(
            "наибольший срок решения в запросе, мс",
            least=DEADLINE_LEAST_MS,
            most=DEADLINE_MOST_MS,
        ),
    )
    # Language of answers where neither the body nor Accept-Language asks for another.
    language: str = field(default="ru", metadata=_about("язык ответов по умолчанию: ru или en"))
    # The key of `routes serve` dies with the process, and after this time at the latest.
    key_lifetime_hours: int = field(
        default=12,
        metadata=_about("срок жизни одноразового ключа службы, часов", least=1, most=8_760),
    )

    def __post_init__(self) -> None:
        problems = [p for f in fields(self) if (p := _out_of_range(f.name, f.metadata, self))]
        if self.language not in LANGUAGES:
            problems.append(f"language: «{self.language}», а есть {', '.join(LANGUAGES)}")
        if self.deadline_min_ms > self.deadline_max_ms:
            problems.append("deadline_min_ms больше deadline_max_ms")
        problems += [f"{n}: пусто" for n in ("database_url", "host") if not _text(self, n)]
        if problems:
            raise ConfigurationError("настройки: " + "; ".join(problems))

    def describe(self) -> tuple[Described, ...]:
        """Every setting with its value and meaning, a password in a URL hidden."""
        return tuple(
            Described(f.name, _hidden(getattr(self, f.name)), f.default, str(f.metadata["about"]))
            for f in fields(self)
        )


@dataclass(frozen=True, slots=True)
class Described:
    """One setting for ``routes config show``; ``variable`` is its name in the environment."""

    name: str
    value: object
    default: object
    about: str

    @property
    def variable(self) -> str:
        """Environment variable that sets it."""
        return ENVIRONMENT_PREFIX + self.name.upper()


def load_settings(
    path: Path | str | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Read the settings: defaults, then the TOML file, then the environment.

    Parameters
    ----------
    path
        TOML file with the fields of ``Settings`` as top-level keys; ``None`` = the file that
        ``ROUTES_CONFIG`` names, or no file.
    environ
        Environment; ``None`` = that of the process.

    Raises
    ------
    ConfigurationError
        No such file, no TOML, unknown key, wrong type, value out of range.
    """
    environ = os.environ if environ is None else environ
    path = path if path is not None else environ.get(CONFIG_VARIABLE) or None
    values = _from_file(Path(path)) if path is not None else {}
    return Settings(**{**values, **_from_environment(environ)})  # type: ignore[arg-type]


def _from_file(path: Path) -> dict[str, object]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: файл настроек не читается: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: это не TOML: {error}") from error
    return {key: _typed(key, value, str(path)) for key, value in table.items()}


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    return {
        name: _parsed(name, text, variable)
        for variable, text in sorted(environ.items())
        if variable.startswith(ENVIRONMENT_PREFIX) and variable != CONFIG_VARIABLE
        for name in (variable.removeprefix(ENVIRONMENT_PREFIX).lower(),)
    }


def _typed(name: str, value: object, origin: str) -> object:
    """Value of a TOML key; TOML has types, so nothing is converted."""
    wanted = _type_of(name, origin)
    # bool is an int in Python, and port = true is a mistake.
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise ConfigurationError(f"{origin}: {name}: нужно {_KIND[wanted]}, а стоит {value!r}")
    return value


def _parsed(name: str, text: str, variable: str) -> object:
    wanted = _type_of(name, variable)
    if wanted is str:
        return text or None
    try:
        return int(text)
    except ValueError:
        raise ConfigurationError(f"{variable}: нужно целое число, а стоит {text!r}") from None


_KIND: Mapping[type, str] = {int: "целое число", str: "строка в кавычках"}


def _type_of(name: str, origin: str) -> type:
    known = {f.name: f.default for f in fields(Settings)}
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"; похоже на {near[0]}" if near else f"; есть: {', '.join(known)}"
        raise ConfigurationError(f"{origin}: неизвестная настройка {name}{hint}")
    return int if isinstance(known[name], int) else str


def _out_of_range(name: str, metadata: Mapping[str, object], settings: Settings) -> str | None:
    value, least, most = getattr(settings, name), metadata["least"], metadata["most"]
    if not isinstance(least, int) or not isinstance(most, int) or least <= value <= most:
        return None
    return f"{name}: {value}, а допустимо от {least} до {most}"


def _text(settings: Settings, name: str) -> bool:
    return bool(str(getattr(settings, name) or "").strip())


def _hidden(value: object) -> object:
    """Value without the password of a URL (``scheme://user:password@host``)."""
    if not isinstance(value, str) or "://" not in value or "@" not in value:
        return value
    scheme, rest = value.split("://", 1)
    credentials, host = rest.rsplit("@", 1)
    user, colon, _ = credentials.partition(":")
    return f"{scheme}://{user}{colon and ':' + _SECRET}@{host}"
