"""Moves of a stored route within one transaction: states, holds, history, all or nothing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.lifecycle_json import progress_of
from engine.catalogue import Catalogue
from engine.domain import Mentor
from engine.lifecycle.holds import Claim, claims_of, held_claims
from engine.lifecycle.moves import Decision, Move, Moved, move_route
from engine.lifecycle.states import RouteState
from engine.policy import Lifecycle, load_policy
from engine.recommendation import Recommendation
from engine.recommendation_json import recommendation_from_dict
from engine.storage import Repositories, StoredRoute

SYSTEM = "system"
SHORTLY = dt.timedelta(minutes=10)
"""What is taken to be made firm at once is taken for a moment first."""

_LASTING = (RouteState.AGREED, RouteState.ACTIVE)


@dataclass(frozen=True, slots=True)
class Mover:
    """Does moves of the routes of one tenant.

    Parameters
    ----------
    catalogue, mentors
        As they are now: capacities are looked up in them.
    at
        Instant of the moves, with offset.
    role
        Of who moves.
    """

    kept: Repositories
    catalogue: Catalogue
    mentors: Sequence[Mentor]
    at: dt.datetime
    role: str

    def move(self, route: StoredRoute, decision: Decision) -> StoredRoute:
        """Do one move; the route must be locked. Claims of the decision are filled in here.

        Raises
        ------
        IllegalMove
            The state does not admit it.
        ResourceGone
            Others hold what it needs; the transaction has to end.
        """
        claims = self.claims(route)
        return self._applied(route, replace(decision, claims=claims))

    def revise(self, route: StoredRoute, new: StoredRoute, decision: Decision) -> StoredRoute:
        """Give the route the content of ``new``.

        Parameters
        ----------
        new
            The route with the content, steps and mentor of its next revision.

        Raises
        ------
        IllegalMove, ResourceGone
            As of ``move``.
        """
        told = replace(
            decision,
            move=Move.REVISE,
            steps=new.steps,
            mentor_id=new.mentor_id,
            claims_before=self.claims(route),
            claims=self.claims(new),
        )
        moved = move_route(progress_of(route), told, self.at, self.role, self._policy(route))
        return self._kept(new, moved, told, route.version)

    def expired(self, route: StoredRoute) -> StoredRoute:
        """The route after its agreement has lapsed, if it has; else as it is."""
        lasting = route.state in _LASTING and route.held_until is not None
        if not lasting or route.held_until is None or route.held_until > self.at:
            return route
        system = replace(self, role=SYSTEM)
        return system.move(route, Decision(Move.EXPIRE, actor=SYSTEM))

    def claims(self, route: StoredRoute) -> tuple[Claim, ...]:
        """Everything shared that the route of a stored answer needs."""
        return claims_of(answer_of(route), self.catalogue, {m.id: m for m in self.mentors})

    def _applied(self, route: StoredRoute, decision: Decision) -> StoredRoute:
        moved = move_route(progress_of(route), decision, self.at, self.role, self._policy(route))
        return self._kept(route, moved, decision, route.version)

    def _policy(self, route: StoredRoute) -> Lifecycle:
        return load_policy(route.policy).lifecycle

    def _kept(
        self, content: StoredRoute, moved: Moved, decision: Decision, version: int
    ) -> StoredRoute:
        life = moved.route
        self.kept.holds.release_claims(content.id, moved.releases)
        wanted = set(moved.claims)
        if decision.move in (Move.AGREE, Move.REVISE):
            wanted |= held_claims(life, decision.claims)  # what is held already is prolonged
        if wanted:
            until = life.held_until or self.at + SHORTLY
            ordered = sorted(wanted, key=lambda c: (c.kind, c.resource, c.step_id or ""))
            self.kept.holds.take(content.id, ordered, until, self.at)
        for step_id in moved.confirm_steps:
            self.kept.holds.confirm(content.id, step_id, self.at)
        saved = self.kept.routes.save(
            replace(
                content,
                state=life.state,
                revision=life.revision,
                steps=life.steps,
                mentor_id=life.mentor_id,
                held_until=life.held_until,
                updated_at=self.at,
            ),
            version,
        )
        self.kept.routes.append(content.id, *moved.events)
        return saved


def answer_of(route: StoredRoute) -> Recommendation:
    """Kept answer as records."""
    return recommendation_from_dict(json.loads(route.answer))
