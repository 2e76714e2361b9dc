"""Small tables of interactions for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.interactions import Clock, Interactions


def sequences(
    taken: Mapping[str, Sequence[str]],
    activities: Sequence[str] | None = None,
    clock: Clock = "order",
) -> Interactions:
    """Everybody's activities in order, at times 0, 1, …"""
    rows = [(p, a, float(i)) for p, own in taken.items() for i, a in enumerate(own)]
    return Interactions.from_columns(
        [p for p, _, _ in rows],
        [a for _, a, _ in rows],
        np.array([t for _, _, t in rows]),
        activities=activities,
        clock=clock,
    )
