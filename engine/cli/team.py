"""``routes build --team``: the routes of a management team from files."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import typer

from engine.cli.output import prepare, print_json, to_json, write_outputs
from engine.documents.team_text import render_team
from engine.errors import Fault, InputError
from engine.interchange import DataPackage, request_for
from engine.interchange.headers import nearest
from engine.recommender import Recommender
from engine.recommender.team import recommend_team
from engine.recommender.team_answer import TeamOutcome
from engine.recommender.team_request import request_of_team
from engine.registers import Team

TEAM_FILE = "team.json"


def team_of(package: DataPackage, team_id: str) -> Team:
    """The team of that id.

    Raises
    ------
    InputError
        ``unknown_team``, with the nearest ids.
    """
    teams = {team.id: team for team in package.registers.teams}
    if team_id in teams:
        return teams[team_id]
    close = nearest(team_id, list(teams)) or sorted(teams)[:5]
    hint = f"; есть, например: {', '.join(close)}" if close else "; в пакете нет команд"
    detail = f"нет команды «{team_id}»{hint}"
    raise InputError([Fault("unknown_team", detail, "--team", parameters={"team": team_id})])


def build_team(
    package: DataPackage,
    recommender: Recommender,
    team_id: str,
    *,
    policy: str | None,
    deadline_ms: int | None,
    gap: float | None,
    language: str,
    out: Path | None,
    as_json: bool,
) -> int:
    """Plan a team of the package, print the plan, and write each member's files.

    Returns
    -------
    int
        0, or 4 where there is no plan.
    """
    team = team_of(package, team_id)
    requests = [
        replace(asked, policy=policy or asked.policy, language=language)
        for asked in (request_for(package, i) for i in team.members)
    ]
    request = replace(
        request_of_team(team, requests, package.as_of), deadline_ms=deadline_ms, gap_rel=gap
    )
    prepare()
    outcome = recommend_team(recommender, request)
    paths: list[Path] = []
    if out is not None:
        paths = write_team(outcome, out, language=language, labels=package.labels)
    if as_json:
        print_json(outcome.recommendation)
    else:
        terminal = sys.stdout.isatty()
        width = shutil.get_terminal_size((100, 24)).columns if terminal else 100
        text = render_team(outcome.recommendation, language, width=width, colour=terminal)
        typer.echo(text, nl=False)
    for path in paths:
        typer.echo(f"записано: {path}", err=True)
    return 0 if outcome.members else 4


def write_team(
    outcome: TeamOutcome, folder: Path, *, language: str, labels: Mapping[str, str]
) -> list[Path]:
    """The plan as JSON, and a folder with page, calendar, JSON and problem for each member."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / TEAM_FILE
    path.write_text(to_json(outcome.recommendation) + "\n", encoding="utf-8")
    paths = [path]
    for member in outcome.members:
        own = folder / member.recommendation.educator.id
        paths += write_outputs(member, own, language=language, labels=labels)
    return paths
