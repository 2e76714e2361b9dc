"""Principals of the tests: one for every role and tenant, each with a key of its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

from api.access.keys import KeyRing, RingKey, digest_of
from api.access.principal import Principal, Role
from tests.api.conftest import KEY, NOW

OWN, FOREIGN = "default", "other-region"
EDUCATOR, MENTOR, ORGANISATION = "E-own", "N-own", "O-own"
"""Whom the stored route of the tests belongs to."""


def principal(role: Role | str, tenant: str = OWN, **changes: Any) -> Principal:
    """Principal of a role to whom the stored route belongs, where his role asks for it."""
    role = Role(role)
    subject = {Role.EDUCATOR: EDUCATOR, Role.MENTOR: MENTOR}.get(role)
    organisation = ORGANISATION if role is Role.MANAGER else None
    known = {"subject": subject, "organisation": organisation, "credential_id": f"key-{role}"}
    return Principal(tenant, role, **{**known, **changes})


def token(role: Role | str, tenant: str = OWN) -> str:
    return f"{tenant}-{role}"


def bearer(role: Role | str, tenant: str = OWN) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(role, tenant)}"}


def ring(*more: tuple[str, Principal]) -> KeyRing:
    """Keys of all roles in both tenants, the key of the other tests, and ``more``."""
    known = [(token(r, t), principal(r, t)) for r in Role for t in (OWN, FOREIGN)]
    embedded = (KEY, Principal(OWN, Role.ADMIN, credential_id="one-run"))
    end = NOW + dt.timedelta(hours=1)
    return KeyRing([RingKey(p, digest_of(t), end) for t, p in (*known, embedded, *more)])
