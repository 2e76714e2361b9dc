"""Asynchronous solves: answers."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from api.schemas.base import Answer


class JobAnswer(Answer):
    """Маршрут, который ещё строится."""

    id: str = Field(description="Код будущего маршрута.")
    state: Literal["queued", "running", "done", "failed"] = Field(
        description="queued — ждёт, running — строится, done — готов, failed — не построен."
    )
    created_at: dt.datetime = Field(description="Когда заказан.")
    value: float | None = Field(
        description="Ценность лучшего маршрута на этот момент, баллов; null — ещё нет ни одного."
    )
    gap_rel: float | None = Field(
        description="Насколько он может быть хуже лучшего возможного, доля; null — не известно."
    )
    stop_requested: bool = Field(description="Попросили закончить с лучшим, что есть.")
