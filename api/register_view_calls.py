"""What the calls about programmes, events, mentors and the bank of deficits do, and the export."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from api.access.matrix import OPERATIONS
from api.access.principal import Principal
from api.catalogue_calls import json_answer
from api.groups import left_out_answers
from api.messages import FAULTS, RUSSIAN
from api.people_filter import EVERYONE, PeopleFilter
from api.register_names import ViewName
from api.register_scope import RegisterScope
from api.service import Service
from engine.ages import local_day
from engine.deficits.groupings import Grouping
from engine.errors import Fault, InputError
from engine.framework import NodeLevel
from engine.interchange import DataPackage, nodes_of
from engine.interchange.register_books import register_book
from engine.policy import PolicyProfile, load_policy
from engine.recommendation import to_dict
from engine.recommender.groups import LeftOut, Person
from engine.register_kinds import RegisterName
from engine.register_views import (
    DeficitEntry,
    Event,
    MentorCard,
    Programme,
    deficit_bank,
    events,
    mentor_cards,
    programmes,
)
from engine.registers import Accompaniment, Registers
from engine.storage import Repositories
from engine.storage.paging import cursor, text_of

ROWS_MOST = 20_000
"""Most rows of the bank of deficits in one answer."""


@dataclass(frozen=True, slots=True)
class Bank:
    """The bank of deficits as it is answered."""

    policy: PolicyProfile
    protected: bool
    entries: tuple[DeficitEntry, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class ViewCalls:
    """Calls about registers that are read off other records, of one tenant."""

    service: Service
    principal: Principal

    def day(self, on: dt.date | None) -> dt.date:
        """The day that is asked about; ``None`` = today where the policy's region lies."""
        if on is not None:
            return on
        return local_day(self.service.clock(), self._policy().time_zone)

    def listed(self, name: ViewName, after: str | None, limit: int, on: dt.date | None) -> Response:
        """Part of a register of the catalogue or of the mentors, by id, and how long it is.

        Raises
        ------
        CursorRefused
            ``after`` is no cursor.
        """
        day = self.day(on)
        with self.service.store.reading(self.principal.tenant) as kept:
            rows = _ROWS[name](self, kept, day)
        start = 0 if after is None else bisect_right(rows, text_of(after), key=lambda r: r.id)
        part = rows[start : start + limit]
        more = len(rows) > start + limit
        return json_answer(
            {
                "on": day.isoformat(),
                "items": [to_dict(row, digits=None) for row in part],
                "next": cursor(part[-1].id) if more else None,
                "total": len(rows),
            }
        )

    def bank_answer(
        self, by: Grouping, node_levels: Sequence[NodeLevel], language: str
    ) -> Response:
        """The bank of deficits of everybody whom the caller may see.

        Raises
        ------
        InputError
            ``table_too_large``.
        """
        as_of = self.service.clock()
        bank = self._bank(by, node_levels, as_of)
        told = [] if bank.protected else left_out_answers(bank.left_out, language)
        return json_answer(
            {
                "as_of": as_of.isoformat(),
                "policy": bank.policy.id,
                "protected": bank.protected,
                "least_people": bank.policy.group_view.least_people,
                "items": [to_dict(entry, digits=None) for entry in bank.entries],
                "left_out": [answer.model_dump(mode="json") for answer in told],
            }
        )

    def book(self, name: RegisterName | ViewName, on: dt.date | None) -> bytes:
        """Workbook of one register, as the caller may see it."""
        nodes = nodes_of(self.service.engine.framework)
        day = self.day(on)
        with self.service.store.reading(self.principal.tenant) as kept:
            if isinstance(name, RegisterName):
                return register_book(self._registers(kept), [name], nodes)
            kind = _VIEW_OF[name]
            if name is ViewName.DEFICITS:
                bank = self._bank(Grouping.DISTRICT, (), self.service.clock())
                rows: Sequence[object] = bank.entries
            else:
                rows = _ROWS[name](self, kept, day)
        return register_book(Registers(), [], nodes, {kind: rows})

    # ------------------------------------------------------------------ parts

    def programmes(self, kept: Repositories, day: dt.date) -> Sequence[Programme]:
        """Programmes of the tenant's catalogue."""
        package = self._package(kept)
        return programmes(package.activities, package.offerings, day)

    def events(self, kept: Repositories, day: dt.date) -> Sequence[Event]:
        """Events of the tenant's catalogue."""
        package = self._package(kept)
        return events(package.activities, package.offerings, day)

    def mentors(self, kept: Repositories, day: dt.date) -> Sequence[MentorCard]:
        """Mentors of the tenant; of one organisation, if the caller sees no more."""
        own = RegisterScope.of(self.principal, self.service, kept).organisation
        mentors = self._package(kept).mentors
        seen = [m for m in mentors if own is None or m.organisation_id == own]
        beneath = self.service.package.registers
        pairs = kept.registers.all_of(RegisterName.ACCOMPANIMENTS, beneath)
        return mentor_cards(seen, (p for p in pairs if isinstance(p, Accompaniment)), day)

    def _registers(self, kept: Repositories) -> Registers:
        scope = RegisterScope.of(self.principal, self.service, kept)
        return scope.registers(kept.registers.all(self.service.package.registers))

    def _package(self, kept: Repositories) -> DataPackage:
        return self.service.catalogues.of(self.principal.tenant, kept)

    def _policy(self) -> PolicyProfile:
        return load_policy(self.service.context.policy)

    def _bank(self, by: Grouping, node_levels: Sequence[NodeLevel], as_of: dt.datetime) -> Bank:
        policy = self._policy()
        # whoever may read the results themselves can count them; nobody else may work them out
        protected = self.principal.role not in OPERATIONS["list_diagnostics"].roles
        entries, left_out = deficit_bank(
            self._people(),
            by,
            self.service.engine.framework,
            policy,
            as_of,
            node_levels=node_levels,
            items=self.service.engine.items,
            protected=protected,
        )
        if len(entries) > ROWS_MOST:
            parameters: dict[str, object] = {"rows": len(entries), "most": ROWS_MOST}
            detail = FAULTS["table_too_large"].say(RUSSIAN, parameters)
            raise InputError(
                [Fault("table_too_large", detail, "/node_levels", parameters=parameters)]
            )
        return Bank(policy, protected, entries, left_out)

    def _people(self) -> Iterator[Person]:
        wanted = PeopleFilter.of(EVERYONE, self.service, self.principal)
        for known in self.service.people.everyone(wanted.stored, lambda e: wanted.meets(e, None)):
            yield Person(known.educator, known.diagnostics, known.responses)


_ROWS: Mapping[ViewName, Callable[[ViewCalls, Repositories, dt.date], Sequence[Any]]] = {
    ViewName.PROGRAMMES: ViewCalls.programmes,
    ViewName.EVENTS: ViewCalls.events,
    ViewName.MENTORS: ViewCalls.mentors,
}
_VIEW_OF: Mapping[ViewName, type[Any]] = {
    ViewName.PROGRAMMES: Programme,
    ViewName.EVENTS: Event,
    ViewName.MENTORS: MentorCard,
    ViewName.DEFICITS: DeficitEntry,
}
