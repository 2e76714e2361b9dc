"""Logs: one JSON object a line, with the request's id and without anybody's data.

What a client sent must not reach the log by any way, so no line carries a path, a query, a body
or the text of an exception: a text may quote all of them (a value that did not parse, the
parameters of an SQL statement). The type of the exception and the places in the code stay, and
the text of those errors that speak of the operator's own files.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from types import TracebackType

from api.observability.request_id import current_request_id
from engine.errors import ArtefactError, ConfigurationError
from engine.settings import Settings

FIELDS = "fields"
"""Name under which ``logging``'s ``extra`` carries fields of a line: a mapping."""

_TOLD = (ConfigurationError, ArtefactError)
_QUIET = ("uvicorn.access", "sqlalchemy.engine", "alembic")
"""Loggers that would repeat addresses or statements, or talk at every start."""

_Exc = tuple[type[BaseException], BaseException, TracebackType | None]


class JsonFormatter(logging.Formatter):
    """A line of JSON: ``time`` (UTC), ``level``, ``logger``, ``message``, fields, ``exception``."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line; control characters inside are escaped."""
        return json.dumps(_entry(record), ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """The same for the eye."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line, and those of an exception."""
        entry = _entry(record)
        head = f"{entry.pop('time')} {str(entry.pop('level')).upper():<7} {entry.pop('message')}"
        exception = entry.pop("exception", None)
        told = " ".join(f"{k}={v}" for k, v in entry.items() if v is not None)
        lines = [f"{head}  {told}".rstrip()]
        if isinstance(exception, Mapping):
            lines += [f"  {exception['type']} {exception.get('text', '')}".rstrip()]
            lines += [f"    {place}" for place in exception["places"]]
        return "\n".join(" ".join(line.splitlines()) for line in lines)


def configure_logging(settings: Settings) -> None:
    """Send every log of this process to standard error in the form that the settings ask for.

    For the service and for each of its workers; libraries' handlers are replaced, so that
    uvicorn writes the same lines (start it with ``log_config=None, access_log=False``).
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else TextFormatter())
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in _QUIET:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.setLevel(logging.WARNING)
    # Its access log has addresses and queries in it; ours has neither.
    logging.getLogger("uvicorn.access").disabled = True


def _entry(record: logging.LogRecord) -> dict[str, object]:
    instant = dt.datetime.fromtimestamp(record.created, dt.UTC)
    entry: dict[str, object] = {
        "time": instant.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": record.getMessage(),
    }
    request_id = current_request_id()
    if request_id is not None:
        entry["request_id"] = request_id
    fields = getattr(record, FIELDS, None)
    if isinstance(fields, Mapping):
        entry.update(fields)
    if record.exc_info and record.exc_info[0] is not None:
        entry["exception"] = _told(record.exc_info)
    return entry


def _told(exception: _Exc) -> dict[str, object]:
    kind, error, trace = exception
    told: dict[str, object] = {"type": f"{kind.__module__}.{kind.__qualname__}"}
    text = _text(error)
    if text is not None:
        told["text"] = text
    told["places"] = list(_places(trace))
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        told["cause"] = f"{type(cause).__module__}.{type(cause).__qualname__}"
    return told


def _text(error: BaseException) -> str | None:
    if isinstance(error, _TOLD):
        return str(error)
    return error.strerror if isinstance(error, OSError) else None


def _places(trace: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(trace):
        yield f"{frame.filename}:{frame.lineno} {frame.name}"
