"""What no tenant owns: the tenants themselves and the keys by which callers become known."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

import sqlalchemy as sa

from engine.storage.bound import Bound, Row
from engine.storage.service_values import ApiKey, Tenant
from engine.storage.tables import KEYS, TENANTS


class TenantRepository:
    """Regions that the service works for."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def put(self, tenant: Tenant) -> None:
        """Insert or replace."""
        self._bound.put(TENANTS, [dataclasses.asdict(tenant)])

    def get(self, tenant_id: str) -> Tenant | None:
        """Tenant by id, ``None`` if there is none."""
        row = self._bound.row(TENANTS, TENANTS.c.id == tenant_id)
        return None if row is None else Tenant(row.id, row.title, row.created_at)

    def ids(self) -> tuple[str, ...]:
        """All ids in order."""
        rows = self._bound.rows(TENANTS, columns=(TENANTS.c.id,), order=(TENANTS.c.id,))
        return tuple(row.id for row in rows)


class KeyRepository:
    """Keys of machines."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def add(self, key: ApiKey) -> None:
        """Store a key; id and hash must be new."""
        values = {f.name: getattr(key, f.name) for f in dataclasses.fields(key)}
        self._bound.insert(KEYS, [{**values, "scopes": json.dumps(key.scopes)}])

    def by_hash(self, key_hash: str) -> ApiKey | None:
        """Key by its hash, an expired or revoked one too; ``None`` if there is none."""
        row = self._bound.row(KEYS, KEYS.c.key_hash == key_hash)
        return None if row is None else _key(row)

    def get(self, key_id: str) -> ApiKey | None:
        """Key by its public part, ``None`` if there is none."""
        row = self._bound.row(KEYS, KEYS.c.id == key_id)
        return None if row is None else _key(row)

    def list(self, tenant: str | None = None) -> tuple[ApiKey, ...]:
        """Keys of one tenant or of all, in the order in which they were made."""
        where = () if tenant is None else (KEYS.c.tenant == tenant,)
        rows = self._bound.rows(KEYS, *where, order=(KEYS.c.created_at, KEYS.c.id))
        return tuple(map(_key, rows))

    def revoke(self, key_id: str, at: dt.datetime) -> bool:
        """Let a key be no good any more; False = there is none, or it was revoked before."""
        where = (KEYS.c.id == key_id, KEYS.c.revoked_at.is_(None))
        return self._bound.update(KEYS, {"revoked_at": at}, *where) > 0

    def touch(self, key_id: str, at: dt.datetime) -> None:
        """Remember that a key was used; an earlier instant changes nothing."""
        older = sa.or_(KEYS.c.last_used_at.is_(None), KEYS.c.last_used_at < at)
        self._bound.update(KEYS, {"last_used_at": at}, KEYS.c.id == key_id, older)


def _key(row: Row) -> ApiKey:
    values: dict[str, Any] = {f.name: row._mapping[f.name] for f in dataclasses.fields(ApiKey)}
    return ApiKey(**{**values, "scopes": tuple(json.loads(row.scopes))})
