"""Ready bodies say exactly what the package says."""

from __future__ import annotations

import math
from dataclasses import replace

from api.demo import demo_answer
from api.people import People
from api.schemas.route_body import RouteBody
from api.translate import Context, to_request
from engine.settings import Settings
from engine.storage import Store
from tests.api.conftest import NOW
from tests.api.fakes import AS_OF, BUSY, KNOWN, PACKAGE


def test_a_ready_body_leads_back_to_what_is_known(store: Store) -> None:
    """Body and back: educator, evidence, requests, history and busy times are the package's."""
    package = replace(PACKAGE, policy="spb")
    context = Context(Settings(), People(store, package), ("spb",), "default", lambda: NOW, str)
    first, second = demo_answer(package).items
    asked = to_request(RouteBody.model_validate(first.body), context, "ru").request
    assert asked.educator == KNOWN
    assert asked.diagnostics == package.diagnostics["e-1"]
    assert [r.item for r in asked.responses] == ["i-1", "i-2"]
    assert math.isnan(asked.responses[1].response)
    assert asked.requests == package.requests["e-1"]
    assert asked.history == package.history["e-1"]
    assert asked.constraints.busy == (BUSY,)
    assert (asked.policy, asked.as_of) == ("spb", AS_OF)
    other = to_request(RouteBody.model_validate(second.body), context, "ru").request
    assert other.educator == package.educators[1]
    assert (other.diagnostics, other.requests) == ((), ())


def test_ready_bodies_carry_no_names() -> None:
    """Labels of the package stay apart."""
    assert "Анна" not in demo_answer(PACKAGE).model_dump_json()
