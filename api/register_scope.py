"""What of the registers a caller may see."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from api.access.errors import Forbidden
from api.access.principal import DataScope, Principal
from api.service import Service
from engine.domain import MentorForm
from engine.register_kinds import KINDS, RegisterName, RegisterRecord, records_of
from engine.registers import Accompaniment, Methodist, Registers, Team
from engine.storage import EducatorFilter, Repositories


@dataclass(frozen=True, slots=True)
class RegisterScope:
    """The caller's part of the registers.

    Parameters
    ----------
    organisation
        Only what is of this organisation, and of people only its own; ``None`` = everything.
    people, teams
        Ids of the organisation's educators and teams; empty where everything is visible.
    """

    organisation: str | None = None
    people: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()

    @classmethod
    def of(cls, principal: Principal, service: Service, kept: Repositories) -> RegisterScope:
        """Scope of a caller.

        Raises
        ------
        Forbidden
            Registers are not for the role, or the credential names no organisation.
        """
        if principal.data_scope is DataScope.ALL:
            return cls()
        if principal.data_scope is not DataScope.ORGANISATION or not principal.organisation:
            raise Forbidden(principal)
        own = principal.organisation
        teams = kept.registers.all_of(RegisterName.TEAMS, service.package.registers)
        return cls(
            organisation=own,
            people=frozenset(_people(own, service, kept)),
            teams=frozenset(
                t.id for t in teams if isinstance(t, Team) and t.organisation_id == own
            ),
        )

    @property
    def narrow(self) -> bool:
        """Whether anything is hidden."""
        return self.organisation is not None

    def shown(self, record: RegisterRecord) -> RegisterRecord | None:
        """The record as the caller may see it; ``None`` = not at all.

        Methodists, teams and accompaniments are seen by their organisation; sites, communities
        and practices are for everybody. Whoever sees his organisation alone sees other
        organisations' people in no record.
        """
        if self.organisation is None:
            return record
        if not self._own(record):
            return None
        kind = next(k for k in KINDS.values() if isinstance(record, k.record))
        changes: dict[str, object] = {
            field: tuple(i for i in getattr(record, field) if i in self.people)
            for field in kind.person_lists
        }
        if isinstance(record, Methodist):
            changes["organisations"] = tuple(
                o for o in record.organisations if o == self.organisation
            )
        lead = getattr(record, "lead", None)
        if lead is not None and lead not in self.people:
            changes["lead"] = None
        return dataclasses.replace(record, **changes)  # type: ignore[arg-type]

    def registers(self, found: Registers) -> Registers:
        """Registers with the records that the caller may see."""
        return Registers(
            **{
                kind.attribute: tuple(
                    shown
                    for record in records_of(found, name)
                    if (shown := self.shown(record)) is not None
                )
                for name, kind in KINDS.items()
            }  # type: ignore[arg-type]
        )

    def _own(self, record: RegisterRecord) -> bool:
        if isinstance(record, Methodist):
            return self.organisation in (record.organisation_id, *record.organisations)
        if isinstance(record, Team):
            return record.id in self.teams
        if isinstance(record, Accompaniment):
            own = self.teams if record.form is MentorForm.TEAM else self.people
            return record.educator_id in own
        return True


def _people(organisation: str, service: Service, kept: Repositories) -> Iterator[str]:
    """Ids of the educators of an organisation, of the store and of the package."""
    wanted = EducatorFilter(organisation_id=organisation)
    yield from (educator.id for educator in kept.educators.every(wanted))
    mine = [
        e.id
        for e in service.people.packaged().values()
        if e.organisation is not None and e.organisation.id == organisation
    ]
    # the store's record stands in the place of the package's of the same id
    stored = kept.educators.among(mine)
    yield from (i for i in mine if i not in stored)
