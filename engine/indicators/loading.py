"""Files of definitions: names, inheritance, and what is wrong by file and place.

Layout of a file: ``extends`` (another file, optional), ``[profile]``, ``[sets.NAME]``,
``[[indicators]]``, ``[plan]`` and ``[[controls]]``. A child adds to its parent, and replaces sets
by name, indicators and controls by id. An indicator that is ``like`` one of ``[templates]`` takes
over what it does not state itself. A file whose ``[profile]`` has no title is only there to be
extended.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from engine.errors import ConfigurationError
from engine.indicators.checks import check
from engine.indicators.definitions import IndicatorDefinition, IndicatorProfile
from engine.indicators.parsing import Parser
from engine.policy_loader.files import refuse
from engine.resources import data_root

FOLDER = "indicators"
SUFFIX = ".toml"
_TABLES = ("extends", "profile", "sets", "templates", "indicators", "plan", "controls")


def profiles(root: Path | None = None) -> tuple[str, ...]:
    """Ids of the profiles, those of a region's own folder among them, in alphabetical order."""
    names = {
        entry.name.removesuffix(SUFFIX)
        for folder in _folders(root)
        for entry in folder.iterdir()
        if entry.name.endswith(SUFFIX)
    }
    folders = _folders(root)
    return tuple(sorted(n for n in names if "title" in _document(n, folders).get("profile", {})))


def load_definitions(profile: str, root: Path | None = None) -> tuple[IndicatorDefinition, ...]:
    """Indicators of a profile in the order of its regulation.

    Raises
    ------
    ConfigurationError
        As of ``load_profile``.
    """
    return load_profile(profile, root).indicators


def load_profile(profile: str, root: Path | None = None) -> IndicatorProfile:
    """Read a profile and everything it extends.

    Parameters
    ----------
    root
        Folder that is looked into before the bundled one; ``None`` = the bundled one alone.

    Raises
    ------
    ConfigurationError
        There is no such profile, or a file is faulty; every fault with its file and place.
    """
    return _bundled(profile) if root is None else _load(profile, root)


@cache
def _bundled(profile: str) -> IndicatorProfile:
    return _load(profile, None)


def _load(profile: str, root: Path | None) -> IndicatorProfile:
    if profile not in profiles(root):
        raise ConfigurationError(
            f"нет набора показателей «{profile}»; есть: {', '.join(profiles(root))}"
        )
    raw = _read(profile, _folders(root), ())
    parser = Parser(raw.origin)
    found = parser.profile(profile, raw.values)
    refuse(parser.problems)
    refuse(check(found, raw.origin))
    return found


@dataclass(frozen=True, slots=True)
class _Raw:
    """Tables of a profile with its parents merged in; the file of each set and id by place."""

    values: Mapping[str, Any]
    origin: Mapping[str, str]


def _folders(root: Path | None) -> tuple[Traversable, ...]:
    bundled = data_root() / FOLDER
    return (bundled,) if root is None else (root, bundled)


def _read(name: str, folders: tuple[Traversable, ...], children: tuple[str, ...]) -> _Raw:
    file = name + SUFFIX
    if name in children:
        circle = " → ".join((*children, name))
        raise ConfigurationError(f"{file}: extends: файлы ссылаются по кругу: {circle}")
    document = _document(name, folders)
    own = _Raw(document, _places(document, file))
    parent = document.get("extends")
    if parent is None:
        return own
    if not isinstance(parent, str):
        raise ConfigurationError(f"{file}: extends: должно быть имя файла без расширения")
    return _merged(_read(parent, folders, (*children, name)), own)


def _document(name: str, folders: tuple[Traversable, ...]) -> Mapping[str, Any]:
    file = name + SUFFIX
    found = next((f / file for f in folders if (f / file).is_file()), None)
    if found is None:
        raise ConfigurationError(f"{file}: нет такого файла показателей")
    try:
        document = tomllib.loads(found.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: не читается как TOML: {error}") from None
    problems = [
        (file, key, f"неизвестный ключ; есть: {', '.join(_TABLES)}")
        for key in document
        if key not in _TABLES
    ]
    problems += [
        (file, key, "нужен список таблиц [[…]]" if kind is list else "нужна таблица")
        for key, kind in (("profile", dict), ("sets", dict), ("templates", dict), ("plan", dict),
                          ("indicators", list), ("controls", list))
        if not isinstance(document.get(key, kind()), kind)
    ]  # fmt: skip
    refuse(problems)
    return document


def _places(document: Mapping[str, Any], file: str) -> Mapping[str, str]:
    found = {"profile": file, "plan": file}
    found |= {f"sets.{name}": file for name in document.get("sets", {})}
    for key in ("indicators", "controls"):
        found |= {f"{key}.{_id(item)}": file for item in document.get(key, ())}
    return found


def _merged(parent: _Raw, child: _Raw) -> _Raw:
    values: dict[str, Any] = {}
    for key in ("profile", "sets", "templates", "plan"):
        values[key] = {**parent.values.get(key, {}), **child.values.get(key, {})}
    for key in ("indicators", "controls"):
        own = {_id(item): item for item in child.values.get(key, ())}
        kept = [own.pop(_id(item), item) for item in parent.values.get(key, ())]
        # twice the same id in one file stays, for the check to refuse
        twice = [i for i in child.values.get(key, ()) if own.get(_id(i), i) is not i]
        values[key] = [*kept, *own.values(), *twice]
    return _Raw(values, {**parent.origin, **child.origin})


def _id(item: object) -> str:
    return str(item.get("id", "?")) if isinstance(item, Mapping) else "?"
