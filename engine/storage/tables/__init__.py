"""Tables by subject. Importing this package fills the metadata with all of them."""

from engine.storage.tables.catalogue import FEEDBACK, RECORDS, VERSIONS
from engine.storage.tables.columns import METADATA, Instant
from engine.storage.tables.people import DIAGNOSTICS, EDUCATORS, LABELS, RESPONSES, SEARCH
from engine.storage.tables.registers import REGISTERS
from engine.storage.tables.routes import CONTENT, EVENTS, HOLDS, LINKS, REVISIONS, ROUTES
from engine.storage.tables.service import AUDIT, IDEMPOTENCY, JOB_EVENTS, JOBS, KEYS, TENANTS
from engine.storage.tables.teams import TEAM_BUILDS, TEAM_ROUTES

__all__ = [
    "AUDIT",
    "CONTENT",
    "DIAGNOSTICS",
    "EDUCATORS",
    "EVENTS",
    "FEEDBACK",
    "HOLDS",
    "IDEMPOTENCY",
    "JOBS",
    "JOB_EVENTS",
    "KEYS",
    "LABELS",
    "LINKS",
    "METADATA",
    "RECORDS",
    "REGISTERS",
    "RESPONSES",
    "REVISIONS",
    "ROUTES",
    "SEARCH",
    "TEAM_BUILDS",
    "TEAM_ROUTES",
    "TENANTS",
    "VERSIONS",
    "Instant",
]
