"""Who calls: the one record that every decision about access is made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

EMBEDDED_CREDENTIAL = "one-run"
"""Credential of the key that the embedded start prints: whoever has it owns the database file."""


class Role(StrEnum):
    """Roles; a credential has exactly one."""

    PLATFORM = "platform"
    METHODIST = "methodist"
    TUTOR = "tutor"
    MENTOR = "mentor"
    EDUCATOR = "educator"
    MANAGER = "manager"
    DATA_SCIENTIST = "data_scientist"
    AUDITOR = "auditor"
    ADMIN = "admin"


class DataScope(StrEnum):
    """Whose data a role sees, always within its tenant.

    ``ORGANISATION`` is that of the credential, ``OWN`` is the educator whose id is the
    credential's subject, ``MENTEES`` are the routes whose mentor is the subject.
    """

    ALL = "all"
    ORGANISATION = "organisation"
    OWN = "own"
    MENTEES = "mentees"


ROLE_SCOPE: dict[Role, DataScope] = {
    Role.PLATFORM: DataScope.ALL,
    Role.METHODIST: DataScope.ALL,
    Role.TUTOR: DataScope.ALL,
    Role.MENTOR: DataScope.MENTEES,
    Role.EDUCATOR: DataScope.OWN,
    Role.MANAGER: DataScope.ORGANISATION,
    Role.DATA_SCIENTIST: DataScope.ALL,
    Role.AUDITOR: DataScope.ALL,
    Role.ADMIN: DataScope.ALL,
}

SUBJECT_ROLES = frozenset({Role.EDUCATOR, Role.MENTOR})
"""Roles that mean nothing without a subject: the id of the educator or of the mentor."""

ORGANISATION_ROLES = frozenset({Role.MANAGER})
"""Roles that mean nothing without an organisation."""

_NAMED = frozenset({Role.METHODIST, Role.TUTOR, Role.EDUCATOR})


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls. Handlers get it by ``CurrentPrincipal``.

    Parameters
    ----------
    tenant
        Region whose data the call sees; nothing of another one exists for it.
    subject
        Id of the person in the tenant; ``None`` = a machine.
    organisation
        Id of the person's organisation; ``None`` = not stated.
    credential_id
        Public id of the key, or issuer and subject of a token; goes to logs and audit.
    scopes
        What the credential is narrowed to: kinds of operations (``read``, ``solve``, ``write``)
        or single operations by name; empty = everything that the role may do.
    """

    tenant: str
    role: Role
    subject: str | None = None
    organisation: str | None = None
    credential_id: str = ""
    scopes: frozenset[str] = frozenset()

    @property
    def data_scope(self) -> DataScope:
        """Whose data the principal sees."""
        return ROLE_SCOPE[self.role]

    @property
    def actor(self) -> str:
        """Who it is in events and audit: the person, else the credential."""
        return self.subject or self.credential_id

    @property
    def levels_only(self) -> bool:
        """Whether answers leave out scores, estimates and intervals."""
        return self.role is Role.MANAGER

    @property
    def sees_names(self) -> bool:
        """Whether documents show people's names: to those who work with the person only."""
        return self.role in _NAMED or self.credential_id == EMBEDDED_CREDENTIAL


def incomplete(role: Role, subject: str | None, organisation: str | None) -> str | None:
    """What a credential of that role lacks: ``subject``, ``organisation`` or ``None``."""
    if role in SUBJECT_ROLES and not subject:
        return "subject"
    if role in ORGANISATION_ROLES and not organisation:
        return "organisation"
    return None
