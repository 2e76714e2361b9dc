"""Probes, version, demo data."""

from __future__ import annotations

from fastapi import APIRouter

from api.demo import demo_answer
from api.deps import Loaded
from api.errors import NotReady
from api.present import version_answer
from api.routers.responses import ALWAYS, problems
from api.schemas.operations import DemoAnswer, HealthAnswer, VersionAnswer

probes = APIRouter(prefix="/health", tags=["operations"])
router = APIRouter(tags=["operations"], responses=problems(*ALWAYS))


@probes.get("/live", summary="Служба отвечает")
def live() -> HealthAnswer:
    """Всегда 200, пока процесс жив."""
    return HealthAnswer(status="live")


@probes.get(
    "/ready",
    summary="Служба загружена",
    responses=problems("not_ready", "not_started", "stopping"),
)
def ready(service: Loaded) -> HealthAnswer:
    """200 — каталог, модель, база данных и процесс расчёта на месте; 503 — ещё или уже нет."""
    if not service.store.ready() or not service.solving.ready():
        raise NotReady(failed=False)
    return HealthAnswer(status="ready")


@router.get("/version", summary="Версии")
def version(service: Loaded) -> VersionAnswer:
    """Версии программы, перечня и каталога, имена профилей политики."""
    return version_answer(service)


@router.get("/demo-data", summary="Готовые запросы")
def demo_data(service: Loaded) -> DemoAnswer:
    """Готовые тела для POST /routes по педагогам демонстрационного пакета."""
    return demo_answer(service.demo)
