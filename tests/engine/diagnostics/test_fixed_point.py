"""Fixed points: where they are, how far the end is, and when it was not reached."""

import numpy as np
import pytest

from engine.diagnostics.fixed_point import fixed_point

END = np.array([0.3, -0.2, 0.1])
RATES = np.array([0.999, 0.9, 0.5])


def creeping(value):
    """Goes a thousandth of the way in one coordinate, so that its steps are small far away."""
    return END + RATES * (value - END)


def found(step, **changes):
    options = {"tolerance": 1e-3, "most_steps": 100} | changes
    return fixed_point(step, np.zeros(3), measured=lambda value: value, **options)


def test_a_creeping_iteration_arrives():
    """By itself it would stop at its first step, 0.3 from the end."""
    got = found(creeping)
    assert np.abs(creeping(np.zeros(3)) - 0)[0] < 1e-3
    np.testing.assert_allclose(got.value, END, atol=1e-3)
    assert got.converged
    assert got.n_iterations < 20


def test_what_is_nowhere_linear_arrives_as_well():
    """The zero of x = cos(x), to six figures (0.739085)."""
    got = found(np.cos, tolerance=1e-8)
    np.testing.assert_allclose(got.value, 0.739085, atol=1e-6)


@pytest.mark.parametrize("most", [1, 3])
def test_too_few_steps_are_said(most):
    """Nothing claims to have arrived."""
    got = found(creeping, most_steps=most, tolerance=1e-9)
    assert (got.converged, got.n_iterations) == (False, most)
