"""Routes, their revisions and their history."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from engine.lifecycle.states import RouteEvent, RouteState, StepRecord, StepState
from engine.recommendation import to_dict
from engine.storage.bound import Bound, Lookup, Row, Where
from engine.storage.faults import VersionConflict
from engine.storage.links import links_of
from engine.storage.paging import check_limit, moment_of, page_of
from engine.storage.repositories.teams import OF_TEAM, link_of
from engine.storage.tables import CONTENT, EVENTS, LINKS, REVISIONS, ROUTES
from engine.storage.tables.columns import Instant
from engine.storage.values import (
    Page,
    RevisionSummary,
    RouteFilter,
    RouteRevision,
    RouteSummary,
    ShownRoute,
    StoredRoute,
)

_SUMMARY = [ROUTES.c[f.name] for f in dataclasses.fields(RouteSummary)]
_REVISION = [f.name for f in dataclasses.fields(RouteRevision)]
_REVISION_SUMMARY = [f.name for f in dataclasses.fields(RevisionSummary)]
_ROUTE = tuple(f.name for f in dataclasses.fields(StoredRoute) if f.name in ROUTES.c)
_LIFE = [ROUTES.c[f.name] for f in dataclasses.fields(ShownRoute) if f.name in ROUTES.c]
_SHOWN = [*_LIFE, *OF_TEAM]
_WHOLE: list[Any] = [ROUTES, *OF_TEAM]
_SHOWN_BY_ID = Lookup(ROUTES, ROUTES.c.id, _SHOWN)
_EVENTS_OF = Lookup(EVENTS, EVENTS.c.route_id, order=(EVENTS.c.seq,))
_FIXED = ("id", "created_at")


class RouteRepository:
    """Routes; content is added to, never overwritten."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def add(self, route: StoredRoute) -> None:
        """Store one route; its id must be new."""
        columns = _columns(route)
        self._bound.insert(ROUTES, [{**columns, "revised_at": columns["updated_at"]}])
        self._bound.insert(LINKS, [links_of(route.id, route.answer, route.links)])

    def get(self, route_id: str) -> StoredRoute | None:
        """Route by id, ``None`` if there is none."""
        rows = self._bound.rows(ROUTES, ROUTES.c.id == route_id, columns=_WHOLE, limit=1)
        return _route(rows[0]) if rows else None

    def shown(self, route_id: str) -> ShownRoute | None:
        """What is shown of a route, ``None`` if there is none."""
        rows = self._bound.look_up(_SHOWN_BY_ID, route_id)
        if not rows:
            return None
        told = {column.name: rows[0]._mapping[column.name] for column in _LIFE}
        return ShownRoute(**_with_life(rows[0], told))

    def lock(self, route_id: str) -> StoredRoute | None:
        """Route by id, and nobody else may change it until the transaction ends."""
        mine = ROUTES.c.id == route_id
        rows = self._bound.rows(ROUTES, mine, columns=_WHOLE, limit=1, lock=True)
        return _route(rows[0]) if rows else None

    def save(self, route: StoredRoute, expected_version: int) -> StoredRoute:
        """Replace a route; content of an older revision is put aside first.

        Parameters
        ----------
        route
            With ``updated_at`` and either the kept revision, whose content is then left as it
            is, or the next one. Its ``version`` is not looked at.

        Returns
        -------
        StoredRoute
            With the version that it has now.

        Raises
        ------
        VersionConflict
            The kept version is another, or there is no such route.
        ValueError
            No ``updated_at``, or a revision that is neither the kept nor the next one.
        """
        if route.updated_at is None:
            raise ValueError("a route that is saved says when it changed")
        mine = ROUTES.c.id == route.id
        kept = self._bound.rows(
            ROUTES, mine, columns=(ROUTES.c.version, ROUTES.c.revision), lock=True
        )
        if not kept or kept[0].version != expected_version:
            raise VersionConflict(expected_version, kept[0].version if kept else None)
        saved = dataclasses.replace(route, version=expected_version + 1)
        values = {k: v for k, v in _columns(saved).items() if k not in _FIXED}
        if route.revision == kept[0].revision:
            values = {k: v for k, v in values.items() if k not in CONTENT}
        elif route.revision == kept[0].revision + 1:
            self._put_aside(route.id)
            values["revised_at"] = route.updated_at
        else:
            raise ValueError(f"revision {route.revision} does not follow {kept[0].revision}")
        self._bound.update(ROUTES, values, mine)
        if "answer" in values:
            self._bound.put(LINKS, [links_of(route.id, route.answer, route.links)])
        return saved

    def page(
        self, wanted: RouteFilter | None = None, after: str | None = None, limit: int = 50
    ) -> Page[RouteSummary]:
        """Routes that are meant, the newest first.

        Raises
        ------
        CursorRefused
            ``after`` is no cursor of this list.
        """
        where = _conditions(wanted or RouteFilter())
        place = sa.tuple_(ROUTES.c.created_at, ROUTES.c.id)
        if after is not None:
            at, route_id = moment_of(after)
            where.append(place < sa.tuple_(sa.literal(at, Instant), sa.literal(route_id)))
        rows = self._bound.rows(
            ROUTES,
            *where,
            columns=_SUMMARY,
            order=(ROUTES.c.created_at.desc(), ROUTES.c.id.desc()),
            limit=check_limit(limit) + 1,
        )
        return page_of(rows, limit, _summary, lambda r: (r.created_at, r.id))

    def revisions(self, route_id: str) -> tuple[RevisionSummary, ...]:
        """All revisions, the first one first; empty if there is no such route."""
        rows = [
            *self._bound.rows(
                REVISIONS,
                REVISIONS.c.route_id == route_id,
                columns=[REVISIONS.c[name] for name in _REVISION_SUMMARY],
                order=(REVISIONS.c.revision,),
            ),
            *self._bound.rows(
                ROUTES,
                ROUTES.c.id == route_id,
                columns=[ROUTES.c[name] for name in _REVISION_SUMMARY],
            ),
        ]
        return tuple(RevisionSummary(**row._mapping) for row in rows)

    def revision(self, route_id: str, number: int) -> RouteRevision | None:
        """Content of one revision, ``None`` if there is none."""
        places = (
            (ROUTES, ROUTES.c.id == route_id),
            (REVISIONS, REVISIONS.c.route_id == route_id),
        )
        for table, mine in places:
            columns = [table.c[name] for name in _REVISION]
            found = self._bound.rows(table, mine, table.c.revision == number, columns=columns)
            if found:
                return RouteRevision(**found[0]._mapping)
        return None

    def append(self, route_id: str, *events: RouteEvent) -> tuple[RouteEvent, ...]:
        """Add to the history of a stored route; returns the events with their numbers."""
        # The row is locked, so that nobody else numbers events of this route meanwhile.
        self._bound.rows(ROUTES, ROUTES.c.id == route_id, columns=(ROUTES.c.id,), lock=True)
        first = self._bound.next_number(EVENTS, EVENTS.c.seq, EVENTS.c.route_id == route_id)
        numbered = tuple(dataclasses.replace(e, seq=first + i) for i, e in enumerate(events))
        self._bound.insert(EVENTS, [_event_columns(route_id, event) for event in numbered])
        return numbered

    def events(self, route_id: str) -> tuple[RouteEvent, ...]:
        """History of a route in its order."""
        return tuple(map(_event, self._bound.look_up(_EVENTS_OF, route_id)))

    def count(self) -> int:
        """Return the number of stored routes."""
        return self._bound.scalar(ROUTES, sa.func.count()) or 0

    def _put_aside(self, route_id: str) -> None:
        columns = [ROUTES.c[name] for name in _REVISION]
        (row,) = self._bound.rows(ROUTES, ROUTES.c.id == route_id, columns=columns)
        self._bound.insert(REVISIONS, [{"route_id": route_id, **row._mapping}])


def _columns(route: StoredRoute) -> dict[str, Any]:
    values = {name: getattr(route, name) for name in _ROUTE}
    steps = json.dumps([to_dict(s) for s in route.steps], ensure_ascii=False)
    updated = route.updated_at or route.created_at
    return {**values, "state": route.state.value, "steps": steps, "updated_at": updated}


def _route(row: Row) -> StoredRoute:
    kept = row._mapping
    return StoredRoute(**_with_life(row, {name: kept[name] for name in _ROUTE}))


def _with_life(row: Row, fields: Mapping[str, Any]) -> dict[str, Any]:
    steps = tuple(map(_step, json.loads(row.steps)))
    return {**fields, "steps": steps, "state": RouteState(row.state), "team": link_of(row)}


def _step(told: dict[str, Any]) -> StepRecord:
    """Step record from its JSON form.

    By hand, as this is read more often than anything else: ``record_from_dict`` takes longer for
    six steps than the database for the whole route.
    """
    accepted = told.get("report_accepted")
    return StepRecord(
        **{
            **told,
            "state": StepState(told["state"]),
            "start": dt.date.fromisoformat(told["start"]),
            "end": dt.date.fromisoformat(told["end"]),
            "report_accepted": None if accepted is None else dt.date.fromisoformat(accepted),
        }
    )


def _summary(row: Row) -> RouteSummary:
    return RouteSummary(**{**row._mapping, "state": RouteState(row.state)})


def _conditions(wanted: RouteFilter) -> list[Where]:
    same = ("educator_id", "state", "status", "policy", "organisation_id", "mentor_id")
    asked = {name: getattr(wanted, name) for name in same}
    where = [ROUTES.c[name] == str(value) for name, value in asked.items() if value is not None]
    if wanted.created_from is not None:
        where.append(ROUTES.c.created_at >= wanted.created_from)
    if wanted.created_to is not None:
        where.append(ROUTES.c.created_at < wanted.created_to)
    return where


def _event_columns(route_id: str, event: RouteEvent) -> dict[str, object]:
    values: dict[str, object] = {f.name: getattr(event, f.name) for f in dataclasses.fields(event)}
    parameters = json.dumps(to_dict(event.parameters), ensure_ascii=False)
    return {**values, "route_id": route_id, "parameters": parameters}


def _event(row: Row) -> RouteEvent:
    values = {f.name: row._mapping[f.name] for f in dataclasses.fields(RouteEvent)}
    return RouteEvent(**{**values, "parameters": json.loads(row.parameters)})
