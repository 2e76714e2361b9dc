"""The one translation of errors to HTTP; every answer of it is a problem document."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from api.access.matrix import endpoints
from api.messages import BY_STATUS, FAULTS, RUSSIAN, language_of
from api.observability.metrics import note_database_failure
from api.problems import problem
from api.refusals import Refused
from api.schemas.evidence import ITEM_TAG, SCORE_TAG
from api.schemas.people import KNOWN_TAG, WHOLE_TAG
from engine.errors import (
    ArtefactError,
    ConfigurationError,
    Fault,
    InputError,
    NothingToPlan,
)
from engine.settings import Settings
from engine.storage import CursorRefused, DatabaseUnavailable, VersionConflict

log = logging.getLogger(__name__)

RETRY_AFTER_S = 5
FAULTS_MOST = 100
"""Most entries of ``errors``: a list of thousands helps nobody."""

_MARKS = frozenset({KNOWN_TAG, WHOLE_TAG, SCORE_TAG, ITEM_TAG, "[key]"})

# Type of a pydantic error → code of ours, and the names under which its bounds are worded.
_KINDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "missing": ("field_missing", {}),
    "extra_forbidden": ("unknown_field", {}),
    "model_type": ("object_expected", {}),
    "model_attributes_type": ("object_expected", {}),
    "dict_type": ("object_expected", {}),
    "list_type": ("list_expected", {}),
    "tuple_type": ("list_expected", {}),
    "string_type": ("string_expected", {}),
    "string_unicode": ("string_not_admitted", {}),
    "string_pattern_mismatch": ("string_not_admitted", {}),
    "string_too_short": ("string_too_short", {"min_length": "least"}),
    "string_too_long": ("string_too_long", {"max_length": "most"}),
    "int_type": ("integer_expected", {}),
    "int_from_float": ("integer_expected", {}),
    "int_parsing": ("integer_expected", {}),
    "int_parsing_size": ("integer_expected", {}),
    "float_type": ("number_expected", {}),
    "finite_number": ("number_not_finite", {}),
    "bool_type": ("boolean_expected", {}),
    "greater_than": ("not_above", {"gt": "least"}),
    "greater_than_equal": ("too_small", {"ge": "least"}),
    "less_than": ("not_below", {"lt": "most"}),
    "less_than_equal": ("too_large", {"le": "most"}),
    "too_long": ("list_too_long", {"max_length": "most"}),
    "too_short": ("list_too_short", {"min_length": "least"}),
    "enum": ("value_not_listed", {"expected": "expected"}),
    "literal_error": ("value_not_listed", {"expected": "expected"}),
}


class NotReady(Exception):
    """The service is not loaded yet, or could not be."""

    def __init__(self, failed: bool) -> None:
        self.failed = failed


class RouteNotFound(Exception):
    """No route of that id is kept."""

    def __init__(self, route_id: str) -> None:
        self.route_id = route_id


class ActivityNotFound(Exception):
    """The catalogue has no activity of that id."""

    def __init__(self, activity_id: str) -> None:
        self.activity_id = activity_id


class RouteOutdated(Exception):
    """Data have changed since the route was built."""

    def __init__(self, route_id: str) -> None:
        self.route_id = route_id


class RouteNotRepeatable(Exception):
    """The route was kept without its request."""

    def __init__(self, route_id: str) -> None:
        self.route_id = route_id


def install_errors(app: FastAPI, settings: Settings) -> None:
    """Register the translation for everything that a handler can raise."""
    answers = _Answers(settings.language)
    app.add_exception_handler(NothingToPlan, answers.nothing_to_plan)
    app.add_exception_handler(ArtefactError, answers.artefact)
    app.add_exception_handler(InputError, answers.input)
    app.add_exception_handler(ConfigurationError, answers.configuration)
    app.add_exception_handler(RequestValidationError, answers.shape)
    app.add_exception_handler(HTTPException, answers.http)
    app.add_exception_handler(NotReady, answers.not_ready)
    app.add_exception_handler(RouteNotFound, answers.route_not_found)
    app.add_exception_handler(ActivityNotFound, answers.activity_not_found)
    app.add_exception_handler(RouteOutdated, answers.route_outdated)
    app.add_exception_handler(RouteNotRepeatable, answers.route_not_repeatable)
    app.add_exception_handler(Refused, answers.refused)
    app.add_exception_handler(VersionConflict, answers.version_conflict)
    app.add_exception_handler(CursorRefused, answers.cursor)
    app.add_exception_handler(DatabaseUnavailable, answers.database)
    app.add_exception_handler(Exception, answers.unexpected)


class _Answers:
    """Handlers by kind of error; the framework passes any exception, hence ``Any``."""

    def __init__(self, language: str) -> None:
        self._default = language

    def nothing_to_plan(self, request: Request, error: Any) -> Response:
        return problem(
            "nothing_to_plan",
            self._language(request),
            faults=error.faults,
            next_actions=error.next_actions,
        )

    def artefact(self, request: Request, error: Any) -> Response:
        return problem("artefact_refused", self._language(request), faults=error.faults)

    def input(self, request: Request, error: Any) -> Response:
        return problem("invalid_input", self._language(request), faults=error.faults[:FAULTS_MOST])

    def shape(self, request: Request, error: Any) -> Response:
        found = shape_faults(error.errors()[:FAULTS_MOST], error.body)
        return problem("invalid_input", self._language(request), faults=found)

    def http(self, request: Request, error: Any) -> Response:
        code = BY_STATUS.get(error.status_code)
        if code is None:
            code = "internal_error" if error.status_code >= 500 else "invalid_input"
        headers = {"Allow": _methods(request)} if error.status_code == 405 else error.headers
        return problem(
            code,
            self._language(request),
            parameters={"line": 1, "column": 1},
            headers=headers,
            status=error.status_code,
        )

    def not_ready(self, request: Request, error: Any) -> Response:
        code = "not_started" if error.failed else "not_ready"
        retry = {"Retry-After": str(RETRY_AFTER_S)}
        return problem(code, self._language(request), headers=retry)

    def route_not_found(self, request: Request, error: Any) -> Response:
        parameters = {"id": error.route_id[:80]}
        return problem("route_not_found", self._language(request), parameters=parameters)

    def activity_not_found(self, request: Request, error: Any) -> Response:
        parameters = {"id": error.activity_id[:80]}
        return problem("activity_not_found", self._language(request), parameters=parameters)

    def route_outdated(self, request: Request, error: Any) -> Response:
        parameters = {"id": error.route_id[:80]}
        return problem("route_outdated", self._language(request), parameters=parameters)

    def route_not_repeatable(self, request: Request, error: Any) -> Response:
        parameters = {"id": error.route_id[:80]}
        return problem("route_not_repeatable", self._language(request), parameters=parameters)

    def refused(self, request: Request, error: Any) -> Response:
        return problem_of(error, self._language(request))

    def version_conflict(self, request: Request, error: Any) -> Response:
        return problem(
            "version_stale", self._language(request), parameters={"version": error.found or 0}
        )

    def cursor(self, request: Request, error: Any) -> Response:
        parameters: dict[str, object] = {"parameter": "cursor"}
        detail = FAULTS["invalid_cursor"].say(RUSSIAN)
        fault = Fault("invalid_cursor", detail, parameters=parameters)
        return problem("invalid_input", self._language(request), faults=[fault])

    def database(self, request: Request, error: Any) -> Response:
        log.error("%s %s: database %s", request.method, _template(request), error.reason)
        note_database_failure(error.reason)
        retry = {"Retry-After": str(RETRY_AFTER_S)}
        return problem("database_unavailable", self._language(request), headers=retry)

    def configuration(self, request: Request, error: Any) -> Response:
        log.error("%s %s: %s", request.method, _template(request), error)
        return problem("configuration_error", self._language(request))

    def unexpected(self, request: Request, error: Any) -> Response:
        log.error("%s %s failed", request.method, _template(request), exc_info=error)
        return problem("internal_error", self._language(request))

    def _language(self, request: Request) -> str:
        return language_of(request.headers.get("accept-language"), self._default)


def problem_of(error: Refused, language: str) -> Response:
    """Problem document of a refusal."""
    return problem(
        error.code,
        language,
        parameters=error.parameters,
        faults=error.faults[:FAULTS_MOST],
        headers=error.headers,
        members=error.members,
    )


def _template(request: Request) -> str:
    """Path without ids: an id is a person's, and a log is for everybody."""
    return str(getattr(request.scope.get("route"), "path", ""))


def _methods(request: Request) -> str:
    """Methods of an address; the framework names those of one of its endpoints only."""
    found: set[str] = set()
    for endpoint in endpoints(request.app.routes):
        if endpoint.matches(request.scope)[0] is not Match.NONE:
            found |= endpoint.methods or set()
    return ", ".join(sorted(found))


def shape_faults(errors: Sequence[Mapping[str, Any]], body: object) -> tuple[Fault, ...]:
    """Faults of what pydantic found; never the refused values, which may be personal."""
    return tuple(_fault(error, body) for error in errors if not _follows(error, body))


def _follows(error: Mapping[str, Any], body: object) -> bool:
    """Whether a list is called short only because its items are faulty, as each of them says."""
    if error["type"] != "too_short":
        return False
    given = _value_at(error["loc"][1:], body)
    return isinstance(given, list) and len(given) >= error["ctx"]["min_length"]


def _fault(error: Mapping[str, Any], body: object) -> Fault:
    kind = str(error["type"])
    code, bounds = _KINDS.get(kind, (kind if kind in FAULTS else "invalid_value", {}))
    place, *path = error["loc"] or ("body",)
    if code == "number_expected" and type(_value_at(path, body)) is int:
        code = "number_not_finite"  # an integer that no float can hold
    given = error.get("ctx", {})
    parameters: dict[str, object] = {
        ours: _worded(given[theirs]) for theirs, ours in bounds.items() if theirs in given
    }
    if place != "body":
        parameters["parameter"] = str(path[0]) if path else str(place)
    pointer = pointer_of(path, body) if place == "body" else ""
    return Fault(code, FAULTS[code].say(RUSSIAN, parameters), pointer, parameters=parameters)


def _worded(bound: object) -> object:
    """List of admitted values without the English "or"."""
    return bound.replace(" or ", ", ").replace("'", "") if isinstance(bound, str) else bound


def pointer_of(path: Sequence[int | str], body: object) -> str:
    """JSON pointer (RFC 6901) of a place, without the names of alternatives."""
    parts = (str(step).replace("~", "~0").replace("/", "~1") for step, _ in _walk(path, body))
    return "".join(f"/{part}" for part in parts)


def _walk(path: Sequence[int | str], body: object) -> Iterator[tuple[int | str, object]]:
    """Steps that are of the body itself, each with the value there."""
    value = body
    for step in path:
        inside = isinstance(value, dict) and step in value
        # Names of alternatives, and the mark of a key that does not fit, are not of the body.
        if inside or step not in _MARKS:
            value = _step(value, step)
            yield step, value


def _value_at(path: Sequence[int | str], body: object) -> object:
    value = body
    for _, value in _walk(path, body):  # noqa: B007
        pass
    return value


def _step(value: object, step: int | str) -> object:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None
