"""Rows of ``route_links``: what ties routes to diagnostics."""

from __future__ import annotations

import json

from engine.lifecycle.links import RouteLinks, links_in


def links_of(route_id: str, answer: str, links: RouteLinks | None = None) -> dict[str, object]:
    """Row of ``route_links`` for an answer; ``links`` are its own if they are known already."""
    found = links_in(json.loads(answer)) if links is None else links
    selected = json.dumps(list(found.selected), ensure_ascii=False)
    return {"route_id": route_id, "diagnosed": found.diagnosed, "selected": selected}
