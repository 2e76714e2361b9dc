"""Comparing and checking: from bodies to the engine and back to JSON text."""

from __future__ import annotations

import json

from fastapi.concurrency import run_in_threadpool

from api.access.principal import Principal
from api.access.scope import check_route as may_see
from api.asking import own_request
from api.messages import FAULTS, RUSSIAN
from api.schemas.side_bodies import CheckBody, CompareBody
from api.service import Service
from api.solving.calls import text_of
from engine.errors import Fault, InputError
from engine.recommendation import Recommendation
from engine.recommendation_json import recommendation_from_dict
from engine.recommender.compare import compare, sides_to_compare
from engine.recommender.given_steps import GivenStep


def compare_routes(body: CompareBody, service: Service, principal: Principal) -> str:
    """Comparison of kept routes.

    Raises
    ------
    InputError
        Unknown ids, and routes that cannot be compared, each with its place.
    Forbidden
        A route is not the caller's.
    """
    found: list[Recommendation] = []
    faults: list[Fault] = []
    for place, route_id in enumerate(body.routes):
        kept = service.route(principal.tenant, route_id)
        if kept is None:
            parameters: dict[str, object] = {"id": route_id}
            detail = FAULTS["unknown_route"].say(RUSSIAN, parameters)
            faults.append(Fault("unknown_route", detail, f"/routes/{place}", parameters=parameters))
        else:
            may_see(principal, kept)
            found.append(recommendation_from_dict(json.loads(kept.answer)))
    if faults:
        raise InputError(faults)
    return text_of(compare(sides_to_compare(found)))


async def check_route(
    body: CheckBody, service: Service, language: str, principal: Principal
) -> str:
    """What is said of a hand-made route.

    Raises
    ------
    InputError
        Everything that is wrong in the body, with pointers into it.
    Forbidden
        The educator is not the caller's.
    """
    asked = await run_in_threadpool(own_request, body, service.context, language, principal)
    steps = [GivenStep(s.activity, s.offering, s.start) for s in body.steps]
    return await service.check(asked, steps, body.mentor)
