"""Official level of a deficit, target of a node, and group of accompaniment.

The official level comes from the raw share of the newest sitting and is what documents print;
the group comes from the posterior probability of the levels. The two are never mixed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.domain import FloatArray, Group, OfficialLevel, Position, Stage
from engine.framework import Framework
from engine.policy import Groups, Levels, TargetProfile, Targets, Value

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


def expected_weight(probability: FloatArray, value: Value) -> float:
    """Weight of a deficit, averaged over the levels that it may have.

    So 59 % and 61 % of six tasks weigh nearly the same, though papers call the one deficit high
    and the other medium.

    Parameters
    ----------
    probability
        Shape (3,), of a high, medium and minimal deficit.
    """
    weights = [value.weight_by_level[level] for level in OfficialLevel]
    return float(probability @ np.array(weights, dtype=np.float64))


def target_of(
    code: str,
    position: Position,
    targets: Targets,
    *,
    subjects: Sequence[str] = (),
    stages: Sequence[Stage] = (),
    framework: Framework | None = None,
) -> float:
    """Target proficiency of a node that applies to the position.

    A profile that fits goes first (deepest node, then most conditions, then the highest target),
    then the node's own target, the position's, the default.

    Parameters
    ----------
    subjects, stages
        Of the educator; a profile with a subject or stage needs it among them.
    framework
        Tells which nodes lie below a profile's node and which names are one subject; without it
        names are compared as they are.
    """
    fitting = [
        (_depth_of(profile, code, framework), _conditions(profile), profile.target)
        for profile in targets.profiles
        if _fits(profile, code, position, subjects, stages, framework)
    ]
    if fitting:
        return max(fitting)[2]
    by_position = targets.by_position.get(position, targets.default)
    return targets.by_node.get(code, by_position)


def _fits(
    profile: TargetProfile,
    code: str,
    position: Position,
    subjects: Sequence[str],
    stages: Sequence[Stage],
    framework: Framework | None,
) -> bool:
    def same(one: str, other: str) -> bool:
        return framework.subjects_match(one, other) if framework else one == other

    return (
        profile.position in (None, position)
        and (profile.stage is None or profile.stage in stages)
        and (profile.subject is None or any(same(profile.subject, s) for s in subjects))
        and (profile.node is None or profile.node in _path(code, framework))
    )


def _path(code: str, framework: Framework | None) -> tuple[str, ...]:
    above = framework.ancestors(code) if framework else ()
    return (code, *(node.code for node in above))


def _depth_of(profile: TargetProfile, code: str, framework: Framework | None) -> int:
    """How near the profile's node is; the further from the top the more special."""
    if profile.node is None:
        return -1
    path = _path(code, framework)
    return len(path) - path.index(profile.node)


def _conditions(profile: TargetProfile) -> int:
    return sum(x is not None for x in (profile.position, profile.stage, profile.subject))


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
