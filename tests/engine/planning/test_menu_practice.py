"""Runs joined with the practice that must follow them, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.planning.menu_practice import with_practice
from tests.engine.planning.measuring_cases import menu

PROGRAMMES = menu(([(0, 0.2), (1, 0.1)], [(0, 300), (1, 200)]), ([(1, 0.3)], [(2, 100)]))
PRACTICE = menu(([(1, 0.05)], [(2, 60)]), ([(0, 0.5)], [(3, 45)]))


def test_gains_loads_and_steps_add_up():
    """The first run comes with its practice: 0.1 + 0.05 of demand 1, 560 minutes, two steps; the
    second needs none and stays as it is."""
    found = with_practice(PROGRAMMES, PRACTICE, np.array([True, False]))
    assert found.minutes.tolist() == [560, 100]
    assert found.steps.tolist() == [2, 1]
    assert found.gain_ptr.tolist() == [0, 2, 3]
    assert found.gain_demand.tolist() == [0, 1, 1]
    assert found.gain == pytest.approx([0.2, 0.15, 0.3])
    assert found.week_ptr.tolist() == [0, 3, 4]
    assert found.week.tolist() == [0, 1, 2, 2]
    assert found.week_min.tolist() == [300, 200, 60, 100]


def test_a_new_demand_of_the_practice_is_kept():
    """The second run's practice closes demand 0, which the programme does not touch."""
    found = with_practice(PROGRAMMES, PRACTICE, np.array([False, True]))
    assert found.gain_demand.tolist() == [0, 1, 0, 1]
    assert found.gain == pytest.approx([0.2, 0.1, 0.5, 0.3])
    assert found.steps.tolist() == [1, 2]
