"""What a further measurement could say: outcomes before they are known (preposterior analysis).

Before a test is taken each number of right answers has a probability, and each would change what
is known of the proficiency θ, so what the same learning is worth (Raiffa and Schlaifer 1961,
part II; Howard 1966). θ is cut into bins: every sum over them is exact for the cut distribution,
so the mean over the outcomes is what is known now, and no outcome can be worth more than it tells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaln, gammaln, xlog1py, xlogy

from engine.deficits.distribution import Posterior
from engine.deficits.levels import expected_weight
from engine.domain import DeficitVector, Demand, FloatArray, IntArray, Outcomes
from engine.policy import PolicyProfile

BINS = 64
"""Equal bins of proficiency, each at its own conditional mean."""

POINTS = 65
"""Points of [0, 1] at which the worth of a closed part is told."""

MOST_NODES = 12
"""Demands looked at: those whose weighted deficit is least certain."""

_LEAST_MASS = 1e-12
_LEAST_MARGIN = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """Measured demands of one educator as far as measuring them again could matter.

    Parameters
    ----------
    demands
        Shape (n,): positions in ``DeficitVector.demands``, rising.
    mass, level
        Shape (n, BINS): probability of each bin of θ, and its mean of θ.
    deficit
        Shape (n, BINS): target − θ, at least 0.
    weight
        Shape (n,): weight of the measured deficit alone.
    certain
        Shape (n, POINTS): what a request that joined the demand adds, whatever is measured.
    """

    demands: IntArray
    mass: FloatArray
    level: FloatArray
    deficit: FloatArray
    weight: FloatArray
    certain: FloatArray

    def after(self, tasks: int) -> Outcomes:
        """Outcomes of asking each demand so many full tasks anew.

        The right answers of a person at θ are binomial, and the updated distribution of θ
        follows by Bayes' rule. That a person's nodes are alike, so that news of one tells
        something of the others, is left aside.

        Parameters
        ----------
        tasks
            ≥ 1.
        """
        joint = self.mass[:, None, :] * _right_answers(self.level, tasks)
        probability = joint.sum(axis=2)
        updated = joint / np.maximum(probability, _LEAST_MASS)[:, :, None]
        closed = np.minimum(self.deficit[:, :, None], np.linspace(0.0, 1.0, POINTS))
        worth = self.weight[:, None, None] * (updated @ closed) + self.certain[:, None, :]
        return Outcomes(self.demands, probability, worth)


def outlook_of(vector: DeficitVector, policy: PolicyProfile) -> Outlook | None:
    """What could be measured anew; ``None`` where nothing was measured.

    The weight of a deficit stays what it is now, its mean over the levels: news of the level
    itself, which would move the weight too, is left aside.
    """
    measured = [k for k, demand in enumerate(vector.demands) if demand.proficiency is not None]
    if not measured:
        return None
    doubt = {k: vector.demands[k].weight * vector.demands[k].sd for k in measured}
    at = sorted(sorted(measured, key=lambda k: (-doubt[k], k))[:MOST_NODES])
    known = [proficiency for k in at if (proficiency := vector.demands[k].proficiency) is not None]
    place = {code: i for i, code in enumerate(vector.nodes)}
    target = vector.target[[place[node.node] for node in known]]
    mass, level = _binned(
        Posterior.from_moments(
            np.array([node.mean for node in known], dtype=np.float64),
            np.array([node.sd for node in known], dtype=np.float64),
        )
    )
    weight = np.array([_own_weight(vector.demands[k], policy) for k in at])
    joined = np.array([vector.demands[k].weight for k in at]) - weight
    asked = np.minimum(np.linspace(0.0, 1.0, POINTS), policy.value.request_deficit)
    return Outlook(
        demands=np.array(at, dtype=np.int64),
        mass=mass,
        level=level,
        deficit=np.maximum(target[:, None] - level, 0.0),
        weight=weight,
        certain=np.maximum(joined, 0.0)[:, None] * asked,
    )


def _own_weight(demand: Demand, policy: PolicyProfile) -> float:
    """Weight of the measured deficit without the requests that joined it."""
    if not demand.request_ids:
        return demand.weight
    return expected_weight(np.array(demand.level_probability), policy.value)


def _binned(posterior: Posterior) -> tuple[FloatArray, FloatArray]:
    """Probability of each bin and the mean of θ in it, both of shape (n, BINS).

    The mean over a bin follows from E[θ; θ < u] = m·I_u(a + 1, b) with m = a / (a + b) and
    I_u(a + 1, b) = I_u(a, b) − uᵃ(1 − u)ᵇ / (a·B(a, b)).
    """
    a, b = posterior.a[:, None], posterior.b[:, None]
    edges = np.linspace(0.0, 1.0, BINS + 1)
    below = betainc(a, b, edges)
    step = np.exp(xlogy(a, edges) + xlog1py(b, -edges) - betaln(a, b)) / a
    mass = np.diff(below, axis=1)
    part = np.diff(a / (a + b) * (below - step), axis=1)
    inside = mass > _LEAST_MASS
    middle = np.broadcast_to((edges[:-1] + edges[1:]) / 2, mass.shape)
    level = np.where(inside, part / np.where(inside, mass, 1.0), middle)
    level = np.clip(level, edges[:-1], edges[1:])
    kept = np.where(inside, mass, 0.0)
    return kept / kept.sum(axis=1, keepdims=True), level


def _right_answers(level: FloatArray, tasks: int) -> FloatArray:
    """Binomial probabilities, shape (n, tasks + 1, BINS)."""
    theta = np.clip(level, _LEAST_MARGIN, 1 - _LEAST_MARGIN)[:, None, :]
    right = np.arange(tasks + 1, dtype=np.float64)
    ways = gammaln(tasks + 1) - gammaln(right + 1) - gammaln(tasks - right + 1)
    logs = right[:, None] * np.log(theta) + (tasks - right)[:, None] * np.log1p(-theta)
    return np.asarray(np.exp(ways[:, None] + logs))
