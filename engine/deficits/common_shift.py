"""What the people of a table have in common, and no number of them averages out.

A person's posterior of the log odds α of his proficiency, N(m, v), was made by himself: from the
policy's prior N(μ, V) and evidence whose error is his own. For the mean of many people two things
are then left out. Their own mean μ + δ may differ from the policy's μ; and they may all have sat
one test, harder or easier by b than it is taken for. With

    δ ~ N(0, population_sd²)    b ~ N(0, procedure_sd²)    w = 1 − v/V

the share w of what is known of the person comes from evidence, 1 − w from the prior, so his mean
moves by

    shift = (1 − w)·δ − w·b .

Everybody measured at the node tells of δ and b. The slope of the likelihood of his evidence in the
prior's mean is (m − μ)/V exactly (Fisher's identity), its information w/V in the normal case, and
in b the same: what the test gives, whether people or test, is δ + b. One scoring step from
δ = b = 0 therefore gives their normal posterior; a large table knows δ + b, but never δ from b.

Evidence cannot be surer of b than it is at all: b of a person is cut to the sd of his own evidence,
√(V·(1 − w)/w). Groups of a table differ besides: a group's mean deviates from that of everybody in
the table by N(0, group_sd²·(1 − f)²), f its share of them, and moves its members by 1 − w of that.

For each person the posterior of the shift is N(location, scale²). All members of a group are moved
by the same number z of their own scales, z ~ N(0, 1), which is exact where they know equally much,
otherwise a little wide. Each keeps his spread v, though a part of it, w²·procedure_sd², is what all
have in common; that counts a few per cent twice.

What it leaves out: evidence about other nodes, which v holds as well, counts as evidence about this
one; different tests of different people count as one, the strictness of an observer as his own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.domain import FloatArray, Method
from engine.framework import Framework
from engine.policy import PolicyProfile

POINTS = np.array([-1.6448536269514722, -0.8, 0.0, 0.8, 1.6448536269514722])
"""Values of z. The outermost stand for a tenth each, so where nothing else is uncertain the 5 % and
95 % quantiles are met; the weights of the others give z its variance of 1."""

WEIGHTS = np.array([0.1, 0.358, 0.084, 0.358, 0.1])

_LEAST_WORTH = 0.05
"""Who has a smaller share of evidence says nothing of the others."""


@dataclass(frozen=True, slots=True, eq=False)
class CommonShift:
    """Posterior of the shifts of the people measured at one node, in log odds.

    Parameters
    ----------
    location, scale
        Shape (n,): mean and sd ≥ 0 of each person's shift, as everybody in the table tells it.
    prior_share
        Shape (n,), in [0, 1]: how much of a deviation of his group moves the person.
    """

    location: FloatArray
    scale: FloatArray
    prior_share: FloatArray


def common_shift(
    mean: FloatArray, sd: FloatArray, node: int, framework: Framework, policy: PolicyProfile
) -> CommonShift:
    """Shifts of people measured at a node.

    Parameters
    ----------
    mean, sd
        Shape (n,): of the log odds of each person's proficiency.
    node
        Index in the framework.
    """
    rule = policy.diagnostics
    centre = np.log(rule.prior_median / (1 - rule.prior_median))
    depth = len(framework.ancestors(framework.codes[node]))
    variance = rule.person_sd**2 + rule.direction_sd**2 + depth * rule.node_sd**2
    worth = np.clip(1 - sd**2 / variance, 0.0, 1.0) if variance else np.ones(len(sd))
    own_error = np.sqrt(variance * (1 - worth) / np.maximum(worth, _LEAST_WORTH))
    test = np.minimum(rule.procedure_sd[Method.TEST], own_error)
    # in units of the prior sds of δ and b, so that an sd of zero needs no case of its own
    telling = worth >= _LEAST_WORTH
    known = np.stack([np.full(len(sd), policy.group_view.population_sd), test], axis=1)[telling]
    scale = max(variance, 1e-12)
    precision = np.eye(2) + (known * worth[telling, None]).T @ known / scale
    covariance = np.linalg.inv(precision)
    found = covariance @ (known.T @ (mean[telling] - centre)) / scale
    moved = np.stack([(1 - worth) * policy.group_view.population_sd, -worth * test], axis=1)
    spread = np.sqrt(np.einsum("ij,jk,ik->i", moved, covariance, moved))
    return CommonShift(location=moved @ found, scale=spread, prior_share=1 - worth)
