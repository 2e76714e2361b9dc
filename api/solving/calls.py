"""What a worker is asked: small going out, finished texts coming back.

A call is a frozen record that knows what to do with an engine. Whatever is large (problem, stages,
catalogue) stays in the worker; what comes back is stored and served as it is.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from api.solving.engine import Engine
from engine.lifecycle.links import RouteLinks, links_in
from engine.lifecycle.replan import records_of
from engine.lifecycle.states import StepRecord
from engine.planning.problem_json import replay_options, write_problem_file
from engine.planning.solution import OnProgress, RouteSolution
from engine.recommendation import to_dict
from engine.recommendation_json import record_from_dict
from engine.recommender import Outcome, RouteRequest, request_from_json, request_to_json
from engine.recommender.given_steps import GivenStep

T_co = TypeVar("T_co", covariant=True)


class EngineCall(Protocol[T_co]):
    """Anything that can be pickled and does its work with an engine.

    What ``run`` gives or raises must be picklable too; it may be run twice, where a worker dies.
    """

    def run(self, engine: Engine, on_progress: OnProgress | None = None) -> T_co:
        """Do the work; ``on_progress`` hears of value and bound where a route is built."""


@dataclass(frozen=True, slots=True)
class Built:
    """A route as it is kept.

    Parameters
    ----------
    answer, request, solution
        JSON texts.
    problem
        The problem file that replays the route.
    gap_ppm
        Reached relative gap in 10⁻⁶; ``None`` = there is no route or no bound.
    took_ms
        Time of the engine, milliseconds, without waiting.
    steps
        Those of the answer, all planned; empty = no route.
    mentor_id
        ``None`` = no route or no mentor.
    links
        What ties the answer to diagnostics.
    """

    educator_id: str
    status: str
    problem_digest: str
    answer: str
    problem: bytes
    request: str
    solution: str
    gap_ppm: int | None
    took_ms: int
    as_of: dt.datetime
    has_route: bool
    steps: tuple[StepRecord, ...]
    mentor_id: str | None
    links: RouteLinks


@dataclass(frozen=True, slots=True)
class BuildCall:
    """Build a route under a given id, so that a retry gives the same answer."""

    request: RouteRequest
    route_id: str

    def run(self, engine: Engine, on_progress: OnProgress | None = None) -> Built:
        """Build it."""
        started = time.monotonic()
        if on_progress is None:
            outcome = engine.recommend(self.request)
        else:
            outcome = engine.recommend(self.request, on_progress)
        return built(outcome, self.request, self.route_id, started)


def built(outcome: Outcome, request: RouteRequest, route_id: str, started: float) -> Built:
    """An outcome in the form in which it is kept.

    Parameters
    ----------
    started
        ``time.monotonic()`` at which the engine began.
    """
    answer = replace(outcome.recommendation, id=route_id)
    route, told = answer.route, to_dict(answer)
    assert isinstance(told, dict)
    return Built(
        educator_id=answer.educator.id,
        status=answer.status,
        problem_digest=answer.provenance.problem_digest,
        answer=_text(told),
        problem=write_problem_file(
            outcome.problem, replay_options(outcome.options, outcome.solution)
        ),
        request=request_to_json(request),
        solution=json.dumps(to_dict(outcome.solution)),
        gap_ppm=outcome.solution.gap_ppm,
        took_ms=round((time.monotonic() - started) * 1000),
        as_of=answer.as_of,
        has_route=route is not None,
        steps=() if route is None else records_of(route.steps),
        mentor_id=None if route is None or route.mentor is None else route.mentor.id,
        links=links_in(told),
    )


@dataclass(frozen=True, slots=True)
class WhyNotCall:
    """Why an activity is not in a kept route; ``request`` and ``solution`` are the kept texts."""

    request: str
    solution: str
    digest: str
    activity_id: str
    only: Collection[str] = ()

    def run(self, engine: Engine, on_progress: OnProgress | None = None) -> str:
        """Answer as JSON text."""
        request, known = _kept(self.request, self.solution)
        return text_of(
            engine.why_not(
                request, self.activity_id, known=known, digest=self.digest, only=self.only
            )
        )


@dataclass(frozen=True, slots=True)
class ExplainCall:
    """Reasons of a kept route, and what would help; parameters as of ``WhyNotCall``."""

    request: str
    solution: str
    digest: str

    def run(self, engine: Engine, on_progress: OnProgress | None = None) -> str:
        """Answer as JSON text."""
        request, known = _kept(self.request, self.solution)
        return text_of(engine.explain(request, known=known, digest=self.digest))


@dataclass(frozen=True, slots=True)
class CheckCall:
    """Judge a hand-made route."""

    request: RouteRequest
    steps: tuple[GivenStep, ...]
    mentor: str | None = None

    def run(self, engine: Engine, on_progress: OnProgress | None = None) -> str:
        """Answer as JSON text."""
        return text_of(engine.check(self.request, self.steps, self.mentor))


def text_of(record: object) -> str:
    """JSON text of an answer's record."""
    return _text(to_dict(record))


def _text(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, allow_nan=False)


def _kept(request: str, solution: str) -> tuple[RouteRequest, RouteSolution]:
    known = record_from_dict(RouteSolution, json.loads(solution))
    return request_from_json(request), known
