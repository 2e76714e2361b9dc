"""Nodes of the framework that requests are about."""

from __future__ import annotations

from collections.abc import Iterable

from engine.domain import Educator, Request
from engine.framework import Framework
from engine.matching.matcher import ActivityMatcher

TEXT_CONFIDENCE = 0.25
"""Least confidence of a node found for a request's text; below it the text itself is matched."""


def request_nodes(
    requests: Iterable[Request], educator: Educator, matcher: ActivityMatcher, framework: Framework
) -> dict[str, tuple[str, ...]]:
    """Nodes by request id; none = match the text, or the target position, itself."""
    return {r.id: _nodes_of(r, educator, matcher, framework) for r in requests}


def _nodes_of(
    request: Request, educator: Educator, matcher: ActivityMatcher, framework: Framework
) -> tuple[str, ...]:
    if request.node is not None or not request.text or request.career_position is not None:
        return (request.node,) if request.node is not None else ()
    applies = framework.applies_to(educator.position, educator.subjects, educator.stages)
    return tuple(
        code
        for code, confidence in matcher.nodes_for_text(request.text)
        if confidence >= TEXT_CONFIDENCE and applies[framework.index[code]]
    )
