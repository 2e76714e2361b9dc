"""``routes replay``: a kept route solved again and compared with its answer, byte by byte."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from engine.cli.inputs import JsonOption
from engine.cli.models import Serving, of_version, serving
from engine.cli.output import prepare, print_json
from engine.errors import Fault, InputError
from engine.framework import load_framework
from engine.model_registry import Registry
from engine.planning.problem_json import NO_CLOCK_MS, read_problem_file
from engine.planning.solution import RouteSolution, SolveOptions
from engine.planning.solver import solve
from engine.recommendation import to_dict
from engine.recommendation_json import record_from_dict
from engine.recommender import Outcome, Recommender, RouteRequest, request_from_json
from engine.settings import Settings, load_settings
from engine.storage import DEFAULT_TENANT, StoredRoute, open_store


class Recommending(Protocol):
    """The part of an engine that a replay calls."""

    def recommend(self, request: RouteRequest) -> Outcome:
        """Build the whole route."""


class Compared(StrEnum):
    """What a comparison says."""

    SAME = "same"
    DIFFERENT = "different"
    OTHER_DATA = "other_data"
    """Today's data give another problem: catalogue, policy, model or program have changed."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of a replay.

    Parameters
    ----------
    solution
        The kept problem file, solved again, against what its solve said.
    answer
        The kept request through every stage against the kept answer.
    at
        First character at which the answers part; ``None`` = they do not, or it was not compared.
    """

    route: str
    revision: int
    solution: Compared
    answer: Compared
    at: int | None = None

    @property
    def same(self) -> bool:
        """Whether nothing that could be compared differs."""
        return Compared.DIFFERENT not in (self.solution, self.answer)


def replay(
    route_id: Annotated[str, typer.Argument(metavar="КОД", help="Код маршрута в базе.")],
    database: Annotated[
        str | None, typer.Option(help="Адрес базы данных; без него — из настроек.")
    ] = None,
    tenant: Annotated[str, typer.Option(help="Регион (арендатор).")] = DEFAULT_TENANT,
    config: Annotated[Path | None, typer.Option(help="Файл настроек TOML.")] = None,
    as_json: JsonOption = False,
) -> int:
    """Решить сохранённый запрос заново и сравнить с ответом побайтно; код 1 — отличается."""
    settings = load_settings(config)
    if database is not None:
        settings = replace(settings, database_url=database)
    route = _kept(settings, tenant, route_id)
    prepare()
    told = replayed(route, _engine(settings, tenant, route))
    if as_json:
        print_json(told)
    else:
        _print(told)
    return 0 if told.same else 1


def replayed(route: StoredRoute, engine: Recommending) -> Replay:
    """Solve a kept route again.

    Parameters
    ----------
    engine
        Of the data as they are now.
    """
    problem, options = read_problem_file(route.problem)
    known = record_from_dict(RouteSolution, json.loads(route.solution or ""))
    again = replace(solve(problem, options), cut_by_clock=known.cut_by_clock)
    solution = Compared.SAME if json.dumps(to_dict(again)) == route.solution else Compared.DIFFERENT
    text = _answer(route, engine, options)
    if text is None:
        return Replay(route.id, route.revision, solution, Compared.OTHER_DATA)
    if text == route.answer:
        return Replay(route.id, route.revision, solution, Compared.SAME)
    pairs = enumerate(zip(text, route.answer, strict=False))
    shorter = min(len(text), len(route.answer))
    at = next((i for i, (one, other) in pairs if one != other), shorter)
    return Replay(route.id, route.revision, solution, Compared.DIFFERENT, at)


def _answer(route: StoredRoute, engine: Recommending, options: SolveOptions) -> str | None:
    """Text of the answer made again; ``None`` = it is now another problem.

    The clock is the one thing that cannot come again. What it cut is repeated by its finished
    work, as in a problem file, and the two facts that speak of it are taken from the kept answer.
    """
    request = request_from_json(route.request or "")
    work = options.work_milli / 1000
    timeless = replace(request, deadline_ms=NO_CLOCK_MS, deterministic_time=work)
    try:
        made = engine.recommend(timeless).recommendation
    except InputError:
        return None
    if made.provenance.problem_digest != route.problem_digest:
        return None
    kept: dict[str, Any] = json.loads(route.answer)
    cut, deadline = kept["certificate"]["cut_by_clock"], kept["provenance"]["deadline_ms"]
    made = replace(
        made,
        id=route.id,
        certificate=replace(made.certificate, cut_by_clock=cut),
        provenance=replace(made.provenance, deadline_ms=deadline),
    )
    return json.dumps(to_dict(made), ensure_ascii=False, allow_nan=False)


def _kept(settings: Settings, tenant: str, route_id: str) -> StoredRoute:
    store = open_store(settings.database_url)
    try:
        with store.reading(tenant) as kept:
            route = kept.routes.get(route_id)
    finally:
        store.close()
    if route is None:
        detail = f"в базе нет маршрута «{route_id}»; проверьте --database и --tenant"
        raise InputError([Fault("route_not_found", detail)])
    if route.request is None or route.solution is None:
        detail = "маршрут сохранён без запроса (старой версией, или данные человека удалены)"
        raise InputError([Fault("route_not_repeatable", detail)])
    return route


def _engine(settings: Settings, tenant: str, route: StoredRoute) -> Recommender:
    """The engine of today's data, with the model of the kept answer where it is still there."""
    # The service's modules take a second to load, which other commands need not wait for.
    from api.service import calibrated_items, load_package, policy_of
    from api.tenant_catalogue import Catalogues

    store = open_store(settings.database_url)
    try:
        with store.reading(tenant) as kept:
            package = Catalogues(load_package(settings)).of(tenant, kept)
    finally:
        store.close()
    return Recommender.from_package(
        package,
        policy=policy_of(settings, package),
        items=calibrated_items(settings, package),
        **_model(settings, json.loads(route.answer)["provenance"]["model_digest"]),
    )


def _model(settings: Settings, digest: str | None) -> Serving:
    if settings.models_dir is None or digest is None:
        return Serving(model=None, model_digest=None)
    registry = Registry(Path(settings.models_dir), load_framework)
    for version, entry in registry.state().versions.items():
        if entry.digest == digest:
            return of_version(registry, version)
    return serving(Path(settings.models_dir))


def _print(told: Replay) -> None:
    words = {
        Compared.SAME: "совпадает",
        Compared.DIFFERENT: "ОТЛИЧАЕТСЯ",
        Compared.OTHER_DATA: "не сравнить: данные с тех пор изменились (каталог, политика, модель "
        "или программа), сегодня это другая задача",
    }
    typer.echo(f"Маршрут {told.route}, редакция {told.revision}")
    typer.echo(f"  задача из её файла решена заново: {words[told.solution]}")
    place = "" if told.at is None else f", со знака {told.at + 1}"
    typer.echo(f"  ответ целиком, побайтно: {words[told.answer]}{place}")
