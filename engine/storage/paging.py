"""Cursors: where a page ended, as opaque text."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from engine.storage.bound import Row
from engine.storage.faults import CursorRefused
from engine.storage.values import Page

Item = TypeVar("Item")

MOST_ROWS = 1_000
"""Rows of one page at most."""

IDS_MOST = 500
"""Ids that one condition names; databases take only so many parameters."""


def page_of(
    rows: Sequence[Row], limit: int, item: Callable[[Row], Item], key: Callable[[Row], object]
) -> Page[Item]:
    """Page of rows that were asked for one beyond ``limit``, so that it is known whether it ends.

    Parameters
    ----------
    key
        What tells where a row stands in the list: text, number, instant or a tuple of them.
    """
    more = len(rows) > limit
    kept = rows[:limit]
    return Page(tuple(map(item, kept)), cursor(key(kept[-1])) if more else None)


def check_limit(limit: int) -> int:
    """The limit itself, if it is one.

    Raises
    ------
    ValueError
        Not in 1 … ``MOST_ROWS``.
    """
    if not 1 <= limit <= MOST_ROWS:
        raise ValueError(f"a page has 1 to {MOST_ROWS} rows, not {limit}")
    return limit


def cursor(key: object) -> str:
    """Opaque text of a key."""
    parts = key if isinstance(key, tuple) else (key,)
    plain = [p.isoformat() if isinstance(p, dt.datetime) else p for p in parts]
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def text_of(after: str) -> str:
    """Key of one text."""
    (key,) = _parts(after, str)
    return str(key)


def number_of(after: str) -> int:
    """Key of one number."""
    (key,) = _parts(after, int)
    return int(str(key))


def moment_of(after: str) -> tuple[dt.datetime, str]:
    """Key of an instant and an id."""
    at, key = _parts(after, str, str)
    try:
        moment = dt.datetime.fromisoformat(str(at))
    except ValueError as error:
        raise CursorRefused from error
    if moment.utcoffset() is None:
        raise CursorRefused
    return moment, str(key)


def _parts(after: str, *kinds: type) -> list[object]:
    try:
        padded = after + "=" * (-len(after) % 4)
        parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise CursorRefused from error
    if not isinstance(parts, list) or [type(p) for p in parts] != list(kinds):
        raise CursorRefused
    return parts
