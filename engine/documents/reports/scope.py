"""A part of a region: a district or an organisation, with whatever belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

import pandas as pd

from engine.region_record import RegionRecord
from engine.registers import Registers

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a report is about; both ``None`` = the whole region."""

    district: str | None = None
    organisation: str | None = None


def narrowed(record: RegionRecord, scope: Scope) -> RegionRecord:
    """The record with the people of a scope, what they did, and the registers of the place.

    The catalogue stays whole: it is everybody's. A register's record that names neither a
    district nor an organisation of the place belongs to the region and is left out.
    """
    if scope == Scope():
        return record
    people = _people(record.educators, scope)
    ids = frozenset(people["educator"])
    places = _organisations(record, scope)
    teams = tuple(t for t in record.registers.teams if t.organisation_id in places)
    accompanied = ids | {team.id for team in teams}
    register = record.registers

    def here(found: Iterable[Kept]) -> tuple[Kept, ...]:
        return tuple(item for item in found if _is_here(item, scope, places))

    return replace(
        record,
        educators=people,
        sittings=_of(record.sittings, ids),
        routes=_of(record.routes, ids),
        participation=_of(record.participation, ids),
        organisations=tuple(o for o in record.organisations if o.id in places),
        mentors=tuple(m for m in record.mentors if _is_here(m, scope, places)),
        registers=Registers(
            methodists=here(register.methodists),
            teams=teams,
            sites=here(register.sites),
            communities=here(register.communities),
            practices=here(register.practices),
            accompaniments=tuple(
                a for a in register.accompaniments if a.educator_id in accompanied
            ),
        ),
    )


def organisation_titles(record: RegionRecord) -> Callable[[str | None], str | None]:
    """Title of an organisation by id, the id itself where it has none; ``None`` stays."""
    titles = {o.id: o.title or o.id for o in record.organisations}
    return lambda found: None if found is None else titles.get(found, found)


def _people(educators: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    kept = pd.Series(True, index=educators.index)
    if scope.district is not None:
        kept &= educators["district"] == scope.district
    if scope.organisation is not None:
        kept &= educators["organisation"] == scope.organisation
    return educators[kept].reset_index(drop=True)


def _organisations(record: RegionRecord, scope: Scope) -> frozenset[str]:
    if scope.organisation is not None:
        return frozenset({scope.organisation})
    of_people = _people(record.educators, scope)["organisation"].dropna()
    named = (o.id for o in record.organisations if o.district == scope.district)
    return frozenset({*named, *of_people})


def _of(frame: pd.DataFrame, ids: frozenset[str]) -> pd.DataFrame:
    return frame[frame["educator"].isin(ids)].reset_index(drop=True)


def _is_here(item: object, scope: Scope, places: frozenset[str]) -> bool:
    if getattr(item, "organisation_id", None) in places:
        return True
    district = getattr(item, "district", "")
    return scope.organisation is None and bool(district) and district == scope.district
