"""Profiles as files: names, inheritance, and the source of every leaf.

Layout of a file: ``extends`` (name of the parent, optional), ``[profile]`` (title, region,
regulation, version), ``[sources]``, and everything else, which are values. A leaf is a value that
is no table; its key is the dotted path. ``[sources]`` names each leaf that the file itself sets,
by its key, or a whole table of leaves by ``table.*``; the longest match wins.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from engine.errors import ConfigurationError
from engine.resources import data_root

ABOUT_KEYS = ("title", "region", "regulation", "version")

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SUFFIX = ".toml"


@dataclass(frozen=True, slots=True)
class RawProfile:
    """One profile with its parents merged in, values still as TOML gave them.

    Parameters
    ----------
    name
        Name of the file without suffix.
    about
        Title, region, regulation, version; never inherited.
    values
        Nested tables.
    sources
        Clause or ``local`` by dotted key of the leaf.
    origin
        Name of the file that sets the leaf, by dotted key.
    """

    name: str
    about: Mapping[str, str]
    values: Mapping[str, object]
    sources: Mapping[str, str]
    origin: Mapping[str, str]

    @property
    def file(self) -> str:
        """Name of the profile's own file."""
        return self.name + _SUFFIX


def profile_names(directory: Path | None = None) -> tuple[str, ...]:
    """Names of the profiles in a directory, in alphabetical order."""
    entries = (e.name for e in _root(directory).iterdir() if e.is_file())
    return tuple(sorted(n.removesuffix(_SUFFIX) for n in entries if n.endswith(_SUFFIX)))


def read_profile(name: str, directory: Path | None = None) -> RawProfile:
    """Read a profile and everything it extends.

    Raises
    ------
    ConfigurationError
        No such profile, unreadable TOML, a circle of ``extends``, a leaf without a source or a
        source without a leaf.
    """
    return _read(name, _root(directory), ())


def leaves(table: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """All leaves of nested tables by dotted key, in their order."""
    found: dict[str, object] = {}
    for key, value in table.items():
        path = f"{prefix}.{key}" if prefix else key
        if isinstance(value, dict):
            found.update(leaves(value, path))
        else:
            found[path] = value
    return found


def refuse(problems: Sequence[tuple[str, str, str]]) -> None:
    """Raise one error for all (file, key, text), if there are any."""
    if problems:
        lines = [f"{file}: {key}: {text}" if key else f"{file}: {text}"
                 for file, key, text in problems]  # fmt: skip
        raise ConfigurationError("; ".join(lines))


def _root(directory: Path | None) -> Traversable:
    return directory if directory is not None else data_root() / "policies"


def _read(name: str, root: Traversable, children: tuple[str, ...]) -> RawProfile:
    if name in children:
        circle = " → ".join((*children, name))
        raise ConfigurationError(f"{name}{_SUFFIX}: extends: профили ссылаются по кругу: {circle}")
    document = _document(name, root, children)
    file = name + _SUFFIX
    extends = document.pop("extends", None)
    about = _about(document.pop("profile", None), file)
    stated = document.pop("sources", {})
    if not isinstance(stated, dict):
        raise ConfigurationError(f"{file}: sources: должна быть таблица")
    sources = _sources(leaves(document), leaves(stated), file)
    origin = dict.fromkeys(sources, file)
    if extends is None:
        return RawProfile(name, about, document, sources, origin)
    if not isinstance(extends, str):
        raise ConfigurationError(f"{file}: extends: должно быть имя профиля")
    parent = _read(extends, root, (*children, name))
    values = _merge(parent.values, document)
    keys = leaves(values)
    return RawProfile(
        name,
        about,
        values,
        {k: sources.get(k) or parent.sources[k] for k in keys},
        {k: origin.get(k) or parent.origin[k] for k in keys},
    )


def _document(name: str, root: Traversable, children: tuple[str, ...]) -> dict[str, object]:
    path = root / (name + _SUFFIX)
    # The pattern keeps names like "../secret" from leaving the directory.
    if not _NAME.fullmatch(name) or not path.is_file():
        known = ", ".join(sorted(e.name.removesuffix(_SUFFIX) for e in root.iterdir()
                                 if e.name.endswith(_SUFFIX)))  # fmt: skip
        asker = f" (его называет extends в {children[-1]}{_SUFFIX})" if children else ""
        raise ConfigurationError(f"нет профиля политики «{name}»{asker}; есть: {known}")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}{_SUFFIX}: не читается как TOML: {error}") from error


def _about(table: object, file: str) -> dict[str, str]:
    """The ``[profile]`` table; each file states its own."""
    if not isinstance(table, dict):
        raise ConfigurationError(f"{file}: profile: нет таблицы с ключами {', '.join(ABOUT_KEYS)}")
    problems = [(file, f"profile.{k}", "неизвестный ключ") for k in table if k not in ABOUT_KEYS]
    problems += [
        (file, f"profile.{k}", "нужна непустая строка")
        for k in ABOUT_KEYS
        if not _is_text(table.get(k))
    ]
    refuse(problems)
    return {k: table[k] for k in ABOUT_KEYS}


def _sources(own: Mapping[str, object], stated: Mapping[str, object], file: str) -> dict[str, str]:
    """Source of each leaf that the file sets."""
    problems = [
        (file, f"sources.{key}", "нужен пункт документа или local")
        for key, text in stated.items()
        if not _is_text(text)
    ]
    found: dict[str, str] = {}
    used = set()
    for key in own:
        match = max((s for s in stated if _names(s, key)), key=len, default=None)
        if match is None:
            problems.append((file, key, "нет источника: добавьте ключ в [sources] (пункт | local)"))
        else:
            used.add(match)
            found[key] = str(stated[match])
    problems += [
        (file, f"sources.{key}", "источник без значения: такого ключа в файле нет")
        for key in stated
        if key not in used
    ]
    refuse(problems)
    return found


def _names(entry: str, key: str) -> bool:
    return entry == key or (entry.endswith(".*") and key.startswith(entry[:-1]))


def _merge(base: Mapping[str, object], own: Mapping[str, object]) -> dict[str, object]:
    merged = dict(base)
    for key, value in own.items():
        old = merged.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        merged[key] = _merge(old, value) if both else value  # type: ignore[arg-type]
    return merged


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
