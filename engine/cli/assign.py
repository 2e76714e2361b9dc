"""``routes assign``: who accompanies whom, for a whole region."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine.assignment import Pricing, Wish
from engine.assignment.many import Evidence
from engine.assignment.peer_records import PeerRules
from engine.assignment.task import TUTORED_MOST, Answer, Known, Question, Task
from engine.assignment.teams import TeamRules
from engine.cli.grouped_faults import print_grouped
from engine.cli.groups import print_left_out
from engine.cli.inputs import (
    AsOfOption,
    CalibrationOption,
    JsonOption,
    LanguageOption,
    MappingOption,
    PackageArgument,
    PolicyOption,
    calibrated_items,
    parse_as_of,
    parse_day,
    policy_named,
    read,
)
from engine.cli.output import print_json, print_remarks, to_json
from engine.documents.assignment_text import render_assignment
from engine.domain import MentorForm
from engine.errors import Fault, InputError
from engine.framework import load_framework
from engine.interchange import DataPackage
from engine.interchange.registers import register_rows
from engine.interchange.schema import TABLES
from engine.interchange.writing import cell_text
from engine.recommender.pipeline import DEFAULT_POLICY
from engine.register_kinds import RegisterName
from engine.registers import Accompaniment, Registers

TABLES_READ = (
    "organisations",
    "educators",
    "diagnostics",
    "items",
    "responses",
    "requests",
    "mentors",
    "mentor_slots",
    "busy",
    "methodists",
    "teams",
    "accompaniments",
)
FILE_KINDS = (".csv", ".json")
SET_ASIDE = "Ошибочные строки не взяты, остальные строки тех же педагогов взяты"
WISH_WORDS = {
    "prefer": False, "хочет": False, "предпочитает": False,
    "veto": True, "отказ": True, "нет": True,
}  # fmt: skip
WISH_COLUMNS = ("educator_id", "by", "wish")
WIDTH = 130


class FormName(StrEnum):
    """Forms that can be asked for."""

    MENTOR_YOUNG = "mentor_young"
    PEER = "peer"
    TEAM = "team"
    TUTOR = "tutor"


def assign(
    package: PackageArgument = None,
    package_option: Annotated[
        Path | None, typer.Option("--package", help="То же, что первый аргумент: пакет данных.")
    ] = None,
    form: Annotated[
        FormName | None,
        typer.Option(
            help="mentor_young — наставники молодым; peer — горизонтальные пары по компетенциям; "
            "team — управленческие команды командам; tutor — маршруты методистам и тьюторам; без "
            "неё — наставник каждому, кому он положен, в первой подходящей форме."
        ),
    ] = None,
    asking: Annotated[
        list[str] | None,
        typer.Option(help="Шифр педагога, который просит наставника сам; можно повторять."),
    ] = None,
    wishes: Annotated[
        Path | None,
        typer.Option(
            help="CSV с пожеланиями: столбцы educator_id, by, wish (prefer или veto; хочет, отказ)."
        ),
    ] = None,
    fairness: Annotated[
        float,
        typer.Option(min=0, max=100, help="Цена неравной нагрузки в единицах соответствия."),
    ] = Pricing().fairness,
    change: Annotated[
        float | None,
        typer.Option(
            min=0, max=100, help="Цена смены прежнего наставника; без неё прежние пары остаются."
        ),
    ] = None,
    most: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1000,
            help="Сколько человек (пар, команд) приходится на одного самое большее: для peer, "
            "team, tutor.",
        ),
    ] = None,
    least: Annotated[
        float | None,
        typer.Option(
            min=0.001, max=100, help="Сколько пара должна давать не меньше: для peer и team."
        ),
    ] = None,
    same_subject: Annotated[
        bool, typer.Option("--same-subject", help="Пары peer только с общим предметом.")
    ] = False,
    same_district: Annotated[
        bool, typer.Option("--same-district", help="Пары peer только внутри района.")
    ] = False,
    meetings: Annotated[
        bool,
        typer.Option(
            "--meetings",
            help="Только пары наставников и педагогов с общим свободным часом; "
            "часы наставника, который их не указал, не проверяются.",
        ),
    ] = False,
    since: Annotated[
        str | None, typer.Option(help="Первый день закрепления; без него — день расчёта.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Последний день закрепления; без него — бессрочно.")
    ] = None,
    mapping: MappingOption = None,
    calibration: CalibrationOption = None,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            help="Файл: .csv — новые пары таблицей accompaniments, которую примет импорт; .json — "
            "весь ответ. Можно повторять.",
            dir_okay=False,
        ),
    ] = None,
    as_json: JsonOption = False,
    language: LanguageOption = "ru",
) -> int:
    """Закрепить наставников, тьюторов, команды или составить пары: по всему региону сразу."""
    for path in out or ():
        if path.suffix.lower() not in FILE_KINDS:
            raise typer.BadParameter(f"«{path}»: нужен файл {' или '.join(FILE_KINDS)}")
    framework = load_framework()
    report = read(
        package or package_option,
        framework,
        mapping=mapping,
        as_of=parse_as_of(as_of),
        require_catalogue=False,
        only=TABLES_READ,
        sparing=True,
    )
    data = report.accepted()
    print_remarks(report.notes, report.warnings)
    print_grouped(report.set_aside, title=SET_ASIDE)
    first = parse_day(since) if since else data.as_of.date()
    last = parse_day(until) if until else None
    question = Question(
        form=MentorForm(form.value) if form else None,
        asking=frozenset(asking or ()),
        wishes=tuple(read_wishes(wishes)) if wishes else (),
        pricing=Pricing(fairness=fairness, change=change),
        peers=_peers(most, least, same_subject=same_subject, same_district=same_district),
        teams=_teams(most, least),
        tutored_most=most or TUTORED_MOST,
        meetings=meetings,
    )
    task = Task(
        _known(data),
        framework,
        policy_named(policy or data.policy or DEFAULT_POLICY),
        data.as_of,
        calibrated_items(calibration, framework),
    )
    answer = task.answer(question)
    print_left_out(answer.left_out)
    for path in out or ():
        _write(answer, path, first, last)
    if as_json:
        print_json(answer)
    else:
        terminal = sys.stdout.isatty()
        width = shutil.get_terminal_size((WIDTH, 24)).columns if terminal else WIDTH
        text = render_assignment(answer, framework, language, width=width, colour=terminal)
        typer.echo(text, nl=False)
    for path in out or ():
        typer.echo(f"записано: {path}", err=True)
    return 0


def _peers(
    most: int | None, least: float | None, *, same_subject: bool, same_district: bool
) -> PeerRules:
    usual = PeerRules()
    return PeerRules(
        most_pairs=most or usual.most_pairs,
        least=least or usual.least,
        same_subject=same_subject,
        same_district=same_district,
    )


def _teams(most: int | None, least: float | None) -> TeamRules:
    usual = TeamRules()
    return TeamRules(most=most or usual.most, least=least or usual.least)


def _known(data: DataPackage) -> Known:
    if not data.educators:
        detail = "в данных нет ни одного педагога: добавьте таблицу educators («Педагоги»)"
        raise InputError([Fault("educators_missing", detail)])
    return Known(
        tuple(
            Evidence(
                educator,
                data.diagnostics.get(educator.id, ()),
                data.responses.get(educator.id, ()),
                data.requests.get(educator.id, ()),
            )
            for educator in data.educators
        ),
        data.mentors,
        data.registers,
        busy=data.busy,
    )


def read_wishes(path: Path) -> Iterator[Wish]:
    """Wishes of a CSV file with the columns ``educator_id``, ``by`` and ``wish``.

    Raises
    ------
    InputError
        ``wishes_columns`` and ``wish_unknown``, with the row.
    """
    text = path.read_text(encoding="utf-8-sig")
    head = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head else ",")
    missing = [name for name in WISH_COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        detail = f"нет столбцов {', '.join(missing)}; нужны {', '.join(WISH_COLUMNS)}"
        raise InputError([Fault("wishes_columns", detail, file=path.name, row=1)])
    faults: list[Fault] = []
    found: list[Wish] = []
    for number, row in enumerate(rows, start=2):
        word = (row["wish"] or "").strip().casefold()
        educator, carer = (row["educator_id"] or "").strip(), (row["by"] or "").strip()
        if word not in WISH_WORDS or not educator or not carer:
            detail = (
                f"пожелание «{word}» не понято: нужны оба шифра и одно из {', '.join(WISH_WORDS)}"
            )
            faults.append(Fault("wish_unknown", detail, file=path.name, row=number))
            continue
        found.append(Wish(educator, carer, WISH_WORDS[word]))
    if faults:
        raise InputError(faults)
    yield from found


def _write(answer: Answer, path: Path, since: dt.date, until: dt.date | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".json":
        path.write_text(to_json(answer) + "\n", encoding="utf-8")
        return
    found = answer.assignment or answer.peers
    assert found is not None
    path.write_text(accompaniment_table(found.accompaniments(since, until)), encoding="utf-8")


def accompaniment_table(records: tuple[Accompaniment, ...]) -> str:
    """CSV of the table ``accompaniments`` of a data package."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    columns = [column.name for column in TABLES["accompaniments"].columns]
    writer.writerow(columns)
    kept = Registers(accompaniments=tuple(sorted(records, key=lambda r: r.id)))
    for row in register_rows(kept, RegisterName.ACCOMPANIMENTS):
        writer.writerow([cell_text(row[name]) for name in columns])
    return buffer.getvalue()
