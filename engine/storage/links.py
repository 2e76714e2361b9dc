"""What ties a route to diagnostics: the chain programme ← deficit ← diagnosis, off its answer.

Indicators count programmes "подобранные с учётом диагностики" (384-а, п. 7.1, показатель 3), so the
chain is kept when the route is, and not worked out anew from later data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def links_of(route_id: str, answer: str) -> dict[str, object]:
    """Row of ``route_links`` for an answer.

    ``diagnosed``: a demand of the route was measured; a request alone is none. ``selected``:
    activities of the route that are expected to close a part of a measured demand, in its order.
    """
    told: Mapping[str, Any] = json.loads(answer)
    measured = {d["node"] for d in told.get("deficits") or () if d.get("proficiency") is not None}
    route = told.get("route") or {}
    selected = [
        step["activity"]
        for step in route.get("steps") or ()
        if any(c["node"] in measured and c["expected"] > 0 for c in step.get("closes") or ())
    ]
    return {
        "route_id": route_id,
        "diagnosed": bool(measured),
        "selected": json.dumps(list(dict.fromkeys(selected)), ensure_ascii=False),
    }
