"""The way in and out, the language, and the files that pages are drawn with."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.access.authenticator import Authenticator
from api.access.pages import (
    KEY_COOKIE,
    LONGEST_KEY,
    PAGES,
    ROOT,
    SIGN_IN,
    below_pages,
    from_elsewhere,
)
from api.workbench.page import (
    LANGUAGE_COOKIE,
    CurrentPage,
    Forged,
    language_of_page,
    rendered,
)
from api.workbench.rendering import MEDIA_TYPES, static_files
from api.workbench.words import LANGUAGES

YEAR_S = 365 * 24 * 3600

router = APIRouter(prefix=PAGES)
root = APIRouter()

LINKS = {
    "workbench": PAGES,
    "contract": "/openapi.json",
    "version": "/version",
    "live": "/health/live",
    "ready": "/health/ready",
}
"""Where a program goes on from the root; only the probes ask for no key."""


@root.get(ROOT, name="workbench_root")
async def show_root(request: Request) -> Response:
    """Lead a browser to the pages, and tell a program the addresses; neither can be steered."""
    vary = {"Vary": "Accept"}
    if _wants_page(request.headers.get("accept", "")):
        return RedirectResponse(PAGES, status_code=303, headers=vary)
    return JSONResponse({"name": "learning-routes", "links": LINKS}, headers=vary)


@router.get("/sign-in", name="workbench_sign_in")
async def sign_in_page(
    request: Request, next: Annotated[str, Query(max_length=2_000)] = ""
) -> Response:
    """Form that asks for the key."""
    return _form(request, next)


@router.post("/sign-in", name="workbench_enter")
async def enter(
    request: Request,
    key: Annotated[str, Form(max_length=LONGEST_KEY)] = "",
    next: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Let in whoever brings a key that the contract knows."""
    if from_elsewhere(request.scope):
        raise Forged
    authenticator: Authenticator = request.app.state.authenticator
    token = key.strip()
    if not token.isascii() or await authenticator.principal(token) is None:
        return _form(request, next, refused=True)
    response = RedirectResponse(below_pages(next) or PAGES, status_code=303)
    response.set_cookie(
        KEY_COOKIE,
        token,
        path=PAGES,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


@router.post("/sign-out", name="workbench_leave")
async def leave(page: CurrentPage) -> Response:
    """Forget the key."""
    response = RedirectResponse(SIGN_IN, status_code=303)
    response.delete_cookie(KEY_COOKIE, path=PAGES, httponly=True, samesite="strict")
    return response


@router.post("/language", name="workbench_language")
async def choose_language(
    request: Request,
    language: Annotated[str, Form(max_length=8)] = "",
    next: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Keep the language in a cookie; it changes nothing else, so anybody may ask."""
    response = RedirectResponse(below_pages(next) or PAGES, status_code=303)
    if language in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE, language, path=PAGES, max_age=YEAR_S, httponly=True, samesite="strict"
        )
    return response


@router.get("/static/{name}", name="workbench_static")
async def static(name: Annotated[str, Path(max_length=80)]) -> Response:
    """One of the files in the list; the address names its content, so it may be kept."""
    content = static_files().get(name)
    if content is None:
        return Response(status_code=404)
    kind = MEDIA_TYPES["." + name.rpartition(".")[2]]
    kept = {"Cache-Control": f"public, max-age={YEAR_S}, immutable"}
    return Response(content, media_type=kind, headers=kept)


def _wants_page(accept: str) -> bool:
    """Whether pages are asked for by name: programs say ``*/*`` or name JSON."""
    kinds = (kind.partition(";")[0].strip().lower() for kind in accept.split(","))
    return "text/html" in kinds


def _form(request: Request, next: str, *, refused: bool = False) -> Response:
    return rendered(
        "sign_in.html.j2",
        language_of_page(request),
        status=401 if refused else 200,
        context={"next": below_pages(next) or "", "refused": refused},
    )
