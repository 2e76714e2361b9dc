"""Settings in words: what is in force and why, and the commented file with every default."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import groupby
from textwrap import wrap
from typing import Any

from engine.settings.fields import Settings
from engine.settings.sources import ENVIRONMENT_PREFIX, LoadedSettings, Source

_SECRET = "***"
_SECRET_PARAMETER = re.compile(r"([?&][^=&]*(?:pass|secret|token|key)[^=&]*=)[^&#]*", re.I)
_WIDTH = 96

_HEAD = f"""\
Настройки службы маршрутов. Здесь стоят все значения по умолчанию: оставьте строки, которые меняете.
Порядок: значение по умолчанию, затем этот файл (--config ФАЙЛ или {ENVIRONMENT_PREFIX}CONFIG), \
затем переменная среды ({ENVIRONMENT_PREFIX}PORT=9000 задаёт port). Неизвестное имя — ошибка.
Пароли держите в переменных среды, не в файле. Проверить: routes config show; routes doctor."""


@dataclass(frozen=True, slots=True)
class Described:
    """One setting for ``routes config show``; ``variable`` is its name in the environment.

    Parameters
    ----------
    value
        In force; the password of an address is hidden.
    source
        What it was taken from.
    """

    name: str
    value: object
    default: object
    about: str
    group: str
    source: Source

    @property
    def variable(self) -> str:
        """Environment variable that sets it."""
        return ENVIRONMENT_PREFIX + self.name.upper()


def described(loaded: LoadedSettings) -> tuple[Described, ...]:
    """Every setting with its value, meaning and source, in the order of the file."""
    return tuple(
        Described(
            f.name,
            hidden(getattr(loaded.settings, f.name)),
            f.default,
            f.metadata["about"],
            f.metadata["group"],
            loaded.source(f.name),
        )
        for f in fields(Settings)
    )


def config_template() -> str:
    """Commented TOML file with every default; read back it gives exactly the defaults."""
    lines = [*_comment(_HEAD), ""]
    for group, members in groupby(fields(Settings), key=lambda f: f.metadata["group"]):
        lines += [f"# ── {group} ".ljust(_WIDTH, "─"), ""]
        for setting in members:
            lines += [*_comment(_meaning(setting.metadata)), _line(setting.name, setting.default)]
            lines.append("")
    return "\n".join(lines)


def hidden(value: object) -> object:
    """Value without the password of an address, before the host or among its parameters."""
    if not isinstance(value, str) or "://" not in value:
        return value
    scheme, rest = value.split("://", 1)
    rest = _SECRET_PARAMETER.sub(rf"\1{_SECRET}", rest)
    if "@" not in rest:
        return f"{scheme}://{rest}"
    credentials, host = rest.rsplit("@", 1)
    user, colon, _ = credentials.partition(":")
    return f"{scheme}://{user}{colon and ':' + _SECRET}@{host}"


def _meaning(metadata: Mapping[str, Any]) -> str:
    text, least, choices = metadata["about"], metadata["least"], metadata["choices"]
    if least is not None:
        return f"{text} (от {least} до {metadata['most']})"
    return f"{text} ({' | '.join(choices)})" if choices else str(text)


def _comment(text: str) -> list[str]:
    return [f"# {line}" for part in text.splitlines() for line in wrap(part, _WIDTH - 2)]


def _line(name: str, default: object) -> str:
    # JSON's text, number and truth are TOML's; an empty text stands for "none".
    return f"{name} = {json.dumps('' if default is None else default, ensure_ascii=False)}"
