"""Problem responses as the contract lists them."""

from __future__ import annotations

from typing import Any

from api.messages import PROBLEMS
from api.problems import MEDIA_TYPE
from api.schemas.problem import Problem

Responses = dict[int | str, dict[str, Any]]


def problems(*codes: str) -> Responses:
    """Entries of ``responses`` for the given problem codes, merged by status."""
    found: Responses = {}
    for code in codes:
        kind = PROBLEMS[code]
        entry = found.setdefault(
            kind.status,
            {"description": "", "content": {MEDIA_TYPE: {"schema": _REFERENCE}}},
        )
        said = f"{kind.title.ru} (`{code}`)."
        entry["description"] = f"{entry['description']} {said}".strip()
    return found


_REFERENCE = {"$ref": f"#/components/schemas/{Problem.__name__}"}

ALWAYS = (
    "unauthorized",
    "forbidden",
    "rate_limited",
    "internal_error",
    "configuration_error",
    "not_ready",
    "not_started",
    "stopping",
    "issuer_unavailable",
)
SOLVING = ("overloaded", "worker_lost", "solve_overrun")
"""Problems of every call that needs a worker, besides ``ALWAYS``."""
COMPUTING = ("overloaded", "worker_lost")
"""Problems of every call that computes beside the requests, besides ``ALWAYS``."""
WITH_BODY = (
    "invalid_json",
    "json_too_deep",
    "duplicate_key",
    "body_timeout",
    "body_too_large",
    "unsupported_media_type",
    "invalid_input",
    "nothing_to_plan",
)
"""Problems of every call that takes a body, besides ``ALWAYS``."""

EDITS = ("version_required", "version_stale", "condition_unreadable", "database_unavailable")
"""Problems of an edit that must name its version."""

KEYED_PROBLEMS = (
    "idempotency_key_unfit",
    "idempotency_mismatch",
    "idempotency_running",
    "database_unavailable",
)
"""Problems of a call that honours ``Idempotency-Key``."""

TAGGED: dict[str, Any] = {
    "headers": {
        "ETag": {"description": "Версия записи, для If-Match.", "schema": {"type": "string"}}
    }
}
"""Answer with the version of a record."""
