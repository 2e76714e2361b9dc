"""The seed convention: one independent random stream per seed, part and record.

A record draws from its own stream only, so a region with more educators has the same catalogue,
and more activities leave the educators as they are. Histories draw people by blocks of a fixed
size from the stream of the block, always a whole block: so more educators leave the earlier ones
as they are, and the draws of a block are done by arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

PARTS: tuple[str, ...] = (
    "topics",
    "activity",
    "runs",
    "quality",
    "educator",
    "proficiency",
    "affinity",
    "scores",
    "mentor",
    "ability",
    "measurement",
    "observer",
    "item",
    "kind_effect",
    "provider",
    "format",
    "planted",
    "series",
    "text",
    "school",
    "residents",
    "seasons",
    "holes",
    "registers",
)
"""Parts of a region; their positions stand in the seed, so new ones go to the end."""

T = TypeVar("T")


def stream(seed: int, part: str, index: int = 0) -> np.random.Generator:
    """Random stream of record ``index`` of a part; all ≥ 0."""
    return np.random.default_rng([seed, PARTS.index(part), index])


def pick(rng: np.random.Generator, options: Sequence[tuple[T, float]]) -> T:
    """One of the options by weight; the weights need not sum to 1."""
    weights = np.array([weight for _, weight in options])
    edges = np.cumsum(weights)
    return options[int(np.searchsorted(edges, rng.random() * edges[-1], side="right"))][0]
