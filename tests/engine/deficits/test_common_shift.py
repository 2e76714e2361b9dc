"""The common shift against the joint posterior of everybody, worked out by linear algebra."""

from dataclasses import replace

import numpy as np
import pytest

from engine.deficits.common_shift import POINTS, WEIGHTS, common_shift
from engine.domain import Method
from tests.engine.deficits.group_people import FRAMEWORK, NODE, profile, unrelated

AT = FRAMEWORK.index[NODE]
CENTRE = np.log(0.6 / 0.4)
VARIANCE = 0.9**2 + 0.4**2 + 0.5**2
"""Prior of a block: person, direction, and one node below it."""


def people(error, seen):
    """Posteriors of people each taken by himself: evidence ``seen`` with the variance ``error``."""
    worth = VARIANCE / (VARIANCE + error)
    return CENTRE + worth * (seen - CENTRE), np.sqrt(VARIANCE * (1 - worth))


def joint(error, seen, population_sd, test_sd):
    """Mean and covariance of everybody's log odds when δ and b are unknown and common."""
    n = len(seen)
    truth = np.diag(np.full(n, VARIANCE)) + population_sd**2
    data = truth + np.diag(error) + test_sd**2
    gain = truth @ np.linalg.inv(data)
    return CENTRE + gain @ (seen - CENTRE), truth - gain @ truth


@pytest.mark.parametrize("n", [1, 6, 400])
@pytest.mark.parametrize(("population_sd", "test_sd"), [(0.5, 0.2), (0.5, 0.0), (0.0, 0.2)])
def test_shifts_are_those_of_the_joint_posterior(n, population_sd, test_sd):
    """People who know equally much: the location to a tenth of the scale, the scale to 6 %."""
    rng = np.random.default_rng(n)
    error = np.full(n, 1.0)
    seen = CENTRE + 0.4 + rng.normal(0, 1.5, n)
    sheets = {**profile(5).diagnostics.procedure_sd, Method.TEST: test_sd}
    policy = profile(5, population_sd=population_sd, procedure_sd=sheets)
    mean, sd = people(error, seen)
    shift = common_shift(mean, sd, AT, FRAMEWORK, policy)
    want, covariance = joint(error, seen, population_sd, test_sd)
    scale = shift.scale[0]
    assert np.abs(mean + shift.location - want).mean() < 0.1 * scale + 0.02
    if n > 1:  # what two people have in common is the covariance between them
        common = np.sqrt(covariance[0, 1])
        assert scale == pytest.approx(common, rel=0.06)


def test_nothing_in_common_moves_nobody():
    """With sds of zero, and for people of whom nothing more is to be known."""
    rng = np.random.default_rng(1)
    mean, sd = people(np.full(20, 0.8), rng.normal(1, 1, 20))
    shift = common_shift(mean, sd, AT, FRAMEWORK, unrelated(5))
    assert np.abs(shift.location).max() == 0
    assert np.abs(shift.scale).max() == 0
    known = common_shift(mean, np.full(20, 1e-4), AT, FRAMEWORK, profile(5))
    assert np.abs(known.location).max() < 1e-3
    assert np.abs(known.scale).max() < 1e-3


def test_people_without_evidence_follow_the_others():
    """Who has only the prior moves by all of δ and tells nothing of it, whatever his mean is."""
    mean, sd = people(np.full(500, 0.8), np.full(500, CENTRE + 0.6))
    policy = profile(5, procedure_sd=unrelated(5).diagnostics.procedure_sd)
    shift = common_shift(mean, sd, AT, FRAMEWORK, policy)
    more = common_shift(np.append(mean, 3.0), np.append(sd, 1.5), AT, FRAMEWORK, policy)
    assert more.location[:-1] == pytest.approx(shift.location)
    assert more.location[-1] == pytest.approx(0.6, abs=0.01)
    assert more.prior_share[-1] == 1


def test_cases_have_the_moments_of_a_normal_number():
    """Weights sum to 1, mean 0, variance 1; the outermost stand for the tails of a tenth."""
    assert sum(WEIGHTS) == pytest.approx(1)
    assert pytest.approx(0) == WEIGHTS @ POINTS
    assert pytest.approx(1, abs=2e-3) == WEIGHTS @ POINTS**2


def test_nodes_further_down_have_a_wider_prior():
    """A leaf varies by one node effect more than its block, so the same spread tells more."""
    mean, sd = np.full(3, 1.0), np.full(3, 0.8)
    block = common_shift(mean, sd, AT, FRAMEWORK, profile(5))
    leaf = common_shift(mean, sd, FRAMEWORK.index["A.1.1"], FRAMEWORK, profile(5))
    assert block.prior_share == pytest.approx(0.64 / 1.22)
    assert leaf.prior_share == pytest.approx(0.64 / 1.47)
    wide = replace(profile(5).diagnostics, node_sd=0.0)
    flat = common_shift(mean, sd, AT, FRAMEWORK, replace(profile(5), diagnostics=wide))
    assert flat.prior_share == pytest.approx(0.64 / 0.97)
