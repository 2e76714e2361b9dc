"""The id that ties together a request, its log lines, its audit and its answer."""

from __future__ import annotations

import re
import uuid
from contextvars import ContextVar

HEADER = b"x-request-id"

# Long enough to be told apart, and too plain to carry a name or break a log line.
_SANE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)

_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def current_request_id() -> str | None:
    """Id of the request that is being answered; ``None`` outside of requests."""
    return _current.get()


def enter_request(given: str | None) -> str:
    """Take the id that a caller sent if it is sane, else make one; it holds in this context.

    Parameters
    ----------
    given
        Header ``X-Request-ID``: 8 to 64 Latin letters, digits, ``.``, ``_`` and ``-`` with at
        least one digit are taken; ``None`` = there is none.
    """
    sane = given is not None and _SANE.fullmatch(given) is not None
    request_id = given if sane and given is not None else uuid.uuid4().hex
    _current.set(request_id)
    return request_id
