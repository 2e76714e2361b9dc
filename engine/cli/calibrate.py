"""``routes calibrate``: answers and a Q-matrix in, a checked calibration with a card out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.inputs import JsonOption, parse_day
from engine.cli.output import print_json, print_remarks
from engine.diagnostics.calibration_report import (
    RELIABILITY_PEOPLE,
    CalibrationReport,
    calibration_report,
    items_to_look_at,
)
from engine.diagnostics.item_bank import SkillPrior
from engine.diagnostics.item_response_model import ItemResponseModel
from engine.documents.calibration_card import render_card
from engine.framework import load_framework
from engine.interchange.calibration_tables import CalibrationTables, read_calibration_tables
from engine.interchange.names import file_name
from engine.item_bank_store import (
    CARD_FILE,
    CalibrationManifest,
    CalibrationSource,
    save_calibration,
)
from engine.wording.quantities import number, percent

NO_FRAMEWORK = "none"


def calibrate(
    responses: Annotated[
        Path,
        typer.Option(
            help="Ответы (CSV, XLSX): человек в строке, задание в столбце; или строка на ответ."
        ),
    ],
    q_matrix: Annotated[
        Path,
        typer.Option(
            help="Q-матрица (CSV, XLSX): задание в строке, умения в столбцах (0 или 1); или строки "
            "«задание, компетенция»."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Папка для заданий, описания и карточки.")],
    framework: Annotated[
        str | None,
        typer.Option(
            help="Рамка, кодами которой названы умения; без неё — основная, если кодов её не "
            "меньше половины; none — умения названы по-своему."
        ),
    ] = None,
    created_on: Annotated[
        str | None, typer.Option(help="День калибровки, 2026-09-01; без него — сегодня.")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Откалибровать задания по ответам: трудность и различающая сила каждого, с карточкой."""
    day = parse_day(created_on)
    tables = read_calibration_tables(
        responses,
        q_matrix,
        None if framework == NO_FRAMEWORK else load_framework(framework),
        named=framework is not None,
    )
    n_people, n_items = tables.responses.shape
    _say(f"Калибрую: людей {n_people}, заданий {n_items}…")
    model = ItemResponseModel(tables.q_matrix).fit(tables.responses)
    _say("Проверяю на отложенных ответах…")
    report = calibration_report(model, tables.responses)
    source = CalibrationSource(
        responses_file=file_name(responses),
        q_matrix_file=file_name(q_matrix),
        people=report.people,
        items=len(report.items),
        answers=report.answers,
        share_missing=round(report.share_missing, 6),
    )
    manifest = save_calibration(
        model.to_bank(),
        out,
        prior=SkillPrior(report.mean, report.person_sd, report.skill_sd),
        n_answers={i.item: i.n_answers for i in report.items},
        framework=tables.framework,
        created_on=day,
        source=source,
        card=render_card(report, source, tables.framework, day.isoformat()),
    )
    if as_json:
        print_json(_body(manifest, report, tables))
    else:
        _print(report, tables, out)
    return 0


def _say(text: str) -> None:
    """Progress, for a person at a terminal only."""
    if sys.stderr.isatty():
        typer.echo(text, err=True)


def _body(
    manifest: CalibrationManifest, report: CalibrationReport, tables: CalibrationTables
) -> dict[str, object]:
    return {
        "manifest": manifest,
        "report": report,
        "warnings": tables.warnings,
        "notes": tables.notes,
    }


def _reliability(report: CalibrationReport) -> str:
    if report.people < RELIABILITY_PEOPLE:
        return (
            f"не посчитана: людей {report.people}, нужно не меньше {RELIABILITY_PEOPLE} — "
            "по меньшему числу она случайна"
        )
    return ", ".join(f"{s.skill} {number(s.reliability, 'ru')}" for s in report.skills)


def _print(report: CalibrationReport, tables: CalibrationTables, out: Path) -> None:
    print_remarks(tables.notes, tables.warnings)
    bound = tables.framework
    typer.echo(f"  рамка:      {f'{bound.id} {bound.version}' if bound else 'нет, отдельный банк'}")
    typer.echo(
        f"  ответов:    {number(report.answers, 'ru', 0)} (людей "
        f"{number(report.people, 'ru', 0)}, заданий {len(report.items)}, "
        f"пропущено {percent(report.share_missing, 'ru')})"
    )
    typer.echo(f"  надёжность: {_reliability(report)}")
    if report.fit is not None:
        typer.echo(
            f"  отложенные ответы: AUC {number(report.fit.auc, 'ru', 3)}, по доле верных на "
            f"задание {number(report.fit.auc_item_mean, 'ru', 3)}"
        )
    remarked = items_to_look_at(report.items)
    if remarked:
        typer.echo(f"  посмотреть: {', '.join(item.item for item in remarked)}")
    if not report.converged:
        typer.echo(f"  не сошлось за {report.n_iterations} шагов: параметры приблизительны")
    typer.echo(f"записано: {out}; прочитайте {out / CARD_FILE}", err=True)
