"""What every page has: who looks, in which language, how it asks, how it is rendered."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from api.access.matrix import OPERATIONS
from api.access.pages import below_pages, from_elsewhere
from api.access.principal import Principal
from api.workbench.ask import Ask
from api.workbench.rendering import environment
from api.workbench.words import LANGUAGES, said, say

LANGUAGE_COOKIE = "routes_language"
CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class Forged(Exception):
    """The request did not come from a page of ours."""


@dataclass(frozen=True, slots=True)
class Page:
    """One request for a page. Handlers get it by ``CurrentPage``.

    Parameters
    ----------
    language
        ``ru`` or ``en``.
    csrf
        Token that forms carry.
    path
        Address that was asked for, with its query.
    fragment
        Whether a part of the page is wanted rather than the whole.
    """

    principal: Principal
    language: str
    ask: Ask
    csrf: str
    path: str
    fragment: bool

    def may(self, operation: str) -> bool:
        """Whether the caller's role may call an operation of the contract."""
        row = OPERATIONS.get(operation)
        return row is not None and row.admits(operation, self.principal)

    def t(self, key: str, **values: object) -> str:
        """Text of ``family.key`` in the language of the page."""
        return say(key, self.language, values)

    def render(
        self,
        template: str,
        /,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> Response:
        """Render a template; it sees the page as ``page`` and its words as ``t``."""
        return rendered(
            template,
            self.language,
            status=status,
            headers=headers,
            context={"page": self, "may": self.may, "csrf": self.csrf, **context},
        )

    def redirect(self, path: str) -> Response:
        """Go on to another page; an address that is none of ours leads to the first one."""
        target = below_pages(path) or "/workbench"
        if self.fragment:
            return Response(status_code=204, headers={"HX-Redirect": target})
        return RedirectResponse(target, status_code=303)


def rendered(
    template: str,
    language: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    context: Mapping[str, Any] | None = None,
) -> Response:
    """Page or part of one from a template, with the headers of pages."""
    text = (
        environment(language)
        .get_template(template)
        .render(
            {
                "language": language,
                "t": lambda key, **values: say(key, language, values),
                "said": lambda key, otherwise: said(key, language, otherwise),
                **(context or {}),
            }
        )
    )
    own = {
        "Content-Security-Policy": CONTENT_SECURITY,
        "Content-Language": language,
        "Vary": "HX-Request, Cookie",
    }
    return Response(text, status, {**own, **(headers or {})}, media_type="text/html; charset=utf-8")


def language_of_page(request: Request) -> str:
    """Language of the caller's cookie, else that of the settings."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else str(request.app.state.page_language)


async def current_page(request: Request) -> Page:
    """The page that is asked for.

    Raises
    ------
    Forged
        It changes something, and does not come from a form of ours.
    """
    token = str(request.state.csrf)
    if request.method not in ("GET", "HEAD"):
        await _check_origin(request, token)
    language = language_of_page(request)
    principal: Principal = request.state.principal
    query = request.url.query
    return Page(
        principal=principal,
        language=language,
        ask=Ask(request.app, principal, language, getattr(request.state, "request_id", None)),
        csrf=token,
        path=request.url.path + (f"?{query}" if query else ""),
        fragment=is_fragment(request),
    )


def is_fragment(request: Request) -> bool:
    """Whether a part of a page is asked for: by htmx, and not in place of following a link."""
    headers = request.headers
    whole = ("hx-boosted", "hx-history-restore-request")
    return headers.get("hx-request") == "true" and not any(h in headers for h in whole)


async def _check_origin(request: Request, token: str) -> None:
    given = request.headers.get("x-csrf-token", "")
    if not given:
        # Kept by the request: the handler reads the same form.
        field = (await request.form()).get("csrf", "")
        given = field if isinstance(field, str) else ""
    if from_elsewhere(request.scope) or not hmac.compare_digest(given.encode(), token.encode()):
        raise Forged


CurrentPage = Annotated[Page, Depends(current_page)]
