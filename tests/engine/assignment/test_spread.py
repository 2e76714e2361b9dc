"""Measures of how evenly loads are shared."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.assignment.spread import gini, spread_of


def test_by_hand():
    """Of 0, 1/2 and 1: mean 1/2, Gini Σ|x_i − x_j| / (2·9·mean) = 4 / 9."""
    spread = spread_of([1.0, 0.0, 0.5])
    assert (spread.carers, spread.mean, spread.least, spread.most) == (3, 0.5, 0.0, 1.0)
    assert spread.sd == pytest.approx(math.sqrt(1 / 6))
    assert spread.gini == pytest.approx(4 / 9)


def test_gini_by_its_definition():
    """The sum over sorted values equals the double sum over all pairs."""
    values = np.random.default_rng(3).random(40)
    double = np.abs(values[:, None] - values).sum() / (2 * 40**2 * values.mean())
    assert gini(values) == pytest.approx(double)


def test_equal_loads_and_none():
    """Equal shares have no inequality, nor have idle carers; without carers nothing is said."""
    assert spread_of([0.4, 0.4]).gini == pytest.approx(0)
    assert spread_of([0.0, 0.0]).gini == 0
    assert spread_of([]).carers == 0
    assert math.isnan(spread_of([]).mean)
