"""Comparing and checking: from bodies to the engine and back to JSON text."""

from __future__ import annotations

import json
from dataclasses import replace

from api.messages import FAULTS, RUSSIAN
from api.schemas.side_bodies import CheckBody, CompareBody
from api.service import Service
from api.translate import to_request
from engine.errors import Fault, InputError
from engine.recommendation import Recommendation, to_dict
from engine.recommendation_json import recommendation_from_dict
from engine.recommender.compare import compare, sides_to_compare
from engine.recommender.given_steps import GivenStep


def compare_routes(body: CompareBody, service: Service) -> str:
    """Comparison of kept routes.

    Raises
    ------
    InputError
        Unknown ids, and routes that cannot be compared, each with its place.
    """
    found: list[Recommendation] = []
    faults: list[Fault] = []
    for place, route_id in enumerate(body.routes):
        kept = service.route(route_id)
        if kept is None:
            parameters: dict[str, object] = {"id": route_id}
            detail = FAULTS["unknown_route"].say(RUSSIAN, parameters)
            faults.append(Fault("unknown_route", detail, f"/routes/{place}", parameters=parameters))
        else:
            found.append(recommendation_from_dict(json.loads(kept.answer)))
    if faults:
        raise InputError(faults)
    return _text(compare(sides_to_compare(found)))


def check_route(body: CheckBody, service: Service, language: str) -> str:
    """What is said of a hand-made route.

    Raises
    ------
    InputError
        Everything that is wrong in the body, with pointers into it.
    """
    asked = to_request(body, service.context, language)
    steps = [GivenStep(s.activity, s.offering, s.start) for s in body.steps]
    with asked.pointers.translating():
        request = replace(asked.request, variants=False)
        return _text(service.engine.check(request, steps, body.mentor))


def _text(value: object) -> str:
    return json.dumps(to_dict(value), ensure_ascii=False, allow_nan=False)
