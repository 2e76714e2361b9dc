"""Effects of activities as estimated from outcomes: what planning uses in the policy's place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.domain import Kind


@dataclass(frozen=True, slots=True)
class Effect:
    """Most of a deficit that one activity can close, in parts of a whole deficit.

    Parameters
    ----------
    mean, sd
        Posterior, in [0, 1].
    interval_90
        5 % and 95 % quantiles, in [0, 1].
    n
        Completions behind it.
    """

    mean: float
    sd: float
    interval_90: tuple[float, float]
    n: int


@dataclass(frozen=True, slots=True)
class ActivityEffects:
    """Effects by the most special evidence there is.

    Parameters
    ----------
    by_node
        By activity id, then by framework node.
    by_activity
        By activity id: for nodes without an entry of their own.
    by_kind
        For activities that nobody has been measured after; a kind that is absent has the
        policy's effect.
    version
        Of the model that it came with.
    """

    by_node: Mapping[str, Mapping[str, Effect]] = field(default_factory=dict)
    by_activity: Mapping[str, Effect] = field(default_factory=dict)
    by_kind: Mapping[Kind, Effect] = field(default_factory=dict)
    version: str = ""
