"""Slates: what people were proposed together, as it was logged, and as another ranking would."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.domain import FloatArray, IntArray
from engine.interactions import Interactions


@dataclass(frozen=True, slots=True, eq=False)
class LoggedSlates:
    """What was proposed, ``n`` rows in any order.

    Parameters
    ----------
    person
        Shape (n_slates,): number of the slate's person.
    slate
        Shape (n,): number of the slate, an index of ``person``.
    activity
        Shape (n,): number of the activity, each at most once in a slate.
    propensity
        Shape (n,), in (0, 1]: chance of being drawn into the slate; NaN = not known.
    reward
        Shape (n,), finite: what it earned; what was left lying earned nothing, 0.
    """

    person: IntArray
    slate: IntArray
    activity: IntArray
    propensity: FloatArray
    reward: FloatArray

    def __post_init__(self) -> None:
        n = len(self.slate)
        if any(len(c) != n for c in (self.activity, self.propensity, self.reward)):
            raise ValueError("all columns must have the same length")
        if not np.isfinite(self.reward).all():
            raise ValueError("every reward must be a finite number")
        known = self.propensity[~np.isnan(self.propensity)]
        if ((known <= 0) | (known > 1)).any():
            raise ValueError("a chance of what was proposed must be in (0, 1]")
        check_pairs(self.slate, self.activity, len(self.person))


@dataclass(frozen=True, slots=True, eq=False)
class TargetSlates:
    """What the target would propose in the logged slates, ``m`` rows in any order.

    Parameters
    ----------
    slate, activity
        Shape (m,), numbers as in the log.
    chance
        Shape (m,), in (0, 1]: 1 for a ranking's first k; less if it draws.
    loggable
        Shape (m,), in [0, 1]: chance with which the log's own policy would have proposed it, 0 =
        never; NaN = not known; ``None`` = known of what the log holds alone.
    """

    slate: IntArray
    activity: IntArray
    chance: FloatArray
    loggable: FloatArray | None = None


def pair_keys(slate: IntArray, activity: IntArray, width: int) -> IntArray:
    """One number for each pair of a slate and an activity below ``width``."""
    return np.asarray(slate, dtype=np.int64) * width + activity


def check_pairs(slate: IntArray, activity: IntArray, n_slates: int) -> None:
    """Refuse unknown slates, negative numbers, and an activity twice in one slate.

    Raises
    ------
    ValueError
        One of these.
    """
    if len(slate) and (slate.min() < 0 or slate.max() >= n_slates):
        raise ValueError("a row names a slate that is not there")
    if len(activity) and activity.min() < 0:
        raise ValueError("numbers of activities begin with 0")
    keys = pair_keys(slate, activity, 1 + int(activity.max(initial=0)))
    if len(np.unique(keys)) < len(keys):
        raise ValueError("an activity stands in a slate at most once")


def logged_slates(interactions: Interactions, reward: FloatArray) -> tuple[LoggedSlates, IntArray]:
    """Slates of a table of interactions.

    Parameters
    ----------
    reward
        Shape (n,): what each row earned; rows without a slate are not looked at.

    Returns
    -------
    slates : LoggedSlates
        Numbered in the order of the table's slate numbers; activities keep their positions.
    rows : ndarray
        Rows of the table that the slates are made of, in their order.

    Raises
    ------
    ValueError
        A slate is of several persons, or holds an activity twice.
    """
    rows = np.flatnonzero(interactions.slate >= 0)
    _, first, slate = np.unique(interactions.slate[rows], return_index=True, return_inverse=True)
    person = interactions.person[rows][first]
    if (person[slate] != interactions.person[rows]).any():
        raise ValueError("a slate is of one person")
    slates = LoggedSlates(
        person=person,
        slate=slate.astype(np.int64),
        activity=interactions.activity[rows],
        propensity=interactions.propensity[rows],
        reward=np.asarray(reward, dtype=np.float64)[rows],
    )
    return slates, rows


def first_k(
    slate: IntArray,
    activity: IntArray,
    score: FloatArray,
    k: int,
    loggable: FloatArray | None = None,
) -> TargetSlates:
    """What a ranking proposes: the ``k`` best of each slate's candidates, ties by activity.

    Parameters
    ----------
    slate, activity, score
        Shape (m,): the candidates, any number a slate.
    loggable
        Shape (m,), see ``TargetSlates``.
    """
    order = np.lexsort((activity, -score, slate))
    sorted_ = slate[order]
    place = np.arange(len(order)) - np.searchsorted(sorted_, sorted_)
    best = order[place < k]
    return TargetSlates(
        slate=slate[best],
        activity=activity[best],
        chance=np.ones(len(best)),
        loggable=None if loggable is None else loggable[best],
    )
