"""Fixed points of slow iterations, with extrapolation and an honest test of convergence.

Expectation maximisation creeps where the answers say little of a variance: its last step is small
long before the end is near. Anderson's (1965) mixing takes the last few steps together, as Walker
& Ni (2011) write it; the step that it proposes also measures how far the end still is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.domain import FloatArray

_MEMORY = 6
_RIDGE = 1e-8
"""Of the squared differences of steps, relative: repeated directions share a weight."""
_LONGEST = 1.0
"""Most that a coordinate moves at once, in log odds or a logarithm."""
_NEAR = 0.4
"""Only steps that move nothing farther than that are extrapolated: before, nothing is linear."""
_STILL = 2
"""Times in a row that nothing may move: one extrapolation may be short by chance."""
_WORSE = 3.0
"""A step this many times the shortest so far: the memory misleads, and is forgotten."""


@dataclass(frozen=True, slots=True, eq=False)
class FixedPoint:
    """Where an iteration ended.

    Parameters
    ----------
    value
        Last value of the iteration, shape (n_parameters,).
    n_iterations
        Steps done; ``converged`` whether neither the last one nor the extrapolation from it moved
        anything any more.
    """

    value: FloatArray
    n_iterations: int
    converged: bool


def fixed_point(
    step: Callable[[FloatArray], FloatArray],
    start: FloatArray,
    *,
    measured: Callable[[FloatArray], FloatArray],
    tolerance: float,
    most_steps: int,
) -> FixedPoint:
    """Iterate ``step`` until it stands still.

    Parameters
    ----------
    step
        From parameters to better ones, shape (n_parameters,).
    measured
        Parameters in the units in which ``tolerance`` counts.
    tolerance
        Greatest change of a measured parameter, in the last step and to where it leads.
    """
    memory = _Memory()
    value = after = start
    still = 0
    for count in range(1, most_steps + 1):
        after = step(value)
        onward = memory.extrapolated(value, after)
        here = measured(value)
        moved = max(float(np.abs(measured(to) - here).max()) for to in (after, onward))
        still = still + 1 if moved < tolerance else 0
        if still == _STILL:
            return FixedPoint(after, count, converged=True)
        value = onward
    return FixedPoint(after, most_steps, converged=False)


class _Memory:
    """The last few values and the steps from them."""

    def __init__(self) -> None:
        self._after: list[FloatArray] = []
        self._steps: list[FloatArray] = []
        self._shortest = np.inf

    def extrapolated(self, value: FloatArray, after: FloatArray) -> FloatArray:
        """Where the steps would cancel out, were they linear in the value."""
        step = after - value
        if np.abs(step).max() > _NEAR:
            return after
        length = float(np.linalg.norm(step))
        if length > _WORSE * self._shortest:
            self._after, self._steps, self._shortest = [], [], np.inf
        self._shortest = min(self._shortest, length)
        self._after, self._steps = [*self._after, after][-_MEMORY:], [*self._steps, step][-_MEMORY:]
        if len(self._steps) < 2:
            return after
        change = np.diff(np.array(self._steps), axis=0)
        gram = change @ change.T
        gram += _RIDGE * max(float(np.trace(gram)), 1e-300) * np.eye(len(gram))
        weights = np.linalg.solve(gram, change @ step)
        to = after - weights @ np.diff(np.array(self._after), axis=0)
        found: FloatArray = value + np.clip(to - value, -_LONGEST, _LONGEST)
        return found
