"""What one process of ``routes batch`` does: an engine built once, then line after line.

A line ``{"educator": "П-17"}`` is asked as ``routes build --educator П-17`` asks, a body of
``POST /routes`` as the service asks; the answer is the same text as theirs.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import signal
import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any, cast

from pydantic import ValidationError

from api.errors import FAULTS_MOST, shape_faults
from api.people import Known, People
from api.problems import problem
from api.schemas.route_body import RouteBody
from api.strict_json import BodyRefused, check_json
from api.translate import Context, to_request
from engine.batch import Line
from engine.cli.batch_spec import BatchSpec
from engine.cli.inputs import calibrated_items, patient, read
from engine.cli.models import Serving, of_version
from engine.errors import Fault, InputError, NothingToPlan
from engine.framework import load_framework
from engine.interchange import DataPackage, request_for
from engine.model_registry import Registry
from engine.planning.warm import warm
from engine.policy import list_policies
from engine.recommendation import to_dict
from engine.recommender import Outcome, Recommender

DEFAULT_POLICY = "default"
SOLVED = 201
log = logging.getLogger(__name__)


def answer(spec: BatchSpec, line: Line) -> str:
    """Members ``status`` and ``route`` or ``problem`` of the answer to one line; never raises."""
    try:
        outcome = _solver(spec).outcome(line.text)
    except BodyRefused as error:
        return _refusal(spec, error.code, parameters=error.parameters)
    except ValidationError as error:
        told = [{**e, "loc": ("body", *e["loc"])} for e in error.errors()[:FAULTS_MOST]]
        return _refusal(spec, "invalid_input", faults=shape_faults(told, None))
    except NothingToPlan as error:
        return _refusal(
            spec, "nothing_to_plan", faults=error.faults, next_actions=error.next_actions
        )
    except InputError as error:
        return _refusal(spec, "invalid_input", faults=error.faults[:FAULTS_MOST])
    except Exception as error:
        # Without its text, which may quote the line.
        log.error("line %d failed: %s", line.number, type(error).__name__)
        return _refusal(spec, "internal_error")
    text = json.dumps(to_dict(outcome.recommendation), ensure_ascii=False, allow_nan=False)
    return f'"status": {SOLVED}, "route": {text}'


def given_up(spec: BatchSpec, line: Line) -> str:
    """Answer to a line that has killed its worker twice."""
    log.error("line %d: its worker died twice", line.number)
    return _refusal(spec, "worker_lost")


def _refusal(spec: BatchSpec, code: str, **told: Any) -> str:
    document = problem(code, spec.language, **told)
    return f'"status": {document.status_code}, "problem": {bytes(document.body).decode("utf-8")}'


class _PackagePeople:
    """People of the data package alone: no database is asked."""

    def __init__(self, package: DataPackage) -> None:
        self._package = package
        self._educators = {e.id: e for e in package.educators}

    @property
    def items(self) -> Mapping[str, tuple[str, ...]]:
        return self._package.items

    def known(self, educator_id: str) -> Known | None:
        educator = self._educators.get(educator_id)
        if educator is None:
            return None
        tables = ("diagnostics", "responses", "requests", "history", "busy")
        return Known(
            educator, **{t: getattr(self._package, t).get(educator_id, ()) for t in tables}
        )


class Solver:
    """The engine of one process."""

    def __init__(self, spec: BatchSpec) -> None:
        self._spec = spec
        framework = load_framework()
        report = read(spec.package, framework, mapping=spec.mapping, as_of=spec.as_of)
        self.package: DataPackage = report.accepted()
        self.recommender = Recommender.from_package(
            self.package,
            framework,
            policy=spec.policy,
            items=calibrated_items(spec.calibration, framework),
            **_model(spec),
        )
        warm()

    @cached_property
    def _context(self) -> Context:
        as_of = self.package.as_of
        return Context(
            settings=self._spec.limits,
            people=cast(People, _PackagePeople(self.package)),
            policies=list_policies(),
            policy=self._spec.policy or self.package.policy or DEFAULT_POLICY,
            clock=lambda: as_of,
            new_id=lambda: "educator",
        )

    def outcome(self, text: str) -> Outcome:
        """Answer of the engine to one line.

        Raises
        ------
        BodyRefused, ValidationError, InputError
            What is wrong with it.
        """
        content = text.encode("utf-8", "surrogatepass")
        if len(content) > self._spec.limits.max_body_bytes:
            raise BodyRefused("body_too_large", most=self._spec.limits.max_body_bytes)
        check_json(content)
        asked = json.loads(text)
        if isinstance(asked, dict) and isinstance(asked.get("educator"), str):
            return self._by_id(asked)
        return self._by_body(asked)

    def _by_id(self, asked: Mapping[str, object]) -> Outcome:
        unknown = sorted(set(asked) - {"educator"})
        if unknown:
            detail = 'строка с кодом педагога — это {"educator": "код"} и ничего больше'
            raise InputError([Fault("unknown_field", detail, f"/{unknown[0]}")])
        spec = self._spec
        request = replace(
            request_for(self.package, str(asked["educator"])),
            deadline_ms=spec.deadline_ms,
            gap_rel=spec.gap_rel,
            language=spec.language,
        )
        request = replace(request, policy=spec.policy or request.policy)
        policy = self.recommender.policy_of(request.policy)
        return self.recommender.recommend(patient(request, policy))

    def _by_body(self, asked: object) -> Outcome:
        body = RouteBody.model_validate(asked)
        translated = to_request(body, self._context, self._spec.language)
        with translated.pointers.translating():
            return self.recommender.recommend(translated.request)


_building = threading.Lock()


def _solver(spec: BatchSpec) -> Solver:
    # A worker of a cluster may have several threads; they share one engine.
    with _building:
        return _built(spec)


@lru_cache(maxsize=1)
def _built(spec: BatchSpec) -> Solver:
    if multiprocessing.parent_process() and threading.current_thread() is threading.main_thread():
        # Ctrl+C reaches the whole group; the parent alone decides what it means.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return Solver(spec)


def _model(spec: BatchSpec) -> Serving:
    if spec.models is None or spec.model is None:
        return Serving(model=None, model_digest=None)
    return of_version(Registry(spec.models, load_framework), spec.model)
