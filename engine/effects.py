"""Effects of activities as estimated from outcomes: what planning uses in the policy's place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.domain import Activity, Kind


@dataclass(frozen=True, slots=True)
class Effect:
    """Most of a deficit that one activity can close, in parts of a whole deficit.

    It is what somebody who completes the activity *and benefits* gains at full coverage by a
    long activity: planning multiplies it by relevance, the chance of both, and by saturation.

    Parameters
    ----------
    mean, sd
        Posterior, in [0, 1].
    interval_90
        5 % and 95 % quantiles, in [0, 1].
    n
        Completions behind it that a later diagnostic measured.
    """

    mean: float
    sd: float
    interval_90: tuple[float, float]
    n: int


@dataclass(frozen=True, slots=True)
class ActivityEffects:
    """Effects by the most special evidence there is: node, activity, provider, kind, policy.

    Parameters
    ----------
    by_node
        By activity id, then by framework node.
    by_activity
        By activity id: for nodes without an entry of their own.
    by_provider
        By kind, then by provider: for activities that nobody has been measured after.
    by_kind
        For all others; a kind that is absent has the policy's effect.
    version
        Of the model that it came with.
    """

    by_node: Mapping[str, Mapping[str, Effect]] = field(default_factory=dict)
    by_activity: Mapping[str, Effect] = field(default_factory=dict)
    by_kind: Mapping[Kind, Effect] = field(default_factory=dict)
    version: str = ""
    by_provider: Mapping[Kind, Mapping[str, Effect]] = field(default_factory=dict)

    def of_activity(self, activity: Activity) -> tuple[str, Effect] | None:
        """The most special effect of an activity at any node, and its level.

        Returns
        -------
        tuple of str and Effect, or None
            ``activity``, ``provider`` or ``kind`` with the effect; ``None`` = the policy's.
        """
        if activity.id in self.by_activity:
            return "activity", self.by_activity[activity.id]
        of_kind = self.by_provider.get(activity.kind, {})
        if activity.provider in of_kind:
            return "provider", of_kind[activity.provider]
        if activity.kind in self.by_kind:
            return "kind", self.by_kind[activity.kind]
        return None
