"""A tenant's region by column: read once for all who ask on a day, until something is written."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

import pandas as pd

from api.access.errors import Forbidden
from api.access.principal import DataScope, Principal
from api.register_scope import RegisterScope
from api.service import Service
from engine.ages import local_day
from engine.domain import Organisation
from engine.interchange import DataPackage
from engine.interchange.region import record_of_package
from engine.policy import load_policy
from engine.region_record import COLUMNS, RegionRecord
from engine.storage import Repositories

Made = TypeVar("Made")

REMEMBERED = 16
"""Answers that are kept of the last records."""

PERSONAL = tuple(COLUMNS)
"""Frames whose rows are of one educator each, by their column ``educator``."""


class RegionRecords:
    """Records of the region of one tenant.

    A record costs seconds for tens of thousands of people, so the last one is kept: for a day, and
    for as long as the tenant's audit grows by no entry (every write leaves one). Who comes while
    it is read waits for it instead of reading it again.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._mark = object()
        self._lock = threading.Lock()
        self._key: tuple[dt.date, int] | None = None
        self._record: RegionRecord | None = None
        self._kept: OrderedDict[Hashable, object] = OrderedDict()

    def of(self, principal: Principal) -> tuple[RegionRecord, tuple[object, ...]]:
        """The record as the caller may see it, and what identifies it.

        Raises
        ------
        Forbidden
            A whole region is not for the role.
        """
        whole, key = self._whole()
        if principal.data_scope is DataScope.ALL:
            return whole, (key, None)
        if principal.data_scope is not DataScope.ORGANISATION or not principal.organisation:
            raise Forbidden(principal)
        with self._service.store.reading(self._service.tenant) as kept:
            scope = RegisterScope.of(principal, self._service, kept)
        return _narrowed(whole, principal.organisation, scope), (key, principal.organisation)

    def everybody(self) -> RegionRecord:
        """The whole record, for what is narrowed after it was computed."""
        return self._whole()[0]

    def version(self) -> tuple[object, dt.date, int]:
        """What changes whenever the record does; it takes no reading of the record."""
        with self._service.store.reading(self._service.tenant) as kept:
            return self._mark, self.today(), kept.audit.last()

    def remembered(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What was made of a record under a key that names the record; made if it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast(Made, self._kept[key])
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
        return made

    def zone(self) -> ZoneInfo:
        """Zone of the region, by the service's policy."""
        return ZoneInfo(load_policy(self._service.context.policy).time_zone)

    def today(self) -> dt.date:
        """Today in the region."""
        return local_day(self._service.clock(), str(self.zone()))

    def _whole(self) -> tuple[RegionRecord, tuple[dt.date, int]]:
        with self._lock, self._service.store.reading(self._service.tenant) as kept:
            key = (self.today(), kept.audit.last())
            if self._record is None or key != self._key:
                self._record, self._key = self._read(kept), key
            return self._record, key

    def _read(self, kept: Repositories) -> RegionRecord:
        return stored_region(kept, self._service.package, self._service.clock(), self.zone())


def stored_region(
    kept: Repositories, package: DataPackage, as_of: dt.datetime, zone: ZoneInfo
) -> RegionRecord:
    """People of the store first, then those of the package whom the store does not know."""
    stored = kept.region.frames(zone)
    known = frozenset(stored.educators["educator"])
    rest = record_of_package(_without(package, known))
    return RegionRecord(
        as_of=as_of,
        educators=_both(stored.educators, rest.educators),
        sittings=_both(stored.sittings, rest.sittings),
        routes=stored.routes,
        participation=_both(
            stored.participation,
            _untold(record_of_package(package).participation, stored.participation),
        ),
        activities=package.activities,
        offerings=package.offerings,
        organisations=_organisations(package, kept),
        mentors=tuple(dataclasses.replace(m, display_name=None) for m in package.mentors),
        registers=kept.registers.all(package.registers),
    )


def _without(package: DataPackage, known: frozenset[str]) -> DataPackage:
    """The package without people whom the store knows: their evidence is the store's alone."""
    return dataclasses.replace(
        package,
        educators=tuple(e for e in package.educators if e.id not in known),
        diagnostics={i: r for i, r in package.diagnostics.items() if i not in known},
        responses={i: r for i, r in package.responses.items() if i not in known},
    )


def _untold(participation: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """What the package says of participation beyond what the store does."""
    if participation.empty or told.empty:
        return participation
    keys = ["educator", "activity"]
    same = pd.MultiIndex.from_frame(participation[keys]).isin(pd.MultiIndex.from_frame(told[keys]))
    return participation[~same]


def _both(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    if one.empty or other.empty:
        return other if one.empty else one
    return pd.concat([one, other], ignore_index=True)


def _organisations(package: DataPackage, kept: Repositories) -> tuple[Organisation, ...]:
    found = {o.id: o for o in package.organisations} | kept.educators.organisations()
    return tuple(found[i] for i in sorted(found))


def _narrowed(record: RegionRecord, organisation: str, scope: RegisterScope) -> RegionRecord:
    """One organisation's part; the catalogue is everybody's."""
    own = record.educators["organisation"] == organisation
    people = frozenset(record.educators.loc[own, "educator"])
    frames = {
        name: getattr(record, name)[getattr(record, name)["educator"].isin(people)]
        for name in PERSONAL
    }
    return dataclasses.replace(
        record,
        **frames,
        organisations=tuple(o for o in record.organisations if o.id == organisation),
        mentors=tuple(m for m in record.mentors if m.organisation_id == organisation),
        registers=scope.registers(record.registers),
    )
