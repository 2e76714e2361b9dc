"""The truth table of a region: what no stage of the engine may see, and what judges them all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.catalogue import KINDS
from engine.domain import FloatArray, IntArray
from engine.framework import Framework
from engine.simulation.streams import stream

PERSON_TASKS = 20.0
"""How alike educators are: the person's level is Beta with this many tasks' worth."""
PERSON_MEAN = 0.65
NODE_TASKS = 8.0
"""How alike the competencies of one educator are."""
BASE_LOGIT = 0.6
QUALITY_SD = 0.6
AFFINITY_SD = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """One row per educator or activity.

    Parameters
    ----------
    leaves
        Codes of the framework's leaves, in its order.
    proficiency
        Shape (n_educators, n_leaves), true θ in (0, 1).
    quality
        Shape (n_activities,), on the scale of the log odds; activities in the order of their ids.
    affinity
        Shape (n_educators, len(KINDS)): how much a kind suits an educator, log odds.
    """

    leaves: tuple[str, ...]
    proficiency: FloatArray
    quality: FloatArray
    affinity: FloatArray

    def relevance(self, educator: int, kind: IntArray) -> FloatArray:
        """True chance that the educator completes each activity and benefits.

        Parameters
        ----------
        educator
            Position of the educator.
        kind
            Shape (n_activities,), positions in ``KINDS``.

        Returns
        -------
        ndarray, shape (n_activities,), in (0, 1)
        """
        odds = BASE_LOGIT + self.quality + self.affinity[educator][kind]
        chance: FloatArray = 1.0 / (1.0 + np.exp(-odds))
        return chance


def draw_truth(
    seed: int, framework: Framework, n_educators: int, n_activities: int, *, saturated: bool
) -> Truth:
    """Draw the table; a saturated region has uniform noise for the quality of its activities."""
    leaves = tuple(framework.codes[i] for i in framework.leaves)
    noise = stream(seed, "quality")
    quality = (
        noise.uniform(-1.5, 1.5, n_activities)
        if saturated
        else noise.normal(0.0, QUALITY_SD, n_activities)
    )
    return Truth(
        leaves=leaves,
        proficiency=np.array(
            [_proficiency(seed, e, len(leaves)) for e in range(n_educators)]
        ).reshape(n_educators, len(leaves)),
        quality=quality,
        affinity=np.array(
            [
                stream(seed, "affinity", e).normal(0.0, AFFINITY_SD, len(KINDS))
                for e in range(n_educators)
            ]
        ).reshape(n_educators, len(KINDS)),
    )


def _proficiency(seed: int, educator: int, n_leaves: int) -> FloatArray:
    """True θ of one educator at every leaf."""
    rng = stream(seed, "proficiency", educator)
    level = rng.beta(PERSON_TASKS * PERSON_MEAN, PERSON_TASKS * (1 - PERSON_MEAN))
    theta: FloatArray = rng.beta(NODE_TASKS * level, NODE_TASKS * (1 - level), n_leaves)
    return np.clip(theta, 0.01, 0.99)
