"""What is kept: routes and their lives, who holds what, educators, the catalogue, the service.

SQLAlchemy 2 over SQLite (embedded) or PostgreSQL by URL; Alembic makes the tables. Everything
but tenants and keys belongs to a tenant: ``Store.reading(tenant)`` and ``Store.writing(tenant)``
give repositories that see nobody else's rows.
"""

from engine.storage.faults import (
    CursorRefused,
    DatabaseUnavailable,
    ResourceGone,
    VersionConflict,
)
from engine.storage.folding import folded
from engine.storage.opening import POOL_SIZE, open_engine
from engine.storage.repositories import Repositories, SystemRepositories
from engine.storage.repositories.erasure import Erased
from engine.storage.repositories.people_search import district_of
from engine.storage.service_values import (
    ApiKey,
    AuditEntry,
    Idempotent,
    Job,
    JobEvent,
    JobState,
    Tenant,
)
from engine.storage.store import Store
from engine.storage.team_values import TeamBuild, TeamLink
from engine.storage.values import (
    DEFAULT_TENANT,
    CatalogueKind,
    CatalogueRow,
    CountedPlace,
    EducatorFilter,
    FeedbackRow,
    KeptEducator,
    Page,
    RegisterRow,
    RevisionSummary,
    RouteFilter,
    RouteRevision,
    RouteSummary,
    ShownRoute,
    StoredRoute,
    YoungWithin,
)


def open_store(url: str, pool_size: int = POOL_SIZE) -> Store:
    """Open a database without touching its tables; ``Store.upgrade`` makes them.

    Parameters and errors as of ``open_engine``.
    """
    return Store(open_engine(url, pool_size))


__all__ = [
    "DEFAULT_TENANT",
    "ApiKey",
    "AuditEntry",
    "CatalogueKind",
    "CatalogueRow",
    "CountedPlace",
    "CursorRefused",
    "DatabaseUnavailable",
    "EducatorFilter",
    "Erased",
    "FeedbackRow",
    "Idempotent",
    "Job",
    "JobEvent",
    "JobState",
    "KeptEducator",
    "Page",
    "RegisterRow",
    "Repositories",
    "ResourceGone",
    "RevisionSummary",
    "RouteFilter",
    "RouteRevision",
    "RouteSummary",
    "ShownRoute",
    "Store",
    "StoredRoute",
    "SystemRepositories",
    "TeamBuild",
    "TeamLink",
    "Tenant",
    "VersionConflict",
    "YoungWithin",
    "district_of",
    "folded",
    "open_store",
]
