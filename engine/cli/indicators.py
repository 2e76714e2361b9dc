"""``routes indicators``: the indicators of a regulation, and the calendar of dated actions."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from engine.cli.db import ConfigOption, DatabaseOption
from engine.cli.indicators_text import control_lines, reminder_lines, report_lines
from engine.cli.inputs import AsOfOption, JsonOption, LanguageOption, parse_as_of, read
from engine.cli.output import print_json, print_remarks
from engine.errors import Fault, InputError
from engine.framework import load_framework
from engine.indicators import (
    DIMENSIONS,
    IndicatorProfile,
    IndicatorReport,
    ReportPeriod,
    compute,
    controls,
    load_profile,
    profiles,
    reminders,
)
from engine.indicators.plain import as_plain, people
from engine.interchange.region import record_of_package
from engine.policy import load_policy
from engine.region_record import RegionRecord
from engine.settings import load_settings
from engine.storage import DEFAULT_TENANT, open_store
from engine.wording import word

CALENDAR = "calendar"
COLUMNS = ("indicator", "reading", "side", "entity", "id")


def indicators(
    profile: Annotated[
        str | None,
        typer.Argument(
            help="Профиль региона, или calendar — мероприятия планов по датам; без него — "
            "какие есть профили и что пора сделать."
        ),
    ] = None,
    package: Annotated[
        Path | None,
        typer.Option(help="Папка пакета данных, XLSX или CSV; без него — встроенный демо-пакет."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="Первый день периода, 2026-01-01.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--to", help="Последний день; без обоих — год или полугодие дня данных."),
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option(help=f"Разрез: {', '.join(DIMENSIONS)}; можно повторять.")
    ] = None,
    previous: Annotated[
        int, typer.Option(min=0, max=40, help="Сколько прежних периодов показать.")
    ] = 0,
    choose: Annotated[
        list[str] | None,
        typer.Option(metavar="ТЕРМИН=ПРОЧТЕНИЕ", help="Прочтение, принятое в регионе."),
    ] = None,
    readings: Annotated[bool, typer.Option("--readings", help="Показать все прочтения.")] = False,
    ids: Annotated[
        Path | None, typer.Option(help="CSV: шифры за числителями и знаменателями.")
    ] = None,
    definitions: Annotated[
        Path | None,
        typer.Option(help="Папка своих определений (TOML); без неё — из настройки indicators_dir."),
    ] = None,
    database: DatabaseOption = None,
    tenant: Annotated[str, typer.Option(help="Регион (арендатор) в базе.")] = DEFAULT_TENANT,
    config: ConfigOption = None,
    as_of: AsOfOption = None,
    language: LanguageOption = "ru",
    as_json: JsonOption = False,
) -> int:
    """Посчитать показатели положения о системе методического сопровождения."""
    if definitions is None and (folder := load_settings(config).indicators_dir) is not None:
        definitions = Path(folder)
    if profile is None or profile == CALENDAR:
        moment = parse_as_of(as_of)
        day = dt.date.today() if moment is None else moment.date()
        _calendar(definitions, day, language, full=profile is not None, as_json=as_json)
        return 0
    known = _profile(profile, definitions)
    if package is not None and database is not None:
        raise typer.BadParameter("нужно одно из двух: --package или --database")
    record = (
        _of_package(package, as_of)
        if database is None
        else _of_database(database, tenant, config, as_of)
    )
    period = _period(since, until, known, record)
    report = compute(
        record,
        known,
        period,
        by=by,
        previous=period.previous(previous),
        choices=_choices(choose or ()),
    )
    if ids is not None:
        _write_ids(ids, report, every=readings)
    if as_json:
        print_json(as_plain(report))
        return 0
    titles = {o.id: o.title for o in record.organisations}
    for line in report_lines(report, language, every=readings, titles=titles):
        typer.echo(line)
    if ids is not None:
        typer.echo(f"записано: {ids}", err=True)
    return 0


def _of_package(path: Path | None, as_of: str | None) -> RegionRecord:
    found = read(path, load_framework(), as_of=parse_as_of(as_of), require_catalogue=False)
    record = record_of_package(found.accepted())
    print_remarks((), found.warnings)
    return record


def _of_database(url: str, tenant: str, config: Path | None, as_of: str | None) -> RegionRecord:
    """The region as the service knows it: its database over its package."""
    # The service's modules take a second to load, which a package need not wait for.
    from api.region import stored_region
    from api.service import load_package, policy_of
    from api.tenant_catalogue import Catalogues

    settings = replace(load_settings(config), database_url=url)
    own = load_package(settings)
    moment = parse_as_of(as_of) or dt.datetime.now(dt.UTC)
    zone = ZoneInfo(load_policy(policy_of(settings, own)).time_zone)
    store = open_store(settings.database_url)
    try:
        with store.reading(tenant) as kept:
            package = Catalogues(own).of(tenant, kept)
            return stored_region(kept, package, moment.astimezone(zone), zone)
    finally:
        store.close()


def _profile(name: str, root: Path | None) -> IndicatorProfile:
    _folder(root)
    if name not in profiles(root):
        detail = f"нет профиля показателей «{name}»; есть: {', '.join(profiles(root))}, {CALENDAR}"
        raise InputError([Fault("unknown_profile", detail, pointer="PROFILE")])
    return load_profile(name, root)


def _folder(root: Path | None) -> None:
    if root is not None and not root.is_dir():
        raise FileNotFoundError(2, "нет папки", str(root))


def _calendar(root: Path | None, day: dt.date, language: str, *, full: bool, as_json: bool) -> None:
    """Profiles with what is due, and with ``full`` the actions of their plans."""
    _folder(root)
    known = [load_profile(name, root) for name in profiles(root)]
    year = ReportPeriod.year(day.year)
    if as_json:
        print_json(
            {
                "day": day,
                "profiles": [
                    {
                        "profile": p.id,
                        "title": p.title,
                        "cadence": p.cadence,
                        "cadence_wording": p.cadence_wording,
                        "reminders": reminders(p, day),
                        "controls": controls(p, year) if full else (),
                    }
                    for p in known
                ],
            }
        )
        return
    titles = {p.id: p.title for p in known}
    for p in known:
        rhythm = word(p.cadence.value, language=language, family="indicators")
        typer.echo(f"{p.id}: {p.title}, {rhythm} ({p.cadence_clause})")
        for line in reminder_lines(reminders(p, day), language, titles):
            typer.echo(line)
        if full and p.controls:
            years = {"year": str(year.first.year), "plan_year": str(p.plan_year)}
            typer.echo("\n" + word("plan", years, language, family="indicators"))
            for control in controls(p, year):
                typer.echo("\n".join(control_lines(control, language)))
            typer.echo("")


def _period(
    since: str | None, until: str | None, profile: IndicatorProfile, record: RegionRecord
) -> ReportPeriod:
    usual = ReportPeriod.containing(record.as_of.date(), profile.cadence)
    first = _day(since, "--from") or (usual.first if until is None else None)
    last = _day(until, "--to") or (usual.last if since is None else None)
    if first is None or last is None or last < first:
        detail = "период задают двумя днями, --from не позже --to, или ни одним"
        raise InputError([Fault("period_invalid", detail, pointer="--from")])
    return ReportPeriod(first, last)


def _day(text: str | None, option: str) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        detail = f"«{text}» — не день: пишите так: 2026-01-31"
        raise InputError([Fault("day_invalid", detail, pointer=option)]) from None


def _choices(texts: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        term, equals, option = text.partition("=")
        if not equals:
            raise typer.BadParameter(f"«{text}»: нужно ТЕРМИН=ПРОЧТЕНИЕ")
        found[term] = option
    return found


def _write_ids(path: Path, report: IndicatorReport, *, every: bool) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(people(report, every=every))
