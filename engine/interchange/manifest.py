"""``datapackage.json``: what a package says of itself (Frictionless Data Package, loosely)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from engine.ages import is_zone
from engine.domain import Kind
from engine.interchange.declared import NOTHING, Declared, read_declared
from engine.interchange.faults import FaultLog, Place
from engine.interchange.files import FileHints
from engine.interchange.headers import match_table, nearest
from engine.interchange.schema import TABLES

MANIFEST = "datapackage.json"
DEFAULT_OFFERINGS = ("self_paced", "none")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the package declares for rows that say nothing.

    Parameters
    ----------
    offerings
        ``self_paced``: every programme and self-study activity of known length without a run is
        open at any time; ``none``: it has no run and is not planned.
    hours_academic
        Academic hours by kind for activities that do not state theirs.
    """

    offerings: str = "none"
    hours_academic: Mapping[Kind, float] = field(default_factory=dict)

    def over(self, given: Defaults, stated: Mapping[str, object]) -> Defaults:
        """Return these with what ``given`` states; ``stated`` tells an absent key from "none"."""
        return Defaults(
            given.offerings if "offerings" in stated else self.offerings,
            {**self.hours_academic, **given.hours_academic},
        )


@dataclass(frozen=True, slots=True)
class Resource:
    """One file of the package and the table it holds."""

    table: str
    path: str
    hints: FileHints = field(default_factory=FileHints)
    declared: Declared = NOTHING


@dataclass(frozen=True, slots=True)
class Manifest:
    """Contents of ``datapackage.json``; everything empty where there is none."""

    name: str = ""
    title: str = ""
    as_of: dt.datetime | None = None
    time_zone: str | None = None
    framework: str | None = None
    policy: str | None = None
    licences: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    defaults: Defaults = Defaults()
    resources: tuple[Resource, ...] = ()


def read_manifest(folder: Path, log: FaultLog) -> Manifest:
    """Read the folder's manifest; an absent one is empty, a wrong one is an error."""
    path = folder / MANIFEST
    if not path.is_file():
        return Manifest()
    place = Place(MANIFEST)
    try:
        raw = json.loads(path.read_bytes().decode("utf-8-sig"))
        if not isinstance(raw, dict):
            raise ValueError("на верхнем уровне нужен объект")
    except (OSError, ValueError, RecursionError) as error:
        log.error("datapackage_unreadable", f"описание пакета не разбирается: {error}", place)
        return Manifest()
    return Manifest(
        name=_text(raw, "own_name") or _text(raw, "name"),
        title=_text(raw, "title"),
        as_of=_as_of(raw, place, log),
        time_zone=zone_name(raw.get("time_zone"), place.at("time_zone"), log),
        framework=_text(raw, "framework") or None,
        policy=_text(raw, "policy") or None,
        licences=_licences(raw.get("licenses")),
        sources=_named(raw.get("sources"), "title"),
        defaults=read_defaults(raw.get("defaults", {}), place.at("defaults"), log),
        resources=_resources(raw.get("resources", []), folder, place.at("resources"), log),
    )


def zone_name(name: object, place: Place, log: FaultLog) -> str | None:
    """Return the name if it is an IANA zone; log an error otherwise (``None`` stays ``None``)."""
    if name is None or name == "":
        return None
    if not is_zone(str(name)):
        log.error(
            "unknown_time_zone",
            f"часовой пояс «{name}» неизвестен: нужно имя IANA, "
            "например Europe/Moscow или Asia/Vladivostok",
            place,
        )
        return None
    return str(name)


def read_defaults(raw: object, place: Place, log: FaultLog) -> Defaults:
    """Check and read the ``defaults`` object."""
    if not isinstance(raw, Mapping):
        log.error("defaults_unreadable", "defaults — объект", place)
        return Defaults()
    for key in raw.keys() - {"offerings", "hours_academic"}:
        log.error(
            "defaults_unreadable", f"«{key}» неизвестно: есть offerings и hours_academic", place
        )
    offerings = raw.get("offerings", "none")
    if offerings not in DEFAULT_OFFERINGS:
        log.error(
            "defaults_unreadable",
            f"offerings: «{offerings}»; допустимы {' и '.join(DEFAULT_OFFERINGS)}",
            place,
        )
        offerings = "none"
    hours = {}
    given = raw.get("hours_academic", {})
    for kind, value in given.items() if isinstance(given, Mapping) else ():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if kind not in set(Kind) or not is_number or not 0 < value <= 2000:
            close = nearest(str(kind), list(Kind))
            hint = f" (похоже на {close[0]})" if close and kind not in set(Kind) else ""
            log.error(
                "defaults_unreadable",
                f"hours_academic.{kind}{hint}: нужен вид активности и число часов от 0 до 2000",
                place,
            )
        else:
            hours[Kind(kind)] = float(value)
    return Defaults(str(offerings), hours)


def _as_of(raw: Mapping[str, Any], place: Place, log: FaultLog) -> dt.datetime | None:
    if raw.get("as_of") is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(str(raw["as_of"]))
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        log.error(
            "as_of_unreadable",
            f"as_of «{raw['as_of']}»: нужен момент со смещением, "
            "например 2026-08-31T09:00:00+03:00",
            place.at("as_of"),
        )
        return None
    return moment


def _resources(raw: object, folder: Path, place: Place, log: FaultLog) -> tuple[Resource, ...]:
    if not isinstance(raw, list) or not all(isinstance(r, dict) for r in raw):
        log.error("datapackage_unreadable", "resources — список объектов с name и path", place)
        return ()
    found = []
    for entry in raw:
        resource = _resource(entry, folder, place, log)
        if resource is not None:
            found.append(resource)
    return tuple(found)


def _resource(
    entry: Mapping[str, Any], folder: Path, place: Place, log: FaultLog
) -> Resource | None:
    name, path = str(entry.get("name", "")), entry.get("path")
    if not isinstance(path, str) or not path:
        log.error("datapackage_unreadable", f"у ресурса «{name}» нет path", place)
        return None
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in path or ":" in path:
        log.error(
            "path_outside_package",
            f"путь «{path}» выходит за папку пакета: нужен путь внутри неё",
            place,
        )
        return None
    table = match_table(str(entry.get("table", name)), TABLES.values())
    if table is None:
        log.warning(
            "unknown_resource",
            f"ресурс «{name}» не опознан и не читается; есть: {', '.join(TABLES)}",
            place,
        )
        return None
    if not (folder / path).is_file() or not (folder / path).resolve().is_relative_to(
        folder.resolve()
    ):
        log.error("file_missing", f"файла «{path}» нет в папке пакета", place)
        return None
    dialect = entry.get("dialect")
    dialect = dialect if isinstance(dialect, dict) else {}
    delimiter = dialect.get("delimiter")
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1):
        log.error("datapackage_unreadable", f"у ресурса «{name}» delimiter — один знак", place)
        return None
    encoding = entry.get("encoding")
    sheet = dialect.get("sheet")
    hints = FileHints(
        encoding=str(encoding) if encoding else None,
        delimiter=delimiter,
        sheet=str(sheet) if sheet is not None else None,
    )
    declared = read_declared(entry, place, log)
    return None if declared is None else Resource(table.name, path, hints, declared)


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    return value.strip() if isinstance(value, str) else ""


def _licences(raw: object) -> tuple[str, ...]:
    """Names of licences; of one that has no short name (``other``) its title."""
    entries = raw if isinstance(raw, list) else [raw] if isinstance(raw, str) else []
    other = [
        {"name": e["title"]} if isinstance(e, dict) and e.get("name") == "other" and "title" in e
        else e
        for e in entries
    ]  # fmt: skip
    return _named(other, "name")


def _named(raw: object, key: str) -> tuple[str, ...]:
    """Names out of a Frictionless list of objects; plain strings are understood as well."""
    if isinstance(raw, str):
        return (raw,)
    entries = raw if isinstance(raw, list) else []
    names = (e.get(key, "") if isinstance(e, dict) else str(e) for e in entries)
    return tuple(str(n) for n in names if n)
