"""How much of an educator's true deficits a set of activities would close: what judges plans."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from engine.deficits.levels import official_level
from engine.domain import FloatArray
from engine.policy import PolicyProfile
from engine.simulation.history import History

GRID = 1e-6
"""Sums of gains nearer than this count as one: an error of less than this per activity."""


def deficit_weights(history: History, educator: int, policy: PolicyProfile) -> FloatArray:
    """Weight of every leaf by the level of the educator's true proficiency, shape (n_leaves,)."""
    theta = history.truth.people.proficiency[educator, -1]
    weight = policy.value.weight_by_level
    return np.array([weight[official_level(float(share), policy.levels)] for share in theta])


def closed_true_deficit(
    history: History,
    educator: int | str,
    activity_ids: Collection[str],
    policy: PolicyProfile,
    *,
    completed: bool = False,
    measured_only: bool = False,
) -> float:
    """Expected weighted part of the true deficits that activities close if taken up now.

    Every activity succeeds for itself, with the chance p_j of ``HistoryTruth.chance``, and then
    gains g_jk at its nodes; a deficit is closed at most wholly. So the value is ::

        Σ_k  weight_k · E[ min(deficit_k, Σ_j B_j · g_jk) ],   B_j ~ Bernoulli(p_j) independent

    with true deficits to the policy's targets, weights of their true levels, and chances of the
    educator's present state (that the first activity changes the chance of the second is left
    out). It is worked out exactly, activity by activity, from the distribution of the sum. By
    Jensen it is at most Σ_k weight_k · min(deficit_k, Σ_j p_j · g_jk).

    Parameters
    ----------
    educator
        Position or id.
    activity_ids
        Each counts once.
    completed
        The activities are completed for certain; whether they bring benefit is not.
    measured_only
        Count only leaves in which the educator has been diagnosed.

    Returns
    -------
    float
        ≥ 0; a whole deficit of weight 1 counts 1.

    Raises
    ------
    KeyError
        For an id that the history does not have.
    """
    row = _row(history, educator)
    truth = history.truth
    place = {activity.id: j for j, activity in enumerate(history.activities)}
    taken = np.array(sorted({place[i] for i in activity_ids}), dtype=np.int64)
    if not len(taken):
        return 0.0
    chance = truth.benefit(row, taken) if completed else truth.chance(row, taken)
    deficit, weight = truth.deficit(row), deficit_weights(history, row, policy)
    if measured_only:
        tested = {result.node for result in history.educators[row].diagnostics}
        weight = weight * np.array([code in tested for code in truth.leaves])
    nodes, gain = truth.activities.nodes[taken], truth.activities.gain[taken]
    total = 0.0
    for leaf in np.unique(nodes[gain > 0]).tolist():
        if deficit[leaf] > 0 and weight[leaf] > 0:
            at, m = np.nonzero((nodes == leaf) & (gain > 0))
            total += weight[leaf] * expected_closed(chance[at], gain[at, m], float(deficit[leaf]))
    return float(total)


def expected_closed(chance: FloatArray, gain: FloatArray, deficit: float) -> float:
    """E[min(deficit, Σ B_j · gain_j)] with independent B_j ~ Bernoulli(chance_j), exact.

    Parameters
    ----------
    chance, gain
        Shape (n,), in [0, 1].
    """
    sums: FloatArray = np.zeros(1)
    mass: FloatArray = np.ones(1)
    for p, g in zip(chance.tolist(), gain.tolist(), strict=True):
        reached = np.concatenate([sums, np.minimum(sums + g, deficit)])
        weight = np.concatenate([mass * (1 - p), mass * p])
        _, first, back = np.unique(np.rint(reached / GRID), return_index=True, return_inverse=True)
        sums = reached[first]
        mass = np.bincount(back, weights=weight).astype(np.float64)
    return float(sums @ mass)


def _row(history: History, educator: int | str) -> int:
    if isinstance(educator, int):
        return educator
    for row, person in enumerate(history.educators):
        if person.educator.id == educator:
            return row
    raise KeyError(educator)
