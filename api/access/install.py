"""Puts access into an application, all of it in one call."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from api.access.authenticator import Authenticator, Clock
from api.access.headers import HeadersMiddleware, secured
from api.access.keys import KeyRing
from api.access.levels_middleware import LevelsMiddleware
from api.access.matrix import undeclared
from api.access.rates import Rates
from api.auth import AuthMiddleware
from engine.settings import Settings
from engine.storage import Store


def install_access(app: FastAPI, settings: Settings, ring: KeyRing, clock: Clock) -> None:
    """Let in, refuse, count and complete; to be called when every router is in its place.

    The application itself must have been made with ``dependencies=[Depends(gate)]``.

    Parameters
    ----------
    ring
        Keys of this run, beside those of the store.

    Raises
    ------
    RuntimeError
        An operation is missing in the table of roles.
    ConfigurationError
        The settings of tokens are incomplete.
    """
    if missing := undeclared(app.routes):
        raise RuntimeError(f"api/access/matrix.py says nothing about {', '.join(missing)}")

    def store() -> Store | None:
        service = app.state.loading.service
        return None if service is None else service.store

    app.state.rates = Rates(settings)
    unexpected: Any = app.exception_handlers.get(Exception)
    if unexpected is not None:
        # The framework answers this one from outside of every middleware.
        app.add_exception_handler(Exception, lambda r, e: secured(unexpected(r, e)))
    authenticator = Authenticator(ring, settings, clock, store)
    app.state.authenticator = authenticator
    # The last one added runs first.
    app.add_middleware(LevelsMiddleware, language=settings.language)
    app.add_middleware(AuthMiddleware, authenticator=authenticator, language=settings.language)
    app.add_middleware(HeadersMiddleware)
