"""Parameters of lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

LIMIT_MOST = 500

Cursor = Annotated[
    str | None,
    Query(max_length=1_000, description="Из next предыдущей части; нет — первая часть."),
]
Limit = Annotated[int, Query(ge=1, le=LIMIT_MOST, description="Сколько записей в части.")]
