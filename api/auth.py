"""Who may call: a bearer token or nothing; everything but the probes needs one.

Pages of the workbench bring their key in a cookie; a caller without one is shown the way in.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from api.access.authenticator import RETRY_AFTER_S, Authenticator, CredentialsUnavailable
from api.access.inside import INSIDE
from api.access.keys import KeyRing, one_run_key
from api.access.pages import cookie_key, csrf_token, is_open_page, is_page, send_to_sign_in
from api.access.principal import Principal
from api.problems import header, send_problem

__all__ = ["AuthMiddleware", "KeyRing", "Principal", "one_run_key"]

OPEN_PREFIX = "/health/"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="learning-routes"'}


class AuthMiddleware:
    """Turns away whoever has no valid credential, before a byte of the body is read.

    Parameters
    ----------
    app
        What comes after.
    authenticator
        Says who a token belongs to.
    language
        Of refusals, where the caller asks for none.
    """

    def __init__(self, app: ASGIApp, authenticator: Authenticator, language: str) -> None:
        self._app = app
        self._authenticator = authenticator
        self._language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its principal, or answer 401 or 503."""
        if scope["type"] == "websocket":
            return  # there are none; one that is added must come with its own check
        if scope["type"] == "http" and not _is_open(scope["path"]):
            try:
                principal = await self._principal(scope)
            except CredentialsUnavailable as error:
                retry = {"Retry-After": str(RETRY_AFTER_S)}
                await send_problem(scope, receive, send, error.code, self._language, headers=retry)
                return
            if principal is None and is_page(scope["path"]):
                await send_to_sign_in(scope, receive, send)
                return
            if principal is None:
                await send_problem(
                    scope, receive, send, "unauthorized", self._language, headers=CHALLENGE
                )
                return
            scope.setdefault("state", {})["principal"] = principal
        await self._app(scope, receive, send)

    async def _principal(self, scope: Scope) -> Principal | None:
        if INSIDE in scope:
            inside: Principal = scope[INSIDE]
            return inside
        if is_page(scope["path"]):
            key = cookie_key(scope)
            if key is None:
                return None
            # Pages carry it in their forms; it says nothing about the key that it is made of.
            scope.setdefault("state", {})["csrf"] = csrf_token(key)
            return await self._authenticator.principal(key)
        scheme, _, token = (header(scope, b"authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return None
        return await self._authenticator.principal(token.strip())


def _is_open(path: str) -> bool:
    return path.startswith(OPEN_PREFIX) or is_open_page(path)
