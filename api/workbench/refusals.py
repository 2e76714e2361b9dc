"""What a page shows when something is refused: the problem, its places, and what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.pages import is_page
from api.problems import MEDIA_TYPE, problem
from api.workbench.page import is_fragment, language_of_page, rendered
from api.workbench.views.ways_back import ways_back
from api.workbench.words import said


def problem_context(document: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What the templates of problems need, from a problem document."""
    code = str(document.get("code", "internal_error"))
    general = said("problems.advice", language, "")
    return {
        "problem": {
            "code": code,
            "status": document.get("status", 500),
            "title": document.get("title") or said("problems.title", language, ""),
            "detail": document.get("detail", ""),
            "errors": list(document.get("errors", ()))[:20],
            "advice": said(f"problems.advice_{code}", language, general),
            "document": document,
        }
    }


class PageProblems:
    """Turns problem documents that answer a page into something to read.

    It stands around everything that serves pages, so that no refusal reaches a person as JSON:
    neither those of the contract nor those of the framework.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or not is_page(scope["path"]):
            await self._app(scope, receive, send)
            return
        # What the framework refuses is worded in the language of the page, not of the browser.
        language = language_of_page(Request(scope)).encode()
        others = [(k, v) for k, v in scope["headers"] if k != b"accept-language"]
        scope = {**scope, "headers": [*others, (b"accept-language", language)]}
        start: Message = {}
        pieces: list[bytes] = []

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                if _is_problem(message):
                    start.update(message)
                    return
            elif start:
                pieces.append(message.get("body", b""))
                if not message.get("more_body", False):
                    await _worded(Request(scope), start, b"".join(pieces))(scope, receive, send)
                return
            await send(message)

        await self._app(scope, receive, watched)


def crashed(request: Request, answer: Response) -> Response:
    """What is answered to a crash: a page where one was asked for, else ``answer`` as it is."""
    if not is_page(request.url.path):
        return answer
    told = problem("internal_error", language_of_page(request))
    start: Message = {"status": told.status_code, "headers": told.raw_headers}
    return _worded(request, start, bytes(told.body))


def _is_problem(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return kind.partition(";")[0] == MEDIA_TYPE


def _worded(request: Request, start: Message, body: bytes) -> Response:
    language = language_of_page(request)
    context = problem_context(json.loads(body), language)
    context["problem"]["request_id"] = str(getattr(request.state, "request_id", ""))
    kept = {k: v for k, v in Headers(raw=start["headers"]).items() if k in ("retry-after", "allow")}
    if is_fragment(request):
        aside = {"HX-Retarget": "#problems", "HX-Reswap": "innerHTML show:top"}
        return rendered(
            "problem_part.html.j2",
            language,
            status=start["status"],
            headers={**kept, **aside},
            context=context,
        )
    context["ways"] = ways_back(
        request.method, request.url.path, request.url.query, start["status"]
    )
    return rendered(
        "problem.html.j2", language, status=start["status"], headers=kept, context=context
    )
