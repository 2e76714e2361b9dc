"""``/metrics``."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response

from api.observability.metrics import MEDIA_TYPE, Metrics
from api.routers.responses import problems

router = APIRouter(
    tags=["operations"], responses=problems("unauthorized", "not_found", "internal_error")
)


@router.get(
    "/metrics",
    summary="Показатели",
    responses={
        200: {"content": {"text/plain": {}}, "description": "Показатели в формате Prometheus."},
    },
    response_class=Response,
)
def read_metrics(request: Request) -> Response:
    """Отдаёт показатели этого процесса в текстовом формате Prometheus.

    404 — показатели выключены настройкой metrics_enabled.
    """
    metrics: Metrics | None = request.app.state.metrics
    if metrics is None:
        raise HTTPException(404)
    return Response(metrics.text(), media_type=MEDIA_TYPE)
