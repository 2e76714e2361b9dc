"""Workers with the real engine: the same answers, stopped solves, and a change of model."""

from __future__ import annotations

import datetime as dt
import json
import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from api.model_watch import follow
from api.service import Service, build_service, engine_spec
from api.solving.calls import BuildCall, CheckCall, ExplainCall, WhyNotCall
from api.solving.pool import BoundPool, SolverPool
from api.solving.solving import InlinePool, Solving
from api.state import Loading
from engine.errors import ConfigurationError
from engine.interchange import request_for
from engine.planning.problem_json import read_problem_file
from engine.planning.solution import Progress
from engine.planning.solver import solve
from engine.recommender import RouteRequest
from engine.recommender.given_steps import GivenStep
from engine.settings import Settings
from tests.api.solving.work import until
from tests.api.test_models import PACKAGE
from tests.engine.model_registry.registered import AT, promoted, registered


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The demo, its engine in this process."""
    folder = tmp_path_factory.mktemp("demo")
    made = build_service(Settings(database_url=f"sqlite:///{folder}/routes.db"))
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def workers(service: Service) -> Iterator[BoundPool]:
    """Two workers with the same engine."""
    pool = SolverPool(2, 16)
    spec = engine_spec(service)
    pool.start(spec)
    yield pool.bound(spec.key)
    pool.close()


@pytest.fixture(scope="module")
def inline(service: Service) -> InlinePool:
    return InlinePool(service.engine)


def asked(service: Service, educator: str = "E01", **changes: object) -> RouteRequest:
    return replace(request_for(service.package, educator), **changes)  # type: ignore[arg-type]


def test_a_worker_gives_the_very_bytes(
    service: Service, workers: BoundPool, inline: InlinePool
) -> None:
    """Answer, problem file, request and solution are those of this process, also in parallel."""
    calls = [
        BuildCall(asked(service, e, deadline_ms=30_000), f"r-{e}")
        for e in ("E01", "E02", "E03", "E04")
    ]
    there = [workers.submit(call, deadline_ms=30_000) for call in calls]
    for call, future in zip(calls, there, strict=True):
        here = inline.submit(call, deadline_ms=30_000).result()
        assert replace(future.result(), took_ms=0) == replace(here, took_ms=0)
        assert json.loads(here.answer)["id"] == call.route_id


def test_questions_give_the_very_texts(
    service: Service, workers: BoundPool, inline: InlinePool
) -> None:
    """Why not, why so, and a check of a hand-made route."""
    request = asked(service, deadline_ms=30_000)
    built = inline.submit(BuildCall(request, "r"), deadline_ms=30_000).result()
    answer = json.loads(built.answer)
    first = answer["route"]["steps"][0]
    step = GivenStep(first["activity"], None, dt.date.fromisoformat(first["start"]))
    left_out = sorted(answer["not_chosen"])[0]
    kept = (built.request, built.solution, built.problem_digest)
    for call in (
        WhyNotCall(*kept, left_out, ("pin_it",)),
        ExplainCall(*kept),
        CheckCall(request, (step,)),
    ):
        texts = {
            where.submit(call, deadline_ms=60_000).result()  # type: ignore[arg-type]
            for where in (workers, inline)
        }
        assert len(texts) == 1
        assert json.loads(texts.pop())


@pytest.mark.parametrize("where", ["workers", "inline"])
def test_a_stopped_route_is_a_whole_answer(
    service: Service, where: str, request: pytest.FixtureRequest
) -> None:
    """Stopped at its first news: an answer that says so, whose value its problem file confirms."""
    solving: Solving = request.getfixturevalue(where)
    news: list[Progress] = []

    def stop(progress: Progress) -> None:
        news.append(progress)
        solving.stop("job")

    hard = asked(service, gap_rel=0.0, deadline_ms=30_000)
    built = solving.submit(
        BuildCall(hard, "r"), deadline_ms=30_000, on_progress=stop, job="job"
    ).result()
    answer = json.loads(built.answer)
    best = solving.submit(BuildCall(hard, "r"), deadline_ms=30_000).result()
    assert news
    value = answer["certificate"]["value"]
    assert value <= json.loads(best.answer)["certificate"]["bound"] + 1e-6
    assert answer["certificate"]["bound"] >= json.loads(best.answer)["certificate"]["value"] - 1e-6
    if where == "inline":
        # the stop is there before the next unit of work; from another process it may be late
        assert answer["certificate"]["cut_by_clock"]
        assert built.gap_ppm != 0
    problem, options = read_problem_file(built.problem)
    again = solve(problem, replace(options, deadline_ms=30_000))
    assert again.value_mpt is not None


def test_a_specification_has_no_people(service: Service) -> None:
    """What goes to the workers names no educator, and survives the way there."""
    person = replace(service.package.educators[0], id="somebody-77")
    package = replace(service.package, educators=(person,), labels={person.id: "Анна Секретова"})
    content = pickle.dumps(engine_spec(replace(service, package=package)))
    assert package.activities[0].id.encode() in content
    for secret in (person.id, "Секретова"):
        assert secret.encode() not in content
    again = pickle.loads(content)
    assert again.build().catalogue.version == service.engine.catalogue.version


def test_another_catalogue_than_was_meant_is_refused(service: Service) -> None:
    """A worker never answers from an engine that is not the one it was asked for."""
    spec = engine_spec(service)
    other = replace(spec, key=replace(spec.key, catalogue="0" * 64))
    with pytest.raises(ConfigurationError, match="другой каталог"):
        other.build()


def test_a_change_of_model_under_load_drops_nothing(settings: Settings, tmp_path: Path) -> None:
    """Four callers ask workers all the while; every answer is whole and of one of the models."""
    models = tmp_path / "models"
    made = promoted(registered(models, "m-1", "m-2"), "m-1")
    following = replace(settings, models_dir=str(models), workers=2)
    loading = Loading(pool=SolverPool(2, 16))
    loading.service = loading.with_workers(build_service(following, package=PACKAGE))
    request = replace(request_for(PACKAGE, "E1"), gap_rel=0.2, deadline_ms=20_000, policy="default")
    end, answers = threading.Event(), list[tuple[str, str]]()

    def ask() -> None:
        while not end.is_set():
            service = loading.service
            assert service is not None
            call = BuildCall(request, "r")
            built = service.solving.submit(call, deadline_ms=20_000).result()
            answers.append((service.model.version, json.loads(built.answer)["provenance"]["model"]))

    def more(number: int) -> None:
        reached = len(answers)
        until(lambda: len(answers) >= reached + number)

    with ThreadPoolExecutor(4) as callers:
        running = [callers.submit(ask) for _ in range(4)]
        try:
            more(8)
            promoted(made, "m-2")
            follow(loading, following)
            more(8)
            made.rollback(at=AT, by="x")
            follow(loading, following)
            more(8)
        finally:
            end.set()
        for each in running:
            each.result()
    assert loading.pool is not None
    assert loading.pool.stats().restarts == 0
    loading.pool.drain(30)
    loading.service.store.close()
    assert {model for _, model in answers} == {"m-1", "m-2"}
    assert all(meant == model for meant, model in answers)
