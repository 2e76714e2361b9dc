"""Puts request ids, logs and metrics into an application, all of it in one call."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from api.observability.gauges import ServiceCollector
from api.observability.metrics import Metrics
from api.observability.middleware import ObservabilityMiddleware
from api.observability.request_id import current_request_id
from engine.settings import Settings


def install_observability(app: FastAPI, settings: Settings) -> None:
    """Watch everything; to be called last, so that refusals of other middleware are seen too.

    ``app.state.metrics`` is what ``/metrics`` shows, ``None`` where the settings say no; several
    applications of one process do not mix.
    """
    metrics = Metrics()
    metrics.add(ServiceCollector(app))
    app.state.metrics = metrics if settings.metrics_enabled else None
    unexpected: Any = app.exception_handlers.get(Exception)
    if unexpected is not None:

        def marked(request: Request, error: Exception) -> Response:
            """Answer that the framework makes outside of every middleware."""
            response: Response = unexpected(request, error)
            request_id = current_request_id()
            if request_id is not None:
                response.headers["X-Request-ID"] = request_id
            return response

        app.add_exception_handler(Exception, marked)
    app.add_middleware(ObservabilityMiddleware, metrics=metrics)
