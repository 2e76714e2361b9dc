"""Gains at the end of the scale."""

from __future__ import annotations

import numpy as np

from engine.training.effects_levels import capped_gain


def test_capped_gain_is_the_mean_over_people():
    """E[min(gain, 1 − θ)] over a million people with a beta θ, and its slope by a difference."""
    rng = np.random.default_rng(0)
    for level, sd, full in ((0.4, 0.15, 0.2), (0.8, 0.1, 0.3), (0.9, 0.05, 0.05), (0.6, 0.2, 0.0)):
        size = level * (1 - level) / sd**2 - 1
        theta = rng.beta(level * size, (1 - level) * size, 1_000_000)
        gain, slope = (v[0] for v in capped_gain(*(np.array([v]) for v in (level, sd**2, full))))
        assert abs(gain - np.minimum(full, 1 - theta).mean()) < 1e-3
        assert abs(slope - (theta < 1 - full).mean()) < 2e-3


def test_room_for_all_is_the_whole_gain():
    """Far from the end a gain is not cut at all."""
    gain, slope = capped_gain(np.array([0.3]), np.array([0.003]), np.array([0.1]))
    np.testing.assert_allclose([gain[0], slope[0]], [0.1, 1.0], atol=1e-6)
