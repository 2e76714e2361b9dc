"""Who holds which unit of a shared resource: seats, mentors' places, mentors' slots.

A hold is *live* while it is firm (no end) or its end lies ahead. Two rules keep what there is
from being given out twice, whoever asks at the same time and on however many servers:

- whoever takes or confirms first makes himself the only one at these resources (SQLite: the only
  writer at all; PostgreSQL: a lock per resource until the transaction ends);
- at the moment of taking, the live holds of others and one's own together are within the
  capacity that the claim states.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from engine.domain import Occupancy
from engine.lifecycle.holds import Claim, ClaimKind, occupancy_of
from engine.lifecycle.states import RouteState
from engine.storage.bound import Bound, Row, Where
from engine.storage.faults import ResourceGone
from engine.storage.tables import HOLDS, ROUTES

Resource = tuple[str, str]
_RESOURCE = (HOLDS.c.kind, HOLDS.c.resource)


class HoldRepository:
    """Holds of routes on shared resources."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def occupancy(self, now: dt.datetime, without_route: str | None = None) -> Occupancy:
        """What live holds take up.

        Parameters
        ----------
        without_route
            Route whose own holds do not count, as it is about to be built again.
        """
        where = [_live(now)]
        if without_route is not None:
            where.append(HOLDS.c.route_id != without_route)
        rows = self._bound.rows(HOLDS, *where, columns=_RESOURCE)
        return occupancy_of((ClaimKind(row.kind), row.resource) for row in rows)

    def alone_at(self, claims: Iterable[Claim]) -> None:
        """Be the only one at these resources until the transaction ends.

        For whoever takes for several routes: each ``take`` makes itself the only one at what it
        names, so two who go on in another order would wait for each other.
        """
        self._alone((c.kind.value, c.resource, "") for c in claims)

    def take(
        self, route_id: str, claims: Sequence[Claim], until: dt.datetime, now: dt.datetime
    ) -> None:
        """Hold all of it until an instant, or nothing.

        What the route holds already stays its own: firm stays firm, the rest is prolonged.

        Raises
        ------
        ResourceGone
            Others hold what is claimed; names every such claim. The transaction has to end.
        """
        wanted = {(c.kind.value, c.resource, c.step_id or ""): c for c in claims}
        self._alone(wanted)
        mine = HOLDS.c.route_id == route_id
        firm = {_key(r) for r in self._bound.rows(HOLDS, mine, HOLDS.c.until.is_(None))}
        # what it claims, and what it has for good of the same resource under another step
        units = Counter((kind, resource) for kind, resource, _ in set(wanted) | firm)
        others = self._others(route_id, {key[:2] for key in wanted}, _live(now))
        gone = [
            claim
            for key, claim in wanted.items()
            if key not in firm and others[key[:2]] + units[key[:2]] > claim.capacity
        ]
        if gone:
            raise ResourceGone(gone)
        self._bound.put(
            HOLDS,
            [
                _columns(route_id, claim, None if key in firm else until)
                for key, claim in sorted(wanted.items())
            ],
        )

    def confirm(self, route_id: str, step_id: str | None, now: dt.datetime) -> int:
        """Make firm what a step holds, or with ``None`` what the route itself holds.

        What has run out becomes firm too, unless others have taken it meanwhile.

        Returns
        -------
        int
            How many holds are firm now; 0 = it holds nothing, as of something without a limit.

        Raises
        ------
        ResourceGone
            The hold had run out and others have taken the unit. The transaction has to end.
        """
        mine = (HOLDS.c.route_id == route_id, HOLDS.c.step_id == (step_id or ""))
        self._alone(_key(row) for row in self._bound.rows(HOLDS, *mine))
        rows = self._bound.rows(HOLDS, *mine)
        late = [row for row in rows if row.until is not None and row.until <= now]
        others = self._others(route_id, {(row.kind, row.resource) for row in late}, _live(now))
        gone = [_claim(row) for row in late if others[row.kind, row.resource] >= row.capacity]
        if gone:
            raise ResourceGone(gone)
        self._bound.update(HOLDS, {"until": None}, *mine)
        return len(rows)

    def release(self, route_id: str, step_id: str | None = None) -> int:
        """Give back what a step holds, or with ``None`` everything; returns how many holds."""
        where = [HOLDS.c.route_id == route_id]
        if step_id is not None:
            where.append(HOLDS.c.step_id == step_id)
        return self._bound.delete(HOLDS, *where)

    def release_claims(self, route_id: str, claims: Sequence[Claim]) -> int:
        """Give back exactly these; returns how many of them were held."""
        return sum(
            self._bound.delete(
                HOLDS,
                HOLDS.c.route_id == route_id,
                HOLDS.c.kind == claim.kind.value,
                HOLDS.c.resource == claim.resource,
                HOLDS.c.step_id == (claim.step_id or ""),
            )
            for claim in claims
        )

    def of(self, route_id: str) -> tuple[tuple[Claim, dt.datetime | None], ...]:
        """What a route holds and until when (``None`` = for good), sorted; also what ran out."""
        rows = self._bound.rows(
            HOLDS, HOLDS.c.route_id == route_id, order=(*_RESOURCE, HOLDS.c.step_id)
        )
        return tuple((_claim(row), row.until) for row in rows)

    def expire(self, now: dt.datetime) -> tuple[str, ...]:
        """Give back what has run out.

        Returns
        -------
        tuple of str
            Agreed and active routes whose hold has lapsed, sorted and locked until the
            transaction ends.
        """
        self._bound.delete(HOLDS, HOLDS.c.until <= now)
        rows = self._bound.rows(
            ROUTES,
            ROUTES.c.state.in_([RouteState.AGREED.value, RouteState.ACTIVE.value]),
            ROUTES.c.held_until <= now,
            columns=(ROUTES.c.id,),
            order=(ROUTES.c.id,),
            lock=True,
        )
        return tuple(row.id for row in rows)

    def _alone(self, keys: Iterable[tuple[str, str, str]]) -> None:
        self._bound.serialise(("hold", kind, resource) for kind, resource, _ in keys)

    def _others(self, route_id: str, resources: set[Resource], which: Where) -> Counter[Resource]:
        """Units of these resources that other routes hold."""
        counted: Counter[Resource] = Counter()
        for kind in sorted({kind for kind, _ in resources}):
            rows = self._bound.rows(
                HOLDS,
                which,
                HOLDS.c.route_id != route_id,
                HOLDS.c.kind == kind,
                HOLDS.c.resource.in_(sorted(r for k, r in resources if k == kind)),
                columns=_RESOURCE,
            )
            counted.update((row.kind, row.resource) for row in rows)
        return counted


def _live(now: dt.datetime) -> Where:
    return sa.or_(HOLDS.c.until.is_(None), HOLDS.c.until > now)


def _key(row: Row) -> tuple[str, str, str]:
    return row.kind, row.resource, row.step_id


def _claim(row: Row) -> Claim:
    return Claim(ClaimKind(row.kind), row.resource, row.capacity, row.step_id or None)


def _columns(route_id: str, claim: Claim, until: dt.datetime | None) -> dict[str, object]:
    return {
        "route_id": route_id,
        "kind": claim.kind.value,
        "resource": claim.resource,
        "step_id": claim.step_id or "",
        "capacity": claim.capacity,
        "until": until,
    }
