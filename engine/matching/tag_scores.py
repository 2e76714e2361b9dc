"""Scores of an activity from its fields: title, summary, audience."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from engine.domain import BoolArray, FloatArray, Position, Stage
from engine.framework import Framework, Node

SUMMARY_WEIGHT = 0.4
AUDIENCE_WEIGHT = 0.2
"""Worth of the summary and the audience beside the title when a text is tagged."""


class TextFields(Protocol):
    """What a text is scored from: an activity, or what a correction keeps of one."""

    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def summary(self) -> str: ...  # noqa: D102
    @property
    def audience(self) -> str: ...  # noqa: D102
    @property
    def positions(self) -> tuple[Position, ...]: ...  # noqa: D102
    @property
    def subjects(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def stages(self) -> tuple[Stage, ...]: ...  # noqa: D102


def activity_scores(
    items: Sequence[TextFields],
    framework: Framework,
    score: Callable[[Sequence[str]], FloatArray],
) -> tuple[FloatArray, BoolArray]:
    """Scores of all leaves from title, summary and audience.

    Parameters
    ----------
    score
        Scores of texts, shape (n_texts, n_leaves): the tagger's ``decision_function``.

    Returns
    -------
    scores : ndarray, shape (n_items, n_leaves)
        In [0, 1]; a leaf that does not apply to the stated audience scores 0.
    meant : ndarray, shape (n_items, n_leaves)
        Whether a leaf applies to the stated audience.
    """
    scores = score([a.title for a in items])
    scores += SUMMARY_WEIGHT * score([a.summary for a in items])
    audience = [f"{a.audience}; {'; '.join(a.subjects)}" for a in items]
    scores += AUDIENCE_WEIGHT * score(audience)
    leaves = [framework.nodes[i] for i in framework.leaves]
    masks: dict[object, BoolArray] = {}
    meant = np.ones(scores.shape, dtype=np.bool_)
    for i, item in enumerate(items):
        key = (item.positions, item.subjects, item.stages)
        if key not in masks:
            masks[key] = np.array([_meant(item, leaf, framework) for leaf in leaves])
        meant[i] = masks[key]
    return np.minimum(scores, 1.0) * meant, meant


def _meant(item: TextFields, leaf: Node, framework: Framework) -> bool:
    """Whether a leaf applies to anybody of the stated audience; nothing stated = everybody."""
    path = (leaf, *framework.ancestors(leaf.code))
    for node in path:
        if item.positions and node.positions and not {*item.positions} & {*node.positions}:
            return False
        if item.stages and node.stages and not {*item.stages} & {*node.stages}:
            return False
    names = [name for group in leaf.subjects for name in group]
    return not (item.subjects and names) or any(
        framework.subjects_match(one, other) for one in item.subjects for other in names
    )
