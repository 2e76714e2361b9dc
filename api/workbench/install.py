"""Puts the workbench into an application, all of it in one call."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.access.authenticator import CredentialsUnavailable
from api.problems import MEDIA_TYPE, problem
from api.workbench.ask import AnswerProblem
from api.workbench.page import Forged, language_of_page
from api.workbench.pages import ROUTERS
from api.workbench.refusals import crashed
from engine.settings import Settings


def install_workbench(app: FastAPI, settings: Settings) -> None:
    """Add the pages; to be called before access is installed, which stands around them."""
    app.state.page_language = settings.language
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
    app.add_exception_handler(AnswerProblem, _answered)
    app.add_exception_handler(Forged, _forged)
    app.add_exception_handler(CredentialsUnavailable, _unavailable)
    unexpected: Any = app.exception_handlers.get(Exception)
    if unexpected is not None:
        # The framework answers this one from outside of every middleware.
        app.add_exception_handler(Exception, lambda r, e: crashed(r, unexpected(r, e)))


def _answered(request: Request, error: Any) -> Response:
    """The contract's problem document as it is; ``PageProblems`` words it."""
    content = json.dumps(dict(error.document), ensure_ascii=False).encode()
    return Response(content, error.status, media_type=MEDIA_TYPE)


def _forged(request: Request, error: Any) -> Response:
    return problem("request_forged", language_of_page(request))


def _unavailable(request: Request, error: Any) -> Response:
    return problem(error.code, language_of_page(request))
