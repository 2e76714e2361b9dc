"""Official level of a deficit, target of a node, and group of accompaniment.

The official level comes from the raw share of the newest sitting and is what documents print;
the group comes from the posterior probability of the levels. The two are never mixed.
"""

from __future__ import annotations

from engine.domain import FloatArray, Group, OfficialLevel, Position
from engine.policy import Groups, Levels, Targets

_ROUNDING = 1e-6
"""A share nearer than this to a threshold stands on it: scores have few digits, so such a
distance is rounding (59.9999999 instead of 60) and never a result."""


def official_level(share: float, levels: Levels) -> OfficialLevel:
    """Level after Р-201, table 1, with its holes at 60–61 and 80–81 % closed by one rule.

    Parameters
    ----------
    share
        Score / maximum in [0, 1].
    levels
        ``share < high_below`` is a high deficit, ``share > minimal_above`` a minimal one, both
        thresholds themselves a medium one.
    """
    if share < levels.high_below - _ROUNDING:
        return OfficialLevel.HIGH
    if share > levels.minimal_above + _ROUNDING:
        return OfficialLevel.MINIMAL
    return OfficialLevel.MEDIUM


def target_of(code: str, position: Position, targets: Targets) -> float:
    """Target proficiency of a node that applies to the position; node > position > default."""
    by_position = targets.by_position.get(position, targets.default)
    return targets.by_node.get(code, by_position)


def all_minimal(probability: FloatArray, groups: Groups) -> bool:
    """Whether no deficit above minimal is left in doubt.

    Parameters
    ----------
    probability
        Shape (n, 3): of (high, medium, minimal) per measured node of the position.
    """
    least = groups.development_probability_minimal
    return len(probability) > 0 and bool((probability[:, 2] >= least).all())


def group_of(probability: FloatArray, young: bool | None, groups: Groups) -> Group | None:
    """Group of accompaniment (Волгодонск, section 3); ``None`` where nothing was measured.

    ``young`` is ``None`` where dates are missing; only a known young educator is put into the
    support group for being young.
    """
    if len(probability) == 0:
        return None
    if groups.support_young and young:
        return Group.SUPPORT
    if bool((probability[:, 0] >= groups.support_probability_high).any()):
        return Group.SUPPORT
    return Group.DEVELOPMENT if all_minimal(probability, groups) else Group.LEVELLING
