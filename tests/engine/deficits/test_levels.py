"""Official level, target and group."""

import numpy as np
import pytest

from engine.deficits.levels import all_minimal, group_of, official_level, target_of
from engine.domain import Group, OfficialLevel, Position
from tests.engine.diagnostics.examples import policy

HIGH, MEDIUM, MINIMAL = OfficialLevel.HIGH, OfficialLevel.MEDIUM, OfficialLevel.MINIMAL


@pytest.mark.parametrize(
    ("share", "level"),
    [
        (0.0, HIGH),
        (0.5999, HIGH),
        (59 / 100, HIGH),
        (3 / 5, MEDIUM),
        (0.1 + 0.2 + 0.3, MEDIUM),
        (59.999999999 / 100, MEDIUM),
        (18 * (1 / 30), MEDIUM),
        (0.605, MEDIUM),
        (4 / 5, MEDIUM),
        (0.1 * 8 + 1e-16, MEDIUM),
        (80.000000001 / 100, MEDIUM),
        (0.805, MINIMAL),
        (0.8001, MINIMAL),
        (1.0, MINIMAL),
    ],
)
def test_official_level_has_no_holes(share, level):
    """Exactly 60 and 80 % are medium, also with the noise of binary fractions."""
    assert official_level(share, policy().levels) is level


def test_most_special_target_wins():
    """Node before position before default."""
    targets = policy().targets
    assert target_of("A.1.2", Position.HEAD, targets) == 0.7
    assert target_of("A.1.1", Position.HEAD, targets) == 0.9
    assert target_of("A.1.1", Position.TEACHER, targets) == 0.8


@pytest.mark.parametrize(
    ("rows", "young", "group"),
    [
        ([(0.6, 0.3, 0.1), (0.0, 0.1, 0.9)], False, Group.SUPPORT),
        ([(0.59, 0.31, 0.1), (0.0, 0.1, 0.9)], False, Group.LEVELLING),
        ([(0.0, 0.3, 0.7), (0.0, 0.1, 0.9)], False, Group.DEVELOPMENT),
        ([(0.0, 0.31, 0.69), (0.0, 0.1, 0.9)], False, Group.LEVELLING),
        ([(0.0, 0.1, 0.9)], True, Group.SUPPORT),
        ([(0.0, 0.1, 0.9)], None, Group.DEVELOPMENT),
        ([], True, None),
    ],
)
def test_group_follows_the_probabilities(rows, young, group):
    """Thresholds are reached at equality; nothing measured is no group."""
    probability = np.array(rows).reshape(-1, 3)
    assert group_of(probability, young, policy().groups) is group


def test_nothing_measured_is_not_minimal():
    """Without any measurement nobody is known to be strong."""
    assert all_minimal(np.empty((0, 3)), policy().groups) is False
