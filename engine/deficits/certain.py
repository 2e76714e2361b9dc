"""Demands that stand for a certain deficit: requests and development."""

from __future__ import annotations

from engine.domain import Demand, DemandKind

ALL_CATEGORIES = frozenset({"dpp_pp", "dpp_pk", "non_formal", "informal"})


def certain_demand(
    *,
    code: str,
    kind: DemandKind,
    title: str,
    nodes: tuple[str, ...],
    weight: float,
    deficit: float,
    categories: frozenset[str] = ALL_CATEGORIES,
    request_ids: tuple[str, ...] = (),
    text: str | None = None,
) -> Demand:
    """Demand whose deficit is known: φ(z) = min(deficit, z), one piece of slope 1."""
    return Demand(
        code=code,
        kind=kind,
        title=title,
        nodes=nodes,
        weight=weight,
        expected=deficit,
        sd=0.0,
        interval_90=(deficit, deficit),
        pieces=((deficit, 1.0),),
        categories=categories,
        request_ids=request_ids,
        text=text,
    )
