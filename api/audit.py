"""Audit of writes: who did what to which object, kept in the transaction of the write itself.

Digests let an auditor tell whether a record is still what was written, and say nothing of what
was in it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping

from api.access.principal import Principal
from api.observability import current_request_id
from engine.recommendation import to_dict
from engine.storage import AuditEntry, Repositories

_NAMES = frozenset({"display_name"})


def audited(
    repositories: Repositories,
    principal: Principal,
    action: str,
    object_kind: str,
    object_id: str,
    before: object | None,
    after: object | None,
    at: dt.datetime,
) -> None:
    """Note a write in its own transaction: both are kept, or neither.

    Parameters
    ----------
    repositories
        Those that wrote.
    action
        Name of the operation (``decide``, ``put_educator``, …).
    object_kind
        ``route``, ``educator``, ``activity``, …
    before, after
        The object as it was and as it is: a record, its JSON form, text or bytes; ``None`` = there
        was, or there is, none. Names of people do not enter the digest: one could be guessed.
    """
    repositories.audit.add(
        AuditEntry(
            at=at,
            actor=principal.actor,
            role=principal.role.value,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            request_id=current_request_id(),
            before_digest=digest(before),
            after_digest=digest(after),
        )
    )


def digest(value: object | None) -> str | None:
    """SHA-256 of an object's canonical JSON as 64 hexadecimal digits; ``None`` of nothing."""
    if value is None:
        return None
    return hashlib.sha256(_canonical(value)).hexdigest()


def _canonical(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    plain = _nameless(to_dict(value, digits=None))
    text = json.dumps(plain, ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=str)
    return text.encode("ascii")


def _nameless(value: object) -> object:
    if isinstance(value, Mapping):
        return {k: _nameless(v) for k, v in value.items() if k not in _NAMES}
    if isinstance(value, list):
        return [_nameless(v) for v in value]
    return value
