"""Where settings come from, and the words for a slip."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path

from engine.errors import ConfigurationError
from engine.settings.fields import Settings

ENVIRONMENT_PREFIX = "ROUTES_"
CONFIG_VARIABLE = "ROUTES_CONFIG"
"""Variable that names the TOML file where no path is given."""

_TRUE, _FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


class Source(StrEnum):
    """What a setting was taken from."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings with the source of each.

    Parameters
    ----------
    file
        The TOML file that was read; ``None`` = none.
    sources
        By name of the setting; one that is missing has its default.
    """

    settings: Settings
    file: Path | None
    sources: Mapping[str, Source]

    def source(self, name: str) -> Source:
        """Where a setting comes from."""
        return self.sources.get(name, Source.DEFAULT)


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
    return read_settings(path, environ).settings


def read_settings(
    path: Path | str | None = None, environ: Mapping[str, str] | None = None
) -> LoadedSettings:
    """As ``load_settings``, with the source of every setting."""
    environ = os.environ if environ is None else environ
    path = path if path is not None else environ.get(CONFIG_VARIABLE) or None
    file = None if path is None else Path(path)
    of_file = {} if file is None else _from_file(file)
    of_environment = _from_environment(environ)
    settings = Settings(**{**of_file, **of_environment})  # type: ignore[arg-type]
    sources = {
        **dict.fromkeys(of_file, Source.FILE),
        **dict.fromkeys(of_environment, Source.ENVIRONMENT),
    }
    return LoadedSettings(settings, file, sources)


def _from_file(path: Path) -> dict[str, object]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
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
    # Not isinstance: bool is an int in Python, and port = true is a mistake.
    if type(value) is not wanted:
        raise ConfigurationError(f"{origin}: {name}: нужно {_KIND[wanted]}, а стоит {value!r}")
    return _cleared(name, value)


def _parsed(name: str, text: str, variable: str) -> object:
    wanted = _type_of(name, variable)
    if wanted is str:
        return _cleared(name, text)
    wrong = ConfigurationError(f"{variable}: нужно {_KIND[wanted]}, а стоит {text!r}")
    if wanted is bool:
        said = text.strip().lower()
        if said not in (*_TRUE, *_FALSE):
            raise wrong
        return said in _TRUE
    try:
        return int(text)
    except ValueError:
        raise wrong from None


def _cleared(name: str, value: object) -> object:
    """An empty text means "none" where there may be none; elsewhere its range check refuses it."""
    return None if value == "" and _DEFAULTS[name] is None else value


_DEFAULTS: Mapping[str, object] = {f.name: f.default for f in fields(Settings)}
_KIND: Mapping[type, str] = {
    bool: "true или false",
    int: "целое число",
    str: "строка в кавычках",
}


def _type_of(name: str, origin: str) -> type:
    if name not in _DEFAULTS:
        near = get_close_matches(name, _DEFAULTS, n=1)
        hint = f"; похоже на {near[0]}" if near else f"; есть: {', '.join(_DEFAULTS)}"
        raise ConfigurationError(f"{origin}: неизвестная настройка {name}{hint}")
    default = _DEFAULTS[name]
    return str if default is None else type(default)
