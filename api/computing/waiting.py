"""How a read that computes answers a caller who does not get his answer in time.

A GET is asked again as it was: its address says what is computed, so no second address is needed
where the result would lie, and asking twice begins nothing twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.computing.flights import RETRY_S, WAIT_S, Computations, Flight, StillComputing
from api.routers.responses import Responses
from api.schemas.analysis import ComputingAnswer

T = TypeVar("T")

JSON = "application/json"
_WAIT = re.compile(r"wait=\"?(\d{1,4})\"?", re.ASCII)


async def computations(request: Request) -> Computations:
    """Computations of this process."""
    found: Computations = request.app.state.computations
    return found


Computing = Annotated[Computations, Depends(computations)]

Preference = Annotated[
    str | None,
    Header(
        alias="Prefer",
        max_length=1_000,
        description="respond-async — не ждать; wait=3 — ждать не дольше 3 секунд; нет — не дольше "
        "10. Кто не дождался, получает 202 и спрашивает то же снова.",
    ),
]
NOT_YET: Responses = {
    202: {
        "model": ComputingAnswer,
        "description": "Ещё считается: повторите тот же запрос через Retry-After секунд.",
        "headers": {
            "Retry-After": {
                "description": "Через сколько секунд спросить снова.",
                "schema": {"type": "integer"},
            }
        },
    }
}


def patience(prefer: str | None) -> tuple[float, str]:
    """How long a caller waits, seconds, and which of his preferences (RFC 7240) that honours."""
    for wish in (prefer or "").split(","):
        plain = wish.split(";")[0].strip().lower()
        if plain == "respond-async":
            return 0.0, plain
        found = _WAIT.fullmatch(plain)
        if found is not None:
            return min(WAIT_S, float(found[1])), plain
    return WAIT_S, ""


async def answered(
    computations: Computations,
    flight: Flight[T],
    subject: str,
    prefer: str | None,
    answer: Callable[[T], Any],
) -> Any:
    """What a computation gives, made an answer in a thread; 202 while it is not over.

    Parameters
    ----------
    subject
        What is computed, for the caller to read.
    """
    wait_s, applied = patience(prefer)
    try:
        found = await computations.answer(flight, wait_s)
    except StillComputing:
        return _not_yet(flight, subject, applied)
    return await run_in_threadpool(answer, found)


def _not_yet(flight: Flight[Any], subject: str, applied: str) -> Response:
    told = ComputingAnswer(
        state="waiting" if flight.began is None else "running",
        subject=subject,
        since=flight.asked_at,
    )
    headers = {"Retry-After": str(RETRY_S), "Cache-Control": "no-store"}
    if applied:
        headers["Preference-Applied"] = applied
    text = json.dumps({**told.model_dump(), "since": told.since.isoformat()})
    return Response(text, 202, headers=headers, media_type=JSON)
