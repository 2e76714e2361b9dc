"""Normal distributions cut to [0, 1]."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import truncnorm

from engine.training.effects_sums import cut_effects


@pytest.mark.parametrize("sd", [0.01, 0.05, 0.2, 1.0])
def test_moments_and_quantiles_are_scipy_s(sd):
    """Inside, across either end and beyond it, up to five sds."""
    mean = np.concatenate([np.linspace(-5 * sd, 5 * sd, 11), [0.31, 0.5, 0.77, 1.0, 1.0 + 4 * sd]])
    found = cut_effects(mean, np.full(len(mean), sd), np.arange(len(mean)))
    for m, effect, n in zip(mean, found, range(len(mean)), strict=True):
        cut = truncnorm((0 - m) / sd, (1 - m) / sd, loc=m, scale=sd)
        assert effect.mean == pytest.approx(cut.mean(), abs=1e-6)
        assert effect.sd == pytest.approx(cut.std(), abs=1e-6)
        assert effect.interval_90 == pytest.approx(tuple(cut.ppf([0.05, 0.95])), abs=1e-6)
        assert effect.n == n


def test_far_below_nothing_stays_above_nothing():
    """Hundreds of sds below 0 the effect is next to 0, finite and inside its interval."""
    (effect,) = cut_effects(np.array([-2.0]), np.array([0.01]), np.array([5]))
    assert 0 <= effect.interval_90[0] <= effect.mean <= effect.interval_90[1] < 0.002
