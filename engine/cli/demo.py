"""``routes demo``: the main job on the bundled data, from diagnostics to a dated route."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.inputs import JsonOption, LanguageOption, PolicyOption, demo_package, patient
from engine.cli.output import prepare, print_recommendation, to_json, write_outputs
from engine.interchange import request_for
from engine.planning.problem_json import replay_options, write_problem_file
from engine.recommendation import to_dict
from engine.recommender import Outcome, Recommender, RouteRequest, request_to_json
from engine.storage import DEFAULT_TENANT, StoredRoute, open_store

DEFAULT_FOLDER = Path("routes-demo")


def demo(
    educator: Annotated[
        str | None, typer.Option(help="Шифр демо-педагога; без него — первый.")
    ] = None,
    policy: PolicyOption = None,
    out: Annotated[Path, typer.Option(help="Папка для файлов.")] = DEFAULT_FOLDER,
    as_json: JsonOption = False,
    language: LanguageOption = "ru",
) -> int:
    """Построить маршрут демо-педагога и записать страницу, календарь и файл задачи."""
    package, framework = demo_package()
    recommender = Recommender.from_package(package, framework, policy=policy)
    chosen = educator or package.educators[0].id
    request = request_for(package, chosen)
    request = replace(request, policy=policy or request.policy, language=language)
    request = patient(request, recommender.policy_of(request.policy))
    prepare()
    outcome = recommender.recommend(request)
    # Files first: a reader that closes the pipe early (``| head``) must not cost them.
    paths = write_outputs(outcome, out, language=language, labels=package.labels)
    database = out / "routes.db"
    _keep(request, outcome, database)
    print_recommendation(outcome.recommendation, as_json=as_json, language=language)
    if not as_json:
        ids = ", ".join(e.id for e in package.educators)
        typer.echo("\nЗаписано:")
        for path in (*paths, database):
            typer.echo(f"  {path}")
        # As it can be typed here: an environment that is not activated has no ``routes``.
        me = "routes" if shutil.which("routes") else sys.argv[0]
        typer.echo(
            "\nДальше:\n"
            f"  {me} demo --educator ID        другой педагог ({ids})\n"
            f"  {me} solve {out / 'problem.json'}   решить тот же файл задачи ещё раз\n"
            f"  {me} template forms            пустые бланки для своих данных\n"
            f"  {me} build ПАПКА               маршрут по своим данным\n"
            f"  {me} serve                     служба HTTP на этой машине"
        )
    return 0 if outcome.recommendation.route is not None else 4


def _keep(request: RouteRequest, outcome: Outcome, database: Path) -> None:
    """Keep the route in the embedded store, as the service does; once more changes nothing.

    With its request and solution, so that the service can answer questions about it.
    """
    store = open_store(f"sqlite:///{database}")
    store.upgrade()
    answer = outcome.recommendation
    replay = replay_options(outcome.options, outcome.solution)
    route = StoredRoute(
        id=answer.id,
        created_at=answer.as_of,
        educator_id=answer.educator.id,
        as_of=answer.as_of,
        status=answer.status,
        policy=answer.provenance.policy,
        problem_digest=answer.provenance.problem_digest,
        answer=to_json(answer),
        problem=write_problem_file(outcome.problem, replay),
        request=request_to_json(request),
        solution=json.dumps(to_dict(outcome.solution)),
    )
    with store.writing(DEFAULT_TENANT) as repositories:
        if repositories.routes.get(route.id) is None:
            repositories.routes.add(route)
    store.close()
