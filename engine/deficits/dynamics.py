"""Changes between diagnostics, beside the deficits that they are about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.deficits.levels import official_level
from engine.domain import DeficitVector, NodeChange
from engine.policy import Levels


def with_changes(
    deficits: DeficitVector, changes: Iterable[NodeChange], levels: Levels
) -> DeficitVector:
    """The deficits with the changes of those that were measured on several days.

    A node that is no demand of the educator, because it is not for this position, is left out.
    Each point gets the official level of its own raw share.
    """
    measured = {d.proficiency.node for d in deficits.demands if d.proficiency is not None}
    kept = (change for change in changes if change.node in measured)
    return replace(deficits, changes=tuple(_levelled(change, levels) for change in kept))


def _levelled(change: NodeChange, levels: Levels) -> NodeChange:
    points = (replace(p, official_level=official_level(p.raw_share, levels)) for p in change.points)
    return replace(change, points=tuple(points))
