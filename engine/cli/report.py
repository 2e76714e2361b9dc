"""``routes report``: reports on a region, notes for four addressees, the passport of the system."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from typing import Annotated

import typer

from engine.ages import local_day
from engine.analysis import Addressee, analyse
from engine.analysis import Recommendation as Advice
from engine.cli.build import only_educator
from engine.cli.inputs import (
    AsOfOption,
    LanguageOption,
    MappingOption,
    PolicyOption,
    parse_as_of,
    patient,
    policy_named,
    read,
)
from engine.cli.output import prepare, print_remarks
from engine.documents.reports import FORMATS, Report, build_educator_note, render
from engine.documents.reports.kinds import Asked, Computed, ReportName, build_report, profiles_for
from engine.documents.reports.model import Word
from engine.documents.reports.record_people import deficits_of
from engine.errors import Fault, InputError
from engine.framework import Framework, load_framework
from engine.indicators import ReportPeriod, compute, profiles
from engine.indicators.periods import Cadence
from engine.indicators.results import IndicatorReport
from engine.interchange import DataPackage, request_for
from engine.interchange.region import record_of_package
from engine.policy import PolicyProfile
from engine.recommendation import Recommendation
from engine.recommender import Recommender
from engine.recommender.pipeline import DEFAULT_POLICY
from engine.region_record import RegionRecord

EDUCATOR = "educator"
TREND = 2
"""Earlier periods that a trend shows."""

Name = StrEnum(  # type: ignore[misc]
    "Name", {name: name for name in (*(n.value for n in ReportName), EDUCATOR)}
)


def report(
    name: Annotated[
        Name,
        typer.Argument(
            help="yearly — ежегодный отчёт; passport — паспорт РСНМС; аналитические справки: "
            "municipality, methodical-service, school, educator."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(help="Файл: .html, .docx или .xlsx.", dir_okay=False),
    ],
    package: Annotated[
        Path | None,
        typer.Option(help="Папка пакета данных, XLSX или CSV; без неё — демо-пакет."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="Первый день периода, 2026-01-01.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", help="Последний день периода; без дат — год данных.")
    ] = None,
    profile: Annotated[
        list[str] | None,
        typer.Option(
            help="Документ с показателями: spb, primorye, sosnovy-bor, volgodonsk, "
            "leningrad-oblast; без него — по политике данных. Можно повторять."
        ),
    ] = None,
    district: Annotated[str | None, typer.Option(help="Район: о ком отчёт или справка.")] = None,
    organisation: Annotated[
        str | None, typer.Option(help="Код организации: о ком справка руководителю.")
    ] = None,
    educator: Annotated[str | None, typer.Option(help="Шифр педагога.")] = None,
    mapping: MappingOption = None,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    language: LanguageOption = "ru",
) -> int:
    """Отчёт, аналитическая справка или паспорт системы: HTML, DOCX или XLSX."""
    form = out.suffix.lower().removeprefix(".")
    if form not in FORMATS:
        raise typer.BadParameter(f"«{out}»: нужен файл {', '.join('.' + f for f in FORMATS)}")
    framework = load_framework()
    taken = read(
        package,
        framework,
        mapping=mapping,
        as_of=parse_as_of(as_of),
        require_catalogue=name == EDUCATOR,
    )
    data = taken.accepted()
    print_remarks(taken.notes, taken.warnings)
    rules = policy_named(policy or data.policy or DEFAULT_POLICY)
    record = record_of_package(data)
    if name == EDUCATOR:
        made = _educator(data, record, educator, framework, rules)
    else:
        period = _period(since, until, local_day(record.as_of, rules.time_zone))
        wanted = ReportName(name.value)
        own = rules.id if rules.id in profiles() else None
        told = _known(profile) if profile else profiles_for(wanted, own)
        asked = Asked(wanted, period, told, district, organisation)
        made = build_report(record, asked, _computed(record, framework, rules))
    content = render(made, form, language)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(content)
    typer.echo(f"записано: {out}", err=True)
    return 0


def _period(since: str | None, until: str | None, today: dt.date) -> ReportPeriod:
    """The days that were asked for; each that is missing is that of the data's year."""
    year = ReportPeriod.containing(today, Cadence.YEARLY)
    first = year.first if since is None else _day(since, "--from")
    last = year.last if until is None else _day(until, "--to")
    if last < first:
        raise typer.BadParameter(f"период кончается {last} раньше, чем начинается {first}")
    return ReportPeriod(first, last)


def _day(text: str, option: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{option}: «{text}» — не день; нужно 2026-01-31") from error


def _known(asked: list[str]) -> tuple[str, ...]:
    known = profiles()
    for name in asked:
        if name not in known:
            detail = f"документа «{name}» нет; есть: {', '.join(known)}"
            raise InputError([Fault("unknown_profile", detail, pointer="--profile")])
    return tuple(asked)


def _computed(record: RegionRecord, framework: Framework, policy: PolicyProfile) -> Computed:
    def indicators(
        part: RegionRecord, profile: str, period: ReportPeriod, by: tuple[str, ...]
    ) -> IndicatorReport:
        return compute(part, profile, period, by=by, previous=period.previous(TREND))

    return Computed(
        indicators=indicators,
        analysis=cache(partial(analyse, record, framework, policy)),
        deficits=lambda part, by: deficits_of(part, by, framework, policy),
    )


# ------------------------------------------------------------------------------ an educator


def _educator(
    data: DataPackage,
    record: RegionRecord,
    educator: str | None,
    framework: Framework,
    policy: PolicyProfile,
) -> Report:
    """The note of one educator, with the route that the engine recommends to him."""
    request = request_for(data, educator or only_educator(data, {}))
    request = replace(request, policy=request.policy or policy.id)
    recommender = Recommender.from_package(data, framework, policy=policy.id)
    prepare()
    rec = recommender.recommend(
        patient(request, recommender.policy_of(request.policy))
    ).recommendation
    advice = tuple(Word(r, "recommendation") for r in _about(rec, record, framework, policy))
    return build_educator_note(rec, display_name=data.labels.get(rec.educator.id), advice=advice)


def _about(
    rec: Recommendation, record: RegionRecord, framework: Framework, policy: PolicyProfile
) -> list[Advice]:
    """Recommendations to educators about a run of his route."""
    if rec.route is None:
        return []
    own = {step.offering for step in rec.route.steps}
    found = analyse(record, framework, policy).recommendations
    return [r for r in found if r.addressee is Addressee.EDUCATOR and r.subject_id in own]
