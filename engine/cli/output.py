"""How the command prints: people get text, ``--json`` gets JSON, errors go to stderr."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from engine.documents import render_html, render_ics, render_terminal
from engine.errors import Fault
from engine.planning.compiled import is_cold
from engine.planning.problem_json import replay_options, write_problem_file
from engine.planning.warm import warm
from engine.recommendation import Recommendation, to_dict
from engine.recommender import Outcome

NOTES = "Что решено при импорте"
WARNINGS = "Предупреждения импорта"


def prepare() -> None:
    """Load the solver before a deadline runs, and say so where it takes long."""
    if is_cold() and sys.stderr.isatty():
        typer.echo("Первый расчёт после установки: готовлю решатель, до полуминуты…", err=True)
    warm()


def to_json(value: object) -> str:
    """Canonical JSON text: keys in the record's order, Cyrillic as it is."""
    return json.dumps(to_dict(value), ensure_ascii=False, indent=2, allow_nan=False)


def print_json(value: object) -> None:
    """Print JSON on stdout, escaped where the console is not UTF-8, so that nothing is lost."""
    text = to_json(value)
    if (sys.stdout.encoding or "").casefold().replace("-", "") != "utf8":
        text = json.dumps(json.loads(text), indent=2, allow_nan=False)
    typer.echo(text)


def print_recommendation(recommendation: Recommendation, *, as_json: bool, language: str) -> None:
    """Print a route for a person or a program."""
    if as_json:
        print_json(recommendation)
        return
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((100, 24)).columns if terminal else 100
    text = render_terminal(recommendation, language=language, width=width, colour=terminal)
    typer.echo(text)


def write_outputs(
    outcome: Outcome, folder: Path, *, language: str, labels: Mapping[str, str]
) -> list[Path]:
    """Write the page, calendar, JSON and problem file of a route; returns their paths.

    Parameters
    ----------
    labels
        Display names by cipher, for the page alone; a missing one leaves a line to fill in.
    """
    folder.mkdir(parents=True, exist_ok=True)
    recommendation = outcome.recommendation
    mentor = recommendation.route.mentor if recommendation.route else None
    page = render_html(
        recommendation,
        language=language,
        display_name=labels.get(recommendation.educator.id),
        mentor_name=labels.get(mentor.id) if mentor else None,
    )
    replay = replay_options(outcome.options, outcome.solution)
    files = {
        "iom.html": page.encode(),
        "route.json": (to_json(recommendation) + "\n").encode(),
        "problem.json": write_problem_file(outcome.problem, replay),
    }
    if recommendation.route is not None:
        files["calendar.ics"] = render_ics(recommendation, language)
    if recommendation.route is None:
        (folder / "calendar.ics").unlink(missing_ok=True)  # of an earlier route, no longer true
    paths = []
    for file_name, content in sorted(files.items()):
        path = folder / file_name
        path.write_bytes(content)
        paths.append(path)
    return paths


def print_remarks(notes: Sequence[Fault], warnings: Sequence[Fault]) -> None:
    """What reading the files decided and what it warns of, on stderr."""
    for faults, title in ((notes, NOTES), (warnings, WARNINGS)):
        if faults:
            print_faults(faults, title=title)


def print_faults(faults: Sequence[Fault], *, title: str = "Ошибки во входных данных") -> None:
    """Print faults with their places on stderr."""
    typer.echo(f"{title}: {len(faults)}", err=True)
    for fault in faults:
        place = fault.place()
        typer.echo(f"  {place + ': ' if place else ''}{fault.detail} [{fault.code}]", err=True)
