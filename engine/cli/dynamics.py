"""``routes dynamics``: what became of the deficits of one educator between diagnostics."""

from __future__ import annotations

import shutil
import sys
from typing import Annotated

import typer

from engine.cli.build import only_educator
from engine.cli.inputs import (
    AsOfOption,
    CalibrationOption,
    DiagnosticsOption,
    EducatorsOption,
    JsonOption,
    LanguageOption,
    MappingOption,
    PackageArgument,
    PolicyOption,
    calibrated_items,
    parse_as_of,
    policy_named,
    read,
)
from engine.cli.output import print_json, print_remarks
from engine.documents import render_dynamics
from engine.framework import load_framework
from engine.interchange import request_for
from engine.recommender.dynamics import dynamics_of
from engine.recommender.pipeline import DEFAULT_POLICY

TABLES_READ = ("organisations", "educators", "diagnostics", "items", "responses", "requests")


def dynamics(
    package: PackageArgument = None,
    educator: Annotated[
        str | None, typer.Option(help="Шифр педагога; не нужен, если он в данных один.")
    ] = None,
    diagnostics: DiagnosticsOption = None,
    educators: EducatorsOption = None,
    mapping: MappingOption = None,
    calibration: CalibrationOption = None,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
    language: LanguageOption = "ru",
) -> int:
    """Что стало с дефицитами педагога между диагностиками: изменение с интервалом."""
    framework = load_framework()
    tables = {"diagnostics": diagnostics, "educators": educators}
    given = {table: path for table, path in tables.items() if path is not None}
    items = calibrated_items(calibration, framework)
    report = read(
        package,
        framework,
        files=given,
        mapping=mapping,
        as_of=parse_as_of(as_of),
        require_catalogue=False,
        only=TABLES_READ,
    )
    data = report.accepted()
    if not as_json:
        print_remarks(report.notes, report.warnings)
    request = request_for(data, educator or only_educator(data, given))
    profile = policy_named(policy or data.policy or DEFAULT_POLICY)
    answer = dynamics_of(request, framework, profile, items=items)
    if as_json:
        print_json(answer)
        return 0
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((100, 24)).columns if terminal else 100
    typer.echo(render_dynamics(answer, language, width=width, colour=terminal), nl=False)
    return 0
