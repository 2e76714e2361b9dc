"""Problem documents (RFC 9457): the one form of every error."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.messages import PROBLEMS, fault_text, language_of
from engine.errors import Fault
from engine.recommendation import to_dict

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:learning-routes:problem:"


def problem(
    code: str,
    language: str,
    *,
    parameters: Mapping[str, object] | None = None,
    faults: Sequence[Fault] = (),
    next_actions: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
    status: int | None = None,
    members: Mapping[str, object] | None = None,
) -> Response:
    """Make a problem document.

    Parameters
    ----------
    code
        Code of ``messages.PROBLEMS``; the status follows from it unless ``status`` is given.
    faults
        What is wrong, each with its JSON pointer.
    next_actions
        What the caller can do instead.
    members
        Further members of the document, in JSON types.
    """
    kind = PROBLEMS[code]
    errors = [_error(fault, language) for fault in faults]
    first = _shown(errors[0]) if errors else ""
    document: dict[str, object] = {
        "type": TYPE_PREFIX + code,
        "title": kind.title.say(language),
        "status": status or kind.status,
        "code": code,
        "detail": kind.detail.say(language, {"first": first, **(parameters or {})}),
        "errors": errors,
    }
    if next_actions:
        document["next_actions"] = list(next_actions)
    document |= members or {}
    text = json.dumps(document, ensure_ascii=False)
    return Response(
        # A lone surrogate out of the request becomes the JSON escape that it was.
        text.encode("utf-8", "backslashreplace"),
        status_code=status or kind.status,
        headers={"Content-Language": language, **(headers or {})},
        media_type=MEDIA_TYPE,
    )


async def send_problem(
    scope: Scope,
    receive: Receive,
    send: Send,
    code: str,
    default_language: str,
    *,
    parameters: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Answer with a problem document from below the framework (middleware)."""
    accepted = header(scope, b"accept-language")
    language = language_of(accepted, default_language)
    response = problem(code, language, parameters=parameters, headers=headers)
    await response(scope, receive, send)


def header(scope: Scope, name: bytes) -> str | None:
    """First header of that lower-case name, ``None`` if there is none."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return None


def _error(fault: Fault, language: str) -> dict[str, object]:
    entry: dict[str, object] = {
        "pointer": fault.pointer,
        "code": fault.code,
        "detail": fault_text(fault.code, fault.detail, fault.parameters, language),
    }
    place = {"file": fault.file, "row": fault.row, "column": fault.column}
    entry |= {k: v for k, v in place.items() if v is not None}
    if fault.parameters:
        entry["parameters"] = to_dict(fault.parameters)
    return entry


def _shown(error: Mapping[str, object]) -> str:
    where = f"{error['pointer']}: " if error["pointer"] else ""
    return f"{where}{error['detail']}"
