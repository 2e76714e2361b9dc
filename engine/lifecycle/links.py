"""What ties a route to diagnostics: the chain programme ← deficit ← diagnosis, off its answer.

Indicators count programmes "подобранные с учётом диагностики" (384-а, п. 7.1, показатель 3), so the
chain is kept when the route is, and not worked out anew from later data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RouteLinks:
    """What ties a route to diagnostics.

    Parameters
    ----------
    diagnosed
        A demand of the route was measured; a request alone is none.
    selected
        Activities of the route that are expected to close a part of a measured demand, in its
        order.
    """

    diagnosed: bool
    selected: tuple[str, ...]


def links_in(told: Mapping[str, Any]) -> RouteLinks:
    """Those of an answer's JSON values."""
    measured = {d["node"] for d in told.get("deficits") or () if d.get("proficiency") is not None}
    route = told.get("route") or {}
    selected = (
        step["activity"]
        for step in route.get("steps") or ()
        if any(c["node"] in measured and c["expected"] > 0 for c in step.get("closes") or ())
    )
    return RouteLinks(bool(measured), tuple(dict.fromkeys(selected)))
