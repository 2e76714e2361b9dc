"""What a route is held to, and one of its variants as a route of its own."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace

from api.moving import answer_of
from api.pointers import Pointers
from api.refusals import Refused
from api.route_access import RouteAccess, kept_request
from api.translate import Translated
from engine.domain import Constraints
from engine.recommendation import RouteEntry
from engine.recommender import RouteRequest, request_from_json
from engine.storage import StoredRoute


class RouteChoices(RouteAccess):
    """Questions and choices about one kept route; parameters as of ``RouteAccess``."""

    def wishes(self, route_id: str) -> str:
        """What is pinned and what is banned in a route; JSON text.

        Raises
        ------
        RouteNotFound, RouteNotRepeatable
            There is no such route, or it was kept without its request.
        Forbidden
            It is not the caller's.
        """
        route = self._visible(route_id)
        constraints = request_from_json(kept_request(route)).constraints
        found = {
            "route_id": route.id,
            "version": route.version,
            "items": list(self._wishes(constraints)),
        }
        return json.dumps(found, ensure_ascii=False)

    def _wishes(self, constraints: Constraints) -> Iterator[dict[str, str | None]]:
        catalogue = self._service.engine.catalogue
        for decision, ids in (("pin", constraints.pinned), ("ban", constraints.excluded)):
            for given in ids:
                row = catalogue.offering_index.get(given)
                activity = given if row is None else catalogue.offerings[row].activity_id
                place = catalogue.activity_index.get(activity)
                yield {
                    "decision": decision,
                    "id": given,
                    "activity": activity,
                    "offering": None if row is None else given,
                    # the catalogue may have lost it since; its code is all that is left
                    "title": given if place is None else catalogue.activities[place].title,
                }

    def variant(self, route_id: str, name: str) -> Translated:
        """Request that builds a variant of a route as a route of its own, around others' holds.

        It is the route's own request with the variant's runs pinned, as many steps and, of the
        fast one, its last day; so whatever else it was asked with holds for it, too.

        Raises
        ------
        Refused
            ``route_absent``: the route has no such variant.
        RouteNotFound, RouteNotRepeatable, Forbidden
            As of ``wishes``.
        """
        route = self._visible(route_id)
        request = request_from_json(kept_request(route))
        found = (v.route for v in answer_of(route).variants or () if v.name == name)
        chosen = next(found, None)
        if chosen is None or not chosen.steps:
            raise Refused("route_absent", {"id": f"{route.id}/{name}"[:80]})
        asked = replace(
            request,
            as_of=self._service.clock(),
            constraints=_only(request.constraints, chosen, ends=name == "fast"),
            occupancy=self.occupancy(None),
            variants=False,
            kept=None,
            team=None,
        )
        return Translated(asked, _policy(request, route), None, Pointers())


def _policy(request: RouteRequest, route: StoredRoute) -> str:
    return request.policy or route.policy


def _only(constraints: Constraints, route: RouteEntry, *, ends: bool) -> Constraints:
    """The constraints, and nothing but the runs of a route."""
    last = _last_day(route)
    bound = constraints.horizon_end
    if ends and last is not None:
        bound = last if bound is None else min(bound, last)
    return replace(
        constraints,
        horizon_end=bound,
        pinned=tuple(step.offering for step in route.steps),
        max_steps=len(route.steps),
    )


def _last_day(route: RouteEntry) -> dt.date | None:
    """Day on which everything of a route is over, its checkpoints and meetings included."""
    days = [step.end for step in route.steps]
    days += [c.date for c in route.checkpoints if c.date is not None]
    if route.mentor is not None:
        days += [meeting.end.date() for meeting in route.mentor.meetings]
    return max(days, default=None)
