"""What sub-commands read: the package, moments, and settings a methodist may give by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from engine.diagnostics.item_bank import ItemBank
from engine.errors import Fault, InputError
from engine.framework import Framework, load_framework
from engine.interchange import (
    TABLES,
    DataPackage,
    ImportReport,
    nodes_of,
    read_package,
    read_sparing,
)
from engine.interchange.headers import normalise
from engine.interchange.values import spelled_values
from engine.item_bank_store import load_calibration
from engine.policy import PolicyProfile, list_policies, load_policy
from engine.recommender import RouteRequest
from engine.resources import data_root
from engine.wording import LANGUAGES

DEMO = "demo"
PATIENT_DEADLINE_MS = 10_000
"""A person at a terminal waits: the policy's work then ends before the clock on a busy machine."""

PackageArgument = Annotated[
    Path | None,
    typer.Argument(help="Папка пакета данных, XLSX или CSV; без него — встроенный демо-пакет."),
]
MappingOption = Annotated[
    Path | None,
    typer.Option(help="Файл соответствий: чужие имена столбцов и значений → наши (TOML, CSV)."),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        help="Момент расчёта со смещением, 2026-08-31T09:00:00+03:00; без него — из пакета, "
        "а если и там нет — сейчас."
    ),
]
PolicyOption = Annotated[str | None, typer.Option(help="Профиль политики региона.")]
CalibrationOption = Annotated[
    Path | None,
    typer.Option(help="Папка калибровки заданий (routes calibrate); без неё все задания средние."),
]
DiagnosticsOption = Annotated[
    Path | None, typer.Option(help="Свой файл диагностики (XLSX, CSV) вместо пакетного.")
]
EducatorsOption = Annotated[
    Path | None, typer.Option(help="Свой файл педагогов (XLSX, CSV) вместо пакетного.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Ответ в JSON на стандартный вывод.")]


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise typer.BadParameter(f"языка «{language}» нет, есть: {', '.join(LANGUAGES)}")
    return language


LanguageOption = Annotated[
    str, typer.Option("--language", callback=_known, help="Язык ответа: ru или en.")
]
OpenOption = Annotated[
    bool,
    typer.Option(
        "--open-enrolment",
        help="Программы и самообразование без потоков считать открытыми для записи в любое время.",
    ),
]
HoursOption = Annotated[
    list[str] | None,
    typer.Option(
        "--hours",
        metavar="ВИД=ЧАСЫ",
        help="Академические часы вида, где они не указаны: --hours семинар=4; можно повторять.",
    ),
]

DEPENDENTS: Mapping[str, tuple[str, ...]] = {
    "activities": ("offerings", "meetings", "prerequisites", "coverage", "corrections", "history",
                   "interactions", "internship_sites"),
    "offerings": ("meetings",),
    "educators": ("organisations", "diagnostics", "responses", "requests", "history",
                  "interactions", "busy", "labels", "methodists", "teams", "communities",
                  "practices", "accompaniments"),
    "diagnostics": ("responses",),
}  # fmt: skip
"""Tables of the demo that speak of the ids of another one, or of the same evidence."""


def demo_path() -> Path:
    """Folder of the bundled demo package."""
    return Path(str(data_root() / DEMO))


def parse_as_of(text: str | None) -> dt.datetime | None:
    """An instant with offset, or ``None``.

    Raises
    ------
    InputError
        If it is no instant or has no offset.
    """
    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        detail = f"«{text}» — не момент со смещением; пишите так: 2026-08-31T09:00:00+03:00"
        raise InputError([Fault("as_of_invalid", detail, pointer="--as-of")])
    return moment


def parse_day(text: str | None) -> dt.date:
    """The day that ``--created-on`` gives; ``None`` = today.

    Raises
    ------
    InputError
        ``created_on_invalid``, if it is no day.
    """
    if text is None:
        return dt.date.today()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        detail = f"«{text}» — не день: пишите так: 2026-09-01"
        raise InputError([Fault("created_on_invalid", detail, pointer="--created-on")]) from None


def declared(open_enrolment: bool, hours: Sequence[str] | None) -> dict[str, object] | None:
    """What a methodist declares by hand for rows that say nothing; ``None`` = the package's own.

    Raises
    ------
    typer.BadParameter
        If ``hours`` is not ``kind=number`` of a known kind.
    """
    if not open_enrolment and not hours:
        return None
    kinds = spelled_values(TABLES["activities"].column("kind"))
    by_kind: dict[str, float] = {}
    for text in hours or ():
        name, _, number = text.partition("=")
        kind = kinds.get(normalise(name))
        try:
            value = float(number.replace(",", "."))
        except ValueError:
            value = 0.0
        if kind is None or not 0 < value <= 2000:
            raise typer.BadParameter(f"«{text}»: нужно ВИД=ЧАСЫ, например семинар=4 или dpp_pk=36")
        by_kind[kind] = value
    opened = {"offerings": "self_paced"} if open_enrolment else {}
    return {**opened, "hours_academic": by_kind}


def read(
    package: Path | None,
    framework: Framework,
    *,
    files: dict[str, Path] | None = None,
    mapping: Path | None = None,
    as_of: dt.datetime | None = None,
    defaults: dict[str, object] | None = None,
    require_catalogue: bool = True,
    only: Collection[str] = (),
    sparing: bool = False,
) -> ImportReport:
    """Read a package for a sub-command; the clock is asked only where nothing states a moment.

    ``only`` names the tables that are wanted (none = all); ``sparing`` sets faulty rows aside.

    Where ``files`` stand in the place of tables of the demo, its tables that depend on those are
    left out, and the report says so.
    """
    path = package or demo_path()
    given = files or {}
    for file in (path, *given.values(), *([mapping] if mapping else [])):
        if not file.exists():
            raise FileNotFoundError(2, "нет файла", str(file))
    left_out = _left_out(given) if package is None else ()
    unwanted = tuple(t for t in TABLES if t not in only) if only else ()

    def reading(moment: dt.datetime | None) -> ImportReport:
        reader = partial(
            read_package,
            path,
            known_nodes=nodes_of(framework),
            files=given,
            mapping=mapping,
            as_of=moment,
            defaults=defaults,
            leave_out=(*left_out, *unwanted),
            require_catalogue=require_catalogue,
        )
        return read_sparing(reader) if sparing else reader()

    report = reading(as_of)
    if as_of is None and any(f.code == "as_of_missing" for f in report.faults):
        now = dt.datetime.now(dt.UTC)
        detail = (
            f"день расчёта не указан: взят сегодняшний, {now:%d.%m.%Y}; задайте --as-of или as_of "
            "в datapackage.json"
        )
        report = _noted(reading(now), Fault("as_of_assumed", detail))
    if left_out:
        detail = f"из демо-пакета не взяты таблицы: {', '.join(left_out)} (они о чужих шифрах)"
        report = _noted(report, Fault("demo_left_out", detail))
    return report


def calibrated_items(folder: Path | None, framework: Framework) -> ItemBank | None:
    """Calibrated items of a folder that ``routes calibrate`` wrote; ``None`` = none are given.

    Raises
    ------
    ArtefactError
        It was changed, is damaged, or was made for another framework.
    """
    if folder is None:
        return None
    return load_calibration(folder, expected_framework=framework).bank


def policy_named(name: str) -> PolicyProfile:
    """The policy profile of that name.

    Raises
    ------
    InputError
        ``unknown_policy``, with the known ones.
    """
    known = list_policies()
    if name not in known:
        detail = f"нет профиля политики «{name}»; есть: {', '.join(known)}"
        raise InputError([Fault("unknown_policy", detail, pointer="--policy")])
    return load_policy(name)


def _left_out(files: Mapping[str, Path]) -> tuple[str, ...]:
    """Tables of the demo that would speak of ids that the given files do not know."""
    dependent = {d for table in files for d in DEPENDENTS.get(table, ())}
    return tuple(t for t in TABLES if t in dependent and t not in files)


def _noted(report: ImportReport, note: Fault) -> ImportReport:
    return replace(report, notes=(note, *report.notes))


def demo_package() -> tuple[DataPackage, Framework]:
    """The bundled demo and its framework."""
    framework = load_framework()
    return read(None, framework).accepted(), framework


def patient(request: RouteRequest, policy: PolicyProfile) -> RouteRequest:
    """The request with the policy's work and a far deadline, where it states none of its own."""
    if request.deadline_ms is not None:
        return request
    work = policy.solve.deterministic_time
    return replace(request, deadline_ms=PATIENT_DEADLINE_MS, deterministic_time=work)
