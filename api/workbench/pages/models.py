"""Matching models: which is in service, what the gate said, the card; promote and roll back."""

from __future__ import annotations

import asyncio
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query
from starlette.responses import Response

from api.workbench.ask import AnswerProblem, quoted
from api.workbench.page import CurrentPage, Page
from api.workbench.views import models

PATH = "/workbench/models"
NO_MODEL: dict[str, Any] = {"status": 404, "code": "model_not_found"}

router = APIRouter(prefix="/workbench")

Version = Annotated[str, Path(max_length=64)]
Key = Annotated[str, Form(max_length=64)]


@router.get("/models", name="workbench_models")
async def show_models(
    page: CurrentPage, done: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """Versions of the registry and the one in service."""
    registry, running = await asyncio.gather(page.ask.get("/models"), page.ask.get("/version"))
    return page.render(
        "models/models.html.j2",
        models=models.models_of(registry.data, page.language),
        in_service=registry.data["in_service"],
        running=running.data["model"],
        done=done if done in ("promote", "rollback") else "",
    )


@router.get("/models/rollback", name="workbench_models_back")
async def confirm_rollback(page: CurrentPage) -> Response:
    """Ask whether the former model is to serve again."""
    registry = await page.ask.get("/models")
    return page.render(
        "models/rollback.html.j2", in_service=registry.data["in_service"], key=uuid.uuid4().hex
    )


@router.post("/models/rollback", name="workbench_models_roll_back")
async def roll_back(page: CurrentPage, key: Key) -> Response:
    """Put the former model into service again."""
    await page.ask.post("/models/rollback", headers={"Idempotency-Key": key})
    return page.redirect(f"{PATH}?done=rollback")


@router.get("/models/{version}", name="workbench_model")
async def show_model(version: Version, page: CurrentPage) -> Response:
    """Gate report and card of one version."""
    model = await _model(page, version)
    # the files of a version at fault are not to be trusted: the fault is shown in their stead
    accept = {"Accept": "text/markdown"}
    card = await page.ask.get(
        f"/models/{quoted(version)}/card", headers=accept, expect={404, 409, 500, 503}
    )
    text = card.content.decode() if card.status == 200 else ""
    return page.render("models/model.html.j2", model=model, card=models.card_html(text))


@router.get("/models/{version}/promotion", name="workbench_model_confirm")
async def confirm_promotion(version: Version, page: CurrentPage) -> Response:
    """Ask whether a version is to serve, with what the gate said."""
    model = await _model(page, version)
    return page.render("models/promote.html.j2", model=model, key=uuid.uuid4().hex)


@router.post("/models/{version}/promotion", name="workbench_model_promote")
async def promote(
    version: Version,
    page: CurrentPage,
    key: Key,
    reason: Annotated[str, Form(max_length=4_000)] = "",
) -> Response:
    """Put a version into service; against the gate only for a reason."""
    await page.ask.post(
        f"/models/{quoted(version)}/promotion",
        {"force_reason": reason.strip() or None},
        headers={"Idempotency-Key": key},
    )
    return page.redirect(f"{PATH}?done=promote")


async def _model(page: Page, version: str) -> models.Model:
    registry = await page.ask.get("/models")
    found = models.model_of(registry.data, version, page.language)
    if found is None:
        title = page.t("models.not_found", version=version)
        raise AnswerProblem(404, {**NO_MODEL, "title": title})
    return found
