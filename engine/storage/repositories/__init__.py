"""Repositories: domain values in, domain values out; rows stay inside.

All repositories of one ``Repositories`` share a transaction and a tenant, so what belongs
together is written together or not at all, and nobody meets another tenant's rows.
"""

from __future__ import annotations

import datetime as dt

from engine.storage.bound import Bound
from engine.storage.repositories.catalogue import CatalogueRepository
from engine.storage.repositories.erasure import Erased, erase
from engine.storage.repositories.holds import HoldRepository
from engine.storage.repositories.idempotency import IdempotencyRepository
from engine.storage.repositories.jobs import JobRepository
from engine.storage.repositories.journal import AuditRepository, FeedbackRepository
from engine.storage.repositories.people import (
    DiagnosticRepository,
    EducatorRepository,
    PersonLabelRepository,
)
from engine.storage.repositories.region import RegionRepository
from engine.storage.repositories.registers import RegisterRepository
from engine.storage.repositories.routes import RouteRepository
from engine.storage.repositories.system import KeyRepository, TenantRepository
from engine.storage.repositories.teams import TeamRepository

__all__ = ["Repositories", "SystemRepositories"]


class Repositories:
    """The repositories of one transaction of one tenant."""

    def __init__(self, bound: Bound) -> None:
        self.routes = RouteRepository(bound)
        self.holds = HoldRepository(bound)
        self.teams = TeamRepository(bound)
        self.educators = EducatorRepository(bound)
        self.diagnostics = DiagnosticRepository(bound)
        self.labels = PersonLabelRepository(bound)
        self.catalogue = CatalogueRepository(bound)
        self.registers = RegisterRepository(bound)
        self.region = RegionRepository(bound)
        self.feedback = FeedbackRepository(bound)
        self.audit = AuditRepository(bound)
        self.idempotency = IdempotencyRepository(bound)
        self.jobs = JobRepository(bound)
        self._bound = bound

    def system(self) -> SystemRepositories:
        """What no tenant owns, within the same transaction."""
        return SystemRepositories(self._bound.system())

    def erase(self, educator_id: str, at: dt.datetime) -> Erased:
        """Erase a person; what stays and why stands in ``engine.storage.repositories.erasure``."""
        return erase(self._bound, self._bound.system(), educator_id, at)


class SystemRepositories:
    """The repositories of one transaction over what no tenant owns."""

    def __init__(self, bound: Bound) -> None:
        self.tenants = TenantRepository(bound)
        self.keys = KeyRepository(bound)
