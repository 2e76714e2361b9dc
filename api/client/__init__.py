"""Typed client of the contract, for platforms that call the service.

It needs ``httpx2`` alone (extra ``client``), nothing of the engine. Types and methods are made from
``api/openapi.json`` by ``python -m api.make_client``; a test compares them.

    with RoutesClient("https://routes.example", key) as client:
        route = client.wait(client.build_route({"educator": {"id": "E01"}}, prefer=ASYNC)).data
"""

from api.client.client import ASYNC, RoutesClient
from api.client.transport import Event, Reply, RoutesProblem, Unreachable

__all__ = ["ASYNC", "Event", "Reply", "RoutesClient", "RoutesProblem", "Unreachable"]
