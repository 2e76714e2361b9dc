"""What is true of the activities and the people of a history; how activities come by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.catalogue import KINDS, LEVELS
from engine.domain import (
    ACADEMIC_HOUR_MIN,
    PRACTICE_KINDS,
    Activity,
    BoolArray,
    FloatArray,
    IntArray,
    Kind,
    Technology,
)
from engine.framework import Framework
from engine.policy import PolicyProfile
from engine.simulation.history_plan import SEASONS_A_YEAR, HistoryPlan
from engine.simulation.streams import stream

NODES_MOST = 4
TASTES = 4
PROVIDERS = 12
MOST_EFFECT = 0.95
SEASON_BIAS_SD = 0.5
BLENDED_TRIP = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class ActivityTraits:
    """What is true of every activity; rows are activities.

    Parameters
    ----------
    nodes, share
        Shape (n, 4): positions among the framework's leaves, and true coverage; unused places
        have leaf 0 and share 0.
    kind
        Shape (n,), positions in ``KINDS``.
    hours
        Shape (n,), clock hours.
    trip
        Shape (n,), in [0, 1]: how much travelling it takes; 0 = none, 1 = some days in person.
    distance, practice, proposable
        Shape (n,): by distance or self-paced; practice; anything but a diagnostic.
    level
        Shape (n,), in [0, 1], national = 1; 0 = not stated.
    quality
        Shape (n,), log odds, the provider's part included.
    popularity
        Shape (n,), logarithm of the popularity; mean 0.
    taste
        Shape (n, 4).
    after
        Shape (n,): the activity whose next part it is; −1 = none.
    season_bias
        Shape (n, 4): log odds by season of the year.
    effect
        Shape (n, 4): most of a deficit that it closes at each of its nodes, in [0, 1].
    gain
        Shape (n, 4): gain in proficiency of somebody who completed it and benefited;
        effect · (1 − exp(−share · hours / h0)), h0 from the policy.
    """

    nodes: IntArray
    share: FloatArray
    kind: IntArray
    hours: FloatArray
    trip: FloatArray
    distance: FloatArray
    practice: FloatArray
    proposable: BoolArray
    level: FloatArray
    quality: FloatArray
    popularity: FloatArray
    taste: FloatArray
    after: IntArray
    season_bias: FloatArray
    effect: FloatArray
    gain: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class PeopleTraits:
    """What is true of every educator; rows are educators.

    Parameters
    ----------
    profile
        Shape (n,), rows of ``HistoryTruth.targets``: position, subject and stages.
    rural, young
        Shape (n,), 0 or 1.
    affinity
        Shape (n, len(KINDS)), log odds.
    taste
        Shape (n, 4).
    liveliness
        Shape (n,), > 0: how much is proposed to somebody and taken up, beside the mean.
    request
        Shape (n,), position of the requested leaf; −1 = no request.
    first_season
        Shape (n,): season in which he has begun to work, or 0.
    proficiency
        Shape (n, seasons + 1, n_leaves), in (0, 1), true θ at the beginning of every season;
        the last is now.
    """

    profile: IntArray
    rural: FloatArray
    young: FloatArray
    affinity: FloatArray
    taste: FloatArray
    liveliness: FloatArray
    request: IntArray
    first_season: IntArray
    proficiency: npt.NDArray[np.float32]


def draw_traits(
    plan: HistoryPlan,
    seed: int,
    activities: Sequence[Activity],
    framework: Framework,
    policy: PolicyProfile,
) -> ActivityTraits:
    """What is true of activities that carry their true coverage and their format."""
    n = len(activities)
    nodes, share = _coverage(activities, framework)
    kind = np.array([KINDS.index(a.kind) for a in activities], dtype=np.int64)
    hours = np.array([(a.hours_academic or 0.0) * ACADEMIC_HOUR_MIN / 60 for a in activities])
    distance, trip = _formats(activities, hours)
    levels = [0 if a.level is None else LEVELS.index(a.level) for a in activities]
    provider = np.array([int(a.provider[1:]) if a.provider else 0 for a in activities])
    drawn = np.array([_planted(plan, seed, j) for j in range(n)])
    factors, rest = drawn[:, 1 : 2 + NODES_MOST], drawn[:, 2 + NODES_MOST :]
    effect = _effects(plan, seed, kind, provider, factors, policy) * (share > 0)
    h0 = np.array([policy.value.saturation_hours.get(k, 1.0) for k in KINDS])[kind]
    return ActivityTraits(
        nodes=nodes,
        share=share,
        kind=kind,
        hours=hours,
        trip=trip,
        distance=distance,
        practice=np.array([float(a.kind in PRACTICE_KINDS) for a in activities]),
        proposable=np.array([a.kind is not Kind.DIAGNOSTIC for a in activities]),
        level=np.array(levels) / (len(LEVELS) - 1),
        quality=drawn[:, 0] + _providers(plan, seed)[provider],
        popularity=_popularity(plan, seed, n),
        taste=rest[:, :TASTES],
        after=_series(plan, seed, activities),
        season_bias=rest[:, TASTES:],
        effect=effect,
        gain=effect * -np.expm1(-share * (hours / h0)[:, None]),
    )


def _coverage(activities: Sequence[Activity], framework: Framework) -> tuple[IntArray, FloatArray]:
    """Leaves and shares of every activity, each of shape (n, 4)."""
    leaf_at = {framework.codes[leaf]: i for i, leaf in enumerate(framework.leaves)}
    nodes = np.zeros((len(activities), NODES_MOST), dtype=np.int64)
    share = np.zeros((len(activities), NODES_MOST))
    for j, activity in enumerate(activities):
        for m, (code, part) in enumerate(sorted(activity.coverage.items())):
            nodes[j, m], share[j, m] = leaf_at[code], part
    return nodes, share


def _formats(activities: Sequence[Activity], hours: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Whether an activity is by distance, and how much travelling it takes, each of shape (n,)."""
    by_distance = {Technology.DISTANCE, Technology.SELF_DIRECTED}
    distance = np.array([bool(by_distance & {*a.technologies}) for a in activities])
    blended = np.array([Technology.BLENDED in a.technologies for a in activities])
    # two hours nearby are little, two days away are all there is to travel
    length = np.clip(0.25 + 0.75 * (hours - 1.5) / 12.0, 0.25, 1.0)
    part = np.where(blended, BLENDED_TRIP, 1.0)
    return distance.astype(np.float64), np.where(distance, 0.0, part * length)


def _planted(plan: HistoryPlan, seed: int, index: int) -> FloatArray:
    """Own quality; logarithms of the factors of activity and nodes; tastes; season bias."""
    rng = stream(seed, "planted", index)
    truth = plan.truth
    return np.concatenate(
        [
            [rng.normal(0.0, truth.quality_sd)],
            _log_factors(rng, truth.effect_activity_sd, 1),
            _log_factors(rng, truth.effect_node_sd, NODES_MOST),
            rng.normal(size=TASTES),
            rng.normal(0.0, SEASON_BIAS_SD, SEASONS_A_YEAR),
        ]
    )


def _log_factors(rng: np.random.Generator, sd: float, count: int) -> FloatArray:
    """Logarithms of factors whose mean is 1."""
    return rng.normal(-(sd**2) / 2, sd, count)


def _providers(plan: HistoryPlan, seed: int) -> FloatArray:
    """Part of the quality that a provider's activities share, shape (n_providers,)."""
    return stream(seed, "provider").normal(0.0, plan.truth.provider_sd, PROVIDERS)


def _effects(
    plan: HistoryPlan,
    seed: int,
    kind: IntArray,
    provider: IntArray,
    logs: FloatArray,
    policy: PolicyProfile,
) -> FloatArray:
    """Effect of the kind · provider · activity · node, shape (n, 4), at most ``MOST_EFFECT``."""
    rng = stream(seed, "provider", 1)
    of_provider = _log_factors(rng, plan.truth.effect_provider_sd, PROVIDERS)
    factors = np.exp(of_provider[provider] + logs[:, 0])[:, None] * np.exp(logs[:, 1:])
    effects: FloatArray = kind_effects(plan, seed, policy)[kind][:, None] * factors
    return np.minimum(effects, MOST_EFFECT)


def kind_effects(plan: HistoryPlan, seed: int, policy: PolicyProfile) -> FloatArray:
    """True effect of every kind: the policy's times a planted factor, shape (len(KINDS),)."""
    factors = stream(seed, "kind_effect").uniform(*plan.truth.kind_factor, len(KINDS))
    return np.array([policy.value.effect.get(k, 0.0) for k in KINDS]) * factors


def _popularity(plan: HistoryPlan, seed: int, n: int) -> FloatArray:
    """Logarithm of a power of the rank; ranks drawn once for the whole catalogue."""
    rank = stream(seed, "series", 1).permutation(n) + 1.0
    weight = -plan.popularity_exponent * np.log(rank)
    popularity: FloatArray = weight - weight.mean()
    return popularity


def _series(plan: HistoryPlan, seed: int, activities: Sequence[Activity]) -> IntArray:
    """Series of two to four activities about one block, each the next part of the one before."""
    rng = stream(seed, "series")
    after = np.full(len(activities), -1, dtype=np.int64)
    blocks: dict[str, list[int]] = {}
    for j, activity in enumerate(activities):
        if activity.coverage:
            blocks.setdefault(min(activity.coverage).rpartition(".")[0], []).append(j)
    for block in sorted(blocks):
        order = rng.permutation(blocks[block]).tolist()
        while len(order) >= 2:
            length = int(rng.integers(2, 5))
            part, order = order[:length], order[length:]
            if rng.random() < plan.series_share:
                after[part[1:]] = part[:-1]
    return after
